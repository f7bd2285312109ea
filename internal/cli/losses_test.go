package cli

import (
	"errors"
	"testing"

	"feedstation/internal/article"
)

// TestLosses holds that a row is counted once however often it is read; one without an id
// only by who reads all.
func TestLosses(t *testing.T) {
	l := newLosses(1)
	fault := func(id, column string) article.RowError {
		return article.RowError{ID: id, Column: column, Err: errors.New("missing")}
	}
	all := []article.RowError{fault("1", "url"), fault("", "id"), fault("", "id"), fault("2", "url")}
	for range 2 {
		for _, one := range all {
			l.add(one)
		}
		l.surveyed = true
	}
	l.add(fault("1", "published"))
	counts := map[string]int{}
	for _, found := range l.list() {
		counts[found.column] = found.count
	}
	if counts["url"] != 2 || counts["id"] != 2 || counts["published"] != 1 {
		t.Errorf("%v, want 2 by url, 2 by id and 1 by published", counts)
	}
}
