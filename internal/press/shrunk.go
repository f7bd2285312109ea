package press

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/dustin/go-humanize/english"

	"feedstation/internal/article"
	"feedstation/internal/network"
)

// ShrunkError says that an edition was not published because it would have lost
// most of its articles, which is more often an accident than news.
type ShrunkError struct {
	Station       string
	What          string // feed or sitemaps
	Before, After int    // articles
	// Reasons say of how many of the others what is known, most first.
	Reasons []string
}

func (e *ShrunkError) Error() string {
	reasons := ""
	if len(e.Reasons) > 0 {
		reasons = " (" + strings.Join(e.Reasons, ", ") + ")"
	}
	return fmt.Sprintf("not published: its %s would have %d %s instead of %d%s; if that is meant: feedstation build --accept-shrink %s",
		e.What, e.After, english.PluralWord(e.After, "article", ""), e.Before, reasons, e.Station)
}

// What is known of articles that a document loses and that the store does not say to be
// hidden or elsewhere.
const (
	noRow     = "no row any more"
	brokenRow = "rows that can't be read"
	farFuture = "a publication in the future"
)

// giveReasons notes what is known of the articles that were looked for.
func (b *builder) giveReasons(all map[string]lost, ids []string, states []article.State) {
	of := map[string]article.State{}
	for _, s := range states {
		of[s.ID] = s
	}
	for _, id := range ids {
		l, s := all[id], of[id]
		switch {
		case l.reason != "":
		case s.ID == "":
			l.reason = noRow
		case !b.configured(s.Station):
			l.reason = fmt.Sprintf("station %q, which is not configured: see was and key", s.Station)
		case s.Broken:
			l.reason = brokenRow
		case s.Published.After(b.asOf):
			l.reason = farFuture
		}
		all[id] = l
	}
}

// reasonsOf counts the reasons of what the documents lose.
func reasonsOf(all map[string]lost, in int) (reasons []string) {
	counts := map[string]int{}
	for _, l := range all {
		if l.from[in] && !l.why[in] && l.reason != "" {
			counts[l.reason]++
		}
	}
	order := slices.SortedFunc(maps.Keys(counts), func(a, b string) int { return cmp.Or(counts[b]-counts[a], strings.Compare(a, b)) })
	for _, reason := range order[:min(len(order), maxReasons)] {
		reasons = append(reasons, fmt.Sprintf("%d with %s", counts[reason], reason))
	}
	return reasons
}

// maxReasons bounds a line for people.
const maxReasons = 3

// configured reports whether a station is one of the network's.
func (b *builder) configured(station string) bool {
	_, ok := b.network.Station(station)
	return ok
}

// onOwnHost reports whether a page has the station's host, whatever its scheme and its
// port are.
func (b *builder) onOwnHost(page string) bool { return hostOf(page) == hostOf(b.station.URL) }

func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	host, _ := network.NormalizeHost(u.Host)
	return host
}

// strangeReason says that a page does not have the station's address.
func (b *builder) strangeReason(page string) string {
	u, err := url.Parse(page)
	if err != nil {
		return brokenRow
	}
	return fmt.Sprintf("addresses at %s://%s, where url is %s", u.Scheme, u.Host, b.station.URL)
}

// IsRefused reports whether the gate has kept an edition from being published.
func IsRefused(err error) bool {
	_, refused := Refusal(err)
	return refused
}

// Refusal returns why the gate has kept an edition from being published; not ok: it is
// no such error.
func Refusal(err error) (why string, ok bool) {
	if shrunk, ok := errors.AsType[*ShrunkError](err); ok {
		return shrunk.Error(), true
	}
	if moved, ok := errors.AsType[*ReaddressedError](err); ok {
		return moved.Error(), true
	}
	return "", false
}
