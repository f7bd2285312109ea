package ingest

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"feedstation/internal/article"
	"feedstation/internal/content"
)

// step is what one page changes.
type step struct {
	content.SourceChange
	articles []article.Article
	items    map[string]int // of SourceChange.Items, by article
	storing  string         // the article that is being stored
	source   *Source
}

func (s *Source) newStep() *step { return &step{source: s, items: map[string]int{}} }

// step compares whole items with what is known of them, and returns what is new.
func (s *Source) step(ctx context.Context, entries []entry) (*step, error) {
	if s.state.ByAddress {
		return s.fromFeed(ctx, entries)
	}
	known, err := s.known(ctx, entries)
	if err != nil {
		return nil, err
	}
	step := s.newStep()
	step.add(known, entries)
	return step, nil
}

func (s *Source) known(ctx context.Context, entries []entry) (map[string]content.SourceItem, error) {
	ids := make([]string, len(entries))
	for i, e := range entries {
		ids[i] = e.id
	}
	known, err := s.store.SourceItems(ctx, s.ID, ids)
	if err != nil {
		return nil, &storeError{err}
	}
	return known, nil
}

// never is when an item was published that has not been shown yet.
var never = time.UnixMilli(0).UTC()

// add adds what is new of whole items. Of one that is there twice the last counts.
func (p *step) add(known map[string]content.SourceItem, entries []entry) {
	for _, e := range entries {
		before, is := known[e.id]
		once := is && !before.Published.Equal(never)
		switch {
		case e.made && once, p.source.Kind.Again && before.ArticleID != "" && before.Published.Before(e.published):
			e.publish(before.Published)
		case e.made && p.source.state.Complete:
			e.publish(e.modified.UTC().Truncate(time.Millisecond))
		}
		a, text, reason := p.source.article(&e)
		item := content.SourceItem{Item: e.id, ArticleID: a.ID, Published: e.published, Stamp: e.stamp, Digest: sum(text)}
		if reason != "" {
			p.source.leave(e.id, reason)
		}
		switch {
		case reason != "" && reason != hidden && before.ArticleID != "":
			item.ArticleID = before.ArticleID // what readers see does not get worse
		case reason != "":
			item.ArticleID = ""
			if e.made && !once {
				item.Published = never
			}
		}
		known[e.id] = item
		if is && before.Item != e.id {
			p.Moved = append(p.Moved, before.Item)
		}
		if is && item == before {
			p.Met = append(p.Met, e.id)
			continue
		}
		switch {
		case before.ArticleID == "" || item.ArticleID != "":
		case a.Status == article.Withdrawn:
			p.Withdrawn = append(p.Withdrawn, before.ArticleID)
		default:
			p.Hidden = append(p.Hidden, before.ArticleID)
		}
		if reason == "" && (item.Digest != before.Digest || before.ArticleID == "") {
			p.put(a, len(p.Items))
		}
		p.Items = append(p.Items, item)
	}
}

// put adds an article whose item comes next.
func (p *step) put(a article.Article, item int) {
	if p.Articles == nil {
		p.Articles = p.each()
	}
	if i := slices.IndexFunc(p.articles, func(other article.Article) bool { return other.ID == a.ID }); i >= 0 {
		p.articles = slices.Delete(p.articles, i, i+1)
	}
	p.articles, p.items[a.ID] = append(p.articles, a), item
}

func (p *step) each() iter.Seq2[article.Article, error] {
	return func(yield func(article.Article, error) bool) {
		for _, a := range p.articles {
			p.storing = a.ID
			if !yield(a, nil) {
				return
			}
		}
	}
}

// odd tells of a value that the store can't have of the article that is being stored.
func (p *step) odd(f article.Fault) {
	p.source.odd(p.Items[p.items[p.storing]].Item, []article.Fault{f})
}

// quiet reports whether a page had nothing new.
func (p *step) quiet() bool { return len(p.Items) == 0 }

// hidden is the reason of what readers must not see.
const hidden = "not published"

// article returns the article of an item and its text in the import format, or why
// there is none.
func (s *Source) article(e *entry) (a article.Article, text, reason string) {
	s.clear(e.id)
	r := maps.Clone(e.article)
	id := cmp.Or(e.as, s.articleID(e.id))
	r["id"] = id
	delete(r, "modified")
	delete(r, "terms")
	for _, name := range []string{"url", "original_url", "next_url"} {
		if ref := r.text(name); ref != "" {
			if u, err := s.base.Parse(ref); err == nil {
				r[name] = u.String()
			}
		}
	}
	if e.fault != "" {
		return article.Article{ID: id}, e.fault, e.fault
	}
	station := s.stationOf(e, r)
	r["station"] = station
	if channels := s.channelsOf(e, r, station); len(channels) > 0 {
		r["channels"] = channels
	}
	data, err := json.Marshal(r)
	if err != nil {
		return a, "", err.Error()
	}
	text = string(data)
	if status, err := s.Reader.ParseStatus(r.text("status")); err == nil && status != article.Published {
		return article.Article{ID: id, Status: status}, text, hidden
	}
	if station == "" {
		return article.Article{ID: id}, text, "no station: " + filed(e.terms)
	}
	a, odd, err := (&Intake{Network: s.network, Reader: s.Reader}).decode(Record{Text: data})
	if err != nil {
		return article.Article{ID: id}, text, strings.ReplaceAll(err.Error(), "\n", "; ")
	}
	s.odd(e.id, odd)
	return a, text, ""
}

// articleID returns the id of the article that is made of an item.
func (s *Source) articleID(item string) string {
	id := s.ID + ":" + item
	if len(id) > article.MaxIDBytes {
		id = fmt.Sprintf("%s:%x", s.ID, sha256.Sum256([]byte(item)))
	}
	return id
}

func filed(terms []string) string {
	if len(terms) == 0 {
		return "it is filed under nothing"
	}
	return "it is filed under " + strings.Join(terms[:min(len(terms), 5)], ", ")
}

// stationOf returns the station of an item; empty: it has none.
func (s *Source) stationOf(e *entry, r values) string {
	for _, term := range e.terms {
		if id := s.Stations[term]; id != "" {
			return id
		}
	}
	named := r.text("station")
	if id := s.Stations[named]; id != "" {
		return id
	}
	if station, ok := s.network.Renamed(named); ok {
		return station.ID
	}
	return s.Station
}

// channelsOf returns the channels of an item.
func (s *Source) channelsOf(e *entry, r values, id string) (channels []string) {
	station, ok := s.network.Station(id)
	if !ok {
		return nil
	}
	var named []string
	if list, ok := r["channels"].(json.RawMessage); ok {
		named = termsOf(gjson.ParseBytes(list))
	} else if one := r.text("channels"); one != "" {
		named = []string{one}
	}
	for _, term := range slices.Concat(named, e.terms) {
		channel, ok := station.RenamedChannel(cmp.Or(s.Channels[term], term))
		if ok && !slices.Contains(channels, channel) {
			channels = append(channels, channel)
		}
	}
	return channels
}

// maxLeftOut bounds how many items are remembered with why they are left out.
const maxLeftOut = 10_000

// clear forgets what was left out of an item, or why it was.
func (s *Source) clear(item string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.leftOut, item)
	delete(s.lacking, item)
}

// leave notes why an item is left out. Each reason is logged once.
func (s *Source) leave(item, reason string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.leftOut) < maxLeftOut {
		s.leftOut[item] = reason
	}
	if reason != hidden && !s.logged[reason] && len(s.logged) < maxLeftOut {
		s.logged[reason] = true
		s.log.Warn("article of source left out", "item", item, "reason", reason)
	}
}

// odd notes the values that an item's article is without. Each is logged once.
func (s *Source) odd(item string, odd []article.Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, fault := range odd {
		text := fmt.Sprint(fault)
		column, _, _ := strings.Cut(cmp.Or(fault.Place, "unknown field"), "[") // images[0].width is of images
		if column += ", value only"; len(s.lacking) < maxLeftOut && !slices.Contains(s.lacking[item], column) {
			s.lacking[item] = append(s.lacking[item], column)
		}
		if s.logged[text] || len(s.logged) >= maxLeftOut {
			continue
		}
		s.logged[text] = true
		s.log.Warn("value of source left out", "item", item, "reason", text)
	}
}
