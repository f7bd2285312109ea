package press

import (
	"cmp"
	"context"
	"hash/crc32"
	"io"
	"iter"
	"time"

	"feedstation/internal/article"
	"feedstation/internal/edition"
	"feedstation/internal/gzjoin"
	"feedstation/sitemap"
)

// part is a run of the articles of a month's sitemap, compressed on its own:
// what changes one of them costs the part and not the month. Where a part ends
// depends on the articles before it in the file, back to its first, so that the
// same articles make the same parts whatever was changed to come to them.
type part struct {
	first, last time.Time // publication of its articles
	lastMod     time.Time // the latest of its pages
	pages       int
	ended       bool // by its last article, not by the end of the file
	lines       int
	ids         string       // of all articles, in one line each
	entries     gzjoin.Chunk // of the sitemap
	contents    gzjoin.Chunk
	addresses   *addressChunk // nil: not asked for yet
}

// partPages is how many pages a part has, on average: that many compress nearly as
// well as thousands do. A part has at most maxPart times as many.
const (
	partPages = 128
	maxPart   = 8
)

// endsPart reports whether the article of an id, in one line, is the last of its
// part, in which it is the n-th.
func (p *Press) endsPart(id string, n int) bool {
	pages := cmp.Or(p.options.Sitemaps.Part, partPages)
	return n == maxPart*pages || crc32.ChecksumIEEE([]byte(id))%uint32(pages) == 0
}

// shardOptions returns the options of a month's sitemaps, which are written in
// parts.
func (b *builder) shardOptions() sitemap.Options {
	options := extensions
	options.MaxURLs, options.MaxBytes = b.options.Sitemaps.URLs, b.options.Sitemaps.Bytes
	options.Fragment = true
	return options
}

// readParts returns the station's articles of a time in as many files as they
// need, and in parts. A page that can't be in any sitemap is left out.
func (b *builder) readParts(ctx context.Context, from, to time.Time) ([][]part, error) {
	w := &partWriter{ends: b.endsPart}
	options := b.shardOptions()
	options.FlushAfter = w.added
	options.Invalid = func(*sitemap.URLError) error {
		w.unlisted()
		return nil
	}
	_, err := sitemap.Split(b.pages(b.snapshot.Listing(ctx, b.station.ID, from, to), w), options, w.open)
	w.finish()
	return w.files, err
}

// pages yields the pages of those articles that belong in the station's
// sitemaps, and tells w of each article before it does.
func (b *builder) pages(articles iter.Seq2[article.Article, error], w *partWriter) iter.Seq2[sitemap.URL, error] {
	return func(yield func(sitemap.URL, error) bool) {
		for a, err := range articles {
			if err != nil {
				yield(sitemap.URL{}, err)
				return
			}
			w.next = upcoming{edition.Article{ID: a.ID, Published: a.Published, Updated: b.changed(&a), Address: a.URL}, oneLine(a.ID)}
			if !listable(b.station, &a) {
				w.unlisted()
				continue
			}
			if !yield(b.url(&a), nil) {
				return
			}
		}
	}
}

// partWriter divides the sitemaps that are written to it into parts.
type partWriter struct {
	ends  func(id string, n int) bool
	files [][]part
	next  upcoming // the article that is added next, if it can be

	part  part // under way
	text  []byte
	ids   []byte
	lines []byte
}

type upcoming struct {
	edition.Article
	line string // its id in one line
}

func (w *partWriter) open(int) (io.WriteCloser, error) {
	w.files = append(w.files, nil)
	return w, nil
}

// added notes that the next page has been added and reports whether it ends its
// part.
func (w *partWriter) added(string) (ends bool) {
	p := &w.part
	w.note()
	p.pages++
	if w.next.Updated.After(p.lastMod) {
		p.lastMod = w.next.Updated
	}
	p.ended = w.ends(w.next.line, p.pages)
	return p.ended
}

// unlisted notes that the next article is one that the sitemap does not name.
func (w *partWriter) unlisted() {
	w.next.Unlisted = true
	w.note()
	w.part.ended = false
}

// note adds the next article's line to its part.
func (w *partWriter) note() {
	p := &w.part
	if p.lines == 0 {
		p.first = w.next.Published
	}
	p.lines++
	p.last = w.next.Published
	w.ids = append(append(w.ids, w.next.line...), '\n')
	w.lines = w.next.AppendTo(w.lines)
}

func (w *partWriter) Write(text []byte) (int, error) {
	w.text = append(w.text, text...)
	return len(text), nil
}

// Flush completes a part.
func (w *partWriter) Flush() error {
	p := w.part
	p.ids = string(w.ids)
	p.entries, p.contents = gzjoin.New(w.text), gzjoin.New(w.lines)
	file := &w.files[len(w.files)-1]
	*file = append(*file, p)
	w.part, w.text, w.ids, w.lines = part{}, w.text[:0], w.ids[:0], w.lines[:0]
	return nil
}

// Close completes the last part of a file.
func (w *partWriter) Close() error {
	if w.part.lines == 0 {
		return nil
	}
	return w.Flush()
}

// finish completes what no file has been written for: articles that no sitemap
// names, behind all that one does.
func (w *partWriter) finish() {
	if w.part.lines == 0 {
		return
	}
	if len(w.files) == 0 {
		w.files = append(w.files, nil)
	}
	_ = w.Close() // there is no error
}
