package edition

import (
	"bytes"
	"iter"
	"strconv"
	"strings"
	"time"
)

// Known is what is known of an article that contents have, or had.
type Known struct {
	GUID      string // what identifies it to readers
	Former    bool   // the article is not there any more, or only a notice of it
	Published time.Time
	Address   string
	// Withdrawn is the last change of its row when that was seen to hide it, in
	// milliseconds; zero: it was not. Gone says that there was no row.
	Withdrawn time.Time
	Gone      bool
}

// Another reports whether an article whose row had gone is another one: a restored
// database gives ids again. The same has both its address and its publication.
func (k Known) Another(published time.Time, address string) bool {
	return k.Gone && (k.Address != address && k.GUID != address || k.Published.Unix() != published.Unix())
}

// What stands at the end of the line of an article that has left: nothing is known, it
// had gone, or when its row was changed, in Unix milliseconds.
const (
	whyNot  = "-"
	whyGone = "gone"
)

// AppendFormer appends the line of an article that is not there any more: id, guid,
// publication in Unix time, address where it is not the guid, and why.
func AppendFormer(text []byte, id string, k Known) []byte {
	address, why := k.Address, whyNot
	if address == k.GUID {
		address = ""
	}
	switch {
	case k.Gone:
		why = whyGone
	case !k.Withdrawn.IsZero():
		why = strconv.FormatInt(k.Withdrawn.UnixMilli(), 10)
	}
	text = append(text, formerMark)
	text = append(text, escaped(id)...)
	text = append(append(text, '\t'), escaped(k.GUID)...)
	if !k.Published.IsZero() {
		text = strconv.AppendInt(append(text, '\t'), k.Published.Unix(), 10)
		text = append(append(text, '\t'), escaped(address)...)
		text = append(append(text, '\t'), why...)
	}
	return append(text, '\n')
}

// parseFormer reads such a line without its end, from the guid on. A former version
// wrote that alone.
func parseFormer(rest string) (k Known, ok bool) {
	fields := strings.Split(rest, "\t")
	k = Known{GUID: unescaped(fields[0]), Former: true}
	if len(fields) == 1 {
		return k, true
	}
	if len(fields) != 4 {
		return k, false
	}
	published, err := strconv.ParseInt(fields[1], 10, 64)
	k.Published, k.Address, k.Gone = time.Unix(published, 0).UTC(), unescaped(fields[2]), fields[3] == whyGone
	if k.Address == "" {
		k.Address = k.GUID
	}
	if !k.Gone && fields[3] != whyNot {
		at, notTime := strconv.ParseInt(fields[3], 10, 64)
		if notTime != nil {
			return k, false
		}
		k.Withdrawn = time.UnixMilli(at).UTC()
	}
	return k, err == nil
}

// KnownBy yields what is known of the articles that lines of contents have, or had, by
// id; with ids, of these alone. What can't be read is left out.
func KnownBy(text []byte, ids map[string]bool) iter.Seq2[string, Known] {
	return func(yield func(string, Known) bool) {
		for line := range bytes.Lines(text) {
			former := line[0] == formerMark
			if former {
				line = line[1:]
			}
			id, rest, _ := bytes.Cut(line, []byte("\t"))
			if ids != nil && !has(ids, id) {
				continue
			}
			known, ok := Known{}, false
			if former {
				known, ok = parseFormer(string(bytes.TrimSuffix(rest, []byte("\n"))))
			} else if a, parsed := parseArticle(string(bytes.TrimSuffix(line, []byte("\n")))); parsed {
				known, ok = Known{GUID: a.KnownBy(), Former: a.Notice, Published: a.Published, Address: a.Address}, true
			}
			if ok && known.GUID != "" && !yield(unescaped(string(id)), known) {
				return
			}
		}
	}
}

// WithdrawnRows returns when the rows of articles were changed that lines of contents say
// were withdrawn, by id. It reads no other lines.
func WithdrawnRows(text []byte) map[string]time.Time {
	var rows map[string]time.Time
	for id, k := range KnownBy(formers(text), nil) {
		if !k.Withdrawn.IsZero() {
			if rows == nil {
				rows = map[string]time.Time{}
			}
			rows[id] = k.Withdrawn
		}
	}
	return rows
}

// formers returns the lines of those that have left, which are the last.
func formers(text []byte) []byte {
	if len(text) > 0 && text[0] == formerMark {
		return text
	}
	at := bytes.Index(text, []byte{'\n', formerMark})
	if at < 0 {
		return nil
	}
	return text[at+1:]
}
