package jobs

import (
	"hash/maphash"
	"testing"
	"time"

	"feedstation/internal/article"
)

// unseen tells how many of the changes are followed.
func unseen(c *Conductor, changes ...article.Change) (n int) {
	for _, change := range changes {
		if c.unseen(change, 0) {
			n++
		}
	}
	return n
}

// A hint is followed once, unless another may follow that looks the same.
func TestUnseen(t *testing.T) {
	c := &Conductor{seen: map[uint64]sighting{}, seed: maphash.MakeSeed()}
	at := time.Date(2026, 3, 10, 4, 0, 0, 0, time.UTC)
	once := article.Change{ID: "1", Station: "xt", Published: at, At: at}
	again := article.Change{ID: "2", Station: "xt", Published: at, At: at, Again: true}
	for n, want := range []int{2, 1, 1} {
		if got := unseen(c, once, again); got != want {
			t.Errorf("asked %d times before: %d hints, want %d", n, got, want)
		}
	}
	again.Again = false
	for n, want := range []int{1, 0} {
		if got := unseen(c, once, again); got != want {
			t.Errorf("asked %d times after its second: %d hints, want %d", n, got, want)
		}
	}
}

// What a hint tells is told in full: no other passes for it.
func TestUnseenTellsApart(t *testing.T) {
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	change := article.Change{ID: "1", Station: "xt", Published: at, At: at}
	for name, other := range map[string]article.Change{
		"of another article":                     {ID: "2", Station: "xt", Published: at, At: at},
		"of another station":                     {ID: "1", Station: "cs", Published: at, At: at},
		"published at another time":              {ID: "1", Station: "xt", Published: at.Add(1), At: at},
		"later":                                  {ID: "1", Station: "xt", Published: at, At: at.Add(1)},
		"an embargo's end at that moment":        {ID: "1", Station: "xt", Published: at, At: at, Kind: article.Appeared},
		"an expiry at that moment":               {ID: "1", Station: "xt", Published: at, At: at, Kind: article.Expired},
		"a group":                                {ID: "1", Station: "xt", Published: at, At: at, Group: article.Group{Count: 1}},
		"a group that reaches further":           {ID: "1", Station: "xt", Published: at, At: at, Group: article.Group{Last: at}},
		"a group of others":                      {ID: "1", Station: "xt", Published: at, At: at, Group: article.Group{Sum: 1}},
		"a deletion within the insertion's tick": {ID: "1", Station: "xt", Published: at, At: at, Kind: article.Left},
	} {
		c := &Conductor{seen: map[uint64]sighting{}, seed: maphash.MakeSeed()}
		if got := unseen(c, change, other); got != 2 {
			t.Errorf("%s: passes for another", name)
		}
		if got := unseen(c, change, other); got != 0 {
			t.Errorf("%s: followed twice", name)
		}
	}
}
