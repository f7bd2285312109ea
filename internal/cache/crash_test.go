package cache

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"feedstation/internal/edition"
	"feedstation/internal/store"
	"feedstation/internal/store/disk"
	"feedstation/internal/store/redis"
	"feedstation/internal/store/storetest"
	"feedstation/internal/testkit/redistest"
	"feedstation/internal/testkit/require"
)

// publisherDir names, in the environment, the local copy in which this program
// publishes until it is killed, instead of running tests; publisherRedis, where
// its Redis is, if it has one.
const (
	publisherDir   = "FEEDSTATION_TEST_PUBLISHER"
	publisherRedis = "FEEDSTATION_TEST_PUBLISHER_REDIS"
	publisherSheds = "FEEDSTATION_TEST_PUBLISHER_SHEDS" // if set, each edition lacks an article of the one before
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(publisherDir); dir != "" {
		if err := publishForever(dir, os.Getenv(publisherRedis)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	goleak.VerifyTestMain(m)
}

// shedding returns the edition of a number, which lacks an article of the one before.
func shedding(number int64) *edition.Edition {
	var ids []string
	for i := range int64(8) {
		ids = append(ids, shed(number+i))
	}
	return storetest.Listing("xt", storetest.Noon.Add(time.Duration(number)*time.Millisecond), ids...)
}

// shed is the article that is in no edition after that of a number.
func shed(number int64) string { return fmt.Sprintf("art-%d-", number) }

func publishForever(dir, addr string) error {
	ctx := context.Background()
	local, err := disk.Open(dir, store.Keep{})
	if err != nil {
		return err
	}
	var shared *redis.Store
	if addr != "" {
		if shared, err = redis.New(redis.Options{Mode: "single", Addrs: []string{addr}, Timeout: patient}); err != nil {
			return err
		}
	}
	c, err := Open(ctx, slog.New(slog.DiscardHandler), []string{"xt"}, local, shared, nil)
	if err != nil {
		return err
	}
	for {
		fmt.Println("ready") // for the next one
		count := int64(0)
		if e, ok := c.Current("xt"); ok {
			count = storetest.CountOf(e)
		}
		// What it published last before it was killed may be in Redis only.
		next := storetest.Counted
		if os.Getenv(publisherSheds) != "" {
			next = shedding
		}
		if err := c.Publish(ctx, next(count+1)); err != nil && !errors.Is(err, edition.ErrStale) {
			return err
		}
	}
}

// A publisher is killed at many moments: each time the local copy has one whole
// edition, none older than the last time, and whole kept ones.
func TestLocalSurvivesKills(t *testing.T) {
	require.Time(t)
	t.Parallel()
	const rounds = 200
	dir := t.TempDir()
	moments := rand.New(rand.NewPCG(1, 2))
	last, different := int64(0), map[int64]bool{}
	for round := range rounds {
		killPublisher(t, moments.IntN(3), moments.Float64(), publisherDir+"="+dir)
		local, err := disk.Open(dir, store.Keep{})
		if err != nil {
			t.Fatal(err)
		}
		e, err := local.Fetch(t.Context(), "xt", nil)
		if errors.Is(err, store.ErrNone) && last == 0 {
			continue // killed before the first
		}
		if err != nil {
			t.Fatalf("after edition %d: %v", last, err)
		}
		if storetest.CountOf(e) < last || !e.Equal(storetest.Counted(storetest.CountOf(e))) {
			t.Fatalf("after edition %d: edition of %s, not as it was published", last, e.Watermark())
		}
		last = storetest.CountOf(e)
		different[last] = true
		if round%10 == 0 {
			wantWhole(t, local)
			if _, err := local.Collect(t.Context(), "xt"); err != nil {
				t.Fatal(err)
			}
		}
	}
	if len(different) < rounds/10 {
		t.Errorf("the kills came after only %d different editions", len(different))
	}
}

// A publisher into Redis is killed at many moments while another process follows:
// that one only sees whole editions, each newer than the one before, and in the
// end what the local copy of the first has, or the next.
func TestRedisSurvivesKills(t *testing.T) {
	t.Parallel()
	const rounds = 200
	server := redistest.Start(t)
	f := &witness{t: t, cache: newCache(t, slog.New(slog.DiscardHandler), newLocal(t), openRedis(t, redis.Options{Mode: "single", Addrs: []string{server.Addr()}, Timeout: patient}))}
	stop := f.follow()
	defer stop()
	dir := t.TempDir()
	moments := rand.New(rand.NewPCG(7, 8))
	for range rounds {
		killPublisher(t, moments.IntN(3), moments.Float64(), publisherDir+"="+dir, publisherRedis+"="+server.Addr())
	}
	stop()
	f.look()
	local, err := disk.Open(dir, store.Keep{})
	if err != nil {
		t.Fatal(err)
	}
	e, err := local.Fetch(t.Context(), "xt", nil)
	if err != nil {
		t.Fatal(err)
	}
	if ahead := f.count - storetest.CountOf(e); ahead < 0 || ahead > 1 || !e.Equal(storetest.Counted(storetest.CountOf(e))) {
		t.Errorf("the local copy has edition of %s of count %d; the follower has count %d", e.Watermark(), storetest.CountOf(e), f.count)
	}
	if f.seen < rounds/10 {
		t.Errorf("only %d different editions were followed", f.seen)
	}
}

// witness follows what a publisher into Redis does, in another process.
type witness struct {
	t     *testing.T
	cache *Cache

	count int64
	seen  int
}

// follow looks again and again until stop is called.
func (f *witness) follow() (stop func()) {
	done := make(chan struct{})
	var following sync.WaitGroup
	following.Go(func() {
		for !f.t.Failed() {
			select {
			case <-done:
				return
			case <-time.After(time.Millisecond):
				f.look()
			}
		}
	})
	return sync.OnceFunc(func() {
		close(done)
		following.Wait()
	})
}

func (f *witness) look() {
	if err := f.cache.Sync(f.t.Context()); err != nil {
		f.t.Errorf("after edition %d: %v", f.count, err)
	}
	e, ok := f.cache.Current("xt")
	if !ok || storetest.CountOf(e) == f.count {
		return
	}
	if storetest.CountOf(e) <= f.count || !e.Equal(storetest.Counted(storetest.CountOf(e))) {
		f.t.Errorf("after edition %d: edition %d, not as it was published", f.count, storetest.CountOf(e))
	}
	f.count = storetest.CountOf(e)
	f.seen++
}

// killPublisher has another process publish so many editions, and kills it in the
// next one: at a part of the time that the last one took, which differs by machine.
func killPublisher(t *testing.T, published int, part float64, env ...string) {
	t.Helper()
	c := exec.CommandContext(t.Context(), os.Args[0])
	c.Env = append(os.Environ(), env...)
	c.Stderr = os.Stderr
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(out)
	took := 10 * time.Millisecond
	for i := range 1 + published {
		began := time.Now()
		if line, err := lines.ReadString('\n'); line != "ready\n" {
			t.Fatalf("the publisher said %q, %v", line, err)
		}
		if i > 0 {
			took = time.Since(began)
		}
	}
	<-time.After(time.Duration(part * float64(took)))
	if err := c.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := c.Wait(); err == nil || c.ProcessState.Exited() {
		t.Fatalf("the publisher ended by itself: %v", err)
	}
}

// wantWhole looks at all kept editions, which count has made.
func wantWhole(t *testing.T, local *disk.Store) {
	t.Helper()
	kept, err := local.Kept(t.Context(), "xt")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range kept {
		e, err := local.FetchKept(t.Context(), "xt", m.Watermark, nil)
		if err != nil || !e.Equal(storetest.Counted(storetest.CountOf(e))) {
			t.Fatalf("kept edition of %s: %v", m.Watermark, err)
		}
	}
}

// A publisher is killed at many moments, and then what it published last is damaged:
// what is served in its place shows nothing that had been withdrawn, whether or not
// the publisher had come to note anything.
func TestFallBackSurvivesKills(t *testing.T) {
	require.Time(t)
	t.Parallel()
	const rounds = 60
	dir := t.TempDir()
	moments := rand.New(rand.NewPCG(9, 10))
	fallen := 0
	for round := range rounds {
		killPublisher(t, 1+moments.IntN(3), moments.Float64(), publisherDir+"="+dir, publisherSheds+"=1")
		local, err := disk.Open(dir, store.Keep{})
		if err != nil {
			t.Fatal(err)
		}
		last, err := local.Fetch(t.Context(), "xt", nil)
		if err != nil {
			t.Fatal(err)
		}
		damages[moments.IntN(len(damages))].do(t, local, last)
		c, err := Open(t.Context(), slog.New(slog.DiscardHandler), []string{"xt"}, local, nil, redact)
		if err != nil {
			t.Fatal(err)
		}
		for _, when := range []string{"at once", "mended"} {
			e, ok := c.Served("xt")
			if !ok {
				break
			}
			fallen++
			for n := storetest.CountOf(last) - 2*store.DefaultKeep; n < storetest.CountOf(last); n++ {
				if served(t, c, shed(n)) {
					t.Fatalf("round %d, %s: edition of %s instead of %s shows %s", round, when, e.Watermark(), last.Watermark(), shed(n))
				}
			}
			if err := c.Sync(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	}
	if fallen < rounds {
		t.Errorf("only %d looks at %d editions that were fallen back to", fallen, rounds)
	}
}

// A publisher into Redis is killed at many moments, and then Redis is away: what its
// local copy has shows nothing that an edition in Redis lacks.
func TestRestartWithoutRedisSurvivesKills(t *testing.T) {
	require.Time(t)
	t.Parallel()
	const rounds = 60
	server := redistest.Start(t)
	r := openRedis(t, redis.Options{Mode: "single", Addrs: []string{server.Addr()}, Timeout: patient})
	dir := t.TempDir()
	moments := rand.New(rand.NewPCG(11, 12))
	behind := 0
	for round := range rounds {
		killPublisher(t, 1+moments.IntN(3), moments.Float64(), publisherDir+"="+dir, publisherRedis+"="+server.Addr(), publisherSheds+"=1")
		last, err := r.Fetch(t.Context(), "xt", nil)
		if err != nil {
			t.Fatal(err)
		}
		local, err := disk.Open(dir, store.Keep{})
		if err != nil {
			t.Fatal(err)
		}
		c, err := Open(t.Context(), slog.New(slog.DiscardHandler), []string{"xt"}, local, nil, redact)
		if err != nil {
			t.Fatal(err)
		}
		if e, err := local.Fetch(t.Context(), "xt", nil); err == nil && storetest.CountOf(e) < storetest.CountOf(last) {
			behind++
		}
		for n := storetest.CountOf(last) - 2*store.DefaultKeep; n < storetest.CountOf(last); n++ {
			if served(t, c, shed(n)) {
				t.Fatalf("round %d: edition %d shows %s, which Redis has no more", round, storetest.CountOf(last), shed(n))
			}
		}
	}
	if behind == 0 {
		t.Errorf("the local copy was never behind in %d rounds", rounds)
	}
}
