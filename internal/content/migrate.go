package content

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
)

// migrations are run in the order of their names; the store's user_version is
// how many of them it has seen.
//
//go:embed migrations/*.sql
var migrations embed.FS

var errForeign = errors.New("the database belongs to another program; name another file in content.dsn")

// migrate brings the tables up to date in one transaction: two processes that
// start together do it once. Where they are, nobody is locked out.
func (s *Store) migrate(ctx context.Context) error {
	if missing, _, err := pending(ctx, s.write); err != nil || len(missing) == 0 {
		return err
	}
	conn, err := s.write.Conn(ctx)
	if err != nil {
		return err
	}
	// An index of all articles is sorted on disk. It can't be told so within the
	// transaction, and the connection is not used again.
	defer discard(conn)
	if _, err := conn.ExecContext(ctx, "PRAGMA temp_store = FILE"); err != nil {
		return err
	}
	tx, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	missing, version, err := pending(ctx, tx)
	if err != nil {
		return err
	}
	for i, name := range missing {
		text, err := fs.ReadFile(migrations, name)
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, string(text)); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if _, err := tx.ExecContext(ctx, fmt.Sprintf("PRAGMA user_version = %d", version+i+1)); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return tx.Commit()
}

// queryer is a connection, or a transaction.
type queryer interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// pending returns the migrations that a store lacks, and its version. It
// refuses a store that this program can't know.
func pending(ctx context.Context, db queryer) (missing []string, version int, err error) {
	names, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		return nil, 0, err
	}
	var tables int
	err = db.QueryRowContext(ctx, "SELECT user_version, (SELECT count(*) FROM sqlite_schema) FROM pragma_user_version").Scan(&version, &tables)
	switch {
	case err != nil:
		return nil, 0, err
	case version > len(names):
		return nil, 0, fmt.Errorf("the store was written by a newer feedstation (version %d, this one knows %d): use that one", version, len(names))
	case version == 0 && tables > 0:
		return nil, 0, errForeign
	}
	return names[version:], version, nil
}
