package content

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"feedstation/internal/article"
)

// TestColumns holds that the configuration knows the columns that queries have.
func TestColumns(t *testing.T) {
	var names []string
	for _, w := range articleColumns() {
		names = append(names, w.name)
	}
	slices.Sort(names)
	if got := article.Columns(); !slices.Equal(got, names) {
		t.Errorf("article.Columns() = %q, want %q", got, names)
	}
}

// TestCompare holds that a moment between two numbers of a column is compared as one
// between two moments.
func TestCompare(t *testing.T) {
	at := time.Unix(1_700_000_000, 400_000_000)
	early := time.Date(1950, 1, 1, 0, 0, 0, 500_000_000, time.UTC)
	shanghai := time.FixedZone("", 8*60*60)
	seconds := column{name: "a.x", native: "bigint", kind: numberKind, form: form{unit: time.Second}}
	millis, nanos, decimal := seconds, seconds, seconds
	millis.form.unit, nanos.form.unit, decimal.native = time.Millisecond, time.Nanosecond, "numeric(20,6)"
	local := column{name: "a.x", native: "datetime", kind: clockKind, form: form{zone: shanghai}}
	for _, tt := range []struct {
		c        column
		operator string
		at       time.Time
		want     any
	}{
		{seconds, "<=", at, int64(1_700_000_000)},
		{seconds, ">", at, int64(1_700_000_000)},
		{seconds, "<", at, int64(1_700_000_001)},
		{seconds, ">=", at, int64(1_700_000_001)},
		{seconds, "<", at.Truncate(time.Second), int64(1_700_000_000)},
		{seconds, ">=", early, int64(-631151999)},
		{seconds, "<=", early, int64(-631152000)},
		{millis, ">=", at, int64(1_700_000_000_400)},
		{nanos, "<", time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC), int64(9_223_372_035_000_000_000)},
		{decimal, "<", at, 1_700_000_000.4},
		{local, "<", at, time.Date(2023, 11, 15, 6, 13, 20, 400_000_000, time.UTC)},
	} {
		q := &statement{dialect: mySQL{}}
		if got := q.compare(tt.c, tt.operator, tt.at); got != "a.x "+tt.operator+" ?" || fmt.Sprint(q.args) != fmt.Sprint([]any{tt.want}) {
			t.Errorf("%s %v: %s with %v, want %v", tt.operator, tt.at, got, q.args, tt.want)
		}
	}
}
