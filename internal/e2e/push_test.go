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
	"sync"
	"testing"
	"time"

	"feedstation/internal/testkit/require"
)

// seeds is at how many moments a process is killed that tells others.
var seeds = flag.Int("seeds", 8, "moments at which a process is killed that tells others")

// pushReceiver takes webhooks, slowly, and notes which articles it was told of, and how often.
// It is an edge, too, that fetches what it is purged of from a process at once.
type pushReceiver struct {
	*httptest.Server
	origin *process
	mu     sync.Mutex
	told   map[string]int
	kept   map[string]string // documents of the edge, by path
}

func newPushReceiver(t *testing.T, slow time.Duration) *pushReceiver {
	r := &pushReceiver{told: map[string]int{}, kept: map[string]string{}}
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
			r.told[a.Status+" "+a.ID]++
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
func (r *pushReceiver) times(what string) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.told[what]
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

// A process that tells others is killed at many moments. Each article is told at least
// once, and at most twice: when it is killed between the telling and its note of that.
func TestPushKilled(t *testing.T) {
	require.Time(t)
	r := newPushReceiver(t, 100*time.Millisecond)
	p := newProcess(t, "xt.news.example")
	p.configure(fmt.Sprintf("push: {delay: 0s, webhooks: [{id: search, url: %q, secret: 0123456789abcdef}]}\n", r.URL))
	p.put(0, "第一条")
	p.run("build")
	random := rand.New(rand.NewPCG(1, 2))
	p.start()
	for i := range *seeds {
		p.put(i+1, "快讯")
		time.Sleep(time.Duration(random.IntN(1800)) * time.Millisecond)
		p.kill()
		p.start()
	}
	for deadline := time.Now().Add(2 * patience); time.Now().Before(deadline); time.Sleep(100 * time.Millisecond) {
		missing := 0
		for i := range *seeds {
			if r.times(fmt.Sprint("published ", i+1)) == 0 {
				missing++
			}
		}
		if missing == 0 {
			break
		}
	}
	twice := 0
	for i := range *seeds {
		switch n := r.times(fmt.Sprint("published ", i+1)); n {
		case 0:
			t.Errorf("%d was not told", i+1)
		case 1:
		case 2:
			twice++
		default:
			t.Errorf("%d was told %d times", i+1, n)
		}
	}
	if n := r.times("published 0"); n != 0 {
		t.Errorf("of the first edition was told: %d times", n)
	}
	t.Logf("%d kills, %d told twice", *seeds, twice)
}
