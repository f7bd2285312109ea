package edition

import (
	"bytes"
	"fmt"
	"iter"
	"strconv"
	"strings"
	"time"

	"feedstation/internal/gzjoin"
)

// Contents say which articles a document has: a line each, in the order of the
// document, with tabs between id, publication and last change in Unix time, and
// address. They stand at the path of the document: of a feed in all formats at
// that of its RSS. Those of a month have also the articles that readers may see
// and its sitemaps may not name; such a line ends with a mark.
const (
	contentsType = "text/plain; charset=utf-8"
	unlistedMark = "\tunlisted"
)

// Article is an article of contents.
type Article struct {
	ID                 string
	Published, Updated time.Time // in UTC and whole seconds
	Address            string    // in feeds as they have it, in months as the store has it
	Unlisted           bool      // readers may see it, and the sitemap does not name it
}

// AppendTo appends the article's line.
func (a Article) AppendTo(text []byte) []byte {
	text = append(append(text, escape.Replace(a.ID)...), '\t')
	text = append(strconv.AppendInt(text, a.Published.Unix(), 10), '\t')
	text = append(strconv.AppendInt(text, a.Updated.Unix(), 10), '\t')
	text = append(text, escape.Replace(a.Address)...)
	if a.Unlisted {
		text = append(text, unlistedMark...)
	}
	return append(text, '\n')
}

var (
	escape   = strings.NewReplacer("\\", `\\`, "\t", `\t`, "\n", `\n`, "\r", `\r`)
	unescape = strings.NewReplacer(`\\`, "\\", `\t`, "\t", `\n`, "\n", `\r`, "\r")
)

// NewContents returns the contents of lines as AppendTo made them.
func NewContents(text []byte) *Content {
	chunk := gzjoin.New(text)
	return JoinContents([]*gzjoin.Chunk{&chunk})
}

// JoinContents does so with lines that are compressed already.
func JoinContents(chunks []*gzjoin.Chunk) *Content { return Join(contentsType, chunks) }

// Articles yields the articles of contents, in their order. An error, which is
// ErrDamaged, ends it.
func Articles(contents *Document) iter.Seq2[Article, error] {
	return ParseArticles(contents.Body())
}

// ParseArticles does so with the lines of contents.
func ParseArticles(text []byte) iter.Seq2[Article, error] {
	return func(yield func(Article, error) bool) {
		for line := range bytes.Lines(text) {
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
	line, a.Unlisted = strings.CutSuffix(line, unlistedMark)
	fields := strings.Split(line, "\t")
	if len(fields) != 4 {
		return a, false
	}
	published, err := strconv.ParseInt(fields[1], 10, 64)
	updated, err2 := strconv.ParseInt(fields[2], 10, 64)
	a.ID, a.Address = unescape.Replace(fields[0]), unescape.Replace(fields[3])
	a.Published, a.Updated = time.Unix(published, 0).UTC(), time.Unix(updated, 0).UTC()
	return a, err == nil && err2 == nil
}

// Find yields the articles of these ids that contents have, in their order. An
// error, which is ErrDamaged, ends it. It takes far less than to read all.
func Find(contents *Document, ids map[string]bool) iter.Seq2[Article, error] {
	return func(yield func(Article, error) bool) {
		for line := range bytes.Lines(contents.Body()) {
			id, _, _ := bytes.Cut(line, []byte("\t"))
			if !ids[string(id)] && (bytes.IndexByte(id, '\\') < 0 || !ids[unescape.Replace(string(id))]) {
				continue
			}
			for a, err := range ParseArticles(line) {
				if !yield(a, err) || err != nil {
					return
				}
			}
		}
	}
}

// HasAny reports whether contents have any of the articles of these ids.
func HasAny(contents *Document, ids map[string]bool) bool {
	for _, err := range Find(contents, ids) {
		_ = err // damaged contents may have it
		return true
	}
	return false
}
