package ingest

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"feedstation/internal/testkit/cmstest"
)

// TestHint holds that a hint has the next run find what its poll does not, which
// otherwise waits for a comparison.
func TestHint(t *testing.T) {
	named := func(items ...string) func(*Source) { return func(s *Source) { s.Hint(items) } }
	without := func(id string) []string {
		return slices.DeleteFunc(ids(1, 20), func(other string) bool { return other == id })
	}
	for _, tt := range []struct {
		name     string
		change   func(f *cmstest.System)
		hint     func(*Source)
		want     []string // published
		channels string   // of article 7, otherwise none
		requests int
	}{
		{name: "none", change: func(f *cmstest.System) { f.Delete(7) }, hint: func(*Source) {}, want: ids(1, 20), requests: 1},
		{name: "of one that is deleted", change: func(f *cmstest.System) { f.Delete(7) }, hint: named("7", "7"), want: without("7"), requests: 2},
		{name: "of another one", change: func(f *cmstest.System) { f.Delete(7) }, hint: named("8"), want: ids(1, 20), requests: 2},
		{name: "of one that is private", change: func(f *cmstest.System) { f.At(7).Status = "private" }, hint: named("7"), want: without("7"), requests: 2},
		{name: "of another category", change: func(f *cmstest.System) { f.At(7).Categories = []string{"moment"} }, hint: named("7"), want: ids(1, 20), channels: "moment", requests: 2},
		{name: "of one that is new", change: func(f *cmstest.System) {
			f.Posts = append(f.Posts, cmstest.Post{ID: 21, Title: "New", Published: time.Now(), Modified: time.Now()})
		}, hint: named("21"), want: ids(1, 21), requests: 2},
		{name: "of one that is nowhere", change: func(*cmstest.System) {}, hint: named("99"), want: ids(1, 20), requests: 1},
		{name: "of no article in particular", change: func(f *cmstest.System) { f.Delete(7) }, hint: named(), want: without("7"), requests: 3},
		{name: "of most, which is not believed", change: func(f *cmstest.System) { f.Posts = f.Posts[:8] }, hint: named(ids(9, 20)...), want: ids(1, 20), requests: 3},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				time.Sleep(time.Until(noon.Add(time.Hour)))
				store, fake := openStore(t), &cmstest.System{Posts: posts(20)}
				defer store.Close()
				source, w, _ := open(t, store, "wordpress", Settings{}, fake.Handlers()["wordpress"], func(o *Options) { o.Audit = 24 * time.Hour })
				mustRun(t, source)
				time.Sleep(time.Minute)
				w.take()
				fake.Set(tt.change)
				tt.hint(source)
				mustRun(t, source)
				if got := published(t, store); !slices.Equal(got, tt.want) {
					t.Errorf("published: %v; want %v", got, tt.want)
				}
				if got := w.take(); len(got) != tt.requests {
					t.Errorf("%d requests; want %d", len(got), tt.requests)
				}
				if slices.Contains(tt.want, "7") {
					if got := strings.Join(stored(t, store, "7").Channels, " "); got != tt.channels {
						t.Errorf("channels: %q; want %q", got, tt.channels)
					}
				}
			})
		})
	}
}

// TestHintKept holds that a hint outlives runs that fail.
func TestHintKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, fake := openStore(t), &cmstest.System{Posts: posts(20)}
		defer store.Close()
		handler := &faulty{Handler: fake.Handlers()["wordpress"]}
		source, _, _ := open(t, store, "wordpress", Settings{}, handler, func(o *Options) { o.Audit = 24 * time.Hour })
		mustRun(t, source)
		fake.Delete(7)
		source.Hint([]string{"7"})
		handler.fault = times(100, 500, "")
		if _, err := run(t, source); err == nil {
			t.Error("a run that can't be")
		}
		handler.fault = nil
		time.Sleep(time.Hour)
		mustRun(t, source)
		if got := published(t, store); slices.Contains(got, "7") {
			t.Errorf("published: %v", got)
		}
	})
}
