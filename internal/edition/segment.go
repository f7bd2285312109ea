package edition

import (
	"bytes"
	"hash/crc32"
	"hash/maphash"
	"math"
)

// A feed is compressed in segments, so that the next one, which has an article
// more at its head and one less at its end, takes over those in between. Each
// begins with an item and may repeat what is shortly before it. All together are a
// fiftieth longer than a whole would be.
const (
	segmentSize = 16 << 10 // on average, in bytes
	lookBack    = 16 << 10
	itemHead    = 256 // bytes that tell items apart
)

// segment is a piece of a body that may repeat what is before it.
type segment struct {
	Piece
	key uint64 // of its text and what it may repeat, in this process
}

var segmentSeed = maphash.MakeSeed()

// compressBody compresses a body in segments. Those that known has are not
// compressed again. Equal bodies give equal bytes, whatever is known.
func compressBody(body []byte, item string, known []segment) ([]byte, []segment) {
	ends := cuts(body, item)
	segments := make([]segment, len(ends))
	pieces := make([]*Piece, len(ends))
	begin := 0
	for i, end := range ends {
		before, text := body[max(0, begin-lookBack):begin], body[begin:end]
		key := maphash.Bytes(segmentSeed, body[begin-len(before):end])
		segments[i] = find(known, key, len(text))
		if segments[i].deflated == nil {
			segments[i] = segment{newPiece(bodyWriters, before, text), key}
		}
		pieces[i] = &segments[i].Piece
		begin = end
	}
	data := join(pieces)
	share(data, pieces)
	return data, segments
}

func find(known []segment, key uint64, size int) segment {
	for _, s := range known {
		if s.key == key && s.size == int64(size) {
			return s
		}
	}
	return segment{}
}

// cuts returns where the segments of a body end. A segment begins with some of
// the items, which themselves say whether: other items that come or go do not
// matter. The longer an item, the likelier.
func cuts(body []byte, item string) []int {
	var ends []int
	for begin, end := 0, 0; item != "" && end < len(body); begin = end {
		end = len(body)
		if next := bytes.Index(body[min(begin+1, end):], []byte(item)); next >= 0 {
			end = begin + 1 + next
		}
		chance := float64(end-begin) / segmentSize
		if begin > 0 && float64(crc32.ChecksumIEEE(body[begin:min(end, begin+itemHead)])) < chance*math.MaxUint32 {
			ends = append(ends, begin)
		}
	}
	return append(ends, len(body))
}
