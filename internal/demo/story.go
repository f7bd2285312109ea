package demo

import "time"

// topic is a section of the news.
type topic struct {
	tag      string
	channels []string // ids of the channels that it suits
	stories  []story
}

// story is what can be told of one matter, as texts to choose from.
//
// The i-th title goes with the lead i modulo the number of leads. Any other
// text may begin with the numbers of the leads that it goes with and a colon,
// as in "02:"; without them it goes with all.
//
// Texts have slots in braces, which keep their value within an article:
//
//	{street}       a name of the bank "street"; {street2} is another one
//	{12-40}        a number, drawn anew each time
//	{12-40/2}      one of 12, 14, … 40
//	{n:12-40}      a number that stays the same wherever n:12-40 stands
//	{day} {yesterday} {past} {soon} {saturday}
//	               the day of publication, the day before, one to three days
//	               before, one to seven days after it, and the next Saturday
//	{weekday}      the weekday of publication
//	{city}         the place that the station reports from
//	{station}      the station's name
type story struct {
	months   months   // in which it can happen; 0: in all
	titles   []string // plain text
	leads    []string // plain text, the first paragraph
	details  []string // HTML, paragraphs in the order of telling
	quotes   []string // HTML, what somebody says
	headings []string // HTML, over the second half
	list     []string // HTML, a heading and items; marked at the heading
	table    []string // HTML, rows with cells between |; marked at the first, the head
	closings []string // HTML, the last paragraph
	captions []string // plain text, of pictures
	tags     []string
}

// months is a set of months.
type months uint16

func in(list ...time.Month) months {
	var m months
	for _, month := range list {
		m |= 1 << month
	}
	return m
}

func (m months) has(month time.Month) bool {
	return m == 0 || m&(1<<month) != 0
}

// bank is a supply of names for the slots of that name.
type bank struct {
	slot  string
	names []string
}

// people joins every first with every last part to a name.
func people(first []string, between string, last []string) []string {
	names := make([]string, 0, len(first)*len(last))
	for _, a := range first {
		for _, b := range last {
			names = append(names, a+between+b)
		}
	}
	return names
}
