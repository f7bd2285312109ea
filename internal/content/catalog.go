package content

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"
)

// kind is what a column's type amounts to.
type kind int

const (
	otherKind kind = iota // nothing that the contract has
	textKind
	jsonKind
	numberKind
	boolKind
	timeKind // of times that stand for one moment
	enumKind
	uuidKind
	nullKind // of a view's NULL that has no type: as good as missing
)

// column is a column as it is there.
type column struct {
	name   string // with the relation's alias, a.title
	native string // the type by the engine's name
	kind   kind   // otherKind, too, for a column that is not there
	// collation is MySQL's name of how texts compare; empty: they don't, or are
	// bytes.
	collation string
}

func (c column) missing() bool { return c.native == "" || c.kind == nullKind }

// relation is a table or a view as it is there.
type relation struct {
	exists  bool
	view    bool
	merged  bool              // a view that the engine reads as the tables below it, see dialect.folds
	columns map[string]column // by their bare names
	indexes [][]string        // the columns of each that can serve queries
}

// catalog is the two relations of a store.
type catalog struct {
	articles, channels relation
	from, channelsFrom string // what stands behind FROM
	parts              relation
	partsFrom          string // empty: there are no parts
	links              bool   // an article is found by its address at little cost
}

// wanted is a column of the contract.
type wanted struct {
	name     string
	required bool
	kinds    []kind
}

// The columns that the contract has, and what they can be.
func articleColumns() []wanted {
	texts, lists, times := []kind{textKind}, []kind{textKind, jsonKind}, []kind{timeKind}
	keys := []kind{textKind, numberKind, uuidKind}
	return []wanted{
		{"id", true, keys},
		{"station", true, keys},
		{"url", true, texts},
		{"title", true, texts},
		{"published", true, times},
		{"modified_at", true, times},
		{"updated", false, times},
		{"expires", false, times},
		{"language", false, texts},
		{"status", false, []kind{textKind, enumKind}},
		{"noindex", false, []kind{boolKind, numberKind}},
		{"images", false, lists},
		{"enclosures", false, lists},
		{"alternates", false, lists},
		{"authors", false, lists},
		{"editor", false, texts},
		{"source", false, lists},
		{"tags", false, lists},
		{"rights", false, texts},
		{"original_url", false, texts},
		{"next_url", false, texts},
		{"summary", false, texts},
		{"body", false, texts},
		{"guid", false, texts},
		{"lead_image", false, texts},
	}
}

func channelColumns() []wanted {
	return []wanted{
		{"article_id", true, []kind{textKind, numberKind, uuidKind}},
		{"channel", true, []kind{textKind, numberKind, uuidKind}},
	}
}

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
	s.known, s.learned = found, time.Now()
	return found, nil
}

// forget makes the next snapshot look at the relations.
func (s *Store) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.known = nil
}

func (s *Store) look(ctx context.Context, conn *sql.Conn) (*catalog, error) {
	found := &catalog{
		from:         s.dialect.quote(s.articles) + " AS a",
		channelsFrom: s.dialect.quote(s.channels) + " AS c",
	}
	var err error
	if found.articles, err = s.describe(ctx, conn, s.articles, "a"); err != nil {
		return nil, err
	}
	if found.channels, err = s.describe(ctx, conn, s.channels, "c"); err != nil {
		return nil, err
	}
	if s.parts.relation != "" {
		found.partsFrom = s.dialect.quote(s.parts) + " AS p"
		if found.parts, err = s.describe(ctx, conn, s.parts, "p"); err != nil {
			return nil, err
		}
	}
	if len(s.faultsOf(found)) == 0 {
		probe := &Snapshot{store: s, dialect: s.dialect, catalog: found}
		p, err := s.dialect.plan(ctx, conn, probe.find("url", []string{"https://news.example/1.html"}))
		if err != nil {
			return nil, fmt.Errorf("%s.url: %w", s.articles, err)
		}
		found.links = p.cheap
	}
	return found, nil
}

func (s *Store) describe(ctx context.Context, conn *sql.Conn, n name, alias string) (relation, error) {
	found, err := s.dialect.describe(ctx, conn, n)
	if err != nil {
		return relation{}, fmt.Errorf("%s: %w", n, err)
	}
	for bare, c := range found.columns {
		c.name = alias + "." + bare
		found.columns[bare] = c
	}
	return found, nil
}

// faultsOf returns what keeps the relations from being read, each with the
// remedy.
func (s *Store) faultsOf(c *catalog) (findings []Finding) {
	type expected struct {
		name     name
		relation relation
		wanted   []wanted
	}
	all := []expected{{s.articles, c.articles, articleColumns()}, {s.channels, c.channels, channelColumns()}}
	if c.partsFrom != "" {
		all = append(all, expected{s.parts, c.parts, partColumns()})
	}
	for _, part := range all {
		if !part.relation.exists {
			findings = append(findings, Finding{Fatal: true, Text: fmt.Sprintf(
				"%s: no such table or view, or no right to SELECT from it: GRANT SELECT ON %s", part.name, part.name)})
			continue
		}
		for _, w := range part.wanted {
			found, ok := part.relation.columns[w.name]
			switch {
			case (!ok || found.missing()) && w.required:
				findings = append(findings, Finding{Fatal: true, Text: fmt.Sprintf("%s.%s: the column is missing", part.name, w.name)})
			case ok && !found.missing() && !slices.Contains(w.kinds, found.kind):
				findings = append(findings, Finding{Fatal: true, Text: fmt.Sprintf(
					"%s.%s: is %s, want %s", part.name, w.name, found.native, s.typesOf(w.kinds))})
			}
		}
	}
	id, article := c.articles.columns["id"], c.channels.columns["article_id"]
	if len(findings) == 0 && id.kind != article.kind {
		findings = append(findings, Finding{Fatal: true, Text: fmt.Sprintf(
			"%s.article_id: is %s, want %s as %s.id is", s.channels, article.native, id.native, s.articles)})
	}
	return findings
}

// typesOf names the types that the kinds stand for.
func (s *Store) typesOf(kinds []kind) string {
	names := map[kind]string{
		textKind: "text", jsonKind: "json", numberKind: "an integer", boolKind: "boolean", enumKind: "an enumeration", uuidKind: "uuid",
		timeKind: s.dialect.timeType(),
	}
	var list []string
	for _, k := range kinds {
		list = append(list, names[k])
	}
	return strings.Join(list, " or ")
}
