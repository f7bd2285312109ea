package ingest

import (
	"bytes"
	"cmp"
	"mime"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/html"

	"feedstation/internal/article"
)

// webPage is what a page says of itself.
type webPage struct {
	url       *url.URL // where it is
	meta      map[string][]string
	title     string
	canonical string // as it is written
	data      linkedData
	noindex   bool
}

// readWebPage reads a page. What is no HTML is refused.
func readWebPage(a *answer) (*webPage, error) {
	kind, _, err := mime.ParseMediaType(a.header.Get("Content-Type"))
	if err == nil && kind != "text/html" && kind != "application/xhtml+xml" {
		return nil, &contentError{"no page of HTML: " + kind}
	}
	p := &webPage{url: a.url, meta: map[string][]string{}, noindex: forbidsIndex(a.header.Values("X-Robots-Tag"))}
	tokens := html.NewTokenizer(bytes.NewReader(inUTF8(a)))
	base, inside, ends := a.url, "", false
	for {
		switch tokens.Next() {
		case html.ErrorToken:
			p.noindex = p.noindex || forbidsIndex(p.meta["robots"])
			p.resolve(base)
			return p, nil
		case html.TextToken:
			switch inside {
			case "title":
				p.title = cmp.Or(p.title, strings.Join(strings.Fields(string(tokens.Text())), " "))
			case "script":
				p.data.add(tokens.Text())
			}
			inside = ""
		case html.StartTagToken, html.SelfClosingTagToken:
			t := tokens.Token()
			inside = p.tag(&t)
			if href := attribute(&t, "href"); t.Data == "base" && !ends && href != "" {
				if u, err := a.url.Parse(href); err == nil {
					base, ends = u, true
				}
			}
		default:
			inside = ""
		}
	}
}

// tag notes what an element says, and returns the element whose text is of interest.
func (p *webPage) tag(t *html.Token) (inside string) {
	switch t.Data {
	case "title":
		return "title"
	case "script":
		if kind, _, _ := strings.Cut(attribute(t, "type"), ";"); strings.EqualFold(strings.TrimSpace(kind), "application/ld+json") {
			return "script"
		}
	case "link":
		if slices.ContainsFunc(strings.Fields(attribute(t, "rel")), func(rel string) bool { return strings.EqualFold(rel, "canonical") }) {
			p.canonical = cmp.Or(p.canonical, strings.TrimSpace(attribute(t, "href")))
		}
	}
	name := cmp.Or(attribute(t, "property"), attribute(t, "name"), attribute(t, "itemprop"))
	if text := strings.TrimSpace(cmp.Or(attribute(t, "content"), attribute(t, "datetime"))); text != "" && name != "" {
		name = strings.ToLower(name)
		p.meta[name] = append(p.meta[name], text)
	}
	return ""
}

func attribute(t *html.Token, name string) string {
	for _, a := range t.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// forbidsIndex reports whether directives for all robots keep a page out of search.
func forbidsIndex(lines []string) bool {
	for directive := range strings.SplitSeq(strings.ToLower(strings.Join(lines, ",")), ",") {
		if directive = strings.TrimSpace(directive); directive == "noindex" || directive == "none" {
			return true
		}
	}
	return false
}

// resolve makes the canonical address absolute. One that is the site's first page, as
// of sites that have it everywhere, is none.
func (p *webPage) resolve(base *url.URL) {
	own := p.url.String()
	if u, err := base.Parse(p.canonical); err == nil && p.canonical != "" && (u.Path != "" && u.Path != "/" || u.RawQuery != "") {
		own = u.String()
	}
	p.canonical = own
}

// The names that pages have for what JSON-LD calls datePublished, dateModified and author:
// Open Graph, Dublin Core, and those of China's government sites.
var (
	publishedNames = []string{"article:published_time", "og:article:published_time", "datepublished", "pubdate", "publishdate", "publish_date", "publish-date", "date", "dc.date.issued", "dcterms.issued", "dcterms.created", "dc.date", "weibo:article:create_at"}
	modifiedNames  = []string{"article:modified_time", "og:article:modified_time", "og:updated_time", "datemodified", "last-modified", "dcterms.modified", "weibo:article:update_at"}
	authorNames    = []string{"author", "article:author", "dc.creator", "byl"}
)

// item returns the page as an item of a feed, with what its sitemap says where the page
// says nothing.
func (p *webPage) item(r article.Reader, l *listing) map[string]any {
	n := p.data.article(p.canonical)
	item := map[string]any{"link": addressKey(p.canonical), "_noindex": p.noindex}
	set := func(name, value string) {
		if value != "" {
			item[name] = value
		}
	}
	set("title", plain(cmp.Or(n.text("headline", "name", "title"), p.first("og:title", "articletitle"), l.title, p.title)))
	set("_summary", plain(cmp.Or(n.text("description"), p.first("og:description", "description"))))
	set("content", paragraphs(n.text("articleBody")))
	set("_language", n.text("inLanguage"))
	set("publishedParsed", moment(r, slices.Concat(n.texts("datePublished", "pubDate"), p.all(publishedNames...), []string{l.published})))
	set("updatedParsed", moment(r, slices.Concat(n.texts("dateModified", "upDate"), p.all(modifiedNames...))))
	authors := n.names("author")
	if authors == nil {
		authors = slices.DeleteFunc(p.all(authorNames...), isAddress) // those of profiles
		authors = authors[:min(len(authors), 1)]
	}
	people := []map[string]string{}
	for _, name := range authors {
		people = append(people, map[string]string{"name": plain(name)})
	}
	item["authors"] = people
	item["_terms"] = slices.Concat(n.names("articleSection"), p.all("article:section"))
	if tags := n.names("keywords"); len(tags) == 1 {
		item["_tags"] = tags[0] // a text, with commas between
	} else if tags != nil {
		item["_tags"] = tags
	} else if tags := p.all("article:tag"); tags != nil {
		item["_tags"] = tags
	} else {
		set("_tags", p.first("keywords"))
	}
	item["image"] = p.pictures(n, l)
	if item["publishedParsed"] == nil {
		item["_fault"] = "the page names no time of publication"
	}
	if kind := p.other(n); kind != "" {
		item["_fault"] = "the page is no article: " + kind
	}
	return item
}

// other returns what a page says that it is, if that is no article.
func (p *webPage) other(n node) string {
	kind := p.first("og:type")
	if n.exists() || strings.EqualFold(kind, "article") || p.first("article:published_time") != "" {
		return ""
	}
	return cmp.Or(kind, p.data.kind())
}

// pictures returns the pictures of the page as those of a feed are.
func (p *webPage) pictures(n node, l *listing) []map[string]any {
	list := n.pictures()
	if list == nil {
		for i, address := range p.all("og:image", "og:image:url") {
			picture := map[string]any{"url": address}
			for name, of := range map[string]string{"width": "og:image:width", "height": "og:image:height"} {
				if values := p.meta[of]; i < len(values) {
					picture[name] = values[i]
				}
			}
			list = append(list, picture)
		}
	}
	for i := 0; i < len(l.images) && (list == nil || i > 0); i++ {
		list = append(list, map[string]any{"url": l.images[i]})
	}
	seen := map[any]bool{}
	pictures := []map[string]any{}
	for _, picture := range list {
		if u, err := p.url.Parse(picture["url"].(string)); err == nil && !seen[u.String()] {
			picture["url"], seen[u.String()] = u.String(), true
			pictures = append(pictures, map[string]any{"attrs": picture, "children": map[string]any{"description": []any{map[string]any{"value": picture["caption"]}}}})
		}
	}
	return pictures
}

// all returns what the page says under some names.
func (p *webPage) all(names ...string) (texts []string) {
	for _, name := range names {
		texts = append(texts, p.meta[name]...)
	}
	return texts
}

func (p *webPage) first(names ...string) string {
	return append(p.all(names...), "")[0]
}

func isAddress(text string) bool {
	return strings.HasPrefix(text, "http://") || strings.HasPrefix(text, "https://")
}

// moment returns the first of some texts that is a time.
func moment(r article.Reader, texts []string) string {
	for _, text := range texts {
		if at, err := r.Time(text); err == nil && !at.IsZero() {
			return text
		}
	}
	return ""
}

// paragraphs returns the HTML of an article's text, which should be plain.
func paragraphs(text string) string {
	if strings.Contains(text, "</") {
		return text
	}
	var b strings.Builder
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			b.WriteString("<p>" + html.EscapeString(html.UnescapeString(line)) + "</p>")
		}
	}
	return b.String()
}
