package jobs

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"feedstation/internal/article"
	"feedstation/internal/edition"
	"feedstation/internal/network"
	"feedstation/internal/press"
)

// audited is a month as it was when its sitemaps were built from it.
type audited struct {
	at     time.Time // when it was looked at
	totals article.Totals
	known  bool // totals are those of the sitemaps
}

// Drift is what an audit has found though no hint has named it.
type Drift string

// The kinds of drift.
const (
	Lost    Drift = "lost"    // articles have gone
	Found   Drift = "found"   // articles have come, as in an import with old times
	Changed Drift = "changed" // neither, but rows are others
)

// Drifts are all kinds of drift.
func Drifts() []Drift { return []Drift{Lost, Found, Changed} }

// firstAudit is what a first audit counts as the time since the last.
const firstAudit = 5 * time.Minute

// Audit compares the editions with the content store, whatever the hints have
// said, and rebuilds what differs: the feeds, the sitemaps of this month and the
// last, and of older months those that have waited longest, as many as the rate
// allows. Months that this process has not built, or has built because of a
// hint, are built again, as it is not known what they were built from.
func (c *Conductor) Audit(ctx context.Context) error {
	return c.run(ctx, func() error { return c.audit(ctx) })
}

// audit marks what differs. A part that can't be compared does not keep the
// others from it.
func (c *Conductor) audit(ctx context.Context) error {
	snapshot, _, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer snapshot.Close()
	defer noteOf(ctx).phase("compare", time.Now())
	budget := c.budget()
	type older struct {
		*desk
		month article.Month
	}
	var waiting []older
	faults := map[*desk]error{}
	for _, d := range c.desks {
		if !d.led {
			continue // the process that builds it audits it
		}
		d.mark().Feeds = true
		if d.guest {
			continue
		}
		c.auditArchives(d)
		months, err := c.auditRecent(ctx, snapshot, d)
		faults[d] = err
		for _, month := range months {
			waiting = append(waiting, older{d, month})
		}
	}
	// Those that were looked at first wait longest; of equal ones the newest.
	slices.SortStableFunc(waiting, func(a, b older) int {
		return cmp.Or(a.months[a.month].at.Compare(b.months[b.month].at), b.month.Compare(a.month))
	})
	for _, w := range waiting {
		if budget <= 0 || ctx.Err() != nil {
			break
		}
		count, err := c.compare(ctx, snapshot, w.desk, []article.Month{w.month})
		faults[w.desk] = errors.Join(faults[w.desk], err)
		budget -= max(count, questionCost)
	}
	var all []error
	for _, d := range c.desks {
		c.note(ctx, notAudited, d.station.ID, faults[d])
		all = append(all, faults[d])
	}
	return errors.Join(all...)
}

// questionCost is how many articles a question about a month costs at least: a database
// plans it, however few it finds.
const questionCost = 25

// budget returns how many articles of older months this audit may look at.
func (c *Conductor) budget() int64 {
	now, since := time.Now(), firstAudit
	if !c.lastAudit.IsZero() {
		since = now.Sub(c.lastAudit)
	}
	c.lastAudit = now
	return int64(since.Seconds() * float64(c.options.AuditRate))
}

// auditRecent compares this month and the last of a station and returns the
// older ones.
func (c *Conductor) auditRecent(ctx context.Context, snapshot Snapshot, d *desk) (older []article.Month, err error) {
	station := d.station
	months, err := c.auditable(ctx, snapshot, station)
	if err != nil {
		return nil, err
	}
	from, _ := article.MonthOf(snapshot.Time(), station.Zone).Bounds(station.Zone)
	last := article.MonthOf(from.Add(-time.Millisecond), station.Zone)
	n := slices.IndexFunc(months, func(m article.Month) bool { return m.Compare(last) < 0 })
	if n < 0 {
		n = len(months)
	}
	_, err = c.compare(ctx, snapshot, d, months[:n])
	return months[n:], err
}

// auditedArchives is how many archives an audit compares of a station, of all feeds
// together, those of which nothing has told of a change.
const auditedArchives = 20

// auditArchives has the next archives of a station compared with the content store.
func (c *Conductor) auditArchives(d *desk) {
	current, ok := c.editions.Current(d.station.ID)
	if !ok || c.options.AuditRate == 0 {
		return
	}
	var cuts []network.Cut
	for path := range current.AllContents() {
		if _, cut, _, ok := network.ParseArchivePath(path); ok {
			cuts = append(cuts, cut)
		}
	}
	if len(cuts) == 0 {
		return
	}
	slices.SortFunc(cuts, func(a, b network.Cut) int { return b.Compare(a) })
	first := d.archive % len(cuts)
	last := first + auditedArchives
	span := press.Span{To: cuts[first].Time()}
	if d.archive = last; last < len(cuts) {
		span.From = cuts[last].Time()
	} else {
		d.archive = 0
	}
	d.work.AddSpan(span)
}

// auditable returns the months that the store or the edition has, newest first.
func (c *Conductor) auditable(ctx context.Context, snapshot Snapshot, station *network.Station) ([]article.Month, error) {
	all := map[article.Month]bool{}
	if current, ok := c.editions.Current(station.ID); ok {
		for path := range current.AllContents() {
			if month, _, ok := network.ParseShardPath(path); ok {
				all[month] = true
			}
		}
	}
	months, err := snapshot.Months(ctx, station.ID, station.Zone, slices.Collect(maps.Keys(all))...)
	if err != nil {
		return nil, err
	}
	for _, month := range months {
		all[month] = true
	}
	return slices.SortedFunc(maps.Keys(all), func(a, b article.Month) int { return b.Compare(a) }), nil
}

// compare marks those of the months that are not as their sitemaps are, and
// returns how many articles it looked at.
func (c *Conductor) compare(ctx context.Context, snapshot Snapshot, d *desk, months []article.Month) (count int64, err error) {
	if len(months) == 0 {
		return 0, nil
	}
	totals, err := snapshot.TotalsByMonth(ctx, d.station.ID, months, d.station.Zone)
	if err != nil {
		for _, month := range months { // the others have their turn
			d.months[month] = audited{at: time.Now()}
		}
		return 0, err
	}
	for i, month := range months {
		count += totals[i].Count
		before := d.months[month]
		same := before.known && before.totals == totals[i]
		d.months[month] = audited{time.Now(), totals[i], same}
		if same {
			continue
		}
		w := d.mark()
		switch {
		case w.Months[month] != nil: // a hint, of which nothing is drift
		case before.known:
			found := drift(totals[i].Count - before.totals.Count)
			c.noteDrift(d.station, month, found, causeOf(ctx, snapshot, found))
		default:
			w.unhinted[month] = true
		}
		w.Month(month).Whole, w.audited[month] = true, true
	}
	return count, nil
}

// drift returns what has become of a month that has so many articles more.
func drift(more int64) Drift {
	switch {
	case more < 0:
		return Lost
	case more > 0:
		return Found
	}
	return Changed
}

// unhinted returns the drift of months of which was not known what they had been
// built from, as of those that a hint has had built since the last audit: what their
// rebuilt contents say otherwise. A row that was written after the hints were asked
// for has one to come.
func (c *Conductor) unhinted(ctx context.Context, snapshot Snapshot, r *result, next *edition.Edition) (map[article.Month]Drift, error) {
	if len(r.work.unhinted) == 0 || r.Edition == nil || r.work.Everything {
		return nil, nil
	}
	diff, err := edition.Diff(r.Edition, next)
	if errors.Is(err, edition.ErrDamaged) { // which is built again
		return nil, err
	}
	if err != nil {
		return nil, nil // it is not known, which holds up no edition
	}
	more, ids := map[string]int64{}, []string{}
	for n, list := range map[int64][]edition.Article{1: diff.Came, 0: diff.Changed, -1: diff.Left} {
		for _, a := range list {
			if n != 0 || !r.outcome.Settled[a.Address] { // whose row need not have changed
				more[a.ID], ids = n, append(ids, a.ID)
			}
		}
	}
	states, err := press.Find(ctx, snapshot, ids)
	for _, state := range states {
		if state.At.After(c.checked) {
			delete(more, state.ID)
		}
	}
	sums, drifts := map[article.Month]int64{}, map[article.Month]Drift{}
	for _, a := range slices.Concat(diff.Came, diff.Changed, diff.Left) {
		month := article.MonthOf(a.Published, r.Station.Zone)
		if n, ok := more[a.ID]; ok && r.work.unhinted[month] {
			sums[month] += n
			drifts[month] = drift(sums[month])
		}
	}
	return drifts, err
}

func (c *Conductor) noteDrift(station *network.Station, month article.Month, d Drift, cause string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.drift[d]++
	c.drifted[station.ID]++
	c.log.Warn("audit found drift", "station", station.ID, "month", month.String(), "articles", string(d), "cause", cause)
}

// maxCauses bounds a line of the log.
const maxCauses = 3

// causeOf says what may be why no hint has named a drift, and what would have.
func causeOf(ctx context.Context, snapshot Snapshot, d Drift) string {
	switch d {
	case Lost:
		return "a deleted row tells of nothing: let rows stay, with status withdrawn"
	case Found:
		return "rows came with an earlier modified_at: it has to be the time of the row's last change"
	}
	untold, err := snapshot.Untold(ctx)
	if err != nil {
		return "not known: " + err.Error()
	}
	if len(untold) == 0 {
		return "modified_at did not move: it has to with each change of what the row shows"
	}
	return strings.Join(untold[:min(len(untold), maxCauses)], "; ")
}

// Drift returns how many months audits have found that were not as published, by
// what had become of their articles.
func (c *Conductor) Drift() map[Drift]int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return maps.Clone(c.drift)
}

// Drifted is Drift of one station, of whatever kind.
func (c *Conductor) Drifted(station string) int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.drifted[station]
}

// audited notes which months are now as an audit saw them: those that it had
// built. What was built from something later, the next audit builds again.
func (d *desk) audited(r *result) {
	if r.work.Everything {
		clear(d.months)
	}
	for month := range r.work.Months {
		if seen, ok := d.months[month]; ok && !slices.Contains(r.outcome.Pending, month) {
			seen.known = r.work.audited[month]
			d.months[month] = seen
		}
	}
}
