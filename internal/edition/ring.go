package edition

import (
	"container/list"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
	"weak"

	"feedstation/internal/article"
	"feedstation/internal/network"
)

// Source is where packed documents are at rest.
type Source interface {
	// Read returns a packed document. The error is ErrDamaged when it is known not to
	// be there as it was stored; any other may pass.
	Read(hash Hash) ([]byte, error)
	// Write stores a packed document, in place of what is there.
	Write(hash Hash, packed []byte) error
}

// Rest is where bodies of a station are that need not be in memory.
type Rest struct {
	source Source
	ring   *Ring
	lost   atomic.Bool // see TakeLost
}

// NewRest returns the rest of documents of a source. What has been read of it stays
// in the ring for a while.
func NewRest(source Source, ring *Ring) *Rest { return &Rest{source: source, ring: ring} }

// Open returns the document of an entry, at rest. It reads nothing, unless the entry
// is one of a former version, that does not tell what the document is like.
func (r *Rest) Open(entry Entry) (*Document, error) {
	if entry.Gzip == 0 {
		data, err := r.source.Read(entry.Hash)
		if err != nil {
			return nil, err
		}
		d, err := Unpack(entry, data)
		if err == nil {
			d.body.release(r, false)
		}
		return d, err
	}
	b := &body{hash: entry.Hash, size: entry.Size, length: entry.Gzip, often: entry.Often}
	b.rest.Store(r)
	return entry.of(b), nil
}

// Keep returns the document of an entry from its packed form, which comes from
// elsewhere: at rest, if it can be written. The error is that of Unpack.
func (r *Rest) Keep(entry Entry, packed []byte) (*Document, error) {
	d, err := Unpack(entry, packed)
	if err == nil && r.source.Write(entry.Hash, packed) == nil { // else it stays in memory
		d.body.release(r, false)
	}
	return d, err
}

// Release notes that the documents and the contents of an edition are at rest, as far
// as they are in memory. Months of long ago leave it: nobody has asked for them, and a
// first build makes all of them. The contents of feeds stay in memory: they are small, and
// every take-down asks for them.
func (r *Rest) Release(e *Edition) {
	recent := article.MonthOf(e.watermark.AddDate(0, -1, 0), time.UTC)
	for path, d := range e.documents {
		month, _, shard := network.ParseShardPath(path)
		d.body.release(r, shard && month.Compare(recent) < 0)
	}
	for path, d := range e.contents {
		if month, _, shard := network.ParseShardPath(path); shard || network.IsArchive(path) {
			d.body.release(r, shard && month.Compare(recent) < 0)
		}
	}
}

// TakeLost reports whether documents have been found missing or damaged since the last
// call.
func (r *Rest) TakeLost() bool { return r.lost.Swap(false) }

// Mend stores a lost document again, from its packed form or, with nil, as it has
// been restored. The error is a DamagedError where it is not that document's.
func (r *Rest) Mend(d *Document, packed []byte) (err error) {
	if packed == nil {
		packed, err = d.Pack()
	} else {
		_, err = unpackBody(d.body.hash, packed)
	}
	if err == nil {
		err = r.source.Write(d.body.hash, packed)
	}
	if err == nil {
		d.body.lost.Store(false)
		d.body.release(r, false)
	}
	return err
}

// Ring holds the bodies that have been read last, up to a number of bytes. One that
// has been asked for again stays when its turn to leave comes, once each time: a
// crawler that reads an archive does not push out the feeds. One that no edition has any
// more leaves.
type Ring struct {
	mu     sync.Mutex
	budget int64
	used   int64
	bodies list.List // of held bodies, the next to leave first
}

// NewRing returns a ring for so many bytes.
func NewRing(budget int64) *Ring { return &Ring{budget: budget} }

// Used returns how many bytes it holds.
func (r *Ring) Used() int64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.used
}

// heldCost is about what a body in memory takes besides its bytes.
const heldCost = 256

// holding is a body in the ring, for as long as an edition has it.
type holding struct {
	body    weak.Pointer[body]
	size    int64           // that is counted; 0: it has left the ring
	cleanup runtime.Cleanup // takes it out with the body
}

// cost returns what a body takes in memory, in bytes.
func (e *encoded) cost() int64 {
	size := int64(len(e.gzip)) + heldCost
	for i := range e.more {
		if made := e.more[i].Load(); made != nil {
			size += int64(len(made.body))
		}
	}
	return size
}

// hold holds a body that is at rest, as it has been read or was in memory. One that
// is larger than the ring leaves at once.
func (r *Ring) hold(b *body, e *encoded) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if now := b.held.Load(); now != nil && now.element != nil {
		return // another reader was quicker
	}
	size := e.cost()
	if size > r.budget {
		b.held.Store(nil)
		return
	}
	b.asked.Store(false)
	b.held.Store(e)
	h := &holding{body: weak.Make(b), size: size}
	e.element = r.bodies.PushBack(h)
	h.cleanup = runtime.AddCleanup(b, r.forget, e.element)
	r.used += size
	r.shrink()
}

// forget takes a body out of the ring that no edition has any more.
func (r *Ring) forget(element *list.Element) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.remove(element)
}

func (r *Ring) remove(element *list.Element) {
	h := element.Value.(*holding)
	r.used -= h.size
	h.size = 0
	r.bodies.Remove(element)
}

// leave has a body leave memory that is at rest and in no ring.
func (r *Ring) leave(b *body) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if now := b.held.Load(); now != nil && now.element == nil {
		b.held.Store(nil)
	}
}

// grow counts anew what a body takes.
func (r *Ring) grow(e *encoded) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if e.element == nil || e.element.Value.(*holding).size == 0 {
		return // it has left
	}
	h := e.element.Value.(*holding)
	r.used -= h.size
	h.size = e.cost()
	r.used += h.size
	r.shrink()
}

func (r *Ring) shrink() {
	for r.used > r.budget {
		first := r.bodies.Front()
		b := first.Value.(*holding).body.Value()
		if b != nil && b.asked.Swap(false) && r.bodies.Len() > 1 {
			r.bodies.MoveToBack(first)
			continue
		}
		r.remove(first)
		if b == nil {
			continue
		}
		first.Value.(*holding).cleanup.Stop() // a body comes and goes many times
		if e := b.held.Swap(nil); e != nil {
			e.element = nil
		}
		runtime.KeepAlive(b) // Stop may end the process where it has gone: golang.org/issue/81435
	}
}
