package ingest

import (
	"context"
	"slices"
	"strings"

	"feedstation/internal/article"
	"feedstation/internal/content"
)

// Trial is what a source would give.
type Trial struct {
	Items    int // of the first page
	Articles []article.Article
	LeftOut  map[string]int // items by reason, and values of others by column
	Unknown  map[string]int // articles by what they are filed under that is no channel
	// Categories are what articles are filed under, those with the most first.
	Categories []Category
}

// tried is how many items are read one by one where a list does not have them whole.
const tried = 20

// Try reads the newest items of the source, and stores nothing.
func (s *Source) Try(ctx context.Context) (*Trial, error) {
	template, at := s.Kind.List, spot{}
	if template == "" {
		template, at.Since = s.Kind.Changes, since(at.Since)
	}
	p, err := s.fetch(ctx, template, at, nil, validators{})
	if err != nil {
		return nil, err
	}
	entries := s.entries(p)
	trial := &Trial{Items: len(entries), LeftOut: map[string]int{}, Unknown: map[string]int{}}
	if s.Kind.List != "" {
		var ids []string
		if s.Kind.List != s.Kind.Changes { // which is a system that is asked for each
			entries = entries[:min(len(entries), tried)]
		}
		for _, e := range entries {
			ids = append(ids, e.id)
		}
		if entries, err = s.items(ctx, ids); err != nil {
			return nil, err
		}
		trial.Items = len(entries)
	}
	if s.Kind.Sitemap != "" {
		pages, err := s.tryPages(ctx, entries)
		if err != nil {
			return nil, err
		}
		entries = append(entries, pages...)
		trial.Items = len(entries)
	}
	for _, e := range entries {
		a, _, reason := s.article(&e)
		if reason != "" {
			trial.LeftOut[reason]++
			continue
		}
		for _, column := range s.lacking[e.id] {
			trial.LeftOut[column]++
		}
		trial.Articles = append(trial.Articles, a)
		trial.count(categoriesOf(e.filed))
		for _, term := range e.terms {
			if len(s.channelsOf(&entry{terms: []string{term}}, nil, a.Station)) == 0 && s.Channels[term] == "" && s.Stations[term] == "" && strings.TrimSpace(term) != "" {
				trial.Unknown[term]++
			}
		}
	}
	return trial, nil
}

// tryPages reads pages of the sitemap that are not in the feed, the last changed first.
func (s *Source) tryPages(ctx context.Context, feed []entry) (entries []entry, err error) {
	f, err := s.readSitemap(ctx, s.Kind.Sitemap)
	for n := 0; err == nil && len(f.pages) == 0 && len(f.files) > 0 && n < maxNested; n++ {
		f, err = s.readSitemap(ctx, f.files[0])
	}
	if err != nil {
		return nil, err
	}
	known := map[string]bool{}
	for _, e := range feed {
		if u, err := s.base.Parse(e.article.text("url")); err == nil {
			known[addressKey(u.String())] = true
		}
	}
	pages := slices.DeleteFunc(s.ofStations(f.pages), func(l listing) bool { return known[l.key] })
	slices.SortStableFunc(pages, func(a, b listing) int { return b.lastmod.Compare(a.lastmod) })
	for _, l := range pages[:min(len(pages), tried)] {
		e, err := s.page(ctx, &l, content.SourceItem{})
		if err != nil {
			return nil, err
		}
		if e != nil {
			entries = append(entries, *e)
		}
	}
	return entries, nil
}
