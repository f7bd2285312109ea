package cli

import (
	"log/slog"
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
	n, err := network.New("n", []*network.Station{{ID: "xt", Name: "n", URL: "https://xt.news.example", Language: "zh-CN", Zone: time.UTC}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, before := range []edition.RetractionState{edition.Agreed, edition.Lifted, edition.Held} {
		local, err := disk.Open(t.TempDir(), store.Keep{})
		if err != nil {
			t.Fatal(err)
		}
		editions, err := cache.Open(t.Context(), slog.New(slog.DiscardHandler), []string{"xt"}, local, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		ahead := edition.Retraction{Station: "xt", ID: "1", At: time.Now().Add(5 * time.Minute), State: before}
		if err := editions.Retract(t.Context(), ahead); err != nil {
			t.Fatal(err)
		}
		down := &takeDowns{n, editions}
		if err := down.TakeDown(t.Context(), server.TakeDown{Station: "xt", ID: "1"}); err != nil {
			t.Fatal(err)
		}
		if got := editions.Retractions()["1"].State; got != edition.Held {
			t.Errorf("after one that is %s: %s, want held", before, got)
		}
	}
}

var defaultKeep store.Keep // where store is the content store
