package content

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
)

// migrations are run in the order of their names; the store's user_version is
// how many of them it has seen.
//
//go:embed migrations/*.sql
var migrations embed.FS

// migrate brings the tables up to date in one transaction: two processes that
// start together do it once.
func (s *Store) migrate(ctx context.Context) error {
	names, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		return err
	}
	tx, err := s.write.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	var version int
	if err := tx.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version); err != nil {
		return err
	}
	if version > len(names) {
		return fmt.Errorf("the store is of a newer feedstation (version %d, this program knows %d): use that one", version, len(names))
	}
	for i, name := range names[version:] {
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
