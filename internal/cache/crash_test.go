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
	"path/filepath"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"feedstation/internal/edition"
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

// counted returns the edition of a number: of its documents some are as in the
// edition before, and some come back.
func counted(number int64) *edition.Edition {
	documents, records := map[string]*edition.Document{}, map[string]*edition.Document{}
	for i := range int64(4) {
		path := fmt.Sprintf("/sitemaps/%d.xml", i)
		documents[path] = edition.NewDocument("text/xml", fmt.Append(nil, i, " of ", number-number%(i+1)), noon)
		records[path] = edition.NewDocument("text/plain", fmt.Append(nil, "record ", i, " of ", number%(i+2)), noon)
	}
	return edition.New("xt", number, noon.Add(time.Duration(number)*time.Millisecond), "build", documents).WithContents(records)
}

// countOf is the number that counted has made an edition of: Redis may have given
// it another.
func countOf(e *edition.Edition) int64 { return e.Watermark().Sub(noon).Milliseconds() }

// shedding returns the edition of a number, which lacks an article of the one before.
func shedding(number int64) *edition.Edition {
	var ids []string
	for i := range int64(8) {
		ids = append(ids, shed(number+i))
	}
	return listing("xt", number, noon.Add(time.Duration(number)*time.Millisecond), ids...)
}

// shed is the article that is in no edition after that of a number.
func shed(number int64) string { return fmt.Sprintf("art-%d-", number) }

func publishForever(dir, addr string) error {
	ctx := context.Background()
	local, err := OpenLocal(dir, DefaultKeep)
	if err != nil {
		return err
	}
	var redis *Redis
	if addr != "" {
		if redis, err = NewRedis(RedisOptions{Mode: "single", Addrs: []string{addr}, Keep: DefaultKeep, Timeout: patient}); err != nil {
			return err
		}
	}
	c, err := Open(ctx, slog.New(slog.DiscardHandler), []string{"xt"}, local, redis, nil)
	if err != nil {
		return err
	}
	for {
		fmt.Println("ready") // for the next one
		count := int64(0)
		if e, ok := c.Current("xt"); ok {
			count = countOf(e)
		}
		// What it published last before it was killed may be in Redis only.
		next := counted
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
		killPublisher(t, moments.IntN(3), time.Duration(moments.IntN(10_000))*time.Microsecond, publisherDir+"="+dir)
		local, err := OpenLocal(dir, DefaultKeep)
		if err != nil {
			t.Fatal(err)
		}
		e, err := local.Fetch(t.Context(), "xt", nil)
		if errors.Is(err, ErrNone) && last == 0 {
			continue // killed before the first
		}
		if err != nil {
			t.Fatalf("after edition %d: %v", last, err)
		}
		if e.Number() < last || !e.Equal(counted(e.Number())) {
			t.Fatalf("after edition %d: edition %d, not as it was published", last, e.Number())
		}
		last = e.Number()
		different[last] = true
		if round%10 == 0 {
			wantWhole(t, local)
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
	f := &witness{t: t, cache: newCache(t, slog.New(slog.DiscardHandler), newLocal(t), openRedis(t, RedisOptions{Mode: "single", Addrs: []string{server.Addr()}, Timeout: patient}))}
	stop := f.follow()
	defer stop()
	dir := t.TempDir()
	moments := rand.New(rand.NewPCG(7, 8))
	for range rounds {
		killPublisher(t, moments.IntN(3), time.Duration(moments.IntN(10_000))*time.Microsecond, publisherDir+"="+dir, publisherRedis+"="+server.Addr())
	}
	stop()
	f.look()
	local, err := OpenLocal(dir, DefaultKeep)
	if err != nil {
		t.Fatal(err)
	}
	e, err := local.Fetch(t.Context(), "xt", nil)
	if err != nil {
		t.Fatal(err)
	}
	if ahead := f.count - countOf(e); ahead < 0 || ahead > 1 || !e.Equal(counted(countOf(e))) {
		t.Errorf("the local copy has edition %d of count %d; the follower has count %d", e.Number(), countOf(e), f.count)
	}
	if f.seen < rounds/10 {
		t.Errorf("only %d different editions were followed", f.seen)
	}
}

// witness follows what a publisher into Redis does, in another process.
type witness struct {
	t     *testing.T
	cache *Cache

	number, count int64
	seen          int
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
		f.t.Errorf("after edition %d: %v", f.number, err)
	}
	e, ok := f.cache.Current("xt")
	if !ok || e.Number() == f.number {
		return
	}
	if e.Number() < f.number || countOf(e) <= f.count || !e.Equal(counted(countOf(e))) {
		f.t.Errorf("after edition %d of count %d: edition %d of count %d, not as it was published", f.number, f.count, e.Number(), countOf(e))
	}
	f.number, f.count = e.Number(), countOf(e)
	f.seen++
}

// killPublisher has another process publish so many editions, and kills it a while
// after that.
func killPublisher(t *testing.T, published int, after time.Duration, env ...string) {
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
	for range 1 + published {
		if line, err := lines.ReadString('\n'); line != "ready\n" {
			t.Fatalf("the publisher said %q, %v", line, err)
		}
	}
	<-time.After(after)
	if err := c.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := c.Wait(); err == nil || c.ProcessState.Exited() {
		t.Fatalf("the publisher ended by itself: %v", err)
	}
}

// wantWhole looks at all kept editions, which count has made.
func wantWhole(t *testing.T, local *Local) {
	t.Helper()
	kept, err := local.Kept(t.Context(), "xt")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range kept {
		e, err := local.FetchKept(t.Context(), "xt", m.Number, nil)
		if m.Number == kept[0].Number {
			e, err = local.Fetch(t.Context(), "xt", nil) // its copy may be missing
		}
		if err != nil || !e.Equal(counted(m.Number)) {
			t.Fatalf("kept edition %d: %v", m.Number, err)
		}
	}
}

// Bits flip in any file: what is read is an edition as it was published, or
// ErrDamaged.
func TestLocalFlippedBits(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	local, err := OpenLocal(dir, DefaultKeep)
	if err != nil {
		t.Fatal(err)
	}
	want := map[int64]*edition.Edition{}
	for number := range int64(DefaultKeep + 3) {
		want[number+1] = publish(t, local, counted(number+1))
	}
	files, err := filepath.Glob(filepath.Join(dir, "xt", "*.*"))
	if err != nil || len(files) < 10 {
		t.Fatalf("files: %q, %v", files, err)
	}
	texts := map[string][]byte{}
	for _, name := range files {
		if texts[name], err = os.ReadFile(name); err != nil {
			t.Fatal(err)
		}
	}
	random := rand.New(rand.NewPCG(3, 4))
	fallbacks := 0
	for range 300 {
		name := files[random.IntN(len(files))]
		if random.IntN(4) == 0 {
			name = local.path("xt", manifestName)
		}
		whole := texts[name]
		bit := random.IntN(8 * len(whole))
		flipped := append([]byte(nil), whole...)
		flipped[bit/8] ^= 1 << (bit % 8)
		if err := os.WriteFile(name, flipped, 0o600); err != nil {
			t.Fatal(err)
		}
		if fellBack := readFlipped(t, local, want, 1+random.Int64N(DefaultKeep+3), fmt.Sprintf("%s bit %d", filepath.Base(name), bit)); fellBack {
			fallbacks++
		}
		for name, text := range texts { // what was damaged has been removed
			if err := os.WriteFile(name, text, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	if fallbacks == 0 {
		t.Error("no flipped bit was met")
	}
}

// readFlipped reads the current edition and a kept one, and reports whether the
// current one was not the newest.
func readFlipped(t *testing.T, local *Local, want map[int64]*edition.Edition, number int64, flip string) (fellBack bool) {
	t.Helper()
	e, err := local.Fetch(t.Context(), "xt", nil)
	if err != nil || !e.Equal(want[e.Number()]) {
		t.Fatalf("%s: %v, %v; want an edition as it was published", flip, e, err)
	}
	kept, err := local.FetchKept(t.Context(), "xt", number, nil)
	switch {
	case errors.Is(err, ErrNone), errors.Is(err, edition.ErrDamaged):
	case err != nil || kept.Number() != number || !kept.Equal(want[number]):
		t.Fatalf("%s: edition %d: %v", flip, number, err)
	}
	return e.Number() != int64(len(want))
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
		killPublisher(t, 1+moments.IntN(3), time.Duration(moments.IntN(10_000))*time.Microsecond, publisherDir+"="+dir, publisherSheds+"=1")
		local, err := OpenLocal(dir, DefaultKeep)
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
			for n := countOf(last) - 2*DefaultKeep; n < countOf(last); n++ {
				if served(t, c, shed(n)) {
					t.Fatalf("round %d, %s: edition %d instead of %d shows %s", round, when, e.Number(), last.Number(), shed(n))
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
