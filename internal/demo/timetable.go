package demo

import (
	"time"
)

const day = 24 * 60 * 60 // in seconds, as all times of this file

// timetable spreads the articles of a run over its time.
//
// It counts in working time, in which a newsroom's day is stretched and its
// night shrunk, since evenly spread articles would appear at four in the
// morning as often as at ten.
type timetable struct {
	count  int64
	until  int64 // Unix time
	offset int64 // of the newsroom's zone, east of UTC
	span   int64 // working time that the archive covers
}

// newTimetable plans count articles that end at until. The working day is that
// of zone.
func newTimetable(count int, until time.Time, zone *time.Location) *timetable {
	if zone == nil {
		zone = time.UTC
	}
	_, offset := until.In(zone).Zone()
	return &timetable{
		count:  int64(count),
		until:  until.Unix(),
		offset: int64(offset),
		span:   archiveDays(count) * day,
	}
}

// archiveDays returns how many days an archive of so many articles covers.
func archiveDays(count int) int64 {
	return interpolate(int64(count), []point{
		{0, 2}, {300, 35}, {3_000, 180}, {30_000, 730}, {300_000, 2_555}, {1_000_000, 3_650},
	})
}

// next returns the time of publication, in Unix time, of the article that so
// many follow. It is never before last, the one returned for the article
// before it.
func (t *timetable) next(dice *dice, rank int, last int64) int64 {
	at := t.at(int64(rank), int64(dice.n(1<<30)))
	if int64(rank) == t.count-1 {
		return at // nothing comes before it
	}
	switch dice.n(16) {
	case 0: // sent off together
		at = last
	case 1: // in the same minute
		at = min(at, last-modulo(last, 60)+59)
	case 2: // by a schedule, on the full minute
		at -= modulo(at, 60)
	}
	return max(at, last)
}

// at returns the time of the article that rank others follow. The share of
// articles younger than x grows as the inverse of x(1+3x)/4, which makes the
// last days four times as dense as the average. jitter, in [0, 2^30), moves the
// article between its neighbours.
//
// Fixed point, since floating point may be fused differently on other machines
// (Go specification, "Floating-point operators").
func (t *timetable) at(rank, jitter int64) int64 {
	const one = 1 << 30
	x := (rank<<30 + jitter) / t.count
	age := x * (one + 3*x) >> 30 // scaled by 2^32
	return t.clock(t.work(t.until) - t.span*age>>32)
}

// The working day: how much of a day's work is done at which time of day.
func workingDay() []point {
	const hour = day / 24
	return []point{
		{0, 0},
		{6 * hour, day * 3 / 100},
		{9 * hour, day * 20 / 100},
		{12 * hour, day * 45 / 100},
		{14 * hour, day * 55 / 100},
		{18 * hour, day * 82 / 100},
		{22 * hour, day * 97 / 100},
		{day, day},
	}
}

// work turns Unix time into working time.
func (t *timetable) work(unix int64) int64 {
	local := unix + t.offset
	clock := modulo(local, day)
	return local - clock + interpolate(clock, workingDay())
}

// clock turns working time into Unix time.
func (t *timetable) clock(work int64) int64 {
	done := modulo(work, day)
	return work - done + invert(done, workingDay()) - t.offset
}

// modulo returns n mod m in [0, m), also for a negative n.
func modulo(n, m int64) int64 {
	return (n%m + m) % m
}

type point struct{ x, y int64 }

// interpolate returns y at x on the line through the points, which rise in
// both directions; beyond the last point y stays.
func interpolate(x int64, line []point) int64 {
	for i, b := range line[1:] {
		if a := line[i]; x < b.x {
			return a.y + (x-a.x)*(b.y-a.y)/(b.x-a.x)
		}
	}
	return line[len(line)-1].y
}

// invert returns x at y.
func invert(y int64, line []point) int64 {
	for i, b := range line[1:] {
		if a := line[i]; y < b.y {
			return a.x + (y-a.y)*(b.x-a.x)/(b.y-a.y)
		}
	}
	return line[len(line)-1].x
}
