package jobs_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"feedstation/internal/article"
	"feedstation/internal/content"
	"feedstation/internal/testkit/require"
)

// A server's row does not say where its article was. What has another station or
// another month now leaves the documents that had it with the refresh that finds the
// change, and keeps what identifies it to readers.
func TestMovedWithoutATrace(t *testing.T) {
	const silent = "DROP TRIGGER articles_moved" // the store tells of no move
	month := func(offset int) string {
		return fmt.Sprintf("published = %d", time.Date(2026, time.Month(3+offset), 2, 12, 0, 0, 0, time.UTC).UnixMilli())
	}
	tests := []struct {
		name string
		set  string
		ago  time.Duration // since publication
		kept []string      // stations whose documents have it
		path string        // where it is, of the first
	}{
		{"to another station", "station = 'yy'", time.Hour, []string{"yy", "www"}, "/sitemaps/2026-03.xml"},
		{"to another station, from the month before", "station = 'yy'", 20 * dayHours, []string{"yy", "www"}, "/sitemaps/2026-02.xml"},
		{"to another station, an old one", "station = 'yy'", 400 * dayHours, []string{"yy", "www"}, "/sitemaps/2025-02.xml"},
		{"to another month", month(-1), time.Hour, []string{"xt", "www"}, "/sitemaps/2026-02.xml"},
		{"to this month", month(0), 20 * dayHours, []string{"xt", "www"}, "/sitemaps/2026-03.xml"},
		{"an old one that a feed shows, to this month", month(0), 400 * dayHours, []string{"xt", "www"}, "/sitemaps/2026-03.xml"},
		{"to another station and month", "station = 'yy', " + month(0), 20 * dayHours, []string{"yy", "www"}, "/sitemaps/2026-03.xml"},
		{"to a station that is none", "station = 'zz'", time.Hour, nil, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			in(t, func(w *world) {
				one := newArticle("xt", 1, tt.ago)
				w.put(append(several("xt", 10, 3), append(several("yy", 20, 3), one)...)...)
				w.refresh()
				w.exec(silent, fmt.Sprintf("UPDATE articles SET url = 'https://yy.news.example/content/1.html' WHERE %t AND id = '1'", len(tt.kept) > 0 && tt.kept[0] == "yy"))
				time.Sleep(time.Hour)
				w.exec(fmt.Sprintf("UPDATE articles SET %s, modified_at = %d WHERE id = '1'", tt.set, time.Now().UnixMilli()))
				w.refresh()
				for _, station := range []string{"xt", "yy", "www"} {
					if paths := naming(t, w.edition(station), 1); (len(paths) > 0) != slices.Contains(tt.kept, station) {
						t.Errorf("%s has it in %q", station, paths)
					}
				}
				if tt.path == "" {
					return
				}
				n := 0
				for _, path := range naming(t, w.edition(tt.kept[0]), 1) {
					if path == tt.path {
						n++
					} else if strings.HasPrefix(path, "/sitemaps/202") {
						t.Errorf("it is in %s, too", path)
					}
				}
				if n != 1 {
					t.Errorf("%s does not have it", tt.path)
				}
			})
		})
	}
}

// Articles that have moved in such numbers that the store names none leave the
// station with the next audit, however many months wait for theirs.
func TestMovedInNumbers(t *testing.T) {
	require.Time(t)
	in(t, func(w *world) {
		w.openStore(content.Options{OneByOne: 3})
		var all []article.Article
		for i := range 40 {
			all = append(all, newArticle("xt", i, time.Duration(i*31)*dayHours))
		}
		for i := range 8 {
			all = append(all, newArticle("xt", 100+i, 500*dayHours+time.Duration(i)*time.Minute), newArticle("yy", 200+i, 500*dayHours))
		}
		w.put(all...)
		o := options
		o.AuditRate = 1 // a month an audit, about
		w.restart(o)
		w.refresh()
		for range 50 {
			time.Sleep(time.Minute)
			w.audit()
		}
		w.exec("DROP TRIGGER articles_moved", fmt.Sprintf("UPDATE articles SET station = 'yy', modified_at = %d WHERE id BETWEEN '100' AND '107'", time.Now().UnixMilli()))
		w.refresh()
		time.Sleep(8 * time.Second) // enough for the eight
		w.audit()
		if paths := naming(t, w.edition("xt"), 103); len(paths) > 0 {
			t.Errorf("xt has it in %q", paths)
		}
	})
}
