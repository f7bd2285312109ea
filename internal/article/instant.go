package article

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// clock is a date and a time of day as systems write them: with T, t or a space
// between, or without a time, seconds or a zone; the zone is Z, UTC or an offset.
var clock = regexp.MustCompile(`(?i)^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[t ]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9})\d*)?)?)? *(z|utc|gmt|[+-]\d{2}(?::?\d{2})?)?$`)

// compact is a date, or a date and a time, of digits alone.
var compact = regexp.MustCompile(`^((?:19|20)\d\d)(\d\d)(\d\d)(?:(\d\d)(\d\d)(\d\d))?$`)

// number is seconds since 1970, or milliseconds, microseconds or nanoseconds. Four
// digits are rather a year.
var number = regexp.MustCompile(`^-?\d{1,19}(\.\d+)?$`)

// Time reads a moment. An absent one is the zero time, and so is what databases have
// where there is none: nothing, 0, the year 0 or 1, the beginning of 1970. It takes
// RFC 3339, also in lower case, with a space and at a leap second, the same without a
// zone, which is then the Reader's, RFC 1123 (and RFC 822's zones), and Unix seconds, milliseconds,
// microseconds and nanoseconds by their size.
func (r Reader) Time(text string) (time.Time, error) {
	text = strings.TrimSpace(text)
	none := func() (time.Time, error) {
		return time.Time{}, fmt.Errorf("not a time such as 2019-03-11T18:38:14+08:00: %q", text)
	}
	if text == "" {
		return time.Time{}, nil
	}
	parts := clock.FindStringSubmatch(text)
	if parts == nil {
		if parts = compact.FindStringSubmatch(text); parts != nil {
			parts = append(parts, "", "")
		}
	}
	switch {
	case parts != nil:
		if at, ok := r.date(parts[1:]); ok {
			return at, nil
		}
		return none()
	case number.MatchString(text) && len(text) != len("2019"):
		if at, ok := unix(text); ok {
			return at, nil
		}
		return none()
	}
	zone, _ := r.zone("")
	for _, layout := range []string{"Mon, _2 Jan 2006 15:04:05 -0700", "Mon, _2 Jan 2006 15:04:05 MST"} {
		if at, err := time.ParseInLocation(layout, text, zone); err == nil {
			if at, ok := named(at, zone); ok {
				return at, nil
			}
		}
	}
	return none()
}

// american are the zones that RFC 822 §5.1 names, in hours.
var american = map[string]int{"EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7}

// named returns a moment that was parsed as one of zone. Of a zone that has only
// letters, which zone does not know as its own, its clock is right and its offset zero.
// So CST is China's time where that is the Reader's, and otherwise America's.
func named(at time.Time, zone *time.Location) (time.Time, bool) {
	name, offset := at.Zone()
	if at.Location() == zone || offset != 0 || name == "" || name == "UTC" || name == "GMT" {
		return at, true
	}
	hours, ok := american[name]
	return at.Add(-time.Duration(hours) * time.Hour), ok
}

// date makes a moment of year, month, day, hour, minute, second, fraction and zone.
func (r Reader) date(parts []string) (time.Time, bool) {
	var n [7]int
	for i, part := range parts[:7] {
		if i == 6 {
			part = (part + "000000000")[:9]
		}
		n[i], _ = strconv.Atoi("0" + part) // digits
	}
	year, month, day, hour, minute, second, nano := n[0], n[1], n[2], n[3], n[4], n[5], n[6]
	if year <= 1 || month == 0 && day == 0 {
		return time.Time{}, true
	}
	zone, ok := r.zone(parts[7])
	at := time.Date(year, time.Month(month), day, hour, minute, second, nano, zone)
	// Another day is of a month that has no such day. A leap second is the next second.
	valid := month >= 1 && month <= 12 && day >= 1 && day <= 31 && time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC).Day() == day &&
		(hour <= 23 || hour == 24 && minute+second+nano == 0) && minute <= 59 && second <= 60
	if year == 1970 && month == 1 && day == 1 && hour+minute+second+nano == 0 && (parts[7] == "" || at.Unix() == 0) {
		return time.Time{}, true
	}
	return at, ok && valid
}

// zone reads Z, UTC or an offset; nothing is the Reader's.
func (r Reader) zone(text string) (*time.Location, bool) {
	switch strings.ToLower(text) {
	case "":
		if r.Zone != nil {
			return r.Zone, true
		}
		return time.UTC, true
	case "z", "utc", "gmt":
		return time.UTC, true
	}
	digits := strings.ReplaceAll(text[1:], ":", "") + "00"
	hours, _ := strconv.Atoi(digits[:2]) // digits
	minutes, _ := strconv.Atoi(digits[2:4])
	offset := (hours*60 + minutes) * 60
	if text[0] == '-' {
		offset = -offset
	}
	if offset == 0 {
		return time.UTC, true
	}
	return time.FixedZone("", offset), hours <= 23 && minutes <= 59
}

// The sizes from which on a number counts milliseconds, microseconds, nanoseconds:
// as seconds, each would be after the year 5000.
const (
	fromMillis = 100_000_000_000
	fromMicros = 1000 * fromMillis
	fromNanos  = 1000 * fromMicros
)

func unix(text string) (time.Time, bool) {
	whole, fraction, _ := strings.Cut(text, ".")
	n, err := strconv.ParseInt(whole, 10, 64)
	if err != nil {
		return time.Time{}, false
	}
	return Unix(n, fraction), true
}

// Unix is the moment that a number of seconds, milliseconds, microseconds or
// nanoseconds since 1970 is, by its size; 0 is none. Digits behind the point may
// follow seconds.
func Unix(n int64, fraction string) time.Time {
	size := n
	if size < 0 {
		size = -max(size, -math.MaxInt64)
	}
	switch {
	case n == 0 && strings.Trim(fraction, "0") == "":
		return time.Time{}
	case size >= fromNanos:
		return time.Unix(0, n).UTC()
	case size >= fromMicros:
		return time.UnixMicro(n).UTC()
	case size >= fromMillis:
		return time.UnixMilli(n).UTC()
	}
	nanos, _ := strconv.ParseInt("0"+(fraction + "000000000")[:9], 10, 64) // digits
	if n < 0 {
		nanos = -nanos
	}
	return time.Unix(n, nanos).UTC()
}
