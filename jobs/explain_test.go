package jobs_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"feedstation/internal/article"
	"feedstation/internal/edition"
	"feedstation/internal/network"
	"feedstation/internal/press"
	"feedstation/jobs"
)

// explained is how many articles the model asks about after each step.
const explained = 2

// explain holds that what is decided of some articles, also of those that are no more, is
// what the documents have.
func (m *model) explain(p *process) {
	m.t.Helper()
	for range min(explained, m.made) {
		id := fmt.Sprint(1 + m.asking.IntN(m.made))
		p.read, p.parts = months{}, months{} // which explaining reads as well
		e := jobs.Conductors{p.Conductor}.Explain(m.t.Context(), id, []string{"xt", "yy"})
		a, there := m.articles[id]
		if e.ID != id || e.Found != there || len(e.Unknown) > 0 || there && e.Row.Article.URL != a.URL {
			m.fail("%s is explained as %+v", id, e)
		}
		for _, r := range e.Rulings {
			if r.Err != nil {
				m.fail("%s at %s: %v", id, r.Station.ID, r.Err)
			}
			for _, d := range r.Decisions {
				m.checkDecision(r.Station, id, d)
				if network.IsArchive(d.Path) && d.Why == 0 {
					m.archived++
				}
			}
			m.checkDecided(r, id)
		}
		if own := slices.IndexFunc(e.Rulings, func(r jobs.Ruling) bool { return r.Station.ID == a.Station }); there && len(e.Rulings[own].Decisions) < 4 {
			m.fail("of %s at its own station %+v is decided", id, e.Rulings[own].Decisions)
		}
	}
}

// checkDecided holds that each archive that has an article is among the decisions.
func (m *model) checkDecided(r jobs.Ruling, id string) {
	m.t.Helper()
	for path, contents := range m.shelf.current[r.Station.ID].AllContents() {
		decided := func(d press.Decision) bool { return d.Path == path }
		if network.IsArchive(path) && edition.HasAny(contents, map[string]bool{id: true}) && !slices.ContainsFunc(r.Decisions, decided) {
			m.fail("%s%s has %s, and only %+v is decided", r.Station.ID, path, id, r.Decisions)
		}
	}
}

// checkDecision compares a decision with the bytes that are served. Each article has a
// guid of its own; a page may be that of several.
func (m *model) checkDecision(s *network.Station, id string, d press.Decision) {
	m.t.Helper()
	a := m.articles[id]
	e := m.shelf.current[s.ID]
	has := false
	switch path, feed := strings.CutSuffix(d.Path, string(network.RSS)); {
	case feed:
		has = strings.Contains(document(e, path+string(network.JSON)), `"id":"news:`+id+`"`)
	case d.Path == network.BaiduPath:
		has = slices.Contains(strings.Fields(document(e, d.Path)), a.URL) && m.holds(s, a)
	case d.Path == network.NewsPath(1):
		has = slices.Contains(locsOf(documentOf(e, d.Path)), a.URL) && m.holds(s, a)
	default:
		month, _, _ := network.ParseShardPath(d.Path)
		has = slices.Contains(locs(e, month), a.URL) && m.holds(s, a)
	}
	if has != (d.Why == 0) {
		m.fail("%s%s has %s: %t, decided: %b", s.ID, d.Path, id, has, d.Why)
	}
	if known := article.WhyProfile<<1 - 1; d.Why > known {
		m.fail("%b is no reason", d.Why)
	}
}

// holds reports whether of the articles that share a page this is the one that has it.
func (m *model) holds(s *network.Station, a article.Article) bool {
	last := ""
	for _, other := range slices.SortedFunc(maps.Values(m.articles), byTime) {
		if other.URL == a.URL && other.Station == s.ID && !other.NoIndex && other.VisibleAt(time.Now()) {
			last = other.ID
		}
	}
	return last == a.ID
}
