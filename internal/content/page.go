package content

import (
	"context"
	"fmt"
	"iter"
	"strings"

	"feedstation/internal/article"
)

// The largest texts that are read of an article, in bytes. A row stays below
// the 16 MiB that MariaDB can send by default; what is larger is a broken row.
const (
	maxBody = 8 << 20
	maxText = 512 << 10
)

func maxOf(column string) int {
	if column == "body" {
		return maxBody
	}
	return maxText
}

// text returns what is read of a column of text, or NULL for one that is not
// there. Of a server, what is too large is NULL as well, see oversize: the
// server would refuse to send the row, or the driver take all of it into memory.
func (s *Snapshot) text(name string) string {
	c := s.catalog.column(name)
	if c.missing() {
		return "NULL"
	}
	text := s.dialect.text(c)
	if !s.dialect.remote() {
		return text
	}
	return fmt.Sprintf("CASE WHEN octet_length(%s) <= %d THEN %s END", text, maxOf(name), text)
}

// oversize returns one more column for a server's query: the name of the first
// of the columns that is too large, or NULL.
func (s *Snapshot) oversize(names []string) string {
	if !s.dialect.remote() {
		return ""
	}
	var cases strings.Builder
	for _, name := range names {
		if c := s.catalog.column(name); !c.missing() {
			fmt.Fprintf(&cases, " WHEN octet_length(%s) > %d THEN '%s'", s.dialect.text(c), maxOf(name), name)
		}
	}
	return ", CASE" + cases.String() + " END"
}

// place is where a page of articles has ended, in the engine's own values.
type place struct{ published, id any }

// place returns where the row is in a list of articles, see listed.
func (r *row) place() place {
	text := func(value any) any {
		if bytes, ok := value.([]byte); ok {
			return string(bytes) // as an argument, bytes are no text
		}
		return value
	}
	return place{published: text(r.values[3]), id: text(r.values[0])}
}

// behind adds the condition that an article comes after a place, in an order by
// time and id in which later ones compare as told. MariaDB serves this form
// from the index, and row constructors by a scan.
func (s *Snapshot) behind(q *statement, after *place, compare string) {
	if after == nil {
		return
	}
	id, published := s.catalog.column("id"), s.catalog.name("published")
	q.add(" AND ", published, " ", compare, "= ", q.arg(after.published), " AND (", published, " ", compare, " ", q.arg(after.published),
		" OR ", id.name, " ", compare, " ", s.dialect.key(id, q.arg(after.id)), ")")
}

// query is a query of articles.
type query struct {
	of    string // which articles, for errors
	page  func(size int, after *place) *statement
	size  int // of a page; 0: all is one
	read  func(*row, *article.Article)
	known article.Article // what need not be read
	shown bool            // only what is published is wanted
	// unlinked has articles lose the translations that readers may not see.
	unlinked bool
}

// articles yields the articles of a query that are sound, and notes the others.
func (s *Snapshot) articles(ctx context.Context, read query) iter.Seq2[article.Article, error] {
	return func(yield func(article.Article, error) bool) {
		var after *place
		readPage := s.readPage
		if read.unlinked {
			readPage = s.readUnlinked
		}
		for {
			n, last, err := readPage(ctx, read, after, yield)
			switch {
			case err != nil:
				yield(article.Article{}, fmt.Errorf("content: %s: %w", read.of, s.explain(s.failed(err))))
				return
			case n < read.size || read.size == 0 || last.published == nil || last.id == nil:
				return
			}
			after = &last
		}
	}
}

// forgive forgets what is wrong with an article that nobody sees: a draft may have no
// address and no date yet.
func (r *row) forgive(a *article.Article) {
	if a.ID != "" && (a.Status == article.Draft || a.Status == article.Withdrawn) {
		r.fault, r.odd = nil, nil
	}
}

// readPage yields a page. It returns how many rows that had; fewer than there
// are when the one that it yields to wants no more.
func (s *Snapshot) readPage(ctx context.Context, read query, after *place, yield func(article.Article, error) bool) (n int, last place, err error) {
	rows, err := s.ask(ctx, read.page(read.size, after))
	if err != nil {
		return 0, last, err
	}
	defer rows.close()
	columns, err := rows.Columns()
	if err != nil {
		return 0, last, err
	}
	r := s.row(len(columns))
	var a article.Article // one for all rows: an own one of each would be on the heap
	for rows.next() {
		if err := r.scan(rows.Rows); err != nil {
			return 0, last, err
		}
		n++
		last = r.place()
		a = read.known
		read.read(r, &a)
		r.forgive(&a)
		if r.fault != nil {
			s.note(article.RowError{ID: a.ID, Column: r.column, Err: r.fault})
			continue
		}
		for _, odd := range r.odd {
			s.note(article.RowError{ID: a.ID, Column: odd.Place, Err: odd.Err, Kept: true})
		}
		// The condition leaves out what compares as hidden in the column's own
		// encoding, and this the rest.
		if read.shown && a.Status != article.Published {
			continue
		}
		if !yield(a, nil) {
			return 0, last, nil
		}
	}
	return n, last, rows.err()
}
