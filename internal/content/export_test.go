package content

import (
	"context"
	"time"

	"feedstation/internal/article"
)

// Totals returns the totals of a station's articles first published in
// [from, to). It reads each of them, but not its texts: a range of the index
// and as many rows.
func (s *Snapshot) Totals(ctx context.Context, station string, from, to time.Time) (article.Totals, error) {
	totals, err := s.totals(ctx, station, [][2]time.Time{{from, to}})
	if err != nil {
		return article.Totals{}, err
	}
	return totals[0], nil
}

// ReadImages returns what a row's column of images says, by both ways of reading it.
func ReadImages(text string) (all, addresses []article.Image) {
	read := func() *row { return &row{values: []any{text}} }
	return read().images("images"), read().addresses("images")
}

// FarBack sets how many articles are searched for those of a channel.
func FarBack(s *Store, n int) { s.reach.size = n }
