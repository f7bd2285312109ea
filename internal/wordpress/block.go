package wordpress

import (
	"encoding/json"
	"strings"
)

// hasBlocks reports whether a post was written with the block editor, which
// leaves no paragraphs to be made.
func hasBlocks(s string) bool { return strings.Contains(s, "<!-- wp:") }

// delimiter is the comment that begins or ends a block.
type delimiter struct {
	name       string // without the namespace of WordPress's own
	attributes string // JSON
	end, void  bool
}

// readDelimiter reads a comment; false: it is another one.
func readDelimiter(comment string) (d delimiter, ok bool) {
	s, ok := strings.CutPrefix(comment, "<!--")
	if !ok {
		return d, false
	}
	s = strings.TrimSpace(strings.TrimSuffix(s, "-->"))
	s, d.end = strings.CutPrefix(s, "/")
	if s, ok = strings.CutPrefix(s, "wp:"); !ok {
		return d, false
	}
	s, d.void = strings.CutSuffix(s, "/")
	d.name, d.attributes, _ = strings.Cut(s, " ")
	d.name = strings.TrimPrefix(strings.TrimSpace(d.name), "core/")
	d.attributes = strings.TrimSpace(d.attributes)
	return d, d.name != ""
}

// emptyBlocks are those of which nothing can be shown without the database: what
// is saved in them is a pattern that is filled for each post, or words about it.
var emptyBlocks = map[string]bool{
	"archives": true, "calendar": true, "categories": true, "comments": true, "latest-comments": true, "latest-posts": true,
	"navigation-overlay": true, "page-list": true, "post-comments": true, "post-template": true, "query": true, "query-loop": true,
	"rss": true, "search": true, "tag-cloud": true, "template-part": true, "post-navigation-link": true, "loginout": true,
}

// blocks returns content with blocks without their comments, and instead of those
// that WordPress makes when it shows them, what can be said of them.
func (r *renderer) blocks(s string, depth int) string {
	var b strings.Builder
	z := scanner{s: s}
	var skipped string // the block that is left out as a whole
	nested := 0        // of its own kind inside of it
	for {
		t, ok := z.token()
		if !ok {
			return b.String()
		}
		d, isBlock := delimiter{}, false
		if t.kind == comment {
			d, isBlock = readDelimiter(t.s)
		}
		switch {
		case skipped != "":
			if !isBlock || d.name != skipped || d.void {
				continue
			}
			if nested++; d.end {
				nested -= 2
			}
			if nested == 0 {
				skipped = ""
			}
		case t.kind != comment:
			b.WriteString(t.s)
		case d.void && !d.end:
			b.WriteString(r.made(d, depth))
		case !d.end && emptyBlocks[d.name] && z.find("<!-- /wp:"+d.name+" ", z.pos) < len(s):
			skipped, nested = d.name, 1
		case !d.end && d.name == "shortcode":
			b.WriteString(r.shortcodeBlock(&z))
		}
	}
}

// shortcodeBlock returns what stands in a block of shortcodes, which has
// paragraphs as if there were no blocks.
func (r *renderer) shortcodeBlock(z *scanner) string {
	start := z.pos
	z.pos = z.find("<!-- /wp:", start)
	return r.paragraphs(z.s[start:z.pos])
}

// made returns a block that has no content of its own.
func (r *renderer) made(d delimiter, depth int) string {
	switch d.name {
	case "block":
		return r.reusableBlock(d, depth)
	case "social-link":
		var v struct{ URL, Label, Service string }
		if d.read(&v) && v.URL != "" {
			name := v.Label
			if name == "" {
				name = serviceName(v.Service)
			}
			return "<li>" + link(v.URL, name) + "</li>"
		}
	case "navigation-link", "navigation-submenu":
		var v struct{ URL, Label string }
		if d.read(&v) && v.URL != "" && v.Label != "" {
			return "<li>" + link(v.URL, v.Label) + "</li>"
		}
	}
	return ""
}

// read reads the attributes of a block. Those of another type are as if they were
// not there.
func (d delimiter) read(into any) bool {
	return json.Unmarshal([]byte(d.attributes), into) == nil
}

// services are the names of networks that are not just the word.
var services = map[string]string{
	"": "Link", "chain": "Link", "feed": "RSS Feed", "wordpress": "WordPress", "youtube": "YouTube", "linkedin": "LinkedIn",
	"tiktok": "TikTok", "github": "GitHub", "whatsapp": "WhatsApp", "soundcloud": "SoundCloud", "vk": "VK",
}

// serviceName returns the name of a network of which a link has no other text.
func serviceName(service string) string {
	if name, ok := services[service]; ok {
		return name
	}
	return strings.ToUpper(service[:1]) + service[1:]
}

// reusableBlock returns the content of a block that several posts share.
func (r *renderer) reusableBlock(d delimiter, depth int) string {
	var v struct{ Ref int64 }
	if !d.read(&v) || v.Ref == 0 {
		r.missing++
		return ""
	}
	r.reusable++
	p, ok := r.post(v.Ref)
	if !ok || depth >= maxDepth || r.reusable > maxReusable || r.written+len(p.Content) > maxOutput {
		r.missing++
		return ""
	}
	r.written += len(p.Content)
	content := embeds(newlines(p.Content))
	if hasBlocks(content) {
		content = r.blocks(content, depth+1)
	}
	return content
}
