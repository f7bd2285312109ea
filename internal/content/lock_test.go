package content

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"
)

func TestPatiently(t *testing.T) {
	broken := errors.New("broken")
	tests := []struct {
		name   string
		locked int           // how many times the store is found locked
		then   error         // what is found afterwards
		cancel time.Duration // 0: never
		want   string
		tries  int // 0: any number
		took   time.Duration
	}{
		{name: "not locked", tries: 1},
		{name: "locked twice", locked: 2, tries: 3, took: 2 * lockPoll},
		{name: "another fault", then: broken, want: "broken", tries: 1},
		{name: "another fault afterwards", locked: 1, then: broken, want: "broken", tries: 2, took: lockPoll},
		{name: "locked for ever", locked: 1 << 30, want: "database is locked (5) (SQLITE_BUSY)", took: lockTimeout + lockPoll},
		{name: "given up", locked: 1 << 30, cancel: 25 * time.Millisecond, want: "database is locked (5) (SQLITE_BUSY)", tries: 3, took: 25 * time.Millisecond},
	}
	busy := lockedOut(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				if tt.cancel > 0 {
					time.AfterFunc(tt.cancel, cancel)
				}
				begun, tries := time.Now(), 0
				err := patiently(ctx, func() error {
					if tries++; tries <= tt.locked {
						return busy
					}
					return tt.then
				})
				if err == nil && tt.want != "" || err != nil && err.Error() != tt.want {
					t.Errorf("error %v, want %s", err, tt.want)
				}
				if took := time.Since(begun); took != tt.took || tt.tries > 0 && tries != tt.tries {
					t.Errorf("%d tries in %v, want %d in %v", tries, took, tt.tries, tt.took)
				}
			})
		})
	}
}

// lockedOut returns the error of one who finds a store locked.
func lockedOut(t *testing.T) error {
	t.Helper()
	file := filepath.Join(t.TempDir(), "content.db")
	holder, other := pool(file, false, 1), pool(file, false, 1)
	defer holder.Close()
	defer other.Close()
	if _, err := other.ExecContext(t.Context(), "PRAGMA busy_timeout = 0"); err != nil {
		t.Fatal(err)
	}
	tx, err := holder.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()
	// A writer holds its lock from the beginning: what it has read stays true.
	second, err := other.BeginTx(t.Context(), nil)
	if err == nil {
		t.Fatal("two writers at a time", second.Rollback())
	}
	return err
}
