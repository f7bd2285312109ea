package console

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/dustin/go-humanize"
)

// none stands where there is nothing.
const none = "–"

// unrecorded stands where something is not recorded.
const unrecorded = "·"

// clock prints a moment: today its time, else its date as well, and the year if it is
// another one. Nil: there is none.
func clock(at *time.Time, now time.Time, zone *time.Location) string {
	if at == nil || at.IsZero() {
		return none
	}
	t, today := at.In(zone), now.In(zone)
	if t.Year() == today.Year() && t.YearDay() == today.YearDay() {
		return t.Format(time.TimeOnly)
	}
	if t.Year() == today.Year() {
		return t.Format("01-02 15:04")
	}
	return t.Format("2006-01-02 15:04")
}

// ago prints how long ago something was, in the unit that tells: what changes with each
// second would make every answer another one.
func ago(seconds *int64) string {
	if seconds == nil {
		return none
	}
	return rough(time.Duration(*seconds) * time.Second)
}

func rough(d time.Duration) string {
	switch {
	case d < time.Minute:
		return "< 1 min"
	case d < 2*time.Hour:
		return strconv.Itoa(int(d/time.Minute)) + " min"
	case d < 48*time.Hour:
		return strconv.Itoa(int(d/time.Hour)) + " h"
	}
	return strconv.Itoa(int(d/(24*time.Hour))) + " d"
}

// exact prints how long something took.
func exact(d time.Duration) string {
	switch {
	case d < 10*time.Millisecond:
		return d.Round(100 * time.Microsecond).String()
	case d < time.Second:
		return d.Round(time.Millisecond).String()
	}
	return d.Round(100 * time.Millisecond).String()
}

// limitText prints a limit without units that are zero.
func limitText(seconds int64) string {
	if seconds == 0 {
		return ""
	}
	text := (time.Duration(seconds) * time.Second).String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

// count prints a number; of 0 nothing is to be seen.
func count(n int64) string {
	if n == 0 {
		return none
	}
	return humanize.Comma(n)
}

// large prints a number that grows all the time, in three digits.
func large(n *int64) string {
	switch {
	case n == nil:
		return unrecorded
	case *n < 1000:
		return strconv.FormatInt(*n, 10)
	}
	value, unit := humanize.ComputeSI(float64(*n))
	digits := 2
	for limit := 10.0; digits > 0 && value >= limit; limit *= 10 {
		digits--
	}
	return strconv.FormatFloat(value, 'f', digits, 64) + " " + unit
}

// cut cuts a text to so many bytes, at a character.
func cut(text string, most int) string {
	if len(text) <= most {
		return text
	}
	for most > 0 && !utf8.RuneStart(text[most]) {
		most--
	}
	return text[:most] + "…"
}
