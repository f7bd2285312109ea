package content

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"slices"
	"strings"

	"feedstation/internal/database"
	"feedstation/internal/suggest"
)

// A newsroom's table may have other names for the columns of the contract: queries name
// them as the table does, so that its indexes serve.

// setColumns takes what the columns of the contract are called.
func (s *Store) setColumns(called map[string]string) error {
	for _, column := range slices.Sorted(maps.Keys(called)) {
		w, ok := wantedOf(column)
		switch real := called[column]; {
		case !ok:
			return fmt.Errorf("map: no column of the contract: %q", column)
		case real == "" && w.required:
			return fmt.Errorf("map: %s: articles need it", column)
		case real != "" && !database.IsIdentifier(real):
			return fmt.Errorf("map: %s: not a column's name: %q", column, real)
		}
	}
	s.called = called
	return nil
}

func wantedOf(column string) (wanted, bool) {
	for _, w := range slices.Concat(articleColumns(), channelColumns()) {
		if w.name == column {
			return w, true
		}
	}
	return wanted{}, false
}

// describe looks at a relation and finds the columns of the contract in it.
func (s *Store) describe(ctx context.Context, conn *sql.Conn, n name, alias string, contract []wanted) (relation, error) {
	found, err := s.dialect.describe(ctx, conn, n)
	if err != nil {
		return relation{}, fmt.Errorf("%s: %w", n, err)
	}
	found.there, found.columns, found.called = found.columns, map[string]column{}, map[string]string{}
	for _, w := range contract {
		if found.exists {
			s.find(&found, n, alias, w)
		}
	}
	return found, nil
}

// find finds a column of the contract among those that are there.
func (s *Store) find(r *relation, n name, alias string, w wanted) {
	real, mapped := s.called[w.name]
	if n == s.parts { // which is always a view
		mapped = false
	}
	if !mapped {
		real = w.name
	}
	if lower := strings.ToLower(real); r.there[real].native == "" && r.there[lower].native != "" {
		real = lower
	}
	c, ok := r.there[real]
	switch {
	case !ok && mapped && real != "": // nothing: it is not to be read
		r.fault(w, true, "%s.%s: no such column, which content.map has for %s%s", n, real, w.name, r.meant(real))
		return
	case !ok:
		return
	}
	r.called[w.name] = real
	if c.kind == anyKind {
		c.kind = w.kinds[0]
	}
	c.name = alias + "." + real
	if real != w.name {
		c.name = alias + "." + s.dialect.quote(name{relation: real})
	}
	local := c.kind == clockKind || c.kind == textKind && slices.Contains(w.kinds, timeKind)
	if zone := s.reader.Zone; local && zone != nil && zone.String() != "UTC" {
		c.form.zone = zone
	}
	if c.missing() || slices.Contains(w.kinds, c.kind) {
		r.columns[w.name] = c
		return
	}
	rest := ""
	if real != w.name {
		rest = " for " + w.name
	}
	if !w.kept() {
		rest += ": it is not read"
	}
	r.fault(w, w.kept(), "%s.%s: is %s, want %s%s", n, real, c.native, s.typesOf(w.kinds), rest)
}

// fault notes why a column can't be read.
func (r *relation) fault(w wanted, fatal bool, format string, args ...any) {
	if r.unread == nil {
		r.unread = map[string]Finding{}
	}
	r.unread[w.name] = Finding{Fatal: fatal, Text: fmt.Sprintf(format, args...)}
}

// oneStation gives articles without a station that of the network, which has no other.
func (s *Store) oneStation(r *relation) {
	stations := s.network.Stations
	if _, ok := r.columns["station"]; ok || len(stations) != 1 || s.called["station"] != "" {
		return
	}
	if id := stations[0].ID; s.network.StationKey(id) == id {
		r.columns["station"] = column{name: "'" + id + "'", native: "text", kind: textKind, always: id}
	}
}

// findChannels finds the channels of the articles: in the second relation, where there is
// none in a column of the first that content.map names, or nowhere where the network has
// none.
func (s *Store) findChannels(ctx context.Context, conn *sql.Conn, c *catalog) (err error) {
	c.channels, err = s.describe(ctx, conn, s.channels, "c", channelColumns())
	c.channelsFrom = s.dialect.quote(s.channels) + " AS c"
	if err != nil || c.channels.exists || !c.articles.exists || s.called["channel"] == "" && !s.withoutChannels() {
		return err
	}
	own := relation{exists: true, view: c.articles.view, there: c.articles.there, indexes: c.articles.indexes, columns: map[string]column{}, called: map[string]string{}}
	s.find(&own, s.articles, "c", articleColumns()[0])
	id := own.columns["id"]
	own.columns["article_id"], own.called["article_id"] = id, own.called["id"]
	c.channelsFrom = s.dialect.quote(s.articles) + " AS c"
	if own.unread = nil; s.called["channel"] != "" {
		s.find(&own, s.articles, "c", channelColumns()[1])
	} else {
		c.channelsFrom = "(SELECT " + id.name + " AS none FROM " + c.channelsFrom + " WHERE 1 = 0) AS c"
		id.name = "c.none"
		own.columns["article_id"], own.columns["channel"] = id, id
	}
	c.channels, c.single = own, true
	return nil
}

// withoutChannels reports whether there are stations, and none has a channel.
func (s *Store) withoutChannels() bool {
	for _, station := range s.network.Stations {
		if len(station.Channels) > 0 {
			return false
		}
	}
	return len(s.network.Stations) > 0
}

// hint tells what to do about a column of the contract that is missing.
func (r *relation) hint(column string) string {
	if like := r.like(column); like != "" {
		return fmt.Sprintf("; if %[2]s is it: content.map: {%[1]s: %[2]s}", column, like)
	}
	return "; if it has another name: content.map: {" + column + ": …}"
}

// like returns the column that may be meant by one of the contract, by its name; empty:
// there is none.
func (r *relation) like(column string) string {
	parts := map[string][]string{
		"published":   {"publi", "pub_date", "pubdate", "post_date", "created"},
		"modified_at": {"modif", "updat", "chang"},
		"url":         {"url", "link", "href", "address"},
		"title":       {"title", "headline", "name"},
		"station":     {"station", "site", "edition"},
		"id":          {"uuid", "key", "_id"},
		"article_id":  {"article", "post", "object_id"},
		"channel":     {"channel", "categor", "section", "term"},
	}
	taken := slices.Collect(maps.Values(r.called))
	for _, part := range parts[column] {
		for _, there := range slices.Sorted(maps.Keys(r.there)) {
			if strings.Contains(strings.ToLower(there), part) && !slices.Contains(taken, there) {
				return there
			}
		}
	}
	return ""
}

// meant names the column that may be meant by one that is not there.
func (r *relation) meant(column string) string {
	if nearest, ok := suggest.Nearest(column, slices.Sorted(maps.Keys(r.there))); ok {
		return fmt.Sprintf(" (did you mean %q?)", nearest)
	}
	return ""
}
