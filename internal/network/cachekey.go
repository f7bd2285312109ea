package network

import "strings"

// CacheKeys are the header fields in which documents carry their keys.
type CacheKeys struct {
	SurrogateKey bool // of Fastly, and of Varnish as one configures it
	CacheTag     bool // of Cloudflare
}

// CacheKey returns what names the document at a path of the station to caches in front,
// which purge by it; of no path it is that of all documents of the station. It is made of
// letters, digits, hyphens, underscores and dots, so that it is itself in an address, in a
// list and in JSON, and has at most about 150 bytes: Fastly takes 1,024. The
// compressed twin of a sitemap is purged with it.
func (s *Station) CacheKey(path string) string {
	path = strings.TrimSuffix(path, GzipSuffix)
	return cacheKeyPrefix + s.ID + strings.ReplaceAll(path, "/", ".")
}

// cacheKeyPrefix tells our keys from those of other programs behind the same cache.
const cacheKeyPrefix = "fs."
