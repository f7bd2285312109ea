package explain

import (
	"path"
	"slices"
	"strings"
	"time"

	"feedstation/internal/article"
	"feedstation/internal/edition"
	"feedstation/internal/network"
	"feedstation/internal/press"
	"feedstation/jobs"
)

// ruled is what is known of the article at a station.
type ruled struct {
	station   *network.Station
	decisions []press.Decision
	decided   bool // by a build; else by what contents tell
	served    []press.Served
	current   []press.Served
	notices   []string // feeds that have one in its place
	pinned    bool     // an earlier edition is served than the current one
}

// decide makes the verdicts and the deciders.
func (i *inquiry) decide() {
	row := &i.said.Row
	i.e.Station = i.own()
	fault, broken := row.Fault()
	switch {
	case broken:
		i.e.Fault = &Fault{fault.Column, fault.Err.Error()}
	case i.said.Found:
		i.e.Row = rowOf(row)
	case i.asked():
		i.e.Fault = &Fault{"id", article.ErrNoRow.Error()}
	}
	var all []ruled
	for _, s := range i.Network.Stations {
		if i.query.Station != "" && s.ID != i.query.Station {
			continue
		}
		if r, ok := i.ruled(s); ok {
			all = append(all, r)
			i.stations = append(i.stations, s)
		}
	}
	all = append(all, i.elsewhere(all)...)
	i.deciders(all)
	for _, r := range all {
		for _, d := range r.decisions {
			i.e.Verdicts = append(i.e.Verdicts, i.verdict(&r, d))
		}
		e, ok := i.Editions.Served(r.id())
		slices.SortStableFunc(r.served, func(a, b press.Served) int { return order(a.Path) - order(b.Path) })
		for _, s := range r.served {
			if ok {
				i.e.Documents = append(i.e.Documents, Document{r.id(), s.Path, s.Place, e.Issued().UTC(), s.Modified.UTC()})
			}
		}
	}
}

func (r *ruled) id() string {
	if r.station == nil {
		return ""
	}
	return r.station.ID
}

// asked reports whether all content stores that may have the article were asked.
func (i *inquiry) asked() bool {
	return i.Jobs != nil && len(i.said.Unknown) == 0 && (i.said.ID != "" || len(i.e.Unknown) == 0)
}

// ruled returns what is known of the article at a station; not ok: nothing is, and nothing
// need be.
func (i *inquiry) ruled(s *network.Station) (r ruled, ok bool) {
	r.station = s
	current, _ := i.Editions.Current(s.ID)
	if served, there := i.Editions.Served(s.ID); there {
		r.served, r.notices = press.ServedIn(served, i.served[s.ID])
		r.pinned = served != current
	}
	if current != nil {
		r.current, _ = press.ServedIn(current, i.current[s.ID])
	}
	for _, m := range i.current[s.ID] {
		if m.Former && i.e.Former == nil {
			k := m.Known
			i.e.Former = &Former{s.ID, k.Address, moment(k.Published), moment(k.Withdrawn), k.Gone}
		}
	}
	at := slices.IndexFunc(i.said.Rulings, func(r jobs.Ruling) bool { return r.Station == s })
	mentioned := len(i.current[s.ID])+len(i.served[s.ID]) > 0
	switch {
	case at >= 0 && i.said.Rulings[at].Err == nil && (i.said.Found || mentioned):
		r.decisions, r.decided = i.said.Rulings[at].Decisions, true
	case !mentioned:
		if at >= 0 && i.said.Rulings[at].Err != nil {
			i.unknown("station "+s.ID, i.said.Rulings[at].Err)
		}
		return r, false
	default:
		if at >= 0 && i.said.Rulings[at].Err != nil {
			i.unknown("station "+s.ID, i.said.Rulings[at].Err)
		}
		r.recall(i, current)
	}
	if i.asked() && !i.said.Found && !r.decided { // that it has no row is known
		r.decided = true
		for n := range r.decisions {
			r.decisions[n].Why = r.decisions[n].Why&article.WhyRetracted | article.WhyNoRow
		}
	}
	return r, true
}

// recall decides by contents.
func (r *ruled) recall(i *inquiry, current *edition.Edition) {
	if current == nil {
		return
	}
	r.decisions = press.Recall(r.station, current, i.current[r.station.ID])
	if !i.e.Retraction.Down() {
		return
	}
	for n := range r.decisions {
		r.decisions[n].Why |= article.WhyRetracted
	}
}

// elsewhere returns why the article is nowhere where no station that publishes may have
// it, by its row or as there is none.
func (i *inquiry) elsewhere(all []ruled) []ruled {
	var why article.Why
	_, broken := i.said.Row.Fault()
	own, known := i.Network.Station(i.own())
	switch {
	case slices.ContainsFunc(all, func(r ruled) bool { return r.id() == i.own() }):
		return nil
	case broken:
		why = article.WhyFault
	case i.said.Found && (!known || !own.Publishes()):
		why = article.WhyStation
	case !i.said.Found && len(all) == 0 && i.asked():
		why = article.WhyNoRow
	default:
		return nil
	}
	if !known {
		own, _ = i.Network.Station(i.query.Station)
	}
	r := ruled{station: own, decided: true}
	for _, at := range []string{network.FeedPath("", network.RSS), network.IndexPath, network.NewsPath(1), network.BaiduPath} {
		r.decisions = append(r.decisions, press.Decision{Path: at, Why: why})
	}
	return []ruled{r}
}

// kindOf names the kind of a document.
func kindOf(at string) string {
	channel, isRSS := strings.CutSuffix(at, "/"+string(network.RSS))
	switch {
	case network.IsArchive(at):
		return "archive"
	case isRSS && channel == "":
		return "feed"
	case isRSS:
		return "channel"
	case at == network.IndexPath || press.IsShard(at):
		return "sitemap"
	case at == network.BaiduPath:
		return "baidu"
	case network.IsSitemap(at):
		return "news"
	case strings.HasSuffix(at, ".html"):
		return "page"
	}
	return strings.TrimSuffix(path.Base(at), path.Ext(at))
}

// order has the feeds before the pages, and these before the sitemaps.
func order(at string) int {
	switch {
	case press.IsShard(at):
		return 3
	case network.IsList(at):
		return 4
	case strings.HasSuffix(at, ".html"):
		return 2
	case strings.Count(at, "/") > 1: // of a channel
		return 1
	}
	return 0
}

// verdict is what becomes of a decision.
func (i *inquiry) verdict(r *ruled, d press.Decision) Verdict {
	v := Verdict{Station: r.id(), Document: kindOf(d.Path), Path: d.Path}
	same := func(s press.Served) bool {
		kind := kindOf(s.Path)
		return s.Path == d.Path || kind == v.Document && (kind == "sitemap" || kind == "news")
	}
	if at := slices.IndexFunc(r.served, same); at >= 0 {
		v.In, v.Path = true, r.served[at].Path
	}
	if r.decided {
		has := d.Why == 0
		v.Decided = &has
	}
	why := d.Why &^ article.WhyOld
	switch {
	case v.In && (d.Why == 0 || !r.decided):
	case d.Why != 0:
		v.Reason = i.reason(r, d)
		v.LeftOut = why != 0 && !v.In
	case slices.ContainsFunc(r.current, same) && r.pinned:
		v.Reason, v.LeftOut = "pin: "+i.pin(r), true
	default:
		v.Reason, v.LeftOut = "build: "+i.waiting(r), true
		if refused, ok := i.refused(r); ok {
			v.Reason = "gate: " + refused
		}
	}
	if why == 0 && d.Why != 0 && slices.Contains(r.notices, d.Path) {
		v.LeftOut = true
	}
	return v
}

// waiting says that what is decided is yet to be built.
func (i *inquiry) waiting(r *ruled) string {
	if i.Jobs != nil && r.station != nil {
		if why, ok := i.Jobs.Condition(r.station.ID); ok {
			return why.String()
		}
		if next := i.Jobs.Next(r.station.ID); !next.IsZero() {
			return "not built yet, looked at next at " + clock(next, r.station)
		}
	}
	return "not built yet"
}

// refused returns why the gate keeps the station's last edition.
func (i *inquiry) refused(r *ruled) (why string, ok bool) {
	if i.Jobs == nil || r.station == nil {
		return "", false
	}
	c, ok := i.Jobs.Condition(r.station.ID)
	if !ok {
		return "", false
	}
	return press.Refusal(c.Err)
}

// pin says which edition is served.
func (i *inquiry) pin(r *ruled) string {
	served, ok := i.Editions.Served(r.id())
	if !ok {
		return "none"
	}
	return "the edition as of " + clock(served.Issued(), r.station) + " is pinned"
}

// clock prints a time for people, in the zone of a station.
func clock(at time.Time, s *network.Station) string {
	if at.IsZero() {
		return "never"
	}
	if s != nil && s.Zone != nil {
		at = at.In(s.Zone)
	}
	return at.Format("2006-01-02 15:04:05 -07:00")
}

// conclude notes when the article is looked at next, and what nobody can tell.
func (i *inquiry) conclude() {
	if i.Alone {
		i.unknown("gate", errNotRunning)
		i.unknown("next look", errNotRunning)
	}
	for _, s := range i.stations {
		if i.Jobs == nil {
			break
		}
		if next := i.Jobs.Next(s.ID); !next.IsZero() && (i.e.NextLook == nil || next.Before(*i.e.NextLook)) {
			i.e.NextLook = moment(next)
		}
	}
	if i.e.NextLook == nil && i.Jobs != nil && len(i.stations) == 0 && !i.Alone {
		for _, s := range i.Network.Stations[:min(1, len(i.Network.Stations))] {
			i.e.NextLook = moment(i.Jobs.Next(s.ID))
		}
	}
}
