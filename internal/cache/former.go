package cache

import (
	"maps"
	"time"

	"feedstation/internal/edition"
	"feedstation/internal/network"
)

// formerTime is how long a sitemap is answered that has left the edition.
const formerTime = 10 * time.Second

// formers are sitemaps that have left the served edition, by path.
type formers map[string]former

type former struct {
	document *edition.Document
	until    time.Time
}

// Former returns the sitemap that was at a path of a station until a moment
// ago: whoever read an index from a process that is a moment behind, or was
// reading it when the edition changed, finds what it names.
func (c *Cache) Former(station, path string) (*edition.Document, bool) {
	d, ok := c.desks[station]
	if !ok {
		return nil, false
	}
	left := d.former.Load()
	if left == nil {
		return nil, false
	}
	one, ok := (*left)[path]
	return one.document, ok && time.Now().Before(one.until)
}

// remember takes note of the sitemaps that before has and after has not.
func (d *desk) remember(before, after *edition.Edition) {
	left := formers{}
	now := time.Now()
	if old := d.former.Load(); old != nil {
		maps.Copy(left, *old)
	}
	maps.DeleteFunc(left, func(_ string, one former) bool { return !now.Before(one.until) })
	if before != nil && after != nil {
		for path := range before.All() {
			if _, ok := after.Document(path); ok || !network.IsSitemap(path) {
				continue
			}
			for _, path := range []string{path, path + network.GzipSuffix} {
				if document, ok := before.Document(path); ok {
					left[path] = former{document, now.Add(formerTime)}
				}
			}
		}
	}
	if len(left) == 0 {
		d.former.Store(nil)
		return
	}
	d.former.Store(&left)
}

// forget has no former sitemaps any more: they may name what was retracted.
func (d *desk) forget() { d.former.Store(nil) }
