package e2e

import (
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"feedstation/internal/testkit/require"
)

// seeds is at how many moments a process is killed that tells others.
var seeds = flag.Int("seeds", 8, "moments at which a process is killed that tells others")

// pushReceiver takes webhooks, slowly, and notes which articles it was told of, and when.
// It is an edge, too, that fetches what it is purged of from a process at once.
type pushReceiver struct {
	*httptest.Server
	origin *process
	mu     sync.Mutex
	told   map[string][]time.Time
	kept   map[string]string // documents of the edge, by path
}

func newPushReceiver(t *testing.T, slow time.Duration) *pushReceiver {
	r := &pushReceiver{told: map[string][]time.Time{}, kept: map[string]string{}}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		if request.Method == "PURGE" {
			r.fetch(request.URL.Path)
			return
		}
		var message struct {
			Articles []struct{ ID, Status string }
		}
		if err := json.NewDecoder(request.Body).Decode(&message); err != nil {
			return // who sent it was killed
		}
		r.mu.Lock()
		for _, a := range message.Articles {
			what := a.Status + " " + a.ID
			r.told[what] = append(r.told[what], time.Now())
		}
		r.mu.Unlock()
		select {
		case <-time.After(slow):
		case <-request.Context().Done():
		}
	}))
	t.Cleanup(r.Close)
	return r
}

// fetch has the edge keep a document as it is now.
func (r *pushReceiver) fetch(path string) {
	text := r.origin.body(path)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.kept[path] = text
}

// keptAt returns the document that the edge has at a path.
func (r *pushReceiver) keptAt(path string) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.kept[path]
}

// times returns how often something was told.
func (r *pushReceiver) times(what string) int { return len(r.at(what)) }

// at returns when something was told.
func (r *pushReceiver) at(what string) []time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.told[what])
}

// counts returns how often what was told.
func (r *pushReceiver) counts() map[string]int {
	r.mu.Lock()
	defer r.mu.Unlock()
	counts := map[string]int{}
	for what, times := range r.told {
		counts[what] = len(times)
	}
	return counts
}

// configure adds to the configuration of a process.
func (p *process) configure(more string) {
	p.t.Helper()
	file := filepath.Join(p.dir, "config.yaml")
	text, err := os.ReadFile(file)
	if err != nil {
		p.t.Fatal(err)
	}
	if err := os.WriteFile(file, append(text, more...), 0o600); err != nil {
		p.t.Fatal(err)
	}
}

// A process that tells others is killed at many moments. Each article is told at least once,
// and again only where the process was killed between the telling and its note of that: twice,
// unless it was killed so again.
func TestPushKilled(t *testing.T) {
	require.Time(t)
	const answers, notes = 100 * time.Millisecond, 500 * time.Millisecond
	r := newPushReceiver(t, answers)
	p := newProcess(t, "xt.news.example")
	p.configure(fmt.Sprintf("push: {delay: 0s, webhooks: [{id: search, url: %q, secret: 0123456789abcdef}]}\n", r.URL))
	p.put(0, "第一条")
	p.run("build")
	random := rand.New(rand.NewPCG(1, 2))
	p.start()
	var kills []time.Time
	for i := range *seeds {
		p.put(i+1, "快讯")
		time.Sleep(time.Duration(random.IntN(1800)) * time.Millisecond)
		kills = append(kills, time.Now())
		p.kill()
		p.start()
	}
	p.within(2*patience, "all told", func() bool {
		for i := range *seeds {
			if r.times(fmt.Sprint("published ", i+1)) == 0 {
				return false
			}
		}
		return p.idle()
	})
	again := 0
	for i := range *seeds {
		told := r.at(fmt.Sprint("published ", i+1))
		for _, at := range told[:len(told)-1] {
			again++
			if !slices.ContainsFunc(kills, func(kill time.Time) bool { return !kill.Before(at) && kill.Before(at.Add(answers+notes)) }) {
				t.Errorf("%d was told %d times: at %v the process was not killed", i+1, len(told), at)
			}
		}
	}
	if n := r.times("published 0"); n != 0 {
		t.Errorf("of the first edition was told: %d times", n)
	}
	t.Logf("%d kills, %d articles told again", *seeds, again)
}
