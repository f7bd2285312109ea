package content_test

import (
	"database/sql"
	"encoding/json"
	"errors"
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
		{"a list of something else", `images = '[1]'`, all, `images: json: cannot unmarshal number`},
		{"an object for a list", `images = '{"url":"1.jpg"}'`, all, `images: json: cannot unmarshal object`},
		{"JSON that ends", `enclosures = '[{"url":"1.mp3"'`, all, `enclosures: unexpected end of JSON input`},
		{"no JSON", `alternates = 'en'`, all, `alternates: invalid character 'e'`},
		{"authors", `authors = '"张三"'`, latest, `authors: json: cannot unmarshal string`},
		{"source", `source = '[1]'`, latest, `source: json: cannot unmarshal array`},
		{"tags", `tags = '[{}]'`, latest, `tags: json: cannot unmarshal object`},
		{"two columns", `images = '[1]', alternates = '[2]'`, all, `images: json: cannot unmarshal number`},

		{"expires after the last year", fmt.Sprint(`expires = `, math.MaxInt64), all, `expires: not a plausible time in milliseconds: 9223372036854775807`},
		{"expires in nanoseconds", `expires = 2552300694000000000`, all, `expires: not a plausible time in milliseconds: 2552300694000000000`},
		{"updated after the last year", `updated = 253402300800000`, all, `updated: not a plausible time in milliseconds: 253402300800000`},
		{"published before 1900", `published = -2208988800001`, all, `published: not a plausible time in milliseconds: -2208988800001`},
		{"published long before", fmt.Sprint(`published = `, math.MinInt64), latest | inventoried, `published: not a plausible time in milliseconds: -9223372036854775808`},
		{"published never", fmt.Sprint(`published = `, math.MaxInt64), inventoried, `published: not a plausible time in milliseconds: 9223372036854775807`},

		{"an address that is too long", `url = 'https://xt.news.example/' || printf('%.*c', 4073, '1')`, all, `url: an address of 4097 bytes, at most 4096 are allowed`},
		{"a host that is too long", `url = 'https://' || printf('%.*c', 60000, 'a') || '/1.html'`, all, `url: an address of 60015 bytes, at most 4096 are allowed`},
		{"a host that is a little too long", `url = 'https://' || printf('%.*c', 254, 'a') || '/1.html'`, all, `url: a host of 254 bytes, at most 253 are allowed`},

		{"no url", `url = ''`, all, `url: missing`},
		{"no station", `station = ''`, inventoried, `station: missing`},

		// What only a table without its constraints can have.
		{"url is NULL", `url = NULL`, all, `url: missing`},
		{"title is a blob", `title = x'00'`, all, `title: want text, got a blob`},
		{"language is a blob", `language = x'00'`, all, `language: want text, got a blob`},
		{"images are a blob", `images = x'5b5d'`, all, `images: want text, got a blob`},
		{"expires is a text", `expires = 'soon'`, all, `expires: want milliseconds, got text`},
		{"updated is a fraction", `updated = 1552300694000.5`, all, `updated: want milliseconds, got a number`},
		{"published is NULL", `published = NULL`, inventoried, `published: missing`},
		{"published is a text", `published = 'soon'`, inventoried, `published: want milliseconds, got text`},
		{"station is NULL", `station = NULL`, inventoried, `station: missing`},
		{"status of another program", `status = 'deleted'`, all, `status: want published, draft or withdrawn, got "deleted"`},
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
	exec(t, foreign(t, file), "UPDATE articles SET images = '[1]' WHERE id BETWEEN '010' AND '012' OR id >= '100'")
	present := snapshot(t, s)
	if faults := present.Faults(); faults != nil {
		t.Errorf("before anything was read: %v", faults)
	}
	got, err := present.Latest(t.Context(), []string{"xt"}, "", 90)
	if want := []string{"099", "098", "097"}; err != nil || len(got) != 90 || !slices.Equal(ids(got)[:3], want) {
		t.Errorf("Latest: %d articles %q, %v, want 90 from %q on", len(got), ids(got), err, want)
	}
	if faults := present.Faults(); len(faults) != 100 || faults[0].ID != "249" || faults[0].Column != "images" {
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
	if _, ok := errors.AsType[*json.UnmarshalTypeError](faults[0]); !ok {
		t.Errorf("%v does not wrap what is wrong", faults[0])
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
