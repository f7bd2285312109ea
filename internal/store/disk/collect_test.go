package disk

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
	"time"

	"feedstation/internal/durable"
	"feedstation/internal/edition"
	"feedstation/internal/store"
	"feedstation/internal/store/storetest"
)

// TestLocalFolder has two processes share a folder, by turns or one for a while, with
// pins: what is there is what the current, the kept and the pinned editions name,
// and nothing else.
func TestLocalFolder(t *testing.T) {
	for seed := range uint64(6) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			random := rand.New(rand.NewPCG(seed, 0))
			dir := t.TempDir()
			var processes [2]*Store
			for i := range processes {
				var err error
				if processes[i], err = Open(dir, 2); err != nil {
					t.Fatal(err)
				}
			}
			var last *edition.Edition
			turn := processes[0]
			for step := range 60 {
				if random.IntN(4) == 0 {
					turn = processes[random.IntN(2)]
				}
				switch {
				case last != nil && random.IntN(8) == 0:
					pin := store.Pin{At: storetest.Noon.Add(time.Duration(step) * time.Hour)}
					var e *edition.Edition
					if random.IntN(3) > 0 {
						pin.Number, e = last.Number(), last
					}
					if err := turn.Pin(t.Context(), "xt", pin, e); err != nil {
						t.Fatal(err)
					}
				default:
					last = storetest.Publish(t, turn, storetest.Print(1, step, fmt.Sprint("text ", random.IntN(5))))
					wantFolder(t, turn, last)
				}
			}
		})
	}
}

// wantFolder fails unless the station's folder has what it should have.
func wantFolder(t *testing.T, l *Store, current *edition.Edition) {
	t.Helper()
	in, err := l.station("xt")
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	numbers, names, err := list(in)
	if err != nil {
		t.Fatal(err)
	}
	pin, err := readPin(in)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]bool{manifestName: true, lockName: true, durable.Marker: true}
	if _, err := os.Stat(l.path("xt", pinnedName)); err == nil {
		want[pinnedName] = true
	}
	kept := l.keptOf(numbers, current.Number(), pin)
	if len(kept) > 4 || !slices.Contains(kept, current.Number()) {
		t.Fatalf("kept are %d", kept)
	}
	for _, number := range kept {
		want[numberName(number)] = true
		m, err := manifest(in, "xt", numberName(number))
		if err != nil {
			t.Fatal(err)
		}
		for _, entry := range m.Documents {
			want[objectName(entry.Hash)] = true
		}
	}
	if got := slices.Sorted(slices.Values(names)); !slices.Equal(got, slices.Sorted(maps.Keys(want))) {
		t.Fatalf("the folder has %q, want %q", got, slices.Sorted(maps.Keys(want)))
	}
}

// Where only the pointer is missing, the newest edition serves, and it is written
// again.
func TestLocalPointerGone(t *testing.T) {
	l := newStore(t)
	storetest.Publish(t, l, storetest.Print(1, 0, "one"))
	second := storetest.Publish(t, l, storetest.Print(2, 1, "two"))
	if err := os.Remove(l.path("xt", manifestName)); err != nil {
		t.Fatal(err)
	}
	again, err := Open(l.dir, store.DefaultKeep)
	if err != nil {
		t.Fatal(err)
	}
	if e, err := again.Fetch(t.Context(), "xt", nil); err != nil || !e.Equal(second) || e.Number() != 2 {
		t.Fatalf("Fetch: %v, %v", e, err)
	}
	storetest.Publish(t, again, second)
	in, err := again.station("xt")
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	if v, err := version(in, "xt", manifestName); err != nil || v.Number < 2 {
		t.Errorf("the pointer: %v, %v", v, err)
	}
}
