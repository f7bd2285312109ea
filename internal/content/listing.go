package content

import (
	"context"
	"fmt"
	"iter"
	"time"

	"feedstation/internal/article"
)

// Listing yields the visible articles of a station that were first published
// in [from, to), oldest first, with what a sitemap needs: no people, and no
// texts but those of articles with enclosures, which they describe. Broken rows
// are left out, see Faults; another error ends it.
func (s *Snapshot) Listing(ctx context.Context, station string, from, to time.Time) iter.Seq2[article.Article, error] {
	q := query{of: "articles of " + station, text: listingQuery, read: (*row).listing}
	q.known.Station, q.known.Status = station, article.Published
	// One upper bound: of two, SQLite takes one into the index, and with the
	// present a month would cost what all months after it have.
	end := min(millis(to), millis(s.at)+1)
	return s.articles(ctx, q, millis(s.at), station, millis(from), end)
}

// Inventory yields every article of every station, whatever its status and its
// times, by station and then oldest first, with what Listing has but without
// any text. Broken rows are left out, see Faults; another error ends it.
func (s *Snapshot) Inventory(ctx context.Context) iter.Seq2[article.Article, error] {
	return s.articles(ctx, query{of: "all articles", text: inventoryQuery, read: (*row).inventory})
}

// query is a query of articles.
type query struct {
	of    string // which articles, for errors
	text  string
	read  func(*row, *article.Article)
	known article.Article // what need not be read
}

// articles yields the articles of a query that are sound, and notes the others.
func (s *Snapshot) articles(ctx context.Context, q query, args ...any) iter.Seq2[article.Article, error] {
	return func(yield func(article.Article, error) bool) {
		fail := func(err error) { yield(article.Article{}, fmt.Errorf("content: %s: %w", q.of, explain(err))) }
		rows, err := s.tx.QueryContext(ctx, q.text, args...)
		if err != nil {
			fail(err)
			return
		}
		defer rows.Close()
		columns, err := rows.Columns()
		if err != nil {
			fail(err)
			return
		}
		r := newRow(len(columns))
		var a article.Article // one for all rows: an own one of each would be on the heap
		for rows.Next() {
			if err := r.scan(rows); err != nil {
				fail(err)
				return
			}
			a = q.known
			q.read(r, &a)
			if r.fault != nil {
				s.note(article.RowError{ID: a.ID, Column: r.column, Err: r.fault})
				continue
			}
			if !yield(a, nil) {
				return
			}
		}
		if err := rows.Err(); err != nil {
			fail(err)
		}
	}
}

const (
	listingQuery = `SELECT ` + listed + `, CASE WHEN enclosures <> '[]' THEN summary END, CASE WHEN enclosures <> '[]' THEN body END
		FROM articles WHERE ` + shown + ` AND station = ?2 AND published >= ?3 AND published < ?4 ORDER BY published, id`
	inventoryQuery = `SELECT ` + listed + `, station, status FROM articles ORDER BY station, published, id`
)

// listed are the columns that every list of articles reads, in the order of
// row.listed. What most articles lack is NULL: it costs the driver nothing,
// while a value costs it two allocations.
const listed = `id, url, title, published, CASE WHEN updated > published THEN updated END, expires,
	CASE WHEN language <> '' THEN language END, CASE WHEN noindex <> 0 THEN 1 END, CASE WHEN images <> '[]' THEN images END,
	CASE WHEN enclosures <> '[]' THEN enclosures END, CASE WHEN alternates <> '[]' THEN alternates END`

func (r *row) listed(a *article.Article) {
	a.ID, a.URL, a.Title = r.required("id"), r.required("url"), r.text("title")
	a.Published, a.Updated, a.Expires = r.time("published"), r.time("updated"), r.time("expires")
	switch {
	case a.Published.IsZero():
		r.fail("published", errMissing)
	case a.Updated.IsZero():
		a.Updated = a.Published
	}
	a.Language, a.NoIndex = r.text("language"), r.take() != nil
	a.Images = decoded[[]article.Image](r, "images")
	a.Enclosures = decoded[[]article.Enclosure](r, "enclosures")
	a.Alternates = decoded[[]article.Alternate](r, "alternates")
}

func (r *row) listing(a *article.Article) {
	r.listed(a)
	a.Summary, a.Body = r.text("summary"), r.text("body")
}

func (r *row) inventory(a *article.Article) {
	r.listed(a)
	a.Station, a.Status = r.required("station"), article.Status(r.required("status"))
	if a.Status != article.Published && a.Status != article.Draft && a.Status != article.Withdrawn {
		r.fail("status", fmt.Errorf("want published, draft or withdrawn, got %q", a.Status))
	}
}
