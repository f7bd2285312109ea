package cache

import (
	"context"
	"math"
	"time"

	"feedstation/internal/store/disk"
)

// InStep returns when [Cache.Follow] last began to ask the stores and was in step with
// them when it was done, with a monotonic reading; zero: not yet.
func (c *Cache) InStep() time.Time {
	if at := c.inStep.Load(); at != nil {
		return *at
	}
	return time.Time{}
}

// Room returns how many bytes the local copy has, and how many more the disk has room
// for, as [Cache.Follow] finds once a minute; not ok: that is not known.
func (c *Cache) Room() (bytes, free int64, ok bool) {
	room := c.room.Load()
	if room == nil {
		return 0, 0, false
	}
	for _, d := range c.desks {
		bytes += d.bytes.Load()
	}
	return bytes, int64(min(room.Bytes, math.MaxInt64)), true
}

// RedisErrors returns how often Redis failed, by what it was asked for; nil: there is
// none.
func (c *Cache) RedisErrors() map[string]int64 {
	if c.redis == nil {
		return nil
	}
	return c.redis.Errors()
}

// lookAtRoom looks how much room the disk has, unless it does not answer.
func (c *Cache) lookAtRoom(ctx context.Context) {
	room, err := ask(c.local, nil, func() (disk.Room, error) { return disk.Look(c.files.Dir()), nil })
	if err != nil || ctx.Err() != nil || room.Bytes == math.MaxUint64 { // which says that it can't be known
		return
	}
	c.room.Store(&room)
}
