package press

import (
	"bytes"
	"cmp"
	"errors"
	"maps"
	"slices"
	"time"

	"feedstation/internal/article"
	"feedstation/internal/edition"
	"feedstation/internal/gzjoin"
	"feedstation/sitemap"
)

// chunk is a part of a sitemap, and of its contents, that is compressed on its
// own: a change costs its chunk and not the month. A chunk is whole days, the
// first that have enough pages, so that the same articles make the same chunks
// whatever was changed to come to them.
type chunk struct {
	until             time.Time // its last day ends
	lastMod           time.Time // the latest of its pages
	pages, lines      int
	formers           int // articles that have left the month
	entries, contents gzjoin.Chunk
	addresses         *addressChunk // nil: not asked for yet
}

const (
	day = 24 * time.Hour
	// chunkPages is how many pages are enough: they compress nearly as well as
	// thousands do.
	chunkPages = 64
	// maxLines bounds the articles of a chunk, for each page that would be enough:
	// a month may have many that no sitemap names.
	maxLines = 8
)

// chunkWriter writes articles to as many sitemaps as they need, in chunks.
type chunkWriter struct {
	options    sitemap.Options
	start      time.Time // of the first day
	enough     int       // pages of a chunk; 0: a chunk is a file
	head, tail []byte    // of each file
	files      [][]chunk

	file  *sitemap.Writer // the last of files
	chunk chunk           // under way
	text  bytes.Buffer    // of the chunk, with the file's head where it is the first
	lines []byte          // of the chunk's contents

	came map[string]int // how often articles were added, by id; nil: nobody asks

	known  map[string]edition.Known // articles that the month has or had; those that are added are taken out
	feeds  map[string]string        // what identifies articles to readers, as far as feeds have them, by id
	back   []string                 // ids of articles that had gone
	moved  Readdressed
	pages  map[string]string // ids, by address; nil: nobody asks
	twins  map[string]bool   // ids of articles whose page a later one has
	hidden map[string]bool   // ids of articles that are not to be listed
	later  map[string]bool   // addresses that a later month lists
	before map[string]bool   // addresses that were listed where articles are read again
}

func newChunkWriter(options sitemap.Options) *chunkWriter {
	w := &chunkWriter{options: options}
	w.head, w.tail = frame(options)
	w.begin()
	return w
}

// frame returns what a sitemap has before its first URL and behind the last.
func frame(options sitemap.Options) (head, tail []byte) {
	var text bytes.Buffer
	options.MaxURLs, options.MaxBytes = 0, 0
	w := sitemap.NewWriter(&text, options)
	_ = errors.Join(w.Add(sitemap.URL{Loc: "https://news.example/"}), w.Close()) // there is no error
	head, rest, _ := bytes.Cut(text.Bytes(), []byte("<url>"))
	_, tail, _ = bytes.Cut(rest, []byte("</url>\n"))
	return head, tail
}

// begin begins a file.
func (w *chunkWriter) begin() {
	w.file = sitemap.NewWriter(&w.text, w.options)
	w.files = append(w.files, nil)
}

// full reports whether the chunk under way ends with the day of its last article.
func (w *chunkWriter) full() bool {
	return w.enough > 0 && (w.chunk.pages >= w.enough || w.chunk.lines >= maxLines*w.enough)
}

// add adds an article with its page, which the contents call unlisted where no
// sitemap can have it, and returns why not: that which is known, or else what is found.
func (w *chunkWriter) add(p page, why article.Why) article.Why {
	if w.came != nil {
		w.came[p.article.ID]++
	}
	if w.full() && !p.article.Published.Before(w.chunk.until) {
		w.end()
	}
	p.article.Later = why == 0 && w.later[p.Loc]
	if p.article.Later || why == 0 && w.hidden[p.article.ID] {
		why = article.WhyPage
	}
	if why == 0 {
		err := w.file.Add(p.URL)
		if errors.Is(err, sitemap.ErrFull) {
			w.end()
			w.begin()
			err = w.file.Add(p.URL)
		}
		if err != nil { // what it writes to has no errors
			why = article.WhyAddress
		}
	}
	if p.article.Unlisted = why != 0; !p.article.Unlisted {
		w.chunk.pages++
		w.share(p)
		if p.LastMod.After(w.chunk.lastMod) {
			w.chunk.lastMod = p.LastMod
		}
	}
	if p.article.ID != "" && (w.enough > 0 || !p.article.Unlisted) {
		w.chunk.lines++
		w.lines = p.article.As(w.knownBy(p.article)).AppendTo(w.lines)
		w.chunk.until = w.start.Add(p.article.Published.Sub(w.start).Truncate(day) + day)
	}
	return why
}

// share notes that an article has a page, which an earlier one then has no more.
func (w *chunkWriter) share(p page) {
	if w.pages == nil {
		return
	}
	if other, ok := w.pages[p.Loc]; ok {
		if w.twins == nil {
			w.twins = map[string]bool{}
		}
		w.twins[other] = true
	}
	w.pages[p.Loc] = p.article.ID
}

// knownBy returns what identifies an article of a month to readers: once it is there
// that stays, so that a month which is read again is what it was.
func (w *chunkWriter) knownBy(a edition.Article) string {
	known, inFeeds := w.known[a.ID], w.feeds[a.ID]
	delete(w.known, a.ID)
	if known.Gone {
		w.back = append(w.back, a.ID)
	}
	w.moved.note(known, a)
	if known.Another(a.Published, a.Address) {
		if inFeeds == known.GUID {
			inFeeds = ""
		}
		known.GUID = ""
	}
	return cmp.Or(known.GUID, inFeeds, a.Address)
}

// leave ends the articles: those that are known and were not added have left.
func (w *chunkWriter) leave() {
	for _, id := range slices.Sorted(maps.Keys(w.known)) {
		w.lines = edition.AppendFormer(w.lines, id, w.known[id])
		w.chunk.formers++
	}
}

// end ends the chunk under way, if there is one.
func (w *chunkWriter) end() {
	if w.chunk.pages+w.chunk.lines+w.chunk.formers == 0 {
		return
	}
	_ = w.file.Flush() // there is no error
	w.chunk.entries = gzjoin.New(bytes.TrimPrefix(w.text.Bytes(), w.head))
	w.chunk.contents = gzjoin.New(w.lines)
	w.keep(w.chunk)
	w.chunk, w.lines = chunk{}, w.lines[:0]
	w.text.Reset()
}

// keep adds a chunk that has been written before.
func (w *chunkWriter) keep(c chunk) {
	last := &w.files[len(w.files)-1]
	*last = append(*last, c)
}

// fits reports whether all is in so many files, and the last within the limits, as
// chunks that have been kept may not be.
func (w *chunkWriter) fits(files int) bool {
	pages, size := 0, int64(len(w.head)+len(w.tail))
	for _, c := range w.files[files-1] {
		pages, size = pages+c.pages, size+c.entries.Size()
	}
	maxPages, maxSize := w.options.Limits()
	return len(w.files) == files && pages <= maxPages && size <= maxSize
}

// addSitemaps adds what has been written at paths, without a sitemap where it has
// no page, and returns how many pages there are.
func (b *draft) addSitemaps(w *chunkWriter, path func(n int) string) (pages int) {
	w.end()
	for i := range w.files {
		pages += b.addSitemap(path(i+1), w.files[i], gzjoin.New(w.head), gzjoin.New(w.tail))
	}
	return pages
}

func (b *draft) addSitemap(path string, chunks []chunk, head, tail gzjoin.Chunk) (pages int) {
	entries, contents := []*gzjoin.Chunk{&head}, []*gzjoin.Chunk{}
	var lastMod time.Time
	lines, formers := 0, 0
	for i := range chunks {
		c := &chunks[i]
		entries, contents = append(entries, &c.entries), append(contents, &c.contents)
		pages, lines, formers = pages+c.pages, lines+c.lines, formers+c.formers
		if c.lastMod.After(lastMod) {
			lastMod = c.lastMod
		}
	}
	if pages+lines+formers == 0 {
		return 0
	}
	all := edition.JoinContents(contents)
	all.Share(contents...)
	b.addContents(path, all, lines)
	if pages > 0 {
		document := edition.Join(sitemap.ContentType, append(entries, &tail))
		document.Share(entries...)
		b.addContent(path, document, pages, lastMod)
	}
	return pages
}

// monthOptions are those of the sitemaps of months.
func (p *Press) monthOptions() sitemap.Options {
	return sitemap.Options{
		Images: true, Videos: true, Alternates: true, Lenient: true,
		MaxURLs: p.options.Sitemaps.URLs, MaxBytes: p.options.Sitemaps.Bytes,
	}
}

// newMonth returns a writer of a month that begins then.
func (p *Press) newMonth(start time.Time) *chunkWriter {
	w := newChunkWriter(p.monthOptions())
	w.start, w.enough, w.pages = start, cmp.Or(p.options.Sitemaps.Chunk, chunkPages), map[string]string{}
	return w
}
