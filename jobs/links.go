package jobs

import (
	"context"

	"feedstation/internal/article"
)

// maxLinking is how many changes of one run are asked for their translations: a
// bulk load has more, and months that name them are left to the audit.
const maxLinking = 1000

// followLinks marks the translations of articles that have changed: their months
// name only those that readers may see. Translations name each other, so the
// article itself says who names it; where only the other does, the audit finds it.
// It costs two small queries where something has changed, else none.
func (c *Conductor) followLinks(ctx context.Context, snapshot Snapshot, ids []string) error {
	if ids = c.own(ids); len(ids) == 0 {
		return nil
	}
	states, err := snapshot.Linked(ctx, ids)
	if err != nil {
		return err
	}
	for _, state := range states {
		if state.Visible {
			c.follow(article.Change{ID: state.ID, Station: state.Station, Published: state.Published})
		}
	}
	return nil
}
