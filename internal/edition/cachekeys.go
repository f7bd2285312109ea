package edition

import "feedstation/internal/network"

// cacheKeys are what names a document at its path to caches in front, see
// [network.Station.CacheKey].
type cacheKeys struct {
	station, path  string
	spaced, commas [1]string
}

// CacheKeys returns the fields Surrogate-Key and Cache-Tag of the document at a path of a
// station: its own key and the station's. They are made when first asked for, and anew where
// the document has moved to another path.
func (d *Document) CacheKeys(station *network.Station, path string) (surrogateKey, cacheTag []string) {
	f := d.header()
	k := f.cacheKeys.Load()
	if k == nil || k.path != path || k.station != station.ID {
		all, own := station.CacheKey(""), station.CacheKey(path)
		k = &cacheKeys{station: station.ID, path: path, spaced: [1]string{all + " " + own}, commas: [1]string{all + "," + own}}
		f.cacheKeys.Store(k)
	}
	return k.spaced[:], k.commas[:]
}
