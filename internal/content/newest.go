package content

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"feedstation/internal/article"
)

// heads is what tells whether an article is as it was when it was read as a whole.
func heads() part { return part{(*Snapshot).headColumns, (*row).head} }

// Newest returns the heads of articles as Latest returns articles: those published
// since a time, at most so many, but at least so many if there are as many at all.
// Of an article it has id, station, channels, address, times and the next article.
// What is broken elsewhere in a row is found by [Snapshot.Whole].
func (s *Snapshot) Newest(ctx context.Context, stations []string, channel string, since time.Time, least, most int) ([]article.Article, error) {
	newest, err := s.latestOf(ctx, heads(), stations, channel, min(least, most))
	if err != nil || len(newest) < least || len(newest) == most || newest[len(newest)-1].Published.Before(since) {
		return newest, err
	}
	// No more than the time is read, which no engine has to search for.
	return s.newestArticles(ctx, heads(), stations, most, func(size int, after *place) *statement {
		return s.latest(heads(), stations, channel, since, size, after)
	})
}

// headColumns returns the SELECT of heads; place needs the order of the first four.
func (s *Snapshot) headColumns() string {
	c, d := s.catalog, s.dialect
	modified := d.instant(c.column("modified_at"))
	updated := "NULL"
	if column := c.column("updated"); !column.missing() {
		updated = "CASE WHEN " + s.later() + " THEN " + d.instant(column) + " END"
	}
	return "SELECT " + strings.Join([]string{
		d.text(c.column("id")), s.text("url"), s.text("next_url"), d.instant(c.column("published")), updated, modified,
		s.text("station"), s.status(), s.channelsOf(),
	}, ", ")
}

func (r *row) head(a *article.Article) {
	a.ID, a.URL, a.NextURL = r.required("id"), r.page(), r.text("next_url")
	a.Published, a.Updated, a.Modified = r.time("published"), r.time("updated"), r.time("modified_at")
	a.Updated = updatedOf(a.Published, a.Updated, a.Modified)
	a.Station, a.Status = r.station(), r.status()
	a.Channels = r.channels(a.Station)
	if a.Published.IsZero() {
		r.fail("published", errMissing)
	}
}

// wholeAtOnce is how many articles one statement of Whole reads.
const wholeAtOnce = 100

// Whole returns the visible articles of heads as Latest does, in no particular
// order. Broken ones are left out, see Faults. It costs the articles: the index of
// the id or that of the publication leads to each.
func (s *Snapshot) Whole(ctx context.Context, heads []article.Article) ([]article.Article, error) {
	var articles []article.Article
	for some := range slices.Chunk(heads, wholeAtOnce) {
		q := s.wholeOf(some)
		if q == nil {
			continue
		}
		read := query{of: fmt.Sprintf("%d articles", len(some)), read: (*row).latest, page: func(int, *place) *statement { return q }, shown: true}
		for a, err := range s.articles(ctx, read) {
			if err != nil {
				return nil, err
			}
			// Some columns hold texts to be equal that are not.
			if slices.ContainsFunc(some, func(head article.Article) bool { return head.ID == a.ID }) {
				articles = append(articles, a)
			}
		}
	}
	return articles, s.complete(ctx, articles)
}

// wholeOf returns the query of Whole; nil: no article can have the ids.
func (s *Snapshot) wholeOf(heads []article.Article) *statement {
	q := s.query()
	ids := make([]string, len(heads))
	from, to := heads[0].Published, heads[0].Published
	for i, head := range heads {
		ids[i] = head.ID
		if head.Published.Before(from) {
			from = head.Published
		}
		if head.Published.After(to) {
			to = head.Published
		}
	}
	q.add(s.latestColumns(), " FROM ", s.catalog.from, " WHERE ", s.shown(q),
		" AND ", s.publishedAt(q, ">=", from), " AND ", s.publishedAt(q, "<", to.Add(s.dialect.tick())), " AND ")
	among := s.dialect.keyAmong(q, s.catalog.column("id"), ids)
	if among == "" {
		return nil
	}
	q.add(among)
	return q
}
