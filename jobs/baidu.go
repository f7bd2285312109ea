package jobs

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"feedstation/internal/edition"
	"feedstation/internal/network"
	"feedstation/sitemap"
)

// What Baidu takes of a flat list: so many addresses, less than so many bytes,
// and no longer addresses than that.
const (
	baiduURLs  = 50_000
	baiduBytes = 10<<20 - 1
	baiduLoc   = 256
)

const listType = "text/plain; charset=utf-8"

// addressPiece is the addresses of one sitemap that Baidu takes, newest first, a
// line each.
type addressPiece struct {
	edition.Piece
	lines int
}

// baidu adds the flat list of the newest addresses: Baidu reads no indexes, and
// takes their entries from its quota. It is put together from the sitemaps, of
// which only those are read that are new. Without any address it has the home
// page, as an empty list is reported as broken.
func (b *builder) baidu() error {
	var pieces []edition.Piece
	var newest time.Time
	lines, size := 0, int64(0)
	read := map[edition.Hash]addressPiece{}
	for _, path := range b.newestFirst() {
		document := b.documents[path]
		piece, ok := b.memory.addresses[document.Hash()]
		if !ok {
			var err error
			if piece, err = readAddresses(b.station, document); err != nil {
				return fmt.Errorf("%s: %s: %w", network.BaiduPath, path, err)
			}
		}
		read[document.Hash()] = piece
		piece = piece.cut(baiduURLs-lines, baiduBytes-size)
		pieces = append(pieces, piece.Piece)
		lines += piece.lines
		size += piece.Size()
		if document.Modified().After(newest) {
			newest = document.Modified()
		}
		if lines == baiduURLs || size+baiduLoc >= baiduBytes {
			break
		}
	}
	b.memory.addresses = read
	if lines == 0 {
		pieces = []edition.Piece{edition.NewPiece([]byte(b.station.Address("/") + "\n"))}
	}
	b.addContent(network.BaiduPath, edition.Join(listType, pieces), lines, newest)
	return nil
}

// newestFirst returns the paths of all shards, the one with the newest articles
// first.
func (b *builder) newestFirst() []string {
	shards := b.newestShards()
	slices.SortFunc(shards, func(a, b shardName) int { return cmp.Or(b.month.Compare(a.month), b.n-a.n) })
	var paths []string
	for _, s := range shards {
		paths = append(paths, network.ShardPath(s.month, s.n))
	}
	return paths
}

// readAddresses returns the addresses of a sitemap of the station. One of
// another host is an error: nothing may publish that.
func readAddresses(station *network.Station, document *edition.Document) (addressPiece, error) {
	reader, writer := io.Pipe()
	go func() {
		_, err := document.WriteTo(writer)
		writer.CloseWithError(err)
	}()
	defer reader.Close()
	var addresses []string
	for loc, err := range sitemap.Locs(reader) {
		if err != nil {
			return addressPiece{}, err
		}
		if !strings.HasPrefix(loc, station.URL+"/") && !station.Owns(loc) {
			return addressPiece{}, fmt.Errorf("%s is not on the station's host", loc)
		}
		if len(loc) <= baiduLoc {
			addresses = append(addresses, loc)
		}
	}
	var text bytes.Buffer
	for _, address := range slices.Backward(addresses) {
		text.WriteString(address)
		text.WriteByte('\n')
	}
	return addressPiece{edition.NewPiece(text.Bytes()), len(addresses)}, nil
}

// cut returns the first lines of the piece, at most so many and of at most so
// many bytes.
func (p addressPiece) cut(lines int, size int64) addressPiece {
	if p.lines <= lines && p.Size() <= size {
		return p
	}
	text := p.Text()
	end, n := 0, 0
	for line := range bytes.Lines(text) {
		if n == lines || int64(end+len(line)) > size {
			break
		}
		end += len(line)
		n++
	}
	return addressPiece{edition.NewPiece(text[:end]), n}
}
