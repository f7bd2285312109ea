package content

import (
	"context"
	"errors"
	"fmt"

	"feedstation/internal/article"
)

// Row returns what the store has of the article of an id, whatever its status and its
// times are. The error is article.ErrNoRow where it has none. It costs what Find costs.
func (s *Snapshot) Row(ctx context.Context, id string) (found article.Row, err error) {
	states, err := s.Find(ctx, []string{id})
	if err != nil {
		return found, err
	}
	if len(states) > 0 {
		found.State = states[0]
	}
	q := s.query()
	q.add(s.latestColumns(), " FROM ", s.catalog.from, " WHERE ", s.dialect.keyIs(q, s.catalog.column("id"), id))
	read := query{of: "article " + id, read: (*row).latest, page: func(int, *place) *statement { return q }}
	for a, err := range s.articles(ctx, read) {
		if err != nil {
			return found, err
		}
		if a.ID == id && found.Article.ID == "" { // some columns hold texts to be equal that are not
			found.Article, found.Article.Modified = a, found.State.At
		}
	}
	for _, fault := range s.Faults() {
		if fault.ID == id {
			found.Faults = append(found.Faults, fault)
		}
	}
	if found.State.ID == "" && found.Article.ID == "" && len(found.Faults) == 0 {
		return found, fmt.Errorf("content: article %s: %w", id, article.ErrNoRow)
	}
	return found, nil
}

// errNoAddresses is why nothing is known of an address.
var errNoAddresses = errors.New("it has no index of addresses: see feedstation check")

// Named returns what is known of the articles that have an address, however they spell
// it. The error is of a store, too, that would have to read an archive for that.
func (s *Snapshot) Named(ctx context.Context, page string) ([]article.State, error) {
	if !s.catalog.links {
		return nil, fmt.Errorf("content: %s: %w", page, errNoAddresses)
	}
	named := links{}
	named.add("", page)
	states, err := named.ask(ctx, s)
	if err != nil {
		return nil, fmt.Errorf("content: %s: %w", page, s.explain(err))
	}
	return states, nil
}
