package demo

import (
	"html"
	"strconv"
	"strings"
	"time"
)

// template is a text with slots, ready to be filled.
type template []piece

// piece is a text and the number of the slot that follows it, or noSlot.
type piece struct {
	text string
	slot int
}

const noSlot = -1

// slot is a place in a text that an article fills.
type slot struct {
	kind           kind
	names          []string // of a name
	low, high, gap int      // of a number or of days
	once           bool     // an unnamed number: drawn anew each time
	alike          *[]int   // the slots of the same bank, which differ in an article
}

type kind int

const (
	kindName kind = iota
	kindNumber
	kindDate    // so many days from the publication
	kindWeekday // of the publication
	kindPlace
	kindStation
)

// drawn is what an article has in a slot.
type drawn struct {
	article uint64 // whose; 0 is nobody's
	value   int    // a name's index, a number, or days
}

// filler fills the slots of one article after another.
type filler struct {
	dice    *dice
	article uint64 // the present one, from 1
	voice   *voice
	place   string
	station string
	date    time.Time // of publication, in the station's zone
}

// append appends the text of t. In HTML the names in the slots are escaped; the
// texts between them are HTML already.
func (f *filler) append(text []byte, t template, inHTML bool) []byte {
	for _, p := range t {
		text = append(text, p.text...)
		if p.slot != noSlot {
			text = f.appendSlot(text, p.slot, inHTML)
		}
	}
	return text
}

func (f *filler) appendSlot(text []byte, number int, inHTML bool) []byte {
	s := &f.voice.slots[number]
	switch s.kind {
	case kindPlace:
		return appendName(text, f.place, inHTML)
	case kindStation:
		return appendName(text, f.station, inHTML)
	case kindWeekday:
		return append(text, f.voice.weekdays[f.date.Weekday()]...)
	case kindName:
		return appendName(text, s.names[f.draw(number)], inHTML)
	case kindDate:
		return f.voice.appendDate(text, f.date.AddDate(0, 0, f.draw(number)))
	default:
		return strconv.AppendInt(text, int64(f.draw(number)), 10)
	}
}

func appendName(text []byte, name string, inHTML bool) []byte {
	if inHTML {
		name = html.EscapeString(name)
	}
	return append(text, name...)
}

// draw returns the value of a slot in the present article.
func (f *filler) draw(number int) int {
	s, d := &f.voice.slots[number], &f.voice.drawn[number]
	if d.article == f.article && !s.once {
		return d.value
	}
	value := s.low
	switch {
	case s.kind == kindName:
		value = f.dice.n(len(s.names))
		for f.taken(s, value) {
			value = (value + 1) % len(s.names)
		}
	case s.gap == daysUntilSaturday:
		value = 7 - int(f.date.Weekday()+1)%7
	default:
		value += s.gap * f.dice.n((s.high-s.low)/s.gap+1)
	}
	*d = drawn{f.article, value}
	return value
}

// taken reports whether another slot of the present article has that name.
func (f *filler) taken(s *slot, value int) bool {
	for _, other := range *s.alike {
		if d := &f.voice.drawn[other]; d.article == f.article && d.value == value {
			return true
		}
	}
	return false
}

// daysUntilSaturday is the gap of the one slot whose days are not drawn.
const daysUntilSaturday = -1

// parse splits a text at its slots, which it looks up with number.
func parse(text string, number func(name string) int) template {
	var t template
	for text != "" {
		before, rest, found := strings.Cut(text, "{")
		if !found {
			return append(t, piece{before, noSlot})
		}
		name, after, closed := strings.Cut(rest, "}")
		if !closed {
			panic("demo: an open slot in " + strconv.Quote(text))
		}
		t = append(t, piece{before, number(name)})
		text = after
	}
	return t
}
