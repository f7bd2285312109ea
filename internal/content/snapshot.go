package content

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"iter"
	"strings"
	"time"

	"feedstation/internal/article"
)

// overlap is how far Changes looks back behind the moment it is asked for: a
// transaction may commit that much later than it stamped its rows.
const overlap = 2 * time.Minute

// Snapshot is the store as it was at one moment: all its answers agree.
type Snapshot struct {
	tx *sql.Tx
	at time.Time
}

// Snapshot opens a snapshot of the present. It must be closed.
func (s *Store) Snapshot(ctx context.Context) (*Snapshot, error) {
	tx, err := s.read.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return nil, fmt.Errorf("content: %w", explain(err))
	}
	at := time.Now()
	var tables int
	// The first statement that reads, not BEGIN, settles what a transaction sees.
	if err := tx.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_schema").Scan(&tables); err != nil {
		tx.Rollback()
		return nil, fmt.Errorf("content: %w", explain(err))
	}
	return &Snapshot{tx, at.UTC().Truncate(time.Millisecond)}, nil
}

// Time returns the moment of the snapshot by the store's clock.
func (s *Snapshot) Time() time.Time { return s.at }

// Close ends the snapshot.
func (s *Snapshot) Close() { s.tx.Rollback() }

// Changes returns what has changed after since: rows that were written, and the
// stations and times of publication that articles have left (all of them again
// for some time, in case a slow transaction wrote them), and articles whose
// embargo or whose time has ended meanwhile.
func (s *Snapshot) Changes(ctx context.Context, since time.Time) ([]article.Change, error) {
	rows, err := s.tx.QueryContext(ctx, changesQuery, millis(since.Add(-overlap)), millis(since), millis(s.at))
	if err != nil {
		return nil, fmt.Errorf("content: changes: %w", explain(err))
	}
	defer rows.Close()
	var changes []article.Change
	for rows.Next() {
		var change article.Change
		var published, at int64
		if err := rows.Scan(&change.ID, &change.Station, &published, &at); err != nil {
			return nil, fmt.Errorf("content: changes: %w", err)
		}
		change.Published, change.At = instant(published), instant(at)
		changes = append(changes, change)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("content: changes: %w", explain(err))
	}
	return changes, nil
}

const changesQuery = `
	SELECT id, station, published, modified_at FROM articles WHERE modified_at > ?1
	UNION ALL
	SELECT article_id, station, published, left_at FROM article_moves WHERE left_at > ?1
	UNION ALL
	SELECT id, station, published, published FROM articles WHERE published > ?2 AND published <= ?3
	UNION ALL
	SELECT id, station, published, expires FROM articles WHERE expires > ?2 AND expires <= ?3`

// visible is the condition for an article to be shown at ?1.
const visible = `status = 'published' AND published <= ?1 AND (expires IS NULL OR expires > ?1)`

// Latest returns the newest visible articles of the stations, newest first, at
// most limit; with a channel, those that are in the channel of that id.
func (s *Snapshot) Latest(ctx context.Context, stations []string, channel string, limit int) ([]article.Article, error) {
	query, args := latest(stations, channel)
	rows, err := s.tx.QueryContext(ctx, query, append([]any{millis(s.at), limit}, args...)...)
	if err != nil {
		return nil, fmt.Errorf("content: latest of %s: %w", strings.Join(stations, ", "), explain(err))
	}
	defer rows.Close()
	var articles []article.Article
	for rows.Next() {
		var a article.Article
		var l listing
		var authors, source, enclosures, tags, channels string
		into := append(l.into(&a), &a.Summary, &authors, &a.Editor, &source, &enclosures, &tags, &a.Rights,
			&a.OriginalURL, &a.NextURL, &a.Body, &channels)
		err := rows.Scan(into...)
		if err == nil {
			err = l.finish(&a,
				column{"authors", authors, &a.Authors}, column{"source", source, &a.Source}, column{"enclosures", enclosures, &a.Enclosures},
				column{"tags", tags, &a.Tags}, column{"channels", channels, &a.Channels})
		}
		if err != nil {
			return nil, fmt.Errorf("content: latest of %s: %w", strings.Join(stations, ", "), err)
		}
		articles = append(articles, a)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("content: latest of %s: %w", strings.Join(stations, ", "), explain(err))
	}
	return articles, nil
}

// latest returns the query of Latest and its arguments from ?3 on. It reads
// from the newest article on until it has enough.
func latest(stations []string, channel string) (query string, args []any) {
	query = `SELECT ` + listed + `, summary, authors, editor, source, enclosures, tags, rights, original_url, next_url, body,
			(SELECT json_group_array(channel ORDER BY channel) FROM article_channels WHERE article_id = id)
		FROM articles WHERE ` + visible
	if len(stations) == 1 {
		query += ` AND station = ?3`
		args = []any{stations[0], channel}
	} else {
		// The + keeps the stations' index out: it would read and sort the archive.
		query += ` AND +station IN (SELECT value FROM json_each(?3))`
		args = []any{list(stations), channel}
	}
	if channel != "" {
		query += ` AND EXISTS (SELECT 1 FROM article_channels WHERE article_id = id AND channel = ?4)`
	}
	return query + ` ORDER BY published DESC, id DESC LIMIT ?2`, args
}

// Months returns the months of first publication, in zone, in which the
// station has articles, newest first. Each month costs one look into an index.
func (s *Snapshot) Months(ctx context.Context, station string, zone *time.Location) ([]article.Month, error) {
	var months []article.Month
	before := s.at.Add(time.Millisecond)
	for {
		var newest *int64
		err := s.tx.QueryRowContext(ctx, newestMonth, station, millis(before)).Scan(&newest)
		if err != nil {
			return nil, fmt.Errorf("content: months of %s: %w", station, explain(err))
		}
		if newest == nil {
			return months, nil
		}
		month := article.MonthOf(instant(*newest), zone)
		months = append(months, month)
		before, _ = month.Bounds(zone)
	}
}

const newestMonth = `SELECT max(published) FROM articles WHERE station = ?1 AND published < ?2`

// Listing yields the visible articles of a station that were first published
// in [from, to), oldest first, with what a sitemap needs: neither body nor
// summary nor people. The first error ends it.
func (s *Snapshot) Listing(ctx context.Context, station string, from, to time.Time) iter.Seq2[article.Article, error] {
	return func(yield func(article.Article, error) bool) {
		rows, err := s.tx.QueryContext(ctx, listingQuery, millis(s.at), station, millis(from), millis(to))
		if err != nil {
			yield(article.Article{}, fmt.Errorf("content: articles of %s: %w", station, explain(err)))
			return
		}
		defer rows.Close()
		for rows.Next() {
			var a article.Article
			var l listing
			err := rows.Scan(l.into(&a)...)
			if err == nil {
				err = l.finish(&a)
			}
			if err != nil {
				yield(article.Article{}, fmt.Errorf("content: articles of %s: %w", station, err))
				return
			}
			if !yield(a, nil) {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield(article.Article{}, fmt.Errorf("content: articles of %s: %w", station, explain(err)))
		}
	}
}

const listingQuery = `SELECT ` + listed + ` FROM articles
	WHERE ` + visible + ` AND station = ?2 AND published >= ?3 AND published < ?4 ORDER BY published, id`

// listed are the columns that every list of articles reads, in the order of
// listing.into.
const listed = `id, station, url, title, published, updated, expires, images, language, status, noindex`

// listing holds columns on their way into an article.
type listing struct {
	published, updated int64
	expires            *int64
	images             string
}

func (l *listing) into(a *article.Article) []any {
	return []any{&a.ID, &a.Station, &a.URL, &a.Title, &l.published, &l.updated, &l.expires, &l.images, &a.Language, &a.Status, &a.NoIndex}
}

func (l *listing) finish(a *article.Article, more ...column) error {
	a.Published, a.Updated = instant(l.published), instant(l.updated)
	if l.expires != nil {
		a.Expires = instant(*l.expires)
	}
	for _, c := range append(more, column{"images", l.images, &a.Images}) {
		if c.text == "[]" || c.text == "{}" {
			continue
		}
		if err := json.Unmarshal([]byte(c.text), c.into); err != nil {
			return fmt.Errorf("article %s: %s: %w", a.ID, c.name, err)
		}
	}
	return nil
}

// column is a column of JSON text.
type column struct {
	name, text string
	into       any
}
