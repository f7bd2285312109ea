package sitemap

import (
	"fmt"
	"io"
	"time"
)

// Writer writes one sitemap. It is not safe for concurrent use.
type Writer struct {
	opts Options
	doc  document
	enc  encoder

	lastMod time.Time // the latest
}

// NewWriter returns a Writer of a new sitemap on w. It writes nothing before
// the first URL, and from then on in blocks of some 32 KiB, see [Writer.Flush].
func NewWriter(w io.Writer, opts Options) *Writer {
	urls, bytes := opts.Limits()
	sw := &Writer{
		opts: opts,
		enc:  encoder{lenient: opts.Lenient},
		doc:  document{head: opts.head(), tail: urlsetEnd, maxItems: urls, maxBytes: bytes},
	}
	sw.doc.begin(w)
	return sw
}

// Add appends a URL. It returns [ErrFull] for one beyond [Options.MaxURLs] or
// [Options.MaxBytes], which fits into an empty file, and a [*URLError] for one
// that fits into none or breaks a rule of [URL]. After both nothing of it is in
// the file, and more URLs may be added; after ErrFull by bytes a smaller one may
// still fit. Any other error is that of the underlying writer, and final.
func (w *Writer) Add(u URL) error {
	if err := w.doc.ready(); err != nil {
		return err
	}
	buf, err := w.appendURL(w.doc.buf, &u)
	if err == nil && w.opts.Lenient && !w.doc.holds(buf) {
		u.Images, u.Videos, u.Alternates = nil, nil, nil // more than a file by themselves
		buf, err = w.appendURL(w.doc.buf, &u)
	}
	if err := w.doc.add(u.Loc, buf, err); err != nil {
		return err
	}
	if u.LastMod.After(w.lastMod) {
		w.lastMod = u.LastMod
	}
	return nil
}

// Len returns the number of URLs added.
func (w *Writer) Len() int { return w.doc.items }

// Size returns the number of bytes of the file if it were closed now, end tag
// included.
func (w *Writer) Size() int64 { return w.doc.size }

// Flush writes what is held back: the file up to the last URL added, without its
// end tag. Before the first URL it writes nothing. The error is that of the
// underlying writer, and final.
func (w *Writer) Flush() error {
	if err := w.doc.ready(); err != nil || w.doc.items == 0 {
		return err
	}
	return w.doc.flush()
}

// Close writes the end tag and what is still held back. It does not close the
// underlying writer. Without any URL it writes nothing and returns [ErrEmpty].
// A second Close returns the result of the first.
func (w *Writer) Close() error { return w.doc.close() }

// appendURL appends the url element, its children in the schema's order.
func (w *Writer) appendURL(b []byte, u *URL) ([]byte, error) {
	b = append(b, "<url>"...)
	b, err := w.enc.appendEntry(b, u.Loc, u.LastMod)
	if err != nil {
		return nil, err
	}
	if err := w.opts.allow(u); err != nil {
		return nil, err
	}
	if u.News != nil {
		if b, err = w.enc.appendNews(b, u.News); err != nil {
			return nil, fmt.Errorf("news: %w", err)
		}
	}
	if b, err = w.enc.appendImages(b, u.Images); err != nil {
		return nil, err
	}
	if b, err = w.enc.appendVideos(b, u.Loc, u.Videos); err != nil {
		return nil, err
	}
	if b, err = w.enc.appendAlternates(b, u.Alternates); err != nil {
		return nil, err
	}
	return append(b, "</url>\n"...), nil
}
