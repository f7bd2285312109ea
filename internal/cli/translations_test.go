package cli

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"feedstation/internal/article"
)

func TestKnownTag(t *testing.T) {
	for tag, want := range map[string]string{
		"en-UK": "en-GB", "my-BU": "my-MM", "de-DD": "de-DE", "iw": "he", "in-ID": "id-ID", "ji": "yi", "en-EU": "en", "zh-Hans-XX": "zh-Hans",
		"": "", "zh-CN": "zh-CN", "zh-Hans-CN": "zh-Hans-CN", "es-419": "es-419", "en-GB": "en-GB", "x-default": "x-default", "fr": "fr",
		"zh-TW": "zh-TW", "sr-Latn": "sr-Latn", "no": "no", "en-GB-x-foo": "en-GB-x-foo", "not a tag": "not a tag",
	} {
		if got := knownTag(tag); got != want {
			t.Errorf("knownTag(%q) = %q, want %q", tag, got, want)
		}
	}
}

func TestTranslations(t *testing.T) {
	now := time.Now()
	pages := newHashes()
	found := newTranslations(now, 2, pages)
	var articles []article.Article
	page := func(id int) string { return fmt.Sprintf("https://xt.news.example/%d.html", id) }
	add := func(id int, lang string, to ...int) {
		a := article.Article{ID: fmt.Sprint(id), URL: page(id), Language: lang, Published: now.Add(-time.Hour), Status: article.Published}
		for _, other := range to {
			a.Alternates = append(a.Alternates, article.Alternate{Lang: "en", URL: page(other)})
		}
		articles = append(articles, a)
	}
	add(1, "", 2)        // returned
	add(2, "en-UK", 1)   // which returns it
	add(3, "", 4, 99, 3) // 4 does not, 99 is no article of ours, 3 is itself
	add(4, "en-UK")
	add(5, "", 1)
	add(6, "", 1, 2)
	articles = append(articles, article.Article{ID: "7", URL: page(7), Status: article.Draft, Language: "en-UK", Alternates: []article.Alternate{{Lang: "en", URL: page(1)}}})
	for i, a := range articles {
		found.add(&articles[i])
		if a.VisibleAt(now) {
			pages.add(a.URL)
		}
	}
	pages.sort()
	if !found.settle() {
		t.Error("no links that are not returned")
	}
	for i := range articles {
		found.name(&articles[i])
	}
	want := []string{
		"2 articles name the language en-UK, which engines know as en-GB, such as article 2",
		"article 3 names article 4 as a translation, which does not name it: engines take only links that are returned",
		"article 5 names article 1 as a translation, which does not name it: engines take only links that are returned",
		"and 2 more links to translations that are not returned",
	}
	if diff := cmp.Diff(want, found.lines()); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
}
