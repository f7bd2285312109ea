package edition

import (
	"bytes"
	"cmp"
	"fmt"
	"iter"
	"strconv"
	"strings"
	"time"

	"feedstation/internal/gzjoin"
)

// Contents say which articles a document has: a line each, in the order of the
// document, with tabs between id, publication and last change in Unix time, and
// address; then what identifies the article to readers where that is not its address.
// They stand at the path of the document: of a feed in all formats at
// that of its RSS. Those of a month have also the articles that readers may see
// and its sitemaps may not name; such a line ends with a mark, another one where
// they may, but a later month has the page, as does one of a feed that says of an
// article only that it was withdrawn. Behind all of them a
// month has a line for each article that has left it, which begins with a tab: should
// it come back, readers have to know it again, see [Known].
const (
	contentsType = "text/plain; charset=utf-8"
	unlistedMark = "\tunlisted"
	laterMark    = "\tlater"
	noticeMark   = "\tnotice"
	guidMark     = "\t="
	formerMark   = '\t'
)

// Article is an article of contents.
type Article struct {
	ID                 string
	Published, Updated time.Time // in UTC and whole seconds
	Address            string    // in feeds as they have it, in months as the store has it
	GUID               string    // identifies it to readers; empty: its address does
	Unlisted           bool      // readers may see it, and the sitemap does not name it
	Later              bool      // which is so because a later month names its page
	Notice             bool      // in its place is a notice that it was withdrawn, at Updated
}

// KnownBy returns what identifies the article to readers.
func (a Article) KnownBy() string { return cmp.Or(a.GUID, a.Address) }

// As returns the article as one that a guid identifies.
func (a Article) As(guid string) Article {
	if a.GUID = guid; guid == a.Address {
		a.GUID = ""
	}
	return a
}

// AppendTo appends the article's line.
func (a Article) AppendTo(text []byte) []byte {
	text = append(append(text, escaped(a.ID)...), '\t')
	text = append(strconv.AppendInt(text, a.Published.Unix(), 10), '\t')
	text = append(strconv.AppendInt(text, a.Updated.Unix(), 10), '\t')
	text = append(text, escaped(a.Address)...)
	if a.GUID != "" {
		text = append(append(text, guidMark...), escaped(a.GUID)...)
	}
	switch {
	case a.Later:
		text = append(text, laterMark...)
	case a.Unlisted:
		text = append(text, unlistedMark...)
	}
	if a.Notice {
		text = append(text, noticeMark...)
	}
	return append(text, '\n')
}

var (
	escape   = strings.NewReplacer("\\", `\\`, "\t", `\t`, "\n", `\n`, "\r", `\r`)
	unescape = strings.NewReplacer(`\\`, "\\", `\t`, "\t", `\n`, "\n", `\r`, "\r")
)

// Most texts need no escapes, and a replacer copies those as well.

func escaped(text string) string {
	if !strings.ContainsAny(text, "\\\t\n\r") {
		return text
	}
	return escape.Replace(text)
}

func unescaped(text string) string {
	if strings.IndexByte(text, '\\') < 0 {
		return text
	}
	return unescape.Replace(text)
}

// NewContents returns the contents of lines as AppendTo made them.
func NewContents(text []byte) *Content {
	chunk := gzjoin.New(text)
	return JoinContents([]*gzjoin.Chunk{&chunk})
}

// JoinContents does so with lines that are compressed already.
func JoinContents(chunks []*gzjoin.Chunk) *Content { return Join(contentsType, chunks) }

// Articles yields the articles of contents, in their order, without notices. An
// error, which is ErrDamaged or that of a body at rest that can't be read, ends it.
func Articles(contents *Document) iter.Seq2[Article, error] { return withoutNotices(Lines(contents)) }

// ParseArticles does so with the lines of contents.
func ParseArticles(text []byte) iter.Seq2[Article, error] {
	return withoutNotices(FindLines(text, nil))
}

func withoutNotices(lines iter.Seq2[Article, error]) iter.Seq2[Article, error] {
	return func(yield func(Article, error) bool) {
		for a, err := range lines {
			if !a.Notice && !yield(a, err) {
				return
			}
		}
	}
}

// Lines yields the articles of contents and the notices, in their order. An error, as
// that of Articles, ends it.
func Lines(contents *Document) iter.Seq2[Article, error] { return linesOf(contents, nil) }

// Find yields the articles of these ids that contents have, in their order, without
// notices. An error, as that of Articles, ends it. It takes far less than to read all.
func Find(contents *Document, ids map[string]bool) iter.Seq2[Article, error] {
	return withoutNotices(linesOf(contents, ids))
}

func linesOf(contents *Document, ids map[string]bool) iter.Seq2[Article, error] {
	text, err := textOf(contents)
	if err != nil {
		return func(yield func(Article, error) bool) { yield(Article{}, err) }
	}
	return FindLines(text, ids)
}

// textOf returns the lines of contents, none of nil.
func textOf(contents *Document) ([]byte, error) {
	if contents == nil {
		return nil, nil
	}
	text, err := contents.Body()
	if err != nil {
		return nil, fmt.Errorf("contents: %w", err)
	}
	return text, nil
}

// FindLines yields the articles of lines of contents and the notices, in their order;
// with ids, of these alone. An error, which is ErrDamaged, ends it.
func FindLines(text []byte, ids map[string]bool) iter.Seq2[Article, error] {
	return func(yield func(Article, error) bool) {
		for line := range bytes.Lines(text) {
			if line[0] == formerMark || ids != nil && !hasID(ids, line) {
				continue
			}
			a, ok := parseArticle(string(bytes.TrimSuffix(line, []byte("\n"))))
			if !ok {
				yield(Article{}, fmt.Errorf("contents: %w: %.200q", ErrDamaged, line))
				return
			}
			if !yield(a, nil) {
				return
			}
		}
	}
}

func parseArticle(line string) (a Article, ok bool) {
	line, a.Notice = strings.CutSuffix(line, noticeMark)
	line, a.Later = strings.CutSuffix(line, laterMark)
	line, unlisted := strings.CutSuffix(line, unlistedMark)
	a.Unlisted = unlisted || a.Later
	var fields [4]string
	for i := range fields[:3] {
		if fields[i], line, ok = strings.Cut(line, "\t"); !ok {
			return a, false
		}
	}
	fields[3], line, ok = strings.Cut(line, "\t")
	if ok {
		guid, marked := strings.CutPrefix(line, guidMark[1:])
		if !marked || strings.IndexByte(guid, '\t') >= 0 {
			return a, false
		}
		a.GUID = unescaped(guid)
	}
	published, err := strconv.ParseInt(fields[1], 10, 64)
	updated, err2 := strconv.ParseInt(fields[2], 10, 64)
	a.ID, a.Address = unescaped(fields[0]), unescaped(fields[3])
	a.Published, a.Updated = time.Unix(published, 0).UTC(), time.Unix(updated, 0).UTC()
	return a, err == nil && err2 == nil
}

// Shares reports whether lines of contents have an article of one of some addresses,
// besides those of some ids.
func Shares(text []byte, addresses, besides map[string]bool) bool {
	for line := range bytes.Lines(text) {
		id, rest, _ := bytes.Cut(line, []byte("\t"))
		_, rest, _ = bytes.Cut(rest, []byte("\t"))
		_, rest, _ = bytes.Cut(rest, []byte("\t"))
		if end := bytes.IndexAny(rest, "\t\n"); end >= 0 && has(addresses, rest[:end]) && !has(besides, id) && line[0] != formerMark {
			return true
		}
	}
	return false
}

// Pages yields the addresses that the sitemap of lines of a month's contents names,
// and those that a later month names instead, marked so. An address is valid until
// the next one.
func Pages(text []byte) iter.Seq2[[]byte, bool] {
	return func(yield func(address []byte, later bool) bool) {
		for line := range bytes.Lines(text) {
			line = bytes.TrimSuffix(line, []byte("\n"))
			address, behind := line, true
			for range 3 {
				_, address, behind = bytes.Cut(address, []byte("\t"))
			}
			if !behind || line[0] == formerMark || bytes.HasSuffix(line, []byte(unlistedMark)) {
				continue
			}
			address, _, _ = bytes.Cut(address, []byte("\t"))
			if bytes.IndexByte(address, '\\') >= 0 {
				address = []byte(unescape.Replace(string(address)))
			}
			if !yield(address, bytes.HasSuffix(line, []byte(laterMark))) {
				return
			}
		}
	}
}

// hasID reports whether a line is of one of some ids.
func hasID(ids map[string]bool, line []byte) bool {
	id, _, _ := bytes.Cut(line, []byte("\t"))
	return has(ids, id)
}

// has reports whether a set has a text of a line.
func has(set map[string]bool, text []byte) bool {
	return set[string(text)] || bytes.IndexByte(text, '\\') >= 0 && set[unescape.Replace(string(text))]
}

// HasAny reports whether contents have any of the articles of these ids, or a notice
// of one.
func HasAny(contents *Document, ids map[string]bool) bool {
	text, err := contents.Body()
	if err != nil {
		return true // contents that can't be read may have it
	}
	for line := range bytes.Lines(text) {
		if hasID(ids, line) {
			return true
		}
	}
	return false
}
