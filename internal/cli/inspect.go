package cli

import (
	"cmp"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/dustin/go-humanize/english"

	"feedstation/internal/article"
	"feedstation/internal/network"
	"feedstation/internal/press"
	"feedstation/internal/terminal"
)

// omission is why the sitemaps leave an article out.
type omission string

// The causes, in the order in which they are looked for.
const (
	isDraft     omission = "draft"
	isWithdrawn omission = "withdrawn"
	isEmbargoed omission = "embargoed"
	isExpired   omission = "expired"
	isNoIndex   omission = "noindex"
	isForeign   omission = "on another host"
	isOtherPort omission = "with another scheme or port"
	isOutside   omission = "outside of the station's folder"
	isBroken    omission = "with an address not allowed in sitemaps"
)

// The causes of which only Baidu's list leaves an article out.
const (
	isLong  omission = "with too long an address"
	isOlder omission = "too old for it"
)

// causes are all causes, by what leaves articles out; examples are given of
// those that somebody may want to mend.
var (
	causes = [...]struct {
		from   string
		causes []omission
	}{
		{"the sitemaps", []omission{isDraft, isWithdrawn, isEmbargoed, isExpired, isNoIndex, isForeign, isOtherPort, isOutside, isBroken}},
		{"Baidu's list", []omission{isLong, isOlder}},
	}
	toBeMended = [...]omission{isForeign, isOtherPort, isOutside, isBroken, isLong}
)

// inspector counts what the sitemaps leave out.
type inspector struct {
	network  *network.Network
	now      time.Time
	examples int
	stations map[string]*omissions
}

// omissions are what the sitemaps of one station leave out.
type omissions struct {
	articles int // all that the station has
	counts   map[omission]int
	examples map[omission][]string // id and address, of what may be mended

	baidu press.BaiduWindow
}

// newInspector returns an inspector of the articles as they are at a moment,
// which names so many examples at most of each cause and station.
func newInspector(n *network.Network, now time.Time, examples int) *inspector {
	return &inspector{n, now, examples, map[string]*omissions{}}
}

// add looks at an article; those of a station come oldest first. One of a
// station that does not publish is left to others.
func (i *inspector) add(a *article.Article) {
	station, ok := i.network.Station(a.Station)
	if !ok || !station.Publishes() {
		return
	}
	o := i.stations[station.ID]
	if o == nil {
		o = &omissions{counts: map[omission]int{}, examples: map[omission][]string{}}
		i.stations[station.ID] = o
	}
	o.articles++
	why := cmp.Or(a.HiddenAt(i.now), press.Unlisted(station, a))
	if why == 0 {
		var older int
		older, why = o.baidu.Add(a.URL)
		o.counts[isOlder] += older
	}
	if why == 0 {
		return
	}
	cause := omissionOf(why, station, a.URL)
	o.counts[cause]++
	if slices.Contains(toBeMended[:], cause) && len(o.examples[cause]) < i.examples {
		o.examples[cause] = append(o.examples[cause], terminal.Line(a.ID+" "+a.URL))
	}
}

// visible returns how many articles of a station readers may see.
func (i *inspector) visible(station string) int {
	o := i.stations[station]
	if o == nil {
		return 0
	}
	return o.articles - o.counts[isDraft] - o.counts[isWithdrawn] - o.counts[isEmbargoed] - o.counts[isExpired]
}

// omissionOf names the first of the reasons why a document leaves an article out.
func omissionOf(why article.Why, station *network.Station, page string) omission {
	for _, known := range []struct {
		why article.Why
		omission
	}{
		{article.WhyDraft, isDraft},
		{article.WhyWithdrawn, isWithdrawn},
		{article.WhyEmbargo, isEmbargoed},
		{article.WhyExpired, isExpired},
		{article.WhyNoIndex, isNoIndex},
		{article.WhyAddress, isBroken},
		{article.WhyLength, isLong},
	} {
		if why&known.why != 0 {
			return known.omission
		}
	}
	return foreign(station, page)
}

// foreign returns why a page is not one of the station's own.
func foreign(station *network.Station, page string) omission {
	u, err := url.Parse(page)
	own, _ := url.Parse(station.URL) // a valid one
	switch {
	case station.OwnsHost(page):
		return isOutside
	case err == nil && strings.EqualFold(u.Hostname(), own.Hostname()):
		return isOtherPort
	}
	return isForeign
}

// print prints a line a station and document that leaves something out, and
// examples.
func (i *inspector) print(out io.Writer) {
	for _, station := range i.network.Stations {
		o := i.stations[station.ID]
		if o == nil {
			continue
		}
		for _, document := range causes {
			var counts []string
			for _, cause := range document.causes {
				if n := o.counts[cause]; n > 0 {
					counts = append(counts, fmt.Sprintf("%d %s", n, cause))
				}
			}
			if len(counts) > 0 {
				fmt.Fprintf(out, "  %s: %d %s, left out of %s: %s\n", station.ID, o.articles, english.PluralWord(o.articles, "article", ""), document.from, strings.Join(counts, ", "))
			}
		}
		i.printExamples(out, o)
		if o.counts[isForeign]+o.counts[isOutside]+o.counts[isOtherPort] > 0 {
			fmt.Fprintf(out, "    pages of %s are those below its url, %s: where theirs is another, that should say so\n", station.ID, station.URL)
		}
	}
}

func (i *inspector) printExamples(out io.Writer, o *omissions) {
	for _, cause := range toBeMended {
		for _, example := range o.examples[cause] {
			fmt.Fprintf(out, "    %s: %s\n", cause, example)
		}
		if more := o.counts[cause] - len(o.examples[cause]); more > 0 {
			fmt.Fprintf(out, "    %s: and %d more\n", cause, more)
		}
	}
}
