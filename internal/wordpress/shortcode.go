package wordpress

import (
	"html"
	"maps"
	"strconv"
	"strings"
)

// opener is what becomes of a shortcode.
type opener uint8

const (
	unknown  opener = iota // it is text
	dropped                // what it encloses stays
	linked                 // to the address that it has, else dropped
	caption                // a picture with a caption
	audio                  // a sound
	video                  // a film
	gallery                // pictures
	playlist               // sounds or films
)

// openers are the shortcodes of WordPress itself, and those of widespread plugins
// that are no words of a language: "[table]" and "[button]" may be remarks, and a
// site that registers them says so.
var openers = map[string]opener{
	"caption": caption, "wp_caption": caption, "gallery": gallery, "playlist": playlist, "audio": audio, "video": video, "embed": linked,

	"youtube": linked, "vimeo": linked, "dailymotion": linked, "soundcloud": linked, "spotify": linked, "mixcloud": linked,
	"bandcamp": linked, "tweet": linked, "instagram": linked, "facebook": linked, "tiktok": linked, "ted": linked, "wpvideo": linked,
	"flickr": linked, "slideshare": linked, "googlemaps": linked, "iframe": linked, "pdf-embedder": linked, "flowplayer": linked,

	"contact-form-7": dropped, "contact-form": dropped, "contact-field": dropped, "wpforms": dropped, "gravityform": dropped,
	"gravityforms": dropped, "ninja_form": dropped, "ninja_forms": dropped, "formidable": dropped, "caldera_form": dropped,
	"mc4wp_form": dropped, "newsletter_form": dropped, "jetpack_subscription_form": dropped, "jetpack-related-posts": dropped,
	"toc": dropped, "ez-toc": dropped, "lwptoc": dropped, "nextpage": dropped, "rev_slider": dropped, "layerslider": dropped,
	"metaslider": dropped, "smartslider3": dropped, "soliloquy": dropped, "envira-gallery": dropped, "nggallery": dropped, "ngg": dropped,
	"foogallery": dropped, "yop_poll": dropped, "totalpoll": dropped, "adrotate": dropped, "adinserter": dropped, "the_ad": dropped,
	"the_ad_group": dropped, "elementor-template": dropped, "dropcap": dropped, "one_half": dropped, "one_half_last": dropped,
	"one_third": dropped, "one_third_last": dropped, "two_third": dropped, "two_third_last": dropped, "jp_carousel": dropped,
	"related_posts": dropped, "addtoany": dropped, "woocommerce_cart": dropped, "add_to_cart": dropped, "tablepress": dropped,
}

// prefixes are those of the shortcodes of page builders, which have hundreds.
var prefixes = []string{"vc_", "et_pb_", "fusion_", "su_", "av_", "mk_", "cs_", "tatsu_", "wpb_", "nectar_", "porto_", "mpc_", "ult_", "qode_", "eltdf_"}

// known returns the shortcodes that are known, with those of a site.
func known(more []string) map[string]opener {
	if len(more) == 0 {
		return openers
	}
	all := make(map[string]opener, len(openers)+len(more))
	maps.Copy(all, openers)
	for _, name := range more {
		if all[name] == unknown {
			all[name] = dropped
		}
	}
	return all
}

func openerOf(name string, known map[string]opener) opener {
	if how := known[name]; how != unknown {
		return how
	}
	for _, prefix := range prefixes {
		if strings.HasPrefix(name, prefix) {
			return dropped
		}
	}
	return unknown
}

// code is a shortcode as it stands in a text.
type code struct {
	name, attributes string
	how              opener
	length           int // of the tag
	escaped          bool
	end              bool // an end tag
	closed           bool // by itself
}

// maxCode bounds a shortcode's tag, in bytes.
const maxCode = 8 << 10

// readCode reads the shortcode tag at a "[", or returns false: then that is text.
func readCode(s string, known map[string]opener) (c code, ok bool) {
	n := 1
	if strings.HasPrefix(s, "[[") {
		c.escaped, n = true, 2
	}
	if strings.HasPrefix(s[n:], "/") {
		c.end = true
		n++
	}
	from := n
	for n < len(s) && n < maxCode && isCodeByte(s[n]) {
		n++
	}
	c.name = s[from:n]
	if c.name == "" || n == len(s) {
		return c, false
	}
	if c.how = openerOf(c.name, known); c.how == unknown {
		return c, false
	}
	if s[n] != ']' && s[n] != '/' && !isSpace(s[n]) && !strings.HasPrefix(s[n:], "\u00a0") {
		return c, false
	}
	i := strings.IndexAny(s[n:min(len(s), n+maxCode)], "[]")
	if i < 0 || s[n+i] != ']' {
		return c, false
	}
	c.attributes = s[n : n+i]
	c.length = n + i + 1
	if rest, closed := strings.CutSuffix(c.attributes, "/"); closed {
		c.attributes, c.closed = rest, true
	}
	return c, !c.end || strings.TrimSpace(c.attributes) == ""
}

// isCodeByte reports what a name has. In other scripts there are none to be
// expected, and brackets are remarks.
func isCodeByte(c byte) bool { return isNameByte(c) || c == '_' }

// isShortcode reports whether content is one shortcode, with what it encloses.
func isShortcode(content []byte, known map[string]opener) bool {
	if content[0] != '[' || content[len(content)-1] != ']' {
		return false
	}
	s := string(content)
	c, ok := readCode(s, known)
	return ok && !c.escaped && c.how != linked && (c.length == len(s) || strings.HasSuffix(s, "[/"+c.name+"]") && strings.Count(s, "["+c.name) == 1)
}

// shortcodes opens the shortcodes of HTML. What it does not know stays, and so
// does an escaped one, without its escape.
func (r *renderer) shortcodes(s string) string {
	if strings.IndexByte(s, '[') < 0 {
		return s
	}
	var b strings.Builder
	ends := scanner{s: s} // to find end tags
	for at := 0; ; {
		i := strings.IndexByte(s[at:], '[')
		if i < 0 {
			b.WriteString(s[at:])
			return b.String()
		}
		b.WriteString(s[at : at+i])
		at += i
		c, ok := readCode(s[at:], r.known)
		if !ok {
			b.WriteByte('[')
			at++
			continue
		}
		tag := at + c.length
		content, whole := "", tag
		// The names of page builders are too many to search for the end of each.
		if _, named := r.known[c.name]; named && !c.end && !c.closed && (c.escaped || c.how != dropped) {
			end := "[/" + c.name + "]"
			if from := ends.find(end, tag); from < len(s) {
				content, whole = s[tag:from], from+len(end)
			}
		}
		switch {
		case c.escaped:
			at += literal(&b, s, at, tag, whole)
		case c.end || c.how == dropped:
			at = tag // what it encloses stays
		default:
			opened, ok := r.open(c, content)
			if !ok {
				opened, whole = "[", at+1
			}
			b.WriteString(opened)
			at = whole
		}
	}
}

// literal writes an escaped shortcode as a text, [[name]] or [[name]…[/name]], and
// returns its length. One that is escaped at one side only is text.
func literal(b *strings.Builder, s string, at, tag, whole int) int {
	for _, end := range []int{tag, whole} {
		if strings.HasPrefix(s[end:], "]") {
			b.WriteString(brackets.Replace(s[at+1 : end]))
			return end + 1 - at
		}
	}
	b.WriteByte('[')
	return 1
}

// brackets are written so that nobody takes what is in them for a shortcode.
var brackets = strings.NewReplacer("[", "&#91;", "]", "&#93;")

// attributes reads the values of a shortcode, by names; those without one by their
// numbers, from "0" on.
func attributes(s string) map[string]string {
	if s == "" {
		return nil
	}
	values := map[string]string{}
	s = straight.Replace(s)
	for position := 0; ; {
		s = strings.TrimLeft(s, " \t\n\f\v")
		if s == "" {
			return values
		}
		n := 0
		for n < len(s) && isCodeByte(s[n]) {
			n++
		}
		name := ""
		if rest := strings.TrimLeft(s[n:], " \t\n"); n > 0 && strings.HasPrefix(rest, "=") {
			name, s = strings.ToLower(s[:n]), strings.TrimLeft(rest[1:], " \t\n")
		}
		var value string
		if value, s = cutValue(s); name == "" {
			name = strconv.Itoa(position)
			position++
		}
		if _, ok := values[name]; !ok || name[0] > '9' {
			values[name] = value
		}
	}
}

// straight undoes what visual editors make of the spaces and the quotation marks
// of a shortcode.
var straight = strings.NewReplacer("\u00a0", " ", "\u200b", " ", "&nbsp;", " ", "“", `"`, "”", `"`, "″", `"`, "&#8221;", `"`, "&#8243;", `"`, "&quot;", `"`, "<br>", " ")

// cutValue cuts a value off, quoted or up to a space.
func cutValue(s string) (value, rest string) {
	if s != "" && (s[0] == '"' || s[0] == '\'') {
		if i := strings.IndexByte(s[1:], s[0]); i >= 0 {
			return s[1 : i+1], s[i+2:]
		}
	}
	if i := strings.IndexAny(s, " \t\n\f\v"); i >= 0 {
		return strings.Trim(s[:i], `"'`), s[i:]
	}
	return strings.Trim(s, `"'`), ""
}

// open returns a shortcode as HTML, or false: it is text.
func (r *renderer) open(c code, content string) (string, bool) {
	values := attributes(c.attributes)
	switch c.how {
	case caption:
		return r.caption(values, content), true
	case audio, video:
		return recording(c, values, content), true
	case gallery:
		return r.gallery(values), true
	case playlist:
		return r.playlist(values), true
	case unknown, dropped, linked:
	}
	for _, address := range []string{addressOf(content), values["src"], values["url"], values["href"], values["0"]} {
		if isAddress(address) {
			return link(address, address), true
		}
	}
	return content, c.name == "embed"
}

// addressOf returns what HTML with no more than an address has of text.
func addressOf(s string) string {
	s = strings.TrimSpace(s)
	if strings.HasPrefix(s, "<a ") { // an address that was made a link
		if i := strings.IndexByte(s, '>'); i > 0 {
			s = strings.TrimSuffix(s[i+1:], "</a>")
		}
	}
	return html.UnescapeString(s)
}
