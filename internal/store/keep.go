package store

import (
	"cmp"
	"time"
)

// DefaultKeep is how many editions are kept besides the current one, and DefaultKeepFor
// for how long some of them.
const (
	DefaultKeep    = 5
	DefaultKeepFor = 24 * time.Hour
)

// spacing is how far apart editions are that are kept for their time, at least.
const spacing = 5 * time.Minute

// Keep tells which editions are kept besides the current one: the newest, and of those
// before them, as far back as For, the fewer the older they are. Of any moment there
// is one at most half as long before as the moment is ago, or five minutes, and there are
// about twenty of a day.
type Keep struct {
	Editions int           // 0: DefaultKeep
	For      time.Duration // negative: none is kept for its time; 0: DefaultKeepFor
}

// Surplus returns which of a station's editions, by watermarks in Unix milliseconds,
// the newest first, need not be kept. Their age is that compared with the first, the
// current one: no clock is read, and a station without news keeps what it has.
func (k Keep) Surplus(watermarks []int64) (surplus []int64) {
	for i, w := range watermarks {
		if i <= cmp.Or(k.Editions, DefaultKeep) {
			continue
		}
		age := time.Duration(watermarks[0]-w) * time.Millisecond
		width := spacing
		for width <= age/6 {
			width *= 2
		}
		// The last one of its slot stays. Slots are the same for all editions and wider
		// ones consist of narrower ones: what stays now stayed before.
		last := w/width.Milliseconds() != watermarks[i-1]/width.Milliseconds()
		if age > cmp.Or(k.For, DefaultKeepFor) || !last {
			surplus = append(surplus, w)
		}
	}
	return surplus
}
