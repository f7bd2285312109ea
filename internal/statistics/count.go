package statistics

import (
	"fmt"
	"iter"
	"maps"
	"slices"

	"feedstation/internal/agent"
	"feedstation/internal/network"
)

// inner returns the map at a key, which is made if it is not there, as is the outer one.
func inner[K, L comparable, V any](m *map[K]map[L]V, key K) map[L]V {
	if *m == nil {
		*m = map[K]map[L]V{}
	}
	if (*m)[key] == nil {
		(*m)[key] = map[L]V{}
	}
	return (*m)[key]
}

// add counts a request.
func (s *Station) add(r request) {
	inner(&s.Requests, r.agent.Name)[r.verdict]++
	if r.disregards {
		s.disregard(r.agent.Name, 1)
	}
	if !r.answered {
		return
	}
	switch r.agent.Kind {
	case agent.Crawler:
		s.visit(r.agent.Name, r.verdict, r.kind.String(), Visit{1, r.at})
	case agent.Hosted:
		if isFeed(r.kind) && r.agent.Subscribers > 0 {
			s.feed(r.path).tell(r.agent.Name, r.agent.FeedID, r.agent.Subscribers)
		}
	case agent.Reader:
		if isFeed(r.kind) && r.client != 0 {
			s.feed(r.path).sketch(r.salt).InsertHash(r.client)
		}
	}
}

func isFeed(k network.Kind) bool {
	return k == network.RSSKind || k == network.AtomKind || k == network.JSONKind || k == network.ProfileKind
}

func (s *Station) disregard(name string, n int64) {
	if s.Disregarded == nil {
		s.Disregarded = map[string]int64{}
	}
	s.Disregarded[name] += n
}

func (s *Station) visit(name string, verdict Verdict, document string, v Visit) {
	verdicts := inner(&s.Visits, name)
	documents := inner(&verdicts, verdict)
	before := documents[document]
	if before.Last.After(v.Last) {
		v.Last = before.Last
	}
	documents[document] = Visit{before.Fetches + v.Fetches, v.Last}
}

func (s *Station) feed(path string) *Feed {
	if s.Feeds == nil {
		s.Feeds = map[string]*Feed{}
	}
	if s.Feeds[path] == nil {
		s.Feeds[path] = new(Feed)
	}
	return s.Feeds[path]
}

// tell notes a number that a hosted reader tells, if it is the largest.
func (f *Feed) tell(reader, id string, n int) {
	ids := inner(&f.Hosted, reader)
	if _, known := ids[id]; known || len(ids) < maxFeedIDs {
		ids[id] = max(ids[id], n)
	}
}

func (f *Feed) sketch(salt string) *Sketch {
	if f.Direct == nil {
		f.Direct = map[string]*Sketch{}
	}
	if f.Direct[salt] == nil {
		f.Direct[salt] = newSketch()
	}
	return f.Direct[salt]
}

// merge adds what another part has counted of the same day. The other one may have been
// read from where others write.
func (s *Station) merge(other *Station) error {
	for path, feed := range other.Feeds {
		if feed == nil {
			continue
		}
		into := s.feed(path)
		for reader, ids := range feed.Hosted {
			for _, id := range slices.Sorted(maps.Keys(ids)) {
				into.tell(reader, id, ids[id])
			}
		}
		for salt, sketch := range feed.Direct {
			if sketch == nil {
				continue
			}
			if err := into.sketch(salt).Merge(sketch.Sketch); err != nil {
				return fmt.Errorf("statistics: %w", err)
			}
		}
	}
	for name, verdicts := range other.Requests {
		for verdict, n := range verdicts {
			inner(&s.Requests, name)[verdict] += n
		}
	}
	for v := range other.visits(nil) {
		s.visit(v.Agent, v.Verdict, v.Document, v.Visit)
	}
	for name, n := range other.Disregarded {
		s.disregard(name, n)
	}
	return nil
}

// visits yields the visits of the crawlers that are wanted; nil: all are.
func (s *Station) visits(wanted func(agent string) bool) iter.Seq[CrawlerVisit] {
	return func(yield func(CrawlerVisit) bool) {
		for name, verdicts := range s.Visits {
			if wanted != nil && !wanted(name) {
				continue
			}
			for verdict, documents := range verdicts {
				for document, v := range documents {
					if !yield(CrawlerVisit{Agent: name, Verdict: verdict, Document: document, Visit: v}) {
						return
					}
				}
			}
		}
	}
}

// CrawlerVisit is a visit, and whose it was to what.
type CrawlerVisit struct {
	Station  string  `json:"-"`
	Agent    string  `json:"agent"`
	Verdict  Verdict `json:"verified"`
	Document string  `json:"document"`
	Visit
}

// direct returns how many readers ask for themselves. What was hashed with different salts
// can't be joined: the largest is the least that there are.
func (f *Feed) direct() int {
	n := 0
	for _, sketch := range f.Direct {
		n = max(n, int(sketch.Estimate()))
	}
	return n
}

// hosted returns how many a hosted reader asks for: under several names of a feed there
// are several groups of people.
func (f *Feed) hosted(reader string) (n int) {
	for _, told := range f.Hosted[reader] {
		n += told
	}
	return n
}

// subscribers returns how many read a feed.
func (f *Feed) subscribers() int {
	n := f.direct()
	for reader := range f.Hosted {
		n += f.hosted(reader)
	}
	return n
}

// subscribers returns how many subscriptions the feeds have together: who reads two feeds
// counts in both.
func (s *Station) subscribers() (n int) {
	for _, feed := range s.Feeds {
		n += feed.subscribers()
	}
	return n
}
