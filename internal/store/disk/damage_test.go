package disk

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"feedstation/internal/edition"
	"feedstation/internal/store"
	"feedstation/internal/store/storetest"
	"feedstation/internal/testkit/require"
)

// Bits flip in any file: what is read is an edition as it was published, or
// ErrDamaged.
func TestFlippedBits(t *testing.T) {
	require.Time(t)
	t.Parallel()
	dir := t.TempDir()
	local, err := Open(dir, store.Keep{})
	if err != nil {
		t.Fatal(err)
	}
	want := map[int64]*edition.Edition{}
	for number := range int64(store.DefaultKeep + 3) {
		want[number+1] = storetest.Publish(t, local, storetest.Counted(number+1))
	}
	files, err := filepath.Glob(filepath.Join(dir, "xt", "*.*"))
	if err != nil || len(files) < 10 {
		t.Fatalf("files: %q, %v", files, err)
	}
	texts := map[string][]byte{}
	for _, name := range files {
		if texts[name], err = os.ReadFile(name); err != nil {
			t.Fatal(err)
		}
	}
	random := rand.New(rand.NewPCG(3, 4))
	fallbacks := 0
	for range 300 {
		name := files[random.IntN(len(files))]
		if random.IntN(4) == 0 {
			name = local.path("xt", currentName)
		}
		whole := texts[name]
		bit := random.IntN(8 * len(whole))
		flipped := append([]byte(nil), whole...)
		flipped[bit/8] ^= 1 << (bit % 8)
		if err := os.WriteFile(name, flipped, 0o600); err != nil {
			t.Fatal(err)
		}
		if fellBack := readFlipped(t, local, want, 1+random.Int64N(store.DefaultKeep+3), fmt.Sprintf("%s bit %d", filepath.Base(name), bit)); fellBack {
			fallbacks++
		}
		for name, text := range texts { // what was damaged has been removed
			if err := os.WriteFile(name, text, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	if fallbacks == 0 {
		t.Error("no flipped bit was met")
	}
}

// readFlipped reads the current edition and a kept one, and reports whether the
// current one was not the newest.
func readFlipped(t *testing.T, local *Store, want map[int64]*edition.Edition, number int64, flip string) (fellBack bool) {
	t.Helper()
	e, err := local.Fetch(t.Context(), "xt", nil)
	if err != nil || !e.Equal(want[storetest.CountOf(e)]) {
		t.Fatalf("%s: %v, %v; want an edition as it was published", flip, e, err)
	}
	kept, err := local.FetchKept(t.Context(), "xt", storetest.Counted(number).Watermark(), nil)
	switch {
	case errors.Is(err, store.ErrNone), errors.Is(err, edition.ErrDamaged):
	case err != nil || storetest.CountOf(kept) != number || !kept.Equal(want[number]):
		t.Fatalf("%s: edition %d: %v", flip, number, err)
	}
	return storetest.CountOf(e) != int64(len(want))
}
