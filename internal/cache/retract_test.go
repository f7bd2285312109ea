package cache

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"feedstation/internal/edition"
	"feedstation/internal/store/disk"
	"feedstation/internal/store/redis"
	"feedstation/internal/store/storetest"
	"feedstation/internal/testkit/doctest"
	"feedstation/internal/testkit/redistest"
)

// redact takes the ids of articles out of documents, and is dated after
// what it is made from.
func redact(e *edition.Edition, retractions edition.Retractions) *edition.Edition {
	documents := map[string]*edition.Document{}
	changed := false
	for path, d := range e.All() {
		documents[path] = d
		whole, err := d.Body()
		if err != nil {
			continue
		}
		body := whole
		for id, r := range retractions {
			if r.Down() {
				body = bytes.ReplaceAll(body, []byte(id), nil)
			}
		}
		if !bytes.Equal(body, whole) {
			changed = true
			documents[path] = edition.NewDocument(d.MediaType(), body, d.Modified().Add(time.Second))
		}
	}
	if !changed {
		return e
	}
	contents := maps.Collect(e.AllContents())
	for path, d := range contents {
		var left []byte
		for a := range edition.Articles(d) {
			if !retractions[a.ID].Down() {
				left = a.AppendTo(left)
			}
		}
		contents[path] = edition.Revision{Newest: d.Modified(), AsOf: d.Modified()}.ReviseContent(edition.NewContents(left), d)
	}
	return edition.New(e.Station(), e.Watermark().Add(time.Millisecond), e.Build(), documents).WithContents(contents).Following(e)
}

func newAmended(t *testing.T, local *disk.Store, redis *redis.Store) *Cache {
	t.Helper()
	c, err := Open(t.Context(), slog.New(slog.DiscardHandler), []string{"xt"}, local, redis, redact)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func held(id string) edition.Retraction {
	return edition.Retraction{Station: "xt", ID: id, At: time.Now(), State: edition.Held}
}

// shows reports whether anything that is served has an article.
func shows(t *testing.T, c *Cache, id string) bool {
	t.Helper()
	for _, get := range []func(string) (*edition.Edition, bool){c.Current, c.Served} {
		e, ok := get("xt")
		if !ok {
			t.Fatal("no edition")
		}
		for _, d := range e.All() {
			if bytes.Contains(doctest.Body(t, d), []byte(id)) {
				return true
			}
		}
	}
	return false
}

func TestCacheRetract(t *testing.T) {
	server := redistest.Start(t)
	a := newAmended(t, newLocal(t), newRedis(t, server.Addr()))
	b := newAmended(t, newLocal(t), newRedis(t, server.Addr()))
	for i, text := range []string{"art-1 art-2", "art-1 art-3", "art-1"} {
		if err := a.Publish(t.Context(), storetest.Print(i, text)); err != nil {
			t.Fatal(err)
		}
	}
	settle(t, a, b)
	if !shows(t, b, "art-1") {
		t.Fatal("art-1 is not there")
	}
	if err := a.Retract(t.Context(), held("art-1")); err != nil {
		t.Fatal(err)
	}
	if shows(t, a, "art-1") {
		t.Error("art-1 is still served by the process that was told")
	}
	if err := b.Sync(t.Context()); err != nil {
		t.Fatal(err)
	}
	if shows(t, b, "art-1") {
		t.Error("art-1 is still served by another process")
	}
	settle(t, a, b)
	one, _ := a.Current("xt")
	wantCurrent(t, b, one)

	// Nor from what is kept, from what is pinned, and after a restart.
	if err := b.Pin(t.Context(), "xt", storetest.At(1)); err != nil {
		t.Fatal(err)
	}
	settle(t, a, b)
	for name, c := range map[string]*Cache{"a": a, "b": b, "a again": newAmended(t, a.files, nil), "b again": newAmended(t, b.files, nil)} {
		if shows(t, c, "art-1") {
			t.Errorf("%s: art-1 comes back with a pinned edition", name)
		}
		if !shows(t, c, "art-3") {
			t.Errorf("%s: another edition than the pinned one is served", name)
		}
	}
	if err := a.Retract(t.Context(), held("art-3")); err != nil {
		t.Fatal(err)
	}
	settle(t, a, b)
	if shows(t, a, "art-3") || shows(t, b, "art-3") {
		t.Error("art-3 is still in the pinned edition")
	}
	lifted := held("art-3")
	lifted.State = edition.Lifted
	if err := b.Retract(t.Context(), lifted); err != nil {
		t.Fatal(err)
	}
	settle(t, a, b)
	if !shows(t, a, "art-3") || !shows(t, b, "art-3") {
		t.Error("art-3 is still out of the pinned edition")
	}
}

// A builder that does not know of a retraction publishes the article again.
func TestCacheRetractBeforePublish(t *testing.T) {
	server := redistest.Start(t)
	a := newAmended(t, newLocal(t), newRedis(t, server.Addr()))
	unaware := newCache(t, slog.New(slog.DiscardHandler), newLocal(t), newRedis(t, server.Addr()))
	if err := a.Retract(t.Context(), held("art-1")); err != nil {
		t.Fatal(err)
	}
	if err := a.Publish(t.Context(), storetest.Print(0, "art-1")); err != nil {
		t.Fatal(err)
	}
	if shows(t, a, "art-1") {
		t.Error("art-1 is published in spite of its retraction")
	}
	if err := unaware.Sync(t.Context()); err != nil {
		t.Fatal(err)
	}
	e, _ := unaware.Current("xt")
	if err := unaware.Publish(t.Context(), storetest.Print(5, "art-1").Following(e)); err != nil {
		t.Fatal(err)
	}
	settle(t, a, unaware)
	if shows(t, a, "art-1") || shows(t, unaware, "art-1") {
		t.Error("art-1 has come back")
	}
}

// What is amended replaces no more than what it was made from would.
func TestCacheAmendedIsStale(t *testing.T) {
	c := newAmended(t, newLocal(t), nil)
	old := storetest.Print(0, "one")
	for _, e := range []*edition.Edition{old, storetest.Print(10, "two")} {
		if err := c.Publish(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.Retract(t.Context(), held("art-1")); err != nil {
		t.Fatal(err)
	}
	if err := c.Publish(t.Context(), storetest.Print(20, "art-1 three").Following(old)); err == nil {
		t.Error("an edition made from an older one than the current was published")
	}
	wantCurrent(t, c, storetest.Print(10, "two"))
}

// Retractions reach every process through whatever is there.
func TestCacheRetractionsShared(t *testing.T) {
	server := redistest.Start(t)
	local := newLocal(t)
	serving := newAmended(t, local, newRedis(t, server.Addr()))
	other := newAmended(t, newLocal(t), newRedis(t, server.Addr()))
	if err := serving.Publish(t.Context(), storetest.Print(0, "art-1 art-2 art-3")); err != nil {
		t.Fatal(err)
	}
	settle(t, serving, other)

	server.Kill()
	command := newAmended(t, local, newRedis(t, server.Addr())) // on the same machine
	if err := command.Retract(t.Context(), held("art-1")); !errors.Is(err, edition.ErrUnsent) {
		t.Fatal(err)
	}
	if ids := command.Unsent(); !slices.Equal(ids, []string{"art-1"}) {
		t.Errorf("unsent: %q", ids)
	}
	_ = serving.Sync(t.Context())
	if shows(t, serving, "art-1") {
		t.Error("not learned from the local copy while Redis is away")
	}
	server.Restart()
	for range 3 {
		settle(t, serving, other)
	}
	if shows(t, other, "art-1") {
		t.Error("not handed on to Redis when it was back")
	}
	if ids := serving.Unsent(); len(ids) > 0 {
		t.Errorf("still unsent: %q", ids)
	}

	server.Flush()
	settle(t, other, serving)
	third := newAmended(t, newLocal(t), newRedis(t, server.Addr()))
	settle(t, third, serving)
	if _, ok := third.Retractions()["art-1"]; !ok {
		t.Error("not handed on to a Redis that was emptied")
	}
}

// A process that was started with what its local copy knows tells a Redis that
// knows nothing.
func TestCacheRetractionsAfterRestart(t *testing.T) {
	server := redistest.Start(t)
	local := newLocal(t)
	if err := local.AddRetracted(t.Context(), edition.Retractions{"art-1": held("art-1")}); err != nil {
		t.Fatal(err)
	}
	c := newAmended(t, local, newRedis(t, server.Addr()))
	if err := c.Sync(t.Context()); err != nil {
		t.Fatal(err)
	}
	if all, err := c.redis.Retracted(t.Context()); err != nil || len(all) != 1 || all[0].ID != "art-1" {
		t.Errorf("Redis knows %v, %v", all, err)
	}
}

// An edition that is fetched was made with retractions that are known then.
func TestCacheRetractionsBeforeEditions(t *testing.T) {
	server := redistest.Start(t)
	a := newAmended(t, newLocal(t), newRedis(t, server.Addr()))
	b := newAmended(t, newLocal(t), newRedis(t, server.Addr()))
	if err := a.Publish(t.Context(), storetest.Print(0, "art-1")); err != nil {
		t.Fatal(err)
	}
	heads, err := b.redis.Heads(t.Context(), []string{"xt"}) // and then, before it is fetched:
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Retract(t.Context(), held("art-1")); err != nil {
		t.Fatal(err)
	}
	if err := b.follow(t.Context(), heads, nil); err != nil {
		t.Fatal(err)
	}
	if _, ok := b.Retractions()["art-1"]; !ok {
		t.Error("an edition is followed without the retraction that it was made with")
	}
}

// What Redis lacks is found in one go.
func TestCacheLackedByMany(t *testing.T) {
	c := newAmended(t, newLocal(t), nil)
	var theirs []edition.Retraction
	for i := range 1000 {
		theirs = append(theirs, held(fmt.Sprint("art-", i)))
	}
	c.learn(theirs...)
	c.learn(held("more"))
	var lacked []edition.Retraction
	allocations := testing.AllocsPerRun(1, func() { lacked = c.lackedBy(theirs) })
	if len(lacked) != 1 || lacked[0].ID != "more" {
		t.Errorf("lacked: %v", lacked)
	}
	if allocations > 2000 { // some for each of them, not for each pair
		t.Errorf("%g allocations for 1000 retractions", allocations)
	}
}

// A Redis that is full may remove the retractions of a station, or their token,
// and keep the rest: another process hears of them all the same.
func TestCacheRetractionsEvicted(t *testing.T) {
	for _, evicted := range []string{retractedKey, stationKey("xt", "m")} {
		t.Run(evicted, func(t *testing.T) {
			server := redistest.Start(t)
			a := newAmended(t, newLocal(t), newRedis(t, server.Addr()))
			if err := a.Publish(t.Context(), storetest.Print(0, "art-1 art-2")); err != nil {
				t.Fatal(err)
			}
			if err := a.Retract(t.Context(), held("art-1")); err != nil {
				t.Fatal(err)
			}
			settle(t, a, a)
			server.Do("DEL", evicted)
			settle(t, a, a)
			fresh := newAmended(t, newLocal(t), newRedis(t, server.Addr()))
			settle(t, a, fresh)
			e, _ := fresh.Current("xt")
			if err := fresh.Publish(t.Context(), storetest.Print(5, "art-1 art-2").Following(e)); err != nil {
				t.Fatal(err)
			}
			if shows(t, fresh, "art-1") {
				t.Error("published by a process that has not heard of the retraction")
			}
		})
	}
}

// Redis has one retraction of an article, also when a later one names another
// station: the earlier must not count again when the later is forgotten.
func TestCacheRetractionOfAnotherStation(t *testing.T) {
	server := redistest.Start(t)
	c, err := Open(t.Context(), slog.New(slog.DiscardHandler), []string{"xt", "yy"}, newLocal(t), newRedis(t, server.Addr()), redact)
	if err != nil {
		t.Fatal(err)
	}
	wrong := held("art-1")
	wrong.Station = "yy"
	lifted := held("art-1")
	lifted.At, lifted.State = wrong.At.Add(time.Second), edition.Lifted
	for _, r := range []edition.Retraction{wrong, lifted} {
		if err := c.Retract(t.Context(), r); err != nil {
			t.Fatal(err)
		}
		settle(t, c, c)
	}
	if all, err := c.redis.Retracted(t.Context()); err != nil || len(all) != 1 || all[0].State != edition.Lifted {
		t.Errorf("Redis has %v, %v", all, err)
	}
}

// Many retractions reach another process through Redis.
func TestCacheManyRetractions(t *testing.T) {
	server := redistest.Start(t)
	a := newAmended(t, newLocal(t), newRedis(t, server.Addr()))
	b := newAmended(t, newLocal(t), newRedis(t, server.Addr()))
	var many []edition.Retraction
	for i := range 3001 {
		many = append(many, held(fmt.Sprint("art-", i)))
	}
	if err := a.Retract(t.Context(), many...); err != nil {
		t.Fatal(err)
	}
	settle(t, a, b)
	if got := len(b.Retractions()); got != len(many) {
		t.Errorf("%d of %d were learned", got, len(many))
	}
}

// The process that retracted an article was stopped before it had published:
// the next one neither serves the article nor leaves it in the local copy.
func TestCacheRetractThenStopped(t *testing.T) {
	local := newLocal(t)
	storetest.Publish(t, local, storetest.Print(0, "art-1 art-2"))
	if err := local.AddRetracted(t.Context(), edition.Retractions{"art-1": held("art-1")}); err != nil {
		t.Fatal(err)
	}
	c := newAmended(t, local, nil)
	if shows(t, c, "art-1") || !shows(t, c, "art-2") {
		t.Error("served as it was stored")
	}
	if err := c.Sync(t.Context()); err != nil {
		t.Fatal(err)
	}
	if shows(t, newCache(t, slog.New(slog.DiscardHandler), local, nil), "art-1") {
		t.Error("still current in the local copy")
	}
}

// A retraction in one process needs no answer from Redis to be in effect there.
func TestCacheRetractWithStoppedRedis(t *testing.T) {
	server := redistest.Start(t)
	c := newAmended(t, newLocal(t), newRedis(t, server.Addr()))
	if err := c.Publish(t.Context(), storetest.Print(0, "art-1")); err != nil {
		t.Fatal(err)
	}
	server.Stop()
	defer server.Cont()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if err := c.Retract(ctx, held("art-1")); !errors.Is(err, edition.ErrUnsent) || ctx.Err() != nil {
		t.Errorf("Retract: %v, %v", err, ctx.Err())
	}
	if shows(t, c, "art-1") || shows(t, newAmended(t, c.files, nil), "art-1") {
		t.Error("art-1 is still served")
	}
}

func TestLocalDamagedRetractions(t *testing.T) {
	local := newLocal(t)
	c := newAmended(t, local, nil)
	if err := c.Retract(t.Context(), held("art-1")); err != nil {
		t.Fatal(err)
	}
	damage := func() {
		t.Helper()
		for _, name := range []string{retractedName, retractedName + twinSuffix} {
			if err := writeFile(filepath.Join(local.Dir(), name), []byte("{")); err != nil {
				t.Fatal(err)
			}
		}
	}
	damage()
	var log bytes.Buffer
	again, err := Open(t.Context(), slog.New(slog.NewTextHandler(&log, nil)), []string{"xt"}, local, nil, redact)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(log.String(), "retractions of the local copy not read") {
		t.Errorf("log = %s", &log)
	}
	if err := c.Sync(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, ok := newAmended(t, local, nil).Retractions()["art-1"]; !ok {
		t.Error("not stored again by a process that knows them")
	}
	damage()
	if err := again.Retract(t.Context(), held("art-2")); err != nil {
		t.Fatal(err)
	}
	if _, ok := newAmended(t, local, nil).Retractions()["art-2"]; !ok {
		t.Error("not stored in place of what was damaged")
	}
}

// A take-down whose asker has gone away is done all the same, and survives a
// restart.
func TestRetractAskerGone(t *testing.T) {
	local := newLocal(t)
	c := newAmended(t, local, nil)
	if err := c.Publish(t.Context(), storetest.Print(0, "art-1 art-2")); err != nil {
		t.Fatal(err)
	}
	gone, leave := context.WithCancel(t.Context())
	leave()
	_ = c.Retract(gone, held("art-1"))
	if shows(t, c, "art-1") {
		t.Error("art-1 is still served")
	}
	if err := c.Sync(t.Context()); err != nil {
		t.Fatal(err)
	}
	again := newAmended(t, local, nil)
	if len(again.Retractions()) != 1 {
		t.Error("the retraction is lost with the process")
	}
}

// A process that was stopped while it held a lock of the local copy holds up
// neither a take-down nor a publication for ever.
func TestStoppedProcessHoldsLock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		local := newLocal(t)
		c := newAmended(t, local, nil)
		if err := c.Publish(t.Context(), storetest.Print(0, "art-1 art-2")); err != nil {
			t.Fatal(err)
		}
		defer lock(t, local, "", retractedLockName)()
		defer lock(t, local, "xt", lockName)()
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		_ = c.Retract(ctx, held("art-1")) // tells that it could not be stored
		if err := c.Publish(ctx, storetest.Print(1, "art-3")); err != nil {
			t.Error(err)
		}
		if ctx.Err() != nil {
			t.Error("waited until the deadline")
		}
		if e, _ := c.Current("xt"); shows(t, c, "art-1") || e.Watermark().Before(storetest.At(1)) {
			t.Error("not served")
		}
	})
}

// A damaged file of retractions does not bring back what has been taken down,
// also where no Redis has them.
func TestRetractionsSurviveDamage(t *testing.T) {
	local := newLocal(t)
	c := newAmended(t, local, nil)
	for _, id := range []string{"art-1", "art-2"} {
		if err := c.Retract(t.Context(), held(id)); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(filepath.Join(local.Dir(), retractedName))
	if err != nil {
		t.Fatal(err)
	}
	text[len(text)/2] ^= 1
	if err := os.WriteFile(filepath.Join(local.Dir(), retractedName), text, 0o600); err != nil {
		t.Fatal(err)
	}
	again := newAmended(t, local, nil)
	if len(again.Retractions()) != 2 {
		t.Errorf("left: %v", again.Retractions())
	}
	if err := again.Retract(t.Context(), held("art-3")); err != nil {
		t.Fatal(err)
	}
	if last := newAmended(t, local, nil); len(last.Retractions()) != 3 {
		t.Errorf("left: %v", last.Retractions())
	}
}

// A retraction that is damaged in Redis is a problem until it is given again, and
// keeps no process from the others.
func TestRedisDamagedRetraction(t *testing.T) {
	server := redistest.Start(t)
	a := newAmended(t, newLocal(t), newRedis(t, server.Addr()))
	if err := a.Retract(t.Context(), held("a")); err != nil {
		t.Fatal(err)
	}
	server.Do("HSET", retractedKey, "b", "garbage", "", "another")
	for _, c := range []*Cache{a, newAmended(t, newLocal(t), newRedis(t, server.Addr()))} {
		if err := c.Sync(t.Context()); err != nil {
			t.Errorf("Sync: %v", err)
		}
		if got := slices.Collect(maps.Keys(c.Retractions())); !slices.Equal(got, []string{"a"}) {
			t.Errorf("knows %q; want a", got)
		}
		if !c.conditions.Has(redisDamaged) {
			t.Error("no problem is told of")
		}
	}
	if err := a.Retract(t.Context(), held("b")); err != nil {
		t.Fatal(err)
	}
	c := newAmended(t, newLocal(t), newRedis(t, server.Addr()))
	for _, c := range []*Cache{a, c} {
		if err := c.Sync(t.Context()); err != nil || c.conditions.Has(redisDamaged) || len(c.Retractions()) != 2 {
			t.Errorf("Sync: %v; knows %v; problems %v", err, c.Retractions(), c.Conditions())
		}
	}
}
