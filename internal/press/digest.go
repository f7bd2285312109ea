package press

import (
	"hash/maphash"
	"time"

	"feedstation/internal/article"
)

// digest returns a digest of articles as feeds show them: equal ones have the
// same of a seed.
func digest(seed maphash.Seed, articles []article.Article) uint64 {
	var h maphash.Hash
	h.SetSeed(seed)
	for i := range articles {
		a := &articles[i]
		// Lengths first, then elements: no two sequences are the same.
		maphash.WriteComparable(&h, [...]int{len(a.Channels), len(a.Authors), len(a.Tags), len(a.Images), len(a.Enclosures), len(a.Alternates)})
		for _, list := range [][]string{{
			a.ID, a.Station, a.URL, a.GUID, a.Title, a.Summary, a.Body, a.Editor, a.Language, a.Rights, a.OriginalURL, a.NextURL, a.Lead, string(a.Status),
		}, a.Channels, a.Authors, a.Tags} {
			writeAll(&h, list)
		}
		for _, at := range []time.Time{a.Published, a.Updated, a.Expires, a.Modified} {
			maphash.WriteComparable(&h, at.UnixNano())
		}
		maphash.WriteComparable(&h, a.Source)
		maphash.WriteComparable(&h, [...]bool{a.NoIndex, a.NotNews})
		writeAll(&h, a.Images)
		writeAll(&h, a.Enclosures)
		writeAll(&h, a.Alternates)
	}
	return h.Sum64()
}

func writeAll[T comparable](h *maphash.Hash, values []T) {
	for _, value := range values {
		maphash.WriteComparable(h, value)
	}
}

// digestAll returns a digest of digests in their order.
func digestAll(seed maphash.Seed, digests []uint64) uint64 {
	var h maphash.Hash
	h.SetSeed(seed)
	writeAll(&h, digests)
	return h.Sum64()
}
