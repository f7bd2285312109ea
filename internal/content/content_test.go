package content_test

import (
	"context"
	"database/sql"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"feedstation/internal/article"
	"feedstation/internal/content"
)

func open(t testing.TB, file string) *content.Store {
	t.Helper()
	s, err := content.Open(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// bubble runs a test with a new store on a clock that the test moves by
// sleeping. It begins at midnight UTC, 2000-01-01.
func bubble(t *testing.T, test func(t *testing.T, s *content.Store)) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "content.db")
	synctest.Test(t, func(t *testing.T) { test(t, open(t, file)) })
}

// foreign opens the store's file as another program would.
func foreign(t testing.TB, file string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", file)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

func exec(t testing.TB, db *sql.DB, statement string, args ...any) {
	t.Helper()
	if _, err := db.ExecContext(t.Context(), statement, args...); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

// story returns a sound article of the station xt.
func story(id string, published time.Time, change ...func(*article.Article)) article.Article {
	a := article.Article{
		ID: id, Station: "xt", URL: "https://xt.news.example/" + id + ".html", Title: "第" + id + "条",
		Published: published, Updated: published, Status: article.Published,
	}
	for _, c := range change {
		c(&a)
	}
	return a
}

func in(station string, channels ...string) func(*article.Article) {
	return func(a *article.Article) { a.Station, a.Channels = station, channels }
}

func status(s article.Status) func(*article.Article) {
	return func(a *article.Article) { a.Status = s }
}

func expires(t time.Time) func(*article.Article) {
	return func(a *article.Article) { a.Expires = t }
}

// all yields articles, and then an error unless it is nil.
func all(articles []article.Article, err error) iter.Seq2[article.Article, error] {
	return func(yield func(article.Article, error) bool) {
		for _, a := range articles {
			if !yield(a, nil) {
				return
			}
		}
		if err != nil {
			yield(article.Article{}, err)
		}
	}
}

func put(t testing.TB, s *content.Store, articles ...article.Article) {
	t.Helper()
	if n, err := s.Put(t.Context(), all(articles, nil)); err != nil || n != len(articles) {
		t.Fatalf("Put = %d, %v, want %d", n, err, len(articles))
	}
}

func snapshot(t testing.TB, s *content.Store) *content.Snapshot {
	t.Helper()
	snapshot, err := s.Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(snapshot.Close)
	return snapshot
}

// latest returns what a snapshot of the present has.
func latest(t testing.TB, s *content.Store, stations []string, channel string, limit int) []article.Article {
	t.Helper()
	present := snapshot(t, s)
	defer present.Close()
	articles, err := present.Latest(t.Context(), stations, channel, limit)
	if err != nil {
		t.Fatal(err)
	}
	return articles
}

func ids(articles []article.Article) (ids []string) {
	for _, a := range articles {
		ids = append(ids, a.ID)
	}
	return ids
}

func Example() {
	dir, err := os.MkdirTemp("", "content")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	ctx := context.Background()
	s, err := content.Open(ctx, filepath.Join(dir, "content.db"))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer s.Close()
	at := time.Date(2019, 3, 11, 10, 38, 14, 0, time.UTC)
	n, err := s.Put(ctx, all([]article.Article{story("1", at), story("2", at.Add(time.Hour)), story("3", at, status(article.Draft))}, nil))
	fmt.Println(n, err)

	present, err := s.Snapshot(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer present.Close()
	articles, err := present.Latest(ctx, []string{"xt"}, "", 50)
	fmt.Println(ids(articles), err)
	months, err := present.Months(ctx, "xt", time.UTC)
	fmt.Println(months, err)
	// Output:
	// 3 <nil>
	// [2 1] <nil>
	// [2019-03] <nil>
}
