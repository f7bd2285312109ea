package cache

import (
	"context"
	"runtime"
	"runtime/debug"
	"time"

	"feedstation/internal/edition"
)

// What a large build and its encodings needed is not needed again for a long
// time: after so many documents, and so long without another, it is given back.
const (
	manyEncoded = 100
	calmAfter   = 5 * time.Second
)

// Encode makes the encodings of the served editions' documents that take long,
// until ctx ends: an edition is served before it has them.
func (c *Cache) Encode(ctx context.Context) error {
	n := 0
	for {
		var calm <-chan time.Time
		if n >= manyEncoded {
			calm = time.After(calmAfter)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-calm:
			runtime.GC() // what is pooled goes with the second
			debug.FreeOSMemory()
			n = 0
			continue
		case <-c.swapped:
		}
		for _, station := range c.stations {
			if e, ok := c.Served(station); ok {
				n += encode(ctx, e)
			}
		}
	}
}

// encode encodes the documents of an edition that are not yet and returns how
// many these were.
func encode(ctx context.Context, e *edition.Edition) (n int) {
	for _, d := range e.All() {
		if ctx.Err() == nil && d.Encode() {
			n++
		}
	}
	return n
}
