package disk

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"feedstation/internal/durable"
	"feedstation/internal/edition"
	"feedstation/internal/store"
	"feedstation/internal/store/storetest"
	"feedstation/internal/testkit/require"
)

// TestCollect has two processes share a folder, by turns or one for a while, with
// pins; one of them collects now and then. All that an edition or a pin names is there
// at any time, and after that nothing else.
func TestCollect(t *testing.T) {
	require.Time(t)
	for seed := range uint64(6) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			random := rand.New(rand.NewPCG(seed, 0))
			dir := t.TempDir()
			var processes [2]*Store
			for i := range processes {
				var err error
				if processes[i], err = Open(dir, store.Keep{Editions: 2, For: -1}); err != nil {
					t.Fatal(err)
				}
			}
			var last *edition.Edition
			turn := processes[0]
			for step := range 80 {
				if random.IntN(4) == 0 {
					turn = processes[random.IntN(2)]
				}
				switch {
				case last != nil && random.IntN(8) == 0:
					pin := store.Pin{At: storetest.Noon.Add(time.Duration(step) * time.Hour)}
					var e *edition.Edition
					if random.IntN(3) > 0 {
						pin.Watermark, e = last.Watermark(), last
					}
					if err := turn.Pin(t.Context(), "xt", pin, e); err != nil {
						t.Fatal(err)
					}
				case last != nil && random.IntN(3) == 0:
					if _, err := turn.Collect(t.Context(), "xt"); err != nil {
						t.Fatal(err)
					}
					wantFolder(t, turn, last, true)
				default:
					last = storetest.Publish(t, turn, storetest.Print(step, fmt.Sprint("text ", random.IntN(5))))
				}
				if last != nil {
					wantFolder(t, turn, last, false)
				}
			}
		})
	}
}

// wantFolder fails unless the station's folder has what it should have, and, exactly,
// nothing else.
func wantFolder(t *testing.T, s *Store, current *edition.Edition, exactly bool) {
	t.Helper()
	kept, err := s.Kept(t.Context(), "xt")
	if err != nil {
		t.Fatal(err)
	}
	if !kept[0].Watermark.Equal(current.Watermark()) || exactly && len(kept) > 3 {
		t.Fatalf("%d are kept, of %s the newest", len(kept), kept[0].Watermark)
	}
	pin, pinned, err := s.Pinned(t.Context(), "xt", nil)
	if err != nil || pinned == nil != pin.Watermark.IsZero() {
		t.Fatalf("pinned: %v, %v, %v", pin, pinned, err)
	}
	in, err := s.station("xt")
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	want := map[string]bool{currentName: true, lockName: true, durable.Marker: true}
	if !pin.At.IsZero() {
		want[pinnedName] = true
	}
	if pinned != nil {
		kept = append(kept, pinned.Manifest())
	}
	for i, m := range kept {
		if pinned == nil || i < len(kept)-1 {
			want[manifestName(m.Watermark.UnixMilli())] = true
		}
		for _, v := range m.Volumes {
			want[objectName(v.Name)] = true
		}
		if err := readVolumes(in, &m, nil); err != nil {
			t.Fatal(err)
		}
		for entry := range m.Entries() {
			want[objectName(entry.Hash)] = true
		}
	}
	got := storetest.Tree(t, filepath.Join(s.dir, "xt"))
	for name := range want {
		if _, ok := got[name]; !ok {
			t.Fatalf("%s is gone", name)
		}
	}
	if exactly && len(got) != len(want) {
		t.Fatalf("the folder has %q, want %q", slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(want)))
	}
}

// Where only the pointer is missing, the newest edition serves, and it is written
// again.
func TestPointerGone(t *testing.T) {
	l := newStore(t)
	storetest.Publish(t, l, storetest.Print(0, "one"))
	second := storetest.Publish(t, l, storetest.Print(1, "two"))
	if err := os.Remove(l.path("xt", currentName)); err != nil {
		t.Fatal(err)
	}
	again, err := Open(l.dir, store.Keep{})
	if err != nil {
		t.Fatal(err)
	}
	if e, err := again.Fetch(t.Context(), "xt", nil); err != nil || !e.Equal(second) {
		t.Fatalf("Fetch: %v, %v", e, err)
	}
	storetest.Publish(t, again, second)
	heads, err := again.Heads(t.Context(), []string{"xt"})
	if err != nil || heads[0].Version != store.VersionOf(second) {
		t.Errorf("Heads: %v, %v", heads, err)
	}
}

// What collects garbage leaves alone what another one writes in a folder that is new.
func TestCollectInNewFolder(t *testing.T) {
	for range 200 {
		dir := t.TempDir()
		var opened sync.WaitGroup
		for range 4 {
			s, err := Open(dir, store.Keep{})
			if err != nil {
				t.Fatal(err)
			}
			opened.Go(func() {
				if _, err := s.Collect(t.Context(), "xt"); err != nil {
					t.Error(err)
				}
			})
		}
		opened.Wait()
	}
}
