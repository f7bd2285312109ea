package server_test

import (
	"encoding/json"
	"errors"
	"log/slog"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"feedstation/internal/article"
	"feedstation/internal/condition"
	"feedstation/internal/edition"
	"feedstation/internal/server"
)

// following are stores of a process that follows others: fakeStores without a fault.
type following struct {
	fakeStores
	inStep     time.Duration // ago
	conditions []condition.Condition
	leader     string
}

func (f following) InStep() time.Time                 { return time.Now().Add(-f.inStep) }
func (f following) Conditions() []condition.Condition { return f.conditions }
func (f following) Leader(string) string              { return f.leader }
func (f following) Retractions() edition.Retractions  { return nil }

// TestVerdict puts a station into each state.
func TestVerdict(t *testing.T) {
	const limit = 2 * time.Minute
	failing := []condition.Condition{{Kind: condition.Kind{State: "not built", Began: "station not built"}, Station: "xt", Since: noon, Err: errors.New("no such table")}}
	redis := condition.Condition{Kind: condition.Kind{Component: "redis", State: "unreachable", Began: "redis unreachable"}, Since: noon, Err: errors.New("refused")}
	for _, tt := range []struct {
		name    string
		change  func(a *server.Admin, e stands, j *fakeJobs)
		verdict string
		level   server.Level
		remedy  string
	}{
		{"fresh", func(*server.Admin, stands, *fakeJobs) {}, "1 of 1 stations fresh", server.OK, ""},
		{"just within the limit", func(_ *server.Admin, _ stands, j *fakeJobs) { j.checked["xt"] = time.Now().Add(-limit) }, "1 of 1 stations fresh", server.OK, ""},
		{"late", func(_ *server.Admin, _ stands, j *fakeJobs) { j.checked["xt"] = time.Now().Add(-limit - time.Second) }, "0 of 1 stations fresh: 1 late", server.Bad, "feedstation check"},
		{"not looked at since the start", func(_ *server.Admin, _ stands, j *fakeJobs) { j.checked = nil }, "0 of 1 stations fresh: 1 late", server.Bad, "feedstation check"},
		{"built by a clock that was ahead, and not looked at", func(_ *server.Admin, e stands, j *fakeJobs) {
			j.checked = nil
			e["xt"] = edition.New("xt", time.Now().Add(time.Hour), "4711", nil)
		}, "0 of 1 stations fresh: 1 late", server.Bad, "feedstation check"},
		{"failing", func(_ *server.Admin, _ stands, j *fakeJobs) { j.conditions = failing }, "0 of 1 stations fresh: 1 failing", server.Bad, "feedstation check"},
		{"refused", func(_ *server.Admin, _ stands, j *fakeJobs) { j.conditions, j.refused = failing, true }, "0 of 1 stations fresh: 1 refused", server.Bad, "feedstation build --accept-shrink xt"},
		{"pinned", func(_ *server.Admin, e stands, _ *fakeJobs) {
			e[newest+"xt"] = edition.New("xt", time.Now(), "4711", nil)
		}, "0 of 1 stations fresh: 1 pinned", server.Attention, "feedstation unpin xt"},
		{"pinned and late", func(_ *server.Admin, e stands, j *fakeJobs) {
			e[newest+"xt"] = edition.New("xt", time.Now(), "4711", nil)
			j.checked = nil
		}, "0 of 1 stations fresh: 1 late", server.Bad, "feedstation check"},
		{"quarantine", func(_ *server.Admin, _ stands, j *fakeJobs) {
			j.quarantine = map[string][]article.RowError{"xt": {{ID: "8"}, {ID: "9"}}}
		}, "1 of 1 stations fresh", server.OK, "feedstation check"},
		{"never built", func(_ *server.Admin, e stands, _ *fakeJobs) { delete(e, "xt") }, "0 of 1 stations fresh: 1 no edition", server.Bad, "feedstation check"},
		{"months pending", func(_ *server.Admin, e stands, _ *fakeJobs) {
			e["xt"] = e["xt"].WithPending([]article.Month{{Year: 2019, Month: time.March}})
		}, "1 of 1 stations fresh", server.OK, ""},
		{"built elsewhere", func(a *server.Admin, _ stands, j *fakeJobs) { j.checked, a.Stores = nil, following{leader: "other"} }, "1 of 1 stations fresh", server.OK, ""},
		{"built elsewhere, and not in step", func(a *server.Admin, _ stands, j *fakeJobs) {
			j.checked, a.Stores = nil, following{leader: "other", inStep: 61 * time.Second}
		}, "0 of 1 stations fresh: 1 behind", server.Bad, "feedstation check"},
		{"built elsewhere, and redis is away", func(a *server.Admin, _ stands, j *fakeJobs) {
			j.checked, a.Stores = nil, following{leader: "other", conditions: []condition.Condition{redis}}
		}, "0 of 1 stations fresh: 1 behind", server.Bad, "feedstation check"},
		{"built here, and redis is away", func(a *server.Admin, _ stands, _ *fakeJobs) {
			a.Stores = following{leader: "token", inStep: time.Hour, conditions: []condition.Condition{redis}}
		}, "1 of 1 stations fresh", server.Attention, ""},
		{"without jobs", func(a *server.Admin, _ stands, _ *fakeJobs) { a.Jobs, a.Limit, a.Stores = nil, nil, following{} }, "1 of 1 stations fresh", server.OK, ""},
		{"without jobs, and not in step", func(a *server.Admin, _ stands, _ *fakeJobs) {
			a.Jobs, a.Limit, a.Stores = nil, nil, following{inStep: time.Hour}
		}, "0 of 1 stations fresh: 1 behind", server.Bad, "feedstation check"},
		{"stopping", func(a *server.Admin, _ stands, _ *fakeJobs) { a.Drain.Start() }, "1 of 1 stations fresh; the process is stopping", server.Attention, ""},
		{"a take-down that others can't learn of", func(a *server.Admin, _ stands, _ *fakeJobs) { a.TakeDown = &takenDown{unsent: []string{"1"}} }, "1 of 1 stations fresh", server.Attention, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n, editions := portal(t)
				n.Stations = n.Stations[:1]
				editions["xt"] = edition.New("xt", time.Now().Add(-8*time.Hour), "4711", nil)
				jobs := &fakeJobs{checked: map[string]time.Time{"xt": time.Now().Add(-time.Second)}}
				a := &server.Admin{Log: slog.New(slog.DiscardHandler), Network: n, Editions: editions, Drain: new(server.Drain), Jobs: jobs, Limit: func() time.Duration { return limit }}
				tt.change(a, editions, jobs)
				w := httptest.NewRecorder()
				a.Handler().ServeHTTP(w, httptest.NewRequest("GET", adminURL+"/status", nil))
				var got server.Status // as a client of /status has it
				if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
					t.Fatal(err)
				}
				if got.Verdict.Text != tt.verdict || got.Verdict.Level != tt.level {
					t.Errorf("%q, %s; want %q, %s", got.Verdict.Text, got.Verdict.Level, tt.verdict, tt.level)
				}
				if remedy := got.Stations[0].Remedy(); remedy != tt.remedy {
					t.Errorf("remedy %q, want %q", remedy, tt.remedy)
				}
			})
		})
	}
}

// TestWorstFirst orders stations of all standings.
func TestWorstFirst(t *testing.T) {
	s := server.Status{Stations: []server.StationStatus{
		{ID: "fresh", Standing: server.Fresh},
		{ID: "backlog", Standing: server.Fresh, Pending: 1},
		{ID: "fresh too", Standing: server.Fresh},
		{ID: "pinned", Standing: server.Pinned},
		{ID: "quarantine", Standing: server.Fresh, LeftOut: 1},
		{ID: "late", Standing: server.Late},
		{ID: "none", Standing: server.NoEdition},
		{ID: "refused", Standing: server.Refused},
		{ID: "behind", Standing: server.Behind},
		{ID: "failing", Standing: server.Failing},
	}}
	var got []string
	for _, station := range s.WorstFirst() {
		got = append(got, station.ID)
	}
	want := []string{"none", "refused", "failing", "late", "behind", "pinned", "quarantine", "backlog", "fresh", "fresh too"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("order (-want +got):\n%s", diff)
	}
}
