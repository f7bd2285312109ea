package disk

import (
	"errors"
	"os"
	"strings"
	"testing"

	"feedstation/internal/edition"
	"feedstation/internal/store/storetest"
)

// A disk that has lost the list of a feed's archives, which all editions name, costs the
// station these, and no other document; what is published next has them again.
func TestLostVolume(t *testing.T) {
	for name, lose := range map[string]func(string) error{
		"missing":   os.Remove,
		"truncated": func(name string) error { return os.Truncate(name, 40) },
	} {
		t.Run(name, func(t *testing.T) {
			s := newStore(t)
			first := storetest.Publish(t, s, storetest.Print(0, "one"))
			second := storetest.Publish(t, s, first.Succeeding())
			if err := lose(s.path("xt", objectName(second.Manifest().Volumes[0].Name))); err != nil {
				t.Fatal(err)
			}
			if _, err := s.FetchKept(t.Context(), "xt", first.Watermark(), nil); !errors.Is(err, edition.ErrDamaged) {
				t.Errorf("kept: %v; want ErrDamaged", err)
			}
			left, err := s.Fetch(t.Context(), "xt", nil)
			if err != nil {
				t.Fatal(err)
			}
			archives := 0
			for path := range left.All() {
				if strings.Contains(path, "/archive/") {
					archives++
				}
			}
			if left.Len() != second.Len()-1 || archives != 1 || left.Build() != "" || !left.Watermark().Before(second.Watermark()) {
				t.Errorf("%d documents, %d archives, of %q at %s", left.Len(), archives, left.Build(), left.Watermark())
			}
			third := storetest.Publish(t, s, second.Succeeding())
			if got, err := s.Fetch(t.Context(), "xt", nil); err != nil || !got.Equal(third) {
				t.Errorf("after the next: %v, %v", got, err)
			}
		})
	}
}
