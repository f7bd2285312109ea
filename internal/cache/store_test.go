package cache

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/google/go-cmp/cmp"

	"feedstation/internal/edition"
	"feedstation/internal/testkit/redistest"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// print returns an edition whose documents all say text.
func print(number int64, minute int, text string) *edition.Edition {
	at := noon.Add(time.Duration(minute) * time.Minute)
	documents := map[string]*edition.Document{}
	for _, path := range []string{"/rss.xml", "/sitemap.xml", "/moment/feed.json"} {
		documents[path] = edition.NewDocument("text/plain", []byte(text+" at "+path), at)
	}
	return edition.New("xt", number, at, "build", documents)
}

var testKeys = keys{DefaultPrefix}

// patient is how long a Redis is waited for where a stall is nobody's fault.
const patient = 20 * time.Second

func newRedis(t testing.TB, addr string) *Redis {
	t.Helper()
	return openRedis(t, RedisOptions{Mode: "single", Addrs: []string{addr}})
}

func openRedis(t testing.TB, options RedisOptions) *Redis {
	t.Helper()
	options.Keep = DefaultKeep
	r, err := NewRedis(options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	return r
}

func newLocal(t testing.TB) *Local {
	t.Helper()
	local, err := OpenLocal(t.TempDir(), DefaultKeep)
	if err != nil {
		t.Fatal(err)
	}
	return local
}

// stores are the kinds of stores. Each is started once for a test, and returns a
// function that opens it empty.
var stores = map[string]func(*testing.T) func(*testing.T) Store{
	"local": func(*testing.T) func(*testing.T) Store {
		return func(t *testing.T) Store { return newLocal(t) }
	},
	"miniredis": func(*testing.T) func(*testing.T) Store {
		return func(t *testing.T) Store {
			return openRedis(t, RedisOptions{Mode: "single", Addrs: []string{miniredis.RunT(t).Addr()}, Timeout: patient})
		}
	},
	"single": func(t *testing.T) func(*testing.T) Store {
		server := redistest.Start(t)
		return func(t *testing.T) Store {
			server.Flush()
			return openRedis(t, RedisOptions{Mode: "single", Addrs: []string{server.Addr()}, Timeout: patient})
		}
	},
	"sentinel": func(t *testing.T) func(*testing.T) Store {
		group := redistest.StartSentinel(t)
		return func(t *testing.T) Store {
			group.Flush()
			return openRedis(t, RedisOptions{Mode: "sentinel", Addrs: group.Addrs(), Master: group.Name(), Timeout: patient})
		}
	},
	"cluster": func(t *testing.T) func(*testing.T) Store {
		cluster := redistest.StartCluster(t)
		return func(t *testing.T) Store {
			cluster.Flush()
			return openRedis(t, RedisOptions{Mode: "cluster", Addrs: cluster.Addrs(), Timeout: patient})
		}
	},
}

// TestStore is what every store of editions keeps to.
func TestStore(t *testing.T) {
	for name, start := range stores {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			open := start(t)
			for name, test := range map[string]func(*testing.T, Store){
				"nothing yet":                          testNothing,
				"what is published is fetched":         testRoundTrip,
				"numbers only rise":                    testNumbers,
				"an older snapshot is refused":         testStale,
				"the same once more is no new edition": testSame,
				"known documents are not read":         testKnown,
				"known documents with other advice":    testAdvice,
				"many editions":                        testMany,
				"stations apart":                       testStations,
				"editions are kept":                    testKept,
				"a pinned edition stays":               testPin,
				"the later pin counts":                 testPins,
				"large documents":                      testLarge,
			} {
				t.Run(name, func(t *testing.T) { test(t, open(t)) })
			}
		})
	}
}

func testNothing(t *testing.T, s Store) {
	heads, err := s.Heads(t.Context(), []string{"xt", "yy"})
	if err != nil || len(heads) != 2 || heads[0] != (Head{}) || heads[1] != (Head{}) {
		t.Errorf("Heads = %v, %v; want zeros", heads, err)
	}
	if _, err := s.Fetch(t.Context(), "xt", nil); !errors.Is(err, ErrNone) {
		t.Errorf("Fetch: %v; want ErrNone", err)
	}
	if kept, err := s.Kept(t.Context(), "xt"); err != nil || len(kept) > 0 {
		t.Errorf("Kept = %v, %v", kept, err)
	}
	if _, err := s.FetchKept(t.Context(), "xt", 1, nil); !errors.Is(err, ErrNone) {
		t.Errorf("FetchKept: %v; want ErrNone", err)
	}
}

func testRoundTrip(t *testing.T, s Store) {
	published := publish(t, s, print(7, 0, "岁月不居"))
	if published.Number() != 7 {
		t.Errorf("number = %d; want 7", published.Number())
	}
	got, err := s.Fetch(t.Context(), "xt", nil)
	if err != nil {
		t.Fatal(err)
	}
	if !got.Equal(published) || got.Number() != 7 || got.Build() != "build" || !got.Watermark().Equal(noon) {
		t.Errorf("fetched another edition: %+v", got.Manifest())
	}
	for path, d := range published.All() {
		other, _ := got.Document(path)
		d.Encode()
		other.Encode()
		for _, encoding := range []edition.Encoding{edition.Identity, edition.Gzip, edition.Brotli} {
			if a, b := d.Variant(encoding), other.Variant(encoding); string(a.Body) != string(b.Body) || a.ETag[0] != b.ETag[0] {
				t.Errorf("%s as %s is not what was published", path, encoding)
			}
		}
	}
}

func testNumbers(t *testing.T, s Store) {
	publish(t, s, print(5, 0, "one"))
	if n := publish(t, s, print(2, 1, "two")).Number(); n != 6 {
		t.Errorf("after 5, edition 2 became %d; want 6", n)
	}
	if n := publish(t, s, print(100, 2, "three")).Number(); n != 100 {
		t.Errorf("edition 100 became %d", n)
	}
	if n := publish(t, s, print(1_760_000_000_000, 3, "four")).Number(); n != 1_760_000_000_000 {
		t.Errorf("edition 1760000000000 became %d", n)
	}
	heads, err := s.Heads(t.Context(), []string{"yy", "xt"})
	want := Head{Version: Version{1_760_000_000_000, noon.Add(3 * time.Minute).UnixMilli()}}
	if err != nil || heads[0] != (Head{}) || heads[1] != want {
		t.Errorf("Heads = %v, %v; want %v", heads, err, want)
	}
}

func testStale(t *testing.T, s Store) {
	publish(t, s, print(1, 10, "new"))
	if _, err := s.Publish(t.Context(), print(99, 9, "old")); !errors.Is(err, edition.ErrStale) {
		t.Errorf("an older snapshot: %v; want ErrStale", err)
	}
	got, err := s.Fetch(t.Context(), "xt", nil)
	if err != nil || !got.Equal(print(1, 10, "new")) {
		t.Errorf("the older edition replaced the newer: %v", err)
	}
	publish(t, s, print(2, 10, "same snapshot, other configuration"))
}

func testKnown(t *testing.T, s Store) {
	first := publish(t, s, print(1, 0, "one"))
	got, err := s.Fetch(t.Context(), "xt", first)
	if err != nil {
		t.Fatal(err)
	}
	for path, d := range first.All() {
		if other, _ := got.Document(path); other != d {
			t.Errorf("%s was read again", path)
		}
	}
}

// testMany has the stores collect what they no longer need; the current
// edition must stay whole, and the one before too for those who read it now.
func testMany(t *testing.T, s Store) {
	for i := range 6 {
		text := fmt.Sprint("text ", i%3) // contents come back
		e := publish(t, s, print(1, i, text))
		got, err := s.Fetch(t.Context(), "xt", nil)
		if err != nil || !got.Equal(e) {
			t.Fatalf("edition %d: %v", i, err)
		}
	}
}

// testSame has another process publish the same edition: a store that every
// process hands its edition to, because it was emptied, ends with one number.
func testSame(t *testing.T, s Store) {
	publish(t, s, print(3, 0, "one"))
	for _, number := range []int64{1, 3} {
		if n := publish(t, s, print(number, 0, "one")).Number(); n != 3 {
			t.Errorf("the same as %d became %d; want 3", number, n)
		}
	}
	if n := publish(t, s, print(5, 0, "one")).Number(); n != 5 {
		t.Errorf("the same as 5 became %d; want 5", n)
	}
	if n := publish(t, s, print(5, 0, "two")).Number(); n != 6 {
		t.Errorf("another one as 5 became %d; want 6", n)
	}
}

func testAdvice(t *testing.T, s Store) {
	known := print(1, 0, "one")
	advised := map[string]*edition.Document{}
	for path, d := range known.All() {
		advised[path] = d.Advised(edition.Advice{MaxAge: time.Hour})
	}
	e := publish(t, s, edition.New("xt", 2, noon, "build", advised))
	got, err := s.Fetch(t.Context(), "xt", known)
	if err != nil || !got.Equal(e) {
		t.Errorf("Fetch: %v", err)
	}
}

func testStations(t *testing.T, s Store) {
	e := publish(t, s, print(1, 0, "one"))
	other := edition.New("yy", 5, noon, "build", map[string]*edition.Document{"/rss.xml": edition.NewDocument("text/plain", []byte("two"), noon)})
	publish(t, s, other)
	for station, want := range map[string]*edition.Edition{"xt": e, "yy": other} {
		if got, err := s.Fetch(t.Context(), station, nil); err != nil || !got.Equal(want) {
			t.Errorf("%s: %v", station, err)
		}
	}
}

func testKept(t *testing.T, s Store) {
	want := map[int64]*edition.Edition{}
	for i := range DefaultKeep + 3 {
		e := publish(t, s, withRecord(print(int64(i+1), i, fmt.Sprint("text ", i))))
		want[e.Number()] = e
	}
	kept, err := s.Kept(t.Context(), "xt")
	if err != nil {
		t.Fatal(err)
	}
	var numbers []int64
	for _, m := range kept {
		numbers = append(numbers, m.Number)
	}
	if diff := cmp.Diff([]int64{8, 7, 6, 5, 4, 3}, numbers); diff != "" {
		t.Errorf("kept (-want +got):\n%s", diff)
	}
	for _, number := range numbers {
		got, err := s.FetchKept(t.Context(), "xt", number, nil)
		if err != nil || got.Number() != number || !got.Equal(want[number]) {
			t.Errorf("edition %d: %v, %v", number, got, err)
		}
	}
	if _, err := s.FetchKept(t.Context(), "xt", 2, nil); !errors.Is(err, ErrNone) {
		t.Errorf("edition 2: %v; want ErrNone", err)
	}
}

// withRecord returns an edition with a record of its own.
func withRecord(e *edition.Edition) *edition.Edition {
	return e.WithContents(map[string]*edition.Document{"/sitemap.xml": edition.NewDocument("text/plain", fmt.Append(nil, "record of ", e.Number()), noon)})
}

func testPin(t *testing.T, s Store) {
	first := publish(t, s, withRecord(print(1, 0, "text 0")))
	if err := s.Pin(t.Context(), "xt", Pin{1, noon}, first); err != nil {
		t.Fatal(err)
	}
	for i := range 2 * DefaultKeep {
		text := fmt.Sprint("text ", i+1)
		if i == 1 {
			text = "text 0" // what is pinned comes back, and goes again
		}
		publish(t, s, print(1, i+1, text))
	}
	heads, err := s.Heads(t.Context(), []string{"xt"})
	if err != nil || heads[0].Pin != (Pin{1, noon}) || heads[0].Number != 11 {
		t.Errorf("Heads = %v, %v", heads, err)
	}
	if got, err := s.FetchKept(t.Context(), "xt", 1, nil); err != nil || !got.Equal(first) {
		t.Errorf("the pinned edition: %v", err)
	}
	if kept, err := s.Kept(t.Context(), "xt"); err != nil || len(kept) != DefaultKeep+2 {
		t.Errorf("%d editions are kept, %v; want %d besides the current and the pinned one", len(kept), err, DefaultKeep)
	}
	unpinned := Pin{0, noon.Add(time.Hour)}
	if err := s.Pin(t.Context(), "xt", unpinned, nil); err != nil {
		t.Fatal(err)
	}
	for i := range 2 * DefaultKeep {
		e := publish(t, s, print(1, i+20, fmt.Sprint("text ", i%4)))
		if got, err := s.Fetch(t.Context(), "xt", nil); err != nil || !got.Equal(e) {
			t.Fatalf("edition %d: %v", e.Number(), err)
		}
	}
	if _, err := s.FetchKept(t.Context(), "xt", 1, nil); !errors.Is(err, ErrNone) {
		t.Errorf("edition 1, which is not pinned any more: %v; want ErrNone", err)
	}
}

func testPins(t *testing.T, s Store) {
	first := publish(t, s, print(1, 0, "one"))
	second := publish(t, s, print(2, 1, "two"))
	pins := []struct {
		pin  Pin
		e    *edition.Edition
		want Pin
	}{
		{Pin{1, noon}, first, Pin{1, noon}},
		{Pin{2, noon.Add(-time.Hour)}, second, Pin{1, noon}},
		{Pin{2, noon.Add(time.Hour)}, second, Pin{2, noon.Add(time.Hour)}},
		{Pin{0, noon}, nil, Pin{2, noon.Add(time.Hour)}},
		{Pin{0, noon.Add(2 * time.Hour)}, nil, Pin{0, noon.Add(2 * time.Hour)}},
	}
	for _, p := range pins {
		if err := s.Pin(t.Context(), "xt", p.pin, p.e); err != nil {
			t.Fatal(err)
		}
		if heads, err := s.Heads(t.Context(), []string{"xt"}); err != nil || heads[0].Pin != p.want {
			t.Errorf("after %v: %v, %v; want %v", p.pin, heads, err, p.want)
		}
	}
	// A store that was emptied is told of a pin before there is an edition.
	lonely := edition.New("yy", 4, noon, "build", map[string]*edition.Document{"/rss.xml": edition.NewDocument("text/plain", []byte("two"), noon)})
	if err := s.Pin(t.Context(), "yy", Pin{4, noon}, lonely); err != nil {
		t.Fatal(err)
	}
	if got, err := s.FetchKept(t.Context(), "yy", 4, nil); err != nil || !got.Equal(lonely) {
		t.Errorf("a pinned edition alone: %v", err)
	}
}

// testLarge has documents that need several batches, one of them larger than a
// batch.
func testLarge(t *testing.T, s Store) {
	noise := rand.NewChaCha8([32]byte{})
	documents := map[string]*edition.Document{}
	for i, size := range []int{1 << 10, 3 << 20, 700 << 10, 700 << 10, 1} {
		body := make([]byte, size)
		noise.Read(body)
		documents[fmt.Sprint("/", i)] = edition.NewDocument("text/plain", body, noon)
	}
	e := publish(t, s, edition.New("xt", 1, noon, "build", documents))
	if got, err := s.Fetch(t.Context(), "xt", nil); err != nil || !got.Equal(e) {
		t.Errorf("Fetch: %v", err)
	}
}

func publish(t *testing.T, s Store, e *edition.Edition) *edition.Edition {
	t.Helper()
	published, err := s.Publish(t.Context(), e)
	if err != nil {
		t.Fatal(err)
	}
	if !published.Equal(e) {
		t.Fatal("published other documents")
	}
	return published
}

// What no edition names any more goes; what a kept or pinned one names stays.
func TestRedisCollects(t *testing.T) {
	server := miniredis.RunT(t)
	r := newRedis(t, server.Addr())
	want := func(editions int) {
		t.Helper()
		names := 0
		for _, key := range server.Keys() {
			if strings.HasPrefix(key, testKeys.documentPrefix("xt")) {
				names++
			}
		}
		if members, _ := server.ZMembers(testKeys.namedKey("xt")); names != 3*editions || len(members) != names {
			t.Errorf("%d documents, %d of them named; want those of %d editions", names, len(members), editions)
		}
	}
	for i := range 2 * DefaultKeep {
		publish(t, r, print(1, i, fmt.Sprint("text ", i)))
	}
	if _, err := r.Publish(t.Context(), print(1, 0, "stale")); !errors.Is(err, edition.ErrStale) {
		t.Fatal(err)
	}
	server.FastForward(orphanTime) // what a refused edition left goes by itself
	want(1 + DefaultKeep)
	pinned, err := r.FetchKept(t.Context(), "xt", 2*DefaultKeep-1, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Pin(t.Context(), "xt", Pin{pinned.Number(), noon}, pinned); err != nil {
		t.Fatal(err)
	}
	for i := range 2 * DefaultKeep {
		publish(t, r, print(1, 100+i, fmt.Sprint("more ", i)))
	}
	want(1 + DefaultKeep + 1)
	if err := r.Pin(t.Context(), "xt", Pin{0, noon.Add(time.Hour)}, nil); err != nil {
		t.Fatal(err)
	}
	for i := range DefaultKeep + 1 {
		publish(t, r, print(1, 200+i, fmt.Sprint("last ", i)))
	}
	want(1 + DefaultKeep)
	server.FastForward(24 * time.Hour)
	want(1 + DefaultKeep)
}

func TestRedisRefusesHoles(t *testing.T) {
	server := miniredis.RunT(t)
	r := newRedis(t, server.Addr())
	e := print(1, 0, "one")
	publish(t, r, e)
	for _, d := range e.All() {
		server.Del(testKeys.documentKey("xt", d.Hash()))
		break
	}
	if _, err := r.Fetch(t.Context(), "xt", nil); !errors.Is(err, ErrNone) {
		t.Errorf("an edition with a hole: %v; want ErrNone", err)
	}
	keys := []string{testKeys.manifestKey("xt"), testKeys.keptKey("xt"), testKeys.namedKey("xt"), testKeys.documentKey("xt", edition.Hash{})}
	later := noon.Add(time.Hour).UnixMilli()
	err := publishScript.Run(t.Context(), r.client, keys, 9, later, "{}", testKeys.documentPrefix("xt"), later, DefaultKeep, 3, "digest", "").Err()
	if err == nil || err.Error()[:7] != "MISSING" {
		t.Errorf("a manifest without its documents: %v; want MISSING", err)
	}
}

func TestRedisTimeouts(t *testing.T) {
	server := redistest.Start(t)
	r := newRedis(t, server.Addr())
	publish(t, r, print(1, 0, "one"))
	server.Stop()
	defer server.Cont()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if _, err := r.Heads(ctx, []string{"xt"}); err == nil || ctx.Err() != nil {
		t.Errorf("a stopped Redis: %v (context: %v); want an error before the context ends", err, ctx.Err())
	}
}

func TestNewRedisMode(t *testing.T) {
	if _, err := NewRedis(RedisOptions{Mode: "guess"}); err == nil || err.Error() != `redis: unknown mode "guess"` {
		t.Errorf("err = %v", err)
	}
}
