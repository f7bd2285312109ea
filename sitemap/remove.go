package sitemap

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
)

// ErrMalformed says that [Remove] reads what no [Writer] wrote, or only a part of
// it.
var ErrMalformed = errors.New("not a sitemap of a Writer")

const (
	urlStart = "<url><loc>"
	locEnd   = "</loc>"
	urlEnd   = "</url>"
)

// Remove copies an uncompressed sitemap that a [Writer] wrote from r to w,
// without the URLs for which gone returns true, and returns how many are left.
// Gone is given the number of each URL, from 0. What is left is byte for byte
// what it was.
//
// It ends with the first error: that of r or w, or [ErrMalformed] where r has
// anything else than such a sitemap. A sitemap may not be without a URL: where
// none is left, what was written is to be thrown away.
//
// Remove holds one URL at a time.
func Remove(w io.Writer, r io.Reader, gone func(n int) bool) (left int, err error) {
	lines := bufio.NewReader(r)
	urls := 0
	for n := 1; ; n++ {
		malformed := func(reason string) error { return fmt.Errorf("line %d: %w: %s", n, ErrMalformed, reason) }
		line, err := lines.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return left, malformed("no end tag")
		}
		if err != nil {
			return left, err
		}
		switch {
		case bytes.HasPrefix(line, []byte(urlStart)):
			if !bytes.Contains(line, []byte(locEnd)) || bytes.Index(line, []byte(urlEnd)) != len(line)-len(urlEnd+"\n") {
				return left, malformed("not one url with a loc")
			}
			urls++
			if gone(urls - 1) {
				continue
			}
			left++
		case n == 1 && string(line) != xmlHead, n == 2 && !bytes.HasPrefix(line, []byte(urlsetStart)),
			n > 2 && string(line) != urlsetEnd:
			return left, malformed("not what a Writer writes")
		}
		if _, err := w.Write(line); err != nil {
			return left, err
		}
		if string(line) != urlsetEnd {
			continue
		}
		switch _, err := lines.ReadByte(); {
		case err == nil:
			return left, malformed("something behind the end tag")
		case errors.Is(err, io.EOF):
			return left, nil
		default:
			return left, err
		}
	}
}
