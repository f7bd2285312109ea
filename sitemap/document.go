package sitemap

import (
	"errors"
	"io"
)

// flushBytes is how much a document gathers before it writes.
const flushBytes = 32 << 10

var (
	errClosed   = errors.New("sitemap is closed")
	errTooLarge = errors.New("does not fit into an empty file")
)

// document is an XML file under way: a head, items within limits, a tail.
// Nothing reaches w before the first item.
type document struct {
	w          io.Writer
	head, tail string
	maxItems   int
	maxBytes   int64

	buf    []byte // not yet written
	items  int
	size   int64 // of the file, if it were closed now
	closed bool
	err    error // that of w or of close, final
}

// begin starts a new file on w and keeps the buffer of the previous one.
func (d *document) begin(w io.Writer) {
	d.w = w
	d.buf = append(d.buf[:0], d.head...)
	d.items = 0
	d.size = int64(len(d.head) + len(d.tail))
	d.closed = false
	d.err = nil
}

// ready returns why no item can be added, whatever it is.
func (d *document) ready() error {
	switch {
	case d.err != nil:
		return d.err
	case d.closed:
		return errClosed
	}
	return nil
}

// add appends an item: buf is d.buf with the item behind it, loc what to call
// the item when it cannot be published because of err or of its size. Unless
// it returns nil, d is as it was or broken for good.
func (d *document) add(loc string, buf []byte, err error) error {
	n := int64(len(buf) - len(d.buf))
	if err == nil && !d.holds(buf) {
		err = errTooLarge
	}
	if err != nil {
		return &URLError{Loc: loc, Err: err}
	}
	if d.items == d.maxItems || d.size+n > d.maxBytes {
		return ErrFull
	}
	d.buf = buf
	d.items++
	d.size += n
	if len(d.buf) < flushBytes {
		return nil
	}
	return d.flush()
}

// holds reports whether an empty file could hold what buf has beyond d.buf.
func (d *document) holds(buf []byte) bool {
	return int64(len(d.head)+len(d.tail)+len(buf)-len(d.buf)) <= d.maxBytes
}

func (d *document) flush() error {
	if _, err := d.w.Write(d.buf); err != nil {
		d.err = err
	}
	d.buf = d.buf[:0]
	return d.err
}

// close writes the tail. Further calls return the result of the first.
func (d *document) close() error {
	if d.closed || d.err != nil {
		d.closed = true
		return d.err
	}
	d.closed = true
	if d.items == 0 {
		d.err = ErrEmpty
		return d.err
	}
	d.buf = append(d.buf, d.tail...)
	return d.flush()
}
