package press

import (
	"bytes"
	"fmt"
	"iter"
	"strings"
	"time"

	"feedstation/internal/edition"
	"feedstation/internal/network"
)

// Documents do not tell the ids of their articles. Records do, so that an
// article can be found, and taken down, without the content store:
//
//	at the path of a month's sitemap   the ids of its pages, in their order, a line each
//	at that of the station's RSS feed  of all feeds, a line each article:
//	                                   channel, id and guid, with tabs between them
const recordType = "text/plain; charset=utf-8"

// feedsRecord is the path of the record of all feeds.
var feedsRecord = network.FeedPath("", network.RSS)

// recordFeeds records the articles of all feeds: those of the feeds that have
// been rendered, and of the others what was recorded before.
func (b *builder) recordFeeds(rendered []channelFeed) error {
	fresh := map[string]*channelFeed{}
	for i := range rendered {
		fresh[rendered[i].channel.ID] = &rendered[i]
	}
	before, err := b.recordedFeeds()
	if err != nil {
		return err
	}
	w := edition.NewWriter(recordType)
	n := 0
	for _, channel := range append([]network.Channel{{}}, b.station.Channels...) {
		lines := before[channel.ID]
		if f, ok := fresh[channel.ID]; ok {
			lines = f.lines()
		}
		for _, line := range lines {
			writeLine(w, channel.ID, line.ID, line.GUID)
		}
		n += len(lines)
	}
	b.addRecord(feedsRecord, contentOf(w), n)
	return nil
}

// recordedFeeds returns the articles of the current edition's feeds, by channel.
func (b *draft) recordedFeeds() (map[string][]FeedLine, error) {
	if b.current == nil {
		return nil, nil
	}
	return FeedLines(b.current)
}

// lines returns what is to be recorded of a feed that has been rendered.
func (f *channelFeed) lines() []FeedLine {
	var lines []FeedLine
	for i, address := range f.addresses {
		if address != "" {
			lines = append(lines, FeedLine{OneLine(f.articles[i].ID), address})
		}
	}
	return lines
}

func (b *draft) addRecord(path string, content *edition.Content, items int) {
	var previous *edition.Document
	if b.current != nil {
		previous, _ = b.current.Record(path)
	}
	revision := edition.Revision{Newest: time.Time{}, AsOf: b.asOf, Items: items, Advice: edition.DefaultAdvice}
	b.records[path] = revision.Settle(content, previous)
}

// contentOf closes a Writer and returns what was written. Its methods have errors
// for the sake of their interfaces.
func contentOf(w *edition.Writer) *edition.Content {
	_ = w.Close()
	return w.Content()
}

func writeLine(w *edition.Writer, fields ...string) {
	_, _ = w.Write([]byte(strings.Join(fields, "\t") + "\n"))
}

// keep keeps a document of the current edition with its record.
func (b *draft) keep(path string) {
	b.documents[path] = b.previous(path)
	if record, ok := b.current.Record(path); ok {
		b.records[path] = record
	}
}

// IsShard reports whether a path is that of a month's sitemap.
func IsShard(path string) bool {
	_, _, ok := network.ParseShardPath(path)
	return ok
}

// OneLine returns an id as records have it: none is taken for two.
func OneLine(id string) string { return lineBreaks.Replace(id) }

// FromLine is the inverse of OneLine.
func FromLine(line string) string { return lineEscapes.Replace(line) }

var (
	lineBreaks  = strings.NewReplacer("\\", `\\`, "\t", `\t`, "\n", `\n`, "\r", `\r`)
	lineEscapes = strings.NewReplacer(`\\`, "\\", `\t`, "\t", `\n`, "\n", `\r`, "\r")
)

// FeedLine is one article of a feed, its id as OneLine returns it.
type FeedLine struct{ ID, GUID string }

// FeedLines returns the articles of an edition's feeds, by channel.
func FeedLines(e *edition.Edition) (map[string][]FeedLine, error) {
	lines := map[string][]FeedLine{}
	record, ok := e.Record(feedsRecord)
	if !ok {
		return lines, nil
	}
	for line := range strings.Lines(string(record.Body())) {
		fields := strings.SplitN(strings.TrimSuffix(line, "\n"), "\t", 3)
		if len(fields) != 3 {
			return nil, fmt.Errorf("the record of %s: %w", feedsRecord, edition.ErrDamaged)
		}
		lines[fields[0]] = append(lines[fields[0]], FeedLine{fields[1], fields[2]})
	}
	return lines, nil
}

// RecordIDs returns the ids that are the record of a month's sitemap, as OneLine
// returns them; none of a record that is nil.
func RecordIDs(record *edition.Document) []string {
	var ids []string
	for id := range RecordLines(record) {
		ids = append(ids, string(id))
	}
	return ids
}

// RecordLines is RecordIDs without an allocation for each.
func RecordLines(record *edition.Document) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		if record == nil {
			return
		}
		for line := range bytes.Lines(record.Body()) {
			if !yield(bytes.TrimSuffix(line, []byte("\n"))) {
				return
			}
		}
	}
}
