package statistics

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"feedstation/internal/agent"
	"feedstation/internal/network"
)

// Report is what was counted in some days, for people and programs.
type Report struct {
	From     string          `json:"from"` // days
	To       string          `json:"to"`
	Stations []StationReport `json:"stations"`
}

// StationReport is what was counted of a station. Numbers of subscribers are the largest of
// a day, others those of all days together.
type StationReport struct {
	Station     string           `json:"station"`
	Subscribers int              `json:"subscribers"` // subscriptions: of all feeds together
	Days        []DayReport      `json:"days"`
	Feeds       []FeedReport     `json:"feeds"` // those with subscribers, the most first
	Agents      []AgentReport    `json:"agents"`
	Crawlers    []CrawlerVisit   `json:"crawlers"`
	Disregarded []DisregardCount `json:"robots_disregarded"`
}

// DayReport is how many subscribers a station had on a day.
type DayReport struct {
	Date        string `json:"date"`
	Subscribers int    `json:"subscribers"`
}

// FeedReport is who reads a feed, on the day on which most did.
type FeedReport struct {
	Path        string         `json:"path"`
	Subscribers int            `json:"subscribers"`
	Direct      int            `json:"direct"` // readers that ask for themselves, as estimated
	Hosted      []HostedReport `json:"hosted"` // the most first
}

// HostedReport is for how many a hosted reader asks.
type HostedReport struct {
	Reader      string `json:"reader"`
	Subscribers int    `json:"subscribers"`
	FeedIDs     int    `json:"feed_ids"`         // under how many names of the feed
	Capped      bool   `json:"capped,omitempty"` // it told of more than agent.MaxSubscribers
}

// AgentReport is how often an agent has asked, for whatever.
type AgentReport struct {
	Agent    string  `json:"agent"`
	Kind     string  `json:"kind"`
	Verified Verdict `json:"verified"`
	Requests int64   `json:"requests"`
}

// DisregardCount is how often an agent has asked for what robots.txt keeps it from.
type DisregardCount struct {
	Agent    string `json:"agent"`
	Requests int64  `json:"requests"`
}

// NewReport returns what was counted of stations, in their order, in days, the oldest
// first.
func NewReport(counted map[string]map[string]*Station, stations []*network.Station, days []string) Report {
	r := Report{From: days[0], To: days[len(days)-1], Stations: []StationReport{}}
	for _, s := range stations {
		r.Stations = append(r.Stations, reportOf(s.ID, counted, days))
	}
	return r
}

func reportOf(id string, counted map[string]map[string]*Station, days []string) StationReport {
	r := StationReport{
		Station: id, Days: []DayReport{}, Feeds: []FeedReport{}, Agents: []AgentReport{}, Crawlers: []CrawlerVisit{}, Disregarded: []DisregardCount{},
	}
	feeds, sum := map[string]FeedReport{}, new(Station)
	for _, day := range days {
		s := counted[day][id]
		if s == nil {
			s = new(Station)
		}
		d := DayReport{Date: day}
		for path, feed := range s.Feeds {
			f := feed.report(path)
			d.Subscribers += f.Subscribers
			if before, ok := feeds[path]; !ok || f.Subscribers > before.Subscribers {
				feeds[path] = f
			}
		}
		r.Days = append(r.Days, d)
		r.Subscribers = max(r.Subscribers, d.Subscribers)
		rest := *s
		rest.Feeds = nil
		_ = sum.merge(&rest) // which fails for feeds alone
	}
	r.Feeds = slices.AppendSeq(r.Feeds, maps.Values(feeds))
	slices.SortFunc(r.Feeds, func(a, b FeedReport) int {
		return cmp.Or(b.Subscribers-a.Subscribers, strings.Compare(a.Path, b.Path))
	})
	for name, verdicts := range sum.Requests {
		for verdict, n := range verdicts {
			r.Agents = append(r.Agents, AgentReport{name, kindOf(name).String(), verdict, n})
		}
	}
	slices.SortFunc(r.Agents, func(a, b AgentReport) int {
		return cmp.Or(cmp.Compare(b.Requests, a.Requests), strings.Compare(a.Agent, b.Agent), strings.Compare(string(b.Verified), string(a.Verified)))
	})
	r.Crawlers = slices.AppendSeq(r.Crawlers, sum.visits(nil))
	slices.SortFunc(r.Crawlers, func(a, b CrawlerVisit) int {
		return cmp.Or(strings.Compare(a.Agent, b.Agent), strings.Compare(string(b.Verdict), string(a.Verdict)), strings.Compare(a.Document, b.Document))
	})
	for name, n := range sum.Disregarded {
		r.Disregarded = append(r.Disregarded, DisregardCount{name, n})
	}
	slices.SortFunc(r.Disregarded, func(a, b DisregardCount) int {
		return cmp.Or(cmp.Compare(b.Requests, a.Requests), strings.Compare(a.Agent, b.Agent))
	})
	return r
}

func (f *Feed) report(path string) FeedReport {
	r := FeedReport{Path: path, Direct: f.direct(), Hosted: []HostedReport{}}
	r.Subscribers = r.Direct
	for reader, ids := range f.Hosted {
		h := HostedReport{Reader: reader, Subscribers: f.hosted(reader), FeedIDs: len(ids)}
		for _, n := range ids {
			h.Capped = h.Capped || n >= agent.MaxSubscribers
		}
		r.Subscribers += h.Subscribers
		r.Hosted = append(r.Hosted, h)
	}
	slices.SortFunc(r.Hosted, func(a, b HostedReport) int {
		return cmp.Or(b.Subscribers-a.Subscribers, strings.Compare(a.Reader, b.Reader))
	})
	return r
}

// kindOf returns the kind of agents of a name.
func kindOf(name string) agent.Kind {
	if f, ok := agent.Named(name); ok {
		return f.Kind
	}
	return agent.Unknown
}
