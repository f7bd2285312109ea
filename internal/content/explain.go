package content

import (
	"context"
	"crypto/x509"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"

	"github.com/go-sql-driver/mysql"
	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
)

// ErrRetry is what an error wraps that the same question may not meet again:
// the server has cancelled it for another's sake, or has gone.
var ErrRetry = errors.New("may work when tried again")

// explain adds what to do to an engine's own words. Every error of an engine
// passes here: pieces of a password are taken out of it.
func (s *Store) explain(err error) error {
	if err != nil && !errors.Is(err, context.Canceled) {
		err = explain(err)
	}
	return s.secrets.Error(err)
}

func (s *Snapshot) explain(err error) error { return s.store.explain(err) }

func explain(err error) error {
	if errors.Is(err, errSilent) {
		return again{err}
	}
	if fault, ok := errors.AsType[*sqlite.Error](err); ok {
		return retry(fault.Code()&0xff == sqliteBusy, advise(explainSQLite(fault), fault.Error(), err))
	}
	if fault, ok := errors.AsType[*pgconn.PgError](err); ok {
		return retry(isPassingPostgres(fault), advise(explainPostgres(fault), fault.Message+", SQLSTATE "+fault.Code, err))
	}
	if fault, ok := errors.AsType[*mysql.MySQLError](err); ok {
		return retry(isPassingMySQL(fault), advise(explainMySQL(fault), fault.Error(), err))
	}
	if advice := explainTLS(err); advice != "" {
		return advise(advice, err.Error(), err)
	}
	if advice := explainMySQLDriver(err); advice != "" {
		return advise(advice, err.Error(), err)
	}
	if advice := explainConnect(err); advice != "" {
		words := strings.ReplaceAll(err.Error(), ": %!w(<nil>)", "") // the driver's own, of a server of another kind
		return again{advise(advice, strings.Join(strings.Fields(words), " "), err)}
	}
	return retry(isLost(err), err)
}

// explainConnect says what to look at where there is no session.
func explainConnect(err error) string {
	if fault, ok := errors.AsType[*pgconn.ConnectError](err); ok {
		switch text := fault.Error(); {
		case strings.Contains(text, "unexpected message"):
			return "what answers at the address in content.dsn is no PostgreSQL; of MySQL and MariaDB content.driver is mysql"
		case strings.Contains(text, "refused TLS"):
			return "the server has no TLS, or is no PostgreSQL; look at the port and at sslmode in content.dsn"
		}
		return unreachable
	}
	if _, ok := errors.AsType[*net.OpError](err); ok {
		return unreachable
	}
	return ""
}

const unreachable = "the database can't be reached: is it running, and is the address in content.dsn right?"

// explainTLS says which key is about a certificate that the server may not have.
func explainTLS(err error) string {
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		return "the certificate of the database server is of an authority that is not trusted; name its file in content.tls_ca"
	}
	if _, ok := errors.AsType[x509.HostnameError](err); ok {
		return "the certificate of the database server is for another name than that in content.dsn; set content.tls_server_name to one that it is for"
	}
	if fault, ok := errors.AsType[x509.CertificateInvalidError](err); ok && fault.Reason == x509.Expired {
		return "the certificate of the database server has expired, or is not valid yet"
	}
	return ""
}

// advise puts the advice before an error's own words.
func advise(advice, words string, err error) error {
	if advice == "" {
		return err
	}
	return fmt.Errorf("%s (%s)", advice, strings.TrimSpace(words))
}

// again is an error that wraps ErrRetry, in its own words.
type again struct{ error }

func (a again) Unwrap() []error { return []error{a.error, ErrRetry} }

// Passing has the log take all of them for one failure, see package condition.
func (again) Passing() {}

func retry(worth bool, err error) error {
	if !worth {
		return err
	}
	return again{err}
}

func isTimeout(err error) bool {
	timeout, ok := errors.AsType[net.Error](err)
	return ok && timeout.Timeout()
}

// isLost reports whether an error is of a connection that has broken.
func isLost(err error) bool {
	if errors.Is(err, driver.ErrBadConn) || errors.Is(err, mysql.ErrInvalidConn) || errors.Is(err, io.EOF) ||
		errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) {
		return true
	}
	if fault, ok := errors.AsType[*pgconn.PgError](err); ok {
		return strings.HasPrefix(fault.Code, "57P0")
	}
	_, ok := errors.AsType[*net.OpError](err)
	return ok && !isTimeout(err)
}

// isChanged reports whether an error is of a relation that is not what it was.
func isChanged(err error) bool {
	if fault, ok := errors.AsType[*pgconn.PgError](err); ok {
		switch fault.Code {
		case pgNoColumn, pgNoTable, pgNoFunction, pgMismatch:
			return true
		}
	}
	if fault, ok := errors.AsType[*sqlite.Error](err); ok && fault.Code() == sqliteError {
		return true // "no such column", and all else that is wrong with a statement
	}
	if fault, ok := errors.AsType[*mysql.MySQLError](err); ok {
		switch fault.Number {
		case mysqlNoColumn, mysqlNoTable, mysqlBadView:
			return true
		}
	}
	return false
}
