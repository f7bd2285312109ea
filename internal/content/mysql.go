package content

import (
	"cmp"
	"context"
	"crypto/tls"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/go-sql-driver/mysql"

	"feedstation/internal/database"
)

// openMySQL returns a pool that connects when it is needed.
func openMySQL(dsn string, encryption *tls.Config, timeout time.Duration) (*sql.DB, error) {
	config, err := database.ParseMySQL(dsn, encryption != nil)
	if err != nil {
		return nil, fmt.Errorf("dsn: %w", err)
	}
	if encryption != nil && config.Net == "tcp" {
		config.TLS = encryption.Clone()
	}
	config.ParseTime, config.Loc, config.InterpolateParams = true, time.UTC, true
	config.MultiStatements = false
	config.Logger = &mysql.NopLogger{}
	if config.Timeout == 0 {
		config.Timeout = timeout
	}
	if config.ReadTimeout == 0 {
		config.ReadTimeout = timeout + 2*grace // the server's own bound comes first
	}
	if config.WriteTimeout == 0 {
		config.WriteTimeout = timeout + 2*grace
	}
	if err := config.Apply(mysql.Charset("utf8mb4", "")); err != nil {
		return nil, err
	}
	made, err := mysql.NewConnector(config)
	if err != nil {
		return nil, errors.New("dsn: not a usable address of MySQL")
	}
	db := sql.OpenDB(connector{made, mySQL{}.patience(timeout)})
	db.SetMaxOpenConns(maxIdle)
	db.SetMaxIdleConns(maxIdle)
	db.SetConnMaxIdleTime(time.Minute) // firewalls and servers forget silent ones
	return db, nil
}

// connector makes connections whose session is set up.
type connector struct {
	driver.Connector
	patience string
}

// session are the statements of a new connection. Without any SQL mode, another
// program's view that has to do with zero dates is no error.
func (c connector) session() []string {
	return []string{
		"SET SESSION time_zone = '+00:00', sql_mode = '', group_concat_max_len = 1048576",
		"SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ",
		c.patience,
	}
}

// Connect implements driver.Connector.
func (c connector) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := c.Connector.Connect(ctx)
	if silent := context.Cause(ctx); err != nil && errors.Is(silent, errSilent) {
		return nil, fmt.Errorf("what listens at the address in content.dsn says nothing, where MySQL and MariaDB greet; of PostgreSQL content.driver is postgres: %w", silent)
	}
	if err != nil {
		return nil, err
	}
	for _, statement := range c.session() {
		_, err := conn.(driver.ExecerContext).ExecContext(ctx, statement, nil)
		if err != nil {
			return nil, errors.Join(err, conn.Close())
		}
	}
	return conn, nil
}

// mySQL is the dialect of MariaDB 10.5 and later and of MySQL 8.
type mySQL struct{}

func (mySQL) begin(ctx context.Context, conn *sql.Conn, _ time.Duration) (at time.Time, err error) {
	if err := conn.QueryRowContext(ctx, "SELECT UTC_TIMESTAMP(6)").Scan(&at); err != nil {
		return at, err
	}
	_, err = conn.ExecContext(ctx, "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY")
	return at.UTC(), err
}

// patience is a statement of two: MariaDB takes its part and skips what is of
// MySQL 5.7 and later, MySQL takes the first for a comment.
func (mySQL) patience(timeout time.Duration) string {
	return fmt.Sprintf("SET SESSION /*M! max_statement_time = %f */ /*!50708 max_execution_time = %d */",
		timeout.Seconds(), timeout.Milliseconds())
}

func (mySQL) quote(n name) string    { return n.quoted("`") }
func (mySQL) placeholder(int) string { return "?" }
func (mySQL) tick() time.Duration    { return time.Microsecond }

// moment keeps to the times that a DATETIME can have.
func (mySQL) moment(c column, t time.Time) any {
	if c.isText() {
		return c.stored.argument(t)
	}
	if c.form.unit != 0 {
		return c.form.number(c, t)
	}
	t = c.form.wall(t)
	if first := time.Date(1000, 1, 1, 0, 0, 0, 0, time.UTC); t.Before(first) {
		return first
	}
	if last := time.Date(9999, 12, 31, 23, 59, 59, 999_999_000, time.UTC); t.After(last) {
		return last
	}
	return t
}

// timeAt says of a DATE that the time of day counts as well.
func (mySQL) timeAt(c column, placeholder string) string {
	if c.native == "date" {
		return "CAST(" + placeholder + " AS DATETIME(6))"
	}
	return placeholder
}

func (mySQL) text(c column) string {
	switch {
	case c.kind == bytesKind:
		return "LOWER(INSERT(INSERT(INSERT(INSERT(HEX(" + c.name + "), 9, 0, '-'), 14, 0, '-'), 19, 0, '-'), 24, 0, '-'))"
	case c.native == "bit":
		return "CAST(" + c.name + " + 0 AS CHAR)"
	case c.missing() || c.kind == textKind && !isBinary(c.native):
		return c.name
	case c.kind == textKind:
		return "CONVERT(" + c.name + " USING utf8mb4)"
	}
	return "CAST(" + c.name + " AS CHAR)"
}

func (mySQL) exact(text string) string { return "BINARY " + text }

func (mySQL) instant(c column) string {
	if c.missing() {
		return "NULL"
	}
	return c.name
}

func (mySQL) isSet(c column) string {
	if c.kind == numberKind {
		return c.name + " <> 0"
	}
	return isSetText(c.name)
}

func (mySQL) micros(c column) string {
	switch {
	case c.isText() && c.stored.unit != 0:
		return fmt.Sprintf("CASE WHEN %[1]s REGEXP '^[0-9]{9,19}$' THEN CAST(CAST(%[1]s AS DECIMAL(20)) * %[2]d / 1000 AS SIGNED) END", c.name, c.stored.unit)
	case c.isText():
		return fmt.Sprintf("TIMESTAMPDIFF(MICROSECOND, '1970-01-01', CAST(REPLACE(LEFT(%[1]s, CHAR_LENGTH(%[1]s) - %[2]d), 'T', ' ') AS DATETIME(6))) - %[3]d",
			c.name, len(c.stored.suffix), int64(c.stored.offset)*1_000_000)
	}
	if c.kind == numberKind {
		factor, isTime := c.form.micros(c)
		return fmt.Sprintf("CASE WHEN %s THEN CAST(%s * %s AS SIGNED) END", isTime, c.name, factor)
	}
	return "TIMESTAMPDIFF(MICROSECOND, '1970-01-01', " + c.name + ")"
}

func (mySQL) whole(sum string) string { return "CAST(" + sum + " AS SIGNED)" }

func (mySQL) digest(text string) string { return "CRC32(" + text + ")" }

func (mySQL) key(c column, argument string) string {
	if c.kind == bytesKind {
		return "UNHEX(REPLACE(" + argument + ", '-', ''))"
	}
	return argument
}

func (mySQL) aggregate(text string) string { return "JSON_ARRAYAGG(" + text + ")" }

// amongStations keeps the stations' index out: it would be read and sorted.
func (m mySQL) amongStations(q *statement, c column, keys []string) string {
	c.name = "COALESCE(" + c.name + ")"
	return cmp.Or(m.keyAmong(q, c, keys), "1 = 0")
}

func (mySQL) server() string { return "CONCAT_WS(' ', @@hostname, @@port, @@server_id)" }

// position is a text of two, as patience is a statement of two.
func (mySQL) position() string {
	return "CONCAT('' /*M! , @@GLOBAL.gtid_current_pos */ /*!50708 , @@GLOBAL.gtid_executed */)"
}

func (mySQL) remote() bool { return true }
func (mySQL) folds() bool  { return true }
func (mySQL) timeType() string {
	return "datetime, timestamp, a Unix time or a text such as 2026-11-20T08:00:00Z"
}

func (mySQL) indexAddresses(indexName, table, column string) string {
	return fmt.Sprintf("CREATE INDEX %s ON %s (%s(190))", indexName, table, column)
}

func (mySQL) createIndex(indexName, table string, columns []string) string {
	return fmt.Sprintf("CREATE INDEX %s ON %s (%s)", indexName, table, strings.Join(columns, ", "))
}

// Error numbers that an operator meets.
const (
	mysqlTooMany    = 1040
	mysqlNoDBRight  = 1044
	mysqlDenied     = 1045
	mysqlNoDatabase = 1049
	mysqlShutdown   = 1053
	mysqlNoColumn   = 1054
	mysqlNoSelect   = 1142
	mysqlNoTable    = 1146
	mysqlNoHost     = 1130
	mysqlTooManyOwn = 1203
	mysqlOldClient  = 1251
	mysqlLockWait   = 1205
	mysqlDeadlock   = 1213
	mysqlNoExplain  = 1345
	mysqlBadView    = 1356
	mysqlNoPlugin   = 1524
	mysqlMustChange = 1820
	mysqlExpired    = 1862
	mysqlTimeout    = 3024
	mysqlLocked     = 3118
	mysqlWantsTLS   = 3159
	mariaTimeout    = 1969
	mariaLocked     = 4151
)

func explainMySQL(fault *mysql.MySQLError) string {
	switch fault.Number {
	case mysqlDenied:
		return "the database refuses the user or the password of content.dsn"
	case mysqlNoHost:
		return "the user may not connect from this host; look at the host of the account"
	case mysqlMustChange, mysqlExpired:
		return "the password of the user has expired; set another one, and in content.dsn"
	case mysqlLocked, mariaLocked:
		return "the account of the user is locked"
	case mysqlOldClient, mysqlNoPlugin:
		return "the account of the user has a plugin for logins that the database does not offer"
	case mysqlWantsTLS:
		return "the server wants TLS; set content.tls_ca, or tls=true in content.dsn"
	case mysqlNoDBRight, mysqlNoDatabase:
		return "there is no such database, or the user may not use it; look at content.dsn"
	case mysqlNoTable:
		return "there is no such table or view; look at content.articles and content.article_channels"
	case mysqlNoSelect:
		return "the user may not SELECT from the two relations"
	case mysqlNoColumn, mysqlBadView:
		return "a table or a view was changed"
	case mysqlTimeout, mariaTimeout:
		return "the database took too long and was told to stop"
	case mysqlDeadlock, mysqlLockWait:
		return "the database cancelled the question for the sake of another"
	case mysqlTooMany, mysqlTooManyOwn:
		return "the database has too many connections"
	case mysqlShutdown:
		return "the database is shutting down"
	}
	return ""
}

// explainMySQLDriver says what to do about a login that the driver has given up.
func explainMySQLDriver(err error) string {
	switch {
	case errors.Is(err, mysql.ErrNoTLS):
		return "the server has no TLS; leave content.tls_… and tls in content.dsn out, or set its TLS up"
	case errors.Is(err, mysql.ErrUnknownPlugin):
		return "the account of the user has a plugin for logins of a kind that is not known here; want caching_sha2_password, sha256_password, mysql_native_password or ed25519"
	case errors.Is(err, mysql.ErrCleartextPassword):
		return "the account of the user wants the password as it is; with TLS, add allowCleartextPasswords=true to content.dsn"
	case errors.Is(err, mysql.ErrNativePassword):
		return "the account of the user has mysql_native_password; take allowNativePasswords=false out of content.dsn"
	case errors.Is(err, mysql.ErrOldPassword):
		return "the password of the user is kept as before MySQL 4.1; set it again"
	}
	return ""
}

// isPassingMySQL reports whether a fault may be gone at the next try.
func isPassingMySQL(fault *mysql.MySQLError) bool {
	switch fault.Number {
	case mysqlTooMany, mysqlTooManyOwn, mysqlShutdown, mysqlDeadlock, mysqlLockWait, mysqlTimeout, mariaTimeout:
		return true
	}
	return false
}
