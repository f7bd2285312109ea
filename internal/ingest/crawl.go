package ingest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"feedstation/internal/content"
)

// crawl is a pass over all sitemaps, as far as it has come.
type crawl struct {
	Left    []string `json:"left"`              // sitemaps that are to be read, in this order
	Files   int      `json:"files,omitempty"`   // that have been
	Pages   int      `json:"pages,omitempty"`   // that these list
	Partial bool     `json:"partial,omitempty"` // not all could be read: what is missing may be there
}

const (
	// maxSitemaps bounds a pass, as an index may name itself by way of others.
	maxSitemaps = 10_000
	// auditListed is how many listed pages a comparison looks at, and auditPages how many
	// sitemaps: a large site is compared part by part.
	auditListed = 20_000
	// listedAtOnce is how many of them are compared in one transaction, and readAtOnce how
	// many pages are read at most before what they have is stored.
	listedAtOnce = 1000
	readAtOnce   = 20
)

// crawl goes on with the pass over the sitemaps, or begins one, until it is late; of
// large ones it reads a part, if that is asked for.
func (s *Source) crawl(ctx context.Context, late func() bool, part bool) error {
	st := &s.state
	if st.Crawl == nil {
		st.Pass++
		st.Crawl = &crawl{Left: []string{s.Kind.Sitemap}}
	}
	c := st.Crawl
	for began := *c; len(c.Left) > 0; {
		f, done, err := s.sitemap(ctx, c.Left[0], late)
		switch {
		case err != nil && (c.Files == 0 || !ofOnePage(ctx, err)):
			return err
		case err != nil:
			s.leave(c.Left[0], reasonOf(err, c.Left[0]))
			f, done, c.Partial = &sitemapFile{}, true, true
		case f.fault != "":
			s.leave(c.Left[0], f.fault)
			c.Partial = true
		default:
			s.clear(c.Left[0])
		}
		if !done {
			return nil
		}
		c.Files, c.Pages = c.Files+1, c.Pages+len(f.pages)
		c.Left = append(f.files, c.Left[1:]...)
		if most := maxSitemaps - c.Files; len(c.Left) > most {
			s.leave(s.Kind.Sitemap, fmt.Sprintf("more than %d sitemaps", maxSitemaps))
			c.Left, c.Partial = c.Left[:most], true
		}
		if len(c.Left) == 0 {
			break
		}
		if err := s.save(ctx, &content.SourceChange{}, nil); err != nil {
			return err
		}
		if late() || part && (c.Files-began.Files >= auditPages || c.Pages-began.Pages >= auditListed) {
			return nil
		}
	}
	return s.endCrawl(ctx)
}

// crawlAgain compares a part of the sitemaps. While that takes several comparisons, each
// also looks at the sitemap that has changed last.
func (s *Source) crawlAgain(ctx context.Context, late func() bool) error {
	if s.state.Crawl != nil {
		f, _, err := s.sitemap(ctx, s.Kind.Sitemap, late)
		if err == nil && len(f.files) > 0 {
			_, _, err = s.sitemap(ctx, f.files[0], late)
		}
		if err != nil && !ofOnePage(ctx, err) {
			return err
		}
	}
	return s.crawl(ctx, late, true)
}

// endCrawl withdraws what the pass that ends has not met, unless the feed has it. As in
// [Source.endAudit], of several sitemaps it has to be missed twice: a page may have moved
// from one to the other.
func (s *Source) endCrawl(ctx context.Context) error {
	st, step := &s.state, s.newStep()
	if !st.Crawl.Partial {
		pass := st.Pass
		if st.Crawl.Files > 1 {
			pass--
		}
		missing, err := s.store.SourceMissing(ctx, s.ID, pass, time.Time{})
		if err != nil {
			return &storeError{err}
		}
		missing = slices.DeleteFunc(missing, func(i content.SourceItem) bool { return i.Stamp == fedUnlisted || s.fed[i.Item] })
		if err := s.withdraw(ctx, all, step, missing, st.Crawl.Pages == 0); err != nil {
			return err
		}
		step.Settled = true
	}
	st.Crawl, st.Crawled = nil, true
	return s.save(ctx, &step.SourceChange, step.odd)
}

// sitemap reads a sitemap and compares the pages that it lists. Done: with all of them.
func (s *Source) sitemap(ctx context.Context, address string, late func() bool) (f *sitemapFile, done bool, err error) {
	if f, err = s.readSitemap(ctx, address); err != nil {
		return nil, false, err
	}
	for pages := range slices.Chunk(f.pages, listedAtOnce) {
		if done, err = s.list(ctx, pages, late); err != nil || !done {
			return f, false, err
		}
	}
	return f, true, nil
}

func (s *Source) readSitemap(ctx context.Context, address string) (*sitemapFile, error) {
	a, err := s.client.get(ctx, address, map[string]string{"Accept": "application/xml, text/xml, text/plain;q=0.9, */*;q=0.8"}, validators{})
	if err != nil {
		return nil, err
	}
	f, err := readSitemap(s.Reader, a, s.Access.MaxBytes)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", shown(address), err)
	}
	return f, nil
}

// ofOnePage reports whether an error says something of one page or sitemap alone: not
// that the source asks to wait, that the store fails or that the run ends.
func ofOnePage(ctx context.Context, err error) bool {
	status, ok := errors.AsType[*statusError](err)
	_, ofStore := errors.AsType[*storeError](err)
	return ctx.Err() == nil && !ofStore && (!ok || status.after == 0)
}

// reasonOf returns why an address can't be read, without that.
func reasonOf(err error, address string) string {
	return strings.TrimPrefix(err.Error(), shown(address)+": ")
}
