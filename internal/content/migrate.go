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

// applicationID says in a file's header (application_id) that it is a store of ours:
// "feds". Those of versions before 8 had none and are known by their tables.
const applicationID = 0x66656473

var errForeign = errors.New("the file belongs to another program and is not written to; name another in content.dsn, or read its articles with content.driver: sqlite_readonly")

// migrate brings the tables up to date in one transaction: two processes that
// start together do it once. Where they are, nobody is locked out.
func (s *Store) migrate(ctx context.Context) error {
	if missing, marked, _, err := pending(ctx, s.write); err != nil || marked && len(missing) == 0 {
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
	missing, _, version, err := pending(ctx, tx)
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
	if _, err := tx.ExecContext(ctx, fmt.Sprintf("PRAGMA application_id = %d", applicationID)); err != nil {
		return err
	}
	return tx.Commit()
}

// queryer is a connection, or a transaction.
type queryer interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// pending returns the migrations that a store lacks, whether its file is marked as
// ours, and its version. It refuses a file of another program, and a store that this
// program can't know.
func pending(ctx context.Context, db queryer) (missing []string, marked bool, version int, err error) {
	names, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		return nil, false, 0, err
	}
	var id, tables, ours int
	err = db.QueryRowContext(ctx, `SELECT application_id, user_version, (SELECT count(*) FROM sqlite_schema),
			(SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name IN ('articles', 'article_channels', 'article_moves'))
		FROM pragma_application_id, pragma_user_version`).Scan(&id, &version, &tables, &ours)
	marked = id == applicationID
	switch {
	case err != nil:
		return nil, false, 0, err
	case marked, id == 0 && version == 0 && tables == 0, id == 0 && version > 0 && ours == 3:
	default:
		return nil, false, 0, errForeign
	}
	if version > len(names) {
		return nil, false, 0, fmt.Errorf("the store was written by a newer feedstation (version %d, this one knows %d): use that one", version, len(names))
	}
	return names[version:], marked, version, nil
}
