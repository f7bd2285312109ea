package content

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// A change that leaves modified_at as it is, an audit finds: of a row whose time nothing
// moves, or of what a view takes from another table, such as the base address of a station.

// source is a column of a table of which a view makes one of its own.
type source struct{ table, column string }

// Untold says which changes modified_at does not tell of, as far as the database shows
// what its views are made of: a sentence for each table, with the remedy. Those who lack
// SHOW VIEW on MySQL learn nothing.
func (s *Snapshot) Untold(ctx context.Context) (sentences []string, err error) {
	if s.store.file == nil && !s.dialect.remote() {
		return nil, nil // its own program writes all of it
	}
	articles, channels := s.catalog.articles, s.catalog.channels
	made, err := s.madeOf(ctx, s.store.articles, &articles)
	if err != nil {
		return nil, fmt.Errorf("content: %w", s.explain(err))
	}
	times := made[s.store.articles.String()+".modified_at"]
	if !s.catalog.single {
		more, err := s.madeOf(ctx, s.store.channels, &channels)
		if err != nil {
			return nil, fmt.Errorf("content: %w", s.explain(err))
		}
		maps.Copy(made, more)
	}
	columns := map[string][]string{} // that are made of a table, by the table
	for column, sources := range made {
		for _, of := range sources {
			if !slices.Contains(times, of) && column != s.store.articles.String()+".id" {
				text := column
				if own := of.table + "." + of.column; own != column {
					text += " (" + own + ")"
				}
				columns[of.table] = append(columns[of.table], text)
			}
		}
	}
	var tables []string
	for table := range columns {
		tables = append(tables, table)
	}
	slices.Sort(tables)
	for _, table := range tables {
		slices.SortFunc(columns[table], func(a, b string) int { return cmp.Or(rankOf(a)-rankOf(b), strings.Compare(a, b)) })
		sentence, err := s.untoldOf(ctx, table, times, columns[table])
		if err != nil {
			return nil, fmt.Errorf("content: %w", s.explain(err))
		}
		if sentence != "" {
			sentences = append(sentences, sentence)
		}
	}
	return sentences, nil
}

// rankOf has columns named first that change without a word more often than others.
func rankOf(column string) int {
	first := []string{"url", "title", "channel", "station", "status", "body"}
	column, _, _ = strings.Cut(column, " (")
	i := slices.IndexFunc(first, func(name string) bool { return strings.HasSuffix(column, "."+name) })
	if i < 0 {
		return len(first)
	}
	return i
}

// maxUntold is how many columns a sentence names.
const maxUntold = 4

// untoldOf says what modified_at does not tell of a table; empty: all.
func (s *Snapshot) untoldOf(ctx context.Context, table string, times []source, columns []string) (string, error) {
	var own []string
	for _, of := range times {
		if of.table == table {
			own = append(own, of.column)
		}
	}
	told, err := s.dialect.tells(ctx, s.conn, table, own)
	if told || err != nil {
		return "", err
	}
	audit := "waits for the audit"
	if _, ok := s.dialect.(mySQL); ok {
		audit += " (unless there is a trigger: who has no right TRIGGER sees none)"
	}
	list := strings.Join(columns[:min(len(columns), maxUntold)], ", ")
	if more := len(columns) - maxUntold; more > 0 {
		list += fmt.Sprintf(" and %d more", more)
	}
	if len(own) > 0 {
		return fmt.Sprintf("%s: nothing in the database moves %s.%s: a change of %s that leaves it as it is %s; %s",
			s.store.articles, table, own[0], list, audit, s.dialect.stamp(table, own[0])), nil
	}
	return fmt.Sprintf("%s.modified_at does not follow %s: a change of %s %s; let a trigger AFTER UPDATE of %[2]s move the time of the articles that have it, "+
		"or modified_at be the greater of both tables' times", s.store.articles, table, list, audit), nil
}

// madeOf returns of what each column of a relation is made, by the relation's name and
// the column's.
func (s *Snapshot) madeOf(ctx context.Context, n name, r *relation) (map[string][]source, error) {
	var real, columns []string
	for column, there := range r.called {
		if found := r.columns[column]; !found.missing() {
			real, columns = append(real, there), append(columns, n.String()+"."+column)
		}
	}
	made := map[string][]source{}
	if !r.view {
		for i, column := range columns {
			made[column] = []source{{n.String(), real[i]}}
		}
		return made, nil
	}
	expressions, aliases, err := s.dialect.expressions(ctx, s.conn, n, real)
	if err != nil {
		return nil, err
	}
	for i, expression := range expressions {
		for _, reference := range references.FindAllStringSubmatch(literals.ReplaceAllString(expression, "''"), -1) {
			of := source{aliases[unquoted(reference[1])], unquoted(reference[2])}
			if of.table != "" && !slices.Contains(made[columns[i]], of) {
				made[columns[i]] = append(made[columns[i]], of)
			}
		}
	}
	return made, nil
}

var (
	literals   = regexp.MustCompile(`'(?:[^'\\]|''|\\.)*'`)
	references = regexp.MustCompile("(`[^`]+`|\"[^\"]+\"|[a-z_][a-z0-9_$]*)\\.(`[^`]+`|\"[^\"]+\"|[a-z_][a-z0-9_$]*)")
)

func unquoted(identifier string) string { return strings.Trim(identifier, "`\"") }

// expressions has PostgreSQL say what it would read for a view's columns.
func (p postgres) expressions(ctx context.Context, conn *sql.Conn, n name, columns []string) (expressions []string, aliases map[string]string, err error) {
	var list []string
	for _, column := range columns {
		list = append(list, "v."+p.quote(name{relation: column}))
	}
	var text string
	question := "EXPLAIN (VERBOSE, FORMAT JSON) SELECT " + strings.Join(list, ", ") + " FROM " + p.quote(n) + " AS v"
	if err := conn.QueryRowContext(ctx, question).Scan(&text); err != nil {
		return nil, nil, err
	}
	var plans []struct {
		Plan postgresNode `json:"Plan"`
	}
	if err := json.Unmarshal([]byte(text), &plans); err != nil {
		return nil, nil, err
	}
	aliases = map[string]string{}
	for _, one := range plans {
		one.Plan.name(aliases)
		if len(one.Plan.Output) == len(columns) {
			expressions = one.Plan.Output
		}
	}
	return expressions, aliases, nil
}

// name adds what the aliases of tables stand for.
func (n postgresNode) name(aliases map[string]string) {
	if n.Relation != "" {
		aliases[n.Alias] = n.Relation
		if n.Schema != "public" {
			aliases[n.Alias] = n.Schema + "." + n.Relation
		}
	}
	for _, below := range n.Plans {
		below.name(aliases)
	}
}

// tells reports whether a trigger sees the rows of a table change.
func (postgres) tells(ctx context.Context, conn *sql.Conn, table string, _ []string) (told bool, err error) {
	err = conn.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM pg_catalog.pg_trigger
		WHERE tgrelid = to_regclass($1) AND NOT tgisinternal AND tgenabled <> 'D' AND tgtype & 16 = 16)`, table).Scan(&told) // UPDATE
	return told, err
}

func (postgres) stamp(table, column string) string {
	return fmt.Sprintf("let a trigger BEFORE UPDATE on %s set NEW.%s := clock_timestamp()", table, column)
}

// expressions reads the text that MySQL keeps of a view, in its own words.
func (m mySQL) expressions(ctx context.Context, conn *sql.Conn, n name, columns []string) (expressions []string, aliases map[string]string, err error) {
	var text, database string
	err = conn.QueryRowContext(ctx, `SELECT coalesce(max(view_definition), ''), coalesce(DATABASE(), '') FROM information_schema.views
		WHERE table_schema = coalesce(NULLIF(?, ''), DATABASE()) AND table_name = ?`, n.schema, n.relation).Scan(&text, &database)
	if err != nil {
		return nil, nil, err
	}
	selected := selections(strings.TrimPrefix(text, "select "))
	for _, column := range columns {
		expressions = append(expressions, selected[strings.ToLower(column)])
	}
	aliases = map[string]string{}
	_, tables, _ := strings.Cut(text, " from ")
	for _, t := range mysqlTables.FindAllStringSubmatch("from "+tables, -1) {
		if t[3] == "" {
			t[3] = t[2]
		}
		if aliases[t[3]] != "" { // conditions, which look alike, come later
			continue
		}
		if aliases[t[3]] = t[2]; t[1] != database {
			aliases[t[3]] = t[1] + "." + t[2]
		}
	}
	return expressions, aliases, nil
}

// mysqlTables are the tables that MySQL's text of a view reads, each with its alias.
var mysqlTables = regexp.MustCompile("(?:from|join|\\() *\\(*`([^`]+)`\\.`([^`]+)`(?: `([^`]+)`)?(?:[ )]|$)")

// selections returns the expressions of a text that begins with the list of a SELECT, by
// their names.
func selections(text string) map[string]string {
	selected := map[string]string{}
	depth, from, quote := 0, 0, byte(0)
	for i := 0; i < len(text); i++ {
		c := text[i]
		end := false
		switch {
		case quote != 0:
			if c == '\\' && quote == '\'' {
				i++
			} else if c == quote {
				quote = 0
			}
			continue
		case c == '\'' || c == '`':
			quote = c
		case c == '(':
			depth++
		case c == ')':
			depth--
		case depth == 0 && (c == ',' || strings.HasPrefix(text[i:], " from ")):
			end = true
		}
		if end {
			if at := strings.LastIndex(text[from:i], " AS "); at >= 0 {
				selected[strings.ToLower(unquoted(text[from+at+len(" AS "):i]))] = text[from : from+at]
			}
			if from = i + 1; c != ',' {
				break
			}
		}
	}
	return selected
}

// tells also reports whether one of a table's times moves by itself.
func (mySQL) tells(ctx context.Context, conn *sql.Conn, table string, times []string) (told bool, err error) {
	q := &statement{dialect: mySQL{}}
	schema, bare, ok := strings.Cut(table, ".")
	if !ok {
		schema, bare = "", table
	}
	const of = "coalesce(NULLIF(?, ''), DATABASE())"
	q.args = []any{schema, bare, schema, bare}
	q.add("SELECT EXISTS (SELECT 1 FROM information_schema.triggers WHERE event_manipulation = 'UPDATE' AND event_object_schema = ", of, " AND event_object_table = ?",
		") OR EXISTS (SELECT 1 FROM information_schema.columns WHERE table_schema = ", of, " AND table_name = ?",
		" AND lower(extra) LIKE '%on update%' AND ", q.in("column_name", times), ")")
	err = conn.QueryRowContext(ctx, q.text.String(), q.args...).Scan(&told)
	return told, err
}

func (mySQL) stamp(table, column string) string {
	return fmt.Sprintf("let %s.%s have ON UPDATE CURRENT_TIMESTAMP, or a trigger BEFORE UPDATE set it", table, column)
}

// expressions of views SQLite does not tell.
func (embedded) expressions(context.Context, *sql.Conn, name, []string) ([]string, map[string]string, error) {
	return nil, nil, nil
}

func (embedded) tells(ctx context.Context, conn *sql.Conn, table string, _ []string) (told bool, err error) {
	err = conn.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE type = 'trigger' AND lower(tbl_name) = lower(?1) AND upper(sql) LIKE '%UPDATE%')", table).Scan(&told)
	return told, err
}

func (embedded) stamp(table, column string) string {
	return fmt.Sprintf("let a trigger AFTER UPDATE on %s set %s", table, column)
}
