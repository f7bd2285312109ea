package article

import (
	"cmp"
	"fmt"
	"time"
)

// Month is a month of first publication: what a sitemap file holds.
type Month struct {
	Year  int
	Month time.Month
}

// MonthOf returns the month in which t lies in zone.
func MonthOf(t time.Time, zone *time.Location) Month {
	year, month, _ := t.In(zone).Date()
	return Month{year, month}
}

// Bounds returns the month's first instant in zone and that of the next month.
func (m Month) Bounds(zone *time.Location) (from, to time.Time) {
	return m.start(zone), Month{m.Year, m.Month + 1}.start(zone)
}

// start returns the month's first instant: midnight, which in some zones and
// years is skipped or is there twice.
func (m Month) start(zone *time.Location) time.Time {
	midnight := time.Date(m.Year, m.Month, 1, 0, 0, 0, 0, zone)
	if midnight.Day() != 1 { // skipped, and time.Date took the hour before
		_, change := midnight.ZoneBounds()
		return change
	}
	change, _ := midnight.ZoneBounds()
	if change.IsZero() {
		return midnight
	}
	_, before := change.Add(-1).Zone()
	_, after := midnight.Zone()
	if first := midnight.Add(time.Duration(after-before) * time.Second); first.Before(change) {
		return first // time.Date took the second
	}
	return midnight
}

// String returns the month as 2019-03.
func (m Month) String() string {
	return fmt.Sprintf("%04d-%02d", m.Year, int(m.Month))
}

// Next returns the month that follows.
func (m Month) Next() Month {
	if m.Month == time.December {
		return Month{m.Year + 1, time.January}
	}
	return Month{m.Year, m.Month + 1}
}

// Compare returns a negative number if m is before other, 0 if it is the same
// month, and otherwise a positive one.
func (m Month) Compare(other Month) int {
	return cmp.Or(cmp.Compare(m.Year, other.Year), cmp.Compare(m.Month, other.Month))
}

// MarshalText returns the month as String does.
func (m Month) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// UnmarshalText reads a month as String writes it.
func (m *Month) UnmarshalText(text []byte) error {
	parsed, err := ParseMonth(string(text))
	*m = parsed
	return err
}

// ParseMonth is the inverse of String.
func ParseMonth(text string) (Month, error) {
	t, err := time.Parse("2006-01", text)
	if err != nil {
		return Month{}, fmt.Errorf("not a month such as 2019-03: %q", text)
	}
	return Month{t.Year(), t.Month()}, nil
}
