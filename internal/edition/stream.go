package edition

import (
	"bytes"

	"github.com/klauspost/compress/gzip"
)

// Writer makes the content of a document too large to be held without
// compression: it compresses what is written, in gzip only, which whoever reads
// such documents accepts. The hash is that of media type and compressed body.
type Writer struct {
	mediaType string
	gzip      *gzip.Writer
	out       bytes.Buffer
	size      int64
	content   *Content
}

// NewWriter returns a Writer of new content. It must be closed.
func NewWriter(mediaType string) *Writer {
	w := &Writer{mediaType: mediaType, gzip: streamWriters.Get().(*gzip.Writer)}
	resetGzip(w.gzip, &w.out)
	return w
}

// Write compresses p. There is no error.
func (w *Writer) Write(p []byte) (int, error) {
	w.size += int64(len(p))
	return w.gzip.Write(p)
}

// Close completes the content. There is no error.
func (w *Writer) Close() error {
	if err := w.gzip.Close(); err != nil {
		return err
	}
	streamWriters.Put(w.gzip)
	w.gzip = nil
	w.content = newGzipContent(w.mediaType, bytes.Clone(w.out.Bytes()), w.size)
	w.out = bytes.Buffer{}
	return nil
}

// Content returns what was written, once the Writer is closed.
func (w *Writer) Content() *Content { return w.content }
