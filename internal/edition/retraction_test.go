package edition_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"feedstation/internal/edition"
)

func TestRetractionHides(t *testing.T) {
	at := func(state edition.RetractionState) edition.Retraction {
		return edition.Retraction{Station: "xt", ID: "1", At: noon, State: state}
	}
	tests := []struct {
		name      string
		of        edition.Retraction
		watermark time.Time
		want      bool
	}{
		{"held, an edition from before", at(edition.Held), noon.Add(-time.Hour), true},
		{"held, one from after", at(edition.Held), noon.Add(time.Hour), true},
		{"gone, one from before", at(edition.Gone), noon.Add(-time.Millisecond), true},
		{"gone, one of that moment", at(edition.Gone), noon, false},
		{"withdrawn, an edition from before", at(edition.Agreed), noon.Add(-time.Hour), true},
		{"withdrawn, one from after", at(edition.Agreed), noon.Add(time.Hour), true},
		{"lifted", at(edition.Lifted), noon.Add(-time.Hour), false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.of.Hides(tt.watermark); got != tt.want {
				t.Errorf("Hides = %t, want %t", got, tt.want)
			}
		})
	}
}

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
		{"another", []edition.Retraction{one("2", 0, edition.Gone)}, edition.Retractions{"1": one("1", 5, edition.Held), "2": one("2", 0, edition.Gone)}, true},
		{"one withdrawn for long", []edition.Retraction{one("2", -400*24*60, edition.Agreed)}, edition.Retractions{"1": one("1", 5, edition.Held), "2": one("2", -400*24*60, edition.Agreed)}, true},
		{"one that is over for long", []edition.Retraction{one("2", -31*24*60, edition.Gone)}, known, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, changed := known.With(noon, tt.more...)
			if diff := cmp.Diff(tt.want, got); diff != "" || changed != tt.changed {
				t.Errorf("With: changed %t, want %t (-want +got):\n%s", changed, tt.changed, diff)
			}
		})
	}
	// In whichever order two processes hear of them, they end up with the same.
	a, b := one("1", 7, edition.Held), one("1", 7, edition.Lifted)
	first, _ := known.With(noon, a, b)
	second, _ := known.With(noon, b, a)
	if diff := cmp.Diff(first, second); diff != "" {
		t.Errorf("the order matters:\n%s", diff)
	}
	if _, changed := edition.Retractions(nil).With(noon); changed {
		t.Error("nothing is another nothing")
	}
}
