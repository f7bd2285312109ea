package content

import (
	"cmp"
	"context"
	"crypto/tls"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"

	"feedstation/internal/database"
)

// maxIdle is how many connections to a server there are at most, unless a
// PostgreSQL's DSN says otherwise with pool_max_conns: what reads is few jobs.
const maxIdle = 4

// openPostgres returns a pool that connects when it is needed.
func openPostgres(ctx context.Context, dsn string, encryption *tls.Config, timeout time.Duration) (*sql.DB, *pgxpool.Pool, error) {
	config, err := parsePostgres(dsn, encryption, timeout)
	if err != nil {
		return nil, nil, fmt.Errorf("dsn: %w", err)
	}
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, nil, err
	}
	db := stdlib.OpenDBFromPool(pool)
	db.SetMaxOpenConns(int(config.MaxConns))
	return db, pool, nil
}

// parsePostgres returns how a server is connected to.
func parsePostgres(dsn string, encryption *tls.Config, timeout time.Duration) (*pgxpool.Config, error) {
	config, err := database.ParsePostgres(dsn, encryption != nil)
	if err != nil {
		return nil, err
	}
	if encryption != nil {
		encrypt(config.ConnConfig, encryption)
	}
	if !strings.Contains(dsn, "pool_max_conns") {
		config.MaxConns = maxIdle
	}
	if !strings.Contains(dsn, "connect_timeout") {
		config.ConnConfig.ConnectTimeout = timeout
	}
	// A pooler may give each transaction another session, where a prepared
	// statement is unknown or another's. Without one, a question is still one round trip.
	if !strings.Contains(dsn, "default_query_exec_mode") {
		config.ConnConfig.DefaultQueryExecMode = pgx.QueryExecModeExec
	}
	parameters := config.ConnConfig.RuntimeParams
	if parameters["application_name"] == "" {
		parameters["application_name"] = "feedstation"
	}
	// These two PgBouncer lets pass. What else a session needs, begin sets for
	// its transaction: a pooled session is another's as well.
	parameters["timezone"] = "UTC"
	return config, nil
}

// encrypt has all connections over a network encrypted so.
func encrypt(config *pgx.ConnConfig, encryption *tls.Config) {
	secured := func(f *pgconn.FallbackConfig) *tls.Config {
		c := encryption.Clone()
		c.ServerName = cmp.Or(c.ServerName, f.Host)
		return c
	}
	hosts := append([]*pgconn.FallbackConfig{{Host: config.Host, Port: config.Port}}, config.Fallbacks...)
	for _, f := range hosts {
		if network, _ := pgconn.NetworkAddress(f.Host, f.Port); network != "unix" {
			f.TLSConfig = secured(f)
		}
	}
	// With sslmode=prefer each host is there twice, with and without.
	hosts = slices.CompactFunc(hosts, func(a, b *pgconn.FallbackConfig) bool { return a.Host == b.Host && a.Port == b.Port })
	config.TLSConfig, config.Fallbacks = hosts[0].TLSConfig, hosts[1:]
}

// postgres is the dialect of PostgreSQL 12 and later.
type postgres struct{}

func (p postgres) begin(ctx context.Context, conn *sql.Conn, timeout time.Duration) (at time.Time, err error) {
	// Without arguments, all statements are one question.
	// Compiling a question of 50 rows takes longer than to answer it.
	_, err = conn.ExecContext(ctx, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL jit = off; "+p.patience(timeout))
	if err != nil {
		return at, err
	}
	// now is when the transaction began; what it sees is settled by this, its
	// first statement that reads.
	err = conn.QueryRowContext(ctx, "SELECT now()").Scan(&at)
	return at.UTC(), err
}

func (postgres) patience(timeout time.Duration) string {
	return fmt.Sprintf("SET LOCAL statement_timeout = %d", timeout.Milliseconds())
}

func (postgres) quote(n name) string      { return n.quoted(`"`) }
func (postgres) placeholder(n int) string { return fmt.Sprintf("$%d", n) }

func (postgres) moment(c column, t time.Time) any {
	if c.isText() {
		return c.stored.argument(t)
	}
	if c.form.unit != 0 {
		return c.form.number(c, t)
	}
	return c.form.wall(t)
}

// timeAt names the type: of a smaller one, the driver could not send what is too large
// for it, or would cut it.
func (postgres) timeAt(c column, placeholder string) string {
	switch {
	case c.isText():
		return "CAST(" + placeholder + " AS text)"
	case c.kind == clockKind:
		return "CAST(" + placeholder + " AS timestamp)"
	case c.kind == numberKind && isDecimal(c):
		return "CAST(" + placeholder + " AS double precision)"
	case c.kind == numberKind:
		return "CAST(" + placeholder + " AS bigint)"
	}
	return placeholder
}

func (postgres) tick() time.Duration { return time.Microsecond }

func (postgres) text(c column) string {
	if c.missing() || c.native == "text" || strings.HasPrefix(c.native, "character varying") {
		return c.name
	}
	switch c.kind {
	case listKind:
		return "to_json(" + c.name + ")::text"
	case bytesKind:
		return "encode(" + c.name + ", 'hex')"
	}
	return c.name + "::text"
}

// instant makes of the infinite times, which a driver can't hold, what they
// mean: infinity is never, and -infinity is no time that an article can have.
func (postgres) instant(c column) string {
	if c.missing() {
		return "NULL"
	}
	if c.kind == numberKind || c.isText() {
		return c.name
	}
	return fmt.Sprintf("CASE WHEN isfinite(%[1]s) THEN %[1]s WHEN %[1]s < now() THEN timestamptz '1000-01-01 00:00:00+00' END", c.name)
}

func (postgres) exact(text string) string { return text }

func (postgres) isSet(c column) string {
	switch c.kind {
	case boolKind:
		return c.name
	case numberKind:
		return c.name + " <> 0"
	}
	return isSetText(c.name + "::text")
}

func (postgres) micros(c column) string {
	if c.isText() {
		return postgresMicros(c)
	}
	if c.kind == numberKind {
		factor, isTime := c.form.micros(c)
		return fmt.Sprintf("CASE WHEN %s THEN (%s::numeric * %s)::bigint END", isTime, c.name, factor)
	}
	return fmt.Sprintf("CASE WHEN isfinite(%[1]s) THEN (extract(epoch FROM %[1]s) * 1000000)::bigint END", c.name)
}

// postgresMicros is that of a text: a cast would fail for one that is no time, and the
// whole question with it.
func postgresMicros(c column) string {
	if c.stored.unit != 0 {
		return fmt.Sprintf("CASE WHEN %[1]s ~ '^[0-9]{9,19}$' THEN (%[1]s::numeric * %[2]d / 1000)::bigint END", c.name, c.stored.unit)
	}
	part := func(name, pattern string) string {
		return fmt.Sprintf("%s => coalesce(substring(%s FROM '%s'), '0')::", name, c.name, pattern)
	}
	interval := part("years", `^\d{4}`) + "int - 2000, " + part("months", `^\d{4}-(\d\d)`) + "int - 1, " + part("days", `^\d{4}-\d\d-(\d\d)`) + "int - 1, " +
		part("hours", `^.{10}.(\d\d)`) + "int, " + part("mins", `^.{10}.\d\d:(\d\d)`) + "int, " + part("secs", `^.{10}.\d\d:\d\d:(\d\d(?:\.\d+)?)`) + "float8"
	return fmt.Sprintf("CASE WHEN %s ~ '%s' THEN (extract(epoch FROM timestamp '2000-01-01' + make_interval(%s)) * 1000000)::bigint - %d END",
		c.name, written, interval, int64(c.stored.offset)*1_000_000)
}

func (postgres) whole(sum string) string { return "(" + sum + ")::bigint" }

func (postgres) digest(text string) string { return "hashtext(" + text + ")::bigint" }

func (postgres) key(c column, argument string) string {
	if c.kind == bytesKind {
		return "decode(" + argument + "::text, 'hex')"
	}
	return "CAST(" + argument + "::text AS " + c.native + ")"
}

func (postgres) aggregate(text string) string { return "json_agg(" + text + ")::text" }

func (p postgres) amongStations(q *statement, c column, keys []string) string {
	return cmp.Or(p.keyAmong(q, c, keys), "1 = 0")
}

func (postgres) server() string {
	return "concat_ws(' ', inet_server_addr(), inet_server_port(), pg_postmaster_start_time())"
}

// position has what is flushed: after a crash, a server may go on from there.
func (postgres) position() string {
	return "(SELECT system_identifier FROM pg_control_system()) || '=' || " +
		"(CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_flush_lsn() END - '0/0'::pg_lsn)"
}

func (postgres) remote() bool { return true }
func (postgres) folds() bool  { return false }
func (postgres) timeType() string {
	return "timestamp with time zone, timestamp, a Unix time or a text such as 2026-11-20T08:00:00Z"
}

func (postgres) indexAddresses(indexName, table, column string) string {
	return fmt.Sprintf("CREATE INDEX CONCURRENTLY %s ON %s USING hash (%s)", indexName, table, column)
}

func (postgres) createIndex(indexName, table string, columns []string) string {
	return fmt.Sprintf("CREATE INDEX CONCURRENTLY %s ON %s (%s)", indexName, table, strings.Join(columns, ", "))
}

// SQLSTATEs that an operator meets.
const (
	pgNoColumn   = "42703"
	pgNoTable    = "42P01"
	pgNoFunction = "42883" // also an operator, after a column's type has changed
	pgMismatch   = "42804"
	pgProtocol   = "08P01" // what PgBouncer refuses

	pgPreparedTwice = "42P05"
	pgNotPrepared   = "26000"
)

// explainPooler says of what PgBouncer refuses what would have it accepted.
func explainPooler(message string) string {
	if strings.Contains(message, "statement pooling") {
		return "the pooler has no transactions: it needs pool_mode = transaction, or session"
	}
	if _, parameter, ok := strings.Cut(message, "unsupported startup parameter: "); ok {
		return "the pooler refuses the parameter " + parameter + " of content.dsn: remove it there, or name it in the pooler's ignore_startup_parameters"
	}
	return ""
}

func explainPostgres(fault *pgconn.PgError) string {
	switch fault.Code {
	case "28P01", "28000":
		return "the database refuses the user or the password of content.dsn"
	case "3D000":
		return "there is no such database; look at content.dsn"
	case pgNoTable, "3F000":
		return "there is no such table or view; look at content.articles and content.article_channels"
	case pgNoColumn, pgNoFunction, pgMismatch:
		return "a table or a view was changed"
	case "42501":
		return "the user may not SELECT from the two relations"
	case "57014":
		return "the database took too long and was told to stop: after a restore or a bulk load it needs ANALYZE"
	case "40001", "40P01":
		return "the database cancelled the question for the sake of another"
	case "53300":
		return "the database has too many connections"
	case pgPreparedTwice, pgNotPrepared:
		return "a pooler gives each transaction another session, which prepared statements do not survive: remove default_query_exec_mode from content.dsn"
	case pgProtocol:
		return explainPooler(fault.Message)
	case "57P01", "57P02", "57P03":
		return "the database is starting or shutting down"
	}
	return ""
}

// isPassingPostgres reports whether a fault may be gone at the next try.
func isPassingPostgres(fault *pgconn.PgError) bool {
	class := fault.Code[:min(2, len(fault.Code))]
	// Transactions, resources and what operators do.
	return class == "40" || class == "53" || class == "57"
}
