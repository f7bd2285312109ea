package ingest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"feedstation/internal/testkit/require"
)

// paged is an API that gives its items, the newest first, in pages of its own size.
type paged struct {
	ids     []int // from the oldest
	size    int
	beyond  int  // the status of pages behind the last; 0: an empty one
	clamped bool // the last page stands for those behind it
	next    func(after int) string
	header  bool // Link names the next page
	expired bool // no place in the list is known any more
}

func (p *paged) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	if _, password, _ := r.BasicAuth(); r.URL.Host == "cms.example" && password != "hunter2hunter2" || r.URL.Host != "cms.example" && password != "" {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	from := 0
	if text := q.Get("page"); text != "" {
		number, _ := strconv.Atoi(text)
		from = (number - 1) * p.size
	}
	for _, name := range []string{"offset", "after"} {
		if text := q.Get(name); text != "" {
			from, _ = strconv.Atoi(text)
		}
	}
	if p.expired && from > 0 {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	switch last := (len(p.ids) - 1) / p.size; {
	case from < len(p.ids):
	case p.clamped:
		from = last * p.size
	case p.beyond != 0:
		w.WriteHeader(p.beyond)
		return
	}
	list := []map[string]any{}
	for i := from; i < min(from+p.size, len(p.ids)); i++ {
		id := p.ids[len(p.ids)-1-i]
		at := noon.Add(time.Duration(id) * time.Minute)
		list = append(list, map[string]any{"id": id, "title": fmt.Sprintf("Post %d.", id), "at": at})
	}
	answer := map[string]any{"data": list}
	if p.next != nil && (from+p.size < len(p.ids) || p.clamped) {
		if next := p.next(min(from+p.size, len(p.ids))); p.header {
			w.Header().Set("Link", "<"+next+`>; rel="next"`)
		} else {
			answer["next"] = next
		}
	}
	_ = json.NewEncoder(w).Encode(answer)
}

// TestPaging holds that whatever way a list has of being read page by page, all of it is
// read, an idle poll is one request, and what is gone is withdrawn.
func TestPaging(t *testing.T) {
	require.Time(t)
	link := func(host string) func(int) string {
		return func(after int) string { return fmt.Sprintf("%s/?after=%d", host, after) }
	}
	tests := []struct {
		name string
		api  paged
		url  string
		next string
	}{
		{name: "pages", url: "/?page={page}&size={size}"},
		{name: "pages, the end is 404", url: "/?page={page}", api: paged{beyond: 404}},
		{name: "pages, the end is 400", url: "/?page={page}", api: paged{beyond: 400}},
		{name: "pages, the end repeats the last one", url: "/?page={page}", api: paged{clamped: true}},
		{name: "offset", url: "/?offset={offset}&limit={size}"},
		{name: "offset, the end is 416", url: "/?offset={offset}&limit={size}", api: paged{beyond: 416}},
		{name: "cursor", url: "/?after={cursor}", next: "next", api: paged{next: strconv.Itoa}},
		{name: "cursor, the end has one", url: "/?after={cursor}", next: "next", api: paged{next: strconv.Itoa, clamped: true}},
		{name: "next", url: "/", next: "next", api: paged{next: link("https://cms.example")}},
		{name: "next without a host", url: "/", next: "next", api: paged{next: link("")}},
		{name: "next as a proxy's server has it", url: "/", next: "next", api: paged{next: link("http://cms.example")}},
		{name: "next on another host", url: "/", next: "next", api: paged{next: link("https://archive.example")}},
		{name: "next in circles", url: "/", next: "next", api: paged{next: link("https://cms.example"), clamped: true}},
		{name: "Link", url: "/", api: paged{next: link("https://cms.example"), header: true}},
	}
	for _, tt := range tests {
		for _, n := range []int{25, 30} { // the last page is full, too
			t.Run(fmt.Sprintf("%s/%d", tt.name, n), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					store := openStore(t)
					defer store.Close()
					api := tt.api
					api.size = 10
					for i := range n {
						api.ids = append(api.ids, i+1)
					}
					source, w, _ := open(t, store, "json", Settings{
						URL: system + tt.url, Items: "data", Next: tt.next,
						Fields: map[string]string{"id": "id", "title": "title", "published": "at"},
					}, &api, func(o *Options) {
						o.Link, o.Access.Username, o.Access.Password = "https://xt.news.example/{id}", "feeds", "hunter2hunter2"
					})
					time.Sleep(time.Until(noon.Add(time.Hour)))
					mustRun(t, source)
					if got := published(t, store); !slices.Equal(got, ids(1, n)) {
						t.Fatalf("first pass: %v", got)
					}
					time.Sleep(time.Minute)
					w.take()
					if mustRun(t, source) {
						t.Error("an idle poll has changed the store")
					}
					if got := w.take(); len(got) != 1 {
						t.Errorf("%d requests of an idle poll", len(got))
					}
					api.ids = slices.Delete(api.ids, 6, 7)
					certain := api.beyond != 400 && api.beyond != 416 || n%10 != 0
					for range 11 {
						time.Sleep(time.Minute)
						mustRun(t, source)
					}
					if got, want := published(t, store), slices.Delete(ids(1, n), 6, 7); !slices.Equal(got, want) && certain {
						t.Errorf("deleted: %v", got)
					}
					if got := source.Status(); got.State != "ok" {
						t.Errorf("status: %+v", got)
					}
				})
			})
		}
	}
}

// TestPagingExpired holds that a first pass begins anew when the source does not know
// where it was.
func TestPagingExpired(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := openStore(t)
		defer store.Close()
		api := &paged{size: 10, next: strconv.Itoa}
		for i := range 40 {
			api.ids = append(api.ids, i+1)
		}
		o := Settings{
			URL: system + "/?after={cursor}", Items: "data", Next: "next",
			Fields: map[string]string{"id": "id", "title": "title", "published": "at", "url": "id"},
		}
		user := func(o *Options) { o.Access.Username, o.Access.Password = "feeds", "hunter2hunter2" }
		source, _, _ := open(t, store, "json", o, api, user)
		ctx, kill := context.WithCancel(t.Context())
		defer kill()
		if _, _, err := source.Run(ctx, func(int) { kill() }); !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		source, _, _ = open(t, store, "json", o, api, user)
		api.expired = true
		if _, err := run(t, source); err == nil {
			t.Fatal("no error")
		}
		api.expired = false
		time.Sleep(time.Minute)
		mustRun(t, source)
		if got := published(t, store); !slices.Equal(got, ids(1, 40)) {
			t.Errorf("%v", got)
		}
	})
}
