package cache

import (
	"context"
	"errors"
)

var errShared = errors.New("another process makes editions in the same cache.dir with another configuration or version: give each a folder of its own")

// Share tells other processes that use the same local copy with which settings
// this one makes editions, until done is called, and logs when theirs are others:
// then each publishes over the other. With Redis they do not, and nothing is told.
func (c *Cache) Share(ctx context.Context, settings string) (done func()) {
	if c.redis != nil {
		return func() {}
	}
	lock, agreed, err := c.files.Agree(ctx, settings)
	if err == nil {
		if !agreed {
			c.conditions.Note(localShared, "", errShared, "dir", c.files.Dir())
		}
		return func() { _ = lock.Close() }
	}
	c.noteWritten(c.local, "", err)
	return func() {}
}
