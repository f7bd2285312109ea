package edition

import (
	"bytes"
	"io"
	"sync"
	"time"

	"github.com/andybalholm/brotli"
	"github.com/andybalholm/brotli/matchfinder"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// The levels are where a feed of half a megabyte costs milliseconds; higher
// ones cost many times that for a few per cent. The bytes depend on the
// library's version too, so equal builds need equal versions.
const (
	bodyLevel   = 2 // a tenth larger than at 5, in half the time; most clients take Brotli
	brotliLevel = 3
)

// Compressors hold up to some megabytes each, hence the pools.
var (
	bodyWriters = sync.Pool{New: func() any {
		w, err := gzip.NewWriterLevel(nil, bodyLevel)
		if err != nil {
			panic(err) // only a level that does not exist is an error
		}
		return w
	}}
	zstdWriters = sync.Pool{New: func() any {
		// No goroutines, and not the window of 8 MiB that no feed fills.
		w, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(1<<20), zstd.WithLowerEncoderMem(true))
		if err != nil {
			panic(err) // only an option that does not exist is an error
		}
		return w
	}}
	brotliWriters = sync.Pool{New: func() any { return brotli.NewWriterV2(nil, brotliLevel) }}
	gzipReaders   = sync.Pool{New: func() any { return new(gzip.Reader) }}
	buffers       = sync.Pool{New: func() any { return new(bytes.Buffer) }} // to be emptied before use
)

// resetGzip leaves name and time in the header empty: equal content has equal
// bytes. No time is 0 there (RFC 1952 §2.3.1), which the library does not write
// for a zero time.Time.
func resetGzip(w *gzip.Writer, out io.Writer) {
	w.Reset(out)
	w.ModTime = time.Unix(0, 0)
}

func compressGzip(body []byte) []byte {
	w := bodyWriters.Get().(*gzip.Writer)
	defer bodyWriters.Put(w)
	return compress(w, body, func(out io.Writer) { resetGzip(w, out) })
}

func compressBrotli(body []byte) []byte {
	w := brotliWriters.Get().(*matchfinder.Writer)
	defer brotliWriters.Put(w)
	return compress(w, body, w.Reset)
}

func compressZstd(body []byte) []byte {
	w := zstdWriters.Get().(*zstd.Encoder)
	defer zstdWriters.Put(w)
	return compress(w, body, w.Reset)
}

func compress(w io.WriteCloser, body []byte, reset func(io.Writer)) []byte {
	out := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(out)
	out.Reset()
	reset(out)
	if _, err := w.Write(body); err != nil {
		panic(err) // a bytes.Buffer takes every write
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	return bytes.Clone(out.Bytes()) // without the buffer's spare room
}

// gunzip decompresses data to w.
func gunzip(w io.Writer, data []byte) (int64, error) {
	r := gzipReaders.Get().(*gzip.Reader)
	defer gzipReaders.Put(r)
	if err := r.Reset(bytes.NewReader(data)); err != nil {
		return 0, err
	}
	return r.WriteTo(w)
}
