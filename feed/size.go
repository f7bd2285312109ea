package feed

import (
	"cmp"
	"errors"
	"slices"
	"strings"
)

// weight is how many bytes an item takes at most, in the format in which it is
// longest. Formats are not asked one by one so that all of them make the same
// choice.
type weight struct {
	bare int // without the full text
	text int // what that adds
}

// headBytes returns how long the head of a document is at most, for a tidied
// feed: its strings are there three times at most, one byte becomes five at
// most. With it counts what the feed adds to so many items, its author's name.
func (f *Feed) headBytes(items int) int {
	const fixed, factor, hub, escape, creator = 4 << 10, 3 * 5, 64, 5, len("<dc:creator></dc:creator>")
	n := hub * len(f.Hubs)
	for _, s := range f.strings() {
		n += len(s)
	}
	return fixed + len(f.Comment) + factor*n + items*(creator+escape*len(f.Author))
}

// weigh returns the item's weight. Body is the length of its full text. It fails
// where a parser could not read the item.
func (p *Prepared) weigh(body int) (weight, error) {
	const fields, separator = 2 << 10, 1
	scratch := make([]byte, 0, fields+body+body/8)
	named := p.rss
	if named.Creator == "" { // a feed will join the names in its own language
		named.Creator = strings.Join(named.authors, strings.Repeat(" ", maxJoint))
	}
	rss := len(rssItemWriter.Append(scratch, named.bare()))
	atom := atomEntryWriter.Append(scratch, p.atom.bare().by(p.publisher))
	bare, err := max(rss, len(p.appendDeleted(atom))), checkXML(string(atom))

	json := jsonItemWriter.Append(scratch, p.json.bare())
	bare, err = max(bare, len(json)), errors.Join(err, checkJSON(json))

	// The full text, which takes longest to read, is the same in all, and adds no
	// more in Atom than in RSS.
	item := rssItemWriter.Append(scratch, &named)
	if err = errors.Join(err, checkXML(string(item))); err != nil {
		return weight{}, err
	}
	full := max(bare+len(item)-rss, len(jsonItemWriter.Append(scratch, &p.json)))
	return weight{bare: bare + separator, text: max(full-bare, 0)}, nil
}

// lighten takes the full text from the oldest items until at least so many
// bytes are saved or there is none left, and returns how many are. Of items of
// the same age the last loses its text first.
func lighten(list []entry, bytes int) (saved int) {
	order := make([]int, 0, len(list))
	for i := range list {
		if list[i].full {
			order = append(order, i)
		}
	}
	slices.SortFunc(order, func(a, b int) int {
		return cmp.Or(list[a].moment().Compare(list[b].moment()), b-a)
	})
	for _, i := range order {
		if saved >= bytes {
			break
		}
		list[i].full = false
		saved += list[i].weight.text
	}
	return saved
}
