package feed

import (
	"slices"
	"time"
)

// The bounds of a feed's rhythm, and how many publications tell it.
const (
	minRhythm     = time.Minute
	maxRhythm     = 15 * time.Minute
	rhythmSamples = 20
)

// Rhythm returns how long a reader may wait before it asks again, in whole
// minutes: the median time between the newest publications, at least a minute
// and at most a quarter of an hour. Articles of the same minute count as one
// publication, so that a batch does not look like haste. A feed with fewer
// than two publications has the longest rhythm.
//
// It depends on the items alone. The RSS feed tells it as ttl and as
// sy:updateFrequency; an HTTP server tells the same as max-age.
func (f *Feed) Rhythm() time.Duration {
	minutes := make([]int64, 0, len(f.Items))
	for _, p := range f.Items {
		minutes = append(minutes, p.moment().Unix()/60)
	}
	slices.Sort(minutes)
	minutes = slices.Compact(minutes)
	minutes = minutes[max(0, len(minutes)-rhythmSamples):]
	if len(minutes) < 2 {
		return maxRhythm
	}
	gaps := make([]int64, 0, rhythmSamples)
	for i := 1; i < len(minutes); i++ {
		gaps = append(gaps, minutes[i]-minutes[i-1])
	}
	slices.Sort(gaps)
	// The lower of two medians: rather too early than too late.
	median := gaps[(len(gaps)-1)/2]
	return time.Duration(min(max(median, int64(minRhythm/time.Minute)), int64(maxRhythm/time.Minute))) * time.Minute
}

// moment is when the item was published, or at least there.
func (p *Prepared) moment() time.Time {
	if p.published.IsZero() {
		return p.updated
	}
	return p.published
}
