package sitemap

import (
	"errors"
	"time"
)

var errYear = errors.New("year outside 1000 to 9999")

const (
	secondsPerDay = 24 * 60 * 60

	// The seconds of [time.Time.Unix] at which the years 1000 and 10000 begin.
	firstSecond = -30_610_224_000
	endOfTime   = 253_402_300_800
)

// clock writes times. It remembers the last day and offset, because those of
// neighbours in a sitemap hardly ever differ.
type clock struct {
	day    uint64   // since the first of the year 1000
	date   [11]byte // the day as published, with the T behind it; zeros before the first time
	offset int      // seconds east of UTC
	zone   [6]byte  // the offset as published; meaningless for 0
}

// appendTime appends t to the second with its offset, Z for none: the common
// part of RFC 3339, the W3C's date and time formats and XML Schema's dateTime.
func (c *clock) appendTime(b []byte, t time.Time) ([]byte, error) {
	// Offsets are whole minutes up to 14:00 there. Local mean time, as in zone
	// data before 1900, has seconds.
	const maxOffset = 14 * 60 * 60
	_, offset := t.Zone()
	if offset%60 != 0 || offset > maxOffset || offset < -maxOffset {
		offset = 0
	}
	// Dates before, the zero time of another zone among them, say "unknown".
	// Unsigned, times before and sums that overflow are too large as well.
	local := uint64(t.Unix() + int64(offset) - firstSecond)
	if local >= endOfTime-firstSecond {
		return nil, errYear
	}
	if day := local / secondsPerDay; day != c.day || c.date[0] == 0 {
		c.learnDay(day)
	}
	s := uint32(local % secondsPerDay)
	h, m, s := s/3600, s/60%60, s%60
	b = append(b, c.date[:]...)
	b = append(b, byte('0'+h/10), byte('0'+h%10), ':', byte('0'+m/10), byte('0'+m%10), ':', byte('0'+s/10), byte('0'+s%10))
	if offset == 0 {
		return append(b, 'Z'), nil
	}
	if offset != c.offset {
		c.learnOffset(offset)
	}
	return append(b, c.zone[:]...), nil
}

// learnDay makes day, counted from the first of the year 1000, that of date.
func (c *clock) learnDay(day uint64) {
	y, m, d := time.Unix(firstSecond+int64(day)*secondsPerDay, 0).UTC().Date()
	c.day = day
	copy(c.date[:], "0000-00-00T")
	setTwo(c.date[0:], y/100)
	setTwo(c.date[2:], y%100)
	setTwo(c.date[5:], int(m))
	setTwo(c.date[8:], d)
}

// learnOffset makes offset, not 0, that of zone.
func (c *clock) learnOffset(offset int) {
	c.offset = offset
	copy(c.zone[:], "+00:00")
	if offset < 0 {
		c.zone[0], offset = '-', -offset
	}
	setTwo(c.zone[1:], offset/3600)
	setTwo(c.zone[4:], offset/60%60)
}

// setTwo sets the first two bytes of b to the digits of n.
func setTwo(b []byte, n int) {
	b[0], b[1] = byte('0'+n/10), byte('0'+n%10)
}
