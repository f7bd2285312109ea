package content_test

import (
	"database/sql"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"feedstation/internal/article"
	"feedstation/internal/content"
)

// faultsOf returns what a snapshot says of broken rows.
func faultsOf(s *content.Snapshot) (texts []string) {
	for _, fault := range s.Faults() {
		texts = append(texts, fault.Error())
	}
	return texts
}

// TestBrokenRows holds that a row which can't be an article is left out and
// named wherever it is read, and that the others are there.
func TestBrokenRows(t *testing.T) {
	const (
		latest = 1 << iota
		listed
		inventoried
		all = latest | listed | inventoried
	)
	tests := []struct {
		name  string
		set   string
		where int // it is noticed
		want  string
	}{
		{"expires after the last year", fmt.Sprint(`expires = `, math.MaxInt64), all, `expires: not a plausible time in milliseconds: 9223372036854775807`},
		{"expires in nanoseconds", `expires = 2552300694000000000`, all, `expires: not a plausible time in milliseconds: 2552300694000000000`},
		{"published before 1900", `published = -2208988800001`, all, `published: not a plausible time in milliseconds: -2208988800001`},
		{"published long before", fmt.Sprint(`published = `, math.MinInt64), latest | inventoried, `published: not a plausible time in milliseconds: -9223372036854775808`},
		{"published never", fmt.Sprint(`published = `, math.MaxInt64), inventoried, `published: not a plausible time in milliseconds: 9223372036854775807`},

		{"an address that is too long", `url = 'https://xt.news.example/' || printf('%.*c', 4073, '1')`, all, `url: an address of 4097 bytes, at most 4096 are allowed`},
		{"a host that is too long", `url = 'https://' || printf('%.*c', 60000, 'a') || '/1.html'`, all, `url: an address of 60015 bytes, at most 4096 are allowed`},
		{"a host that is a little too long", `url = 'https://' || printf('%.*c', 254, 'a') || '/1.html'`, all, `url: a host of 254 bytes, at most 253 are allowed`},

		{"an address with a password", `url = 'https://a:b@xt.news.example/1'`, all, `url: user information in a public address`},
		{"no url", `url = ''`, all, `url: missing`},
		{"no station", `station = ''`, inventoried, `station: missing`},

		// What only a table without its constraints can have.
		{"url is NULL", `url = NULL`, all, `url: missing`},
		{"title is a blob", `title = x'00'`, all, `title: want text, got a blob`},
		{"expires is a text", `expires = 'soon'`, all, `expires: want milliseconds, got text`},
		{"published is NULL", `published = NULL`, inventoried, `published: missing`},
		{"published is a text", `published = 'soon'`, inventoried, `published: want milliseconds, got text`},
		{"station is NULL", `station = NULL`, inventoried, `station: missing`},
		{"status of another program", `status = 'approved'`, all, `status: want published, draft or withdrawn, or a word of content.status, got "approved"`},
		{"status is a blob", `status = x'64726166ff'`, all, `status: want text, got a blob`},
	}
	at := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "content.db")
			s := open(t, file)
			put(t, s, story("1", at), story("2", at.Add(1e9)), story("3", at.Add(2e9)))
			db := foreign(t, file)
			loosen(t, db)
			exec(t, db, "UPDATE articles SET "+tt.set+" WHERE id = '2'")

			reads := []struct {
				name  string
				where int
				read  func(*content.Snapshot) []article.Article
				want  []string
			}{
				{"Latest", latest, func(present *content.Snapshot) []article.Article {
					articles, err := present.Latest(t.Context(), []string{"xt"}, "", 9)
					if err != nil {
						t.Fatal(err)
					}
					return articles
				}, []string{"3", "1"}},
				{"Listing", listed, func(present *content.Snapshot) []article.Article {
					return listing(t, present, "xt", time.Time{}, at.AddDate(9999, 0, 0))
				}, []string{"1", "3"}},
				{"Inventory", inventoried, func(present *content.Snapshot) []article.Article { return inventory(t, present) }, []string{"1", "3"}},
			}
			for _, r := range reads {
				present := snapshot(t, s)
				got := r.read(present)
				got = slices.DeleteFunc(got, func(a article.Article) bool { return a.ID == "2" && tt.where&r.where == 0 })
				if diff := cmp.Diff(r.want, ids(got)); diff != "" {
					t.Errorf("%s: articles (-want +got):\n%s", r.name, diff)
				}
				faults := faultsOf(present)
				if tt.where&r.where == 0 {
					if faults != nil {
						t.Errorf("%s: faults %q, want none", r.name, faults)
					}
				} else if want := "article 2: " + tt.want; len(faults) != 1 || !strings.HasPrefix(faults[0], want) {
					t.Errorf("%s: faults %q, want %s…", r.name, faults, want)
				}
				present.Close()
			}
		})
	}
}

// TestOddValues holds that an odd value of a column which an article can do without
// costs that value, and is named wherever it is read.
func TestOddValues(t *testing.T) {
	const (
		latest = 1 << iota
		listed
		inventoried
		all = latest | listed | inventoried
	)
	at := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	same := func(*article.Article) {}
	tests := []struct {
		name  string
		set   string
		where int                    // it is noticed
		want  func(*article.Article) // what is left, by Latest
		odd   []string
	}{
		{"an element of something else", `images = '[1,{"url":"1.jpg"},true]'`, latest | inventoried | listed, func(a *article.Article) {
			a.Images = []article.Image{{URL: "1.jpg"}}
		}, []string{"images[0]: want an object, got number", "images[2]: want an object, got bool"}},
		{"a number for a list", `images = '7'`, all, same, []string{"images: want a list, got number"}},
		{"JSON that ends", `enclosures = '[{"url":"1.mp3"'`, all, same, []string{"enclosures: broken JSON: it ends in the middle of a value"}},
		{"no JSON", `alternates = 'en'`, all, same, []string{"alternates: want a list, got string"}},
		{"authors", `authors = '{"id":"张三"}'`, latest, same, []string{"authors: want a list, got object"}},
		{"source", `source = '[1]'`, latest, same, []string{"source: want an object, got number"}},
		{
			"a part of source", `source = '{"name":{},"url":"https://a.example/"}'`, latest, func(a *article.Article) { a.Source.URL = "https://a.example/" },
			[]string{"source.name: want a string, got object"},
		},
		{"tags", `tags = '[{"a":1},"a"]'`, latest, func(a *article.Article) { a.Tags = []string{"a"} }, []string{"tags[0]: want a string, got object"}},
		{"two columns", `images = '[1]', alternates = '[2]'`, all, same, []string{"images[0]: want an object, got number", "alternates[0]: want an object, got number"}},

		{"updated after the last year", `updated = 253402300800000`, all, same, []string{"updated: not a plausible time in milliseconds: 253402300800000"}},
		{"updated is a fraction", `updated = 1552300694000.5`, all, same, []string{"updated: want milliseconds, got a number"}},
		{"language is a blob", `language = x'00'`, all, same, []string{"language: want text, got a blob"}},
		{"images are a blob", `images = x'5b5d'`, all, same, []string{"images: want text, got a blob"}},
		{"a language in words", `language = 'chinese'`, all, same, []string{`language: want a language (BCP 47) such as zh-CN, got "chinese"`}},
		{"a language with an underscore", `language = 'zh_CN'`, 0, func(a *article.Article) { a.Language = "zh-CN" }, nil},

		{"addresses", `original_url = 'ftp://a.example/', next_url = 'mailto:a@b.example', source = '{"url":"/a"}'`, latest, same, []string{
			`source.url: not an absolute http(s) URL: "/a"`, `original_url: not an absolute http(s) URL: "ftp://a.example/"`,
			`next_url: not an absolute http(s) URL: "mailto:a@b.example"`,
		}},
		{"an image's size and type", `images = '[{"url":"1.jpg","width":-1,"type":"jpg"}]'`, latest, func(a *article.Article) {
			a.Images = []article.Image{{URL: "1.jpg"}}
		}, []string{`images[0].type: not a media type such as image/jpeg: "jpg"`, "images[0].width: less than nothing: -1"}},
		{"an enclosure", `enclosures = '[{"url":"javascript:a"}]'`, latest | inventoried, same, []string{`enclosures[0].url: not an http(s) URL: "javascript:a"`}},
		{
			"an alternate", `alternates = '[{"lang":"x","url":"https://a.example/"}]'`, all, same,
			[]string{`alternates[0].lang: want a language (BCP 47) such as zh-CN, or x-default, got "x"`},
		},
		{
			"a text that is too large", `rights = printf('%.*c', 600000, 'a'), body = printf('%.*c', 9000000, 'a')`, latest, same,
			[]string{"rights: more than 524288 bytes", "body: more than 8388608 bytes"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "content.db")
			s := open(t, file)
			put(t, s, story("1", at))
			db := foreign(t, file)
			loosen(t, db)
			exec(t, db, "UPDATE articles SET "+tt.set)
			want := story("1", at)
			tt.want(&want)
			for _, r := range []struct {
				name  string
				where int
				read  func(*content.Snapshot) []article.Article
			}{
				{"Latest", latest, func(present *content.Snapshot) []article.Article {
					articles, err := present.Latest(t.Context(), []string{"xt"}, "", 9)
					if err != nil || !cmp.Equal(articles, []article.Article{want}) {
						t.Errorf("Latest, %v (-want +got):\n%s", err, cmp.Diff([]article.Article{want}, articles))
					}
					return articles
				}},
				{"Listing", listed, func(present *content.Snapshot) []article.Article {
					return listing(t, present, "xt", time.Time{}, time.Now())
				}},
				{"Inventory", inventoried, func(present *content.Snapshot) []article.Article { return inventory(t, present) }},
			} {
				present := snapshot(t, s)
				if got := r.read(present); len(got) != 1 {
					t.Errorf("%s: articles %q", r.name, ids(got))
				}
				var want []string
				for _, odd := range tt.odd {
					if tt.where&r.where != 0 {
						want = append(want, "article 1: "+odd)
					}
				}
				if diff := cmp.Diff(want, faultsOf(present)); diff != "" {
					t.Errorf("%s: faults (-want +got):\n%s", r.name, diff)
				}
				for _, fault := range present.Faults() {
					if !fault.Kept {
						t.Errorf("%s: %v costs the article", r.name, fault)
					}
				}
				present.Close()
			}
		})
	}
}

// loosen takes the constraints from the table of articles, as a table would be
// that another program has made.
func loosen(t *testing.T, db *sql.DB) {
	t.Helper()
	db.SetMaxOpenConns(1)
	exec(t, db, `PRAGMA writable_schema = ON`)
	exec(t, db, `UPDATE sqlite_schema SET sql = replace(replace(replace(sql, 'STRICT', ''), 'NOT NULL', ''), 'CHECK (status IN (''published'', ''draft'', ''withdrawn''))', '')
		WHERE name = 'articles'`)
	exec(t, db, `PRAGMA schema_version = 1000`) // the others read it again
	exec(t, db, `PRAGMA writable_schema = RESET`)
}

// TestOddRows holds what is an article although import would not write it so.
func TestOddRows(t *testing.T) {
	at := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	sound := story("1", at)
	with := func(change func(*article.Article)) article.Article {
		a := sound
		change(&a)
		return a
	}
	long := "https://" + strings.Repeat("a.", 126) + "a/" + strings.Repeat("1", 3834)
	tests := []struct {
		name string
		set  string
		want article.Article
	}{
		{"the longest address and host", `url = '` + long + `'`, with(func(a *article.Article) { a.URL = long })},
		{"empty texts are no lists", `images = '', enclosures = '', alternates = '', authors = '', source = ''`, sound},
		{"null is no list", `images = 'null', enclosures = 'null', alternates = 'null', tags = 'null', source = 'null'`, sound},
		{"NULL is none", `images = NULL, alternates = NULL, language = NULL, updated = NULL, noindex = NULL, editor = NULL`, sound},
		{"updated before it was published", `updated = 0`, sound},
		{"a large truth", `noindex = 7`, with(func(a *article.Article) { a.NoIndex = true })},
		{"expires with the last year", `expires = 253402300799999`, with(func(a *article.Article) {
			a.Expires = time.Date(9999, 12, 31, 23, 59, 59, 999_000_000, time.UTC)
		})},
		{"published with the year 1900", `published = -2208988800000, updated = -2208988800000`, with(func(a *article.Article) {
			a.Published = time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC)
			a.Updated = a.Published
		})},
		{"a title of no letters", `title = ''`, with(func(a *article.Article) { a.Title = "" })},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "content.db")
			s := open(t, file)
			put(t, s, sound)
			db := foreign(t, file)
			loosen(t, db)
			exec(t, db, "UPDATE articles SET "+tt.set)
			present := snapshot(t, s)
			newest, err := present.Latest(t.Context(), []string{"xt"}, "", 9)
			if err != nil {
				t.Fatal(err)
			}
			want := []article.Article{tt.want}
			for name, got := range map[string][]article.Article{
				"Latest": newest, "Listing": listing(t, present, "xt", time.Time{}, time.Now()), "Inventory": inventory(t, present),
			} {
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("%s (-want +got):\n%s", name, diff)
				}
			}
			if faults := faultsOf(present); faults != nil {
				t.Errorf("faults: %q", faults)
			}
		})
	}
}

// TestFaults holds that a snapshot names each broken row once, and not all of
// very many.
func TestFaults(t *testing.T) {
	file := filepath.Join(t.TempDir(), "content.db")
	s := open(t, file)
	at := time.Now().Add(-time.Hour)
	var articles []article.Article
	for i := range 250 {
		articles = append(articles, story(fmt.Sprintf("%03d", i), at))
	}
	put(t, s, articles...)
	exec(t, foreign(t, file), "UPDATE articles SET url = '' WHERE id BETWEEN '010' AND '012' OR id >= '100'")
	present := snapshot(t, s)
	if faults := present.Faults(); faults != nil {
		t.Errorf("before anything was read: %v", faults)
	}
	got, err := present.Latest(t.Context(), []string{"xt"}, "", 90)
	if want := []string{"099", "098", "097"}; err != nil || len(got) != 90 || !slices.Equal(ids(got)[:3], want) {
		t.Errorf("Latest: %d articles %q, %v, want 90 from %q on", len(got), ids(got), err, want)
	}
	if faults := present.Faults(); len(faults) != 100 || faults[0].ID != "249" || faults[0].Column != "url" {
		t.Errorf("%d faults %v, want 100 from 249 on", len(faults), faults)
	}

	present = snapshot(t, s)
	for range 2 {
		for a, err := range present.Listing(t.Context(), "xt", time.Time{}, time.Now()) {
			if err != nil {
				t.Fatal(err)
			}
			if a.ID == "020" {
				break
			}
		}
	}
	faults := present.Faults()
	if len(faults) != 3 || faults[0].ID != "010" || faults[2].ID != "012" {
		t.Fatalf("faults %v, want those of 010, 011, 012", faults)
	}
	faults[0].ID = "changed"
	if again := present.Faults(); again[0].ID != "010" {
		t.Errorf("the snapshot's own faults were changed: %v", again)
	}
}

// TestImplausibleTimes holds that what can't be a time is in no month and no
// change: a row without a place in any document.
func TestImplausibleTimes(t *testing.T) {
	file := filepath.Join(t.TempDir(), "content.db")
	s := open(t, file)
	at := time.Date(2000, 1, 15, 0, 0, 0, 0, time.UTC)
	put(t, s, story("1", at), story("2", at), story("3", at))
	db := foreign(t, file)
	exec(t, db, "UPDATE articles SET published = ? WHERE id = '2'", int64(math.MinInt64))
	exec(t, db, "UPDATE articles SET published = ? WHERE id = '3'", int64(math.MaxInt64))
	present := snapshot(t, s)
	months, err := present.Months(t.Context(), "xt", time.FixedZone("", -12*60*60))
	if got := fmt.Sprint(months); got != "[2000-01]" || err != nil {
		t.Errorf("Months = %s, %v, want 2000-01 alone", got, err)
	}
	got, err := gather(present.Changes(t.Context(), time.Now()))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range got {
		if !c.Published.Equal(at) {
			t.Errorf("a change of %v", c.Published)
		}
	}
	if len(got) != 3 { // the first, and where the others have been
		t.Errorf("changes: %v", got)
	}
}
