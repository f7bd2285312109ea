package sitemap

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"
)

// ErrMalformed says that [Locs] reads what no [Writer] wrote, or only a part of
// it.
var ErrMalformed = errors.New("not a sitemap of a Writer")

// maxLine is the longest beginning of a line that Locs looks at: a loc in which
// every byte is escaped, the tags around it, and the bracket behind them.
const maxLine = len(urlStart) + MaxLoc*len("&apos;") + len(locEnd) + 1

const (
	urlStart = "<url><loc>"
	locEnd   = "</loc>"
	urlEnd   = "</url>"
)

// Locs yields the loc of each URL of an uncompressed sitemap that a [Writer]
// wrote, in its order and as published: percent-encoded, the host in ASCII,
// without XML escaping. It passes over what stands behind the loc in its line,
// and is no parser of the sitemaps of others.
//
// An error ends the sequence and is its last pair, with "" beside it:
// [ErrMalformed] where r has anything else than such a sitemap (a fragment, one
// that is cut off, one beyond [MaxURLs] or [MaxBytes]), [ErrEmpty] for one
// without a URL, and otherwise the error of r. What was yielded before is then a
// part of a file, and perhaps of another.
//
// Locs holds at most some 64 KiB, whatever it reads. It reads r once; a sequence
// that is ranged over again goes on where r is. The strings are the caller's.
func Locs(r io.Reader) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		s := reader{r: bufio.NewReaderSize(r, max(flushBytes, maxLine))}
		err := s.head()
		for n := 0; err == nil; n++ {
			var loc string
			if loc, err = s.next(); err != nil {
				break
			}
			if loc == "" {
				if err = s.end(); n == 0 && err == nil {
					err = ErrEmpty
				}
				break
			}
			if n == MaxURLs {
				err = s.malformed("more than %d URLs", MaxURLs)
				break
			}
			if !yield(loc, nil) {
				return
			}
		}
		if err != nil {
			yield("", err)
		}
	}
}

// reader reads a sitemap line by line.
type reader struct {
	r     *bufio.Reader
	n     int   // lines
	size  int64 // bytes
	page  locator
	again []byte // a loc as a Writer writes it

	joined []byte // the last bytes of a part of a line, and the next part
}

// line returns the next line with its line break. Of one that is longer than
// the buffer it returns the beginning, and whole is false.
func (r *reader) line() (line []byte, whole bool, err error) {
	r.n++
	line, whole, err = r.slice()
	if len(line) == 0 && errors.Is(err, io.EOF) {
		err = r.malformed("no end tag")
	}
	return line, whole, err
}

// slice returns what is left of the line, or as much as the buffer holds. It
// returns [io.EOF] only without anything.
func (r *reader) slice() (part []byte, whole bool, err error) {
	part, err = r.r.ReadSlice('\n')
	if r.size += int64(len(part)); r.size > MaxBytes {
		return nil, false, r.malformed("more than %d bytes", MaxBytes)
	}
	switch {
	case errors.Is(err, bufio.ErrBufferFull):
		return part, false, nil
	case errors.Is(err, io.EOF) && len(part) > 0:
		return nil, false, r.malformed("line is cut off")
	}
	return part, true, err
}

// head reads the lines in front of the first URL.
func (r *reader) head() error {
	line, _, err := r.line()
	if err != nil {
		return err
	}
	if string(line) != xmlHead {
		return r.malformed("no XML declaration")
	}
	if line, _, err = r.line(); err != nil {
		return err
	}
	rest, ok := bytes.CutPrefix(line, []byte(urlsetStart))
	for _, declaration := range []string{declareNews, declareImages, declareVideos, declareAlternates} {
		rest = bytes.TrimPrefix(rest, []byte(declaration))
	}
	if !ok || string(rest) != ">\n" {
		return r.malformed("no urlset")
	}
	return nil
}

// next reads a url element and returns its loc, or "" for the end tag.
func (r *reader) next() (string, error) {
	line, whole, err := r.line()
	if err != nil {
		return "", err
	}
	if string(line) == urlsetEnd {
		return "", nil
	}
	rest, ok := bytes.CutPrefix(line, []byte(urlStart))
	if !ok {
		return "", r.malformed("no url")
	}
	length := bytes.IndexByte(rest, '<')
	if length < 0 || !bytes.HasPrefix(rest[length:], []byte(locEnd+"<")) {
		return "", r.malformed("loc without an end")
	}
	loc := unescape(rest[:length])
	// Whatever a Writer wrote, it would write again.
	again, n, err := r.page.appendLoc(r.again[:0], loc)
	if err != nil || n < minLoc || !bytes.Equal(again, rest[:length]) {
		return "", r.malformed("bad loc %.200q", loc)
	}
	r.again = again
	return loc, r.finish(line, whole)
}

// finish reads what is left of a line that began with part. A url ends there,
// and nowhere before: another one in the same line would be missed.
func (r *reader) finish(part []byte, whole bool) error {
	for !whole {
		if i := bytes.Index(part, []byte(urlEnd)); i >= 0 && i < len(part)-len(urlEnd) {
			return r.malformed("more than one url")
		}
		r.joined = append(r.joined[:0], part[max(0, len(part)-len(urlEnd)):]...)
		var err error
		if part, whole, err = r.slice(); errors.Is(err, io.EOF) {
			return r.malformed("line is cut off")
		} else if err != nil {
			return err
		}
		r.joined = append(r.joined, part...)
		part = r.joined
	}
	switch i := bytes.Index(part, []byte(urlEnd)); {
	case i < 0:
		return r.malformed("url without an end")
	case i < len(part)-len(urlEnd)-1:
		return r.malformed("more than one url")
	}
	return nil
}

// end checks that nothing is behind the end tag.
func (r *reader) end() error {
	switch _, err := r.r.ReadByte(); {
	case err == nil:
		return r.malformed("something behind the end tag")
	case errors.Is(err, io.EOF):
		return nil
	default:
		return err
	}
}

func (r *reader) malformed(format string, args ...any) error {
	return fmt.Errorf("line %d: %w: %s", r.n, ErrMalformed, fmt.Sprintf(format, args...))
}

// unescape resolves the entities that a loc can have.
func unescape(loc []byte) string {
	if bytes.IndexByte(loc, '&') < 0 {
		return string(loc)
	}
	return fromXML.Replace(string(loc))
}

var fromXML = strings.NewReplacer("&amp;", "&", "&apos;", "'")
