package content_test

import (
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"feedstation/internal/content"
)

// TestOtherSQLiteTimes holds that times compare in every form that programs write them
// in, each in one that its column's index serves.
func TestOtherSQLiteTimes(t *testing.T) {
	text := func(layout, zone string) func(time.Time) any {
		return func(at time.Time) any {
			location, err := time.LoadLocation(zone)
			if err != nil {
				t.Fatal(err)
			}
			return at.In(location).Format(layout)
		}
	}
	for name, tt := range map[string]struct {
		column string
		write  func(time.Time) any
		unit   time.Duration
	}{
		"RFC 3339":             {"TEXT", text(time.RFC3339, "UTC"), time.Second},
		"with milliseconds":    {"TEXT", text("2006-01-02T15:04:05.000Z07:00", "UTC"), time.Millisecond},
		"of another zone":      {"DATETIME", text(time.RFC3339, "Asia/Shanghai"), time.Second},
		"Django":               {"datetime", text("2006-01-02 15:04:05.000000", "UTC"), time.Microsecond},
		"Python's isoformat":   {"timestamp", text("2006-01-02 15:04:05.000000-07:00", "UTC"), time.Microsecond},
		"datetime('now')":      {"TEXT", text(time.DateTime, "UTC"), time.Second},
		"Go's":                 {"DATETIME", text("2006-01-02 15:04:05.000-07:00", "Asia/Shanghai"), time.Millisecond},
		"to the minute":        {"TEXT", text("2006-01-02 15:04", "UTC"), time.Minute},
		"without a type":       {"", text(time.DateTime, "UTC"), time.Second},
		"seconds":              {"INTEGER", func(at time.Time) any { return at.Unix() }, time.Second},
		"seconds without type": {"", func(at time.Time) any { return at.Unix() }, time.Second},
		"milliseconds":         {"INTEGER", func(at time.Time) any { return at.UnixMilli() }, time.Millisecond},
		"a fraction":           {"REAL", func(at time.Time) any { return float64(at.UnixMilli()) / 1000 }, time.Millisecond},
		"seconds as text":      {"TEXT", func(at time.Time) any { return strconv.FormatInt(at.Unix(), 10) }, time.Second},
		"milliseconds as text": {"TEXT", func(at time.Time) any { return strconv.FormatInt(at.UnixMilli(), 10) }, time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), "cms.sqlite")
			db := foreign(t, file)
			exec(t, db, fmt.Sprintf(`CREATE TABLE articles (id INTEGER PRIMARY KEY, station TEXT, url TEXT, title TEXT,
				published %[1]s, updated %[1]s, expires %[1]s, modified_at %[1]s)`, tt.column))
			exec(t, db, "CREATE TABLE article_channels (article_id INTEGER, channel TEXT)")
			at := time.Now().UTC().Truncate(time.Hour)
			if time.Since(at) < 5*time.Minute { // what is later than it by a unit is older than the overlap
				at = at.Add(-time.Hour)
			}
			add := func(id int, published, expires time.Time) {
				var ends any
				if !expires.IsZero() {
					ends = tt.write(expires)
				}
				exec(t, db, "INSERT INTO articles VALUES (?, 'xt', ?, ?, ?, ?, ?, ?)", id, fmt.Sprintf("https://xt.news.example/%d", id), fmt.Sprint("第", id, "条"),
					tt.write(published), tt.write(published), ends, tt.write(at))
			}
			add(1, at.Add(-time.Minute), time.Time{})
			add(2, at, at.Add(9*time.Hour))
			add(3, at.Add(tt.unit), time.Time{})
			add(4, at.Add(8*time.Hour), time.Time{})  // embargoed
			add(5, at, at.Add(-time.Minute))          // expired
			add(6, at.AddDate(0, -2, 0), time.Time{}) // of another month
			s, err := content.OpenWith(t.Context(), content.Options{Driver: content.SQLiteReadOnly, DSN: file})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			articles := latest(t, s, []string{"xt"}, "", 9)
			if diff := cmp.Diff([]string{"3", "2", "1", "6"}, ids(articles)); diff != "" {
				t.Fatalf("Latest (-want +got):\n%s", diff)
			}
			if got := articles[0].Published; !got.Equal(at.Add(tt.unit)) {
				t.Errorf("published at %v, not %v", got, at.Add(tt.unit))
			}
			present := snapshot(t, s)
			defer present.Close()
			for _, bounds := range []struct {
				from, to time.Time
				want     []string
			}{
				{at, at.Add(tt.unit), []string{"2"}},
				{at.Add(time.Microsecond), at.Add(time.Hour), []string{"3"}},
				{at.Add(-time.Minute), at, []string{"1"}},
			} {
				if got := ids(listing(t, present, "xt", bounds.from, bounds.to)); !cmp.Equal(got, bounds.want) {
					t.Errorf("from %v to %v: %q, want %q", bounds.from, bounds.to, got, bounds.want)
				}
			}
			if next, err := present.Next(t.Context()); !next.Equal(at.Add(8*time.Hour)) || err != nil {
				t.Errorf("Next: %v, %v, want %v", next, err, at.Add(8*time.Hour))
			}
			if got := changes(t, s, at.Add(-time.Minute)); len(got) < 6 {
				t.Errorf("changes: %v", got)
			}
			if got := changes(t, s, time.Now().Add(9*time.Minute)); len(got) != 0 {
				t.Errorf("later changes: %v", got)
			}
			if findings, err := s.Inspect(t.Context()); err != nil || strings.Contains(fmt.Sprint(findings), "forms") {
				t.Errorf("%v, %v", findings, err)
			}
		})
	}
}

// otherFile makes a file of another program with one article.
func otherFile(t *testing.T, file, mode, id string) *sql.DB {
	t.Helper()
	db := foreign(t, file)
	db.SetMaxOpenConns(1)
	exec(t, db, "PRAGMA journal_mode = "+mode)
	exec(t, db, "CREATE TABLE articles (id TEXT PRIMARY KEY, station TEXT, url TEXT, title TEXT, published TEXT, modified_at TEXT)")
	exec(t, db, "CREATE TABLE article_channels (article_id TEXT, channel TEXT)")
	addOther(t, db, id)
	return db
}

func addOther(t *testing.T, db *sql.DB, id string) {
	t.Helper()
	exec(t, db, "INSERT INTO articles VALUES (?1, 'xt', 'https://xt.news.example/' || ?1, '条', '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z')", id)
}

func openOther(t *testing.T, file string) *content.Store {
	t.Helper()
	s, err := content.OpenWith(t.Context(), content.Options{Driver: content.SQLiteReadOnly, DSN: file, Timeout: 200 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// TestOtherSQLiteIsNotWritten holds that neither the file nor its folder changes, and
// that its journal mode stays, whether its program has it open or not.
func TestOtherSQLiteIsNotWritten(t *testing.T) {
	for _, mode := range []string{"WAL", "DELETE"} {
		for _, open := range []bool{true, false} {
			t.Run(fmt.Sprint(mode, " open ", open), func(t *testing.T) {
				dir := t.TempDir()
				file := filepath.Join(dir, "cms.sqlite")
				db := otherFile(t, file, mode, "1")
				exec(t, db, "PRAGMA user_version = 4") // as a former one of ours
				if !open {
					if err := db.Close(); err != nil {
						t.Fatal(err)
					}
				}
				before, files := bytesOf(t, file), names(t, dir)
				s := openOther(t, file)
				if got := ids(latest(t, s, []string{"xt"}, "", 9)); !cmp.Equal(got, []string{"1"}) {
					t.Errorf("articles %q", got)
				}
				if _, err := s.Inspect(t.Context()); err != nil {
					t.Error(err)
				}
				if err := s.Close(); err != nil {
					t.Error(err)
				}
				if !cmp.Equal(before, bytesOf(t, file)) {
					t.Error("the file has changed")
				}
				if diff := cmp.Diff(files, names(t, dir)); diff != "" {
					t.Errorf("files (-before +after):\n%s", diff)
				}
				if _, err := content.Open(t.Context(), file); err == nil {
					t.Error("taken for the embedded store")
				}
			})
		}
	}
}

// TestOtherSQLiteMoves holds that what its program does to the file is followed, and
// what keeps it from being read is worth another try.
func TestOtherSQLiteMoves(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "cms.sqlite")
	db := otherFile(t, file, "DELETE", "1")
	s := openOther(t, file)
	want := func(want ...string) {
		t.Helper()
		if got := ids(latest(t, s, []string{"xt"}, "", 9)); !cmp.Equal(got, want) {
			t.Errorf("articles %q, want %q", got, want)
		}
	}
	refused := func(text string) {
		t.Helper()
		present, err := s.Snapshot(t.Context())
		if err == nil {
			present.Close()
		}
		if err == nil || !strings.Contains(err.Error(), text) {
			t.Errorf("%v, want %q", err, text)
		}
	}
	want("1")
	addOther(t, db, "2")
	want("2", "1")
	exec(t, db, "BEGIN EXCLUSIVE")
	refused("another process holds the file locked")
	exec(t, db, "COMMIT")
	want("2", "1")
	exec(t, db, "PRAGMA journal_mode = WAL")
	addOther(t, db, "3")
	want("3", "2", "1")

	// Another file takes its place, with another form of times.
	next := filepath.Join(dir, "next.sqlite")
	other := otherFile(t, next, "DELETE", "7")
	exec(t, other, "UPDATE articles SET published = '2026-01-01 08:00:00', modified_at = '2026-01-01 08:00:00'")
	for _, f := range []string{"-wal", "-shm"} {
		if err := os.Remove(file + f); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Rename(next, file); err != nil {
		t.Fatal(err)
	}
	want("7")
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	refused("no such file")
}

// TestOtherSQLiteCrashed reads a file whose program has not ended well: it has to mend
// it first, and the error says so.
func TestOtherSQLiteCrashed(t *testing.T) {
	dir := t.TempDir()
	db := otherFile(t, filepath.Join(dir, "live.sqlite"), "WAL", "1")
	defer db.Close()
	for name, with := range map[string][]string{"with its -wal": {"", "-wal"}, "with its -wal and -shm": {"", "-wal", "-shm"}} {
		t.Run(name, func(t *testing.T) {
			to := t.TempDir()
			for _, part := range with {
				if err := os.WriteFile(filepath.Join(to, "cms.sqlite"+part), []byte(bytesOf(t, filepath.Join(dir, "live.sqlite"+part))), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			before := names(t, to)
			s := openOther(t, filepath.Join(to, "cms.sqlite"))
			present, err := s.Snapshot(t.Context())
			if err == nil {
				present.Close()
				if len(with) == 2 {
					t.Error("read without the changes beside it")
				} else if got := ids(latest(t, s, []string{"xt"}, "", 9)); !cmp.Equal(got, []string{"1"}) {
					t.Errorf("articles %q", got)
				}
			} else if !strings.Contains(err.Error(), "program") || !errors.Is(err, content.ErrRetry) {
				t.Error(err)
			}
			if diff := cmp.Diff(before, names(t, to)); diff != "" {
				t.Errorf("files (-before +after):\n%s", diff)
			}
		})
	}
}
