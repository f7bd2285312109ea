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

// Findings are what Check has to say about a store.
type Findings struct {
	Summary string
	Faults  []string // each a line with its place
	Notices []string // the same of what costs no article
}

// Check looks at a store without changing it, and shows each article that it
// has, without its texts, to each. The error is a store that can't be read; one
// that does not exist yet is none.
func Check(ctx context.Context, file string, n *network.Network, each func(*article.Article)) (Findings, error) {
	if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
		return Findings{Summary: "does not exist yet; the first command that needs it creates it"}, nil
	}
	s := readOnly(file)
	defer s.read.Close()
	findings, err := s.check(ctx, n, each)
	if err != nil {
		return Findings{}, fmt.Errorf("content: %s: %w", file, s.explain(err))
	}
	return findings, nil
}

// readOnly returns the embedded store in a file, to be read and not even brought up
// to date.
func readOnly(file string) *Store {
	return &Store{
		dialect: embedded{}, read: pool(file, true, 1),
		articles: name{relation: "articles"}, channels: name{relation: "article_channels"}, overlap: defaultOverlap, network: &network.Network{},
	}
}

// Look shows a snapshot of the embedded store in a file to look, without changing
// the store; one that is not there yet, empty or of an earlier version is not shown.
func Look(ctx context.Context, file string, look func(context.Context, *Snapshot) error) error {
	if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	s := readOnly(file)
	defer s.read.Close()
	missing, _, version, err := pending(ctx, s.read)
	if err != nil {
		return fmt.Errorf("content: %s: %w", file, s.explain(err))
	}
	if version == 0 || len(missing) > 0 {
		return nil
	}
	return s.Look(ctx, look)
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

func (s *Store) check(ctx context.Context, n *network.Network, each func(*article.Article)) (Findings, error) {
	missing, _, version, err := pending(ctx, s.read)
	switch {
	case err != nil:
		return Findings{}, err
	case version == 0:
		return Findings{Summary: "empty; the first command that needs it creates its tables"}, nil
	case len(missing) > 0:
		return Findings{Summary: "from an earlier version; the first command that needs it updates its tables"}, nil
	}
	return s.Survey(ctx, n, each)
}

// Survey reads the whole store, shows each article that it has, without its
// texts, to each, and tells how many there are, which of them are of no station
// and which rows are broken.
func (s *Store) Survey(ctx context.Context, n *network.Network, each func(*article.Article)) (findings Findings, err error) {
	snapshot, err := s.Snapshot(ctx)
	if err != nil {
		return findings, err
	}
	defer snapshot.Close()
	articles, counts := 0, map[string]int{}
	for a, err := range snapshot.Inventory(ctx) {
		if err != nil {
			return findings, err
		}
		articles++
		counts[a.Station]++
		each(&a)
	}
	if findings.Notices, err = snapshot.stamps(ctx); err != nil {
		return findings, fmt.Errorf("content: %w", s.explain(err))
	}
	findings.Summary = fmt.Sprintf("%d %s of %d %s", articles, english.PluralWord(articles, "article", ""), len(counts), english.PluralWord(len(counts), "station", ""))
	for _, station := range slices.Sorted(maps.Keys(counts)) {
		if _, ok := n.Station(station); !ok {
			findings.Faults = append(findings.Faults, fmt.Sprintf("articles.station: %d %s of station %q, which is not in the configuration", counts[station], english.PluralWord(counts[station], "article", ""), station))
		}
	}
	for _, fault := range snapshot.broken.list {
		findings.Faults = append(findings.Faults, fault.Error()+" (not published)")
	}
	if snapshot.broken.more > 0 {
		findings.Faults = append(findings.Faults, fmt.Sprintf("%d more %s not published", snapshot.broken.more, english.PluralWord(snapshot.broken.more, "article", "")))
	}
	for _, fault := range snapshot.odd.list {
		findings.Notices = append(findings.Notices, fault.Error()+" (the value is left out)")
	}
	if snapshot.odd.more > 0 {
		findings.Notices = append(findings.Notices, fmt.Sprintf("%d more %s left out", snapshot.odd.more, english.PluralWord(snapshot.odd.more, "value", "")))
	}
	return findings, nil
}
