package edition_test

import (
	"errors"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"feedstation/internal/edition"
)

// TestContentsLines holds that contents tell of an article what they were told,
// whatever its texts are.
func TestContentsLines(t *testing.T) {
	at := time.Date(2019, 3, 11, 10, 38, 14, 0, time.UTC)
	const address = "https://xt.news.example/1.html"
	tests := []struct {
		name    string
		article edition.Article
		line    string
	}{
		{"listed", edition.Article{ID: "1"}, "1\t1552300694\t1552300694\t" + address + "\n"},
		{"unlisted", edition.Article{ID: "1", Unlisted: true}, "1\t1552300694\t1552300694\t" + address + "\tunlisted\n"},
		{"of a later month's page", edition.Article{ID: "1", Unlisted: true, Later: true}, "1\t1552300694\t1552300694\t" + address + "\tlater\n"},
		{"of a later month's page, with a guid", edition.Article{ID: "1", GUID: "news:1", Unlisted: true, Later: true}, "1\t1552300694\t1552300694\t" + address + "\t=news:1\tlater\n"},
		{"with a guid", edition.Article{ID: "1", GUID: "news:1"}, "1\t1552300694\t1552300694\t" + address + "\t=news:1\n"},
		{"with both", edition.Article{ID: "1", GUID: "news:1", Unlisted: true}, "1\t1552300694\t1552300694\t" + address + "\t=news:1\tunlisted\n"},
		{"with the mark for a guid", edition.Article{ID: "1", GUID: "unlisted"}, "1\t1552300694\t1552300694\t" + address + "\t=unlisted\n"},
		{
			"with tabs and line ends",
			edition.Article{ID: "a\tb\nc\\t", GUID: "\t=unlisted\r\n"},
			"a\\tb\\nc\\\\t\t1552300694\t1552300694\t" + address + "\t=\\t=unlisted\\r\\n\n",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			want := tt.article
			want.Published, want.Updated, want.Address = at, at, address
			text := edition.AppendFormer(nil, "gone", edition.Known{GUID: "https://xt.news.example/gone.html"})
			line := want.AppendTo(nil)
			if string(line) != tt.line {
				t.Errorf("line %q, want %q", line, tt.line)
			}
			text = append(text, line...)
			var got []edition.Article
			for a, err := range edition.ParseArticles(text) {
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, a)
			}
			if diff := cmp.Diff([]edition.Article{want}, got); diff != "" {
				t.Errorf("articles (-want +got):\n%s", diff)
			}
			known := map[string]edition.Known{"gone": {GUID: "https://xt.news.example/gone.html", Former: true}, want.ID: {GUID: want.KnownBy(), Published: want.Published, Address: want.Address}}
			if diff := cmp.Diff(known, maps.Collect(edition.KnownBy(text, nil))); diff != "" {
				t.Errorf("known by (-want +got):\n%s", diff)
			}
			delete(known, "gone")
			if diff := cmp.Diff(known, maps.Collect(edition.KnownBy(text, map[string]bool{want.ID: true}))); diff != "" {
				t.Errorf("known by, of one (-want +got):\n%s", diff)
			}
			pages := map[string]bool{}
			for page, later := range edition.Pages(text) {
				pages[string(page)] = later
			}
			if want.Unlisted && !want.Later && len(pages) > 0 || (!want.Unlisted || want.Later) && !maps.Equal(pages, map[string]bool{address: want.Later}) {
				t.Errorf("pages %v", pages)
			}
			page := map[string]bool{address: true}
			if !edition.Shares(text, page, nil) || edition.Shares(text, page, map[string]bool{want.ID: true}) || edition.Shares(text, map[string]bool{"https://xt.news.example/gone.html": true}, nil) {
				t.Error("what shares a page is not told")
			}
		})
	}
	for _, line := range []string{"1\t1\t1\n", "1\t1\t1\ta\tb\n", "1\tx\t1\ta\n", "1\t1\t1\ta\t=b\tc\n"} {
		for _, err := range edition.ParseArticles([]byte(line)) {
			if !errors.Is(err, edition.ErrDamaged) {
				t.Errorf("%q: %v", line, err)
			}
		}
		for id, known := range edition.KnownBy([]byte(line), nil) {
			t.Errorf("%q: %s is known by %v", line, id, known)
		}
	}
}

// Contents tell articles from notices, whatever an id has in it.
func TestContentsWithNotices(t *testing.T) {
	at := time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)
	all := []edition.Article{
		{ID: "1", Published: at, Updated: at, Address: "https://xt.news.example/1"},
		{ID: "2\tnotice", Published: at, Updated: at, Address: "https://xt.news.example/2\tnotice"},
		{ID: "3", Published: at, Updated: at.Add(time.Hour), Address: "https://xt.news.example/3", Notice: true},
		{ID: "4", Published: at, Updated: at, Address: "https://xt.news.example/4", Unlisted: true},
		{ID: "5", Published: at, Updated: at, Address: "https://xt.news.example/5", GUID: "news:5\tnotice", Notice: true},
		{ID: "6", Published: at, Updated: at, Address: "https://xt.news.example/6", GUID: "notice"},
	}
	var text []byte
	for _, a := range all {
		text = a.AppendTo(text)
	}
	contents := edition.Revision{AsOf: at}.ReviseContent(edition.NewContents(text), nil)
	var lines, articles []edition.Article
	for a, err := range edition.Lines(contents) {
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, a)
	}
	for a, err := range edition.Articles(contents) {
		if err != nil {
			t.Fatal(err)
		}
		articles = append(articles, a)
	}
	if !slices.Equal(lines, all) {
		t.Errorf("lines %+v", lines)
	}
	if want := slices.Concat(all[:2], all[3:4], all[5:]); !slices.Equal(articles, want) {
		t.Errorf("articles %+v", articles)
	}
	for id, want := range map[string]bool{"3": true, "4": true, "nobody": false} { // 3 is a notice
		if got := edition.HasAny(contents, map[string]bool{id: true}); got != want {
			t.Errorf("has %s: %t, want %t", id, got, want)
		}
	}
	known := maps.Collect(edition.KnownBy(text, nil))
	for _, a := range all {
		if want := (edition.Known{GUID: a.KnownBy(), Former: a.Notice, Published: a.Published, Address: a.Address}); known[a.ID] != want {
			t.Errorf("%s is known by %+v, want %+v", a.ID, known[a.ID], want)
		}
	}
}
