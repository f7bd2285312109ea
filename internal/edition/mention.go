package edition

import (
	"bytes"
	"context"
	"maps"
	"slices"
)

// Mention is what contents say of an article.
type Mention struct {
	Path    string // of the contents
	Article Article
	Place   int   // in the document, from 1; 0: the document does not show it
	Former  bool  // it has left: the article has no more than its id, publication and address
	Known   Known // of one that has left
}

// Mentions returns what an edition says of articles that have one of some ids, or of some
// addresses as contents have them: of feeds, and of what else is wanted, the last path
// first, so that of months the newest come first. It reads all lines of these; an end of
// ctx, or contents that can't be read, leave out the rest, and are the error.
func (e *Edition) Mentions(ctx context.Context, ids, addresses map[string]bool, wanted func(path string) bool) (all []Mention, err error) {
	for _, path := range slices.Backward(slices.Sorted(maps.Keys(e.contents))) {
		if !wanted(path) {
			continue
		}
		if err := context.Cause(ctx); err != nil {
			return all, err
		}
		text, fault := e.contents[path].Body()
		if fault != nil {
			err = fault
			continue
		}
		all = append(all, mentions(path, text, ids, addresses)...)
	}
	return all, err
}

func mentions(path string, text []byte, ids, addresses map[string]bool) (all []Mention) {
	place := 0
	for line := range bytes.Lines(text) {
		former := line[0] == formerMark
		bare := bytes.TrimSuffix(line, []byte("\n"))
		listed := !former && !bytes.HasSuffix(bare, []byte(unlistedMark)) && !bytes.HasSuffix(bare, []byte(laterMark))
		if listed {
			place++
		}
		id, rest, _ := bytes.Cut(bytes.TrimPrefix(bare, []byte{formerMark}), []byte("\t"))
		if !has(ids, id) && (len(addresses) == 0 || !hasField(addresses, rest)) {
			continue
		}
		if former {
			for id, k := range KnownBy(line, nil) {
				all = append(all, Mention{path, Article{ID: id, Published: k.Published, Address: k.Address}, 0, true, k})
			}
			continue
		}
		for a, err := range FindLines(line, nil) {
			m := Mention{Path: path, Article: a}
			if listed {
				m.Place = place
			}
			if err == nil {
				all = append(all, m)
			}
		}
	}
	return all
}

// hasField reports whether one of the fields of a line is in a set.
func hasField(set map[string]bool, line []byte) bool {
	for field := range bytes.SplitSeq(line, []byte("\t")) {
		if has(set, field) {
			return true
		}
	}
	return false
}
