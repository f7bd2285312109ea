package ingest

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"feedstation/internal/article"
	"feedstation/internal/content"
)

// post is a row of a fake WordPress.
type post struct {
	id             int
	title, content string
	excerpt        string
	date, modified time.Time
	status         string // publish
	protected      bool
	categories     []string // slugs
	tags           []string // names
	author         string
	picture        string
}

// fakeWordPress answers as wp/v2 does, for the requests that a source makes.
type fakeWordPress struct {
	mu    sync.Mutex
	posts []post
}

func (f *fakeWordPress) set(change func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	change()
}

func (f *fakeWordPress) at(id int) *post {
	i := slices.IndexFunc(f.posts, func(p post) bool { return p.id == id })
	return &f.posts[i]
}

const gmt = "2006-01-02T15:04:05"

func refuse(w http.ResponseWriter, status int, code string) {
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	w.WriteHeader(status)
	fmt.Fprintf(w, `{"code":%q,"message":"Sorry: %[1]s","data":{"status":%d}}`, code, status)
}

func (f *fakeWordPress) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	q := query(r)
	if r.URL.Path != "/wp-json/wp/v2/posts" {
		refuse(w, http.StatusNotFound, "rest_no_route")
		return
	}
	statuses := []string{"publish"}
	if text := q.Get("status"); text != "" {
		if name, password, ok := r.BasicAuth(); !ok || name != "feeds" || password != "abcd efgh" {
			refuse(w, http.StatusBadRequest, "rest_invalid_param")
			return
		}
		statuses = strings.Split(text, ",")
	}
	found := slices.DeleteFunc(slices.Clone(f.posts), func(p post) bool {
		after, err := time.Parse(time.RFC3339, q.Get("modified_after"))
		ids := strings.Split(q.Get("include"), ",")
		return !slices.Contains(statuses, cmp.Or(p.status, "publish")) || err == nil && !p.modified.After(after) ||
			q.Get("include") != "" && !slices.Contains(ids, strconv.Itoa(p.id))
	})
	slices.SortStableFunc(found, func(a, b post) int {
		if q.Get("orderby") == "modified" {
			return a.modified.Compare(b.modified)
		}
		return b.date.Compare(a.date)
	})
	size, _ := strconv.Atoi(q.Get("per_page"))
	page, _ := strconv.Atoi(cmp.Or(q.Get("page"), "1"))
	pages := (len(found) + size - 1) / size
	if page > 1 && page > pages {
		refuse(w, http.StatusBadRequest, "rest_post_invalid_page_number")
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	w.Header().Set("X-WP-Total", strconv.Itoa(len(found)))
	w.Header().Set("X-WP-TotalPages", strconv.Itoa(pages))
	list := []map[string]any{}
	for _, p := range found[min(len(found), (page-1)*size):min(len(found), page*size)] {
		list = append(list, p.json(q.Get("_fields"), q.Has("_embed")))
	}
	_ = json.NewEncoder(w).Encode(list)
}

func (p *post) json(fields string, embed bool) map[string]any {
	ids := func(names []string) []int {
		all := make([]int, 0)
		for _, name := range names {
			all = append(all, int(sum(name)&0xffff))
		}
		return all
	}
	content := p.content
	if p.protected {
		content = ""
	}
	whole := map[string]any{
		"id": p.id, "date_gmt": p.date.UTC().Format(gmt), "modified_gmt": p.modified.UTC().Format(gmt), "status": cmp.Or(p.status, "publish"),
		"type": "post", "link": fmt.Sprintf("https://xt.news.example/news/%d/", p.id), "guid": map[string]any{"rendered": fmt.Sprintf("https://xt.news.example/?p=%d", p.id)},
		"title":   map[string]any{"rendered": p.title},
		"content": map[string]any{"rendered": content, "protected": p.protected},
		"excerpt": map[string]any{"rendered": cmp.Or(p.excerpt, "<p>Made of the text [&hellip;]</p>"), "protected": p.protected},
		"author":  1, "featured_media": len(p.picture), "categories": ids(p.categories), "tags": ids(p.tags), "sticky": false,
	}
	if fields != "" {
		some := map[string]any{}
		for name := range strings.SplitSeq(fields, ",") {
			some[name] = whole[name]
		}
		return some
	}
	if embed {
		categories, tags := []map[string]any{}, []map[string]any{}
		for _, slug := range p.categories {
			categories = append(categories, map[string]any{"name": "C " + slug, "slug": slug, "taxonomy": "category"})
		}
		for _, name := range p.tags {
			tags = append(tags, map[string]any{"name": name, "slug": strings.ToLower(name), "taxonomy": "post_tag"})
		}
		embedded := map[string]any{"wp:term": []any{categories, tags}, "author": []any{map[string]any{"id": 1, "name": p.author}}}
		if p.author == "" {
			embedded["author"] = []any{map[string]any{"code": "rest_user_invalid_id", "message": "Invalid user ID."}}
		}
		if p.picture != "" {
			embedded["wp:featuredmedia"] = []any{map[string]any{
				"source_url": p.picture, "caption": map[string]any{"rendered": "<p>At the &amp; lake</p>\n"}, "media_type": "image", "mime_type": "image/jpeg",
				"media_details": map[string]any{"width": 1200, "height": 800, "filesize": 54321},
			}}
		}
		whole["_embedded"] = embedded
	}
	return whole
}

var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

// posts returns posts, an hour apart, the last at noon.
func posts(n int) []post {
	all := make([]post, n)
	for i := range all {
		at := noon.Add(time.Duration(i+1-n) * time.Hour)
		all[i] = post{id: i + 1, title: fmt.Sprintf("Post %d", i+1), content: fmt.Sprintf("<p>Text %d.</p>", i+1), date: at, modified: at, author: "林知夏"}
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
		store, fake := openStore(t), &fakeWordPress{posts: posts(350)}
		for i := range 150 { // of one import
			fake.posts[i].modified = noon.Add(-time.Minute)
		}
		source, w, lines := open(t, store, "wordpress", Settings{}, fake, nil)
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
	const poll, comparison = time.Minute, 5 * time.Minute
	without := func(id string) []string {
		return slices.DeleteFunc(ids(1, 250), func(other string) bool { return other == id })
	}
	tests := []struct {
		name   string
		change func(f *fakeWordPress)
		within time.Duration
		want   []string // published
		check  func(a article.Article) error
		of     string // is checked
		user   bool
	}{
		{
			name: "new", within: poll, want: ids(1, 251),
			change: func(f *fakeWordPress) {
				f.posts = append(f.posts, post{id: 251, title: "New", date: time.Now(), modified: time.Now()})
			},
		},
		{
			name: "edited", within: poll, want: ids(1, 250), of: "7",
			change: func(f *fakeWordPress) { f.at(7).title, f.at(7).modified = "Edited", time.Now() },
			check:  func(a article.Article) error { return differs(a.Title, "Edited") },
		},
		{
			name: "edited twice in a second", within: poll, want: ids(1, 250), of: "250",
			change: func(f *fakeWordPress) { f.at(250).title = "Second" },
			check:  func(a article.Article) error { return differs(a.Title, "Second") },
		},
		{
			name: "a recent one deleted", within: comparison, want: without("249"),
			change: func(f *fakeWordPress) { f.delete(249) },
		},
		{
			name: "an old one deleted", within: comparison, want: without("3"),
			change: func(f *fakeWordPress) { f.delete(3) },
		},
		{
			name: "private", within: comparison, want: without("200"),
			change: func(f *fakeWordPress) { f.at(200).status, f.at(200).modified = "private", time.Now() },
		},
		{
			name: "password", within: poll, want: without("200"),
			change: func(f *fakeWordPress) { f.at(200).protected, f.at(200).modified = true, time.Now() },
		},
		{
			name: "a draft again, asked with a user", within: poll, want: without("200"), user: true,
			change: func(f *fakeWordPress) { f.at(200).status, f.at(200).modified = "draft", time.Now() },
		},
		{
			name: "in the trash, asked with a user", within: poll, want: without("200"), user: true,
			change: func(f *fakeWordPress) { f.at(200).status, f.at(200).modified = "trash", time.Now() },
		},
		{
			name: "moved between categories without being modified", within: comparison, want: ids(1, 250), of: "100",
			change: func(f *fakeWordPress) { f.at(100).categories = []string{"moment"} },
			check:  func(a article.Article) error { return differs(strings.Join(a.Channels, " "), "moment") },
		},
		{
			name: "scheduled and come", within: comparison, want: ids(1, 251),
			change: func(f *fakeWordPress) { // its last change was before that of others
				f.posts = append(f.posts, post{id: 251, title: "Scheduled", date: noon.Add(time.Minute), modified: noon.Add(-48 * time.Hour)})
			},
		},
		{
			name: "scheduled, asked with a user", within: poll, want: ids(1, 251), user: true, of: "251",
			change: func(f *fakeWordPress) {
				f.posts = append(f.posts, post{id: 251, title: "Scheduled", date: noon.Add(100 * time.Hour), modified: time.Now(), status: "future"})
			},
			check: func(a article.Article) error { return differs(fmt.Sprint(a.VisibleAt(time.Now())), "false") },
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				time.Sleep(time.Until(noon.Add(time.Hour)))
				store, fake := openStore(t), &fakeWordPress{posts: posts(250)}
				defer store.Close()
				source, w, _ := open(t, store, "wordpress", Settings{Authenticated: tt.user}, fake, func(o *Options) {
					if tt.user {
						o.Access.Username, o.Access.Password = "feeds", "abcd efgh"
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
				fake.set(func() { tt.change(fake) })
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

func (f *fakeWordPress) delete(id int) {
	f.posts = slices.DeleteFunc(f.posts, func(p post) bool { return p.id == id })
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
