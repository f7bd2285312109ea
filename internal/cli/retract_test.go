package cli

import (
	"log/slog"
	"slices"
	"testing"
	"time"

	"feedstation/internal/cache"
	"feedstation/internal/edition"
	"feedstation/internal/network"
	"feedstation/internal/server"
	"feedstation/internal/store"
	"feedstation/internal/store/disk"
)

// A take-down counts whatever another clock has said before: what went before it
// may have a time that is yet to come.
func TestTakeDownBehindAnotherClock(t *testing.T) {
	for _, before := range []edition.RetractionState{edition.Agreed, edition.Lifted, edition.Held} {
		down := emptyTakeDowns(t)
		ahead := edition.Retraction{Station: "xt", ID: "1", At: time.Now().Add(5 * time.Minute), State: before}
		if err := down.editions.Retract(t.Context(), ahead); err != nil {
			t.Fatal(err)
		}
		if _, err := down.TakeDown(t.Context(), server.TakeDown{Station: "xt", ID: "1"}); err != nil {
			t.Fatal(err)
		}
		if got := down.editions.Retractions()["1"].State; got != edition.Held {
			t.Errorf("after one that is %s: %s, want held", before, got)
		}
	}
}

// An article that is taken down again, as with a notice, is no longer in an edition
// that says what its address was; links to it stay hidden.
func TestTakeDownAgain(t *testing.T) {
	down := emptyTakeDowns(t)
	first := edition.Retraction{Station: "xt", ID: "1", At: time.Now(), State: edition.Held, URL: "https://xt.news.example/1", Translations: []string{"https://en.news.example/1"}}
	if err := down.editions.Retract(t.Context(), first); err != nil {
		t.Fatal(err)
	}
	if _, err := down.TakeDown(t.Context(), server.TakeDown{ID: "1", Notice: true}); err != nil {
		t.Fatal(err)
	}
	got := down.editions.Retractions()["1"]
	if !got.Notice || got.URL != first.URL || !slices.Equal(got.Translations, first.Translations) {
		t.Errorf("%+v", got)
	}
}

// emptyTakeDowns returns those of a station without an edition.
func emptyTakeDowns(t *testing.T) *takeDowns {
	t.Helper()
	n, err := network.New("n", []*network.Station{{ID: "xt", Name: "n", URL: "https://xt.news.example", Language: "zh-CN", Zone: time.UTC}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	local, err := disk.Open(t.TempDir(), store.Keep{})
	if err != nil {
		t.Fatal(err)
	}
	editions, err := cache.Open(t.Context(), slog.New(slog.DiscardHandler), []string{"xt"}, local, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	return &takeDowns{n, editions}
}

var defaultKeep store.Keep // where store is the content store
