package edition

import (
	"bytes"
	"container/list"
	"encoding/binary"
	"errors"
	"strconv"
	"sync"
	"sync/atomic"
)

// body is the bytes of a content, which all documents of that content share. They
// are in memory, or at rest and then in memory only while they are asked for.
type body struct {
	hash   Hash
	size   int64 // without encoding
	length int64 // in gzip
	often  bool  // it is asked for often enough to be worth more encodings

	rest  atomic.Pointer[Rest]     // nil: it is in memory and nowhere else
	held  atomic.Pointer[encoded]  // nil: it has to be read
	asked atomic.Bool              // since the ring looked
	lost  atomic.Bool              // what is at rest is missing or damaged
	ids   atomic.Pointer[[]uint32] // see MayHave
}

// encoded is a body in memory.
type encoded struct {
	gzip    []byte
	making  sync.Mutex // held while another encoding is made
	more    [encodings]atomic.Pointer[compressed]
	element *list.Element // in the ring, whose lock guards it; nil: it is in none
}

// compressed is a body in an encoding that is made when it is asked for.
type compressed struct {
	body   []byte
	length []string // in the form of http.Header
}

func newBody(hash Hash, size int64, gzip []byte, often bool) *body {
	b := &body{hash: hash, size: size, length: int64(len(gzip)), often: often}
	b.held.Store(&encoded{gzip: gzip})
	return b
}

// load returns the body in memory, which is read where it is at rest. The error is a
// DamagedError where it is not there as it was stored.
func (b *body) load() (*encoded, error) {
	if e := b.held.Load(); e != nil {
		if !b.asked.Load() { // or every request would write to shared memory
			b.asked.Store(true)
		}
		return e, nil
	}
	rest := b.rest.Load()
	data, err := rest.source.Read(b.hash)
	var read *body
	if err == nil {
		read, err = unpackBody(b.hash, data)
	}
	if errors.Is(err, ErrDamaged) {
		b.lost.Store(true)
		rest.lost.Store(true)
	}
	if err != nil {
		return nil, err
	}
	b.lost.Store(false)
	e := read.held.Load()
	rest.ring.hold(b, e)
	return e, nil
}

// restore gives a lost body its bytes again: they are in memory until they have been
// stored.
func (b *body) restore(gzip func() []byte) {
	if b.lost.Load() && b.held.Load() == nil {
		b.held.Store(&encoded{gzip: gzip()})
	}
}

// release notes that the body is at rest as it is in memory, and whether it is to leave
// that.
func (b *body) release(rest *Rest, leave bool) {
	e := b.held.Load()
	if e == nil || b.lost.Load() {
		return
	}
	b.rest.Store(rest)
	if leave {
		rest.ring.leave(b)
	} else {
		rest.ring.hold(b, e)
	}
}

// ErrBusy is what an encoding meets that is not made yet, while others are made: the
// document can be had in gzip.
var ErrBusy = errors.New("other encodings are being made")

// compressing bounds how many encodings are made at once, whatever clients ask for:
// each takes a processor, and some megabytes.
var compressing = make(chan struct{}, maxCompressing)

const maxCompressing = 2

// in returns the body in Brotli or zstd, made if it is not yet.
func (e *encoded) in(b *body, encoding Encoding) (*compressed, error) {
	if made := e.more[encoding].Load(); made != nil {
		return made, nil
	}
	if !e.making.TryLock() {
		return nil, ErrBusy
	}
	defer e.making.Unlock()
	if made := e.more[encoding].Load(); made != nil {
		return made, nil
	}
	select {
	case compressing <- struct{}{}:
		defer func() { <-compressing }()
	default:
		return nil, ErrBusy
	}
	plain := bytes.NewBuffer(make([]byte, 0, b.size))
	if _, err := gunzip(plain, e.gzip); err != nil {
		return nil, &DamagedError{b.hash}
	}
	compress := compressBrotli
	if encoding == Zstd {
		compress = compressZstd
	}
	made := &compressed{body: compress(plain.Bytes())}
	made.length = []string{strconv.Itoa(len(made.body))}
	e.more[encoding].Store(made)
	if rest := b.rest.Load(); rest != nil {
		rest.ring.grow(e)
	}
	return made, nil
}

// unpackBody returns a body in memory from the packed form of its content, which is
// taken over.
func unpackBody(hash Hash, data []byte) (*body, error) {
	payload, ok := unseal(data)
	rest, ours := bytes.CutPrefix(payload, append([]byte(packMagic), hash[:]...))
	if !ok || !ours {
		return nil, &DamagedError{hash}
	}
	size, n := binary.Uvarint(rest)
	if n <= 0 || len(rest) == n || rest[n] > 1 {
		return nil, &DamagedError{hash}
	}
	return newBody(hash, int64(size), rest[n+1:], rest[n] == 1), nil
}
