package cache

import (
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"feedstation/internal/edition"
	"feedstation/internal/store/disk"
	"feedstation/internal/store/redis"
	"feedstation/internal/store/storetest"
	"feedstation/internal/testkit/redistest"
)

// of returns the edition as one of another station.
func of(station string, e *edition.Edition) *edition.Edition {
	m := e.Manifest()
	m.Station = station
	other, err := m.Edition(e, func(edition.Entry) (*edition.Document, error) { return nil, errors.New("not known") })
	if err != nil {
		panic(err)
	}
	return other
}

// openTwo returns a cache of the stations xt and cs.
func openTwo(t *testing.T, local *disk.Store, redis *redis.Store) *Cache {
	t.Helper()
	c, err := Open(t.Context(), slog.New(slog.DiscardHandler), []string{"xt", "cs"}, local, redis, nil)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// A folder that was restored under another station's name is no edition of that
// station: neither its current one, nor one to fall back on, nor one to pin.
func TestLocalOfAnotherStation(t *testing.T) {
	local := newLocal(t)
	c := openTwo(t, local, nil)
	for number := range 3 {
		for _, e := range []*edition.Edition{storetest.Text(number + 1), of("cs", storetest.Print(number+1, "elsewhere"))} {
			if err := c.Publish(t.Context(), e); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := c.Pin(t.Context(), "cs", storetest.At(2)); err != nil {
		t.Fatal(err)
	}
	for _, move := range [][2]string{{"xt", "aside"}, {"cs", "xt"}, {"aside", "cs"}} {
		if err := os.Rename(filepath.Join(local.Dir(), move[0]), filepath.Join(local.Dir(), move[1])); err != nil {
			t.Fatal(err)
		}
	}
	again := openTwo(t, local, nil)
	for _, station := range []string{"xt", "cs"} {
		if e, ok := again.Served(station); ok {
			t.Errorf("%s serves edition of %s of %s", station, e.Watermark(), e.Station())
		}
		if kept, err := again.Kept(t.Context(), station); err != nil || len(kept) > 0 {
			t.Errorf("%s has %v to pin, %v", station, kept, err)
		}
	}
	if err := again.Publish(t.Context(), storetest.Text(4)); err != nil {
		t.Fatal(err)
	}
	wantCurrent(t, openTwo(t, local, nil), storetest.Text(4))
}

// So with the keys of Redis: what is under another station's is not followed, and
// is replaced by a process that has an edition.
func TestRedisOfAnotherStation(t *testing.T) {
	server := redistest.Start(t)
	a := openTwo(t, newLocal(t), newRedis(t, server.Addr()))
	for _, e := range []*edition.Edition{storetest.Text(1), of("cs", storetest.Print(2, "elsewhere"))} {
		if err := a.Publish(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
	for _, key := range []string{"m", "k", "n"} {
		server.Do("COPY", stationKey("cs", key), stationKey("xt", key), "REPLACE")
	}
	d, _ := storetest.Print(2, "elsewhere").Document("/rss.xml")
	for e := range storetest.Print(2, "elsewhere").Objects() {
		server.Do("COPY", documentKey("cs", e.Hash()), documentKey("xt", e.Hash()))
	}
	b := openTwo(t, newLocal(t), newRedis(t, server.Addr()))
	if err := b.Sync(t.Context()); !errors.Is(err, edition.ErrDamaged) {
		t.Errorf("Sync: %v; want ErrDamaged", err)
	}
	if e, ok := b.Served("xt"); ok {
		served, _ := e.Document("/rss.xml")
		t.Errorf("xt serves an edition of %s, with cs's document: %t", e.Station(), served.Hash() == d.Hash())
	}
	settle(t, a, a)
	settle(t, a, b)
	got, ok := b.Current("xt")
	if !ok || !got.Equal(storetest.Text(1)) {
		t.Errorf("xt has not got its own edition back: %v", got)
	}
}
