package storetest

import (
	"fmt"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sync/errgroup"

	"feedstation/internal/store"
)

// Swapper tests what every store of texts keeps to. Open returns an empty one; what it
// returns twice in a test are two processes with the same texts.
func Swapper(t *testing.T, open func(t *testing.T) store.Swapper) {
	t.Run("texts", func(t *testing.T) { swapTexts(t, open(t)) })
	t.Run("stations", func(t *testing.T) { swapStations(t, open(t)) })
	t.Run("race", func(t *testing.T) { swapRace(t, open(t)) })
	t.Run("many", func(t *testing.T) { swapMany(t, open(t)) })
}

func swapOf(t *testing.T, s store.Swapper, station string, swaps ...store.Swap) (made []bool, before, after store.Mark) {
	t.Helper()
	made, before, after, err := s.Swap(t.Context(), station, swaps)
	if err != nil {
		t.Fatal(err)
	}
	return made, before, after
}

func swapTexts(t *testing.T, s store.Swapper) {
	marks, err := s.Marks(t.Context(), []string{"xt", "*"})
	if err != nil || marks[0] != "" || marks[1] != "" {
		t.Fatalf("marks of nothing: %q, %v", marks, err)
	}
	made, before, after := swapOf(t, s, "xt", store.Swap{Key: "a\nhttps://a.example/1", New: "one", Pending: true}, store.Swap{Key: "b", New: "two"}, store.Swap{Key: "c", Old: "x", New: "three"})
	if diff := cmp.Diff([]bool{true, true, false}, made); diff != "" || before != "" || after == "" || after.Epoch() == "" {
		t.Errorf("marks %q, %q, made (-want +got):\n%s", before, after, diff)
	}
	wantTexts(t, s, map[string]string{"a\nhttps://a.example/1": "one", "b": "two"}, map[string]string{"a\nhttps://a.example/1": "one"}, after)
	_, before, last := swapOf(t, s, "xt", store.Swap{Key: "a\nhttps://a.example/1", Old: "one", New: "told"}, store.Swap{Key: "b", Old: "two", New: "更新", Pending: true})
	if before != after || last == after || last.Epoch() != after.Epoch() {
		t.Errorf("marks %q, %q after %q", before, last, after)
	}
	wantTexts(t, s, map[string]string{"a\nhttps://a.example/1": "told", "b": "更新"}, map[string]string{"b": "更新"}, last)
	made, before, after = swapOf(t, s, "xt", store.Swap{Key: "b", Old: "two", New: "lost"})
	if made[0] || before != last || after != last {
		t.Errorf("a text that is another one: %v, %q, %q, want %q", made, before, after, last)
	}
	_, _, after = swapOf(t, s, "xt", store.Swap{Key: "b", Old: "更新"}, store.Swap{Key: "a\nhttps://a.example/1", Old: "told"})
	wantTexts(t, s, map[string]string{}, map[string]string{}, after)
}

func wantTexts(t *testing.T, s store.Swapper, all, pending map[string]string, mark store.Mark) {
	t.Helper()
	got, err := s.All(t.Context(), "xt")
	if diff := cmp.Diff(all, got); diff != "" || err != nil {
		t.Errorf("%v, all (-want +got):\n%s", err, diff)
	}
	got, at, err := s.Pending(t.Context(), "xt")
	if diff := cmp.Diff(pending, got); diff != "" || err != nil || at != mark {
		t.Errorf("%v, mark %q, want %q, pending (-want +got):\n%s", err, at, mark, diff)
	}
	marks, err := s.Marks(t.Context(), []string{"none", "xt"})
	if err != nil || marks[0] != "" || marks[1] != mark {
		t.Errorf("marks %q, %v, want %q", marks, err, mark)
	}
	texts, err := s.Texts(t.Context(), "xt", []string{"none", "b"})
	if err != nil || texts[0] != "" || texts[1] != all["b"] {
		t.Errorf("texts %q, %v", texts, err)
	}
}

func swapStations(t *testing.T, s store.Swapper) {
	swapOf(t, s, "xt", store.Swap{Key: "a", New: "one", Pending: true})
	made, before, _ := swapOf(t, s, "*", store.Swap{Key: "a", New: "two"})
	texts, err := s.Texts(t.Context(), "*", []string{"a"})
	if err != nil || !made[0] || before != "" || texts[0] != "two" {
		t.Errorf("%v, %q, %q, %v", made, before, texts, err)
	}
}

// swapRace has several count up the same text: none is lost.
func swapRace(t *testing.T, s store.Swapper) {
	const processes, times = 4, 25
	var group errgroup.Group
	for range processes {
		group.Go(func() error {
			for done := 0; done < times; {
				texts, err := s.Texts(t.Context(), "xt", []string{"n"})
				if err != nil {
					return err
				}
				n, _ := strconv.Atoi(texts[0]) // at first there is none
				made, _, _, err := s.Swap(t.Context(), "xt", []store.Swap{{Key: "n", Old: texts[0], New: fmt.Sprint(n + 1)}})
				if err != nil {
					return err
				}
				if made[0] {
					done++
				}
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	texts, err := s.Texts(t.Context(), "xt", []string{"n"})
	if err != nil || texts[0] != fmt.Sprint(processes*times) {
		t.Errorf("%q, %v", texts, err)
	}
}

// swapMany is more than fits in one call of a script.
func swapMany(t *testing.T, s store.Swapper) {
	var swaps []store.Swap
	var keys []string
	for i := range 1203 {
		keys = append(keys, fmt.Sprint("key ", i))
		swaps = append(swaps, store.Swap{Key: keys[i], New: fmt.Sprint(i), Pending: i%2 == 0})
	}
	made, _, after := swapOf(t, s, "xt", swaps...)
	pending, mark, err := s.Pending(t.Context(), "xt")
	if err != nil || len(made) != len(swaps) || len(pending) != 602 || mark != after {
		t.Errorf("%d made, %d pending, marks %q and %q, %v", len(made), len(pending), after, mark, err)
	}
	texts, err := s.Texts(t.Context(), "xt", keys)
	all, allErr := s.All(t.Context(), "xt")
	if err != nil || allErr != nil || texts[1202] != "1202" || len(all) != len(swaps) {
		t.Errorf("%d texts, %d in all, %v, %v", len(texts), len(all), err, allErr)
	}
}
