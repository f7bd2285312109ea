package websub

import (
	"bytes"
	"errors"
	"slices"
	"time"

	"feedstation/feed"
	"feedstation/internal/edition"
	"feedstation/internal/network"
)

// cutTo returns a feed in RSS or Atom that has of its items only those of some articles,
// and in Atom says of others that they were withdrawn (RFC 6721). What it has is byte for
// byte what the feed has.
func cutTo(format network.Format, d *edition.Document, articles []edition.Article, gone []left, zone *time.Location) ([]byte, error) {
	body, err := d.Body()
	if err != nil {
		return nil, err
	}
	other := func(address string) bool {
		return !slices.ContainsFunc(articles, func(a edition.Article) bool { return a.Address == address })
	}
	rest, _, err := feed.Remove(d.MediaType(), body, other, d.Modified().In(zone))
	if err != nil || format != network.Atom || len(gone) == 0 {
		return rest, err
	}
	end := bytes.LastIndex(rest, []byte("</feed>"))
	if end < 0 {
		return nil, errors.New("atom feed has no end")
	}
	var deleted []byte
	for _, l := range gone {
		deleted = append(deleted, feed.DeletedEntry(l.guid, l.when.In(zone))...)
	}
	return slices.Concat(rest[:end], deleted, rest[end:]), nil
}
