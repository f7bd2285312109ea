package press

import (
	"bytes"
	"encoding/json"
	"html"
	"maps"
	"regexp"
	"slices"
	"time"

	"feedstation/internal/article"
	"feedstation/internal/edition"
	"feedstation/internal/network"
	"feedstation/sitemap"
)

// What other articles say of one that is taken down: feeds name it as the next
// one, months as a translation. The content store leaves such links out of what it
// tells; this is for editions that have to lose them without it.

// target is an article that no link may name, and when it was withdrawn.
type target struct {
	address      string
	translations []string // of the article: which mostly name it in return
	at           time.Time
}

// Named returns the address of an article that an edition has, and the addresses
// of its translations as far as the sitemap has them; no address: it has no such
// article.
func Named(e *edition.Edition, id string) (address string, translations []string) {
	ids := map[string]bool{id: true}
	for path, contents := range e.AllContents() {
		if address != "" && !IsShard(path) || !edition.HasAny(contents, ids) {
			continue
		}
		for a, err := range edition.Articles(contents) {
			if err == nil && a.ID == id {
				address = a.Address
			}
		}
		document, ok := e.Document(path)
		if !IsShard(path) || !ok {
			continue
		}
		l, err := lossOf(path, contents, ids)
		if err != nil {
			continue
		}
		n := 0
		for line := range bytes.Lines(document.Body()) {
			if !bytes.HasPrefix(line, []byte("<url>")) {
				continue
			}
			if l.at[n] {
				for _, link := range alternateLink.FindAllSubmatch(line, -1) {
					translations = append(translations, html.UnescapeString(string(link[1])))
				}
			}
			n++
		}
	}
	return address, translations
}

// naming returns the paths of the documents that link to any of the targets, and
// when the last of those was withdrawn. It reads all feeds, and of the months
// those that have a translation of one.
func (w *withdrawal) naming(targets []target) (paths []string, at time.Time) {
	if len(targets) == 0 {
		return nil, at
	}
	hidden, translations := hiddenBy(targets), map[string]bool{}
	for _, t := range targets {
		for _, address := range t.translations {
			if w.station.Owns(address) {
				translations[address] = true
			}
		}
	}
	for _, path := range slices.Sorted(maps.Keys(w.documents)) {
		_, _, isFeed := parseFeedPath(path)
		if !isFeed && (!IsShard(path) || !hasAddress(w.contents[path], translations)) {
			continue
		}
		if _, last := unlink(path, w.documents[path].Body(), hidden); !last.IsZero() {
			paths, at = append(paths, path), later(at, last)
		}
	}
	return paths, at
}

// hiddenBy returns when targets were withdrawn, by article.Link.
func hiddenBy(targets []target) map[string]time.Time {
	hidden := map[string]time.Time{}
	for _, t := range targets {
		key := article.Link("", t.address)
		hidden[key] = later(hidden[key], t.at)
	}
	return hidden
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// hasAddress reports whether contents have an article of one of some addresses;
// what can't be read has.
func hasAddress(contents *edition.Document, addresses map[string]bool) bool {
	if contents == nil || len(addresses) == 0 {
		return false
	}
	for a, err := range edition.Articles(contents) {
		if err != nil || addresses[a.Address] {
			return true
		}
	}
	return false
}

// removeLinks removes the links to some articles from the document at a path.
func (w *withdrawal) removeLinks(path string, targets []target) {
	document := w.documents[path]
	if document == nil {
		return
	}
	rest, last := unlink(path, document.Body(), hiddenBy(targets))
	if last.IsZero() {
		return
	}
	_, format, isFeed := parseFeedPath(path)
	if !isFeed {
		w.addContent(path, edition.NewContent(sitemap.ContentType, rest), document.Items(), time.Time{})
		return
	}
	revised, err := edition.Revision{
		MediaType: mediaTypeOf(format), AsOf: w.asOf, Headers: document.Headers(), Items: document.Items(), Changed: true,
		Render: func(modified time.Time) ([]byte, error) {
			return stamped(format, rest, modified.In(w.station.Zone)), nil
		},
	}.Revise(document)
	if err != nil {
		delete(w.documents, path)
		return
	}
	w.documents[path] = revised
}

func mediaTypeOf(name network.Format) string {
	for _, format := range formats {
		if format.name == name {
			return format.mediaType
		}
	}
	return ""
}

// How the documents of this program link to other articles. No text of an article
// can have these forms: its own elements are other ones, or escaped.
var (
	alternateLink = regexp.MustCompile(`<xhtml:link rel="alternate" hreflang="[^"]*" href="([^"]*)"/>`)
	rssLink       = regexp.MustCompile(`<dc:relation>([^<]*)</dc:relation>`)
	atomLink      = regexp.MustCompile(`<link [^<>]*rel="related"[^<>]*>(?:</link>)?`)
	atomHref      = regexp.MustCompile(`href="([^"]*)"`)
	jsonLink      = regexp.MustCompile(`,?"next_url":("(?:[^"\\]|\\.)*")`)
)

// unlink returns a document without the links to some articles, given by
// article.Link with when they were withdrawn, and when the last of those was that
// it had; zero: it had none. What else it has stays byte for byte.
func unlink(path string, body []byte, hidden map[string]time.Time) (rest []byte, last time.Time) {
	cut := func(form *regexp.Regexp, body []byte, address func(link []byte) string) []byte {
		return form.ReplaceAllFunc(body, func(link []byte) []byte {
			at, ok := hidden[article.Link("", address(link))]
			if !ok {
				return link
			}
			last = later(last, at)
			return nil
		})
	}
	xmlAddress := func(form *regexp.Regexp) func([]byte) string {
		return func(link []byte) string {
			if found := form.FindSubmatch(link); found != nil {
				return html.UnescapeString(string(found[1]))
			}
			return ""
		}
	}
	_, format, isFeed := parseFeedPath(path)
	switch {
	case !isFeed:
		var out bytes.Buffer
		for line := range bytes.Lines(body) {
			less := cut(alternateLink, line, xmlAddress(alternateLink))
			// A page alone is no translation of itself.
			if len(less) < len(line) && len(alternateLink.FindAll(less, 2)) == 1 {
				less = alternateLink.ReplaceAll(less, nil)
			}
			out.Write(less)
		}
		return out.Bytes(), last
	case format == network.RSS:
		return cut(rssLink, body, xmlAddress(rssLink)), last
	case format == network.Atom:
		return cut(atomLink, body, xmlAddress(atomHref)), last
	}
	rest = cut(jsonLink, body, func(link []byte) (address string) {
		_ = json.Unmarshal(jsonLink.FindSubmatch(link)[1], &address) // which has the form of a string
		return address
	})
	// The first member of its object had no comma before it.
	rest = bytes.ReplaceAll(rest, []byte(`"_feedstation":{,`), []byte(`"_feedstation":{`))
	return bytes.ReplaceAll(rest, []byte(`,"_feedstation":{}`), nil), last
}

// What tells when a feed changed: the first of these elements.
var (
	rssStamp  = regexp.MustCompile(`<lastBuildDate>[^<]*<`)
	atomStamp = regexp.MustCompile(`<updated>[^<]*<`)
)

func stamped(format network.Format, body []byte, at time.Time) []byte {
	form, text := rssStamp, "<lastBuildDate>"+at.Format(time.RFC1123Z)+"<"
	switch format {
	case network.JSON:
		return body
	case network.Atom:
		form, text = atomStamp, "<updated>"+at.Format(time.RFC3339)+"<"
	}
	place := form.FindIndex(body)
	if place == nil {
		return body
	}
	return slices.Concat(body[:place[0]], []byte(text), body[place[1]:])
}

// hiddenLinks returns the addresses of articles that have been taken down, by
// article.Link: as the content store has them, or as they were when it still did.
func hiddenLinks(retractions edition.Retractions, states []article.State) map[string]bool {
	hidden := map[string]bool{}
	for _, r := range retractions {
		if r.Down() && r.URL != "" {
			hidden[article.Link("", r.URL)] = true
		}
	}
	for _, state := range states {
		if state.URL != "" {
			hidden[article.Link("", state.URL)] = true
		}
	}
	return hidden
}
