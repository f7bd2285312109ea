package content

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"syscall"
	"testing"

	"github.com/go-sql-driver/mysql"
	"github.com/jackc/pgx/v5/pgconn"
)

// TestExplain holds what an operator reads, and what is worth another try.
func TestExplain(t *testing.T) {
	pg := func(code string) error { return fmt.Errorf("x: %w", &pgconn.PgError{Code: code, Message: "words"}) }
	my := func(number uint16) error {
		return fmt.Errorf("x: %w", &mysql.MySQLError{Number: number, Message: "words"})
	}
	const (
		cancelled = "the database cancelled the question for the sake of another"
		slow      = "the database took too long and was told to stop"
		many      = "the database has too many connections"
		rights    = "the user may not SELECT from the two relations"
		reached   = "the database can't be reached: is it running, and is the address in content.dsn right?"
	)
	tests := []struct {
		name  string
		err   error
		want  string
		again bool
	}{
		{"a standby that catches up", pg("40001"), cancelled + " (words, SQLSTATE 40001)", true},
		{"a deadlock", pg("40P01"), cancelled + " (words, SQLSTATE 40P01)", true},
		{"a statement's timeout", pg("57014"), slow + ": after a restore or a bulk load it needs ANALYZE (words, SQLSTATE 57014)", true},
		{"a shutdown", pg("57P01"), "the database is starting or shutting down (words, SQLSTATE 57P01)", true},
		{"a start", pg("57P03"), "the database is starting or shutting down (words, SQLSTATE 57P03)", true},
		{"PostgreSQL's connections", pg("53300"), many + " (words, SQLSTATE 53300)", true},
		{"PostgreSQL's rights", pg("42501"), rights + " (words, SQLSTATE 42501)", false},
		{"something else", pg("22012"), "x: : words (SQLSTATE 22012)", false},
		{"MariaDB's deadlock", my(1213), cancelled + " (Error 1213: words)", true},
		{"MariaDB's timeout", my(1969), slow + " (Error 1969: words)", true},
		{"MySQL's timeout", my(3024), slow + " (Error 3024: words)", true},
		{"MySQL's connections", my(1040), many + " (Error 1040: words)", true},
		{"MySQL's connections of a user", my(1203), many + " (Error 1203: words)", true},
		{"MySQL's rights", my(1142), rights + " (Error 1142: words)", false},
		{"another of MySQL", my(1064), "x: Error 1064: words", false},
		{"nobody there", &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}, reached + " (dial: connection refused)", true},
		{"a broken connection", fmt.Errorf("x: %w", io.ErrUnexpectedEOF), "x: unexpected EOF", true},
		{"silence", errSilent, "no answer in time", true},
		{"no interest", context.Canceled, "context canceled", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := explain(tt.err)
			if got.Error() != tt.want || errors.Is(got, ErrRetry) != tt.again {
				t.Errorf("explain = %q, ErrRetry %t, want %q, %t", got, errors.Is(got, ErrRetry), tt.want, tt.again)
			}
		})
	}
	if explain(nil) != nil {
		t.Error("an error of nothing")
	}
}
