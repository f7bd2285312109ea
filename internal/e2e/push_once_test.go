package e2e

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"testing"
	"time"

	"feedstation/internal/testkit/enginetest"
	"feedstation/internal/testkit/require"
)

// TestBaiduKilled kills the real program at moments at which it tells Baidu, which answers
// slowly: whatever became of a request, none of its pages is told again. What is published
// once that is over is told.
func TestBaiduKilled(t *testing.T) {
	require.Time(t)
	t.Parallel()
	p := newTold(t, "FEEDSTATION_PUSH_DELAY=0s")
	slowly := func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-time.After(200 * time.Millisecond):
			fmt.Fprint(w, `{"remain":1000,"success":1}`)
		case <-r.Context().Done():
		}
	}
	p.baidu.Next(slices.Repeat([]enginetest.Answer{slowly}, 10*(*seeds+1))...)
	p.store(0)
	p.run("build")
	random := rand.New(rand.NewPCG(3, 4))
	p.start()
	for i := range *seeds {
		p.store(i + 1)
		time.Sleep(time.Duration(random.IntN(1800)) * time.Millisecond)
		p.kill()
		p.start()
	}
	last := *seeds + 1
	p.until("the process is back", func() bool { return p.adminBody("/status") != "" })
	p.store(last)
	p.within(2*patience, "what came last is told", func() bool {
		_, pages := p.pages()
		return slices.Contains(pages, p.page(last))
	})
	p.within(2*patience, "nothing waits", p.idle)
	told := map[string]int{}
	_, pages := p.pages()
	for _, page := range pages {
		told[page]++
	}
	for page, n := range told {
		if n > 1 {
			t.Errorf("%s was told %d times", page, n)
		}
	}
	if told[p.page(0)] > 0 {
		t.Error("the first edition was told")
	}
	t.Logf("%d kills, %d of %d told", *seeds, len(told), last)
}
