package cache

import (
	"os"
	"path/filepath"
	"testing"

	"feedstation/internal/store/storetest"
)

// TestSucceed has a cache take over from another of its process whose folder has
// nothing of what that knows: editions and retractions, which it then stores.
func TestSucceed(t *testing.T) {
	before := newAmended(t, newLocal(t), nil)
	if err := before.Publish(t.Context(), storetest.Print(0, "art-1 art-2")); err != nil {
		t.Fatal(err)
	}
	if err := before.Retract(t.Context(), held("art-1")); err != nil {
		t.Fatal(err)
	}
	local := newLocal(t)
	next := newAmended(t, local, nil)
	if err := next.Succeed(t.Context(), before); err != nil {
		t.Fatal(err)
	}
	if shows(t, next, "art-1") || !shows(t, next, "art-2") {
		t.Error("not what the one before served")
	}
	// What was retracted there meanwhile, as by a request that had begun.
	if err := before.Retract(t.Context(), held("art-2")); err != nil {
		t.Fatal(err)
	}
	if err := next.Publish(t.Context(), storetest.Print(100, "art-1 art-2 art-3")); err != nil {
		t.Fatal(err)
	}
	if err := next.Succeed(t.Context(), before); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := next.Sync(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []*Cache{next, newAmended(t, local, nil)} { // as after a restart
		if shows(t, c, "art-1") || shows(t, c, "art-2") || !shows(t, c, "art-3") {
			t.Error("a later edition gave way, or a retraction was lost")
		}
	}

	// One that was given up leaves its folder to the other, also at its end.
	if err := os.RemoveAll(filepath.Join(before.files.Dir(), "xt")); err != nil {
		t.Fatal(err)
	}
	before.Abandon()
	before.local.patience.Store(int64(diskPatience)) // as after Follow
	before.Close()
	if _, err := os.Stat(filepath.Join(before.files.Dir(), "xt")); !os.IsNotExist(err) {
		t.Errorf("written again: %v", err)
	}
}
