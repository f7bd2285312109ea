// Package explain says why an article is in a document or not. What decides is asked of
// the press, by way of the jobs, which build with the same functions; what is served is
// read from the contents of editions, also while the content store is away.
package explain

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"feedstation/internal/address"
	"feedstation/internal/article"
	"feedstation/internal/cache"
	"feedstation/internal/condition"
	"feedstation/internal/edition"
	"feedstation/internal/network"
	"feedstation/internal/press"
	"feedstation/jobs"
)

// Jobs is what is asked of the jobs, of a process or of none that runs.
type Jobs interface {
	Explain(ctx context.Context, id string, others []string) jobs.Explanation
	Named(ctx context.Context, page string) (ids []string, unknown []error)
	// Condition returns why a station can't be built or audited; not ok: it can.
	Condition(station string) (why condition.Condition, ok bool)
	// Checked returns when the station's edition was last up to date; zero: it is not these
	// jobs that build it.
	Checked(station string) time.Time
	// Next returns when a station is looked at next; zero: that is not known.
	Next(station string) time.Time
}

// Editions are those that are served, and that are kept.
type Editions interface {
	Current(station string) (*edition.Edition, bool)
	Served(station string) (*edition.Edition, bool)
	Retractions() edition.Retractions
	Kept(ctx context.Context, station string) ([]cache.KeptEdition, error)
	Copy(k cache.KeptEdition) (*edition.Edition, error)
}

// Asker explains articles.
type Asker struct {
	Network  *network.Network
	Editions Editions
	Jobs     Jobs // nil: this process builds nothing
	// Alone says that the jobs run nowhere that could be asked: what they have met is not
	// known.
	Alone bool
	// Visits returns the last fetch of each kind of document by each crawler; nil: nobody
	// counts. Of a visit After is not known.
	Visits func(ctx context.Context) ([]Crawler, error)
}

// Query is an article, by its id or by its address, and with a station what is asked of
// that alone.
type Query struct{ ID, URL, Station string }

// QueryError is a query that nobody could answer.
type QueryError struct{ Reason string }

func (e *QueryError) Error() string { return e.Reason }

// searchTime bounds the reading of archives.
const searchTime = 10 * time.Second

// inquiry is one article that is asked about.
type inquiry struct {
	*Asker
	query     Query
	addresses map[string]bool // of the query
	said      jobs.Explanation
	published time.Time // zero: not known
	stations  []*network.Station
	current   map[string][]edition.Mention // by the current editions of stations
	served    map[string][]edition.Mention // by those that are served
	e         *Explanation
}

// Explain explains an article. The error is a *QueryError.
func (a *Asker) Explain(ctx context.Context, q Query) (*Explanation, error) {
	q.ID, q.URL = strings.TrimSpace(q.ID), strings.TrimSpace(q.URL)
	i := &inquiry{Asker: a, query: q, current: map[string][]edition.Mention{}, served: map[string][]edition.Mention{}, e: newExplanation()}
	switch s, ok := a.Network.Renamed(q.Station); {
	case (q.ID == "") == (q.URL == ""):
		return nil, &QueryError{"want the id or the address of an article"}
	case len(q.ID) > article.MaxIDBytes+len(":")+maxStore || article.CheckLength(q.URL) != nil:
		return nil, &QueryError{"too long to be the id or the address of an article"}
	case q.Station != "" && !ok:
		return nil, &QueryError{fmt.Sprintf("no station %q in the configuration", q.Station)}
	case ok:
		i.query.Station = s.ID
	}
	if q.URL != "" {
		page, err := address.Normal(q.URL)
		if err != nil {
			return nil, &QueryError{"url: " + err.Error()}
		}
		i.e.URL = page
		_, rest, _ := strings.Cut(page, "://")
		i.addresses = map[string]bool{"https://" + rest: true, "http://" + rest: true}
	}
	ctx, stop := context.WithTimeout(ctx, searchTime+jobsTime)
	defer stop()
	i.find(ctx)
	i.ask(ctx)
	i.search(ctx)
	if i.said.ID == q.URL && !i.said.Found && !i.mentioned() { // it is no id
		i.said.ID, i.e.ID = "", ""
	}
	i.decide()
	i.keep(ctx)
	i.visits(ctx)
	i.conclude()
	return i.e, nil
}

// maxStore is the length of the longest name of a content store, which ids may begin with.
const maxStore = 64

// jobsTime bounds what content stores are waited for.
const jobsTime = 20 * time.Second

// find finds the id of the article of an address: by the content stores, or by what is
// served. Of several articles of a page it is the one that has the page.
func (i *inquiry) find(ctx context.Context) {
	i.said.ID = i.query.ID
	if i.e.URL == "" {
		return
	}
	var ids []string
	if i.Jobs != nil {
		var unknown []error
		ids, unknown = i.Jobs.Named(ctx, i.e.URL)
		i.unknown("content store", unknown...)
	}
	if len(ids) == 0 {
		ids = i.idsOf(ctx)
	}
	if len(ids) > 0 {
		i.said.ID, i.e.Others = ids[0], ids[1:]
	} else if len(i.query.URL) <= article.MaxIDBytes { // some systems have addresses for ids
		i.said.ID = i.query.URL
	}
}

// idsOf returns the ids of articles that editions have, or had, at the address.
func (i *inquiry) idsOf(ctx context.Context) (ids []string) {
	var former []string
	all := func(string) bool { return true }
	for _, s := range i.Network.Stations {
		e, ok := i.Editions.Current(s.ID)
		if !ok {
			continue
		}
		mentions, err := e.Mentions(ctx, nil, i.addresses, all)
		if err != nil {
			i.unknown("contents of "+s.ID, err)
		}
		for _, m := range mentions {
			if m.Former {
				former = append(former, m.Article.ID)
			} else {
				ids = append(ids, m.Article.ID)
			}
		}
	}
	var once []string
	for _, id := range append(ids, former...) {
		if !slices.Contains(once, id) {
			once = append(once, id)
		}
	}
	return once
}

// ask asks the jobs about the article, and notes where it belongs.
func (i *inquiry) ask(ctx context.Context) {
	id, feeds := i.said.ID, func(path string) bool { return !press.IsShard(path) }
	i.mention(ctx, i.Network.Stations, feeds)
	var others []string
	for station, mentions := range i.current {
		if len(mentions) > 0 {
			others = append(others, station)
		}
	}
	switch {
	case id == "":
	case i.Jobs == nil:
		i.unknown("content store", errBuildsNothing)
	default:
		i.said = i.Jobs.Explain(ctx, id, append(others, i.query.Station))
		i.unknown("content store", i.said.Unknown...)
	}
	if i.said.ID != id { // it has the name of its store
		clear(i.current)
		clear(i.served)
		i.mention(ctx, i.Network.Stations, feeds)
	}
	i.e.ID, i.e.Retraction = i.said.ID, i.Editions.Retractions()[i.said.ID]
	i.published = i.said.Row.Article.Published
	for _, known := range []time.Time{i.said.Row.State.Published, i.e.Retraction.Published} {
		if i.published.IsZero() {
			i.published = known
		}
	}
	for _, mentions := range i.current {
		for _, m := range mentions {
			if i.published.IsZero() {
				i.published = m.Article.Published
			}
		}
	}
}
