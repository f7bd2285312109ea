package sitemap

import (
	"io"
	"iter"
)

const (
	indexStart = xmlHead + `<sitemapindex xmlns="` + sitemapNS + `">` + "\n"
	indexEnd   = "</sitemapindex>\n"
)

// WriteIndex writes a sitemap index of the entries, in their order. It returns
// [ErrEmpty] without any entry, [ErrFull] beyond [MaxURLs] entries or
// [MaxBytes], a [*URLError] for one that cannot be published, and otherwise the
// error of w. After an error what has been written is no index.
func WriteIndex(w io.Writer, entries iter.Seq[Entry]) error {
	doc := document{head: indexStart, tail: indexEnd, maxItems: MaxURLs, maxBytes: MaxBytes}
	doc.begin(w)
	var loc locator
	for e := range entries {
		buf, err := appendSitemap(doc.buf, &loc, e)
		if err := doc.add(e.Loc, buf, err); err != nil {
			return err
		}
	}
	return doc.close()
}

// appendSitemap appends the sitemap element of an index.
func appendSitemap(b []byte, l *locator, e Entry) ([]byte, error) {
	b, err := l.appendEntry(append(b, "<sitemap>"...), e.Loc, e.LastMod)
	if err != nil {
		return nil, err
	}
	return append(b, "</sitemap>\n"...), nil
}
