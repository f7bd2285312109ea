package article

import (
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
	return time.Date(m.Year, m.Month, 1, 0, 0, 0, 0, zone), time.Date(m.Year, m.Month+1, 1, 0, 0, 0, 0, zone)
}

// String returns the month as 2019-03.
func (m Month) String() string {
	return fmt.Sprintf("%04d-%02d", m.Year, int(m.Month))
}
