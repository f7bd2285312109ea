package content

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"feedstation/internal/article"
	"feedstation/internal/network"
)

// maxFaults bounds what a snapshot remembers of broken rows: a tool that breaks
// one may break them all.
const maxFaults = 100

// Faults returns the broken rows that this snapshot has left out so far, and then
// those of which it has left out a value, each once, in the order of being found, at
// most 100 of either.
func (s *Snapshot) Faults() []article.RowError {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Concat(s.broken.list, s.odd.list)
}

// faults are the first that were found, and how many came behind them.
type faults struct {
	list []article.RowError
	more int // a row that is read twice counts twice
}

func (s *Snapshot) note(fault article.RowError) {
	if t := s.store.trial; t != nil && t.Left != nil {
		t.Left(fault)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	f := &s.broken
	if fault.Kept {
		f = &s.odd
	}
	known := func(f article.RowError) bool { return f.ID == fault.ID && f.Column == fault.Column }
	switch {
	case slices.ContainsFunc(f.list, known):
	case len(f.list) < maxFaults:
		f.list = append(f.list, fault)
	default:
		f.more++
	}
}

// row is the current row of a query. Its values are taken one after the other,
// as the driver gives them: Scan would make a number a text and parse it. The
// first fault that costs the row is kept, and what is taken after it does not count.
type row struct {
	values []any
	into   []any // the addresses of values
	binary bool  // the driver gives texts as bytes
	taken  int
	column string // of the fault
	fault  error
	odd    []article.Fault // values that the row can do without
	tag    string          // the last language that was looked at

	catalog *catalog         // of columns of times; nil: they have moments
	network *network.Network // of keys
	reader  article.Reader
}

func (s *Snapshot) row(columns int) *row {
	r := &row{values: make([]any, columns), into: make([]any, columns), binary: s.dialect.remote(), catalog: s.catalog, network: s.store.network, reader: s.store.reader}
	for i := range r.values {
		r.into[i] = &r.values[i]
	}
	return r
}

// scan makes the rows' current one this row.
func (r *row) scan(rows *sql.Rows) error {
	r.taken, r.column, r.fault, r.odd = 0, "", nil, r.odd[:0]
	return rows.Scan(r.into...)
}

func (r *row) take() any {
	value := r.values[r.taken]
	r.taken++
	return value
}

// fail notes that a value can't be one of its column, which costs the row or, of a
// column that it can do without, the value.
func (r *row) fail(column string, err error) {
	switch {
	case article.Optional(column):
		r.odd = append(r.odd, article.Fault{Place: column, Err: err})
	case r.fault == nil:
		r.column, r.fault = column, err
	}
}

// text takes a text, or NULL, which is none.
func (r *row) text(column string) string {
	text := ""
	switch value := r.take().(type) {
	case nil:
	case string:
		text = value
	case []byte:
		if !r.binary {
			r.fail(column, errors.New("want text, got a blob"))
			return ""
		}
		text = string(value)
	default:
		r.fail(column, fmt.Errorf("want text, got %s", describe(value)))
	}
	if len(text) > maxOf(column) {
		r.fail(column, tooLarge(column))
		return ""
	}
	return text
}

// whole takes the name of a column that was too large to be read. If that costs the
// row, whatever else is wrong is so because of that.
func (r *row) whole() {
	if r.taken == len(r.values) {
		return // the embedded store's texts are all read
	}
	if name := r.text("oversize"); name != "" {
		if !article.Optional(name) {
			r.fault = nil
		}
		r.fail(name, tooLarge(name))
	}
}

func tooLarge(column string) error {
	return fmt.Errorf("more than %d bytes", maxOf(column))
}

var errMissing = errors.New("missing")

// required takes a text that has to be there.
func (r *row) required(column string) string {
	text := r.text(column)
	if text == "" {
		r.fail(column, errMissing)
	}
	return text
}

// station takes the key of a station, which has to be there, and returns its id.
func (r *row) station() string { return r.network.StationOf(r.required("station")) }

// short fails for an article's address that is longer than one may be. Others that
// are, documents leave out.
func (r *row) short(column, address string) {
	if err := article.CheckLength(address); err != nil {
		r.fail(column, err)
	}
}

// The times that an article can have, in Unix milliseconds: from the year 1900
// up to 9999, as import allows.
const (
	minMillis = -2_208_988_800_000
	maxMillis = 253_402_300_799_999
)

func plausible(milliseconds int64) bool {
	return minMillis <= milliseconds && milliseconds <= maxMillis
}

// time takes a time of a column; NULL is the zero time, and so is what databases have in
// its place. The embedded store has Unix milliseconds.
func (r *row) time(column string) time.Time {
	switch value := r.take().(type) {
	case nil:
		return time.Time{}
	case time.Time:
		if value.Year() <= 1 || value.Unix() == 0 && value.Nanosecond() == 0 {
			return time.Time{}
		}
		return r.sane(column, r.form(column).moment(value))
	case int64:
		if value == 0 {
			return time.Time{}
		}
		if r.binary {
			return r.sane(column, article.Unix(value, ""))
		}
		if !plausible(value) {
			r.fail(column, fmt.Errorf("not a plausible time in milliseconds: %d", value))
			return time.Time{}
		}
		return instant(value)
	default:
		if r.binary {
			return r.written(column, value)
		}
		r.fail(column, fmt.Errorf("want milliseconds, got %s", describe(value)))
		return time.Time{}
	}
}

// written reads a time that is no instant: a number, or a text.
func (r *row) written(column string, value any) time.Time {
	text := ""
	switch value := value.(type) {
	case float64:
		text = strconv.FormatFloat(value, 'f', -1, 64)
	case []byte:
		text = string(value)
	default:
		text = fmt.Sprint(value)
	}
	at, err := r.reader.Time(text)
	if err != nil {
		r.fail(column, err)
	}
	return r.sane(column, at)
}

// sane returns a time, or fails for one that no article can have.
func (r *row) sane(column string, at time.Time) time.Time {
	switch {
	case at.IsZero():
		return time.Time{}
	case !plausible(at.UnixMilli()):
		r.fail(column, fmt.Errorf("not a plausible time: %s", at.UTC().Format(time.RFC3339)))
		return time.Time{}
	}
	return at.UTC()
}

func (r *row) form(column string) form {
	if r.catalog == nil {
		return form{}
	}
	return r.catalog.column(column).form
}

// decoded takes JSON text, or NULL, which is nothing.
func decoded[T any](r *row, column string) T { return decode[T](r, column, r.text(column)) }

func decode[T any](r *row, column, text string) (value T) {
	if text == "" || text == "[]" || text == "{}" {
		return value
	}
	d := json.NewDecoder(strings.NewReader(text))
	d.DisallowUnknownFields()
	into := new(T)
	if err := d.Decode(into); err == nil && !d.More() {
		return *into
	}
	value, odd := article.DecodeValue[T](column, text)
	r.odd = append(r.odd, odd...)
	return value
}

// describe names what an engine has where something else should be.
func describe(value any) string {
	switch value.(type) {
	case string:
		return "text"
	case []byte:
		return "a blob"
	default:
		return "a number"
	}
}
