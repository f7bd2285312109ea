package server_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http/httptest"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"feedstation/internal/article"
	"feedstation/internal/condition"
	"feedstation/internal/edition"
	"feedstation/internal/server"
)

// adminURL is an address of the admin listener.
const adminURL = "http://127.0.0.1:8081"

func TestAdmin(t *testing.T) {
	n, editions := portal(t)
	drain := new(server.Drain)
	var settled bool
	asked := func() bool { return settled }
	admin := (&server.Admin{Log: slog.New(slog.DiscardHandler), Network: n, Editions: editions, Drain: drain, Settled: asked}).Handler()
	public := (&server.Readiness{Network: n, Editions: editions, Drain: drain, Settled: asked}).Health(server.New(n, editions, nil, nil))
	steps := []struct {
		name   string
		before func()
		ready  int
		body   string
	}{
		{"starting", func() { clear(editions) }, 503, "no edition yet: xt, yy, zz\n"},
		{"the stores and the jobs had nothing", func() { settled = true }, 503, "no edition yet: xt, yy, zz\n"},
		{"two stations are missing", func() { editions["xt"], settled = edition.New("xt", noon, "4711", nil), false }, 503, "no edition yet: yy, zz\n"},
		{"nobody has built them", func() { settled = true }, 200, "ready\nno edition yet: yy, zz\n"},
		{"ready, the jobs still at it", func() { editions["yy"], editions["zz"], settled = editions["xt"], editions["xt"], false }, 200, "ready\n"},
		{"ready", func() { editions["yy"], editions["zz"] = editions["xt"], editions["xt"] }, 200, "ready\n"},
		{"draining", drain.Start, 503, "shutting down\n"},
		{"draining, whatever there is", func() { clear(editions) }, 503, "shutting down\n"},
	}
	for _, step := range steps {
		t.Run(step.name, func(t *testing.T) {
			step.before()
			for _, want := range []struct {
				method, path string
				status       int
				body         string
			}{
				{"GET", "/livez", 200, "alive\n"},
				{"GET", "/readyz", step.ready, step.body},
				{"HEAD", "/readyz", step.ready, ""},
				{"OPTIONS", "/livez", 200, "alive\n"},
				{"OPTIONS", "/readyz", step.ready, step.body},
				{"POST", "/readyz", 405, "Method Not Allowed\n"},
				{"GET", "/", 404, "404 page not found\n"},
				{"GET", "/rss.xml", 404, "404 page not found\n"},
			} {
				w := httptest.NewRecorder()
				admin.ServeHTTP(w, httptest.NewRequest(want.method, adminURL+want.path, nil))
				if want.method == "HEAD" {
					w.Body.Reset() // net/http leaves it out
				}
				if w.Code != want.status || w.Body.String() != want.body {
					t.Errorf("%s %s: status %d, body %q; want %d, %q", want.method, want.path, w.Code, w.Body, want.status, want.body)
				}
				if cache := w.Header().Get("Cache-Control"); want.body == step.body && cache != "no-store" {
					t.Errorf("%s %s: Cache-Control %q", want.method, want.path, cache)
				}
			}
			for _, host := range []string{"xt.news.example", "localhost", "10.1.2.3:8080", "nobody.example", ""} {
				for _, method := range []string{"GET", "HEAD", "OPTIONS"} {
					for path, want := range map[string]int{"/livez": 200, "/readyz": step.ready} {
						r := httptest.NewRequest(method, path, nil)
						r.Host = host
						w := httptest.NewRecorder()
						public.ServeHTTP(w, r)
						if w.Code != want {
							t.Errorf("%s %s of host %q on the public listener: status %d; want %d", method, path, host, w.Code, want)
						}
					}
				}
			}
		})
	}
	for target, want := range map[string]int{"/livez": 405, "/readyz": 405, "/rss.xml": 421} {
		r := httptest.NewRequest("POST", "http://nobody.example"+target, nil)
		if want == 421 {
			r.Method = "GET"
		}
		w := httptest.NewRecorder()
		public.ServeHTTP(w, r)
		if w.Code != want {
			t.Errorf("%s %s: status %d; want %d", r.Method, target, w.Code, want)
		}
	}
}

// fakeJobs are jobs that note what they are asked.
type fakeJobs struct {
	hints      []server.Hint
	checked    map[string]time.Time
	conditions []condition.Condition
	tasks      []server.Task
	quarantine map[string][]article.RowError
	refused    bool
}

func (j *fakeJobs) Refresh(hint server.Hint) error {
	if len(hint.Stations) > 0 && hint.Stations[0] == "none" {
		return errors.New(`no station "none" publishes`)
	}
	j.hints = append(j.hints, hint)
	return nil
}

func (j *fakeJobs) Hooked(system string, articles []string) {
	j.hints = append(j.hints, server.Hint{Stations: []string{system}, Articles: articles})
}

func (j *fakeJobs) Condition(station string) (condition.Condition, bool) {
	i := slices.IndexFunc(j.conditions, func(c condition.Condition) bool { return c.Station == station })
	if i < 0 {
		return condition.Condition{}, false
	}
	return j.conditions[i], true
}
func (j *fakeJobs) Conditions() []condition.Condition { return j.conditions }
func (j *fakeJobs) Checked(station string) time.Time  { return j.checked[station] }
func (j *fakeJobs) Tasks() []server.Task              { return j.tasks }
func (j *fakeJobs) Drift() map[string]int64           { return map[string]int64{"lost": 3} }

func (j *fakeJobs) LeftOut() map[string]int64 { return map[string]int64{"status": 2} }

func (j *fakeJobs) Published() map[string]int64 { return map[string]int64{"published": 4} }

func (j *fakeJobs) Faults() map[string]int64 { return map[string]int64{"timeout": 1} }

func (j *fakeJobs) Refused(station string) bool { return j.refused || station == "yy" }

func (j *fakeJobs) Drifted(station string) int64                 { return map[string]int64{"xt": 3}[station] }
func (j *fakeJobs) Quarantine(station string) []article.RowError { return j.quarantine[station] }

func (j *fakeJobs) Quarantined(station string) int {
	return len(j.quarantine[station])
}

func TestAdminRefresh(t *testing.T) {
	const token = "0123456789abcdef"
	tests := []struct {
		name   string
		change func(*server.Admin)
		header string // Authorization
		body   string
		status int
		want   string
		hints  []server.Hint
	}{
		{name: "plain", header: "Bearer " + token, status: 202, want: "refreshing\n", hints: []server.Hint{{}}},
		{
			name: "with a hint", header: "Bearer " + token, body: `{"stations": ["xt"]}`,
			status: 202, want: "refreshing\n", hints: []server.Hint{{Stations: []string{"xt"}}},
		},
		{name: "in another case", header: "bearer " + token, status: 202, want: "refreshing\n", hints: []server.Hint{{}}},
		{
			name: "with articles", header: "Bearer " + token, body: `{"ids": ["5207683", "a"]}`,
			status: 202, want: "refreshing\n", hints: []server.Hint{{Articles: []string{"5207683", "a"}}},
		},
		{name: "two values", header: "Bearer " + token, body: `{} {}`, status: 400, want: "more than one value"},
		{name: "an unknown station", header: "Bearer " + token, body: `{"stations": ["none"]}`, status: 400, want: "no station \"none\" publishes\n"},
		{name: "an unknown field", header: "Bearer " + token, body: `{"station": "xt"}`, status: 400, want: `json: unknown field "station"`},
		{name: "no JSON", header: "Bearer " + token, body: `station=xt`, status: 400, want: "want nothing, or {"},
		{name: "a large body", header: "Bearer " + token, body: `{"stations": ["` + strings.Repeat("x", 100_000) + `"]}`, status: 400, want: "too large"},
		{name: "without a token", status: 401, want: "bearer token"},
		{name: "with another token", header: "Bearer 0123456789abcdeF", status: 401, want: "bearer token"},
		{name: "with a longer token", header: "Bearer " + token + "0", status: 401, want: "bearer token"},
		{name: "with an empty token", header: "Bearer ", status: 401, want: "bearer token"},
		{name: "with a password", header: "Basic " + token, status: 401, want: "bearer token"},
		{name: "no token is set", change: func(a *server.Admin) { a.Token = "" }, header: "Bearer ", status: 403, want: "server.admin_token is not set"},
		{name: "no jobs", change: func(a *server.Admin) { a.Jobs = nil }, header: "Bearer " + token, status: 409, want: "builds nothing"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			n, editions := portal(t)
			jobs := &fakeJobs{}
			admin := &server.Admin{Log: slog.New(slog.DiscardHandler), Network: n, Editions: editions, Drain: new(server.Drain), Jobs: jobs, Token: token}
			if tt.change != nil {
				tt.change(admin)
			}
			r := httptest.NewRequest("POST", adminURL+"/-/refresh", strings.NewReader(tt.body))
			r.Header.Set("Authorization", tt.header)
			w := httptest.NewRecorder()
			admin.Handler().ServeHTTP(w, r)
			if w.Code != tt.status || !strings.Contains(w.Body.String(), tt.want) {
				t.Errorf("status %d, body %q; want %d, %q", w.Code, w.Body, tt.status, tt.want)
			}
			if diff := cmp.Diff(tt.hints, jobs.hints); diff != "" {
				t.Errorf("asked (-want +got):\n%s", diff)
			}
		})
	}
}

// takenDown notes what is asked to be taken down.
type takenDown struct {
	wishes []server.TakeDown
	unsent []string
	err    error
}

func (d *takenDown) TakeDown(ctx context.Context, wish server.TakeDown) (edition.Retraction, error) {
	if err := ctx.Err(); err != nil {
		return edition.Retraction{}, err
	}
	if wish.Station == "none" {
		return edition.Retraction{}, &server.TakeDownError{Reason: `no station "none"`}
	}
	d.wishes = append(d.wishes, wish)
	return edition.Retraction{}, d.err
}

func (d *takenDown) Unsent() []string { return d.unsent }

func TestAdminRetract(t *testing.T) {
	const token = "0123456789abcdef"
	tests := []struct {
		name   string
		header string
		body   string
		err    error
		status int
		want   string
		wishes []server.TakeDown
	}{
		{"an article", "Bearer " + token, `{"station": "xt", "id": "1"}`, nil, 200, "retracted\n", []server.TakeDown{{Station: "xt", ID: "1"}}},
		{"an article of whichever station", "Bearer " + token, `{"id": "1"}`, nil, 200, "retracted\n", []server.TakeDown{{ID: "1"}}},
		{"with a notice that no feed can have", "Bearer " + token, `{"id": "1", "notice": true}`, nil, 200, "retracted, without a notice: no feed had it\n", []server.TakeDown{{ID: "1", Notice: true}}},
		{"lifted", "Bearer " + token, `{"station": "xt", "id": "1", "lift": true}`, nil, 200, "lifted\n", []server.TakeDown{{Station: "xt", ID: "1", Lift: true}}},
		{"nothing", "Bearer " + token, ``, nil, 400, `want {"id": "`, nil},
		{"a number", "Bearer " + token, `{"station": "xt", "id": 1}`, nil, 400, `want {"id": "`, nil},
		{"an unknown station", "Bearer " + token, `{"station": "none", "id": "1"}`, nil, 400, "no station \"none\"\n", nil},
		{"a full disk", "Bearer " + token, `{"station": "xt", "id": "1"}`, errors.New("disk full"), 500, "disk full\n", []server.TakeDown{{Station: "xt", ID: "1"}}},
		{
			"redis away", "Bearer " + token, `{"station": "xt", "id": "1"}`, fmt.Errorf("retract: %w: redis: refused", edition.ErrUnsent), 202,
			"accepted: retract: in effect in this process only: redis: refused\n",
			[]server.TakeDown{{Station: "xt", ID: "1"}},
		},
		{"no token", "", `{"station": "xt", "id": "1"}`, nil, 401, "bearer token", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			n, editions := portal(t)
			down := &takenDown{err: tt.err}
			admin := (&server.Admin{Log: slog.New(slog.DiscardHandler), Network: n, Editions: editions, Drain: new(server.Drain), TakeDown: down, Token: token}).Handler()
			r := httptest.NewRequest("POST", adminURL+"/-/retract", strings.NewReader(tt.body))
			r.Header.Set("Authorization", tt.header)
			w := httptest.NewRecorder()
			admin.ServeHTTP(w, r)
			if w.Code != tt.status || !strings.Contains(w.Body.String(), tt.want) {
				t.Errorf("status %d, body %q; want %d, %q", w.Code, w.Body, tt.status, tt.want)
			}
			if diff := cmp.Diff(tt.wishes, down.wishes); diff != "" {
				t.Errorf("taken down (-want +got):\n%s", diff)
			}
			w = httptest.NewRecorder()
			admin.ServeHTTP(w, httptest.NewRequest("GET", adminURL+"/-/retract", nil))
			if w.Code != 405 {
				t.Errorf("GET: status %d, want 405", w.Code)
			}
		})
	}
}

// Who asks for refreshes too often does not keep a take-down out, and who goes
// away before it is done does not end it.
func TestAdminRetractIsDone(t *testing.T) {
	n, editions := portal(t)
	down := &takenDown{}
	admin := (&server.Admin{Log: slog.New(slog.DiscardHandler), Network: n, Editions: editions, Drain: new(server.Drain), Jobs: &fakeJobs{}, TakeDown: down, Token: "0123456789abcdef"}).Handler()
	gone, leave := context.WithCancel(t.Context())
	leave()
	ask := func(path string) int {
		r := httptest.NewRequest("POST", adminURL+path, strings.NewReader(`{"station": "xt", "id": "1"}`)).WithContext(gone)
		r.Header.Set("Authorization", "Bearer 0123456789abcdef")
		w := httptest.NewRecorder()
		admin.ServeHTTP(w, r)
		return w.Code
	}
	for range 100 {
		ask("/-/refresh")
	}
	if status := ask("/-/refresh"); status != 429 {
		t.Fatalf("status %d, want 429", status)
	}
	if status := ask("/-/retract"); status != 200 || len(down.wishes) != 1 {
		t.Errorf("status %d", status)
	}
}

func TestAdminRefreshIsLimited(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n, editions := portal(t)
		jobs := &fakeJobs{}
		admin := (&server.Admin{Log: slog.New(slog.DiscardHandler), Network: n, Editions: editions, Drain: new(server.Drain), Jobs: jobs, Token: "0123456789abcdef"}).Handler()
		ask := func(token string) int {
			r := httptest.NewRequest("POST", adminURL+"/-/refresh", nil)
			r.Header.Set("Authorization", "Bearer "+token)
			w := httptest.NewRecorder()
			admin.ServeHTTP(w, r)
			return w.Code
		}
		for range 1000 {
			if status := ask("guess"); status != 401 { // those who guess take nothing from those who may
				t.Fatalf("status %d", status)
			}
		}
		for range 1000 {
			ask("0123456789abcdef")
		}
		if len(jobs.hints) != 20 || ask("0123456789abcdef") != 429 {
			t.Errorf("%d at once; want 20, then 429", len(jobs.hints))
		}
		time.Sleep(time.Second)
		for range 1000 {
			ask("0123456789abcdef")
		}
		if len(jobs.hints) != 25 {
			t.Errorf("%d after a second; want 5 more", len(jobs.hints))
		}
	})
}

// fakeStores is a local copy on a full disk, and a Redis.
type fakeStores struct{}

func (fakeStores) Components() []string { return []string{"local copy", "redis"} }
func (fakeStores) Process() string      { return "token" }
func (fakeStores) InStep() time.Time    { return noon }

func (fakeStores) Room() (bytes, free int64, ok bool) { return 1000, 2000, true }
func (fakeStores) RedisErrors() map[string]int64      { return map[string]int64{"fetch": 7} }

func (fakeStores) Leader(station string) string {
	return map[string]string{"xt": "token", "yy": "other"}[station]
}

func (fakeStores) Retractions() edition.Retractions {
	return edition.Retractions{"1": {ID: "1", State: edition.Lifted, At: noon.Add(time.Minute)}, "7": {ID: "7", State: edition.Held}, "8": {ID: "8", State: edition.Lifted}}
}

func (fakeStores) Conditions() []condition.Condition {
	full := &fs.PathError{Op: "open", Path: "x", Err: syscall.ENOSPC}
	return []condition.Condition{
		{Kind: condition.Kind{Component: "local copy", State: "not writable", Began: "local copy not writable"}, Station: "xt", Since: noon, Err: fmt.Errorf("cache: %w", full)},
		{Kind: condition.Kind{Component: "cache", State: "not in step", Began: "station not in step"}, Station: "zz", Since: noon, Err: errors.New("damaged")},
	}
}

// contentsOf are the contents of articles.
func contentsOf(articles ...edition.Article) *edition.Document {
	var text []byte
	for _, a := range articles {
		text = a.AppendTo(text)
	}
	return edition.Revision{Newest: noon, AsOf: noon}.ReviseContent(edition.NewContents(text), nil)
}

func TestAdminStatus(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(noon.Add(10 * time.Minute)))
		n, editions := portal(t)
		clear(editions)
		e := edition.New("xt", noon, "4711", documents()).WithContents(map[string]*edition.Document{"/rss.xml": contentsOf(
			edition.Article{ID: "2", Published: noon.Add(-2 * time.Hour)}, edition.Article{ID: "1", Published: noon.Add(-time.Hour)}, edition.Article{ID: "3", Published: noon, Notice: true},
		)})
		editions["xt"] = e.WithPending([]article.Month{{Year: 2019, Month: time.March}})
		editions["yy"] = edition.New("yy", noon, "4711", nil)
		editions[newest+"yy"] = edition.New("yy", noon.Add(time.Second), "4711", nil)
		jobs := &fakeJobs{
			quarantine: map[string][]article.RowError{"xt": {{ID: "8", Column: "status"}, {ID: "9", Column: "status"}}},
			checked:    map[string]time.Time{"xt": noon.Add(9 * time.Minute), "yy": noon.Add(4 * time.Minute)},
			conditions: []condition.Condition{{Kind: condition.Kind{State: "not built", Began: "station not built"}, Station: "yy", Since: noon, Err: errors.New("the disk is full")}},
		}
		admin := (&server.Admin{Log: slog.New(slog.DiscardHandler), Network: n, Editions: editions, Drain: new(server.Drain), Jobs: jobs, TakeDown: &takenDown{unsent: []string{"1", "2"}}, Stores: fakeStores{}, Version: "1.0", Limit: func() time.Duration { return 10*time.Minute + 30*time.Second }}).Handler()
		w := httptest.NewRecorder()
		admin.ServeHTTP(w, httptest.NewRequest("GET", adminURL+"/status", nil))
		var got any
		if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || w.Header().Get("Content-Type") != "application/json; charset=utf-8" {
			t.Fatalf("%v: %q", err, w.Body)
		}
		at := noon.Format(time.RFC3339)
		want := map[string]any{"verdict": map[string]any{"text": "0 of 3 stations fresh: 1 no edition, 1 refused, 1 failing", "level": "bad", "fresh": 0.0, "stations": 3.0}, "version": "1.0", "process": "token", "ready": true, "missing": []any{"zz"}, "draining": false, "freshness_limit_seconds": 630.0, "in_step": at, "published": map[string]any{"published": 4.0}, "content_errors": map[string]any{"timeout": 1.0}, "unsent_since": "2019-03-11T12:01:00Z", "drift": map[string]any{"lost": 3.0}, "left_out": map[string]any{"status": 2.0}, "unsent_retractions": []any{"1", "2"}, "problems": []any{
			"local copy not writable: xt: cache: open x: no space left on device", "station not in step: zz: damaged", "station not built: yy: the disk is full",
		}, "stores": []any{
			map[string]any{"name": "local copy", "state": "full", "error": "cache: open x: no space left on device", "error_since": at, "bytes": 1000.0, "free_bytes": 2000.0}, map[string]any{"name": "redis", "state": "ok", "errors": map[string]any{"fetch": 7.0}},
		}, "retracted": map[string]any{"count": 1.0, "ids": []any{"7"}}, "stations": []any{
			map[string]any{"id": "xt", "name": "", "standing": "failing", "drift": 3.0, "state": "not writable", "error": "cache: open x: no space left on device", "error_since": at, "leader": "this process", "built": at, "as_of": "2019-03-11T12:09:00Z", "age_seconds": 60.0, "documents": float64(len(documents())), "pending_months": 1.0, "newest_article": "2019-03-11T11:00:00Z", "notices": 1.0, "quarantined": 2.0},
			map[string]any{
				"id": "yy", "name": "", "standing": "refused", "state": "not built", "leader": "other", "behind": "2019-03-11T12:00:01Z", "built": at, "as_of": "2019-03-11T12:04:00Z", "age_seconds": 360.0, "documents": 0.0, "pending_months": 0.0,
				"error": "the disk is full", "error_since": at, "pinned": true, "refused": true,
			},
			map[string]any{"id": "zz", "name": "", "standing": "no edition", "state": "no edition", "error": "damaged", "error_since": at, "documents": 0.0, "pending_months": 0.0},
		}}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("status (-want +got):\n%s", diff)
		}
	})
}

// An age is that of the last look that went well, by the monotonic clock. Where
// this process makes none, it is that of the edition, which may be yet to come.
func TestAdminStatusAge(t *testing.T) {
	for _, tt := range []struct {
		name    string
		built   time.Duration // ago
		checked time.Duration // ago; 0: never
		want    any
	}{
		{"checked", time.Hour, time.Minute, 60.0},
		{"checked, built by a clock that was ahead", -8 * time.Hour, time.Minute, 60.0},
		{"checked long ago, built by a clock that was ahead", -8 * time.Hour, time.Hour, 3600.0},
		{"built elsewhere", time.Hour, 0, 3600.0},
		{"built elsewhere, a moment ahead", -time.Millisecond, 0, 0.0},
		{"built elsewhere by a clock that was ahead", -8 * time.Hour, 0, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n, editions := portal(t)
				editions["xt"] = edition.New("xt", time.Now().Add(-tt.built), "4711", documents())
				jobs := &fakeJobs{}
				if tt.checked > 0 {
					jobs.checked = map[string]time.Time{"xt": time.Now().Add(-tt.checked)}
				}
				xt := statusOf(t, &server.Admin{Log: slog.New(slog.DiscardHandler), Network: n, Editions: editions, Drain: new(server.Drain), Jobs: jobs}, "stations")
				if got := xt["age_seconds"]; got != tt.want {
					t.Errorf("age %v, want %v", got, tt.want)
				}
			})
		})
	}
}

func TestAdminStatusJobs(t *testing.T) {
	for _, tt := range []struct {
		name string
		task server.Task
		want map[string]any
	}{
		{"waiting", server.Task{Name: "refresh"}, map[string]any{"name": "refresh", "outcome": "waiting"}},
		{
			"ok",
			server.Task{Name: "refresh", Started: noon, Duration: 1500 * time.Millisecond, Next: noon.Add(time.Hour)},
			map[string]any{"name": "refresh", "outcome": "ok", "started": "2019-03-11T12:00:00Z", "age_seconds": 600.0, "milliseconds": 1500.0, "next": "2019-03-11T13:00:00Z"},
		},
		{
			"failed",
			server.Task{Name: "refresh", Started: noon, Err: errors.New("disk full")},
			map[string]any{"name": "refresh", "outcome": "failed", "started": "2019-03-11T12:00:00Z", "age_seconds": 600.0, "milliseconds": 0.0, "error": "disk full"},
		},
		{
			"running after a failure",
			server.Task{Name: "refresh", Started: noon, Duration: 10 * time.Minute, Running: true, Err: errors.New("disk full")},
			map[string]any{"name": "refresh", "outcome": "running", "started": "2019-03-11T12:00:00Z", "age_seconds": 600.0, "milliseconds": 600000.0, "error": "disk full"},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				time.Sleep(time.Until(noon.Add(10 * time.Minute)))
				n, editions := portal(t)
				jobs := &fakeJobs{tasks: []server.Task{tt.task}}
				got := statusOf(t, &server.Admin{Log: slog.New(slog.DiscardHandler), Network: n, Editions: editions, Drain: new(server.Drain), Jobs: jobs}, "jobs")
				if diff := cmp.Diff(tt.want, got); diff != "" {
					t.Errorf("job (-want +got):\n%s", diff)
				}
			})
		})
	}
}

// statusOf returns the first of a list in the answer of /status.
func statusOf(t *testing.T, a *server.Admin, list string) map[string]any {
	t.Helper()
	w := httptest.NewRecorder()
	a.Handler().ServeHTTP(w, httptest.NewRequest("GET", adminURL+"/status", nil))
	var got map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	all, ok := got[list].([]any)
	if !ok || len(all) == 0 {
		t.Fatalf("no %s in %s", list, w.Body)
	}
	return all[0].(map[string]any)
}
