package content

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"time"

	"modernc.org/sqlite"

	"feedstation/internal/article"
)

const (
	upsertArticle = `
		INSERT INTO articles (id, station, url, title, summary, authors, editor, source, published, updated, expires,
			images, enclosures, tags, language, rights, original_url, next_url, alternates, status, noindex, modified_at, body, guid, lead_image, news)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET station = excluded.station, url = excluded.url, title = excluded.title,
			summary = excluded.summary, authors = excluded.authors, editor = excluded.editor, source = excluded.source,
			published = excluded.published, updated = excluded.updated, expires = excluded.expires, images = excluded.images,
			enclosures = excluded.enclosures, tags = excluded.tags, language = excluded.language, rights = excluded.rights,
			original_url = excluded.original_url, next_url = excluded.next_url, alternates = excluded.alternates,
			status = excluded.status, noindex = excluded.noindex, modified_at = excluded.modified_at, body = excluded.body,
			guid = excluded.guid, lead_image = excluded.lead_image, news = excluded.news`
	clearChannels  = `DELETE FROM article_channels WHERE article_id = ?`
	insertChannels = `INSERT OR IGNORE INTO article_channels (article_id, channel) SELECT ?, value FROM json_each(?)`
	holderOfGUID   = `SELECT id FROM articles WHERE guid = ?`
	restamp        = `UPDATE articles SET modified_at = ?1 WHERE rowid IN (SELECT rowid FROM articles WHERE modified_at = ?2 LIMIT ?3)`
	restampMoves   = `UPDATE article_moves SET left_at = ?1 WHERE rowid IN (SELECT rowid FROM article_moves WHERE left_at >= ?2 AND left_at < ?1 LIMIT ?3)`
	forgetMoves    = `DELETE FROM article_moves WHERE left_at < ?`
)

// movesKept is how long it is remembered where articles have been: a process
// that was away for longer finds out by its audit.
const movesKept = 7 * 24 * time.Hour

// Put stores articles in one transaction and returns how many they were. An
// article with the id of a stored one replaces it. The first error, of the
// sequence or of the store, ends it, and nothing is stored.
func (s *Store) Put(ctx context.Context, articles iter.Seq2[article.Article, error]) (n int, err error) {
	return s.PutOthers(ctx, articles, nil)
}

// PutOthers stores articles as Put does, but for the guid of those that have that of
// another article: it is left out, which odd is told, one after the other as they come.
func (s *Store) PutOthers(ctx context.Context, articles iter.Seq2[article.Article, error], odd func(article.Fault)) (n int, err error) {
	err = s.change(ctx, func(tx *sql.Tx, started time.Time) error {
		n, err = s.putAll(ctx, tx, started, articles, odd)
		return err
	})
	if err != nil {
		return 0, err
	}
	return n, nil
}

// change makes changes that began then in one transaction. The error of make is
// returned as it is.
func (s *Store) change(ctx context.Context, make func(tx *sql.Tx, started time.Time) error) error {
	if s.write == nil {
		return errNotEmbedded
	}
	tx, err := s.write.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("content: %w", s.explain(err))
	}
	defer tx.Rollback()
	started := time.Now()
	if err := make(tx, started); err != nil {
		return err
	}
	if err := finish(ctx, tx, started, s.overlap); err != nil {
		return fmt.Errorf("content: %w", s.explain(err))
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("content: %w", s.explain(err))
	}
	return nil
}

func (s *Store) putAll(
	ctx context.Context, tx *sql.Tx, started time.Time, articles iter.Seq2[article.Article, error], odd func(article.Fault),
) (n int, err error) {
	w, err := prepare(ctx, tx)
	if err != nil {
		return 0, fmt.Errorf("content: %w", s.explain(err))
	}
	// With a context that can end, the driver starts a goroutine for every
	// statement, a tenth of the time.
	statement := context.WithoutCancel(ctx)
	for a, err := range articles {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return 0, err
		}
		err = w.put(statement, &a, started)
		if fault, ok := errors.AsType[article.Fault](err); ok && odd != nil {
			odd(fault)
			a.GUID = ""
			err = w.put(statement, &a, started)
		}
		if err != nil {
			return 0, fmt.Errorf("content: article %s: %w", a.ID, s.explain(err))
		}
		n++
	}
	return n, nil
}

// finish does what is left before a transaction that started then is committed.
func finish(ctx context.Context, tx *sql.Tx, started time.Time, overlap time.Duration) error {
	now := time.Now()
	// By either clock: the machine's may have been set forward meanwhile.
	took := max(now.Sub(started), now.Round(0).Sub(started.Round(0)))
	if took > overlap/2 && millis(now) != millis(started) { // or Changes would look for it in vain
		for _, statement := range []string{restamp, restampMoves} {
			if err := stampAgain(ctx, tx, statement, now, started); err != nil {
				return err
			}
		}
	}
	_, err := tx.ExecContext(ctx, forgetMoves, millis(now.Add(-movesKept)))
	return err
}

// stampSize is how many rows get another stamp at once: until a statement has
// ended, SQLite keeps in memory what undoes it.
const stampSize = 1000

func stampAgain(ctx context.Context, tx *sql.Tx, statement string, now, started time.Time) error {
	for {
		result, err := tx.ExecContext(ctx, statement, millis(now), millis(started), stampSize)
		if err != nil {
			return err
		}
		if n, err := result.RowsAffected(); err != nil || n < stampSize {
			return err
		}
	}
}

type writer struct {
	article, clear, channels, holder *sql.Stmt // closed with their transaction
}

func prepare(ctx context.Context, tx *sql.Tx) (w writer, err error) {
	for _, statement := range []struct {
		into **sql.Stmt
		text string
	}{{&w.article, upsertArticle}, {&w.clear, clearChannels}, {&w.channels, insertChannels}, {&w.holder, holderOfGUID}} {
		if *statement.into, err = tx.PrepareContext(ctx, statement.text); err != nil {
			return writer{}, err
		}
	}
	return w, nil
}

// put stores an article. A guid that is that of another one is a fault.
func (w writer) put(ctx context.Context, a *article.Article, modified time.Time) error {
	var expires *int64
	if !a.Expires.IsZero() {
		at := millis(a.Expires)
		expires = &at
	}
	var guid *string
	if a.GUID != "" {
		guid = &a.GUID
	}
	_, err := w.article.ExecContext(ctx, a.ID, a.Station, a.URL, a.Title, a.Summary, list(a.Authors), a.Editor, object(a.Source),
		stamp(a.Published), stamp(a.Updated), expires, list(a.Images), list(a.Enclosures), list(a.Tags), a.Language, a.Rights,
		a.OriginalURL, a.NextURL, list(a.Alternates), string(a.Status), a.NoIndex, millis(modified), a.Body, guid, a.Lead, !a.NotNews)
	if fault, ok := errors.AsType[*sqlite.Error](err); ok && fault.Code() == sqliteNotUnique && guid != nil {
		var holder string // the statement alone is undone
		if err := w.holder.QueryRowContext(ctx, a.GUID).Scan(&holder); err != nil {
			return err
		}
		return article.Fault{Place: "guid", Err: fmt.Errorf("%q is that of article %s", a.GUID, holder)}
	}
	if err != nil {
		return err
	}
	if _, err := w.clear.ExecContext(ctx, a.ID); err != nil {
		return err
	}
	if len(a.Channels) == 0 {
		return nil
	}
	_, err = w.channels.ExecContext(ctx, a.ID, list(a.Channels))
	return err
}

// stamp is a time that a column has to have: 0 where a draft has none yet.
func stamp(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return millis(t)
}

func list[T any](values []T) string {
	if len(values) == 0 {
		return "[]"
	}
	return object(values)
}

func object(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err) // strings and numbers always marshal
	}
	return string(text)
}
