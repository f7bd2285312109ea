package content

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"
)

// relation is a table or a view as it is there.
type relation struct {
	exists  bool
	view    bool
	merged  bool              // a view that the engine reads as the tables below it, see dialect.folds
	columns map[string]column // by the names of the contract
	indexes [][]string        // the columns of each that can serve queries, as they are called there

	there  map[string]column  // all columns, as they are called there
	called map[string]string  // what columns of the contract are called there
	unread map[string]Finding // why columns of the contract can't be read
}

// indexed reports whether an index leads to the values of a column.
func (r *relation) indexed(name string) bool {
	return slices.ContainsFunc(r.indexes, func(index []string) bool { return index[0] == r.called[name] })
}

// catalog is the two relations of a store.
type catalog struct {
	articles, channels relation
	from, channelsFrom string // what stands behind FROM
	parts              relation
	partsFrom          string // empty: there are no parts
	links              bool   // an article is found by its address at little cost
	unsure             bool   // the form of a column is not known yet
	single             bool   // channels are of the articles' relation
}

// name returns what queries call an article's column, which is there.
func (c *catalog) name(column string) string { return c.column(column).name }

// column returns an article's column; one that is not there is missing.
func (c *catalog) column(name string) column {
	found, ok := c.articles.columns[name]
	if !ok {
		return column{name: "NULL"}
	}
	return found
}

// catalogAge is how long the relations are taken to be what they were: a view
// may get a column meanwhile, and a release is no reason to restart.
const catalogAge = time.Minute

// catalog returns what is known of the relations, or looks.
func (s *Store) catalog(ctx context.Context, conn *sql.Conn) (*catalog, error) {
	s.mu.Lock()
	known, learned := s.known, s.learned
	s.mu.Unlock()
	if known != nil && time.Since(learned) < catalogAge {
		return known, nil
	}
	found, err := s.look(ctx, conn)
	if err != nil {
		return nil, err
	}
	for _, finding := range s.faultsOf(found) {
		if finding.Fatal {
			return nil, fmt.Errorf("%s", finding.Text)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !found.unsure {
		s.known, s.learned = found, time.Now()
	}
	return found, nil
}

// forget makes the next snapshot look at the relations.
func (s *Store) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.known = nil
}

func (s *Store) look(ctx context.Context, conn *sql.Conn) (found *catalog, err error) {
	found = &catalog{from: s.dialect.quote(s.articles) + " AS a"}
	if found.articles, err = s.describe(ctx, conn, s.articles, "a", articleColumns()); err != nil {
		return nil, err
	}
	s.oneStation(&found.articles)
	if err := s.findChannels(ctx, conn, found); err != nil {
		return nil, err
	}
	if s.parts.relation != "" {
		found.partsFrom = s.dialect.quote(s.parts) + " AS p"
		if found.parts, err = s.describe(ctx, conn, s.parts, "p", partColumns()); err != nil {
			return nil, err
		}
	}
	if slices.ContainsFunc(s.faultsOf(found), func(f Finding) bool { return f.Fatal }) {
		return found, nil
	}
	if err := s.learnForms(ctx, conn, found); err != nil {
		return nil, err
	}
	if err := s.learnLayouts(ctx, conn, found); err != nil {
		return nil, err
	}
	probe := &Snapshot{store: s, dialect: s.dialect, catalog: found}
	p, err := s.dialect.plan(ctx, conn, probe.find("url", []string{"https://news.example/1.html"}))
	if err != nil {
		return nil, fmt.Errorf("%s.url: %w", s.articles, err)
	}
	found.links = p.cheap
	return found, nil
}

// faultsOf returns what keeps the relations, or a column, from being read, each with the
// remedy.
func (s *Store) faultsOf(c *catalog) (findings []Finding) {
	type expected struct {
		key      string // of content, which names it
		name     name
		relation relation
		wanted   []wanted
	}
	channels := s.channels
	if c.single {
		channels = s.articles
	}
	all := []expected{{"articles", s.articles, c.articles, articleColumns()}, {"article_channels", channels, c.channels, channelColumns()}}
	if c.partsFrom != "" {
		all = append(all, expected{"article_parts", s.parts, c.parts, partColumns()})
	}
	for _, part := range all {
		if !part.relation.exists {
			text := fmt.Sprintf("%s: no such table or view", part.name)
			if part.name.relation == part.key { // by default
				text += fmt.Sprintf(" (content.%s names another)", part.key)
			}
			if s.file == nil {
				text += fmt.Sprintf(", or no right to SELECT from it: GRANT SELECT ON %s", part.name)
			}
			if like := c.articles.like("channel"); part.name == s.channels && like != "" {
				text += fmt.Sprintf("; if a column of %s has the channel: content.map: {channel: %s}", s.articles, like)
			}
			findings = append(findings, Finding{Fatal: true, Text: text})
			continue
		}
		for _, w := range part.wanted {
			if odd, ok := part.relation.unread[w.name]; ok {
				findings = append(findings, odd)
			} else if found, ok := part.relation.columns[w.name]; w.required && (!ok || found.missing()) {
				findings = append(findings, Finding{Fatal: true, Text: fmt.Sprintf("%s.%s: the column is missing%s", part.name, w.name, part.relation.hint(w.name))})
			}
		}
	}
	fatal := slices.ContainsFunc(findings, func(f Finding) bool { return f.Fatal })
	id, article := c.articles.columns["id"], c.channels.columns["article_id"]
	if !fatal && id.kind != article.kind {
		findings = append(findings, Finding{Fatal: true, Text: fmt.Sprintf(
			"%s.%s: is %s, want %s as %s.%s is", s.channels, c.channels.called["article_id"], article.native, id.native, s.articles, c.articles.called["id"])})
	}
	return findings
}
