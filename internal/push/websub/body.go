package websub

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"slices"
	"strings"
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
	return slices.Concat(rest[:end], tombstones(gone, zone), rest[end:]), nil
}

// tombstones returns the elements that say of articles that they were withdrawn (RFC
// 6721 §3).
func tombstones(gone []left, zone *time.Location) []byte {
	var text strings.Builder
	for _, l := range gone {
		var ref strings.Builder
		if err := xml.EscapeText(&ref, []byte(feed.AtomID(l.guid))); err != nil {
			continue // a strings.Builder takes everything
		}
		fmt.Fprintf(&text, `<at:deleted-entry xmlns:at="http://purl.org/atompub/tombstones/1.0" ref="%s" when="%s"/>`, ref.String(), l.when.In(zone).Format(time.RFC3339))
	}
	return []byte(text.String())
}
