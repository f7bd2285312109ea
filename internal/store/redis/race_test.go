package redis

import (
	"context"
	"maps"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"feedstation/internal/edition"
	"feedstation/internal/store"
	"feedstation/internal/store/storetest"
	"feedstation/internal/testkit/faultproxy"
	"feedstation/internal/testkit/redistest"
)

// counter counts round trips.
type counter struct{ trips atomic.Int64 }

func (c *counter) DialHook(next redis.DialHook) redis.DialHook {
	return func(ctx context.Context, network, addr string) (net.Conn, error) { return next(ctx, network, addr) }
}

func (c *counter) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		c.trips.Add(1)
		return next(ctx, cmd)
	}
}

func (c *counter) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		c.trips.Add(1)
		return next(ctx, cmds)
	}
}

// interruption does something, once, before a batch that begins with a command.
type interruption struct {
	counter
	before string
	do     func()
	once   sync.Once
}

func (i *interruption) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		if cmds[0].Name() == i.before {
			i.once.Do(i.do)
		}
		return next(ctx, cmds)
	}
}

// While an edition is read so many others are published that its documents go:
// the newest is read instead, and stays offered.
func TestFetchesWhatIsReplaced(t *testing.T) {
	server := redistest.Start(t)
	r, other := newRedis(t, server.Addr()), newRedis(t, server.Addr())
	storetest.Publish(t, other, storetest.Text(1))
	r.client.AddHook(&interruption{before: "get", do: func() {
		for i := range store.DefaultKeep + 2 {
			storetest.Publish(t, other, storetest.Text(i+2))
		}
	}})
	const last = store.DefaultKeep + 3
	if e, err := r.Fetch(t.Context(), "xt", nil); err != nil || !e.Equal(storetest.Text(last)) {
		t.Errorf("Fetch: %v, %v; want edition %d", e, err, last)
	}
	if heads, err := r.Heads(t.Context(), []string{"xt"}); err != nil || heads[0].Version != store.VersionOf(storetest.Text(last)) {
		t.Errorf("Heads = %v, %v; want edition %d", heads, err, last)
	}
}

// Two processes store the same document at the same time: it stays.
func TestStoresOnce(t *testing.T) {
	server := redistest.Start(t)
	r, other := newRedis(t, server.Addr()), newRedis(t, server.Addr())
	r.client.AddHook(&interruption{before: "set", do: func() { storetest.Publish(t, other, storetest.Text(1)) }})
	late := storetest.Print(-5, "text 1").Following(nil) // with the same documents, too late
	if err := r.Publish(t.Context(), late); err == nil {
		t.Fatal("an older edition was published")
	}
	for d := range storetest.Text(1).Objects() {
		if left := server.Do("TTL", testKeys.documentKey("xt", d.Hash())); left != int64(-1) {
			t.Errorf("a document of the current edition ends in %v s", left)
		}
	}
}

// A document that was there goes while an edition with it is published: it is
// stored once more.
func TestPublishesWhatIsCollected(t *testing.T) {
	server := redistest.Start(t)
	r := newRedis(t, server.Addr())
	storetest.Publish(t, r, storetest.Text(1))
	d, _ := storetest.Text(1).Document("/rss.xml")
	r.client.AddHook(&interruption{before: "set", do: func() { server.Do("DEL", testKeys.documentKey("xt", d.Hash())) }})
	documents := map[string]*edition.Document{"/other.xml": edition.NewDocument("text/xml", []byte("new"), storetest.Noon)}
	maps.Insert(documents, storetest.Text(1).All())
	e := storetest.Publish(t, r, edition.New("xt", storetest.Noon.Add(time.Hour), "build", documents))
	if got, err := r.Fetch(t.Context(), "xt", nil); err != nil || !got.Equal(e) {
		t.Errorf("Fetch: %v", err)
	}
}

// An edition of many documents takes few round trips.
func TestFetchesInBatches(t *testing.T) {
	server := redistest.Start(t)
	r := newRedis(t, server.Addr())
	storetest.Publish(t, r, storetest.Large(300, 0))
	counter := new(counter)
	r.client.AddHook(counter)
	if _, err := r.Fetch(t.Context(), "xt", nil); err != nil {
		t.Fatal(err)
	}
	if n := counter.trips.Load(); n > 4 {
		t.Errorf("%d round trips for 300 documents", n)
	}
	counter.trips.Store(0)
	if _, err := r.Fetch(t.Context(), "xt", storetest.Large(300, 1)); err != nil {
		t.Fatal(err)
	}
	if n := counter.trips.Load(); n != 2 {
		t.Errorf("%d round trips for 20 new documents; want the manifest and the documents", n)
	}
}

// publisher does something, once, before a script.
type publisher struct {
	counter
	do   func()
	once sync.Once
}

func (p *publisher) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		if cmd.Name() == "evalsha" {
			p.once.Do(p.do)
		}
		return next(ctx, cmd)
	}
}

// The answer to a publication is lost, and it is sent again: it has been published, by
// no other.
func TestAnswerLost(t *testing.T) {
	server := redistest.Start(t)
	proxy := faultproxy.New(t, server.Addr())
	r := newRedis(t, proxy.Addr())
	first := storetest.Publish(t, r, storetest.Text(1)) // the script is known from then on
	second := storetest.Text(2).Following(first)
	p := &publisher{do: func() { proxy.CutAfter(0) }}
	r.client.AddHook(p)
	if err := r.Publish(t.Context(), second); err != nil {
		t.Error(err)
	}
	p.once.Do(func() { t.Error("no script has run") })
	if e, err := r.Fetch(t.Context(), "xt", nil); err != nil || !e.Equal(second) {
		t.Errorf("Fetch: %v, %v", e, err)
	}
}
