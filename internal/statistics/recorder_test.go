package statistics

import (
	"context"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"feedstation/internal/network"
)

// read returns the subscribers of xt that are kept, by day.
func read(t *testing.T, folder *Folder, shared Sharer, days ...string) map[string]int {
	t.Helper()
	counted, err := Read(t.Context(), folder, shared, []*network.Station{{ID: "xt", Was: []string{"xiangtan"}}}, days)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]int{}
	for day, stations := range counted {
		if s := stations["xt"]; s != nil {
			all[day] = s.subscribers()
		}
	}
	return all
}

// awaitCount returns when what has been observed is counted.
func awaitCount() {
	time.Sleep(resting)
	synctest.Wait()
}

// TestDays is what is counted before and after midnight of the network's zone, and how long
// it is kept.
func TestDays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		zone := time.FixedZone("", 8*60*60)
		folder, n := NewFolder(t.TempDir(), "statistics"), portal(t)
		r, stop := started(t, Settings{Days: 3, Zone: zone, Folder: folder})
		observer := r.Observer(n, loopback)
		ask := func(from string) {
			observe(t, n, observer, asked{url: "https://xt.news.example/rss.xml", userAgent: miniflux, from: from})
			awaitCount()
		}
		time.Sleep(15*time.Hour + 59*time.Minute + 59*time.Second) // until a second before midnight there
		ask("192.0.2.1")
		ask("192.0.2.2")
		if got := maps.Collect(r.Subscribers()); got["xt"] != 2 {
			t.Errorf("subscribers before midnight: %v", got)
		}
		time.Sleep(time.Second)
		ask("192.0.2.3")
		time.Sleep(keepTick + time.Second)
		if got := read(t, folder, nil, "2000-01-01", "2000-01-02"); got["2000-01-01"] != 2 || got["2000-01-02"] != 1 {
			t.Errorf("kept: %v", got)
		}
		if got := maps.Collect(r.Subscribers()); got["xt"] != 2 {
			t.Errorf("subscribers after midnight: %v, want the larger number of yesterday", got)
		}
		time.Sleep(24 * time.Hour)
		ask("192.0.2.3")
		time.Sleep(keepTick + time.Second)
		if got := maps.Collect(r.Subscribers()); got["xt"] != 1 {
			t.Errorf("subscribers a day later: %v", got)
		}
		if days := r.all(); len(days) != 2 {
			t.Errorf("%d days in memory", len(days))
		}
		time.Sleep(24*time.Hour + tidyEvery)
		if got := read(t, folder, nil, "2000-01-01", "2000-01-02"); len(got) != 1 || got["2000-01-02"] != 1 {
			t.Errorf("the third day after: %v", got)
		}
		stop()
	})
}

// No salt and no address is anywhere two days after it was used.
func TestSaltIsForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir, shared, n := t.TempDir(), newMemory(), portal(t)
		r, stop := started(t, Settings{Days: 30, Folder: NewFolder(dir, "statistics"), Shared: shared})
		time.Sleep(23 * time.Hour)
		observe(t, n, r.Observer(n, loopback), asked{url: "https://xt.news.example/rss.xml", userAgent: miniflux, from: "192.0.2.77"})
		observe(t, n, r.Observer(n, loopback), asked{url: "https://xt.news.example/rss.xml", userAgent: googlebot, from: "192.0.2.78"})
		time.Sleep(2 * keepTick)
		known := func() bool {
			r.mu.Lock()
			defer r.mu.Unlock()
			return len(r.salts["2000-01-01"].secret) == saltBytes
		}
		salts := func() (found []string) {
			for name, text := range files(t, dir) {
				if strings.HasSuffix(name, "2000-01-01"+saltSuffix) {
					found = append(found, name)
				}
				if strings.Contains(text, "192.0.2.7") {
					t.Errorf("%s has an address", name)
				}
			}
			return found
		}
		if !known() || len(salts()) != 1 {
			t.Fatalf("today's salt is known: %t, %v", known(), salts())
		}
		parts, err := shared.SharedParts(t.Context(), "2000-01-01", []string{"xt"})
		if err != nil || len(parts[0]) != 1 || strings.Contains(fmt.Sprintf("%s", parts), "192.0.2.7") {
			t.Errorf("in Redis: %s, %v", parts, err)
		}
		time.Sleep(25 * time.Hour) // 48 hours after it was made
		awaitCount()
		if known() || len(salts()) != 0 {
			t.Errorf("in memory: %t, in files: %v", known(), salts())
		}
		if _, err := shared.ShareSalt(t.Context(), "2000-01-03", make([]byte, saltBytes), time.Hour); err != nil || shared.salts["2000-01-01"] != nil {
			t.Errorf("in Redis: %x, %v", shared.salts["2000-01-01"], err)
		}
		stop()
	})
}

// files returns what is in a folder and below it.
func files(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		all[path] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// A process that is started again goes on with the day, and counts nobody twice.
func TestRestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		folder, n := NewFolder(t.TempDir(), "statistics"), portal(t)
		for range 3 {
			r, stop := started(t, Settings{Days: 30, Folder: folder})
			awaitCount()
			observer := r.Observer(n, loopback)
			for _, from := range []string{"192.0.2.1", "192.0.2.2"} {
				observe(t, n, observer, asked{url: "https://xt.news.example/rss.xml", userAgent: miniflux, from: from})
			}
			observe(t, n, observer, asked{url: "https://xt.news.example/rss.xml", userAgent: feedly})
			observe(t, n, observer, asked{url: "https://xt.news.example/sitemap.xml", userAgent: googlebot})
			awaitCount()
			if got := maps.Collect(r.Subscribers()); got["xt"] != 464 {
				t.Errorf("subscribers: %v", got)
			}
			stop() // at once: what was counted last is kept
		}
		if got := read(t, folder, nil, "2000-01-01"); got["2000-01-01"] != 464 {
			t.Errorf("kept: %v", got)
		}
		r, stop := started(t, Settings{Days: 30, Folder: folder})
		awaitCount()
		if got := maps.Collect(r.Subscribers()); got["xt"] != 464 {
			t.Errorf("known before anybody has asked: %v", got)
		}
		for v := range r.Visits(nil) {
			if v.Station != "xt" || v.Agent != "Googlebot" || v.Fetches != 3 || v.Document != "index" {
				t.Errorf("visit %+v", v)
			}
		}
		stop()
	})
}

// TestProcesses has two processes that share, one of which is cut off for a while.
func TestProcesses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		shared, n := newMemory(), portal(t)
		a, stopA := started(t, Settings{Days: 30, Shared: shared})
		b, stopB := started(t, Settings{Days: 30, Shared: shared, Folder: NewFolder(t.TempDir(), "statistics")})
		awaitCount()
		ask := func(r *Recorder, userAgent, from string) {
			observe(t, n, r.Observer(n, loopback), asked{url: "https://xt.news.example/rss.xml", userAgent: userAgent, from: from})
		}
		for _, r := range []*Recorder{a, b} {
			ask(r, miniflux, "192.0.2.1") // who comes to both
			ask(r, googlebot, "192.0.2.9")
		}
		ask(a, miniflux, "192.0.2.2")
		ask(a, "Feedly/1.0 (5 subscribers)", "192.0.2.3")
		ask(b, "Feedly/1.0 (7 subscribers)", "192.0.2.3")
		shared.fail(true)
		time.Sleep(time.Minute)
		if problems := a.Conditions(); len(problems) != 1 || problems[0].Kind != unshared {
			t.Errorf("problems %v", problems)
		}
		if got := maps.Collect(a.Subscribers()); got["xt"] != 7 {
			t.Errorf("by itself it has %v", got)
		}
		shared.fail(false)
		time.Sleep(othersEvery)
		for name, r := range map[string]*Recorder{"a": a, "b": b} {
			if got := maps.Collect(r.Subscribers()); got["xt"] != 9 || len(r.Conditions()) != 0 {
				t.Errorf("%s has %v, problems %v", name, got, r.Conditions())
			}
			for v := range r.Visits(nil) {
				if v.Fetches != 2 {
					t.Errorf("%s: visit %+v", name, v)
				}
			}
			for _, n := range r.Requests() {
				if n > 2 {
					t.Errorf("%s counts requests of others: %d", name, n)
				}
			}
		}
		if got := read(t, nil, shared, "2000-01-01"); got["2000-01-01"] != 9 {
			t.Errorf("shared: %v", got)
		}
		stopA()
		stopB()
		if got := read(t, NewFolder(t.TempDir(), "statistics"), shared, "2000-01-01"); got["2000-01-01"] != 9 {
			t.Errorf("after the end: %v", got)
		}
	})
}

// TestObserved is which requests are counted as what.
func TestObserved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := portal(t)
		r, stop := started(t, Settings{Days: 30})
		observer := r.Observer(n, loopback)
		for _, a := range []asked{
			{url: "https://xt.news.example/rss.xml", userAgent: feedly},
			{url: "https://xt.news.example/rss.xml", userAgent: "Feedly/1.0 (999 subscribers)", method: "HEAD"},
			{url: "https://xt.news.example/rss.xml", userAgent: "Feedly/1.0 (999 subscribers)", status: 404},
			{url: "https://xt.news.example/rss.xml", userAgent: "Feedly/1.0 (999 subscribers)", status: 503},
			{url: "https://xt.news.example/moment/rss.xml", userAgent: "Feedly/1.0 (3 subscribers)", status: 304},
			{url: "http://localhost/xt/atom.xml", userAgent: "Feedly/1.0 (2 subscribers)"},
			{url: "https://xt.news.example/rss.xml", userAgent: gptbot},
			{url: "https://xt.news.example/robots.txt", userAgent: gptbot},
			{url: "http://localhost/xt/rss.xml", userAgent: gptbot}, // where no robots.txt holds
			{url: "https://www.news.example/cs/rss.xml", userAgent: gptbot},
			{url: "https://nobody.example/rss.xml", userAgent: feedly},
			{url: "https://xt.news.example/wp-login.php", userAgent: "evil", status: 404},
		} {
			observe(t, n, observer, a)
		}
		awaitCount()
		if got := maps.Collect(r.Subscribers()); got["xt"] != 462+3+2 || got["cs"] != 0 {
			t.Errorf("subscribers %v", got)
		}
		feeds := map[string]int{"/rss.xml": 462, "/moment/rss.xml": 3, "/atom.xml": 2}
		if got := r.Readers("xt"); !maps.Equal(got, feeds) || len(r.Readers("cs")) > 0 {
			t.Errorf("readers %v, want %v", got, feeds)
		}
		want := map[AgentVerdict]int64{{"Feedly", Unchecked}: 6, {"GPTBot", Unchecked}: 4, {"other", Unchecked}: 1}
		if got := maps.Collect(r.Requests()); !maps.Equal(got, want) {
			t.Errorf("requests %v, want %v", got, want)
		}
		if got := maps.Collect(r.Disregarded()); !maps.Equal(got, map[string]int64{"GPTBot": 1}) {
			t.Errorf("disregarded %v", got)
		}
		visits := map[string]int64{}
		for v := range r.Visits(nil) {
			visits[v.Station+" "+v.Agent+" "+v.Document] = v.Fetches
		}
		if !maps.Equal(visits, map[string]int64{"xt GPTBot rss": 2, "xt GPTBot robots": 1, "cs GPTBot rss": 1}) {
			t.Errorf("visits %v", visits)
		}
		stop()
	})
}

// Crawlers are proved beside the requests; one whose name server does not answer is counted
// in the end.
func TestProvedBeside(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := portal(t)
		r, stop := started(t, Settings{Days: 30, Prover: NewProver(new(lost), nil)})
		begin := time.Now()
		for range 2 * queued {
			observe(t, n, r.Observer(n, loopback), asked{url: "https://xt.news.example/rss.xml", userAgent: googlebot, from: "192.0.2.1"})
		}
		if time.Since(begin) != 0 {
			t.Error("a request has waited")
		}
		awaitCount()
		time.Sleep(10 * lookupTime)
		got := maps.Collect(r.Requests())[AgentVerdict{"Googlebot", Unchecked}]
		if got+r.Dropped() != 2*queued || got == 0 {
			t.Errorf("%d counted, %d dropped", got, r.Dropped())
		}
		stop()
	})
}

// A recorder that is behind leaves requests out, and says how many; none waits.
func TestDropped(t *testing.T) {
	n := portal(t)
	r := New(slog.New(slog.DiscardHandler)) // nobody counts
	r.Set(Settings{Days: 30, Zone: time.UTC, Prover: NewProver(nil, nil)})
	observer := r.Observer(n, nil)
	for range queued + 100 {
		observe(t, n, observer, asked{url: "https://xt.news.example/rss.xml", userAgent: feedly})
	}
	if r.Dropped() != 100 {
		t.Errorf("%d dropped", r.Dropped())
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r.Run(ctx) // which counts what is queued
	if got := maps.Collect(r.Requests())[AgentVerdict{"Feedly", Unchecked}]; got != queued {
		t.Errorf("%d counted", got)
	}
}

// Settings that change keep what was counted, where they say.
func TestSet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n, first, second := portal(t), NewFolder(t.TempDir(), "statistics"), NewFolder(t.TempDir(), "statistics")
		closed := 0
		r, stop := started(t, Settings{Days: 30, Folder: first, Close: func() { closed++ }})
		observe(t, n, r.Observer(n, nil), asked{url: "https://xt.news.example/rss.xml", userAgent: feedly})
		time.Sleep(keepTick + time.Second)
		shared := newMemory()
		r.Set(Settings{Days: 30, Zone: time.UTC, Stations: []*network.Station{{ID: "xt"}}, Folder: second, Shared: shared, Prover: NewProver(nil, nil), Close: func() { closed++ }})
		time.Sleep(keepTick + time.Second)
		for name, got := range map[string]map[string]int{"before": read(t, first, nil, "2000-01-01"), "after": read(t, second, nil, "2000-01-01"), "shared": read(t, nil, shared, "2000-01-01")} {
			if got["2000-01-01"] != 462 {
				t.Errorf("%s: %v", name, got)
			}
		}
		r.Set(Settings{Zone: time.UTC, Prover: NewProver(nil, nil)}) // nothing is counted
		observe(t, n, r.Observer(n, nil), asked{url: "https://xt.news.example/rss.xml", userAgent: "Feedly/1.0 (1000 subscribers)"})
		time.Sleep(keepTick + time.Second)
		if got := maps.Collect(r.Subscribers()); got["xt"] != 462 || closed != 2 {
			t.Errorf("subscribers %v, closed %d", got, closed)
		}
		stop()
	})
}

// A station that gets another id, with a reload or a restart, keeps what was counted of it,
// each request and each reader once.
func TestRenamed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		was, now := &network.Station{ID: "xiangtan"}, &network.Station{ID: "xt", Was: []string{"xiangtan"}}
		folder, shared := NewFolder(t.TempDir(), "statistics"), newMemory()
		settings := Settings{Days: 30, Zone: time.UTC, Folder: folder, Shared: shared, Prover: NewProver(nil, nil), Stations: []*network.Station{was}}
		r, stop := started(t, settings)
		ask := func(r *Recorder, s *network.Station, userAgents ...string) {
			n, err := network.New("n", []*network.Station{{ID: s.ID, URL: "https://xt.news.example"}}, nil)
			if err != nil {
				t.Fatal(err)
			}
			for _, userAgent := range userAgents {
				observe(t, n, r.Observer(n, loopback), asked{url: "https://xt.news.example/rss.xml", userAgent: userAgent, from: "192.0.2.1"})
			}
			time.Sleep(keepTick + time.Second)
		}
		want := func(r *Recorder, when string, fetches int64) {
			t.Helper()
			got, readers := maps.Collect(r.Subscribers()), r.Readers("xt")
			if len(got) != 1 || got["xt"] != 463 || readers["/rss.xml"] != 463 {
				t.Errorf("%s: subscribers %v, readers %v", when, got, readers)
			}
			for v := range r.Visits(nil) {
				if v.Station != "xt" || v.Fetches != fetches {
					t.Errorf("%s: visit %+v, want %d", when, v, fetches)
				}
			}
			for name, got := range map[string]map[string]int{"kept": read(t, folder, nil, "2000-01-01"), "shared": read(t, nil, shared, "2000-01-01")} {
				if got["2000-01-01"] != 463 {
					t.Errorf("%s: %s: %v", when, name, got)
				}
			}
		}
		ask(r, was, feedly, miniflux, "Googlebot/2.1")
		settings.Stations = []*network.Station{now}
		r.Set(settings)
		ask(r, now, feedly, miniflux, "Googlebot/2.1")
		want(r, "reloaded", 2)
		stop()
		r, _ = started(t, settings)
		ask(r, now, miniflux, "Googlebot/2.1")
		want(r, "restarted", 3)
	})
}

// A folder that can't be written to costs the file, not the count.
func TestUnkept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n, dir := portal(t), t.TempDir()
		blocked := filepath.Join(dir, "statistics")
		if err := os.WriteFile(blocked, nil, 0o600); err != nil { // a file where the folder should be
			t.Fatal(err)
		}
		folder := NewFolder(dir, "statistics")
		r, stop := started(t, Settings{Days: 30, Folder: folder})
		observe(t, n, r.Observer(n, []netip.Prefix{}), asked{url: "https://xt.news.example/rss.xml", userAgent: feedly})
		time.Sleep(keepTick + time.Second)
		if problems := r.Conditions(); len(problems) != 1 || problems[0].Kind != unkept {
			t.Errorf("problems %v", problems)
		}
		if err := os.Remove(blocked); err != nil {
			t.Fatal(err)
		}
		time.Sleep(keepTick + time.Second)
		if got := read(t, folder, nil, "2000-01-01"); got["2000-01-01"] != 462 || len(r.Conditions()) != 0 {
			t.Errorf("kept %v, problems %v", got, r.Conditions())
		}
		stop()
	})
}
