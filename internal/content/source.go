package content

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"time"

	"feedstation/internal/article"
)

const (
	readSource    = `SELECT state, accepted FROM sources WHERE id = ?`
	writeSource   = `INSERT INTO sources (id, state) VALUES (?1, ?2) ON CONFLICT (id) DO UPDATE SET state = excluded.state, accepted = min(accepted, ?3)`
	acceptSource  = `INSERT INTO sources (id, state, accepted) VALUES (?, '', 1) ON CONFLICT (id) DO UPDATE SET accepted = 1`
	countArticles = `SELECT count(*) FROM source_articles WHERE source = ? AND article_id <> ''`
	readItems     = `SELECT item, article_id, published, stamp, digest FROM source_articles WHERE source = ? AND item IN (SELECT value FROM json_each(?))`
	// Few articles are at the addresses that are asked about, and those of a source are many.
	readAt        = `SELECT id, url FROM articles WHERE url IN (SELECT value FROM json_each(?))`
	readAddresses = `SELECT item, url FROM source_articles JOIN articles ON articles.id = article_id WHERE source_articles.source = ?`
	readOf        = `SELECT item, article_id, published, stamp, digest FROM source_articles WHERE source = ? AND article_id IN (SELECT value FROM json_each(?))`
	readMissing   = `SELECT item, article_id, published, stamp, digest FROM source_articles WHERE source = ? AND article_id <> '' AND pass < ? AND published > ?`
	// Numbers by their size; ids of one length as texts.
	readRank     = `SELECT coalesce(sum((length(item), item) < (length(?2), ?2)), 0), count(*) FROM source_articles WHERE source = ?1`
	readBetween  = `SELECT item, article_id, published, stamp, digest FROM source_articles WHERE source = ?1 AND (length(item), item) > (length(?2), ?2) AND (?3 = '' OR (length(item), item) < (length(?3), ?3))`
	writeItem    = `INSERT OR REPLACE INTO source_articles (source, item, article_id, published, stamp, digest, pass) VALUES (?, ?, ?, ?, ?, ?, ?)`
	meetItems    = `UPDATE source_articles SET pass = ?3 WHERE source = ?1 AND item IN (SELECT value FROM json_each(?2)) AND pass < ?3`
	forgetItems  = `DELETE FROM source_articles WHERE source = ? AND item IN (SELECT value FROM json_each(?))`
	hideArticles = `UPDATE articles SET status = ?3, modified_at = ?2 WHERE id IN (SELECT value FROM json_each(?1)) AND status <> ?3`
)

// SourceItem is what the store knows of an item of a source.
type SourceItem struct {
	Item          string // the source's own key
	ArticleID     string // empty: no article shows it, as it is a draft, broken or of no station
	Published     time.Time
	Stamp, Digest int64 // see 0008_sources.sql
}

// Source returns how far a source has been followed, and whether what it has lost is
// accepted; of one that is new nothing.
func (s *Store) Source(ctx context.Context, source string) (state string, accepted bool, err error) {
	err = s.read.QueryRowContext(ctx, readSource, source).Scan(&state, &accepted)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return "", false, fmt.Errorf("content: source %s: %w", source, s.explain(err))
	}
	return state, accepted, nil
}

// AcceptLoss has the next comparison with a source withdraw what is gone there,
// however much that is.
func (s *Store) AcceptLoss(ctx context.Context, source string) error {
	return s.change(ctx, func(tx *sql.Tx, _ time.Time) error {
		if _, err := tx.ExecContext(ctx, acceptSource, source); err != nil {
			return fmt.Errorf("content: source %s: %w", source, s.explain(err))
		}
		return nil
	})
}

// SourceArticles returns how many articles of a source the store has that are not
// withdrawn.
func (s *Store) SourceArticles(ctx context.Context, source string) (n int, err error) {
	if err := s.read.QueryRowContext(ctx, countArticles, source).Scan(&n); err != nil {
		return 0, fmt.Errorf("content: source %s: %w", source, s.explain(err))
	}
	return n, nil
}

// SourceItems returns what is known of items of a source.
func (s *Store) SourceItems(ctx context.Context, source string, items []string) (map[string]SourceItem, error) {
	known := map[string]SourceItem{}
	err := s.sourceItems(ctx, func(i SourceItem) { known[i.Item] = i }, readItems, source, list(items))
	return known, err
}

// SourceAddresses returns the addresses of a source's articles by their items.
func (s *Store) SourceAddresses(ctx context.Context, source string) (map[string]string, error) {
	return s.pairs(ctx, readAddresses, source)
}

// SourceItemsAt returns the items of a source whose articles are at some addresses, by
// these.
func (s *Store) SourceItemsAt(ctx context.Context, source string, addresses []string) (map[string]SourceItem, error) {
	at, err := s.pairs(ctx, readAt, list(addresses))
	if err != nil || len(at) == 0 {
		return nil, err
	}
	known := map[string]SourceItem{}
	ids := slices.Collect(maps.Keys(at))
	err = s.sourceItems(ctx, func(i SourceItem) { known[at[i.ArticleID]] = i }, readOf, source, list(ids))
	return known, err
}

// pairs returns what a query has in two columns, by the first.
func (s *Store) pairs(ctx context.Context, query string, args ...any) (map[string]string, error) {
	rows, err := s.read.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("content: source: %w", s.explain(err))
	}
	defer rows.Close()
	pairs := map[string]string{}
	for rows.Next() {
		var first, second string
		if err := rows.Scan(&first, &second); err != nil {
			return nil, fmt.Errorf("content: source: %w", s.explain(err))
		}
		pairs[first] = second
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("content: source: %w", s.explain(err))
	}
	return pairs, nil
}

// SourceRank returns how many items of a source come before one in the order of their
// ids, and how many there are.
func (s *Store) SourceRank(ctx context.Context, source, item string) (before, all int, err error) {
	if err := s.read.QueryRowContext(ctx, readRank, source, item).Scan(&before, &all); err != nil {
		return 0, 0, fmt.Errorf("content: source %s: %w", source, s.explain(err))
	}
	return before, all, nil
}

// SourceBetween returns the items of a source between two, in the order of ids; an empty
// one is the beginning or the end.
func (s *Store) SourceBetween(ctx context.Context, source, after, before string) (between []SourceItem, err error) {
	err = s.sourceItems(ctx, func(i SourceItem) { between = append(between, i) }, readBetween, source, after, before)
	return between, err
}

// SourceMissing returns the items with articles that comparisons of a source have not
// met since pass, and that were published after from.
func (s *Store) SourceMissing(ctx context.Context, source string, pass int64, from time.Time) (missing []SourceItem, err error) {
	err = s.sourceItems(ctx, func(i SourceItem) { missing = append(missing, i) }, readMissing, source, pass, millis(from))
	return missing, err
}

func (s *Store) sourceItems(ctx context.Context, each func(SourceItem), query string, args ...any) error {
	rows, err := s.read.QueryContext(ctx, query, args...)
	if err != nil {
		return fmt.Errorf("content: source: %w", s.explain(err))
	}
	defer rows.Close()
	for rows.Next() {
		var i SourceItem
		var published int64
		if err := rows.Scan(&i.Item, &i.ArticleID, &published, &i.Stamp, &i.Digest); err != nil {
			return fmt.Errorf("content: source: %w", s.explain(err))
		}
		i.Published = instant(published)
		each(i)
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("content: source: %w", s.explain(err))
	}
	return nil
}

// SourceChange is what a step of following a source changes.
type SourceChange struct {
	Articles  iter.Seq2[article.Article, error] // that are new or have changed; nil: none
	Items     []SourceItem                      // that are new or have changed, with those of Articles
	Met       []string                          // further items that are there
	Moved     []string                          // former keys of Items
	Gone      []SourceItem                      // that are there no more: their articles are withdrawn
	Hidden    []string                          // ids of articles that are drafts now
	Withdrawn []string                          // ids of articles that are withdrawn now
	Pass      int64                             // of the comparison that has met Items and Met
	State     string                            // how far the source has been followed
	Settled   bool                              // what was accepted has been done
}

// ChangeSource stores a step of following a source in one transaction, its articles as
// PutOthers does it.
func (s *Store) ChangeSource(ctx context.Context, source string, c *SourceChange, odd func(article.Fault)) error {
	return s.change(ctx, func(tx *sql.Tx, started time.Time) error {
		if c.Articles != nil {
			if _, err := s.putAll(ctx, tx, started, c.Articles, odd); err != nil {
				return err
			}
		}
		if err := writeStep(ctx, tx, source, c, started); err != nil {
			return fmt.Errorf("content: source %s: %w", source, s.explain(err))
		}
		return nil
	})
}

func writeStep(ctx context.Context, tx *sql.Tx, source string, c *SourceChange, started time.Time) error {
	for _, i := range c.Items {
		if _, err := tx.ExecContext(ctx, writeItem, source, i.Item, i.ArticleID, millis(i.Published), i.Stamp, i.Digest, c.Pass); err != nil {
			return err
		}
	}
	withdrawn, gone := c.Withdrawn, []string(nil)
	for _, i := range c.Gone {
		withdrawn, gone = append(withdrawn, i.ArticleID), append(gone, i.Item)
	}
	keep := 1
	if c.Settled {
		keep = 0
	}
	for _, do := range []struct {
		needed bool
		query  string
		args   []any
	}{
		{len(c.Met) > 0, meetItems, []any{source, list(c.Met), c.Pass}},
		{len(c.Moved) > 0, forgetItems, []any{source, list(c.Moved)}},
		{len(gone) > 0, forgetItems, []any{source, list(gone)}},
		{len(c.Hidden) > 0, hideArticles, []any{list(c.Hidden), millis(started), string(article.Draft)}},
		{len(withdrawn) > 0, hideArticles, []any{list(withdrawn), millis(started), string(article.Withdrawn)}},
		{true, writeSource, []any{source, c.State, keep}},
	} {
		if !do.needed {
			continue
		}
		if _, err := tx.ExecContext(ctx, do.query, do.args...); err != nil {
			return err
		}
	}
	return nil
}
