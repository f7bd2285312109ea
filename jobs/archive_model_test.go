package jobs_test

import (
	"slices"
	"time"

	"feedstation/internal/article"
	"feedstation/internal/edition"
	"feedstation/internal/network"
)

// checkArchives holds that the archives of a station's own feed have all that the feed has
// no more, each article once, as far as they reach.
func (m *model) checkArchives(s *network.Station, e *edition.Edition) {
	m.t.Helper()
	if m.options.Archives.Depth == 0 {
		return
	}
	cuts, floor := cutsOf(e, "")
	in := map[string]network.Cut{}
	for i, cut := range cuts {
		contents, _ := e.Contents(network.ArchivePath("", cut, network.RSS))
		for a, err := range edition.Articles(contents) {
			if err != nil {
				m.fail("%v", err)
			}
			if other, twice := in[a.ID]; twice {
				m.fail("%s is in the archives %s and %s", a.ID, other, cut)
			}
			in[a.ID] = cut
			if at := network.CutOf(a.Published, a.ID); at.Compare(cut) > 0 || i+1 < len(cuts) && at.Compare(cuts[i+1]) <= 0 {
				m.fail("%s of %s is in the archive %s", a.ID, at, cut)
			}
		}
		if n := m.options.Archives.Items; len(in) >= 2*n*(i+1) {
			m.fail("the archives have %d articles up to %s", len(in), cut)
		}
	}
	shown := feedURLs(document(e, "/feed.json"))
	open := 0
	for id, a := range m.articles {
		at := network.CutOf(a.Published, id)
		if !a.VisibleAt(time.Now()) || a.Station != s.ID && !s.All || floor != nil && at.Compare(*floor) <= 0 {
			continue
		}
		if _, ok := in[id]; !ok && !slices.Contains(shown, a.URL) && !m.sharesPage(a) {
			m.fail("%s: %s is neither in the feed nor in an archive of %v", s.ID, id, cuts)
		} else if !ok {
			open++
		}
	}
	if open > m.options.Archives.Items && len(cuts) > 0 {
		m.fail("%d articles are in no archive", open)
	}
}

// sharesPage reports whether another article has the page of one.
func (m *model) sharesPage(a article.Article) bool {
	for id, other := range m.articles {
		if id != a.ID && other.URL == a.URL {
			return true
		}
	}
	return false
}

// cutsOf returns those of a channel's archives, newest first, and where the oldest begins;
// nil: with the oldest article.
func cutsOf(e *edition.Edition, channel string) (cuts []network.Cut, floor *network.Cut) {
	for path, contents := range e.AllContents() {
		if of, cut, _, ok := network.ParseArchivePath(path); ok && of == channel {
			if contents.Made() == edition.Beyond {
				floor = &cut
				continue
			}
			cuts = append(cuts, cut)
		}
	}
	slices.SortFunc(cuts, func(a, b network.Cut) int { return b.Compare(a) })
	return cuts, floor
}
