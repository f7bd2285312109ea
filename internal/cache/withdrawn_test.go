package cache

import (
	"log/slog"
	"strings"
	"testing"
	"time"

	"feedstation/internal/edition"
	"feedstation/internal/testkit/redistest"
)

// listing returns an edition of a month with those articles; one behind a minus
// may not be in its sitemap, as with noindex.
func listing(station string, number int64, at time.Time, ids ...string) *edition.Edition {
	const path = "/sitemaps/2026-03.xml"
	var lines, body []byte
	for _, id := range ids {
		id, unlisted := strings.CutPrefix(id, "-")
		lines = edition.Article{ID: id, Published: noon, Updated: noon, Address: "https://xt.news.example/" + id, Unlisted: unlisted}.AppendTo(lines)
		body = append(body, id+" "...)
	}
	documents := map[string]*edition.Document{path: edition.NewDocument("text/xml", body, at)}
	contents := edition.Revision{Newest: at, AsOf: at}.Settle(edition.NewContents(lines), nil)
	return edition.New(station, number, at, "build", documents).WithContents(map[string]*edition.Document{path: contents})
}

// A pinned edition shows nothing that was withdrawn after it, whatever became of
// the article meanwhile, whether or not somebody noted it, and whichever clock was
// ahead; in every process, and after a restart.
func TestPinnedShowsNothingWithdrawn(t *testing.T) {
	hour := func(n int) time.Time { return noon.Add(time.Duration(n) * time.Hour) }
	tests := []struct {
		name     string
		editions []*edition.Edition // xt 1 is pinned after the last but one, if it is there
		before   bool               // art-1 is in what is pinned before the last one
	}{
		{"withdrawn, and nobody noted it", []*edition.Edition{
			listing("xt", 1, hour(0), "art-1", "art-2"), listing("xt", 2, hour(1), "art-1", "art-2"), listing("xt", 3, hour(2), "art-2"),
		}, true},
		{"withdrawn before the pin", []*edition.Edition{
			listing("xt", 1, hour(0), "art-1", "art-2"), listing("xt", 2, hour(1), "art-2"), listing("xt", 3, hour(2), "art-2", "art-3"),
		}, false},
		{"moved, and then withdrawn where it went", []*edition.Edition{
			listing("xt", 1, hour(0), "art-1", "art-2"), listing("cs", 1, hour(1), "art-1"), listing("xt", 2, hour(1), "art-2"), listing("cs", 2, hour(2), "art-3"),
		}, true},
		{"not in sitemaps", []*edition.Edition{
			listing("xt", 1, hour(0), "-art-1", "art-2"), listing("xt", 2, hour(1), "-art-1", "art-2"), listing("xt", 3, hour(2), "art-2"),
		}, true},
		{"by a clock that was ahead", []*edition.Edition{
			listing("xt", 1, hour(9), "art-1", "art-2"), listing("cs", 1, hour(1), "art-1"), listing("xt", 2, hour(9).Add(time.Millisecond), "art-2"), listing("cs", 2, hour(2)),
		}, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			server := redistest.Start(t)
			open := func(local *Local) *Cache {
				c, err := Open(t.Context(), slog.New(slog.DiscardHandler), []string{"xt", "cs"}, local, newRedis(t, server.Addr()), redact)
				if err != nil {
					t.Fatal(err)
				}
				return c
			}
			a, b := open(newLocal(t)), open(newLocal(t))
			last := len(tt.editions) - 1
			for i, e := range tt.editions {
				if i == last {
					if err := a.Pin(t.Context(), "xt", 1); err != nil {
						t.Fatal(err)
					}
					settle(t, a, b)
					if got := served(t, a, "art-1"); got != tt.before {
						t.Errorf("art-1 is shown before it is withdrawn: %t", got)
					}
				}
				if err := a.Publish(t.Context(), e); err != nil {
					t.Fatal(err)
				}
			}
			if served(t, a, "art-1") {
				t.Error("art-1 is shown until the next look")
			}
			settle(t, a, b)
			fresh := open(newLocal(t))
			settle(t, a, fresh)
			for name, c := range map[string]*Cache{"a": a, "b": b, "a again": open(a.local), "b again": open(b.local), "a fresh one": fresh} {
				if e, _ := c.Served("xt"); e.Number() != 1 || served(t, c, "art-1") || !served(t, c, "art-2") {
					t.Errorf("%s: edition %d is served; art-1: %t, art-2: %t", name, e.Number(), served(t, c, "art-1"), served(t, c, "art-2"))
				}
			}
		})
	}
}

// served reports whether what clients get of xt has an article.
func served(t *testing.T, c *Cache, id string) bool {
	t.Helper()
	e, ok := c.Served("xt")
	if !ok {
		t.Fatal("no edition")
	}
	for _, d := range e.All() {
		if strings.Contains(string(d.Body()), id) {
			return true
		}
	}
	return false
}
