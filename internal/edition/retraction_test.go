package edition_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"feedstation/internal/edition"
)

func TestRetractionsWith(t *testing.T) {
	one := func(id string, minutes int, state edition.RetractionState) edition.Retraction {
		return edition.Retraction{Station: "xt", ID: id, At: noon.Add(time.Duration(minutes) * time.Minute), State: state}
	}
	known := edition.Retractions{"1": one("1", 5, edition.Held)}
	tests := []struct {
		name    string
		more    []edition.Retraction
		want    edition.Retractions
		changed bool
	}{
		{"nothing", nil, known, false},
		{"the same", []edition.Retraction{one("1", 5, edition.Held)}, known, false},
		{"an older one", []edition.Retraction{one("1", 4, edition.Lifted)}, known, false},
		{"a later one", []edition.Retraction{one("1", 6, edition.Lifted)}, edition.Retractions{"1": one("1", 6, edition.Lifted)}, true},
		{"another", []edition.Retraction{one("2", 0, edition.Agreed)}, edition.Retractions{"1": one("1", 5, edition.Held), "2": one("2", 0, edition.Agreed)}, true},
		{"one withdrawn for long", []edition.Retraction{one("2", -400*24*60, edition.Agreed)}, edition.Retractions{"1": one("1", 5, edition.Held), "2": one("2", -400*24*60, edition.Agreed)}, true},
		{"one lifted for long", []edition.Retraction{one("1", 400*24*60, edition.Lifted)}, edition.Retractions{"1": one("1", 400*24*60, edition.Lifted)}, true},
		{"a note of a former version", []edition.Retraction{one("1", 6, "gone")}, known, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, changed := known.With(tt.more...)
			if diff := cmp.Diff(tt.want, got); diff != "" || changed != tt.changed {
				t.Errorf("With: changed %t, want %t (-want +got):\n%s", changed, tt.changed, diff)
			}
		})
	}
	// In whichever order two processes hear of them, they end up with the same.
	a, b := one("1", 7, edition.Held), one("1", 7, edition.Lifted)
	first, _ := known.With(a, b)
	second, _ := known.With(b, a)
	if diff := cmp.Diff(first, second); diff != "" {
		t.Errorf("the order matters:\n%s", diff)
	}
	if _, changed := edition.Retractions(nil).With(); changed {
		t.Error("nothing is another nothing")
	}
}
