package sitemap

import (
	"errors"
	"fmt"
	"io"
	"time"
)

const (
	xmlHead     = `<?xml version="1.0" encoding="UTF-8"?>` + "\n"
	sitemapNS   = "http://www.sitemaps.org/schemas/sitemap/0.9"
	newsNS      = "http://www.google.com/schemas/sitemap-news/0.9"
	imageNS     = "http://www.google.com/schemas/sitemap-image/1.1"
	urlsetStart = `<urlset xmlns="` + sitemapNS + `"`
	urlsetEnd   = "</urlset>\n"
)

var (
	errNewsOption    = errors.New("news in a sitemap without Options.News")
	errImagesOption  = errors.New("images in a sitemap without Options.Images")
	errTooManyImages = fmt.Errorf("more than %d images", MaxImages)
)

// Options are the limits and extensions of a sitemap. The zero value is a
// plain sitemap within the limits of Google, Bing, Yandex and Baidu.
type Options struct {
	// MaxURLs is the largest number of URLs. 0 or less stands for [MaxURLs],
	// or [MaxNewsURLs] with News set; a larger number is lowered to that.
	MaxURLs int

	// MaxBytes is the largest uncompressed size of the whole file. 0 or
	// less stands for [DefaultBytes]; more than [MaxBytes] is lowered to that.
	MaxBytes int64

	// News and Images declare the extensions, and with them allow [URL.News]
	// and [URL.Images]. They depend on the file, not on its URLs, because the
	// declarations stand in front of the first one.
	News, Images bool

	// Invalid decides about a URL that [Split] cannot publish: nil leaves it
	// out and goes on, an error ends Split with that error. Without Invalid
	// the first such URL ends Split.
	Invalid func(*URLError) error
}

// head returns the file up to the first URL.
func (o Options) head() string {
	s := xmlHead + urlsetStart
	if o.News {
		s += ` xmlns:news="` + newsNS + `"`
	}
	if o.Images {
		s += ` xmlns:image="` + imageNS + `"`
	}
	return s + ">\n"
}

// limits returns the effective limits.
func (o Options) limits() (urls int, bytes int64) {
	urls, bytes = MaxURLs, DefaultBytes
	if o.News {
		urls = MaxNewsURLs
	}
	if o.MaxURLs > 0 {
		urls = min(urls, o.MaxURLs)
	}
	if o.MaxBytes > 0 {
		bytes = min(MaxBytes, o.MaxBytes)
	}
	return urls, bytes
}

// Writer writes one sitemap. It is not safe for concurrent use.
type Writer struct {
	opts  Options
	doc   document
	page  locator // of the pages
	image locator // of their images, often on another host

	lastMod time.Time // the latest
}

// NewWriter returns a Writer of a new sitemap on w. It writes nothing before
// the first URL, and in blocks of some 32 KiB from then on.
func NewWriter(w io.Writer, opts Options) *Writer {
	urls, bytes := opts.limits()
	sw := &Writer{
		opts: opts,
		doc:  document{head: opts.head(), tail: urlsetEnd, maxItems: urls, maxBytes: bytes},
	}
	sw.doc.begin(w)
	return sw
}

// Add appends a URL. After [ErrFull] and after a [*URLError] nothing of it is
// in the file, and more URLs may be added. Any other error is that of the
// underlying writer, and final.
func (w *Writer) Add(u URL) error {
	if err := w.doc.ready(); err != nil {
		return err
	}
	buf, err := w.appendURL(w.doc.buf, &u)
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

// Close writes the end tag and what is still held back. It does not close the
// underlying writer. Without any URL it writes nothing and returns [ErrEmpty].
// A second Close returns the result of the first.
func (w *Writer) Close() error { return w.doc.close() }

// appendURL appends the url element, its children in the schema's order.
func (w *Writer) appendURL(b []byte, u *URL) ([]byte, error) {
	b = append(b, "<url>"...)
	b, err := w.page.appendEntry(b, u.Loc, u.LastMod)
	if err != nil {
		return nil, err
	}
	if u.News != nil {
		if !w.opts.News {
			return nil, errNewsOption
		}
		if b, err = appendNews(b, u.News); err != nil {
			return nil, fmt.Errorf("news: %w", err)
		}
	}
	switch {
	case len(u.Images) > MaxImages:
		return nil, errTooManyImages
	case len(u.Images) > 0 && !w.opts.Images:
		return nil, errImagesOption
	}
	if b, err = w.image.appendImages(b, u.Images); err != nil {
		return nil, err
	}
	return append(b, "</url>\n"...), nil
}
