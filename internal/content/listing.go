package content

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"feedstation/internal/address"
	"feedstation/internal/article"
)

// pageSize is how many articles of a long list one statement reads: it ends
// well within any timeout, also where the articles are slow to be used.
const pageSize = 10_000

// Listing yields the visible articles of a station that were first published
// in [from, to), oldest first, with what a sitemap needs: no people, of
// images the addresses, and no texts but those of articles with enclosures,
// which they describe, and in the embedded store the bodies in which nobody has looked
// for a picture. None names an article that is not visible. Broken rows are left out,
// see Faults; another error ends it.
func (s *Snapshot) Listing(ctx context.Context, station string, from, to time.Time) iter.Seq2[article.Article, error] {
	read := query{of: "articles of " + station, read: (*row).listing, size: pageSize, page: func(size int, after *place) *statement {
		return s.listing(station, from, to, size, after)
	}}
	read.known.Station, read.shown = station, true
	read.unlinked = s.catalog.links && !s.catalog.column("alternates").missing()
	return func(yield func(article.Article, error) bool) {
		for a, err := range s.articles(ctx, read) {
			if s.store.wordpress != nil && a.Body != "" {
				s.showBody(&a, parts{})
			}
			if article.IsBlank(a.Title) {
				a.Title = article.Beginning(a.Summary, a.Body)
				if len(a.Enclosures) == 0 {
					a.Summary, a.Body = "", ""
				}
			}
			if !yield(a, err) {
				return
			}
		}
	}
}

func (s *Snapshot) listing(station string, from, to time.Time, size int, after *place) *statement {
	q, c := s.query(), s.catalog
	q.add("SELECT ", s.listed())
	enclosures, title := s.dialect.text(c.column("enclosures")), s.dialect.text(c.column("title"))
	described := enclosures + " NOT IN ('', '[]') OR COALESCE(TRIM(" + title + "), '') = ''"
	q.add(", CASE WHEN ", described, " THEN ", s.text("summary"), " END")
	if !s.dialect.remote() { // of what a former version has stored, or another tool
		described += fmt.Sprintf(" OR images = '[]' AND lead_image = '' AND octet_length(body) <= %d", maxOf("body"))
	}
	q.add(", CASE WHEN ", described, " THEN ", s.text("body"), " END")
	q.add(", NULLIF(", s.text("lead_image"), ", '')", s.oversize(append(listedTexts(), "lead_image")))
	q.add(" FROM ", c.from, " WHERE ", s.shown(q), " AND ", s.ofStation(q, station),
		" AND ", s.publishedAt(q, ">=", from), " AND ", s.publishedAt(q, "<", s.until(to)))
	s.behind(q, after, ">")
	q.add(fmt.Sprintf(" ORDER BY %s, %s LIMIT %d", c.name("published"), c.name("id"), size))
	return q
}

// until returns the end of a time up to the present. One upper bound: of two,
// SQLite takes one into the index, and with the present a month would cost what all
// months after it have.
func (s *Snapshot) until(to time.Time) time.Time {
	if end := s.at.Add(s.dialect.tick()); end.Before(to) {
		return end
	}
	return to
}

func (r *row) listing(a *article.Article) {
	r.listed(a, (*row).addresses)
	a.Summary, a.Body, a.Lead = r.text("summary"), r.text("body"), r.text("lead_image")
	r.whole()
	if len(a.Alternates) > 0 { // which sitemaps compare with the addresses of pages
		r.odd = append(r.odd, a.Tidy()...)
	}
}

// Inventory yields every article of every station, whatever its status and its
// times, by station and then oldest first, with what Listing has but without
// any text. Broken rows are left out, see Faults; another error ends it. It is
// one statement that reads everything, and may take its time.
func (s *Snapshot) Inventory(ctx context.Context) iter.Seq2[article.Article, error] {
	return func(yield func(article.Article, error) bool) {
		if err := s.allow(ctx, 0); err != nil {
			yield(article.Article{}, fmt.Errorf("content: all articles: %w", s.explain(err)))
			return
		}
		defer func() {
			// A connection that fails here fails at its next use.
			_ = s.allow(context.WithoutCancel(ctx), s.store.timeout)
		}()
		read := query{of: "all articles", read: (*row).inventory, page: func(int, *place) *statement { return s.inventory() }}
		s.articles(ctx, read)(yield)
	}
}

func (s *Snapshot) inventory() *statement {
	q, c := s.query(), s.catalog
	q.add("SELECT ", s.listed(), ", ", s.text("station"), ", ", s.givenGUID(), s.oversize(listedTexts()), " FROM ", c.from, " ORDER BY ")
	if station := c.column("station"); station.always == "" {
		q.add(station.name, ", ")
	}
	q.add(c.name("published"), ", ", c.name("id"))
	return q
}

func (r *row) inventory(a *article.Article) {
	r.listed(a, (*row).addresses)
	a.Station, a.GUID = r.station(), r.text("guid")
	r.whole()
	r.odd = append(r.odd, a.Tidy()...)
}

// givenGUID is the column where two articles may have the same. The embedded store
// has each once, and would read all texts to come to it.
func (s *Snapshot) givenGUID() string {
	if !s.dialect.remote() {
		return "NULL"
	}
	return s.text("guid")
}

// allow bounds what the statements of the snapshot may take.
func (s *Snapshot) allow(ctx context.Context, timeout time.Duration) error {
	return s.set(ctx, s.dialect.patience(timeout))
}

// set runs a statement that changes how the others are run; empty: there is none.
func (s *Snapshot) set(ctx context.Context, change string) error {
	if change == "" {
		return nil
	}
	_, err := s.conn.ExecContext(ctx, change)
	return err
}

// listedTexts are the columns of text among those that every list reads.
func listedTexts() []string {
	return []string{"url", "title", "language", "images", "enclosures", "alternates"}
}

// listed returns the columns that every list of articles reads, in the order of
// row.listed. What most articles lack is NULL: it costs a driver nothing, while
// a value costs it two allocations.
func (s *Snapshot) listed() string {
	c, d := s.catalog, s.dialect
	updated, noindex := c.column("updated"), c.column("noindex")
	moved, flag := "NULL, NULL", "NULL"
	if !updated.missing() {
		later := "CASE WHEN " + s.later() + " THEN "
		moved = later + d.instant(updated) + " END, " + later + d.instant(c.column("modified_at")) + " END"
	}
	if !noindex.missing() {
		flag = "CASE WHEN " + d.isSet(noindex) + " THEN 1 END"
	}
	var list strings.Builder
	list.WriteString(d.text(c.column("id")) + ", " + s.text("url") + ", " + s.text("title") + ", " + d.instant(c.column("published")) +
		", " + moved + ", " + d.instant(c.column("expires")) + ", NULLIF(" + s.text("language") + ", ''), " + flag)
	for _, name := range []string{"images", "enclosures", "alternates"} {
		list.WriteString(", NULLIF(" + s.text(name) + ", '[]')")
	}
	list.WriteString(", " + s.status())
	return list.String()
}

func (r *row) listed(a *article.Article, images func(*row, string) []article.Image) {
	a.ID, a.URL, a.Title = r.required("id"), r.page(), r.text("title")
	a.Published, a.Updated = r.time("published"), r.time("updated")
	a.Updated = updatedOf(a.Published, a.Updated, r.time("modified_at"))
	if a.Published.IsZero() {
		r.fail("published", errMissing)
	}
	a.Expires = r.time("expires")
	a.Language, a.NoIndex = r.language(), r.take() != nil
	a.Images = images(r, "images")
	a.Enclosures = decoded[[]article.Enclosure](r, "enclosures")
	a.Alternates = decoded[[]article.Alternate](r, "alternates")
	a.Status = r.status()
}

// page takes the address of an article, in its one spelling.
func (r *row) page() string {
	url := strings.TrimSpace(r.required("url"))
	r.short("url", url)
	page, err := address.Normal(url)
	if err != nil {
		r.fail("url", err)
		return url
	}
	return page
}

// language takes a language. A list has the same ones again and again.
func (r *row) language() string {
	text := r.text("language")
	if text == "" || text == r.tag {
		return text
	}
	a := article.Article{Language: text}
	r.odd = append(r.odd, a.Tidy()...)
	if a.Language == text {
		r.tag = text
	}
	return a.Language
}

// updatedOf returns when an article last changed. A row that says it changed later
// than it was written is wrong about that, and would change its documents when that
// time has come.
func updatedOf(published, updated, modified time.Time) time.Time {
	if modified.Before(updated) {
		updated = modified
	}
	if updated.Before(published) {
		return published
	}
	return updated
}

// status returns what is read of the column: NULL for what is published. A
// longer word than any is cut, it is unknown anyway.
func (s *Snapshot) status() string {
	c := s.catalog.column("status")
	if c.missing() {
		return "NULL"
	}
	text := s.dialect.exact("substr(" + s.dialect.text(c) + ", 1, 100)")
	if !s.published() {
		return text
	}
	return "NULLIF(" + text + ", 'published')"
}

// published reports whether the word stands for what it says, and not for another status
// in this newsroom.
func (s *Snapshot) published() bool {
	_, changed := s.store.reader.Status["published"]
	return !changed
}

// statusWord is the column to be compared with words, which must be there. NULL
// is the empty text. SQLite knows the lower case of ASCII alone: what a query does
// not know to be hidden is read, and seen to be.
func (s *Snapshot) statusWord() string {
	return s.dialect.exact("LOWER(TRIM(COALESCE(" + s.dialect.text(s.catalog.column("status")) + ", '')))")
}

// hiddenWords are the words of articles that nobody sees, as SQL has a list: none
// has a quote, see article.NewWords.
func (s *Snapshot) hiddenWords() string {
	hidden := slices.Concat(s.store.reader.Words(article.Draft), s.store.reader.Words(article.Withdrawn))
	return "('" + strings.Join(hidden, "', '") + "')"
}

func (r *row) status() article.Status {
	status, err := r.reader.ParseStatus(r.text("status"))
	if err != nil {
		r.fail("status", err)
	}
	return status
}

// shown returns the condition for an article to be visible at the snapshot's
// moment if it was published by then. What is broken is read as well, to be
// named: a time of expiry before all times, and an unknown word in status. The
// beginning of 1970 is no time.
func (s *Snapshot) shown(q *statement) string {
	condition := "1 = 1"
	if status := s.catalog.column("status"); !status.missing() {
		condition = s.statusWord() + " NOT IN " + s.hiddenWords()
		if !s.dialect.remote() && s.published() { // nearly all rows have it, and need not be compared with every word
			condition = "(" + status.name + " = 'published' OR " + condition + ")"
		}
	}
	if expires := s.catalog.column("expires"); !expires.missing() {
		condition += " AND (" + expires.name + " IS NULL OR " + q.compare(expires, ">", s.at) + " OR " + q.compare(expires, "<", earliest()) +
			" OR " + q.compare(expires, "=", expires.form.moment(time.Unix(0, 0).UTC())) + ")"
	}
	return condition
}
