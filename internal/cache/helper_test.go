package cache

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"feedstation/internal/durable"
	"feedstation/internal/edition"
	"feedstation/internal/store"
	"feedstation/internal/store/disk"
	"feedstation/internal/store/redis"
)

// lockTime is how long a lock of the local copy is waited for.
const lockTime = 10 * time.Second

// Names in the local copy; see package disk.
const (
	currentName       = "current.json"
	lockName          = "lock"
	leftName          = "left.json"
	pinnedName        = "pinned.json"
	retractedName     = "retracted.json"
	retractedLockName = "retracted.lock"
	twinSuffix        = ".twin"
)

func objectName(hash edition.Hash) string { return hash.String() + ".doc" }

// nameOf returns the name of an edition's manifest.
func nameOf(e *edition.Edition) string {
	return e.Watermark().Format("20060102T150405.000Z") + ".json"
}

// Keys in Redis; see package redis.
const retractedKey = redis.DefaultPrefix + "retracted"

func stationKey(station, name string) string {
	return redis.DefaultPrefix + "{" + station + "}:" + name
}

func documentKey(station string, hash edition.Hash) string {
	return stationKey(station, "d:"+hash.String())
}

// patient is how long a Redis is waited for where a stall is nobody's fault.
const patient = 20 * time.Second

func newRedis(t testing.TB, addr string) *redis.Store {
	t.Helper()
	return openRedis(t, redis.Options{Mode: "single", Addrs: []string{addr}})
}

func openRedis(t testing.TB, options redis.Options) *redis.Store {
	t.Helper()
	r, err := redis.New(options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	return r
}

func newLocal(t testing.TB) *disk.Store {
	t.Helper()
	files, err := disk.Open(t.TempDir(), store.Keep{})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// path returns that of a file of a station.
func path(s *disk.Store, station, name string) string { return filepath.Join(s.Dir(), station, name) }

// writeFile writes a file as others would.
func writeFile(name string, data []byte) error { return os.WriteFile(name, data, 0o600) }

// lose puts a file in the place of the folder.
func lose(t *testing.T, s *disk.Store) {
	t.Helper()
	if err := errors.Join(os.RemoveAll(s.Dir()), writeFile(s.Dir(), nil)); err != nil {
		t.Fatal(err)
	}
}

// lock holds a lock in the local copy, or with a station in its folder, as another
// process does.
func lock(t *testing.T, s *disk.Store, station, name string) (unlock func()) {
	t.Helper()
	in, err := durable.Open(filepath.Join(s.Dir(), station))
	if err != nil {
		t.Fatal(err)
	}
	held, err := in.Lock(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	return func() {
		if err := errors.Join(held.Close(), in.Close()); err != nil {
			t.Error(err)
		}
	}
}
