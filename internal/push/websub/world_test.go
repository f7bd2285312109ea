package websub

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"feedstation/feed"
	"feedstation/internal/edition"
	"feedstation/internal/network"
	"feedstation/internal/push/client"
)

const (
	ownRSS  = "https://xt.news.example/rss.xml"
	ownAtom = "https://xt.news.example/atom.xml"
	ownJSON = "https://xt.news.example/feed.json"
	hubURL  = "https://xt.news.example/websub"
)

// world is a hub, what it serves, and those who subscribe, in a bubble of time.
type world struct {
	t        *testing.T
	hub      *Hub
	handler  http.Handler
	station  *network.Station
	settings Settings
	log      *bytes.Buffer
	stop     func()
	every    time.Duration // see tick; 0: that

	mu      sync.Mutex
	served  *edition.Edition
	began   time.Time
	friends map[string]*subscriber // by host of the callback
}

// subscriber is one, as far as it matters here.
type subscriber struct {
	confirm func(w http.ResponseWriter, r *http.Request) // nil: as it should
	receive func(w http.ResponseWriter, r *http.Request) // nil: 200

	asked []url.Values
	got   []delivery
}

// delivery is what a subscriber was sent.
type delivery struct {
	at     time.Duration // since the beginning
	header http.Header
	body   string
	query  string
}

// in runs a test of a hub in a bubble. At the beginning article 1 is served.
func in(t *testing.T, test func(w *world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := &world{t: t, station: newStation(), began: time.Now(), friends: map[string]*subscriber{}, log: new(bytes.Buffer)}
		w.settings = Settings{
			Own: true, Editions: w, Leads: func(string) bool { return true }, Builds: true, Subscribers: 10, Lease: 240 * time.Hour, Delay: 3 * time.Second,
			Folder: NewFolder(t.TempDir(), ".websub"), Client: client.Over(transport(w.carry), "feedstation/1", sendTimeout),
		}
		w.serve("1")
		w.start()
		test(w)
		w.stop()
		for _, secret := range []string{"hunter2", "/cb"} {
			if strings.Contains(w.log.String(), secret) {
				t.Errorf("the log has %q:\n%s", secret, w.log)
			}
		}
	})
}

// start starts the hub, another one than before.
func (w *world) start() {
	w.t.Helper()
	w.hub = New(slog.New(slog.NewTextHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug})))
	w.hub.every = cmp.Or(w.every, tick)
	w.set()
	ctx, cancel := context.WithCancel(w.t.Context())
	done := make(chan struct{})
	hub := w.hub
	go func() {
		defer close(done)
		hub.Run(ctx)
	}()
	w.stop = func() {
		cancel()
		<-done
	}
	synctest.Wait()
}

// slowly has the hub look for editions once in a while only: a test of days takes long
// otherwise.
func (w *world) slowly(every time.Duration) {
	w.stop()
	w.every = every
	w.start()
}

// set has the hub work with the settings and the station as they are now.
func (w *world) set() {
	w.t.Helper()
	station := *w.station // a network takes its stations over
	n, err := network.New("湘江新闻网", []*network.Station{&station}, []string{"feeds.example"})
	if err != nil {
		w.t.Fatal(err)
	}
	w.settings.Network = n
	w.handler = w.hub.Handler(n, http.NotFoundHandler(), nil)
	w.hub.Set(w.settings)
	synctest.Wait()
}

// Served implements Editions.
func (w *world) Served(string) (*edition.Edition, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.served, w.served != nil
}

// serve serves an edition with these articles, the newest first, in all feeds.
func (w *world) serve(ids ...string) {
	w.t.Helper()
	e := w.edition(ids, nil)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.served = e
}

// edition returns one whose feeds have these articles; its months have others besides.
func (w *world) edition(ids, others []string) *edition.Edition {
	w.t.Helper()
	f := feed.Feed{Title: "湘潭站", HomeURL: "https://xt.news.example/", RSSURL: ownRSS, AtomURL: ownAtom, JSONURL: ownJSON, Hubs: []string{hubURL}, Updated: noon}
	for _, id := range ids {
		a := newListed(id)
		item, err := feed.Prepare(feed.Item{URL: a.Address, Title: "第" + id + "条", Published: a.Published, Updated: a.Updated, Body: "<p>正文</p>"})
		if err != nil {
			w.t.Fatal(err)
		}
		f.Items = append(f.Items, item)
	}
	documents, known := map[string]*edition.Document{}, map[string]*edition.Document{"/sitemaps/2026-03.xml": contents(append(slices.Clone(ids), others...)...)}
	for _, channel := range []string{"", "moment"} {
		for format, render := range map[network.Format]func() ([]byte, error){network.RSS: f.RSS, network.Atom: f.Atom, network.JSON: f.JSON} {
			body, err := render()
			if err != nil {
				w.t.Fatal(err)
			}
			mediaType := map[network.Format]string{network.RSS: feed.RSSType, network.Atom: feed.AtomType, network.JSON: feed.JSONType}[format]
			documents[network.FeedPath(channel, format)] = edition.NewDocument(mediaType, body, noon)
		}
		known[network.FeedPath(channel, network.RSS)] = contents(ids...)
	}
	return edition.New("xt", noon.Add(time.Since(w.began)), "build", documents).WithContents(known)
}

// friend returns the subscriber at a host.
func (w *world) friend(host string) *subscriber {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.friends[host] == nil {
		w.friends[host] = &subscriber{}
	}
	return w.friends[host]
}

// setConfirm has a subscriber answer verifications so from now on, setReceive deliveries.
func (w *world) setConfirm(host string, f http.HandlerFunc) {
	s := w.friend(host)
	w.note(func() { s.confirm = f })
}

func (w *world) setReceive(host string, f http.HandlerFunc) {
	s := w.friend(host)
	w.note(func() { s.receive = f })
}

// carry brings a request to its subscriber. Who never answers takes its time.
func (w *world) carry(r *http.Request) (*http.Response, error) {
	s := w.friend(r.URL.Host)
	var confirming, receiving func(w http.ResponseWriter, r *http.Request)
	w.note(func() { confirming, receiving = s.confirm, s.receive })
	answer := httptest.NewRecorder()
	done := make(chan struct{})
	go func() {
		defer close(done)
		if r.Method == http.MethodGet {
			w.note(func() { s.asked = append(s.asked, r.URL.Query()) })
			if confirming == nil {
				confirming = confirm
			}
			confirming(answer, r)
			return
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			w.t.Error(err)
		}
		w.note(func() {
			s.got = append(s.got, delivery{time.Since(w.began), r.Header.Clone(), string(body), r.URL.RawQuery})
		})
		if receiving != nil {
			receiving(answer, r)
		}
	}()
	<-done
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	return answer.Result(), nil
}

func (w *world) note(f func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	f()
}

func confirm(w http.ResponseWriter, r *http.Request) {
	fmt.Fprint(w, r.URL.Query().Get("hub.challenge"))
}

// hang answers nothing.
func hang(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }

// post sends a form to the hub and returns the answer.
func (w *world) post(form ...string) *httptest.ResponseRecorder {
	w.t.Helper()
	fields := url.Values{}
	for i := 0; i < len(form); i += 2 {
		if fields.Set(form[i], form[i+1]); form[i+1] == "" {
			fields.Del(form[i])
		}
	}
	r := httptest.NewRequest(http.MethodPost, hubURL, strings.NewReader(fields.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer := httptest.NewRecorder()
	w.handler.ServeHTTP(answer, r)
	return answer
}

// subscribe has a callback subscribe to a topic, and waits until that is so.
func (w *world) subscribe(topic, callback string, more ...string) {
	w.t.Helper()
	host := hostOf(callback)
	asked := len(w.asked(host))
	if got := w.post(append([]string{"hub.mode", "subscribe", "hub.topic", topic, "hub.callback", callback}, more...)...); got.Code != http.StatusAccepted {
		w.t.Fatalf("%d %s", got.Code, got.Body)
	}
	w.sleep(2 * tick)
	if len(w.asked(host)) == asked {
		w.sleep(verifyEvery)
	}
}

// sleep lets time pass.
func (w *world) sleep(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// count returns how many subscriptions there are.
func (w *world) count() int { return w.hub.Subscribers()["xt"] }

// asked returns what a subscriber was asked.
func (w *world) asked(host string) (asked []url.Values) {
	s := w.friend(host)
	w.note(func() { asked = slices.Clone(s.asked) })
	return asked
}

// take returns what a subscriber was sent since it was asked last.
func (w *world) take(host string) (got []delivery) {
	s := w.friend(host)
	w.note(func() { got, s.got = s.got, nil })
	return got
}

// wantGot checks which articles a subscriber was sent, in one delivery each.
func (w *world) wantGot(when, host string, want ...string) {
	w.t.Helper()
	var got []string
	for _, d := range w.take(host) {
		got = append(got, articlesIn(d.body))
	}
	if !slices.Equal(got, want) {
		w.t.Errorf("%s: %s was sent %q, want %q", when, host, got, want)
	}
}

// articlesIn returns the ids of the articles that a document names, and of those that it
// says were withdrawn.
func articlesIn(body string) string {
	var found []string
	for n := range 10 {
		id := fmt.Sprint(n)
		address := "https://xt.news.example/" + id
		if strings.Contains(body, ` ref="`+address+`"`) {
			found = append(found, "-"+id)
		} else if strings.Contains(body, address+"<") || strings.Contains(body, address+`"`) {
			found = append(found, id)
		}
	}
	return strings.Join(found, " ")
}
