package content

import (
	"context"
	"fmt"
	"slices"

	"feedstation/internal/address"
	"feedstation/internal/article"
)

// Sharing returns what is known of the station's articles that have one of some
// addresses, which are normal, as are those of what is returned. A row is found whose
// address is spelled so, or with the letters of its language instead of their escapes.
// It costs what Find costs for as many articles; where a server has no index of
// addresses, and an archive that it would have to read for that, it finds none.
func (s *Snapshot) Sharing(ctx context.Context, station string, addresses []string) (states []article.State, err error) {
	if !s.catalog.links {
		return nil, nil
	}
	var spellings []string
	for _, page := range addresses {
		spellings = append(spellings, page)
		if readable := address.Readable(page); readable != page {
			spellings = append(spellings, readable)
		}
	}
	for part := range slices.Chunk(spellings, maxLinks) {
		found, err := s.states(ctx, "url", part)
		if err != nil {
			return nil, fmt.Errorf("content: pages of %s: %w", station, s.explain(err))
		}
		for _, state := range found {
			page, err := address.Normal(state.URL)
			if state.URL = page; err == nil && state.Station == station {
				states = append(states, state)
			}
		}
	}
	return states, nil
}
