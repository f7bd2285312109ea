package content

import (
	"context"
	"database/sql"
	"strings"
	"time"
)

// dialect is what differs between the engines. Its SQL is about the articles
// under the name a, and the channels under the name c.
type dialect interface {
	// begin begins a transaction that only reads and sees the store as it is
	// now, and returns the moment by the store's clock, never later than what
	// the transaction sees.
	begin(ctx context.Context, conn *sql.Conn, timeout time.Duration) (time.Time, error)
	// patience returns the statement that bounds what the transaction's
	// statements may take, each; 0: they may take what they want. Empty: there
	// is no bound to change.
	patience(timeout time.Duration) string
	// describe looks at a relation; one that is not there has no columns.
	describe(ctx context.Context, conn *sql.Conn, n name) (relation, error)

	quote(n name) string
	placeholder(n int) string // of the n-th argument, counted from 1
	// moment is an argument to be compared with a column of times, in the form
	// that the column has.
	moment(c column, t time.Time) any
	// timeAt is the argument at a placeholder, to be compared with a column of times.
	timeAt(c column, placeholder string) string
	tick() time.Duration // the smallest difference of two times

	// What is read of a column: NULL, or a text, a text that is in JSON, an
	// instant (see row.time), or a key as text.
	text(c column) string
	instant(c column) string
	// exact is a text to be compared byte for byte.
	exact(text string) string
	// isSet is the condition that a flag is set.
	isSet(c column) string
	// micros is a time as Unix microseconds, or NULL.
	micros(c column) string
	// whole makes an integer of an aggregate's sum.
	whole(sum string) string
	// digest is a number that two short texts are unlikely to share.
	digest(text string) string
	// key is the argument at a placeholder, to be compared with a column of keys.
	key(c column, placeholder string) string
	// keyIs is the condition that a column of keys has one id, in a form that leaves the
	// order of an index behind it. What the column's type can't be is never there.
	keyIs(q *statement, c column, id string) string
	// keyAmong is the condition that a column of keys has one of some ids, in a
	// form that its index serves. What the column's type can't be is left out;
	// empty: nothing remains.
	keyAmong(q *statement, c column, ids []string) string
	// aggregate is the JSON list of a group's texts.
	aggregate(text string) string
	// amongStations is the condition that an article is of one of several
	// stations, in a form that leaves the order by time to the index by time.
	amongStations(q *statement, c column, keys []string) string

	// server is a text that tells one server from another, and from itself before a
	// restart where that can be known; of a file it is empty. Any user may ask for it.
	server() string
	// position is a text of how far the server's log is, see positionOf; empty: it can't
	// be told. Some services refuse the question.
	position() string
	// remote reports whether the engine is a server, whose rows travel as a
	// whole and whose answers may never come.
	remote() bool
	// folds reports whether the engine first makes the rows of a view that is not
	// merged, as one with a UNION, all that the conditions leave, and only then orders
	// them.
	folds() bool
	// timeType names the types of columns that have instants.
	timeType() string
	// plan returns what the engine means to do for a query.
	plan(ctx context.Context, conn *sql.Conn, q *statement) (estimate, error)
	// unanalyzed returns the tables of a relation of whose rows the engine has no
	// statistics, though it needs them.
	unanalyzed(ctx context.Context, conn *sql.Conn, n name) ([]string, error)
	// expressions returns of what columns of a view are made, in the engine's words, and
	// what the names of tables in these stand for; nothing: it does not tell.
	expressions(ctx context.Context, conn *sql.Conn, n name, columns []string) (expressions []string, aliases map[string]string, err error)
	// tells reports whether the database does something when a row of a table is changed:
	// a trigger, or what moves one of its times.
	tells(ctx context.Context, conn *sql.Conn, table string, times []string) (bool, error)
	// stamp says how a time is moved by each change of its row.
	stamp(table, column string) string
	// createIndex returns the statement that adds an index to a table.
	createIndex(indexName, table string, columns []string) string
	// indexAddresses returns that of an index on a column of addresses, which may be long.
	indexAddresses(indexName, table, column string) string
}

// isSetText is the condition that a text stands for a flag that is set. What can't be
// read was meant to set it.
func isSetText(text string) string {
	return "LOWER(TRIM(" + text + ")) NOT IN ('', '0', 'false', 'f', 'no', 'n', 'off', '否')"
}

// statement is a query in the making: a text and the arguments that it has
// placeholders of.
type statement struct {
	dialect dialect
	text    strings.Builder
	args    []any
}

func (q *statement) add(parts ...string) {
	for _, part := range parts {
		q.text.WriteString(part)
	}
}

// arg adds an argument and returns its placeholder.
func (q *statement) arg(value any) string {
	q.args = append(q.args, value)
	return q.dialect.placeholder(len(q.args))
}

// in returns the condition that an expression is one of some texts.
func (q *statement) in(expression string, texts []string) string {
	if len(texts) == 0 {
		return "1 = 0"
	}
	marks := make([]string, len(texts))
	for i, text := range texts {
		marks[i] = q.arg(text)
	}
	return expression + " IN (" + strings.Join(marks, ", ") + ")"
}
