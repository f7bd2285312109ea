//go:build unix

package sitemap_test

import (
	"bytes"
	"io"
	"syscall"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"
)

// BenchmarkBesideGzip writes URLs through the quickest compressor, in turns with that
// compressor alone, which is given the same bytes; the goal is 1.15 times its time.
func BenchmarkBesideGzip(b *testing.B) {
	for _, bm := range fullSitemaps(b) {
		b.Run(bm.name, func(b *testing.B) {
			var text bytes.Buffer
			if err := writeAll(&text, bm.opts, bm.urls); err != nil {
				b.Fatal(err)
			}
			z, err := gzip.NewWriterLevel(io.Discard, gzip.BestSpeed)
			if err != nil {
				b.Fatal(err)
			}
			compressed := func(write func() error) time.Duration {
				began := processorTime(b)
				z.Reset(io.Discard)
				if err := write(); err != nil {
					b.Fatal(err)
				}
				if err := z.Close(); err != nil {
					b.Fatal(err)
				}
				return processorTime(b) - began
			}
			var written, alone time.Duration
			for b.Loop() {
				written += compressed(func() error { return writeAll(z, bm.opts, bm.urls) })
				alone += compressed(func() error {
					_, err := z.Write(text.Bytes())
					return err
				})
			}
			b.ReportMetric(float64(len(bm.urls)*b.N)/written.Seconds(), "URL/s")
			b.ReportMetric(written.Seconds()/alone.Seconds(), "×gzip")
		})
	}
}

// processorTime returns how long the process has been computing: other programs of the
// machine make little difference to it.
func processorTime(b *testing.B) time.Duration {
	b.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
