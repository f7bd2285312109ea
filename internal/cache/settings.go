package cache

import (
	"context"
	"errors"
)

// settingsName is the file in the local copy's folder with the settings of the
// processes that make editions there. No station can have that id.
const settingsName = "settings.lock"

var errShared = errors.New("another process makes editions in the same cache.dir with another configuration or version: give each a folder of its own")

// Share tells other processes that use the same local copy with which settings
// this one makes editions, until done is called, and logs when theirs are others:
// then each publishes over the other. With Redis they do not, and nothing is told.
func (c *Cache) Share(ctx context.Context, settings string) (done func()) {
	if c.redis != nil {
		return func() {}
	}
	base, err := c.local.folder()
	if err == nil {
		lock, agreed, lockErr := base.Agree(ctx, settingsName, settings)
		if err = lockErr; err == nil {
			if !agreed {
				c.conditions.Note(localShared, "", errShared, "dir", c.local.dir)
			}
			return func() { _ = lock.Close() }
		}
	}
	c.noteWritten(c.disk, "", err)
	return func() {}
}
