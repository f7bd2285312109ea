package websub

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"feedstation/internal/push/client"
)

// shared is a shared store in memory.
type shared struct {
	mu     sync.Mutex
	err    error
	fields map[string]map[string]string
	reads  int
}

func (s *shared) Subscriptions(_ context.Context, station string) (map[string]string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reads++
	return maps.Clone(s.fields[station]), s.err
}

func (s *shared) StoreSubscriptions(_ context.Context, station string, fields map[string]string, remove []string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err != nil {
		return s.err
	}
	if s.fields[station] == nil {
		s.fields[station] = map[string]string{}
	}
	maps.Copy(s.fields[station], fields)
	for _, field := range remove {
		delete(s.fields[station], field)
	}
	return nil
}

func (s *shared) fail(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.err = err
}

func (s *shared) clear() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.fields)
}

func (s *shared) len(station string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.fields[station])
}

// beside starts another process on the same shared store, which leads no station, and
// returns its world.
func (w *world) beside() *world {
	w.t.Helper()
	other := &world{t: w.t, station: w.station, began: w.began, friends: w.friends, log: w.log, served: w.served, settings: w.settings}
	other.settings.Editions, other.settings.Folder = w, NewFolder(w.t.TempDir(), ".websub")
	other.settings.Leads = func(string) bool { return false }
	other.settings.Client = client.Over(transport(w.carry), "feedstation/1", sendTimeout)
	other.start()
	return other
}

// Any process takes a subscription, its renewal and its end; the one that leads delivers.
func TestTwoProcesses(t *testing.T) {
	in(t, func(w *world) {
		store := &shared{fields: map[string]map[string]string{}}
		w.settings.Shared = store
		w.set()
		other := w.beside()
		defer func() { other.stop() }()
		taken := other.hub
		w.handler = other.handler // what follows asks the other one
		w.subscribe(ownRSS, "https://reader.example/cb", "hub.secret", "hunter2")
		w.sleep(time.Second)
		w.serve("2", "1")
		w.sleep(time.Second)
		w.wantGot("subscribed elsewhere", "reader.example", "2")
		if n := w.hub.Subscribers()["xt"]; n != 1 || taken.Subscribers()["xt"] != 1 || store.len("xt") != 2 {
			t.Errorf("%d and %d subscriptions, %d fields", n, taken.Subscribers()["xt"], store.len("xt"))
		}
		w.sleep(verifyEvery)
		w.subscribe(ownRSS, "https://reader.example/cb") // renewed without a secret
		w.serve("3", "2", "1")
		w.sleep(time.Second)
		got := w.take("reader.example")
		if len(got) != 1 || articlesIn(got[0].body) != "3" || got[0].header.Get("X-Hub-Signature") != "" {
			t.Errorf("renewed elsewhere: %+v", got)
		}
		w.sleep(verifyEvery)
		w.subscribe(ownRSS, "https://reader.example/cb", "hub.mode", "unsubscribe")
		w.serve("4", "3", "2", "1")
		w.sleep(time.Minute)
		w.wantGot("ended elsewhere", "reader.example")
		w.sleep(time.Minute)
		if n := w.hub.Subscribers()["xt"]; n != 0 {
			t.Errorf("%d subscriptions", n)
		}
	})
}

// The lead passes to another process: nothing is delivered twice, and nothing is lost.
func TestLeadPasses(t *testing.T) {
	in(t, func(w *world) {
		var mu sync.Mutex
		first := true
		leads := func(yes bool) func(string) bool {
			return func(string) bool {
				mu.Lock()
				defer mu.Unlock()
				return first == yes
			}
		}
		store := &shared{fields: map[string]map[string]string{}}
		w.settings.Shared, w.settings.Leads = store, leads(true)
		w.set()
		other := w.beside()
		defer func() { other.stop() }()
		other.settings.Leads = leads(false)
		other.set()
		w.subscribe(ownRSS, "https://reader.example/cb")
		ids := []string{"1"}
		for i := 2; i < 10; i++ {
			ids = slices.Insert(ids, 0, fmt.Sprint(i))
			w.serve(ids...)
			w.sleep(time.Second)
			got := w.take("reader.example")
			if len(got) != 1 || !strings.Contains(articlesIn(got[0].body), fmt.Sprint(i)) {
				t.Errorf("article %d: %d deliveries", i, len(got))
			}
			mu.Lock()
			first = !first
			mu.Unlock()
			w.sleep(time.Second)
			w.wantGot("the lead has passed", "reader.example")
		}
	})
}

// A shared store that was emptied is filled again; one that does not answer has nothing
// delivered, as another process may lead, until it does.
func TestSharedStoreFails(t *testing.T) {
	in(t, func(w *world) {
		store := &shared{fields: map[string]map[string]string{}}
		w.settings.Shared = store
		w.set()
		w.subscribe(ownRSS, "https://reader.example/cb")
		w.sleep(time.Second)
		store.clear()
		w.serve("2", "1")
		w.sleep(time.Second)
		w.wantGot("emptied", "reader.example", "2")
		if store.len("xt") != 2 {
			t.Errorf("%d fields", store.len("xt"))
		}
		store.fail(errors.New("away"))
		w.serve("3", "2", "1")
		w.sleep(time.Minute)
		w.wantGot("away", "reader.example")
		if all := w.hub.Conditions(); len(all) != 1 || all[0].Component != "subscriptions in redis" {
			t.Errorf("conditions %v", all)
		}
		w.subscribe(ownRSS, "https://late.example/cb") // which it takes all the same
		w.sleep(time.Second)
		w.stop() // and keeps
		w.start()
		store.fail(nil)
		w.sleep(2 * againEvery)
		w.wantGot("back", "reader.example", "1 2 3")
		if all := w.hub.Conditions(); len(all) != 0 || w.count() != 2 || store.len("xt") != 4 {
			t.Errorf("conditions %v, %d subscriptions, %d fields", all, w.count(), store.len("xt"))
		}
	})
}

// Where there is no hub and was none, nobody is asked of one.
func TestOffAsksNobody(t *testing.T) {
	in(t, func(w *world) {
		store := &shared{fields: map[string]map[string]string{}}
		w.settings.Shared, w.settings.Own = store, false
		w.stop()
		w.start()
		w.sleep(time.Hour)
		entries, err := os.ReadDir(w.settings.Folder.dir)
		if store.reads > 0 || len(entries) > 0 || err != nil {
			t.Errorf("%d reads, %v (%v)", store.reads, entries, err)
		}
		if w.hub.Subscribers() != nil || w.hub.Counts() != nil {
			t.Error("it counts")
		}
	})
}

// What was agreed and delivered is in the local copy, where nobody else may read it.
func TestRestart(t *testing.T) {
	in(t, func(w *world) {
		w.subscribe(ownRSS, "https://reader.example/cb", "hub.secret", "hunter2")
		w.serve("2", "1")
		w.sleep(2 * time.Second)
		w.wantGot("before", "reader.example", "2")
		file := filepath.Join(w.settings.Folder.dir, ".websub", "xt.json")
		info, err := os.Stat(file)
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%v (%v)", info, err)
		}
		w.stop()
		w.start()
		w.sleep(time.Minute)
		w.wantGot("nothing new", "reader.example")
		w.serve("3", "2", "1")
		w.sleep(time.Second)
		if got := w.take("reader.example"); len(got) != 1 || articlesIn(got[0].body) != "3" || got[0].header.Get("X-Hub-Signature") == "" {
			t.Errorf("after: %+v", got)
		}
		w.stop()
		if err := os.WriteFile(file, []byte(`[{"secret":"hunter2"`), 0o600); err != nil {
			t.Fatal(err)
		}
		w.start()
		if all := w.hub.Conditions(); len(all) != 1 || strings.Contains(all[0].String(), "hunter2") {
			t.Errorf("conditions of a damaged file: %v", all)
		}
		w.subscribe(ownRSS, "https://reader.example/cb")
		w.sleep(2 * time.Second)
		w.stop()
		w.start()
		if w.count() != 1 {
			t.Errorf("%d subscriptions after a damaged file", w.count())
		}
	})
}

// A station with another id, and the same address, keeps its subscribers.
func TestRenamed(t *testing.T) {
	in(t, func(w *world) {
		w.subscribe(ownRSS, "https://reader.example/cb")
		w.sleep(2 * time.Second)
		w.stop()
		w.station.ID, w.station.Was = "xiangtan", []string{"xt"}
		w.start()
		w.serve("2", "1")
		w.sleep(2 * time.Second)
		got := w.take("reader.example")
		if n := w.hub.Subscribers()["xiangtan"]; n != 1 || len(got) != 1 {
			t.Errorf("%d subscriptions, %d deliveries", n, len(got))
		}
		if asked := len(w.asked("reader.example")); asked != 1 {
			t.Errorf("asked %d times", asked)
		}
	})
}

// A disk that can't be written to is told, and holds up nobody.
func TestUnwritable(t *testing.T) {
	in(t, func(w *world) {
		w.stop()
		dir := w.settings.Folder.dir
		if err := os.WriteFile(filepath.Join(dir, ".websub"), nil, 0o600); err != nil { // no folder can be there
			t.Fatal(err)
		}
		w.start()
		w.subscribe(ownRSS, "https://reader.example/cb")
		w.serve("2", "1")
		w.sleep(2 * time.Minute)
		w.wantGot("the disk fails", "reader.example", "2")
		if len(w.hub.Conditions()) == 0 {
			t.Error("nothing is told")
		}
	})
}

// Copies come to the same whatever their order, and however often they meet.
func TestMerge(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	at := func() time.Time { return noon.Add(time.Duration(random.IntN(3)) * time.Second) }
	pick := func(of ...string) string { return of[random.IntN(len(of))] }
	one := func() Subscription {
		return Subscription{
			Lease{Topic: "t", Callback: "c", Secret: pick("", "a", "b"), Fetches: random.IntN(2) == 0, Verified: at(), Expires: at(), Ended: random.IntN(2) == 0},
			Delivery{Given: pick("1", "2"), At: at(), Fails: random.IntN(3), Next: at(), Tried: pick("1", "2")},
		}
	}
	for range 20_000 {
		a, b, c := one(), one(), one()
		switch {
		case merge(a, b) != merge(b, a):
			t.Fatalf("not commutative: %+v, %+v", a, b)
		case merge(merge(a, b), c) != merge(a, merge(b, c)):
			t.Fatalf("not associative: %+v, %+v, %+v", a, b, c)
		case merge(a, a) != a || merge(merge(a, b), b) != merge(a, b):
			t.Fatalf("not idempotent: %+v, %+v", a, b)
		}
	}
}
