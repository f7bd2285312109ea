package demo

import (
	"strconv"
	"strings"
	"time"

	"feedstation/internal/article"
)

// voice is a language in which the newsroom writes: its stories, ready to be
// told, and its ways.
type voice struct {
	tag        string // BCP 47
	tales      []tale
	slots      []slot
	drawn      []drawn // by slot
	people     []string
	outlets    []article.Source
	weekdays   [7]string
	appendDate func([]byte, time.Time) []byte
	byline     template   // before the lead of some articles; may be empty
	scenes     []template // captions of pictures that go with anything
	stop       string     // what ends a sentence
	listen     string     // before the title of a recording
	own        func(station string) string
	syndicated func(outlet string) string
}

// tale is a story with its texts compiled.
type tale struct {
	topic    *topic
	months   months
	titles   []template
	told     []uint64  // when each title was last used, in articles
	versions []version // by lead
	tags     []string
}

// version is a tale as one of its leads begins it.
type version struct {
	lead                                          template
	details, quotes, headings, closings, captions []template
	list                                          []template
	table                                         [][]template // rows of cells
}

// compiler turns stories into tales and collects their slots.
type compiler struct {
	voice   *voice
	banks   map[string]*slotBank
	numbers map[string]int // of the slots by name
}

type slotBank struct {
	names []string
	slots []int
}

// compile gives the voice its stories. Of its texts it brings the byline and
// the captions of scenes.
func (v *voice) compile(t texts, byline string, scenes ...string) {
	c := &compiler{voice: v, banks: map[string]*slotBank{}, numbers: map[string]int{}}
	for _, b := range t.banks {
		c.banks[b.slot] = &slotBank{names: b.names}
	}
	v.people = c.banks["person"].names
	v.byline = c.template(byline)
	v.scenes = c.all(scenes, 0)
	for i := range t.topics {
		for _, s := range t.topics[i].stories {
			v.tales = append(v.tales, c.tale(&t.topics[i], s))
		}
	}
	v.drawn = make([]drawn, len(v.slots))
}

func (c *compiler) tale(of *topic, s story) tale {
	t := tale{topic: of, months: s.months, tags: s.tags, titles: c.all(s.titles, 0), told: make([]uint64, len(s.titles))}
	for lead := range s.leads {
		v := version{
			lead:     c.template(s.leads[lead]),
			details:  c.all(s.details, lead),
			quotes:   c.all(s.quotes, lead),
			headings: c.all(s.headings, lead),
			closings: c.all(s.closings, lead),
			captions: c.all(s.captions, lead),
		}
		if len(s.list) > 0 && goesWith(s.list[0], lead) {
			v.list = c.all(s.list, lead)
		}
		if len(s.table) > 0 && goesWith(s.table[0], lead) {
			for _, row := range s.table {
				v.table = append(v.table, c.cells(unmarked(row)))
			}
		}
		t.versions = append(t.versions, v)
	}
	return t
}

// all compiles the texts that go with a lead.
func (c *compiler) all(texts []string, lead int) []template {
	var compiled []template
	for _, text := range texts {
		if goesWith(text, lead) {
			compiled = append(compiled, c.template(unmarked(text)))
		}
	}
	return compiled
}

// cells compiles the cells of a table's row.
func (c *compiler) cells(row string) []template {
	var cells []template
	for cell := range strings.SplitSeq(row, "|") {
		cells = append(cells, c.template(cell))
	}
	return cells
}

// mark returns the numbers of leads before a text's colon, or "".
func mark(text string) string {
	before, _, found := strings.Cut(text, ":")
	if !found || before == "" || strings.Trim(before, "0123456789") != "" {
		return ""
	}
	return before
}

func goesWith(text string, lead int) bool {
	m := mark(text)
	return m == "" || strings.Contains(m, strconv.Itoa(lead))
}

func unmarked(text string) string {
	if m := mark(text); m != "" {
		return text[len(m)+1:]
	}
	return text
}

func (c *compiler) template(text string) template {
	return parse(text, c.slot)
}

// slot returns the number of the slot of that name.
func (c *compiler) slot(name string) int {
	number, ok := c.numbers[name]
	if !ok {
		number = len(c.voice.slots)
		c.voice.slots = append(c.voice.slots, c.newSlot(name, number))
		c.numbers[name] = number
	}
	return number
}

func (c *compiler) newSlot(name string, number int) slot {
	switch name {
	case "city":
		return slot{kind: kindPlace}
	case "station":
		return slot{kind: kindStation}
	case "weekday":
		return slot{kind: kindWeekday}
	case "day":
		return slot{kind: kindDate, gap: 1}
	case "yesterday":
		return slot{kind: kindDate, low: -1, high: -1, gap: 1}
	case "past":
		return slot{kind: kindDate, low: -3, high: -1, gap: 1}
	case "soon":
		return slot{kind: kindDate, low: 1, high: 7, gap: 1}
	case "saturday":
		return slot{kind: kindDate, gap: daysUntilSaturday}
	}
	// More slots than names could not all differ.
	if b, ok := c.banks[strings.TrimRight(name, "0123456789")]; ok && len(b.slots) < len(b.names) {
		b.slots = append(b.slots, number)
		return slot{kind: kindName, names: b.names, alike: &b.slots}
	}
	return newNumber(name)
}

// newNumber returns the slot of a number such as 12-40/2 or n:12-40.
func newNumber(name string) slot {
	_, bounds, named := strings.Cut(name, ":")
	if !named {
		bounds = name
	}
	bounds, gap, found := strings.Cut(bounds, "/")
	if !found {
		gap = "1"
	}
	low, high, _ := strings.Cut(bounds, "-")
	s := slot{kind: kindNumber, low: atoi(low), high: atoi(high), gap: atoi(gap), once: !named}
	if s.gap < 1 || s.low < 0 || s.high < s.low {
		panic("demo: no such slot: {" + name + "}")
	}
	return s
}

// atoi returns the number in digits, and -1 for what is none.
func atoi(digits string) int {
	n, err := strconv.Atoi(digits)
	if err != nil {
		return -1
	}
	return n
}
