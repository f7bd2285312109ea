package content

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"

	"github.com/dustin/go-humanize/english"

	"feedstation/internal/article"
	"feedstation/internal/network"
)

// Findings are what Survey has to say about a store.
type Findings struct {
	Summary string
	Faults  []string // each a line with its place
	Notices []string // the same of what costs no article
}

// Peek opens a store to be looked at: the embedded one is neither created nor brought
// up to date, and a server is only asked for what it has. Where there is nothing to
// look at yet, there is no store, and the summary says why.
func Peek(ctx context.Context, o Options) (s *Store, summary string, err error) {
	if o.Driver != SQLite {
		s, err = OpenWith(ctx, o)
		return s, "", err
	}
	if _, err := os.Stat(o.DSN); errors.Is(err, fs.ErrNotExist) {
		return nil, "does not exist yet; the first command that needs it creates it", nil
	}
	s = &Store{
		dialect: embedded{}, read: pool(o.DSN, true, 1), trial: o.Trial,
		articles: name{relation: "articles"}, channels: name{relation: "article_channels"}, overlap: defaultOverlap, oneByOne: defaultOneByOne,
		network: &network.Network{},
	}
	missing, _, version, err := pending(ctx, s.read)
	switch {
	case err != nil:
		err = fmt.Errorf("content: %s: %w", o.DSN, s.explain(err))
	case version == 0:
		summary = "empty; the first command that needs it creates its tables"
	case len(missing) > 0:
		summary = "from an earlier version; the first command that needs it updates its tables"
	default:
		return s, "", nil
	}
	return nil, summary, errors.Join(err, s.Close())
}

// Look shows a snapshot of the present to look.
func (s *Store) Look(ctx context.Context, look func(context.Context, *Snapshot) error) error {
	snapshot, err := s.Snapshot(ctx)
	if err != nil {
		return err
	}
	defer snapshot.Close()
	return look(ctx, snapshot)
}

// Survey reads the whole store, shows each article that it has, without its
// texts, to each, and tells how many there are and which of them are of no station.
// What is left out, the store's [Trial] is told.
func (s *Store) Survey(ctx context.Context, n *network.Network, each func(*article.Article)) (findings Findings, err error) {
	snapshot, err := s.Snapshot(ctx)
	if err != nil {
		return findings, err
	}
	defer snapshot.Close()
	articles, census := 0, newCensus(n, snapshot.at)
	for a, err := range snapshot.Inventory(ctx) {
		if err != nil {
			return findings, err
		}
		articles++
		census.add(&a)
		each(&a)
	}
	if findings.Notices, err = snapshot.stamps(ctx); err != nil {
		return findings, fmt.Errorf("content: %w", s.explain(err))
	}
	untold, err := snapshot.Untold(ctx)
	if err != nil {
		return findings, err
	}
	findings.Notices = append(findings.Notices, untold...)
	if err := snapshot.channels(ctx, census.placed); err != nil { // the snapshot's last question: it may be broken
		if ctx.Err() != nil {
			return findings, ctx.Err()
		}
		census.placed = nil
		findings.Faults = append(findings.Faults, fmt.Sprintf("%s: channels can't be counted: %v", s.channels, s.explain(err)))
	}
	findings.Notices = append(findings.Notices, census.notices(snapshot)...)
	counts := census.counts
	findings.Summary = fmt.Sprintf("%d %s of %d %s", articles, english.PluralWord(articles, "article", ""), len(counts), english.PluralWord(len(counts), "station", ""))
	for _, station := range slices.Sorted(maps.Keys(counts)) {
		if _, ok := n.Station(station); !ok {
			findings.Faults = append(findings.Faults, fmt.Sprintf("articles.station: %d %s of station %q, which is not in the configuration: if it is one of these, its key says so", counts[station], english.PluralWord(counts[station], "article", ""), station))
		}
	}
	return findings, nil
}
