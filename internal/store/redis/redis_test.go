package redis

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"

	"feedstation/internal/edition"
	"feedstation/internal/store"
	"feedstation/internal/store/storetest"
	"feedstation/internal/testkit/redistest"
)

var testKeys = keys{DefaultPrefix}

// patient is how long a Redis is waited for where a stall is nobody's fault.
const patient = 20 * time.Second

func newRedis(t testing.TB, addr string) *Store {
	t.Helper()
	return openRedis(t, Options{Mode: "single", Addrs: []string{addr}})
}

func openRedis(t testing.TB, options Options) *Store {
	t.Helper()
	r, err := New(options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	return r
}

// stores are the kinds of stores. Each is started once for a test, and returns a
// function that opens it empty.
var stores = map[string]func(*testing.T) func(*testing.T) store.Store{
	"miniredis": func(*testing.T) func(*testing.T) store.Store {
		return func(t *testing.T) store.Store {
			return openRedis(t, Options{Mode: "single", Addrs: []string{miniredis.RunT(t).Addr()}, Timeout: patient})
		}
	},
	"single": func(t *testing.T) func(*testing.T) store.Store {
		server := redistest.Start(t)
		return func(t *testing.T) store.Store {
			server.Flush()
			return openRedis(t, Options{Mode: "single", Addrs: []string{server.Addr()}, Timeout: patient})
		}
	},
	"sentinel": func(t *testing.T) func(*testing.T) store.Store {
		group := redistest.StartSentinel(t)
		return func(t *testing.T) store.Store {
			group.Flush()
			return openRedis(t, Options{Mode: "sentinel", Addrs: group.Addrs(), Master: group.Name(), Timeout: patient})
		}
	},
	"cluster": func(t *testing.T) func(*testing.T) store.Store {
		cluster := redistest.StartCluster(t)
		return func(t *testing.T) store.Store {
			cluster.Flush()
			return openRedis(t, Options{Mode: "cluster", Addrs: cluster.Addrs(), Timeout: patient})
		}
	},
}

func TestStore(t *testing.T) {
	for name, start := range stores {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			storetest.Run(t, start(t), nil)
		})
	}
}

// The texts of who tells others are kept in a server and in a cluster alike.
func TestSwapper(t *testing.T) {
	for _, name := range []string{"miniredis", "single", "cluster"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			open := stores[name](t)
			storetest.Swapper(t, func(t *testing.T) store.Swapper { return open(t).(*Store) })
		})
	}
}

// What no edition names any more goes; what a kept or pinned one names stays.
func TestCollects(t *testing.T) {
	server := miniredis.RunT(t)
	r := openRedis(t, Options{Mode: "single", Addrs: []string{server.Addr()}, Keep: store.Keep{For: -1}})
	want := func(editions int) {
		t.Helper()
		names := 0
		for _, key := range server.Keys() {
			if strings.HasPrefix(key, testKeys.documentPrefix("xt")) {
				names++
			}
		}
		if members, _ := server.ZMembers(testKeys.namedKey("xt")); names != 7*editions || len(members) != names {
			t.Errorf("%d objects, %d of them named; want those of %d editions", names, len(members), editions)
		}
	}
	for i := range 2 * store.DefaultKeep {
		storetest.Publish(t, r, storetest.Print(i, fmt.Sprint("text ", i)))
	}
	if err := r.Publish(t.Context(), storetest.Print(0, "stale")); !errors.Is(err, edition.ErrStale) {
		t.Fatal(err)
	}
	server.FastForward(orphanTime) // what a refused edition left goes by itself
	want(1 + store.DefaultKeep)
	pinned, err := r.FetchKept(t.Context(), "xt", storetest.Print(2*store.DefaultKeep-2, "").Watermark(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Pin(t.Context(), "xt", store.Pin{Watermark: pinned.Watermark(), At: storetest.Noon}, pinned); err != nil {
		t.Fatal(err)
	}
	for i := range 2 * store.DefaultKeep {
		storetest.Publish(t, r, storetest.Print(100+i, fmt.Sprint("more ", i)))
	}
	want(1 + store.DefaultKeep + 1)
	if err := r.Pin(t.Context(), "xt", store.Pin{At: storetest.Noon.Add(time.Hour)}, nil); err != nil {
		t.Fatal(err)
	}
	for i := range store.DefaultKeep + 1 {
		storetest.Publish(t, r, storetest.Print(200+i, fmt.Sprint("last ", i)))
	}
	want(1 + store.DefaultKeep)
	server.FastForward(24 * time.Hour)
	want(1 + store.DefaultKeep)
}

func TestRefusesHoles(t *testing.T) {
	server := miniredis.RunT(t)
	r := newRedis(t, server.Addr())
	e := storetest.Print(0, "one")
	storetest.Publish(t, r, e)
	for _, d := range e.All() {
		server.Del(testKeys.documentKey("xt", d.Hash()))
		break
	}
	if _, err := r.Fetch(t.Context(), "xt", nil); !errors.Is(err, store.ErrNone) {
		t.Errorf("an edition with a hole: %v; want ErrNone", err)
	}
	keys := []string{testKeys.manifestKey("xt"), testKeys.keptKey("xt"), testKeys.namedKey("xt"), testKeys.firstKey("xt"), testKeys.documentKey("xt", edition.Hash{})}
	later := storetest.Noon.Add(time.Hour).UnixMilli()
	err := publishScript.Run(t.Context(), r.client, keys, later, "digest", "{}", testKeys.documentPrefix("xt"), later, 3, "", "").Err()
	if err == nil || err.Error()[:7] != "MISSING" {
		t.Errorf("a manifest without its documents: %v; want MISSING", err)
	}
}

func TestTimeouts(t *testing.T) {
	server := redistest.Start(t)
	r := newRedis(t, server.Addr())
	storetest.Publish(t, r, storetest.Print(0, "one"))
	server.Stop()
	defer server.Cont()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if _, err := r.Heads(ctx, []string{"xt"}); err == nil || ctx.Err() != nil {
		t.Errorf("a stopped Redis: %v (context: %v); want an error before the context ends", err, ctx.Err())
	}
}

func TestNewMode(t *testing.T) {
	if _, err := New(Options{Mode: "guess"}); err == nil || err.Error() != `redis: unknown mode "guess"` {
		t.Errorf("err = %v", err)
	}
}
