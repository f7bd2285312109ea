package ingest

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"feedstation/internal/article"
	"feedstation/internal/testkit/cmstest"
	"feedstation/internal/testkit/require"
)

// TestSearch holds that what is gone from a large source, or came into it with an old
// date, is found by the next comparison, with requests that do not grow with the source.
func TestSearch(t *testing.T) {
	require.Time(t)
	gone := func(ids ...int) func(*cmstest.System) {
		return func(f *cmstest.System) {
			f.Posts = slices.DeleteFunc(f.Posts, func(p cmstest.Post) bool { return slices.Contains(ids, p.ID) })
		}
	}
	late := func(f *cmstest.System) { f.At(50).Status = "publish" }
	var many []int
	for id := 20; id < 80; id++ {
		many = append(many, id)
	}
	tests := []struct {
		name   string
		kinds  []string
		change func(*cmstest.System)
		more   int // articles than before
		most   int // requests: 12 or 13 of each gap with one for it, and one for the end
	}{
		{"nothing", []string{"wordpress"}, func(*cmstest.System) {}, 0, 1},
		{"one", []string{"wordpress", "ghost", "drupal", "directus", "strapi"}, gone(7), -1, 15},
		{"the first", []string{"wordpress"}, gone(1), -1, 15},
		{"several places", []string{"wordpress"}, gone(2, 30, 31, 40, 48), -5, 54},
		{"many in a row", []string{"wordpress"}, gone(many...), -len(many) + 1, 16},
		{"one that was published late", []string{"wordpress", "ghost", "drupal", "strapi"}, late, 1, 15},
		{"one gone, one late", []string{"wordpress"}, func(f *cmstest.System) { gone(9)(f); late(f) }, 0, 28},
	}
	for _, tt := range tests {
		for _, kind := range tt.kinds {
			t.Run(tt.name+", "+kind, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					time.Sleep(time.Until(noon.Add(time.Hour)))
					s, fake := setUps[kind], &cmstest.System{Posts: posts(1100)}
					fake.At(50).Status = "private"
					source, w, has := s.open(t, fake)
					mustRun(t, source)
					shown := func() (n int) {
						for _, a := range has() {
							if a.Status == article.Published {
								n++
							}
						}
						return n
					}
					before := shown()
					fake.Set(tt.change)
					w.take()
					if err := source.search(t.Context()); err != nil {
						t.Fatal(err)
					}
					if n := len(w.take()); n > tt.most {
						t.Errorf("%d requests", n)
					}
					if n := shown() - before; n != tt.more {
						t.Errorf("%+d articles, want %+d", n, tt.more)
					}
				})
			})
		}
	}
}

// TestSearchShrunk holds that a gap of most of a source is not believed, and that a run
// searches where it has not compared everything.
func TestSearchShrunk(t *testing.T) {
	require.Time(t)
	synctest.Test(t, func(t *testing.T) {
		store, fake := openStore(t), &cmstest.System{Posts: posts(4100)}
		defer store.Close()
		source, _, lines := open(t, store, "wordpress", Settings{}, fake.Handlers()["wordpress"], nil)
		mustRun(t, source)
		fake.Set(func(f *cmstest.System) { f.Delete(7) }) // on the last page but one
		time.Sleep(5 * time.Minute)
		mustRun(t, source)
		if n := len(published(t, store)); n != 4099 {
			t.Errorf("%d published, want 4099", n)
		}
		all := slices.Clone(fake.Posts)
		fake.Set(func(f *cmstest.System) { f.Posts = slices.Delete(f.Posts, 0, 2500) })
		if err := source.search(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := len(published(t, store)); n != 4099 || source.kept[searched] == nil {
			t.Errorf("%d published, kept %v\n%s", n, source.kept, lines)
		}
		fake.Set(func(f *cmstest.System) { f.Posts = all })
		time.Sleep(5 * time.Minute)
		mustRun(t, source)
		if got := source.Status(); got.State != "ok" {
			t.Errorf("its articles are back: %+v", got)
		}
	})
}
