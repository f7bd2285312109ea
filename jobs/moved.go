package jobs

import (
	"hash/maphash"
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

// idsOf are the hashes of the ids of an edition's contents, sorted, by the hash of
// the contents: 4 bytes an article, so that contents are read once.
type idsOf map[edition.Hash][]uint32

// followMoves marks where articles were that have changed.
func (c *Conductor) followMoves(changes []article.Change, now time.Time) {
	if len(changes) == 0 {
		return
	}
	known := idsOf{}
	told := map[article.Change]bool{}
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
			among := changes
			switch month, _, shard := network.ParseShardPath(path); {
			case !shard && (d.station.All || network.IsArchive(path)):
				continue // they do not say whose an article is, or the months say the same
			case shard && month != this && month != last:
				among = here[month]
			}
			for _, a := range c.findIn(contents, among, known) {
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
	c.contentIDs = known
}

// findIn returns the articles of changes that contents have, and notes what ids the
// contents have. What can't be read is built again anyway.
func (c *Conductor) findIn(contents *edition.Document, changes []article.Change, known idsOf) (found []edition.Article) {
	if len(changes) == 0 {
		return nil
	}
	hash := contents.Hash()
	ids, ok := known[hash]
	if !ok {
		if ids, ok = c.contentIDs[hash]; !ok {
			for a, err := range edition.Articles(contents) {
				if err != nil {
					return nil
				}
				ids = append(ids, c.hashOf(a.ID))
			}
			slices.Sort(ids)
		}
		known[hash] = ids
	}
	wanted := map[string]bool{}
	for _, change := range changes {
		if _, there := slices.BinarySearch(ids, c.hashOf(change.ID)); there {
			wanted[change.ID] = true
		}
	}
	if len(wanted) == 0 {
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

func (c *Conductor) hashOf(id string) uint32 { return uint32(maphash.String(c.seed, id)) }

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
