package explain

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"feedstation/internal/article"
	"feedstation/internal/edition"
	"feedstation/internal/network"
	"feedstation/internal/press"
)

// mention notes what editions of stations say of the article at some paths.
func (i *inquiry) mention(ctx context.Context, stations []*network.Station, wanted func(path string) bool) {
	ids := map[string]bool{i.said.ID: true}
	for _, s := range stations {
		current, ok := i.Editions.Current(s.ID)
		if !ok || i.said.ID == "" {
			continue
		}
		found, err := current.Mentions(ctx, ids, nil, wanted)
		if err != nil {
			i.unknown("contents of "+s.ID, err)
		}
		i.current[s.ID] = append(i.current[s.ID], found...)
		served, _ := i.Editions.Served(s.ID)
		if served != current && served != nil {
			if found, err = served.Mentions(ctx, ids, nil, wanted); err != nil {
				i.unknown("contents of the pinned edition of "+s.ID, err)
			}
		}
		i.served[s.ID] = append(i.served[s.ID], found...)
	}
}

// search looks for the article in the months of its publication and, where none has it,
// in all of its station, or of all stations where nothing is known of it.
func (i *inquiry) search(ctx context.Context) {
	around := map[article.Month]bool{}
	for _, offset := range []time.Duration{-24 * time.Hour, 0, 24 * time.Hour} {
		around[article.MonthOf(i.published.Add(offset), time.UTC)] = true
	}
	near := func(path string) bool {
		month, _, ok := network.ParseShardPath(path)
		return ok && around[month]
	}
	if !i.published.IsZero() {
		i.mention(ctx, i.Network.Stations, near)
	}
	for _, mentions := range i.current {
		if slices.ContainsFunc(mentions, func(m edition.Mention) bool { return press.IsShard(m.Path) }) {
			return
		}
	}
	stations := i.Network.Stations
	if own, ok := i.Network.Station(i.own()); ok && !i.published.IsZero() {
		stations = []*network.Station{own}
	}
	i.mention(ctx, stations, func(path string) bool { return press.IsShard(path) && (i.published.IsZero() || !near(path)) })
}

// own returns the id of the article's station, as far as it is known.
func (i *inquiry) own() string {
	for _, station := range []string{i.said.Row.Article.Station, i.said.Row.State.Station} {
		if station != "" {
			return station
		}
	}
	for _, station := range slices.Sorted(maps.Keys(i.current)) {
		for _, m := range i.current[station] {
			if press.IsShard(m.Path) {
				return station
			}
		}
	}
	return i.e.Retraction.Station
}

// unknown notes what could not be asked.
func (i *inquiry) unknown(what string, errs ...error) {
	for _, err := range errs {
		if line := what + ": " + err.Error(); !slices.Contains(i.e.Unknown, line) {
			i.e.Unknown = append(i.e.Unknown, line)
		}
	}
}

// keep notes which kept editions have the article.
func (i *inquiry) keep(ctx context.Context) {
	near := func(path string) bool {
		month, _, shard := network.ParseShardPath(path)
		return !shard || month == article.MonthOf(i.published, time.UTC) || i.has(path)
	}
	for _, s := range i.stations {
		kept, err := i.Editions.Kept(ctx, s.ID)
		if err != nil {
			i.unknown("kept editions", err)
		}
		for _, k := range kept[:min(len(kept), maxKept)] {
			one := Kept{Station: s.ID, Edition: k.Issued.UTC(), Current: k.Current, Pinned: k.Pinned}
			if e, err := i.Editions.Copy(k); err == nil {
				if mentions, err := e.Mentions(ctx, map[string]bool{i.said.ID: true}, nil, near); err == nil {
					shown := slices.ContainsFunc(mentions, func(m edition.Mention) bool { return m.Place > 0 && !m.Article.Notice })
					one.Has = &shown
				}
			}
			i.e.Kept = append(i.e.Kept, one)
		}
	}
}

// maxKept is how many kept editions of a station are looked at.
const maxKept = 20

// mentioned reports whether some edition says anything of the article.
func (i *inquiry) mentioned() bool { return i.has("") }

// has reports whether some edition mentions the article at a path.
func (i *inquiry) has(path string) bool {
	for _, mentions := range i.current {
		if slices.ContainsFunc(mentions, func(m edition.Mention) bool { return path == "" || m.Path == path }) {
			return true
		}
	}
	return false
}

// visits notes which crawlers have fetched documents that have the article, the latest
// first.
func (i *inquiry) visits(ctx context.Context) {
	if i.Visits == nil {
		i.unknown("crawlers", errNotRecorded)
		return
	}
	all, err := i.Visits(ctx)
	if err != nil {
		i.unknown("crawlers", err)
	}
	type kind struct{ station, document string }
	since := map[kind]time.Time{}
	for _, d := range i.e.Documents {
		s, _ := i.Network.Station(d.Station)
		of := kind{d.Station, network.Target{Station: s, Path: d.Path}.Kind().String()}
		if d.Since.After(since[of]) {
			since[of] = d.Since
		}
	}
	for _, v := range all {
		if at, ok := since[kind{v.Station, v.Document}]; ok {
			v.After = !v.At.Before(at)
			i.e.Crawlers = append(i.e.Crawlers, v)
		}
	}
	slices.SortFunc(i.e.Crawlers, func(a, b Crawler) int {
		return cmp.Or(b.At.Compare(a.At), cmp.Compare(a.Agent+a.Station+a.Document+a.Verified, b.Agent+b.Station+b.Document+b.Verified))
	})
}
