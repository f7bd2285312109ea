package cache

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"

	"feedstation/internal/edition"
	"feedstation/internal/redistest"
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

func newRedis(t *testing.T, addr string) *Redis {
	t.Helper()
	r, err := NewRedis(RedisOptions{Mode: "single", Addrs: []string{addr}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	return r
}

func newLocal(t *testing.T) *Local {
	t.Helper()
	local, err := OpenLocal(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return local
}

// TestStore is what every store of editions keeps to.
func TestStore(t *testing.T) {
	for name, open := range map[string]func(*testing.T) Store{
		"local":     func(t *testing.T) Store { return newLocal(t) },
		"miniredis": func(t *testing.T) Store { return newRedis(t, miniredis.RunT(t).Addr()) },
		"redis":     func(t *testing.T) Store { return newRedis(t, redistest.Start(t).Addr()) },
	} {
		t.Run(name, func(t *testing.T) {
			for name, test := range map[string]func(*testing.T, Store){
				"nothing yet":                  testNothing,
				"what is published is fetched": testRoundTrip,
				"numbers only rise":            testNumbers,
				"an older snapshot is refused": testStale,
				"known documents are not read": testKnown,
				"many editions":                testMany,
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
	want := Head{1_760_000_000_000, noon.Add(3 * time.Minute).UnixMilli()}
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

func TestRedisCollects(t *testing.T) {
	server := miniredis.RunT(t)
	r := newRedis(t, server.Addr())
	for i := range 5 {
		publish(t, r, print(1, i, fmt.Sprint("text ", i)))
	}
	if _, err := r.Publish(t.Context(), print(1, 0, "stale")); !errors.Is(err, edition.ErrStale) {
		t.Fatal(err)
	}
	server.FastForward(orphanTime) // what a refused edition left goes by itself
	if keys := server.Keys(); len(keys) != 1+2*3 {
		t.Errorf("keys = %q; want the manifest and two editions of three documents", keys)
	}
}

func TestRedisRefusesHoles(t *testing.T) {
	server := miniredis.RunT(t)
	r := newRedis(t, server.Addr())
	e := print(1, 0, "one")
	publish(t, r, e)
	for _, d := range e.All() {
		server.Del(documentKey("xt", d.Hash()))
		break
	}
	if _, err := r.Fetch(t.Context(), "xt", nil); !errors.Is(err, ErrNone) {
		t.Errorf("an edition with a hole: %v; want ErrNone", err)
	}
	err := publishScript.Run(t.Context(), r.client, []string{manifestKey("xt"), documentKey("xt", edition.Hash{})}, 9, noon.Add(time.Hour).UnixMilli(), "{}", documentPrefix("xt"), noon.Add(time.Hour).UnixMilli()).Err()
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
