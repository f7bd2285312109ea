package edition_test

import (
	"encoding/json"
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

// What a former version has stored is read, and what this one stores.
func TestRetractionText(t *testing.T) {
	shown := &edition.Shown{
		Published: noon, Updated: noon.Add(time.Hour), Address: "https://xt.news.example/1", GUID: "news:1",
		Feeds: map[string][]string{"xt": {"", "moment"}, "www": {""}},
	}
	r := edition.Retraction{Station: "xt", ID: "1", At: noon, State: edition.Held, Notice: true}
	tests := []struct {
		name, text string
		want       edition.Retraction
		since      time.Time
		channels   map[string]bool
	}{
		{"of a former version", `{"station":"xt","id":"1","at":"2019-03-11T12:00:00Z","state":"held","notice":true}`, r, noon, map[string]bool{"": false}},
		{
			"with what feeds had",
			`{"station":"xt","id":"1","at":"2019-03-11T12:00:00Z","state":"held","notice":true,"notice_at":"2019-03-11T11:00:00Z",` +
				`"shown":{"published":"2019-03-11T12:00:00Z","updated":"2019-03-11T13:00:00Z","address":"https://xt.news.example/1","guid":"news:1","feeds":{"www":[""],"xt":["","moment"]}}}`,
			edition.Retraction{Station: "xt", ID: "1", At: noon, State: edition.Held, Notice: true, NoticeAt: noon.Add(-time.Hour), Shown: shown},
			noon.Add(-time.Hour),
			map[string]bool{"": true, "moment": true, "culture": false},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got edition.Retraction
			if err := json.Unmarshal([]byte(tt.text), &got); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("read (-want +got):\n%s", diff)
			}
			if text, err := json.Marshal(tt.want); err != nil || string(text) != tt.text {
				t.Errorf("written as\n%s, %v", text, err)
			}
			if !got.NoticeSince().Equal(tt.since) {
				t.Errorf("the notice is of %s", got.NoticeSince())
			}
			for channel, want := range tt.channels {
				if a, ok := got.Article("xt", channel); ok != want || ok && a.KnownBy() != "news:1" {
					t.Errorf("channel %q: %+v, %t", channel, a, ok)
				}
			}
		})
	}
}
