package demo

import "time"

// topic is a section of the news.
type topic struct {
	tag      string
	channels []string // ids of channels that it suits
	stories  []story
}

// story is what can be told of one matter, as texts to choose from. What they
// are, which of them go together and the slots in them are described in
// texts/README.md.
type story struct {
	months                                           months
	titles, leads                                    []string
	details, quotes, headings, list, table, closings []string // HTML
	captions                                         []string
	tags                                             []string
}

// months is a set of months; the empty one stands for all.
type months uint16

func (m months) has(month time.Month) bool {
	return m == 0 || m&(1<<month) != 0
}

// bank is a supply of names for the slots of that name.
type bank struct {
	slot  string
	names []string
}
