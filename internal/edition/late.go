package edition

import (
	"sync"
	"sync/atomic"
)

// late are the encodings that a document gets after it is served.
type late struct {
	making sync.Once
	brotli atomic.Pointer[Variant] // nil: not made yet
	wanted atomic.Bool             // zstd is being made
	zstd   atomic.Pointer[Variant] // nil: not made yet
}

// none is a variant that a document does not have.
var none Variant

func (l *late) variant(encoding Encoding) *Variant {
	if l == nil {
		return &none
	}
	made := l.brotli.Load()
	if encoding == Zstd {
		made = l.zstd.Load()
	}
	if made == nil {
		return &none
	}
	return made
}

// Encode makes the encoding that a document lacks and most clients have use for,
// Brotli, and reports whether it lacked it. It may be called while the document
// is served, and again.
func (d *Document) Encode() (made bool) {
	if d.late == nil {
		return false
	}
	d.late.making.Do(func() {
		brotli := d.variant(Brotli, compressBrotli(d.Body()))
		d.late.brotli.Store(&brotli)
		made = true
	})
	return made
}

// zstdTurn bounds what making zstd takes, in memory and processors, when one
// client asks for every feed.
var zstdTurn sync.Mutex

// wantZstd has zstd made, soon, for a document that has Brotli: whoever asks
// for it knows no Brotli, which is rare, and all would be in memory for them.
func (d *Document) wantZstd() {
	l := d.late
	if l == nil || l.brotli.Load() == nil || l.wanted.Load() || !l.wanted.CompareAndSwap(false, true) {
		return
	}
	go func() {
		zstdTurn.Lock()
		defer zstdTurn.Unlock()
		zstd := d.variant(Zstd, compressZstd(d.Body()))
		l.zstd.Store(&zstd)
	}()
}
