// Package schedule says when a job is due: it parses the schedules of the
// configuration, refusing those that robfig/cron would run otherwise than
// written, and computes the next time.
//
// A schedule is one of
//
//	@every 30s              an interval in whole seconds, at least one
//	@hourly, @daily, …      @yearly, @annually, @monthly, @weekly, @midnight
//	0 3 * * 1-5             minute, hour, day of month, month, day of week
//
// Times of day are UTC, unless CRON_TZ=Zone stands in front:
// "CRON_TZ=Asia/Shanghai 0 3 * * *". Sunday is 0 or 7. Where both days are
// restricted, either suffices, as in crontab(5).
package schedule

import (
	"fmt"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
)

// horizon is how many years ahead a due time is looked for: around 2100, leap
// days are eight years apart.
const horizon = 12

// Schedule is when a job is due. It comes from [Parse]; the zero Schedule is
// never due.
type Schedule struct {
	spec  string
	every time.Duration // of @every
	rule  cron.Schedule // of a time of day
	zone  *time.Location
}

// Parse reads a schedule. It accepts only what fires, and fires as written; it
// never panics. An error quotes spec, says what is wrong with it and what would
// be right.
func Parse(spec string) (Schedule, error) {
	s, err := parse(strings.Fields(spec))
	if err != nil {
		return Schedule{}, fmt.Errorf("%q: %w", spec, err)
	}
	s.spec = strings.TrimSpace(spec)
	return s, nil
}

// Next returns the first time after t at which the job is due, in the location
// of t. It is the zero time for the zero Schedule only.
//
// A crontab line is due whenever the clock of its zone shows the time: not on a
// day on which a change of the clock skips it, twice where one repeats it; see
// [Schedule.ClockChange].
func (s Schedule) Next(t time.Time) time.Time {
	switch {
	case s.every > 0:
		return t.Add(s.every)
	case s.rule == nil:
		return time.Time{}
	}
	// Where the clock changes, cron loses runs, finds times before t or searches
	// for ever. So it sees one span of a constant offset at a time.
	after, start := t, t
	for start.Before(t.AddDate(horizon, 0, 0)) {
		offset, end, _ := span(s.zone, start)
		next := s.rule.Next(after.In(time.FixedZone("", offset)))
		if !next.IsZero() && next.Before(end) {
			return next.In(t.Location())
		}
		// The end of this span, the first second of the next, may be due itself.
		after, start = end.Add(-time.Second), end
	}
	return time.Time{}
}

// ClockChange returns the first change of the clock in the year after t, in the
// zone that the schedule follows. It reports false if there is none: for UTC,
// for a zone whose clock is not changed any more (Asia/Shanghai), for an
// interval.
func (s Schedule) ClockChange(t time.Time) (time.Time, bool) {
	if s.zone == nil {
		return time.Time{}, false
	}
	_, end, changes := span(s.zone, t)
	if !changes {
		return time.Time{}, false
	}
	return end, true
}

// Every returns the interval of a schedule "@every …", which follows no clock;
// 0: it is due at times of day.
func (s Schedule) Every() time.Duration { return s.every }

// String returns the text that was parsed.
func (s Schedule) String() string { return s.spec }

// span returns the offset of the zone's clock at t, in seconds, and until when
// it holds: to the next change of the clock or for a year, whichever is first.
func span(zone *time.Location, t time.Time) (offset int, end time.Time, changes bool) {
	const day = 24 * time.Hour
	_, offset = t.In(zone).Zone()
	year := t.AddDate(1, 0, 0)
	for end = t; end.Before(year); {
		_, bound := end.In(zone).ZoneBounds()
		if bound.IsZero() {
			break
		}
		// The bound may be an end of a year, at which nothing changes; go1.26
		// takes it for day 365, so on the last day of a leap year it is past.
		if !bound.After(end) {
			bound = end.Truncate(day).Add(day)
		}
		end = bound
		if _, next := end.In(zone).Zone(); next != offset && end.Before(year) {
			return offset, end, true
		}
	}
	return offset, year, false
}
