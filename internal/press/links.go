package press

import (
	"bytes"
	"encoding/json"
	"html"
	"regexp"
	"slices"
	"time"

	"feedstation/internal/article"
	"feedstation/internal/edition"
	"feedstation/internal/network"
)

// What other articles say of one that is taken down: feeds name it as the next
// one, months as a translation. The content store leaves such links out of what it
// tells; this is for editions that have to lose them without it.

// Named returns the address of an article that an edition has, or has a notice of,
// and the addresses of its translations as far as the sitemap has them; no address: it
// has no such article.
func Named(e *edition.Edition, id string) (address string, translations []string) {
	ids := map[string]bool{id: true}
	for path, contents := range e.AllContents() {
		if address != "" && !IsShard(path) || network.IsArchive(path) && !edition.MayHave(contents, ids) {
			continue
		}
		found := false
		text, _ := contents.Body() // one that can't be read has none
		for a, err := range edition.FindLines(text, ids) {
			if found = err == nil; found {
				address = a.Address
			}
		}
		document, ok := e.Document(path)
		if !found || !ok || !IsShard(path) {
			continue
		}
		l, err := lossOf(path, contents, ids, nil)
		if err != nil {
			continue
		}
		_, _ = linesBut(document, func(page int, line []byte) bool {
			for _, link := range alternateLink.FindAllSubmatch(line, -1) {
				if l.at[page] {
					translations = append(translations, html.UnescapeString(string(link[1])))
				}
			}
			return false
		})
	}
	return address, translations
}

// findLinks notes the documents that link to a withdrawn article, also to one that
// the edition does not have. It reads all feeds, and of the months those that have a
// translation of it: these mostly name each other. One that can't be read is served to
// nobody, and the content store has it built anew without the link.
func (w *withdrawal) findLinks(retractions edition.Retractions) {
	translations := map[string]bool{}
	for _, r := range retractions {
		if r.URL == "" {
			continue
		}
		key := article.Link("", r.URL)
		w.hidden[key] = edition.Later(w.hidden[key], r.At)
		for _, address := range r.Translations {
			translations[address] = true
		}
	}
	if len(w.hidden) == 0 {
		return
	}
	for path, document := range w.documents {
		channel, _, isFeed := parseFeedPath(path)
		if !isFeed && (!IsShard(path) || !hasAddress(w.contents[path], translations)) {
			continue
		}
		body, err := document.Body()
		if err != nil {
			continue
		}
		_, last := unlink(path, body, w.hidden)
		if last.IsZero() {
			continue
		}
		if isFeed {
			path = network.FeedPath(channel, network.RSS)
		}
		if w.losses[path] == nil {
			w.losses[path] = &loss{path: path}
		}
		w.losses[path].linked = edition.Later(w.losses[path].linked, last)
	}
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
	if len(hidden) == 0 {
		return body, last
	}
	cut := func(form *regexp.Regexp, body []byte, address func(link []byte) string) []byte {
		return form.ReplaceAllFunc(body, func(link []byte) []byte {
			at, ok := hidden[article.Link("", address(link))]
			if !ok {
				return link
			}
			last = edition.Later(last, at)
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
