package content

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// Finding is what is wrong with a store.
type Finding struct {
	Fatal     bool // nothing can be read
	Text      string
	Statement string // the SQL that mends it; empty: there is none
	Scan      bool   // it is of a question that reads a table as a whole
}

// maxSkew is how much the clock of a database may differ from ours.
const maxSkew = 2 * time.Second

// Inspect looks whether the two relations have what the contract asks for, and
// their tables the indexes that the queries need, and whether the database's
// clock is ours. Of what is below a view, it is asked what the engine would read as a whole. Its error is
// of a store that can't be reached.
func (s *Store) Inspect(ctx context.Context) ([]Finding, error) {
	before := time.Now()
	snapshot, err := s.begin(ctx)
	if err != nil {
		return nil, fmt.Errorf("content: %w", s.explain(err))
	}
	defer snapshot.Close()
	after := time.Now()
	ctx, cancel := s.bounded(ctx)
	defer cancel()
	found, err := s.look(ctx, snapshot.conn)
	if err != nil {
		return nil, fmt.Errorf("content: %w", s.explain(cause(ctx, err)))
	}
	findings := s.faultsOf(found)
	if !slices.ContainsFunc(findings, func(f Finding) bool { return f.Fatal }) {
		findings = slices.Concat(findings, s.mixedLayouts(found), s.missingIndexes(found))
		snapshot.catalog = found
		statistics, err := s.missingStatistics(ctx, snapshot.conn)
		if err != nil {
			return nil, fmt.Errorf("content: %w", s.explain(cause(ctx, err)))
		}
		findings = append(findings, statistics...)
		if len(statistics) == 0 { // without them, what the engine means to do is a guess
			scans, err := snapshot.scans(ctx)
			if err != nil {
				return nil, fmt.Errorf("content: %w", s.explain(cause(ctx, err)))
			}
			findings = append(findings, scans...)
		}
	}
	if skew := skew(before, snapshot.at, after); skew > maxSkew || skew < -maxSkew {
		word := "ahead of"
		if skew < 0 {
			word = "behind"
		}
		findings = append(findings, Finding{Text: fmt.Sprintf("the database's clock is %v %s ours: embargoes and expiries follow the database's",
			skew.Abs().Round(100*time.Millisecond), word)})
	}
	return findings, nil
}

// skew returns by how much a clock is ahead that showed at, at some time
// between before and after.
func skew(before, at, after time.Time) time.Duration {
	switch {
	case at.Before(before):
		return at.Sub(before)
	case at.After(after):
		return at.Sub(after)
	}
	return 0
}

// need is an index that queries are served from.
type need struct {
	index   string
	columns []string
	serves  string
}

// missingAddressIndex is the finding that articles can't be looked up by address.
func (s *Store) missingAddressIndex(c *catalog) Finding {
	f := Finding{Text: fmt.Sprintf("%s: no index on %s: a page of two months stands in the sitemaps of both, and next_url and alternates may name withdrawn articles", s.articles, c.articles.called["url"])}
	_, urlColumn := c.articles.names(s.dialect, []string{"url"})
	if c.articles.view {
		f.Text += " (the index belongs below the view; the user of MySQL also needs SHOW VIEW, and SELECT on what is below)"
	} else {
		f.Statement = s.dialect.indexAddresses("articles_of_url", s.dialect.quote(s.articles), urlColumn[0])
	}
	return f
}

func (s *Store) missingIndexes(c *catalog) (findings []Finding) {
	if !s.dialect.remote() {
		return nil // its migrations have made them
	}
	articles := []need{
		{"articles_of_station", []string{"station", "published", "id"}, "a station's newest articles, its months and their articles"},
		{"articles_by_time", []string{"published", "id"}, "the newest articles of all stations, and embargoes that end"},
		{"articles_by_change", []string{"modified_at"}, "what has changed"},
	}
	if expires := c.column("expires"); !expires.missing() {
		articles = append(articles, need{"articles_by_expiry", []string{"expires"}, "articles that expire"})
	}
	// The address of a view is often made of parts, which no index helps; then it is the
	// key of a page, too, and none has two.
	if named := !c.column("next_url").missing() || !c.column("alternates").missing(); !c.links && (named || !c.articles.view) {
		findings = append(findings, s.missingAddressIndex(c))
	}
	if c.column("station").always != "" {
		articles = articles[1:]
	}
	holder, channels := s.channels, []need{
		{"article_channels_of_channel", []string{"channel", "article_id"}, "the articles of a channel that has few"},
		{"article_channels_of_article", []string{"article_id", "channel"}, "an article's channels"},
	}
	if c.single { // whose key leads to each article
		holder, channels = s.articles, channels[:1]
	}
	if s.called["channel"] == "" && c.single {
		channels = nil
	}
	for _, part := range []struct {
		name     name
		relation relation
		needs    []need
	}{{s.articles, c.articles, articles}, {holder, c.channels, channels}} {
		if part.relation.view {
			continue
		}
		for _, n := range part.needs {
			called, columns := part.relation.names(s.dialect, n.columns)
			serves := func(index []string) bool {
				return len(index) >= len(called) && slices.Equal(index[:len(called)], called)
			}
			if !slices.ContainsFunc(part.relation.indexes, serves) {
				findings = append(findings, Finding{
					Text:      fmt.Sprintf("%s: no index for %s", part.name, n.serves),
					Statement: s.dialect.createIndex(n.index, s.dialect.quote(part.name), columns),
				})
			}
		}
	}
	return findings
}

// names returns what columns of the contract are called in the relation, and how
// statements name them.
func (r *relation) names(d dialect, columns []string) (called, written []string) {
	for _, column := range columns {
		real := r.called[column]
		called = append(called, real)
		if real != column {
			real = d.quote(name{relation: real})
		}
		written = append(written, real)
	}
	return called, written
}
