package sitemap

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"time"
)

// Split writes the URLs, in their order, to as many sitemaps as they need.
//
// For each it calls open with the number of the file, from 1, and closes what
// open returned once the sitemap is complete and before it opens the next. No
// file is opened without a URL for it. Of the URLs Split holds only what it has
// not written yet, some 32 KiB.
//
// It returns what it wrote, file by file, also beside an error: an index needs
// the times.
//
// Split ends with the first error: that of urls as it is, that of a URL (see
// [Options.Invalid]), or that of a file. A file that is then open has no end
// tag and is not closed: whoever opened it discards it.
func Split(urls iter.Seq2[URL, error], opts Options, open func(n int) (io.WriteCloser, error)) ([]File, error) {
	f := &files{open: open}
	w := NewWriter(f, opts)
	for u, err := range urls {
		if err != nil {
			return f.done, err
		}
		err = w.Add(u)
		if errors.Is(err, ErrFull) {
			if err = f.finish(w); err != nil {
				return f.done, err
			}
			err = w.Add(u)
		}
		if bad, ok := errors.AsType[*URLError](err); ok && opts.Invalid != nil {
			err = opts.Invalid(bad)
		}
		if err != nil {
			return f.done, err
		}
	}
	if w.Len() == 0 {
		return f.done, nil
	}
	err := f.finish(w)
	return f.done, err
}

// File is a sitemap that [Split] has completed.
type File struct {
	URLs    int
	Bytes   int64     // without compression
	LastMod time.Time // the latest of its URLs; the zero time if none has one
}

// files is the writer below Split: a file that opens with its first byte.
type files struct {
	open    func(n int) (io.WriteCloser, error)
	n       int            // files opened
	current io.WriteCloser // nil between files
	done    []File
}

func (f *files) Write(p []byte) (int, error) {
	if f.current == nil {
		file, err := f.open(f.n + 1)
		if err != nil {
			return 0, fmt.Errorf("file %d: %w", f.n+1, err)
		}
		f.current = file
		f.n++
	}
	n, err := f.current.Write(p)
	if err != nil {
		return n, fmt.Errorf("file %d: %w", f.n, err)
	}
	return n, nil
}

// finish completes the current file and makes w ready for the next one.
func (f *files) finish(w *Writer) error {
	if err := w.Close(); err != nil {
		return err
	}
	if err := f.current.Close(); err != nil {
		return fmt.Errorf("file %d: %w", f.n, err)
	}
	f.done = append(f.done, File{w.Len(), w.Size(), w.lastMod})
	f.current, w.lastMod = nil, time.Time{}
	w.doc.begin(f)
	return nil
}
