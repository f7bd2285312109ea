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

// addressPiece is addresses of a sitemap that Baidu takes, newest first, a line
// each.
type addressPiece struct {
	edition.Piece
	lines int
}

// addressKey names the addresses of a sitemap, and whether they are in pieces as
// its parts are.
type addressKey struct {
	sitemap edition.Hash
	inParts bool
}

// baidu adds the flat list of the newest addresses: Baidu reads no indexes, and
// takes their entries from its quota. It is put together from pieces: one for each
// part of the newest sitemap, which changes often, and one for each other sitemap.
// Only those are read that are new. Without any address it has the home page, as
// an empty list is reported as broken.
func (b *builder) baidu() error {
	var pieces []*edition.Piece
	var newest time.Time
	lines, size := 0, int64(0)
	read := map[addressKey][]*addressPiece{}
	for i, path := range b.newestFirst() {
		parts, err := b.addresses(path, i == 0)
		if err != nil {
			return fmt.Errorf("%s: %s: %w", network.BaiduPath, path, err)
		}
		document := b.documents[path]
		read[addressKey{document.Hash(), i == 0}] = parts
		if document.Modified().After(newest) {
			newest = document.Modified()
		}
		for _, piece := range slices.Backward(parts) {
			piece = piece.cut(baiduURLs-lines, baiduBytes-size)
			pieces = append(pieces, &piece.Piece)
			lines += piece.lines
			size += piece.Size()
		}
		if lines == baiduURLs || size+baiduLoc >= baiduBytes {
			break
		}
	}
	b.memory.addresses = read
	if lines == 0 {
		home := edition.NewPiece([]byte(b.station.Address("/") + "\n"))
		pieces = append(pieces, &home)
	}
	b.addContent(network.BaiduPath, edition.Join(listType, pieces), lines, newest)
	b.documents[network.BaiduPath].Share(pieces...)
	return nil
}

// addresses returns the addresses of a sitemap: of the newest, a piece for each of
// its parts.
func (b *builder) addresses(path string, newest bool) ([]*addressPiece, error) {
	document := b.documents[path]
	if m := &b.memory.month; newest && m.document == document.Hash() {
		return b.addressesOf(m.parts)
	}
	if known, ok := b.memory.addresses[addressKey{document.Hash(), newest}]; ok {
		return known, nil
	}
	var ids []string
	if newest {
		ids = recordIDs(b.records[path])
	}
	reader, writer := io.Pipe()
	go func() {
		_, err := document.WriteTo(writer)
		writer.CloseWithError(err)
	}()
	defer reader.Close()
	return readAddresses(b.station, reader, ids)
}

// addressesOf returns the addresses of parts, of which it reads those that are
// new.
func (b *builder) addressesOf(parts []part) ([]*addressPiece, error) {
	var all []*addressPiece
	head, tail := extensions.Frame()
	for i := range parts {
		if p := &parts[i]; p.addresses == nil {
			text := io.MultiReader(strings.NewReader(head), bytes.NewReader(p.entries.Text()), strings.NewReader(tail))
			pieces, err := readAddresses(b.station, text, nil)
			if err != nil {
				return nil, err
			}
			p.addresses = pieces[0]
		}
		all = append(all, parts[i].addresses)
	}
	return all, nil
}

// readAddresses returns the addresses of a sitemap of the station, a piece for
// each of the parts that it has with articles of these ids. An address of
// another host is an error: nothing may publish that.
func readAddresses(station *network.Station, text io.Reader, ids []string) ([]*addressPiece, error) {
	var pieces []*addressPiece
	var addresses []string
	pages, n := 0, 0 // of all, of the part
	end := func() {
		var list bytes.Buffer
		for _, address := range slices.Backward(addresses) {
			list.WriteString(address)
			list.WriteByte('\n')
		}
		pieces = append(pieces, &addressPiece{edition.NewPiece(list.Bytes()), len(addresses)})
		addresses, n = addresses[:0], 0
	}
	for loc, err := range sitemap.Locs(text) {
		if err != nil {
			return nil, err
		}
		if !strings.HasPrefix(loc, station.URL+"/") && !station.Owns(loc) {
			return nil, fmt.Errorf("%s is not on the station's host", loc)
		}
		if len(loc) <= baiduLoc {
			addresses = append(addresses, loc)
		}
		pages, n = pages+1, n+1
		if pages <= len(ids) && endsPart(ids[pages-1], n) {
			end()
		}
	}
	if n > 0 {
		end()
	}
	return pieces, nil
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

// cut returns the first lines of the piece, at most so many and of at most so
// many bytes.
func (p *addressPiece) cut(lines int, size int64) *addressPiece {
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
	return &addressPiece{edition.NewPiece(text[:end]), n}
}
