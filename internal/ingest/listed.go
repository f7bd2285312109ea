package ingest

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/tidwall/gjson"

	"feedstation/internal/article"
	"feedstation/internal/content"
)

// list reads those of some pages that are unknown or have changed since they were read.
func (s *Source) list(ctx context.Context, pages []listing, late func() bool) (done bool, err error) {
	pages = s.ofStations(pages)
	keys := make([]string, len(pages))
	for i := range pages {
		keys[i] = pages[i].key
	}
	known, err := s.knownAt(ctx, keys)
	if err != nil {
		return false, err
	}
	step, read := s.newStep(), 0
	save := func() error {
		err := s.save(ctx, &step.SourceChange, step.odd)
		if s.report != nil && read > 0 {
			s.report(read)
		}
		step, read = s.newStep(), 0
		return err
	}
	for i := range pages {
		before, ok := known[pages[i].key]
		if !s.isStale(&pages[i], before, ok) {
			step.meet(known, pages[i].key)
			continue
		}
		if late() {
			return false, save()
		}
		e, err := s.page(ctx, &pages[i], before)
		if err == nil && e != nil && e.page != "" {
			if e.page != e.id {
				err = save() // the other may be among what has been read
			}
			err = errors.Join(err, s.settleTwin(ctx, e, before))
		}
		if err != nil {
			return false, errors.Join(err, save())
		}
		if e != nil {
			step.add(known, []entry{*e})
		}
		if read++; read == readAtOnce {
			if err := save(); err != nil {
				return false, err
			}
		}
	}
	return true, save()
}

// ofStations returns the pages that are of stations which the source has articles of.
func (s *Source) ofStations(pages []listing) []listing {
	return slices.DeleteFunc(slices.Clone(pages), func(l listing) bool {
		ours := s.isOurs(l.key)
		if !ours {
			s.leave(l.key, elsewhere)
		}
		return !ours
	})
}

// elsewhere is the reason of pages that are not at the address of a station.
const elsewhere = "a page of the sitemap is not below the address of the station"

func (s *Source) isOurs(page string) bool {
	station, ok := s.network.At(page)
	return ok && s.Serves(station.ID)
}

// isStale reports whether a page is to be read: it is unknown, has changed since, or came
// by the feed without what an article needs.
func (s *Source) isStale(l *listing, before content.SourceItem, known bool) bool {
	switch {
	case time.Now().Before(s.resting[l.key]):
		return false
	case !known:
		return true
	case before.Stamp == fedUnlisted:
		return before.ArticleID == ""
	case before.Stamp == fedListed:
		return false
	}
	return stampOf(l) > before.Stamp
}

// stampOf returns the stamp of a page that is listed.
func stampOf(l *listing) int64 {
	if l.lastmod.IsZero() {
		return 0
	}
	return l.lastmod.UnixMilli()
}

// meet notes that a sitemap lists an item.
func (p *step) meet(known map[string]content.SourceItem, key string) {
	item, ok := known[key]
	switch {
	case !ok: // a page that can't be read
	case item.Stamp == fedUnlisted || item.Item != key:
		if item.Item != key {
			p.Moved = append(p.Moved, item.Item)
		}
		if item.Item = key; item.Stamp == fedUnlisted {
			item.Stamp = fedListed
		}
		known[key], p.Items = item, append(p.Items, item)
	default:
		p.Met = append(p.Met, key)
	}
}

// page reads a page; nil: that can't be done now.
func (s *Source) page(ctx context.Context, l *listing, before content.SourceItem) (*entry, error) {
	a, err := s.client.get(ctx, l.address, map[string]string{"Accept": "text/html, application/xhtml+xml, */*;q=0.8"}, validators{})
	var p *webPage
	if err == nil {
		p, err = readWebPage(a)
	}
	e := entry{article: values{}}
	_, refused := errors.AsType[*contentError](err)
	switch {
	case err == nil:
		if e, err = s.read(p, l); err != nil {
			return nil, err
		}
	case isGone(err):
		e.remove("the page is not there", before)
	case refused:
		e.fault = reasonOf(err, l.address)
	case !ofOnePage(ctx, err):
		return nil, err
	default:
		s.leave(l.key, reasonOf(err, l.address))
		if len(s.resting) >= maxLeftOut {
			clear(s.resting)
		}
		s.resting[l.key] = time.Now().Add(maxRest)
		return nil, nil
	}
	e.id, e.stamp = l.key, stampOf(l)
	return &e, nil
}

// read returns what a page says as an item of the feed.
func (s *Source) read(p *webPage, l *listing) (e entry, err error) {
	text, err := json.Marshal(p.item(s.Reader, l))
	if err != nil {
		return e, err
	}
	e = s.Kind.entry(gjson.ParseBytes(text), s.Reader)
	if e.page = addressKey(p.canonical); !s.isOurs(e.page) {
		e.fault = "the page is that of another site"
	}
	return e, nil
}

// remove has an item's article withdrawn, or says why there is none.
func (e *entry) remove(reason string, before content.SourceItem) {
	if before.ArticleID == "" {
		e.fault = reason
	} else {
		e.article["status"] = string(article.Withdrawn)
	}
}

// settleTwin gives the article of a page its id and its guid. A page that is another one,
// by its canonical address or as it leads there, has that one's article, or is it.
func (s *Source) settleTwin(ctx context.Context, e *entry, before content.SourceItem) error {
	switch {
	case e.fault != "":
		return nil
	case e.page != e.id:
		known, err := s.knownAt(ctx, []string{e.page})
		if err != nil {
			return err
		}
		if other := known[e.page]; other.ArticleID != "" && other.Item != e.id {
			e.remove("the page is one of another address", before)
			return nil
		}
	}
	guid := e.page
	if before.ArticleID == s.articleID(e.id) {
		guid = e.id
	}
	e.as, e.article["guid"] = cmp.Or(before.ArticleID, s.articleID(guid)), guid
	return nil
}
