package sitemap

import (
	"io"
	"iter"
)

const (
	indexStart = xmlHead + `<sitemapindex xmlns="` + sitemapNS + `">` + "\n"
	indexEnd   = "</sitemapindex>\n"
)

// Index writes a sitemap index of the entries, in their order.
//
// It returns [ErrEmpty] without any entry, and then has written nothing. It
// returns [ErrFull] at the entry that would exceed [MaxURLs] entries or
// [MaxBytes] bytes, a [*URLError] at one that cannot be published, and otherwise
// the error of w; it takes no further entry then, and what has been written has
// no end tag and is no index.
//
// An index may not list indexes (sitemaps.org). A site of more than [MaxURLs]
// sitemaps has several indexes, each of them named in its robots.txt; Google
// takes up to 500 of a site.
func Index(w io.Writer, entries iter.Seq[Entry]) error {
	doc := document{head: indexStart, tail: indexEnd, maxItems: MaxURLs, maxBytes: MaxBytes}
	doc.begin(w)
	var enc encoder
	for e := range entries {
		buf, err := enc.appendSitemap(doc.buf, e)
		if err := doc.add(e.Loc, buf, err); err != nil {
			return err
		}
	}
	return doc.close()
}

// appendSitemap appends the sitemap element of an index.
func (e *encoder) appendSitemap(b []byte, entry Entry) ([]byte, error) {
	b, err := e.appendEntry(append(b, "<sitemap>"...), entry.Loc, entry.LastMod)
	if err != nil {
		return nil, err
	}
	return append(b, "</sitemap>\n"...), nil
}
