package cli

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/dustin/go-humanize/english"
	"golang.org/x/text/language"

	"feedstation/internal/article"
)

// translations finds what engines do not take of the links between translations: those
// that are not returned, and languages by names that they do not know. It remembers two
// hashes of each link. It looks at all articles and, where settle finds some, names them
// as it looks at all once more.
type translations struct {
	now    time.Time
	most   int
	pages  *hashes // of all articles, as pairs adds them
	links  map[[2]uint64]bool
	odd    map[string]*oddTag
	single [][2]uint64       // links that are not returned
	ids    map[uint64]string // of their articles
}

// oddTag is a language that engines do not know by its name.
type oddTag struct {
	articles int
	id       string // of one
}

func newTranslations(now time.Time, most int, pages *hashes) *translations {
	return &translations{now: now, most: most, pages: pages, links: map[[2]uint64]bool{}, odd: map[string]*oddTag{}, ids: map[uint64]string{}}
}

// add looks at an article. Those that readers can't see have no links.
func (t *translations) add(a *article.Article) {
	if !a.VisibleAt(t.now) {
		return
	}
	tags := map[string]bool{a.Language: true}
	for _, other := range a.Alternates {
		tags[other.Lang] = true
		if other.URL != a.URL {
			t.links[[2]uint64{t.pages.of(a.URL), t.pages.of(other.URL)}] = true
		}
	}
	for tag := range tags {
		if knownTag(tag) == tag {
			continue
		}
		if t.odd[tag] == nil {
			t.odd[tag] = &oddTag{id: a.ID}
		}
		t.odd[tag].articles++
	}
}

// settle reports whether there are articles to be named, after all pages are there and
// sorted.
func (t *translations) settle() bool {
	for link := range t.links {
		if t.pages.has(link[1]) && !t.links[[2]uint64{link[1], link[0]}] {
			t.single = append(t.single, link)
			t.ids[link[0]], t.ids[link[1]] = "", ""
		}
	}
	return len(t.single) > 0
}

// name looks at an article once more.
func (t *translations) name(a *article.Article) {
	page := t.pages.of(a.URL)
	if _, wanted := t.ids[page]; wanted && a.VisibleAt(t.now) {
		t.ids[page] = a.ID
	}
}

// knownTag returns a language as engines know it, with countries of ISO 3166-1: en-GB for
// en-UK, he for iw, en for en-EU. What can't be read is returned itself.
func knownTag(text string) string {
	tag, err := language.Raw.Parse(text)
	if text == "" || err != nil {
		return text
	}
	base, script, region := tag.Raw()
	present, err := language.DeprecatedBase.Canonicalize(tag)
	if err != nil {
		return text
	}
	none := language.Region{}
	switch known := region.Canonicalize(); {
	case region == none, region.String() == "ZZ":
	case known != region:
		present, err = language.Raw.Compose(present, known)
	case !region.IsCountry() && len(region.String()) == len("XX"): // not es-419
		present, err = language.Raw.Compose(base, script)
	}
	if err != nil || present == tag {
		return text
	}
	return present.String()
}

// lines returns what was found.
func (t *translations) lines() (lines []string) {
	for _, tag := range slices.Sorted(maps.Keys(t.odd)) {
		odd := t.odd[tag]
		lines = append(lines, fmt.Sprintf("%d %s %s, which engines know as %s, such as article %s",
			odd.articles, english.PluralWord(odd.articles, "article names the language", "articles name the language"), tag, knownTag(tag), odd.id))
	}
	var single []string
	for _, link := range t.single {
		if from, to := t.ids[link[0]], t.ids[link[1]]; from != "" && to != "" && from != to { // nothing has changed meanwhile
			single = append(single, fmt.Sprintf("article %s names article %s as a translation, which does not name it: engines take only links that are returned", from, to))
		}
	}
	slices.Sort(single)
	if more := len(single) - t.most; more > 0 {
		single = append(single[:t.most], fmt.Sprintf("and %d more links to translations that are not returned", more))
	}
	return append(lines, single...)
}
