package cache

import (
	"errors"
	"log/slog"

	"feedstation/internal/condition"
	"feedstation/internal/edition"
	"feedstation/internal/store"
	"feedstation/internal/store/redis"
)

// redisName and localName are what the log calls the stores.
const (
	redisName = "redis"
	localName = "local copy"
)

// What can be wrong. Editions are served from memory whatever it is.
var (
	redisUnreachable = condition.Kind{
		Level: slog.LevelError, Component: redisName, State: "unreachable",
		Began: "redis unreachable, serving last editions", Cleared: "redis reachable again",
	}
	redisUnwritable = condition.Kind{
		Level: slog.LevelError, Component: redisName, State: "not writable",
		Began: "redis not writable, serving last editions", Cleared: "redis writable again",
	}
	redisDamaged = condition.Kind{
		Level: slog.LevelError, Component: redisName,
		Began: "retraction not readable in redis, retract the article again", Cleared: "retractions readable in redis again",
	}
	localUnreachable = condition.Kind{
		Level: slog.LevelError, Component: localName, State: "not answering",
		Began: "disk of the local copy not answering, serving from memory", Cleared: "disk of the local copy answering again",
	}
	localUnwritable = condition.Kind{
		Level: slog.LevelError, Component: localName, State: "not writable",
		Began: "local copy not writable, serving from memory", Cleared: "local copy writable again",
	}
	localShared = condition.Kind{
		Level: slog.LevelError, Component: "cache", State: "shared",
		Began: "two configurations or versions publish over each other in one cache.dir, give each a folder of its own",
	}
	localDamaged = condition.Kind{
		Level: slog.LevelError, Component: localName, State: "damaged", Stations: true,
		Began: "documents of the local copy damaged, building them again", Cleared: "documents of the local copy whole again",
	}
	pinRefused = condition.Kind{
		Level: slog.LevelError, Component: "cache", Stations: true,
		Began: "pinned edition damaged or not known to show nothing withdrawn, serving the current one", Cleared: "pinned edition served again",
	}
	outOfStep = condition.Kind{
		Level: slog.LevelError, Component: "cache", State: "not in step", Stations: true,
		Began: "station not in step, serving its last edition", Cleared: "station in step again",
	}
)

// Components returns where editions are stored: "local copy" and, where it is
// configured, "redis".
func (c *Cache) Components() []string {
	if c.redis == nil {
		return []string{localName}
	}
	return []string{localName, redisName}
}

// Conditions returns what keeps this process from storing its editions, or from
// following others.
func (c *Cache) Conditions() []condition.Condition { return c.conditions.All() }

// noteWritten notes whether a store has taken what is a station's, or with "" of
// all. That the disk is late is no fault for a while.
func (c *Cache) noteWritten(s store.Store, station string, err error) {
	kind := localUnwritable
	switch {
	case errors.Is(err, edition.ErrDamaged):
		return // which is no fault of the store, see mend
	case s != store.Store(c.local):
		if kind = redisUnwritable; err != nil && !redis.IsReply(err) {
			c.conditions.Note(redisUnreachable, "", err)
		}
	case errors.Is(err, errLate) && !c.local.stuck():
		return
	}
	c.conditions.Note(kind, station, err)
}
