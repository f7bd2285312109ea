package content

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"feedstation/internal/article"
)

// part is what is read of the newest articles.
type part struct {
	columns func(*Snapshot) string
	read    func(*row, *article.Article)
}

// whole is all that feeds show.
func whole() part { return part{(*Snapshot).latestColumns, (*row).latest} }

// Latest returns the newest visible articles of the stations, newest first, at
// most limit; with a channel, those that are in the channel of that id. Broken
// rows are left out, see Faults, and older articles take their places. None names
// an article that is not visible.
func (s *Snapshot) Latest(ctx context.Context, stations []string, channel string, limit int) ([]article.Article, error) {
	return s.latestOf(ctx, whole(), stations, channel, limit)
}

// latestOf is Latest for a part of the articles.
func (s *Snapshot) latestOf(ctx context.Context, of part, stations []string, channel string, limit int) ([]article.Article, error) {
	if limit <= 0 || len(stations) == 0 {
		return nil, nil
	}
	ends := s.ends(s.at)
	if channel != "" && len(ends) == 1 {
		return s.latestOfChannel(ctx, of, stations, channel, limit)
	}
	var articles []article.Article
	for _, from := range ends {
		var err error
		articles, err = s.newestArticles(ctx, of, stations, limit, func(size int, after *place) *statement {
			return s.latest(of, stations, channel, from, size, after)
		})
		if err == nil && len(articles) == limit && channel == "" {
			s.store.reach.oldest.Store(reachKey(stations, ""), articles[limit-1].Published)
		}
		if err != nil || len(articles) == limit {
			return articles, err
		}
	}
	return articles, nil
}

// newestArticles returns the first limit sound articles of Latest's pages.
func (s *Snapshot) newestArticles(ctx context.Context, of part, stations []string, limit int, page func(size int, after *place) *statement) ([]article.Article, error) {
	read := query{of: "latest of " + strings.Join(stations, ", "), read: of.read, size: limit, page: page, shown: true}
	var articles []article.Article
	for a, err := range s.articles(ctx, read) {
		if err != nil {
			return nil, err
		}
		if articles = append(articles, a); len(articles) == limit {
			break
		}
	}
	if err := s.still(); err != nil { // of rows that were not read to their end
		return nil, fmt.Errorf("content: %s: %w", read.of, err)
	}
	return articles, s.complete(ctx, articles)
}

// ends returns how far is looked back from a time for what is newest, first and
// then, when there was not enough: at once to the beginning, but where a view is
// made before it is ordered, a month and a year before that.
func (s *Snapshot) ends(from time.Time) []time.Time {
	if s.catalog.articles.view && !s.catalog.articles.merged && s.dialect.folds() {
		return []time.Time{from.AddDate(0, -1, 0), from.AddDate(-1, 0, 0), {}}
	}
	return []time.Time{{}}
}

// latest returns a page of Latest: size articles, from the newest on or from
// the last one of the page before, not older than from.
func (s *Snapshot) latest(of part, stations []string, channel string, from time.Time, size int, after *place) *statement {
	return s.between(of, stations, channel, from, time.Time{}, size, after)
}

// between is latest for what was published before a time; zero: until now.
func (s *Snapshot) between(of part, stations []string, channel string, from, to time.Time, size int, after *place) *statement {
	q := s.query()
	q.add(of.columns(s), " FROM ", s.catalog.from, " WHERE ", s.shown(q), " AND ", s.publishedBefore(q, to))
	if !from.IsZero() {
		q.add(" AND ", s.publishedAt(q, ">=", from))
	}
	q.add(" AND ", s.ofStations(q, stations))
	if channel != "" {
		q.add(" AND ", s.inChannel(q, s.channelKeys(stations, channel)))
	}
	s.behind(q, after, "<")
	q.add(fmt.Sprintf(" ORDER BY %s DESC, %s DESC LIMIT %d", s.catalog.name("published"), s.catalog.name("id"), size))
	return q
}

// latestColumns returns the SELECT of what is read of an article for feeds.
func (s *Snapshot) latestColumns() string {
	var list strings.Builder
	list.WriteString("SELECT " + s.listed())
	for _, name := range []string{"station", "summary", "authors", "editor", "source", "tags", "rights", "original_url", "next_url", "body", "guid"} {
		list.WriteString(", " + s.text(name))
	}
	list.WriteString(", " + s.channelsOf())
	list.WriteString(s.oversize(append(listedTexts(), "summary", "authors", "editor", "source", "tags", "rights", "original_url", "next_url", "body", "guid")))
	return list.String()
}

// channelsOf returns the column of an article's channels.
func (s *Snapshot) channelsOf() string {
	c := s.catalog
	return "(SELECT " + s.dialect.aggregate(s.dialect.text(c.channels.columns["channel"])) + " FROM " + c.channelsFrom + " WHERE " + c.ofArticle() + ")"
}

// present returns the condition that an article is visible now.
func (s *Snapshot) present(q *statement) string {
	return s.shown(q) + " AND " + s.publishedBefore(q, time.Time{})
}

// publishedBefore returns the condition that an article was published before a time, which
// is no later than now; zero: until now.
func (s *Snapshot) publishedBefore(q *statement, to time.Time) string {
	if to.IsZero() {
		return s.publishedAt(q, "<=", s.at)
	}
	return s.publishedAt(q, "<", s.until(to))
}

func (r *row) latest(a *article.Article) {
	r.listed(a, (*row).images)
	a.Station, a.Summary = r.station(), r.text("summary")
	a.Authors, a.Editor = r.names("authors"), r.text("editor")
	a.Source = r.source("source")
	a.Tags, a.Rights = r.names("tags"), r.text("rights")
	a.OriginalURL, a.NextURL, a.Body = r.text("original_url"), r.text("next_url"), r.text("body")
	a.GUID = r.text("guid")
	a.Channels = r.channels(a.Station)
	r.whole()
	r.odd = append(r.odd, a.Tidy()...)
}

func (r *row) channels(station string) []string {
	channels := r.names("channels")
	for i, key := range channels {
		channels[i] = r.network.ChannelOf(station, key)
	}
	slices.Sort(channels)
	return slices.Compact(channels)
}

// Months returns the months of first publication, in zone, in which the
// station has articles, newest first. Each costs one look into an index, or one making
// of the month's part of a view; one that the caller knows of costs nothing, but may have
// become empty.
func (s *Snapshot) Months(ctx context.Context, station string, zone *time.Location, known ...article.Month) ([]article.Month, error) {
	var months []article.Month
	before := s.at.Add(s.dialect.tick())
	for {
		if month := article.MonthOf(before.Add(-time.Nanosecond), zone); slices.Contains(known, month) {
			months = append(months, month)
			before, _ = month.Bounds(zone)
			continue
		}
		newest, err := s.newest(ctx, station, before)
		if err != nil {
			return nil, fmt.Errorf("content: months of %s: %w", station, s.explain(err))
		}
		if newest.IsZero() {
			return months, nil
		}
		month := article.MonthOf(newest, zone)
		months = append(months, month)
		before, _ = month.Bounds(zone)
	}
}

// newest returns when the newest of the articles before a time was published;
// zero: there is none.
func (s *Snapshot) newest(ctx context.Context, station string, before time.Time) (newest time.Time, err error) {
	for _, from := range s.ends(before) {
		newest, err = s.askTime(ctx, "published", s.newestBetween(station, from, before))
		if err != nil || !newest.IsZero() {
			break
		}
	}
	return newest, err
}

// askTime runs a query of one time of a column; zero: there is none, or a broken one.
func (s *Snapshot) askTime(ctx context.Context, column string, q *statement) (at time.Time, err error) {
	rows, err := s.ask(ctx, q)
	if err != nil {
		return at, err
	}
	defer rows.close()
	r := s.row(1)
	for rows.next() {
		if err := r.scan(rows.Rows); err != nil {
			return at, err
		}
		at = r.time(column)
	}
	return at, s.failed(rows.err())
}

func (s *Snapshot) newestBetween(station string, from, before time.Time) *statement {
	if from.Before(earliest()) {
		from = earliest()
	}
	q := s.query()
	q.add("SELECT ", s.dialect.instant(s.catalog.column("published")), " FROM ", s.catalog.from, " WHERE ", s.ofStation(q, station),
		" AND ", s.publishedAt(q, "<", before), " AND ", s.publishedAt(q, ">=", from), " ORDER BY ", s.catalog.name("published"), " DESC LIMIT 1")
	return q
}

// earliest is the first moment that an article can have.
func earliest() time.Time { return time.UnixMilli(minMillis).UTC() }
