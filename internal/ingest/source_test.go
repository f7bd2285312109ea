package ingest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"feedstation/internal/article"
	"feedstation/internal/testkit/cmstest"
)

// faulty answers as another handler does, until it is told what else to do.
type faulty struct {
	http.Handler
	fault func(w http.ResponseWriter, r *http.Request) bool // reports whether it has answered
}

func (f *faulty) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if f.fault == nil || !f.fault(w, r) {
		f.Handler.ServeHTTP(w, r)
	}
}

// times answers so often with a status.
func times(n, status int, after string) func(http.ResponseWriter, *http.Request) bool {
	return func(w http.ResponseWriter, _ *http.Request) bool {
		if n--; n < 0 {
			return false
		}
		if after != "" {
			w.Header().Set("Retry-After", after)
		}
		w.WriteHeader(status)
		return true
	}
}

func says(text string) func(http.ResponseWriter, *http.Request) bool {
	return func(w http.ResponseWriter, _ *http.Request) bool {
		_, _ = io.WriteString(w, text)
		return true
	}
}

// TestSourceFaults holds that a source that fails changes nothing, says why, is left
// alone for a while and read again.
func TestSourceFaults(t *testing.T) {
	tests := []struct {
		name    string
		fault   func(w http.ResponseWriter, r *http.Request) bool
		want    string // of the error; empty: the run gets over it
		took    time.Duration
		cleared time.Duration // after which the source is asked again, at most
	}{
		{name: "one 500", fault: times(1, 500, ""), took: time.Second},
		{name: "two 503", fault: times(2, 503, ""), took: 3 * time.Second},
		{name: "500s", fault: times(1000, 500, ""), want: "https://cms.example/wp-json/wp/v2/posts: 500 Internal Server Error", took: 3 * time.Second},
		{name: "429 with a wait that is short", fault: times(1, 429, "7"), took: 7 * time.Second},
		{name: "429 with a wait that is long", fault: times(1, 429, "600"), want: "429 Too Many Requests (asks to wait for 10m0s)"},
		{name: "401", fault: times(1000, 401, ""), want: "401 Unauthorized: are username and password, or token, those of a user who may read this?"},
		{name: "404", fault: times(1000, 404, ""), want: "404 Not Found: is url the address of the system"},
		{name: "a page of HTML", fault: says("<!doctype html><title>Log in</title>"), want: "a page of HTML instead of JSON"},
		{name: "broken JSON", fault: says(`[{"id":1,"title":`), want: "broken JSON (17 bytes)"},
		{name: "another JSON", fault: says(`{"id":1}`), want: "the answer is no list: is url the address of the system?"},
		{name: "nothing", fault: says(""), want: "an empty answer instead of JSON"},
		{name: "huge", fault: says("[" + strings.Repeat(" ", 200_000) + "]"), want: "the answer has more than 100000 bytes"},
		{name: "redirects in circles", fault: func(w http.ResponseWriter, r *http.Request) bool {
			http.Redirect(w, r, r.URL.String(), http.StatusFound)
			return true
		}, want: "more than 5 redirects"},
		{name: "redirected to http", fault: func(w http.ResponseWriter, r *http.Request) bool {
			http.Redirect(w, r, "http://cms.example/", http.StatusFound)
			return true
		}, want: "redirected from https to http"},
		{name: "slow", fault: func(_ http.ResponseWriter, r *http.Request) bool {
			<-r.Context().Done()
			return true
		}, want: "no answer within 30s: raise timeout, or lower size", took: 93 * time.Second},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				store, fake := openStore(t), &cmstest.System{Posts: posts(10)}
				defer store.Close()
				handler := &faulty{Handler: fake.Handlers()["wordpress"]}
				source, w, lines := open(t, store, "wordpress", Settings{}, handler, func(o *Options) { o.Access.MaxBytes = 100_000 })
				mustRun(t, source)
				time.Sleep(time.Minute)
				fake.Set(func(f *cmstest.System) { f.At(3).Title, f.At(3).Modified = "Edited", noon.Add(time.Hour) })
				handler.fault = tt.fault
				began := time.Now()
				_, err := run(t, source)
				if took := time.Since(began); took > tt.took || took < tt.took/2 {
					t.Errorf("took %s; want %s at most, and half of it", took, tt.took)
				}
				if got := published(t, store); !slices.Equal(got, ids(1, 10)) {
					t.Errorf("published: %v", got)
				}
				if tt.want == "" {
					if err != nil || stored(t, store, "3").Title != "Edited" {
						t.Errorf("%v, %q", err, stored(t, store, "3").Title)
					}
					return
				}
				if err == nil || !strings.Contains(err.Error(), tt.want) {
					t.Fatalf("got %v, want %q", err, tt.want)
				}
				if got := source.Status(); got.State != "unreachable" || got.Err == nil || got.Articles != 10 {
					t.Errorf("status: %+v", got)
				}
				if !strings.Contains(lines.String(), "source can't be read, keeping its articles") {
					t.Errorf("log: %s", lines)
				}
				w.take()
				if _, err := run(t, source); err != nil || len(w.take()) > 0 {
					t.Errorf("asked again at once: %v", err)
				}
				handler.fault = nil
				time.Sleep(10 * time.Minute)
				mustRun(t, source)
				if got := stored(t, store, "3").Title; got != "Edited" {
					t.Errorf("after it can be read again: %q", got)
				}
				if !strings.Contains(lines.String(), "source can be read again") || source.Status().State != "ok" {
					t.Errorf("log: %s; status: %+v", lines, source.Status())
				}
			})
		})
	}
}

// TestSourceGUID holds that an article with the guid of another one is shown, without
// it, and that this is told once.
func TestSourceGUID(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, fake := openStore(t), &cmstest.System{Posts: posts(3)}
		defer store.Close()
		other := article.Article{
			ID: "1", Station: "xt", URL: "https://xt.news.example/1", GUID: "https://xt.news.example/?p=2", Title: "t",
			Published: noon, Updated: noon, Status: article.Published,
		}
		if _, err := store.Put(t.Context(), func(yield func(article.Article, error) bool) { yield(other, nil) }); err != nil {
			t.Fatal(err)
		}
		source, _, lines := open(t, store, "wordpress", Settings{}, fake.Handlers()["wordpress"], nil)
		mustRun(t, source)
		time.Sleep(10 * time.Minute)
		mustRun(t, source)
		for id, want := range map[string]string{"2": "", "3": "https://xt.news.example/?p=3"} {
			if got := stored(t, store, id).GUID; got != want {
				t.Errorf("article %s: guid %q, want %q", id, got, want)
			}
		}
		want := `reason="guid: \"https://xt.news.example/?p=2\" is that of article 1"`
		if got := lines.String(); strings.Count(got, want) != 1 || source.Status().Articles != 3 {
			t.Errorf("%d articles, log: %s", source.Status().Articles, got)
		}
	})
}

// TestSourceLacking holds that values which an article can do without are left out of it,
// logged once, and counted by column until the item is mended.
func TestSourceLacking(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := openStore(t)
		defer store.Close()
		language := "chinese"
		api := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprintf(w, `[{"id":2,"title":"b","at":"2026-11-20T09:00:00Z","lang":"zh"},`+
				`{"id":1,"title":"a","at":"2026-11-20T08:00:00Z","lang":%q,"media":[{"url":"1.jpg","width":-1},{"url":"2.jpg","height":-1}]}]`, language)
		})
		fields := map[string]string{"id": "id", "title": "title", "published": "at", "language": "lang", "images": "media"}
		source, _, lines := open(t, store, "json", Settings{Fields: fields}, api, func(o *Options) { o.Link = "https://xt.news.example/{id}" })
		for range 3 {
			mustRun(t, source)
			time.Sleep(10 * time.Minute)
		}
		want := map[string]int{"language, value only": 1, "images, value only": 1}
		if diff := cmp.Diff(want, source.Status().LeftOut); diff != "" {
			t.Errorf("left out (-want +got):\n%s", diff)
		}
		if n := strings.Count(lines.String(), "value of source left out"); n != 3 {
			t.Errorf("%d lines, want one a value:\n%s", n, lines)
		}
		trial, err := source.Try(t.Context())
		if err != nil || len(trial.Articles) != 2 {
			t.Fatalf("%+v, %v", trial, err)
		}
		if diff := cmp.Diff(want, trial.LeftOut); diff != "" {
			t.Errorf("of a trial (-want +got):\n%s", diff)
		}
		language = "zh"
		mustRun(t, source)
		delete(want, "language, value only")
		if diff := cmp.Diff(want, source.Status().LeftOut); diff != "" {
			t.Errorf("mended (-want +got):\n%s", diff)
		}
		if got := stored(t, store, "1"); got.Language != "zh" || len(got.Images) != 2 {
			t.Errorf("the article: %+v", got)
		}
	})
}

// TestSourceShrunk holds that a source that suddenly lacks most of its articles is not
// believed until an operator says so.
func TestSourceShrunk(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(f *cmstest.System)
		want   []string // once it is accepted
		error  string
	}{
		{name: "empty", change: func(f *cmstest.System) { f.Posts = nil }, error: "20 of 20 articles are gone there"},
		{name: "most", change: func(f *cmstest.System) { f.Posts = f.Posts[:8] }, want: ids(1, 8), error: "12 of 20 articles are gone there"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				store, fake := openStore(t), &cmstest.System{Posts: posts(20)}
				defer store.Close()
				source, _, lines := open(t, store, "wordpress", Settings{}, fake.Handlers()["wordpress"], nil)
				mustRun(t, source)
				fake.Set(tt.change)
				for range 20 {
					time.Sleep(time.Minute)
					mustRun(t, source)
				}
				if got := published(t, store); !slices.Equal(got, ids(1, 20)) {
					t.Errorf("published: %v", got)
				}
				if got := source.Status(); got.State != "shrunk" || !strings.Contains(fmt.Sprint(got.Err), tt.error) || got.Since.IsZero() {
					t.Errorf("status: %+v", got)
				}
				if n := strings.Count(lines.String(), "source has lost most of its articles, keeping them"); n != 1 {
					t.Errorf("logged %d times: %s", n, lines)
				}
				if err := store.AcceptLoss(t.Context(), "cms"); err != nil {
					t.Fatal(err)
				}
				time.Sleep(5 * time.Minute)
				mustRun(t, source)
				if got := published(t, store); !slices.Equal(got, tt.want) {
					t.Errorf("accepted: %v; want %v", got, tt.want)
				}
				if _, accepted, _ := store.Source(t.Context(), "cms"); accepted || source.Status().State != "ok" {
					t.Errorf("accepted for good: %t; status: %+v", accepted, source.Status())
				}
			})
		})
	}
}

// TestSourceResume holds that a first pass that is killed goes on with the page after
// the last that was stored.
func TestSourceResume(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, fake := openStore(t), &cmstest.System{Posts: posts(1000)}
		defer store.Close()
		ctx, kill := context.WithCancel(t.Context())
		defer kill()
		source, _, _ := open(t, store, "wordpress", Settings{}, fake.Handlers()["wordpress"], nil)
		pages := 0
		_, more, err := source.Run(ctx, func(int) {
			if pages++; pages == 4 {
				kill()
			}
		})
		if !errors.Is(err, context.Canceled) || !more {
			t.Fatalf("more %t, %v", more, err)
		}
		source, w, _ := open(t, store, "wordpress", Settings{}, fake.Handlers()["wordpress"], nil) // another process
		mustRun(t, source)
		if got := published(t, store); !slices.Equal(got, ids(1, 1000)) {
			t.Errorf("%d published", len(got))
		}
		if n := len(w.take()); n > 19 { // 7 of changes, 11 of the comparison, and one
			t.Errorf("%d requests", n)
		}
	})
}

// TestSourceRate holds that a source is not asked more often than it may be.
func TestSourceRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := openStore(t)
		defer store.Close()
		source, w, _ := open(t, store, "wordpress", Settings{}, (&cmstest.System{Posts: posts(1000)}).Handlers()["wordpress"], func(o *Options) { o.Access.Rate = 2 })
		began := time.Now()
		mustRun(t, source)
		n, took := len(w.take()), time.Since(began)
		if n < 20 || took < time.Duration(n-3)*time.Second/2 {
			t.Errorf("%d requests in %s", n, took)
		}
	})
}

// TestSourceSecrets holds that no error and no log repeats a secret.
func TestSourceSecrets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := openStore(t)
		defer store.Close()
		echo := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(http.StatusForbidden)
			_, password, _ := r.BasicAuth()
			fmt.Fprintf(w, `{"message":"not with %s %s"}`, password, r.URL.RawQuery)
		})
		source, _, lines := open(t, store, "json", Settings{URL: "https://cms.example/?key={token}&since={since}"}, echo, func(o *Options) {
			o.Access.Username, o.Access.Password, o.Access.Token = "feeds", "hunter2hunter2", "tok3n tok3n"
		})
		_, err := run(t, source)
		if err == nil {
			t.Fatal("no error")
		}
		for _, secret := range []string{"hunter2hunter2", "tok3n"} {
			if strings.Contains(err.Error()+lines.String(), secret) {
				t.Errorf("%v\n%s", err, lines)
			}
		}
	})
}

// TestSourceConditional holds that an idle poll of a server with validators is one
// request that is answered with 304.
func TestSourceConditional(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, fake := openStore(t), &cmstest.System{Posts: posts(10)}
		defer store.Close()
		statuses := []int{}
		handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			recorder := httptest.NewRecorder()
			fake.Handlers()["wordpress"].ServeHTTP(recorder, r)
			tag := strconv.Quote(strconv.FormatInt(sum(recorder.Body.String()), 16))
			w.Header().Set("ETag", tag)
			status := recorder.Code
			if r.Header.Get("If-None-Match") == tag {
				status = http.StatusNotModified
			}
			w.WriteHeader(status)
			if status == http.StatusOK {
				_, _ = w.Write(recorder.Body.Bytes())
			}
			statuses = append(statuses, status)
		})
		source, _, _ := open(t, store, "wordpress", Settings{}, handler, func(o *Options) { o.Audit = time.Hour })
		for range 3 {
			mustRun(t, source)
			time.Sleep(time.Minute)
		}
		statuses = nil
		for range 3 {
			if mustRun(t, source) {
				t.Error("changed")
			}
			time.Sleep(time.Minute)
		}
		if !slices.Equal(statuses, []int{304, 304, 304}) {
			t.Errorf("idle polls: %v", statuses)
		}
		fake.Set(func(f *cmstest.System) { f.At(2).Title, f.At(2).Modified = "Edited", noon.Add(time.Hour) })
		if !mustRun(t, source) || stored(t, store, "2").Title != "Edited" {
			t.Error("a change is not found")
		}
	})
}

// TestSourceFormerIDs holds that articles have present ids, whether the configuration or
// the source has former ones.
func TestSourceFormerIDs(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(*Options)
	}{
		{"the configuration", func(o *Options) { o.Station, o.Channels = "xiangtan", map[string]string{"mayor": "now"} }},
		{"its stations", func(o *Options) {
			o.Station, o.Stations, o.Channels = "", map[string]string{"mayor": "xiangtan"}, map[string]string{"mayor": "now"}
		}},
		{"the source", func(o *Options) {
			o.Station, o.Kind.Fields["station"], o.Kind.Fields["channels"] = "yy", "_embedded.wp:term.1.0.name", "_embedded.wp:term.1.1.name"
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			fake, store := &cmstest.System{Posts: posts(1)}, openStore(t)
			fake.Posts[0].Categories, fake.Posts[0].Tags = []string{"mayor"}, []string{"xiangtan", "now"}
			source, _, _ := open(t, store, "wordpress", Settings{}, fake.Handlers()["wordpress"], tt.change)
			mustRun(t, source)
			if a := stored(t, store, "1"); a.Station != "xt" || !slices.Equal(a.Channels, []string{"moment"}) {
				t.Errorf("station %q, channels %q", a.Station, a.Channels)
			}
			if !source.Serves("xt") {
				t.Error("the source serves another station")
			}
		})
	}
}
