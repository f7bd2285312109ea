package markup

import (
	"maps"
	"regexp"
	"slices"
	"strings"
)

// value is what an attribute may hold.
type value uint8

const (
	anyText        value = iota
	webAddress           // http, https
	pictureAddress       // http, https, and a small picture in a data: address
	linkAddress          // http, https, mailto, tel
	addressSet           // srcset: addresses with a width or a density
	number               // a length in pixels or per cent, a count
	keyword              // one word of a fixed vocabulary
	flag                 // present or not
)

// allowed is the form in which a value leaves here; what has another was not
// written by us. Any text has none.
var allowed = map[value]*regexp.Regexp{
	webAddress:     regexp.MustCompile(`^https?://[!-~]+$`),
	pictureAddress: regexp.MustCompile(`^(?:https?://[!-~]+|data:image/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/]+=*)$`),
	linkAddress:    regexp.MustCompile(`^(?:https?://|mailto:|tel:)[!-~]+$`),
	addressSet:     regexp.MustCompile(`^https?://[!-~]+(?: [0-9.]+[wxh])?(?:, https?://[!-~]+(?: [0-9.]+[wxh])?)*$`),
	number:         regexp.MustCompile(`^[0-9]{1,5}%?$`),
	keyword:        regexp.MustCompile(`^[A-Za-z0-9-]{1,32}$`),
	flag:           regexp.MustCompile(`^$`),
}

// element is an element of the profile.
type element struct {
	name  string
	attrs map[string]value

	block  bool // its start tag ends a paragraph, white space in it is its own
	void   bool // it has no end tag
	keep   bool // it stays when there is nothing in it
	media  bool // between its tags stand sources and what others see instead
	flow   bool // paragraphs stand in it
	pseudo bool // it is no element of the profile, and has no tag
	table  bool // it is a part of a table, which others are in cells of only
	border bool // an end tag in it does not end what is around it

	ends   []string // its start tag ends an open one of these,
	within []string // unless one of these is between
}

// The names that the profile has for elements which HTML no longer has, and for
// those that only a page needs.
var aliases = map[string]string{
	"strike": "s", "tt": "code", "acronym": "abbr", "bdo": "bdi", "dir": "ul", "menu": "ul",
	"center": "div", "main": "div", "nav": "div", "hgroup": "div", "form": "div", "fieldset": "div", "legend": "div",
	"listing": "pre", "image": "img", "amp-img": "img", "amp-video": "video", "amp-audio": "audio", "video-js": "video",
}

// treatment is what becomes of an element that the profile does not have.
type treatment uint8

const (
	unwrapped  treatment = iota // its tags go, what is in it stays
	dropped                     // it goes with all that is in it
	linked                      // a link to what it embeds
	replaced                    // what others see instead (HTML §4.8.7), else a link
	drawn                       // its texts and pictures
	formula                     // its source, else its glyphs in a line
	typed                       // its text, which is no markup
	ticked                      // a sign that tells whether it is
	scriptless                  // pictures and frames that a script would put elsewhere
	played                      // a link to the film or the note that it has the number of
)

// treatments are those of the elements of HTML outside of the profile; of those
// that are not named the tags go. The content of elements that hold no markup,
// as scripts and styles, is never text.
var treatments = map[string]treatment{
	"template": dropped, "frameset": dropped, "select": dropped, "datalist": dropped,
	"iframe": linked, "embed": linked, "oembed": linked, "amp-iframe": linked,
	"object": replaced, "applet": replaced,
	"svg": drawn, "math": formula, "textarea": typed, "xmp": typed, "input": ticked, "noscript": scriptless,
}

// player is an element in whose place a script puts what an attribute has the number
// of at a service: start is what the address of that begins with.
type player struct{ attr, start string }

var players = map[string]player{
	"lite-youtube": {"videoid", "https://www.youtube.com/watch?v="}, "amp-youtube": {"data-videoid", "https://www.youtube.com/watch?v="},
	"lite-vimeo": {"videoid", "https://vimeo.com/"}, "amp-vimeo": {"data-videoid", "https://vimeo.com/"},
	"amp-dailymotion": {"data-videoid", "https://www.dailymotion.com/video/"},
	"amp-twitter":     {"data-tweetid", "https://twitter.com/i/status/"}, "amp-instagram": {"data-shortcode", "https://www.instagram.com/p/"},
	"amp-facebook": {"data-href", ""},
}

var headings = map[string]bool{"h1": true, "h2": true, "h3": true, "h4": true, "h5": true, "h6": true}

// profile is the HTML of news: text, lists, tables, pictures, recordings, ruby
// and links. There is no style and no class or id, which mean nothing outside
// of the page: a link to a place in the article leads to the page.
var profile = newProfile()

func newProfile() map[string]*element {
	type attrs = map[string]value
	var (
		rows  = []string{"caption", "colgroup", "thead", "tbody", "tfoot", "tr"}
		cells = []string{"td", "th", "caption", "colgroup"}
	)
	list := []element{
		{name: "p", block: true},
		{name: "br", void: true},
		{name: "hr", void: true, block: true},
		{name: "blockquote", flow: true, block: true, attrs: attrs{"cite": webAddress}},
		{name: "pre", block: true},
		{name: "a", attrs: attrs{"href": linkAddress, "hreflang": keyword}, ends: []string{"a"}},
		{name: "q", attrs: attrs{"cite": webAddress}},
		{name: "del", attrs: attrs{"cite": webAddress, "datetime": anyText}},
		{name: "ins", attrs: attrs{"cite": webAddress, "datetime": anyText}},
		{name: "time", attrs: attrs{"datetime": anyText}},
		{name: "wbr", void: true},

		{name: "figure", flow: true, block: true},
		{name: "figcaption", block: true},
		{name: "picture"},
		{name: "img", void: true, attrs: attrs{"src": pictureAddress, "srcset": addressSet, "sizes": anyText, "alt": anyText, "width": number, "height": number, "referrerpolicy": keyword}},
		{name: "source", void: true, attrs: attrs{"src": webAddress, "srcset": addressSet, "sizes": anyText, "media": anyText, "type": anyText}},
		{name: "video", media: true, attrs: attrs{"src": webAddress, "poster": webAddress, "width": number, "height": number, "controls": flag}},
		{name: "audio", media: true, attrs: attrs{"src": webAddress, "controls": flag}},
		{name: "track", void: true, attrs: attrs{"src": webAddress, "kind": keyword, "srclang": keyword, "label": anyText, "default": flag}},

		{name: "ul", block: true},
		{name: "ol", block: true, attrs: attrs{"start": number, "type": keyword, "reversed": flag}},
		{name: "li", flow: true, block: true, attrs: attrs{"value": number}, ends: []string{"li"}, within: []string{"ul", "ol", "blockquote", "figure"}},
		{name: "dl", block: true},
		{name: "dt", block: true, ends: []string{"dt", "dd"}, within: []string{"dl"}},
		{name: "dd", flow: true, block: true, ends: []string{"dt", "dd"}, within: []string{"dl"}},

		{name: "table", block: true, border: true, ends: []string{"table"}, within: []string{"td", "th", "caption"}},
		{name: "caption", block: true, table: true, border: true, ends: rows, within: []string{"table"}},
		{name: "colgroup", table: true, keep: true, attrs: attrs{"span": number}, ends: rows, within: []string{"table"}},
		{name: "col", table: true, void: true, attrs: attrs{"span": number}, ends: []string{"caption"}, within: []string{"table"}},
		{name: "thead", table: true, keep: true, ends: rows, within: []string{"table"}},
		{name: "tbody", table: true, keep: true, ends: rows, within: []string{"table"}},
		{name: "tfoot", table: true, keep: true, ends: rows, within: []string{"table"}},
		{name: "tr", table: true, keep: true, ends: []string{"caption", "colgroup", "tr"}, within: []string{"table"}},
		{name: "td", flow: true, table: true, keep: true, block: true, border: true, attrs: attrs{"colspan": number, "rowspan": number}, ends: cells, within: []string{"tr", "table"}},
		{name: "th", flow: true, table: true, keep: true, block: true, border: true, attrs: attrs{"colspan": number, "rowspan": number, "scope": keyword}, ends: cells, within: []string{"tr", "table"}},

		{name: "ruby"},
		{name: "rt", keep: true, ends: []string{"rt", "rp"}, within: []string{"ruby"}},
		{name: "rp", keep: true, ends: []string{"rt", "rp"}, within: []string{"ruby"}},
		{name: "details", flow: true, block: true, attrs: attrs{"open": flag}},
		{name: "summary", block: true},
	}
	levels := slices.Sorted(maps.Keys(headings))
	for _, name := range levels {
		list = append(list, element{name: name, block: true, ends: levels})
	}
	for name := range strings.FieldsSeq("div section article aside header footer address") {
		list = append(list, element{name: name, block: true, flow: name != "address"})
	}
	for name := range strings.FieldsSeq("span b strong i em u s small mark sub sup abbr dfn cite code kbd samp var bdi") {
		list = append(list, element{name: name})
	}
	byName := make(map[string]*element, len(list))
	for i := range list {
		e := &list[i]
		all := attrs{"lang": keyword, "dir": keyword, "title": anyText}
		maps.Copy(all, e.attrs)
		e.attrs = all
		byName[e.name] = e
	}
	return byName
}
