package content_test

import (
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"feedstation/internal/article"
	"feedstation/internal/content"
	"feedstation/internal/testkit/sqltest"
)

// TestEngineBrokenRows holds that a row that can't be an article costs itself,
// and is named. SQLite's are in TestBrokenRows.
func TestEngineBrokenRows(t *testing.T) {
	const (
		newest = 1 << iota
		listed
		inventoried
		every = newest | listed | inventoried
	)
	tests := []struct {
		name  string
		set   string
		where int // it is noticed
		want  string
		only  string
	}{
		{"broken JSON", `images = '[{"url":'`, every, "images: broken JSON: it ends in the middle of a value", ""},
		{"a list of something else", `tags = '[{}]'`, newest, "tags[0]: want a string, got object", ""},
		{"no url", `url = NULL`, every, "url: missing", ""},
		{"no station", `station = NULL`, inventoried, "station: missing", ""},
		{"a status of its own", `status = 'approved'`, every, `status: want published, draft or withdrawn, or a word of content.status, got "approved"`, ""},
		{"a relative address", `url = '/2.html'`, every, `url: not an absolute http(s) URL: "/2.html"`, ""},
		{"not published", `published = NULL`, inventoried, "published: missing", ""},
		{"a time of another age", `expires = '9999-12-31', published = '1500-01-01'`, newest | inventoried | listed, "published: not a plausible time: 1500-01-01T00:00:00Z", ""},
		{"zero dates", `published = '0000-00-00'`, newest | inventoried, "published: missing", content.MySQL},
		{"endlessly long ago", `expires = '-infinity'`, every, "expires: not a plausible time: 1000-01-01T00:00:00Z", content.Postgres},
		{"a body of 50 MB", `body = repeat('x', 50000000)`, newest, "body: more than 8388608 bytes", content.Postgres},
		{"a body of 15 MB", `body = repeat('x', 15000000)`, newest, "body: more than 8388608 bytes", content.MySQL},
		{"a large title", `title = repeat('长', 300000)`, every, "title: more than 524288 bytes", ""},
	}
	servers(t, func(t *testing.T, e *engine) {
		if e.name == content.MySQL {
			e.db.SetMaxOpenConns(1)
			e.exec(t, "SET sql_mode = ''")
		}
		s := e.store(t)
		at := now().Add(-time.Hour)
		for _, tt := range tests {
			if tt.only != "" && tt.only != e.name {
				continue
			}
			e.write(t, e.db, at, story("1", at), story("2", at.Add(time.Second)), story("3", at.Add(2*time.Second)))
			e.exec(t, "UPDATE articles SET "+tt.set+" WHERE id = '2'")
			for name, read := range map[string]struct {
				where int
				read  func(*content.Snapshot) ([]article.Article, error)
			}{
				"Latest": {newest, func(s *content.Snapshot) ([]article.Article, error) {
					return s.Latest(t.Context(), []string{"xt"}, "", 9)
				}},
				"Listing": {listed, func(s *content.Snapshot) ([]article.Article, error) {
					return listing(t, s, "xt", time.Time{}, now()), nil
				}},
				"Inventory": {inventoried, func(s *content.Snapshot) ([]article.Article, error) { return inventory(t, s), nil }},
			} {
				present := snapshot(t, s)
				got, err := read.read(present)
				if err != nil {
					t.Errorf("%s: %s: %v", tt.name, name, err)
				}
				sound := 0
				for _, a := range got {
					if a.ID == "1" || a.ID == "3" {
						sound++
					}
				}
				if sound != 2 {
					t.Errorf("%s: %s: articles %q, want 1 and 3", tt.name, name, ids(got))
				}
				faults := faultsOf(present)
				if tt.where&read.where != 0 && (len(faults) != 1 || !strings.HasPrefix(faults[0], "article 2: "+tt.want)) {
					t.Errorf("%s: %s: faults %q, want %s", tt.name, name, faults, tt.want)
				}
				present.Close()
			}
		}
		changes(t, s, at) // no failure
	})
}

// TestEngineInfinity holds that what never expires is shown.
func TestEngineInfinity(t *testing.T) {
	e := newEngine(t, content.Postgres, sqltest.Postgres(t))
	at := now().Add(-time.Hour)
	e.write(t, e.db, at, story("1", at), story("2", at))
	e.exec(t, "UPDATE articles SET expires = 'infinity', updated = 'infinity' WHERE id = '1'")
	e.exec(t, "UPDATE articles SET published = 'infinity', modified_at = 'infinity' WHERE id = '2'")
	s := e.store(t)
	got := latest(t, s, []string{"xt"}, "", 9)
	if diff := cmp.Diff([]article.Article{story("1", at)}, got); diff != "" {
		t.Errorf("Latest (-want +got):\n%s", diff)
	}
	changes(t, s, at)
	present := snapshot(t, s)
	defer present.Close()
	if got, err := present.Totals(t.Context(), "xt", at, now()); err != nil || got.Count != 1 {
		t.Errorf("Totals = %+v, %v", got, err)
	}
}

// TestEngineManyBroken holds that sound articles are found behind pages of
// broken ones.
func TestEngineManyBroken(t *testing.T) {
	engines(t, func(t *testing.T, e *engine) {
		at := now().Add(-time.Hour)
		for i := range 30 {
			e.write(t, e.db, at, story(fmt.Sprintf("%02d", i), at.Add(time.Duration(i/3)*time.Second)))
		}
		e.exec(t, "UPDATE articles SET url = '' WHERE id > '03' AND id <> '20'")
		s := e.store(t)
		present := snapshot(t, s)
		defer present.Close()
		got, err := present.Latest(t.Context(), []string{"xt"}, "", 4)
		if diff := cmp.Diff([]string{"20", "03", "02", "01"}, ids(got)); diff != "" || err != nil {
			t.Errorf("Latest, %v (-want +got):\n%s", err, diff)
		}
		if faults := present.Faults(); len(faults) != 25 {
			t.Errorf("%d faults, want 25", len(faults))
		}
	})
}

// TestLateCommit holds what happens to a transaction that stamps its rows, and
// commits after others have asked: it is found again within the overlap, and by
// its totals after that.
func TestLateCommit(t *testing.T) {
	servers(t, func(t *testing.T, e *engine) {
		for _, tt := range []struct {
			name    string
			overlap time.Duration
			found   bool
		}{{"within the overlap", time.Minute, true}, {"after it", time.Nanosecond, false}} {
			t.Run(tt.name, func(t *testing.T) {
				s := e.store(t, func(o *content.Options) { o.Overlap = tt.overlap })
				id := fmt.Sprint(tt.overlap)
				tx, err := e.db.BeginTx(t.Context(), nil)
				if err != nil {
					t.Fatal(err)
				}
				at := now()
				e.write(t, tx, at, story(id, at))
				before := snapshot(t, s)
				first, err := gather(before.Changes(t.Context(), at.Add(-time.Second)))
				if err != nil {
					t.Fatal(err)
				}
				for _, c := range first {
					if c.ID == id {
						t.Error("found before it was committed")
					}
				}
				from, to := at.Add(-time.Hour), at.Add(time.Hour)
				known, err := before.Totals(t.Context(), "xt", from, to)
				if err != nil {
					t.Fatal(err)
				}
				since := before.Time()
				before.Close()
				if err := tx.Commit(); err != nil {
					t.Fatal(err)
				}
				after := snapshot(t, s)
				defer after.Close()
				second, err := gather(after.Changes(t.Context(), since))
				if err != nil {
					t.Fatal(err)
				}
				found := false
				for _, c := range second {
					found = found || c.ID == id
				}
				if found != tt.found {
					t.Errorf("found among the changes: %t, want %t", found, tt.found)
				}
				if got, err := after.Totals(t.Context(), "xt", from, to); err != nil || got == known {
					t.Errorf("Totals = %+v, %v, as before", got, err)
				}
			})
		}
	})
}

// TestSecrets holds that no error tells a password, and each what to do.
func TestSecrets(t *testing.T) {
	const secret = "s3cr3t-岳麓"
	servers(t, func(t *testing.T, e *engine) {
		database := e.server.Database(t)
		free := closed(t)
		tests := []struct {
			name string
			dsn  string
			want string
		}{
			{"a wrong password", e.server.DSN("reader", secret, database), "refuses the user or the password"},
			{"an unknown user", e.server.DSN("nobody", secret, database), "refuses the user or the password"},
			{"an unknown database", e.server.DSN("root", "", "nowhere"), "there is no such database"},
			{"no relations", e.server.RootDSN(database), "articles: no such table or view"},
			{"a server that is down", e.server.DSNAt(free, "root", secret, database), "can't be reached"},
			{"no address", "postgres://root:" + secret + "@[::1:5432/x", "dsn: "},
			{"no address of MySQL", "root:" + secret + "@tcp(127.0.0.1/x", "dsn: "},
			{"a strange port", "postgres://root:" + secret + "@127.0.0.1:x/y?" + secret + "=1", ""},
			{"a network of no kind", "root:a@" + secret + "(127.0.0.1)/x?" + secret + "=%zz", ""},
		}
		for _, tt := range tests {
			s, err := content.OpenWith(t.Context(), content.Options{Driver: e.name, DSN: tt.dsn, Timeout: 2 * time.Second})
			if err == nil {
				_, err = s.Snapshot(t.Context())
				_, inspected := s.Inspect(t.Context())
				if inspected != nil {
					err = errors.Join(err, inspected)
				}
				if err := s.Close(); err != nil {
					t.Error(err)
				}
			}
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%s: %v, want it to say %q", tt.name, err, tt.want)
			}
			if err != nil && (strings.Contains(fmt.Sprintf("%v %+v", err, err), secret) || strings.Contains(err.Error(), "%!")) {
				t.Errorf("%s: the password: %v", tt.name, err)
			}
		}
	})
}

// TestOtherServer holds that what is no such server is told from one that is down, or slow.
func TestOtherServer(t *testing.T) {
	postgres, mariadb := sqltest.Postgres(t), sqltest.MariaDB(t)
	silent, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	for _, tt := range []struct{ name, driver, dsn, want string }{
		{"PostgreSQL for MySQL", content.MySQL, mariadb.DSNAt(postgres.Addr(), "root", "", "x"), "of PostgreSQL content.driver is postgres: no answer in time (100ms)"},
		{"MariaDB for PostgreSQL", content.Postgres, postgres.DSNAt(mariadb.Addr(), "root", "", "x"), "of MySQL and MariaDB content.driver is mysql (failed to connect to `user=root database=x`: " + mariadb.Addr() + " (127.0.0.1): received unexpected message)"},
		{"MariaDB for PostgreSQL with TLS", content.Postgres, "postgres://root@" + mariadb.Addr() + "/x?sslmode=require", "the server has no TLS, or is no PostgreSQL; look at the port and at sslmode in content.dsn"},
		{"silence for PostgreSQL", content.Postgres, postgres.DSNAt(silent.Addr().String(), "root", "", "x") + "&connect_timeout=1", "is the address in content.dsn right?"},
		{"no file", content.SQLiteReadOnly, filepath.Join(t.TempDir(), "cms.sqlite"), "no such file or directory; look at content.dsn"},
	} {
		s, err := content.OpenWith(t.Context(), content.Options{Driver: tt.driver, DSN: tt.dsn, Timeout: 100 * time.Millisecond})
		if err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
		if _, err := s.Snapshot(t.Context()); err == nil || !strings.Contains(err.Error(), tt.want) || strings.ContainsAny(err.Error(), "%\n") {
			t.Errorf("%s: %v, want %s", tt.name, err, tt.want)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
}

// closed returns an address at which nobody listens.
func closed(t *testing.T) string {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}

// TestOptions holds what is refused before anything is asked.
func TestOptions(t *testing.T) {
	const address = "host=127.0.0.1 port=1"
	tests := []struct {
		name string
		o    content.Options
		want string
	}{
		{"no driver", content.Options{}, `content: driver: want sqlite, sqlite_readonly, postgres or mysql, got ""`},
		{"a statement for a name", content.Options{Driver: content.Postgres, DSN: address, Articles: `articles"; DROP TABLE x; --`}, `content: articles: not a relation's name such as articles or news.articles: "articles\"; DROP TABLE x; --"`},
		{"a mark for a name", content.Options{Driver: content.MySQL, DSN: address, ArticleChannels: "a`b"}, "content: article_channels: not a relation's name such as articles or news.articles: \"a`b\""},
		{"too many parts", content.Options{Driver: content.MySQL, DSN: address, ArticleChannels: "a.b.c"}, `content: article_channels: not a relation's name such as articles or news.articles: "a.b.c"`},
		{"half a name", content.Options{Driver: content.Postgres, DSN: address, Articles: "a."}, `content: articles: not a relation's name such as articles or news.articles: "a."`},
		{"a very long name", content.Options{Driver: content.Postgres, DSN: address, Articles: strings.Repeat("a", 64)}, "content: articles: not a relation's name such as articles or news.articles: \"" + strings.Repeat("a", 64) + `"`},
		{"other names of the embedded store", content.Options{Driver: content.SQLite, DSN: "none/content.db", Articles: "stories"}, "content: the embedded store names its tables itself"},
		{"a negative overlap", content.Options{Driver: content.Postgres, DSN: address, Overlap: -1}, "content: the overlap, the timeout and the number of single changes can't be negative"},
		{"a negative number of changes", content.Options{Driver: content.SQLite, DSN: "none/content.db", OneByOne: -1}, "content: the overlap, the timeout and the number of single changes can't be negative"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := content.OpenWith(t.Context(), tt.o)
			if err == nil || err.Error() != tt.want {
				t.Errorf("OpenWith: %v, want %s", err, tt.want)
			}
		})
	}
}

// TestNotEmbedded holds that a newsroom's own database is never written to.
func TestNotEmbedded(t *testing.T) {
	s, err := content.OpenWith(t.Context(), content.Options{Driver: content.Postgres, DSN: "host=127.0.0.1 port=1"})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	const want = "content: only the embedded store can be written to"
	if _, err := s.Put(t.Context(), all(nil, nil)); err == nil || err.Error() != want {
		t.Errorf("Put: %v", err)
	}
	if _, err := s.Empty(t.Context()); err == nil || err.Error() != want {
		t.Errorf("Empty: %v", err)
	}
}
