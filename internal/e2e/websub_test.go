package e2e

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"feedstation/internal/push/websub"
	"feedstation/internal/testkit/redistest"
	"feedstation/internal/testkit/require"
)

// hubEnv has a process be its station's hub for subscribers on this machine.
var hubEnv = append(slices.Clip(postEnv), "FEEDSTATION_PUSH_WEBSUB_HUB=own", "FEEDSTATION_PUSH_WEBSUB_ALLOW=127.0.0.0/8", "FEEDSTATION_LOG_LEVEL=debug")

// subscribers are programs at addresses of this machine that confirm whatever they are
// asked, and note what they are sent.
type subscribers struct {
	t     *testing.T
	bases []string // http://127.0.1.1:1234

	mu   sync.Mutex
	got  map[string][]sent // by path of the callback
	asks int
}

// sent is what a subscriber was sent.
type sent struct {
	at     time.Time
	header http.Header
	body   string
}

// newSubscribers starts programs at so many addresses.
func newSubscribers(t *testing.T, n int) *subscribers {
	t.Helper()
	s := &subscribers{t: t, got: map[string][]sent{}}
	for i := range n {
		listener, err := net.Listen("tcp", fmt.Sprintf("127.0.1.%d:0", i+1))
		if err != nil {
			t.Skipf("no further addresses of this machine: %v", err) // as on macOS
		}
		server := httptest.NewUnstartedServer(http.HandlerFunc(s.serve))
		if err := server.Listener.Close(); err != nil {
			t.Fatal(err)
		}
		server.Listener = listener
		server.Start()
		t.Cleanup(server.Close)
		s.bases = append(s.bases, server.URL)
	}
	return s
}

func (s *subscribers) serve(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if r.Method == http.MethodGet {
		s.asks++
		fmt.Fprint(w, r.URL.Query().Get("hub.challenge"))
		return
	}
	s.got[r.URL.Path] = append(s.got[r.URL.Path], sent{time.Now(), r.Header, string(body)})
}

// take returns what the subscriber of a path was sent that has a text.
func (s *subscribers) take(path, text string) (list []sent) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, one := range s.got[path] {
		if strings.Contains(one.body, text) {
			list = append(list, one)
		}
	}
	return list
}

// with returns how many subscribers were sent a text, and when each was first.
func (s *subscribers) with(text string) (at []time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, list := range s.got {
		if i := slices.IndexFunc(list, func(one sent) bool { return strings.Contains(one.body, text) }); i >= 0 {
			at = append(at, list[i].at)
		}
	}
	slices.SortFunc(at, time.Time.Compare)
	return at
}

// subscribe has a callback subscribe at a process to a path of the station.
func (p *process) subscribe(path, callback string, more ...string) {
	p.t.Helper()
	form := url.Values{"hub.mode": {"subscribe"}, "hub.topic": {"https://xt.news.example" + path}, "hub.callback": {callback}}
	for i := 0; i < len(more); i += 2 {
		form.Set(more[i], more[i+1])
	}
	r, err := http.NewRequestWithContext(p.t.Context(), http.MethodPost, "http://127.0.0.1:"+p.port+"/websub", strings.NewReader(form.Encode()))
	if err != nil {
		p.t.Fatal(err)
	}
	r.Host = "xt.news.example"
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	response, err := p.client.Do(r)
	if err != nil {
		p.t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusAccepted {
		text, err := io.ReadAll(response.Body)
		p.t.Fatalf("%s: %s (%v)", response.Status, text, err)
	}
}

// subscribed returns how many subscriptions a process knows of.
func (p *process) subscribed() (n int) {
	p.t.Helper()
	var status struct {
		Stations []struct {
			Subscribers int `json:"websub_subscribers"`
		} `json:"stations"`
	}
	if err := json.Unmarshal([]byte(p.adminBody("/status")), &status); err != nil || len(status.Stations) != 1 {
		return 0
	}
	return status.Stations[0].Subscribers
}

// TestHub has readers subscribe to the feeds of a station, which are told of an article
// once it is served, of its withdrawal, and after the process was killed.
func TestHub(t *testing.T) {
	t.Parallel()
	require.Time(t)
	const secret = "hunter2-of-the-reader"
	s := newSubscribers(t, 3)
	p := newProcess(t, "xt.news.example", hubEnv...)
	p.put(1, "第1条")
	p.start()
	p.await("第1条")
	for i, path := range []string{"/rss.xml", "/moment/atom.xml", "/feed.json"} {
		p.subscribe(path, s.bases[i]+path+"?key=hunter2-of-the-callback", "hub.secret", secret)
	}
	p.until("3 subscriptions", func() bool { return p.subscribed() == 3 })
	response, _, err := p.get("/xt/rss.xml")
	if err != nil || !strings.Contains(response.Header.Get("Link"), `<https://xt.news.example/websub>; rel="hub"`) {
		t.Errorf("%v (%v)", response.Header, err)
	}

	p.mustPost("?wait=served", news(2, "第2条"))
	p.until("all are told of article 2", func() bool { return len(s.with("第2条")) == 3 })
	for path, whole := range map[string]bool{"/rss.xml": false, "/moment/atom.xml": false, "/feed.json": true} {
		got := s.take(path, "第2条")
		if len(got) != 1 || strings.Contains(got[0].body, "第1条") != whole || got[0].header.Get("X-Hub-Signature") == "" {
			t.Errorf("%s: %+v", path, got)
		}
	}

	p.kill() // what was delivered is known, as is what was agreed
	p.start()
	p.await("第2条")
	p.until("3 subscriptions after a kill", func() bool { return p.subscribed() == 3 })
	p.until("the content store is open", func() bool {
		answer, _ := p.request("POST", "/-/articles?wait=served", news(3, "第3条"))
		return answer.status == http.StatusOK
	})
	p.until("all are told of article 3", func() bool { return len(s.with("第3条")) == 3 })

	p.ask("/-/retract", `{"id":"3"}`)
	p.until("the reader of Atom is told of the withdrawal", func() bool {
		return len(s.take("/moment/atom.xml", `<at:deleted-entry xmlns:at="http://purl.org/atompub/tombstones/1.0" ref="https://xt.news.example/content/3.html"`)) == 1
	})
	status := p.adminBody("/status") + p.adminBody("/metrics") + p.adminBody("/xt/")
	if _, err := p.end(os.Interrupt); err != nil {
		t.Error(err)
	}
	if strings.Contains(p.log.String()+status, "hunter2") {
		t.Errorf("a secret in the log or the status:\n%s\n%s", status, &p.log)
	}
}

// TestHubOfFleet has one process take a subscription and another one, which builds,
// deliver.
func TestHubOfFleet(t *testing.T) {
	t.Parallel()
	require.Time(t)
	server := redistest.Start(t)
	s := newSubscribers(t, 1)
	shared := append(slices.Clip(hubEnv), single(server), "FEEDSTATION_CACHE_REDIS_POLL=100ms")
	builder := newProcess(t, "xt.news.example", shared...)
	follower := newProcess(t, "xt.news.example", append(shared, "FEEDSTATION_JOBS_ENABLED=false", "FEEDSTATION_CONTENT_DSN=/dev/null/content.db")...)
	builder.put(1, "第1条")
	builder.start()
	follower.start()
	follower.await("第1条")
	follower.subscribe("/rss.xml", s.bases[0]+"/rss")
	follower.until("a subscription", func() bool { return follower.subscribed() == 1 })
	follower.until("it is shared", func() bool { return server.Do("HLEN", "feedstation:{xt}:websub") == int64(2) })
	builder.mustPost("?wait=served", news(2, "第2条"))
	builder.until("the subscriber is told", func() bool { return len(s.with("第2条")) == 1 })
	builder.mustPost("?wait=served", news(3, "第3条"))
	builder.until("and of the next article", func() bool { return len(s.with("第3条")) == 1 })
	if got := s.take("/rss", "第"); len(got) != 2 || strings.Contains(got[1].body, "第2条") {
		t.Errorf("%d deliveries", len(got))
	}
}

// TestHubOfThousand has a thousand subscribers told of an article, and tells how long after
// the moment at which it is served.
func TestHubOfThousand(t *testing.T) {
	t.Parallel()
	require.Time(t)
	const n = 1000
	s := newSubscribers(t, 40)
	p := newProcess(t, "xt.news.example", hubEnv...)
	p.put(1, "第1条")
	p.start()
	p.await("第1条")
	p.kill()
	var all []websub.Subscription
	now := time.Now().UTC().Truncate(time.Millisecond)
	for i := range n {
		all = append(all, websub.Subscription{
			Lease:    websub.Lease{Topic: "https://xt.news.example/rss.xml", Callback: fmt.Sprintf("%s/%d", s.bases[i%len(s.bases)], i), Secret: "hunter2", Verified: now, Expires: now.Add(24 * time.Hour)},
			Delivery: websub.Delivery{At: now},
		})
	}
	text, err := json.Marshal(all)
	dir := filepath.Join(p.dir, "var", "cache", ".websub")
	if err != nil || os.MkdirAll(dir, 0o755) != nil || os.WriteFile(filepath.Join(dir, "xt.json"), text, 0o600) != nil {
		t.Fatal(err)
	}
	p.start()
	p.until("all are sent the feed", func() bool { return len(s.with("第1条")) == n })

	for id := 2; id < 7; id++ {
		title := fmt.Sprintf("第%d条", id)
		p.mustPost("", news(id, title))
		for !strings.Contains(p.body("/rss.xml"), title) {
			time.Sleep(5 * time.Millisecond)
		}
		served := time.Now()
		p.until("all are told of "+title, func() bool { return len(s.with(title)) == n })
		at := s.with(title)
		t.Logf("%s: median %s, p99 %s, slowest %s after it is served", title, at[n/2].Sub(served), at[n*99/100-1].Sub(served), at[n-1].Sub(served))
		if at[n*99/100-1].Sub(served) > prompt {
			t.Errorf("%s: p99 %s after it is served", title, at[n*99/100-1].Sub(served))
		}
	}
}

// TestHubElsewhere has a hub elsewhere told, once, of each feed that changed; one that
// fetches the feed at once gets the new edition.
func TestHubElsewhere(t *testing.T) {
	t.Parallel()
	require.Time(t)
	var mu sync.Mutex
	told := map[string]int{}
	var p *process
	hub := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		topic, err := url.Parse(r.PostFormValue("hub.url"))
		if err != nil || r.PostFormValue("hub.mode") != "publish" {
			t.Errorf("%v (%v)", r.PostForm, err)
			return
		}
		if body := p.body(topic.Path); !strings.Contains(body, "第2条") {
			t.Errorf("%s without the new article: %s", topic, body)
		}
		mu.Lock()
		defer mu.Unlock()
		told[topic.String()]++
		w.WriteHeader(http.StatusNoContent)
	}))
	defer hub.Close()
	p = newProcess(t, "xt.news.example", append(slices.Clip(postEnv), "FEEDSTATION_PUSH_WEBSUB_HUB="+hub.URL+"/?key=hunter2", "FEEDSTATION_PUSH_DELAY=1s")...)
	p.put(1, "第1条")
	p.start()
	p.await("第1条")
	p.mustPost("?wait=served", news(2, "第2条"))
	served := time.Now()
	p.until("all feeds are told", func() bool {
		mu.Lock()
		defer mu.Unlock()
		return len(told) == 6
	})
	t.Logf("told %s after it was served, with a delay of 1s", time.Since(served))
	p.ask("/-/refresh", "") // changes nothing
	status := p.adminBody("/status") + p.adminBody("/metrics")
	if _, err := p.end(os.Interrupt); err != nil {
		t.Error(err)
	}
	mu.Lock()
	defer mu.Unlock()
	for topic, n := range told {
		if n != 1 || !strings.HasPrefix(topic, "https://xt.news.example/") {
			t.Errorf("%s was told %d times", topic, n)
		}
	}
	if strings.Contains(p.log.String()+status, "hunter2") {
		t.Errorf("a secret in the log or the status:\n%s\n%s", status, &p.log)
	}
}
