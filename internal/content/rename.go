package content

import (
	"context"

	"feedstation/internal/network"
)

// rename gives the articles of the embedded store the present ids of stations and
// channels that had others. Where there is nothing to be done it costs two look-ups in
// indexes for each former id.
func (s *Store) rename(ctx context.Context, n *network.Network) error {
	if n == nil {
		return nil
	}
	tx, err := s.write.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	for _, station := range n.Stations {
		for _, was := range station.Was {
			// Its documents are built anew in any case: that the articles have moved says nothing.
			for _, statement := range []string{
				"UPDATE articles SET station = ?1 WHERE station = ?2", "DELETE FROM article_moves WHERE ?1 <> '' AND station = ?2",
			} {
				if _, err := tx.ExecContext(ctx, statement, station.ID, was); err != nil {
					return err
				}
			}
		}
		for _, channel := range station.Channels {
			for _, was := range channel.Was {
				const those = " WHERE channel = ?2 AND (SELECT station FROM articles WHERE id = article_id) = ?3"
				for _, statement := range []string{
					"UPDATE OR IGNORE article_channels SET channel = ?1" + those, "DELETE FROM article_channels" + those + " AND ?1 <> ''",
				} {
					if _, err := tx.ExecContext(ctx, statement, channel.ID, was, station.ID); err != nil {
						return err
					}
				}
			}
		}
	}
	return tx.Commit()
}
