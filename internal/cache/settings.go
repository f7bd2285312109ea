package cache

import "context"

// settingsName is the file in the local copy's folder with the settings of the
// processes that make editions there. No station can have that id.
const settingsName = "settings.lock"

// disagreement is what becomes of a folder that is shared so.
const disagreement = "another process makes editions in the same cache.dir with another configuration or version, and each publishes over the other: give each a folder of its own"

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
				c.log.Error(disagreement, "dir", c.local.dir)
				c.disagrees.Store(true)
			}
			return func() { _ = lock.Close() }
		}
	}
	c.localState.note(c.log, unwritable, err)
	return func() {}
}
