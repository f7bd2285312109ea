package server

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"feedstation/internal/article"
	"feedstation/internal/condition"
	"feedstation/internal/edition"
	"feedstation/internal/network"
)

// Jobs is what the admin listener asks of the jobs of this process.
type Jobs interface {
	// Refresh has a refresh run at once and look at what the hint names. The
	// error is the asker's fault.
	Refresh(hint Hint) error
	// Hooked has what a system's webhook tells of looked at at once: sources of that
	// kind, and articles by the ids that views have.
	Hooked(system string, articles []string)
	// Condition returns why a station can't be built or audited; not ok: it can.
	Condition(station string) (why condition.Condition, ok bool)
	// Conditions returns all that is wrong with the jobs.
	Conditions() []condition.Condition
	// Checked returns when the last look at the content store began after which
	// the edition of a station was up to date, with a monotonic reading; zero: there
	// was none yet, or another process builds it.
	Checked(station string) time.Time
	// Tasks returns the tasks of the timetable; none before it runs.
	Tasks() []Task
	// Drift returns how many months audits have found that were not as published,
	// by cause.
	Drift() map[string]int64
	// LeftOut returns how many articles have been left out since the process began
	// because a column of their row can't be read, by column, or no feed can carry
	// them ("feed").
	LeftOut() map[string]int64
	// Published returns how often stations were built since the process began, by what
	// became of them, and Faults how often a content store could not be asked, by why.
	Published() map[string]int64
	Faults() map[string]int64
	// Quarantined returns how many articles a station lacks because they can't be
	// published, and Refused whether its next edition may not be.
	Quarantined(station string) int
	Refused(station string) bool
	// Quarantine returns why the articles of Quarantined can't be.
	Quarantine(station string) []article.RowError
	// Drifted returns how many of the months of Drift are the station's.
	Drifted(station string) int64
}

// Task is a task of the timetable and its last run.
type Task struct {
	Name     string
	Started  time.Time // with a monotonic reading; zero: there was no run yet
	Duration time.Duration
	Running  bool
	Err      error
	Next     time.Time // zero: not known
}

// Hint names what has changed: stations whose feeds are to be read again, articles
// that are to be looked up, or nothing.
type Hint struct {
	Stations []string `json:"stations"`
	Articles []string `json:"ids"`
}

// TakeDowns is where articles are taken down.
type TakeDowns interface {
	// TakeDown has an article served no more, and returns once that is so here and
	// other processes can learn of it, with what is now in effect. The error is the
	// asker's fault if it is a [TakeDownError], and edition.ErrUnsent if other processes
	// can't learn of it yet.
	TakeDown(ctx context.Context, t TakeDown) (edition.Retraction, error)
	// Unsent returns the ids of articles of whose take-down, or its end, other
	// processes can't learn yet.
	Unsent() []string
}

// TakeDown is an article that is to be taken down; or the end of that.
type TakeDown struct {
	Station string `json:"station"` // not needed: an article's id is unique
	ID      string `json:"id"`
	Notice  bool   `json:"notice"` // feeds say in its place that it was withdrawn
	Lift    bool   `json:"lift"`
}

// TakeDownError says why nobody could do what was asked for.
type TakeDownError struct{ Reason string }

func (e *TakeDownError) Error() string { return e.Reason }

// Stores is where editions are stored, and what other processes say of them there.
type Stores interface {
	// Components returns the names of the stores, by which conditions know them: the
	// local copy and, where there is one, Redis.
	Components() []string
	// Conditions returns what keeps editions from being stored or followed.
	Conditions() []condition.Condition
	Retractions() edition.Retractions
	// Process returns the token of this process, and Leader that of the one which
	// builds a station; empty: not known.
	Process() string
	Leader(station string) string
	// InStep returns when the stores were last asked for what others have published, and
	// all of it was there in the end, with a monotonic reading; zero: not yet.
	InStep() time.Time
	// Room returns how many bytes the local copy has, and how many more it can have; not
	// ok: not known.
	Room() (bytes, free int64, ok bool)
	// RedisErrors returns how often Redis failed, by what it was asked for.
	RedisErrors() map[string]int64
}

// Admin is what the admin listener is made of.
type Admin struct {
	Log      *slog.Logger
	Network  *network.Network
	Editions Editions
	Drain    *Drain
	Settled  func() bool       // see [Readiness]
	Jobs     Jobs              // nil: this process builds nothing
	Sources  func() []Source   // what fills the embedded store; nil: nothing does
	Contents func() []Content  // the content stores; nil: none is asked
	Articles http.Handler      // of /-/articles, which the token opens; nil: there is none
	Explain  http.Handler      // of /explain; nil: there is none
	Pages    http.Handler      // for people: /, what is below it, and the form of the log-in; nil: there are none
	Hooks    map[string]string // secrets of webhooks by system
	TakeDown TakeDowns
	Push     Push     // nil: nobody is told of changes
	Stores   Stores   // nil: /status says nothing of them
	Token    string   // for all but health; empty: what may be read is open, the requests that ask for work are refused
	Hosts    []string // names of the listener besides localhost and its addresses
	Version  string
	Metrics  http.Handler // of /metrics; nil: there is none

	Runs        func() []Run                                              // of the jobs, the newest first; nil: this process builds nothing
	Kept        func(ctx context.Context, station string) ([]Kept, error) // the editions that can be pinned; it may wait for the stores
	Requests    func(station string) int64                                // for paths of the station, since the process began; nil: not counted
	Subscribers func() map[string]int                                     // by station; nil: not recorded
	Visits      Visits                                                    // nil: not recorded
	Readers     func(station string) map[string]int                       // of a station's documents, by path; nil: not recorded
	WebSub      func() (w WebSub, ok bool)                                // the hubs of stations; not ok, or nil: they have none of their own

	Limit      func() time.Duration            // how old what a station has may be; nil: this process builds nothing
	Reload     func(ctx context.Context) error // reads the configuration again; nil: nothing does
	Configured time.Time                       // when the configuration in effect was read
	Conditions func() []condition.Condition    // of the process as a whole; nil: it has none

	feeds sync.Map // see ownFeed, by station
}

// ReloadPath is where a reload is asked for.
const ReloadPath = "/-/reload"

// How often work may be asked for: a newsroom that saves an article a second is
// served, a loop that has gone wild is slowed down.
const (
	refreshRate  = 5 // a second
	refreshBurst = 20
	// Articles that are posted one by one, as after a migration: each is a small
	// transaction, and one refresh is for all that have come meanwhile.
	articleRate  = 100
	articleBurst = 200
)

// maxWish bounds the body of a request for work, in bytes.
const maxWish = 64 << 10

// Handler returns the handler of the admin listener:
//
//	GET  /livez      the process runs
//	GET  /readyz     it should be sent requests
//	GET  /status     what it serves, and what is wrong, as JSON
//	GET  /explain    why an article is in a document or not, as JSON
//	GET  /metrics    the same in numbers, for Prometheus
//	GET  /           the same as pages for people
//	POST /login      with the token, begins a session that opens what may be read
//	POST /-/refresh  pull what changed now; needs the token
//	POST /-/reload   read the configuration again; needs the token
//	POST /-/retract  take an article down; needs the token
//	POST /-/push     tell others of an address now; needs the token
//	/-/articles      store and remove articles; needs the token
//	POST /-/hooks/…  as refresh, signed by the system
//
// A request has to name the listener by an address, as localhost or by one of
// Hosts, and may not come from another site's page. Where a token is set, all but the
// first two and the log-in need it.
//
// But for /explain, which asks the store for seconds at most, those that are read never
// touch Redis or the content store: a database's bad night must not restart a fleet.
func (a *Admin) Handler() http.Handler {
	limit := func() *rate.Limiter { return rate.NewLimiter(refreshRate, refreshBurst) } // one keeps no other out
	wrong, token := newWrongTokens(a.Log), newTokens(a.Token)
	mux := http.NewServeMux()
	readiness := a.readiness()
	for _, method := range []string{http.MethodGet, http.MethodOptions} { // which balancers ask with
		mux.HandleFunc(method+" "+livePath, live)
		mux.HandleFunc(method+" "+readyPath, readiness.ready)
	}
	mux.HandleFunc("GET /status", a.status)
	if a.Explain != nil {
		mux.HandleFunc("GET /explain", limited(limit(), func(w http.ResponseWriter, r *http.Request) {
			if a.Pages != nil && wantsPage(r) {
				a.Pages.ServeHTTP(w, r)
				return
			}
			a.Explain.ServeHTTP(w, r)
		}))
	}
	if a.Metrics != nil {
		mux.Handle("GET /metrics", a.Metrics)
	}
	mux.HandleFunc("POST /-/refresh", authorized(token, limit(), wrong, a.refresh))
	mux.HandleFunc("POST "+ReloadPath, authorized(token, limit(), wrong, a.reload))
	mux.HandleFunc("POST /-/retract", authorized(token, limit(), wrong, a.retract))
	mux.HandleFunc("POST "+PushPath, authorized(token, limit(), wrong, a.push))
	if a.Articles != nil {
		articles := authorized(token, rate.NewLimiter(articleRate, articleBurst), wrong, a.Articles.ServeHTTP)
		mux.HandleFunc("/-/articles", articles)
		mux.HandleFunc("/-/articles/", articles)
	}
	mux.HandleFunc("POST /-/hooks/{system}", a.hook(limit(), wrong))
	mux.HandleFunc("POST "+loginPath, token.login(wrong))
	mux.HandleFunc("POST "+logoutPath, token.logout)
	if a.Pages != nil {
		mux.Handle("/", a.Pages) // which answers other methods than GET with 405
	}
	return guard(a.Hosts, a.gate(token, wrong, mux))
}

func (a *Admin) readiness() *Readiness {
	return &Readiness{Network: a.Network, Editions: a.Editions, Drain: a.Drain, Settled: a.Settled}
}

// authorized passes on requests that have the token, up to a rate.
func authorized(token *tokens, limit *rate.Limiter, wrong *wrongTokens, next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		ok, _ := token.bearer(r)
		switch {
		case token.none:
			answer(w, http.StatusForbidden, "server.admin_token is not set: nobody may ask for this\n")
		case !ok:
			wrong.note(r.Context(), r.RemoteAddr)
			unauthorized(w)
		default:
			limited(limit, next)(w, r)
		}
	}
}

// limited passes on requests up to a rate.
func limited(limit *rate.Limiter, next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if !limit.Allow() {
			w.Header().Set("Retry-After", "1")
			answer(w, http.StatusTooManyRequests, "too often: wait a second\n")
			return
		}
		next(w, r)
	}
}

func (a *Admin) refresh(w http.ResponseWriter, r *http.Request) {
	if a.Jobs == nil {
		answer(w, http.StatusConflict, "this process builds nothing (jobs.enabled is false)\n")
		return
	}
	var hint Hint
	if err := read(w, r, &hint); err != nil && !errors.Is(err, io.EOF) {
		answer(w, http.StatusBadRequest, `want nothing, or {"stations": ["xt"], "ids": ["5207683"]}: `+err.Error()+"\n")
		return
	}
	if err := a.Jobs.Refresh(hint); err != nil {
		answer(w, http.StatusBadRequest, err.Error()+"\n")
		return
	}
	answer(w, http.StatusAccepted, "refreshing\n")
}

func (a *Admin) reload(w http.ResponseWriter, r *http.Request) {
	if err := a.Reload(r.Context()); err != nil {
		answer(w, http.StatusConflict, "not reloaded, the configuration before stays in effect:\n"+err.Error()+"\n")
		return
	}
	answer(w, http.StatusOK, "reloaded\n")
}

func (a *Admin) retract(w http.ResponseWriter, r *http.Request) {
	var wish TakeDown
	if err := read(w, r, &wish); err != nil {
		answer(w, http.StatusBadRequest, `want {"id": "5207683"}, with "notice": true for a notice in its place, or "lift": true to end it: `+err.Error()+"\n")
		return
	}
	// It goes on when the client hangs up: half a take-down is none.
	now, err := a.TakeDown.TakeDown(context.WithoutCancel(r.Context()), wish)
	_, wrong := errors.AsType[*TakeDownError](err)
	switch {
	case wrong:
		answer(w, http.StatusBadRequest, err.Error()+"\n")
	case errors.Is(err, edition.ErrUnsent): // it is sent again until it is stored
		answer(w, http.StatusAccepted, "accepted: "+err.Error()+"\n")
	case err != nil:
		answer(w, http.StatusInternalServerError, err.Error()+"\n")
	case wish.Lift:
		answer(w, http.StatusOK, "lifted\n")
	case wish.Notice && now.Shown == nil:
		answer(w, http.StatusOK, "retracted, without a notice: no feed had it\n")
	default:
		answer(w, http.StatusOK, "retracted\n")
	}
}

// read reads the one JSON value of a request's body; io.EOF: there is none.
func read(w http.ResponseWriter, r *http.Request, into any) error {
	decoder := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxWish))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return err
	}
	if decoder.More() {
		return errors.New("more than one value")
	}
	return nil
}

func answer(w http.ResponseWriter, status int, text string) {
	respond(w, status, "text/plain; charset=utf-8", []byte(text))
}

func respond(w http.ResponseWriter, status int, mediaType string, body []byte) {
	w.Header().Set("Content-Type", mediaType)
	w.Header().Set("Cache-Control", "no-store")
	w.Header()["X-Content-Type-Options"] = noSniff
	w.WriteHeader(status)
	w.Write(body)
}
