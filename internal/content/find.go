package content

import (
	"cmp"
	"context"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"feedstation/internal/address"
	"feedstation/internal/article"
)

// MaxFind is how many ids Find takes at most.
const MaxFind = 1000

// Find returns what is known of the articles that have one of the ids, at most
// MaxFind of them, in no particular order and each once. An id is what the
// other methods have for it, byte for byte; one that no article has, be it that
// the column's type has no such value, is absent, and so is a row without a
// station or its times. What else may be broken in a row is not looked at.
//
// It costs the ids: the index of the id leads to each. Where a view makes its
// ids of others, it costs one reading of the view's table.
func (s *Snapshot) Find(ctx context.Context, ids []string) ([]article.State, error) {
	if len(ids) > MaxFind {
		return nil, fmt.Errorf("content: find %d articles: at most %d at a time", len(ids), MaxFind)
	}
	states, err := s.states(ctx, "id", ids)
	if err != nil {
		return nil, fmt.Errorf("content: find: %w", s.explain(err))
	}
	return states, nil
}

// states returns what is known of the articles that have one of some texts in a
// column, byte for byte.
func (s *Snapshot) states(ctx context.Context, column string, texts []string) ([]article.State, error) {
	q := s.find(column, texts)
	if q == nil {
		return nil, nil
	}
	rows, err := s.ask(ctx, q)
	if err != nil {
		return nil, err
	}
	defer rows.close()
	var states []article.State
	r := s.row(7)
	for rows.next() {
		if err := r.scan(rows.Rows); err != nil {
			return nil, err
		}
		state, ok := s.state(r)
		text := state.ID
		if column == "url" {
			text = state.URL
		}
		// Some columns hold texts to be equal that are not.
		if ok && slices.Contains(texts, text) {
			states = append(states, state)
		}
	}
	return states, s.failed(rows.err())
}

// state takes what find asks for; not, if the row is broken.
func (s *Snapshot) state(r *row) (state article.State, ok bool) {
	state = article.State{ID: r.required("id"), Station: r.station(), Published: r.time("published"), At: r.time("modified_at")}
	if r.fault != nil || state.Published.IsZero() {
		return state, false
	}
	state.URL = r.text("url")
	r.short("url", state.URL)
	_, wrong := address.Normal(state.URL)
	a := article.Article{Status: r.status(), Published: state.Published, Expires: r.time("expires")}
	// No document has what has no address, or a time of expiry that is none.
	state.Broken = r.fault != nil || wrong != nil
	state.Visible = !state.Broken && a.VisibleAt(s.at)
	state.Withdrawn = r.fault == nil && a.Status == article.Withdrawn
	return state, true
}

// find returns the query of states; nil: no article can have any of the texts.
func (s *Snapshot) find(column string, texts []string) *statement {
	q, c := s.query(), s.catalog
	q.add("SELECT ", s.dialect.text(c.column("id")), ", ", s.dialect.text(c.column("station")), ", ", s.dialect.instant(c.column("published")), ", ",
		s.dialect.instant(c.column("modified_at")), ", ", s.text("url"), ", ", s.status(), ", ", s.dialect.instant(c.column("expires")),
		" FROM ", c.from, " WHERE ")
	condition := s.dialect.keyAmong(q, c.column(column), texts)
	if condition == "" {
		return nil
	}
	q.add(condition)
	return q
}

// The keys that are not text, as the engines read them.
var (
	decimalForm = regexp.MustCompile(`^-?[0-9]{1,30}(\.[0-9]{1,30})?$`)
	bytesForm   = regexp.MustCompile(`^([0-9a-f]{2}-?)+$`) // a UUID, or the digits alone
	uuidForm    = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)
)

// keysOf returns the ids that may be in a column of a server.
func keysOf(c column, ids []string) (keys []string) {
	possible := func(id string) bool { return utf8.ValidString(id) && !strings.Contains(id, "\x00") }
	switch {
	case c.kind == uuidKind:
		possible = uuidForm.MatchString
	case c.kind == bytesKind:
		possible = bytesForm.MatchString
	case c.kind == numberKind && isDecimal(c):
		possible = decimalForm.MatchString
	case c.kind == numberKind:
		possible = isWhole
	}
	for _, id := range ids {
		if possible(id) {
			keys = append(keys, id)
		}
	}
	return keys
}

// isWhole reports whether an id is a number of 64 bits, with or without a sign.
// With a larger one, MySQL would compare decimals, and not go into the index.
func isWhole(id string) bool {
	_, signed := strconv.ParseInt(id, 10, 64)
	_, unsigned := strconv.ParseUint(id, 10, 64)
	return signed == nil || unsigned == nil
}

func isDecimal(c column) bool {
	return strings.HasPrefix(c.native, "numeric") || slices.Contains([]string{"decimal", "float", "double", "real", "double precision"}, c.native)
}

// keyIs has a single value, not an array, which would lose the order of an index. A text
// takes the column's type.
func (postgres) keyIs(q *statement, c column, id string) string {
	keys := postgresKeys(c, []string{id})
	switch {
	case len(keys) == 0:
		return "1 = 0"
	case c.kind == textKind:
		return c.name + " = " + q.arg(id)
	case c.kind == enumKind: // which may not have the value
		return c.name + "::text = " + q.arg(id)
	case c.kind == bytesKind:
		return c.name + " = " + postgres{}.key(c, q.arg(id))
	case c.kind == numberKind && !isDecimal(c):
		return c.name + " = CAST(" + q.arg(id) + "::text AS bigint)"
	}
	return c.name + " = CAST(" + q.arg(id) + "::text AS " + c.native + ")"
}

// postgresKeys returns the ids that may be in a column; PostgreSQL's integers have a
// sign.
func postgresKeys(c column, ids []string) []string {
	keys := keysOf(c, ids)
	switch {
	case c.kind == bytesKind: // read as digits alone
		return slices.DeleteFunc(keys, func(key string) bool { return strings.Contains(key, "-") })
	case c.kind != numberKind || isDecimal(c):
		return keys
	}
	return slices.DeleteFunc(keys, func(key string) bool {
		_, err := strconv.ParseInt(key, 10, 64)
		return err != nil
	})
}

// keyAmong compares with an array of a type that goes into the column's index:
// integers of all sizes share one, and so do the texts of most types.
func (postgres) keyAmong(q *statement, c column, ids []string) string {
	keys, kind := postgresKeys(c, ids), "text"
	switch {
	case len(keys) == 0:
		return ""
	case c.kind == enumKind:
		return c.name + "::text = ANY(CAST(" + q.arg(keys) + "::text[] AS text[]))"
	case c.kind == bytesKind:
		return c.name + " = ANY(ARRAY(SELECT decode(x, 'hex') FROM unnest(" + q.arg(keys) + "::text[]) AS x))"
	case c.kind == uuidKind:
		kind = "uuid"
	case c.kind == numberKind && isDecimal(c):
		kind = "numeric"
	case c.kind == numberKind:
		kind = "bigint"
	case c.native == "character" || strings.HasPrefix(c.native, "character("):
		kind = "bpchar"
	case strings.HasSuffix(c.native, "citext"):
		kind = c.native
	}
	return c.name + " = ANY(CAST(" + q.arg(keys) + "::text[] AS " + kind + "[]))"
}

// keyAmong has numbers as numbers: with a text, MySQL would compare both as
// floating ones. Texts of a character set that lacks some have others for them,
// which Find does not take for the same.
func (mySQL) keyAmong(q *statement, c column, ids []string) string {
	keys := keysOf(c, ids)
	if len(keys) == 0 {
		return ""
	}
	if c.kind == numberKind {
		// One by one: a list of both signs would be one of decimals.
		for i, key := range keys {
			keys[i] = c.name + " = " + key // of digits alone, see keysOf
		}
		return "(" + strings.Join(keys, " OR ") + ")"
	}
	if c.kind == bytesKind {
		for i, key := range keys {
			keys[i] = mySQL{}.key(c, q.arg(key))
		}
		return c.name + " IN (" + strings.Join(keys, ", ") + ")"
	}
	set, _, _ := strings.Cut(c.collation, "_")
	if c.kind != textKind || set == "" || set == "utf8mb4" {
		return q.in(c.name, keys)
	}
	for i, key := range keys {
		keys[i] = "CONVERT(" + q.arg(key) + " USING " + set + ") COLLATE " + c.collation
	}
	return c.name + " IN (" + strings.Join(keys, ", ") + ")"
}

func (m mySQL) keyIs(q *statement, c column, id string) string {
	return cmp.Or(m.keyAmong(q, c, []string{id}), "1 = 0")
}

func (embedded) keyIs(q *statement, c column, id string) string { return c.name + " = " + q.arg(id) }

func (embedded) keyAmong(q *statement, c column, ids []string) string {
	if len(ids) == 0 {
		return ""
	}
	return q.in(c.name, ids)
}
