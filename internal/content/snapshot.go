package content

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"sync"
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

	mu     sync.Mutex
	faults []article.RowError
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
	return &Snapshot{tx: tx, at: at.UTC().Truncate(time.Millisecond)}, nil
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
		if !plausible(published) {
			continue // a broken row, which is in no document
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

// shown is the condition for an article to be visible at ?1 if it was published
// by then.
const shown = `status = 'published' AND (expires IS NULL OR expires > ?1)`

// Latest returns the newest visible articles of the stations, newest first, at
// most limit; with a channel, those that are in the channel of that id. Broken
// rows are left out, see Faults, and older articles take their places.
func (s *Snapshot) Latest(ctx context.Context, stations []string, channel string, limit int) ([]article.Article, error) {
	if limit <= 0 {
		return nil, nil
	}
	q := query{of: "latest of " + strings.Join(stations, ", "), text: latestQuery(stations, channel), read: (*row).latest}
	q.known.Status = article.Published
	var from any = list(stations)
	if len(stations) == 1 {
		from = stations[0]
	}
	var articles []article.Article
	for a, err := range s.articles(ctx, q, millis(s.at), from, channel) {
		if err != nil {
			return nil, err
		}
		if articles = append(articles, a); len(articles) == limit {
			break
		}
	}
	return articles, nil
}

// latestQuery returns the query of Latest, which has no limit: it reads from
// the newest article on, as far as it is asked to. Its arguments are the moment,
// the station, or several as JSON, and the channel.
func latestQuery(stations []string, channel string) string {
	text := `SELECT ` + listed + `, station, summary, authors, editor, source, tags, rights, original_url, next_url, body,
			(SELECT json_group_array(channel ORDER BY channel) FROM article_channels WHERE article_id = id)
		FROM articles WHERE ` + shown + ` AND published <= ?1`
	if len(stations) == 1 {
		text += ` AND station = ?2`
	} else {
		// The + keeps the stations' index out: it would read and sort the archive.
		text += ` AND +station IN (SELECT value FROM json_each(?2))`
	}
	if channel != "" {
		text += ` AND EXISTS (SELECT 1 FROM article_channels WHERE article_id = id AND channel = ?3)`
	}
	return text + ` ORDER BY published DESC, id DESC`
}

func (r *row) latest(a *article.Article) {
	r.listed(a)
	a.Station, a.Summary = r.required("station"), r.text("summary")
	a.Authors, a.Editor = decoded[[]string](r, "authors"), r.text("editor")
	a.Source = decoded[article.Source](r, "source")
	a.Tags, a.Rights = decoded[[]string](r, "tags"), r.text("rights")
	a.OriginalURL, a.NextURL, a.Body = r.text("original_url"), r.text("next_url"), r.text("body")
	a.Channels = decoded[[]string](r, "channels")
}

// Months returns the months of first publication, in zone, in which the
// station has articles, newest first. Each month costs one look into an index.
func (s *Snapshot) Months(ctx context.Context, station string, zone *time.Location) ([]article.Month, error) {
	var months []article.Month
	before := s.at.Add(time.Millisecond)
	for {
		var newest *int64
		err := s.tx.QueryRowContext(ctx, newestMonth, station, millis(before), minMillis).Scan(&newest)
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

const newestMonth = `SELECT max(published) FROM articles WHERE station = ?1 AND published < ?2 AND published >= ?3`
