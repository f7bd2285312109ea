package ingest

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"iter"
)

// maxLine bounds the memory that one line takes.
const maxLine = 64 << 20

// line is one line of a file, numbered from 1, without white space around it.
type line struct {
	number  int
	bytes   int // as read
	text    []byte
	tooLong bool // text is not there
}

// lines yields the lines of r. A line beyond maxLine is skipped over. The text
// is valid until the next line.
func lines(r io.Reader) iter.Seq2[line, error] {
	return func(yield func(line, error) bool) {
		reader := bufio.NewReaderSize(r, 1<<20)
		byteOrderMark := []byte("\ufeff")
		for number, buffer := 1, []byte(nil); ; number++ {
			l := line{number: number}
			buffer = buffer[:0]
			err := bufio.ErrBufferFull
			for errors.Is(err, bufio.ErrBufferFull) {
				var part []byte
				part, err = reader.ReadSlice('\n')
				l.bytes += len(part)
				if l.tooLong = l.bytes > maxLine; !l.tooLong {
					buffer = append(buffer, part...)
				}
			}
			if !l.tooLong {
				l.text = bytes.TrimSpace(bytes.TrimPrefix(buffer, byteOrderMark))
			}
			if err != nil && !errors.Is(err, io.EOF) {
				yield(line{}, err)
				return
			}
			if l.bytes > 0 && !yield(l, nil) || err != nil {
				return
			}
		}
	}
}
