package sitemap

import (
	"bufio"
	"bytes"
	"errors"
	"io"
)

// Remove copies an uncompressed sitemap that a [Writer] wrote from r to w,
// without the URLs for which gone returns true, and returns how many are left.
// Gone is told each loc as [Locs] yields it, in their order. What is left is
// byte for byte what it was.
//
// It ends with the first error: that of r or w, or [ErrMalformed] where r has
// anything else than such a sitemap. A sitemap may not be without a URL: where
// none is left, what was written is to be thrown away.
//
// Remove holds one URL at a time.
func Remove(w io.Writer, r io.Reader, gone func(loc string) bool) (left int, err error) {
	lines := bufio.NewReaderSize(r, max(flushBytes, maxLine))
	check := reader{r: lines} // counts lines, and knows what a Writer writes
	for check.n = 1; ; check.n++ {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			if errors.Is(err, io.EOF) {
				err = check.malformed("no end tag")
			}
			return left, err
		}
		page, isURL := bytes.CutPrefix(line, []byte(urlStart))
		switch {
		case isURL:
			loc, _, ended := bytes.Cut(page, []byte(locEnd))
			if !ended || bytes.Index(line, []byte(urlEnd)) != len(line)-len(urlEnd+"\n") {
				return left, check.malformed("not one url with a loc")
			}
			if gone(unescape(loc)) {
				continue
			}
			left++
		case check.n == 1 && string(line) != xmlHead, check.n == 2 && !bytes.HasPrefix(line, []byte(urlsetStart)),
			check.n > 2 && string(line) != urlsetEnd:
			return left, check.malformed("not what a Writer writes")
		}
		if _, err := w.Write(line); err != nil {
			return left, err
		}
		if string(line) == urlsetEnd {
			return left, check.end()
		}
	}
}
