package jobs

import (
	"slices"
	"time"

	"feedstation/internal/article"
	"feedstation/internal/edition"
	"feedstation/internal/network"
)

// A row says where its article is, not where it was: a server tells of no move. So
// articles that have changed are looked for in what is published, in the month of
// their publication, in this month and the last, and in the feeds, of all stations.
// One that had another place, another station or another month, has left it. What
// was elsewhere, the audit finds.

// followMoves marks where articles were that have changed.
func (c *Conductor) followMoves(changes []article.Change, now time.Time) {
	if len(changes) == 0 {
		return
	}
	told, ids := map[article.Change]bool{}, idsOf(changes)
	for _, d := range c.desks {
		current, ok := c.editions.Current(d.station.ID)
		if !ok || d.guest {
			continue
		}
		here := map[article.Month][]article.Change{}
		this := article.MonthOf(now, d.station.Zone)
		from, _ := this.Bounds(d.station.Zone)
		last := article.MonthOf(from.Add(-time.Millisecond), d.station.Zone)
		for _, change := range changes {
			month := article.MonthOf(change.Published, d.station.Zone)
			here[month] = append(here[month], change)
		}
		for path, contents := range current.AllContents() {
			among, wanted := changes, ids
			month, _, shard := network.ParseShardPath(path)
			older := shard && month != this && month != last
			switch {
			case older && here[month] == nil: // as nearly all
				continue
			case !shard && (d.station.All || network.IsArchive(path)):
				continue // they do not say whose an article is, or the months say the same
			case older:
				among, wanted = here[month], idsOf(here[month])
			}
			for _, a := range findIn(contents, wanted, older) {
				i := slices.IndexFunc(among, func(change article.Change) bool { return change.ID == a.ID })
				left := article.Change{ID: a.ID, Station: d.station.ID, Published: a.Published, Kind: article.Left}
				there := d.station.ID == among[i].Station && article.MonthOf(a.Published, d.station.Zone) == article.MonthOf(among[i].Published, d.station.Zone)
				if !there && !told[left] {
					told[left] = true
					c.follow(left)
				}
			}
		}
	}
}

func idsOf(changes []article.Change) map[string]bool {
	ids := map[string]bool{}
	for _, change := range changes {
		ids[change.ID] = true
	}
	return ids
}

// findIn returns the articles of some ids that contents have, as far as they can be read:
// what can't is built again anyway. What is no older month is asked again and again.
func findIn(contents *edition.Document, wanted map[string]bool, older bool) (found []edition.Article) {
	if len(wanted) == 0 || !older && !edition.MayHave(contents, wanted) {
		return nil
	}
	for a, err := range edition.Find(contents, wanted) {
		if err != nil {
			return found
		}
		found = append(found, a)
	}
	return found
}

// auditFirst has the next audit begin with months of other stations in which
// articles may have been that have changed in such numbers that none is named.
func (c *Conductor) auditFirst(change article.Change) {
	for _, d := range c.desks {
		zone := d.station.Zone
		first, last := article.MonthOf(change.Published, zone), article.MonthOf(change.Group.Last, zone)
		for month, a := range d.months {
			if d.station.ID != change.Station && month.Compare(first) >= 0 && month.Compare(last) <= 0 {
				a.at = time.Time{}
				d.months[month] = a
			}
		}
	}
}
