package baidu

import (
	"errors"
	"time"
)

// quota is what is known to be left of a site's quota of a day.
type quota struct {
	left int
	day  time.Time // which it is of: the one that ends then
}

var errUsedUp = errors.New("the quota of the day is used up")

// nextDay returns when the quotas are new: at midnight in China, which has no summer time,
// and some minutes later, as a clock may be ahead of theirs.
func nextDay(now time.Time) time.Time {
	const margin = 5 * time.Minute
	china := now.Add(-margin).In(time.FixedZone("", 8*60*60))
	return time.Date(china.Year(), china.Month(), china.Day()+1, 0, 0, 0, 0, china.Location()).Add(margin)
}

// take returns how many of n addresses may be sent, and counts them as sent: those of
// which the quota has room besides the reserve, or one as long as nothing is known of it.
func (d *Destination) take(site string, n int, now time.Time) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	q, known := d.quotas[site]
	if !known || !q.day.Equal(nextDay(now)) {
		return 1
	}
	n = max(0, min(n, q.left-d.options.Reserve))
	q.left -= n
	d.quotas[site] = q
	return n
}

// left notes what an answer says is left, and returns how many may be sent.
func (d *Destination) left(site string, remain int, now time.Time) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.quotas[site] = quota{remain, nextDay(now)}
	return max(0, remain-d.options.Reserve)
}

// unknown notes that it is not known what is left.
func (d *Destination) unknown(site string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.quotas, site)
}
