package jobs

import (
	"cmp"
	"context"
	"iter"
	"strings"
	"time"

	"feedstation/internal/article"
	"feedstation/internal/edition"
	"feedstation/internal/network"
)

// named is a snapshot of one of several content stores. Ids begin with the store's name,
// if it has one; what it has of stations whose articles are in another store is not there.
type named struct {
	Snapshot
	network *network.Network
	name    string
}

// known returns what the store calls articles of its own, of some ids.
func (s named) known(ids []string) (own []string) {
	for _, id := range ids {
		if s.network.ContentOf(id) == s.name {
			own = append(own, strings.TrimPrefix(id, s.prefix()))
		}
	}
	return own
}

func (s named) prefix() string {
	if s.name == "" {
		return ""
	}
	return s.name + ":"
}

// foreign reports whether a station's articles are in another store.
func (s named) foreign(station string) bool {
	of, ok := s.network.Station(station)
	return ok && of.Content != s.name
}

func (s named) states(states []article.State, err error) ([]article.State, error) {
	var own []article.State
	for _, state := range states {
		if !s.foreign(state.Station) {
			state.ID = s.prefix() + state.ID
			own = append(own, state)
		}
	}
	return own, err
}

func (s named) articles(articles []article.Article, err error) ([]article.Article, error) {
	for i := range articles {
		articles[i].ID = s.prefix() + articles[i].ID
	}
	return articles, err
}

func (s named) Newest(ctx context.Context, stations []string, channel string, since time.Time, least, most int) ([]article.Article, error) {
	return s.articles(s.Snapshot.Newest(ctx, stations, channel, since, least, most))
}

func (s named) Between(ctx context.Context, stations []string, channel string, from, to time.Time, most int) ([]article.Article, error) {
	return s.articles(s.Snapshot.Between(ctx, stations, channel, from, to, most))
}

func (s named) Whole(ctx context.Context, heads []article.Article) ([]article.Article, error) {
	var own []article.Article
	for _, head := range heads {
		if s.network.ContentOf(head.ID) == s.name {
			head.ID = strings.TrimPrefix(head.ID, s.prefix())
			own = append(own, head)
		}
	}
	return s.articles(s.Snapshot.Whole(ctx, own))
}

func (s named) Listing(ctx context.Context, station string, from, to time.Time) iter.Seq2[article.Article, error] {
	return func(yield func(article.Article, error) bool) {
		for a, err := range s.Snapshot.Listing(ctx, station, from, to) {
			a.ID = s.prefix() + a.ID
			if !yield(a, err) {
				return
			}
		}
	}
}

func (s named) Find(ctx context.Context, ids []string) ([]article.State, error) {
	return s.states(s.Snapshot.Find(ctx, s.known(ids)))
}

func (s named) Sharing(ctx context.Context, station string, addresses []string) ([]article.State, error) {
	return s.states(s.Snapshot.Sharing(ctx, station, addresses))
}

func (s named) Linked(ctx context.Context, ids []string) ([]article.State, error) {
	return s.states(s.Snapshot.Linked(ctx, s.known(ids)))
}

func (s named) Named(ctx context.Context, page string) ([]article.State, error) {
	return s.states(s.Snapshot.Named(ctx, page))
}

func (s named) Row(ctx context.Context, id string) (article.Row, error) {
	own := s.known([]string{id})
	if len(own) == 0 {
		return article.Row{}, article.ErrNoRow
	}
	row, err := s.Snapshot.Row(ctx, own[0])
	if s.foreign(cmp.Or(row.Article.Station, row.State.Station)) {
		return article.Row{}, article.ErrNoRow
	}
	for _, of := range []*string{&row.Article.ID, &row.State.ID} {
		if *of != "" {
			*of = id
		}
	}
	for i := range row.Faults {
		row.Faults[i].ID = id
	}
	return row, err
}

func (s named) Changes(ctx context.Context, since time.Time) iter.Seq2[article.Change, error] {
	return func(yield func(article.Change, error) bool) {
		for change, err := range s.Snapshot.Changes(ctx, since) {
			if err == nil && s.foreign(change.Station) {
				continue
			}
			if change.ID != "" {
				change.ID = s.prefix() + change.ID
			}
			if !yield(change, err) {
				return
			}
		}
	}
}

func (s named) Origin(ctx context.Context) (edition.Origin, error) {
	origin, err := s.Snapshot.Origin(ctx)
	origin.Store = s.name
	return origin, err
}

func (s named) Faults() []article.RowError {
	faults := s.Snapshot.Faults()
	for i := range faults {
		if faults[i].ID != "" {
			faults[i].ID = s.prefix() + faults[i].ID
		}
	}
	return faults
}
