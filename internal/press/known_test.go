package press

import (
	"testing"
	"time"

	"feedstation/internal/article"
	"feedstation/internal/edition"
	"feedstation/internal/network"
)

// An article that has been in several places is known by what it is where it is
// now, or else by the first of them: every process has to say the same.
func TestLookUpManyPlaces(t *testing.T) {
	at := func(month time.Month) time.Time { return time.Date(2026, month, 10, 0, 0, 0, 0, time.UTC) }
	station := &network.Station{ID: "xt", URL: "https://xt.news.example", Zone: time.UTC}
	n, err := network.New("network", []*network.Station{station}, nil)
	if err != nil {
		t.Fatal(err)
	}
	former := func(guid string) []byte { return edition.AppendFormer(nil, "1", edition.Known{GUID: guid}) }
	there := edition.Article{ID: "1", Published: at(3), Updated: at(3), Address: "https://xt.news.example/now"}.AppendTo(nil)
	for _, tt := range []struct {
		name  string
		lines map[time.Month][]byte
		want  string
	}{
		{"it has left all of them", map[time.Month][]byte{1: former("a"), 2: former("b"), 3: former("c")}, "a"},
		{"it is in one", map[time.Month][]byte{1: former("a"), 2: former("b"), 3: there}, "https://xt.news.example/now"},
		{"it is known in one", map[time.Month][]byte{2: former("b")}, "b"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			contents := map[string]*edition.Document{}
			for month, lines := range tt.lines {
				path := network.ShardPath(article.MonthOf(at(month), time.UTC), 1)
				contents[path] = edition.Revision{AsOf: at(3)}.ReviseContent(edition.NewContents(lines), nil)
			}
			work := NewWork()
			work.Former["1"] = []Place{{"xt", at(2)}, {"xt", at(1)}}
			for range 20 { // maps are in another order each time
				b := builderOf(nil, at(3))
				b.Press, b.station = New(n, Options{}, nil), station
				b.current = edition.New("xt", at(3), "", nil).WithContents(contents)
				b.guids = map[string]string{}
				if err := b.lookUp([]article.Article{{ID: "1", Station: "xt", Published: at(3)}}, &work); err != nil {
					t.Fatal(err)
				}
				if got := b.guids["1"]; got != tt.want {
					t.Fatalf("known by %q, want %q", got, tt.want)
				}
			}
		})
	}
}
