package ingest

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"feedstation/internal/article"
	"feedstation/internal/content"
	"feedstation/internal/testkit/cmstest"
	"feedstation/internal/testkit/require"
)

var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

// posts returns posts, an hour apart, the last at noon.
func posts(n int) []cmstest.Post {
	all := make([]cmstest.Post, n)
	for i := range all {
		at := noon.Add(time.Duration(i+1-n) * time.Hour)
		all[i] = cmstest.Post{ID: i + 1, Title: fmt.Sprintf("Post %d", i+1), Body: fmt.Sprintf("<p>Text %d.</p>", i+1), Published: at, Modified: at, Author: "林知夏"}
	}
	return all
}

// published returns the ids of the articles that readers may see, in order.
func published(t *testing.T, store *content.Store) (ids []string) {
	t.Helper()
	for _, a := range inventory(t, store) {
		if a.Status == article.Published {
			ids = append(ids, strings.TrimPrefix(a.ID, "cms:"))
		}
	}
	slices.SortFunc(ids, func(a, b string) int { return cmp.Or(len(a)-len(b), strings.Compare(a, b)) })
	return ids
}

func inventory(t *testing.T, store *content.Store) (all []article.Article) {
	t.Helper()
	snapshot, err := store.Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer snapshot.Close()
	for a, err := range snapshot.Inventory(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, a)
	}
	return all
}

func ids(from, to int) (all []string) {
	for i := from; i <= to; i++ {
		all = append(all, strconv.Itoa(i))
	}
	return all
}

func TestWordPressFirstPass(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, fake := openStore(t), &cmstest.System{Posts: posts(350)}
		for i := range 150 { // of one import
			fake.Posts[i].Modified = noon.Add(-time.Minute)
		}
		source, w, lines := open(t, store, "wordpress", Settings{}, fake.Handlers()["wordpress"], nil)
		mustRun(t, source)
		if got := published(t, store); !slices.Equal(got, ids(1, 350)) {
			t.Errorf("%d articles: %v", len(got), got)
		}
		if got := source.Status(); got.State != "ok" || got.Articles != 350 {
			t.Errorf("status: %+v", got)
		}
		for _, r := range w.take() {
			if r.Header.Get("User-Agent") != "feedstation/test" {
				t.Errorf("User-Agent: %q", r.Header)
			}
		}
		t.Log(lines)
		time.Sleep(time.Minute)
		if mustRun(t, source) {
			t.Error("an idle poll has changed the store")
		}
		if got := w.take(); len(got) != 1 {
			t.Errorf("%d requests of an idle poll: %v", len(got), got[len(got)-1].URL)
		}
		store.Close()
	})
}

// TestWordPressChanges holds what a change at the source leads to, and by when.
func TestWordPressChanges(t *testing.T) {
	require.Time(t)
	const poll, comparison = time.Minute, 5 * time.Minute
	without := func(id string) []string {
		return slices.DeleteFunc(ids(1, 250), func(other string) bool { return other == id })
	}
	tests := []struct {
		name   string
		change func(f *cmstest.System)
		within time.Duration
		want   []string // published
		check  func(a article.Article) error
		of     string // is checked
		user   bool
	}{
		{
			name: "new", within: poll, want: ids(1, 251),
			change: func(f *cmstest.System) {
				f.Posts = append(f.Posts, cmstest.Post{ID: 251, Title: "New", Published: time.Now(), Modified: time.Now()})
			},
		},
		{
			name: "edited", within: poll, want: ids(1, 250), of: "7",
			change: func(f *cmstest.System) { f.At(7).Title, f.At(7).Modified = "Edited", time.Now() },
			check:  func(a article.Article) error { return differs(a.Title, "Edited") },
		},
		{
			name: "edited twice in a second", within: poll, want: ids(1, 250), of: "250",
			change: func(f *cmstest.System) { f.At(250).Title = "Second" },
			check:  func(a article.Article) error { return differs(a.Title, "Second") },
		},
		{
			name: "a recent one deleted", within: comparison, want: without("249"),
			change: func(f *cmstest.System) { f.Delete(249) },
		},
		{
			name: "an old one deleted", within: comparison, want: without("3"),
			change: func(f *cmstest.System) { f.Delete(3) },
		},
		{
			name: "private", within: comparison, want: without("200"),
			change: func(f *cmstest.System) { f.At(200).Status, f.At(200).Modified = "private", time.Now() },
		},
		{
			name: "password", within: poll, want: without("200"),
			change: func(f *cmstest.System) { f.At(200).Protected, f.At(200).Modified = true, time.Now() },
		},
		{
			name: "a draft again, asked with a user", within: poll, want: without("200"), user: true,
			change: func(f *cmstest.System) { f.At(200).Status, f.At(200).Modified = "draft", time.Now() },
		},
		{
			name: "in the trash, asked with a user", within: poll, want: without("200"), user: true,
			change: func(f *cmstest.System) { f.At(200).Status, f.At(200).Modified = "trash", time.Now() },
		},
		{
			name: "moved between categories without being modified", within: comparison, want: ids(1, 250), of: "100",
			change: func(f *cmstest.System) { f.At(100).Categories = []string{"moment"} },
			check:  func(a article.Article) error { return differs(strings.Join(a.Channels, " "), "moment") },
		},
		{
			name: "scheduled and come", within: comparison, want: ids(1, 251),
			change: func(f *cmstest.System) { // its last change was before that of others
				f.Posts = append(f.Posts, cmstest.Post{ID: 251, Title: "Scheduled", Published: noon.Add(time.Minute), Modified: noon.Add(-48 * time.Hour)})
			},
		},
		{
			name: "scheduled, asked with a user", within: poll, want: ids(1, 251), user: true, of: "251",
			change: func(f *cmstest.System) {
				f.Posts = append(f.Posts, cmstest.Post{ID: 251, Title: "Scheduled", Published: noon.Add(100 * time.Hour), Modified: time.Now(), Status: "future"})
			},
			check: func(a article.Article) error { return differs(fmt.Sprint(a.VisibleAt(time.Now())), "false") },
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				time.Sleep(time.Until(noon.Add(time.Hour)))
				store, fake := openStore(t), &cmstest.System{Posts: posts(250)}
				defer store.Close()
				source, w, _ := open(t, store, "wordpress", Settings{Authenticated: tt.user}, fake.Handlers()["wordpress"], func(o *Options) {
					if tt.user {
						o.Access.Username, o.Access.Password = cmstest.User, cmstest.Password
					}
				})
				mustRun(t, source)
				for range 5 { // until everything has been compared
					time.Sleep(time.Minute)
					mustRun(t, source)
				}
				if got := published(t, store); !slices.Equal(got, ids(1, 250)) {
					t.Fatalf("before: %v", got)
				}
				w.take()
				fake.Set(tt.change)
				for waited := time.Duration(0); waited < tt.within; waited += time.Minute {
					time.Sleep(time.Minute)
					mustRun(t, source)
				}
				if got := published(t, store); !slices.Equal(got, tt.want) {
					t.Errorf("%d published: %v; want %d", len(got), got, len(tt.want))
				}
				if tt.check != nil {
					if err := tt.check(stored(t, store, tt.of)); err != nil {
						t.Error(err)
					}
				}
			})
		})
	}
}

func differs(got, want string) error {
	if got == want {
		return nil
	}
	return fmt.Errorf("got %q, want %q", got, want)
}

// stored returns an article as the store has it.
func stored(t *testing.T, store *content.Store, id string) (a article.Article) {
	t.Helper()
	heads := slices.DeleteFunc(inventory(t, store), func(a article.Article) bool { return a.ID != "cms:"+id })
	snapshot, err := store.Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer snapshot.Close()
	whole, err := snapshot.Whole(t.Context(), heads)
	if err != nil || len(whole) != 1 {
		t.Fatalf("article %s: %v, %v", id, whole, err)
	}
	return whole[0]
}
