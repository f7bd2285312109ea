package press

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"feedstation/internal/article"
	"feedstation/internal/network"
	"feedstation/internal/terminal"
	"feedstation/sitemap"
)

// Cause says why the sitemaps leave an article out.
type Cause string

// The causes, in the order in which they are looked for.
const (
	IsDraft     Cause = "draft"
	IsWithdrawn Cause = "withdrawn"
	IsEmbargoed Cause = "embargoed"
	IsExpired   Cause = "expired"
	IsNoIndex   Cause = "noindex"
	IsForeign   Cause = "on another host"
	IsBroken    Cause = "with an address that sitemaps can't have"
)

// The causes of which only the list for Baidu leaves an article out.
const (
	IsLong  Cause = "with an address that is too long"
	IsOlder Cause = "older than the newest that it can have"
)

// causes are all causes, by what leaves articles out; examples are given of
// those that somebody may want to mend.
var (
	causes = [...]struct {
		from   string
		causes []Cause
	}{
		{"sitemaps", []Cause{IsDraft, IsWithdrawn, IsEmbargoed, IsExpired, IsNoIndex, IsForeign, IsBroken}},
		{"the list for Baidu", []Cause{IsLong, IsOlder}},
	}
	toBeMended = [...]Cause{IsForeign, IsBroken, IsLong}
)

// Inspector counts what the sitemaps leave out.
type Inspector struct {
	network  *network.Network
	now      time.Time
	examples int
	stations map[string]*Omissions
}

// Omissions are what the sitemaps of one station leave out.
type Omissions struct {
	Articles int // all that the station has
	Counts   map[Cause]int
	Examples map[Cause][]string // id and address, of what may be mended

	baidu baiduWindow
}

// NewInspector returns an inspector of the articles as they are at a moment,
// which names so many examples at most of each cause and station.
func NewInspector(n *network.Network, now time.Time, examples int) *Inspector {
	return &Inspector{n, now, examples, map[string]*Omissions{}}
}

// Add looks at an article; those of a station come oldest first. One of a
// station that does not publish is left to others.
func (i *Inspector) Add(a *article.Article) {
	station, ok := i.network.Station(a.Station)
	if !ok || !station.Publishes() {
		return
	}
	o := i.stations[station.ID]
	if o == nil {
		o = &Omissions{Counts: map[Cause]int{}, Examples: map[Cause][]string{}}
		i.stations[station.ID] = o
	}
	o.Articles++
	cause, loc := i.cause(station, a)
	if cause == "" {
		o.Counts[IsOlder] += o.baidu.add(loc)
		return
	}
	o.Counts[cause]++
	if slices.Contains(toBeMended[:], cause) && len(o.Examples[cause]) < i.examples {
		o.Examples[cause] = append(o.Examples[cause], terminal.Line(a.ID+" "+a.URL))
	}
}

// cause returns why an article is left out, "" if it isn't, and then its address.
func (i *Inspector) cause(station *network.Station, a *article.Article) (cause Cause, loc string) {
	switch {
	case a.Status == article.Draft:
		return IsDraft, ""
	case a.Status == article.Withdrawn:
		return IsWithdrawn, ""
	case a.Published.After(i.now):
		return IsEmbargoed, ""
	case !a.VisibleAt(i.now):
		return IsExpired, ""
	case a.NoIndex:
		return IsNoIndex, ""
	case !listable(station, a):
		return IsForeign, ""
	}
	loc, err := sitemap.Loc(a.URL)
	switch {
	case err != nil:
		return IsBroken, ""
	case len(loc) > baiduLoc:
		return IsLong, ""
	}
	return "", loc
}

// Print prints a line a station and document that leaves something out, and
// examples.
func (i *Inspector) Print(out io.Writer) {
	for _, station := range i.network.Stations {
		o := i.stations[station.ID]
		if o == nil {
			continue
		}
		for _, document := range causes {
			var counts []string
			for _, cause := range document.causes {
				if n := o.Counts[cause]; n > 0 {
					counts = append(counts, fmt.Sprintf("%d %s", n, cause))
				}
			}
			if len(counts) > 0 {
				fmt.Fprintf(out, "  %s: %d articles, left out of %s: %s\n", station.ID, o.Articles, document.from, strings.Join(counts, ", "))
			}
		}
		i.printExamples(out, o)
	}
}

func (i *Inspector) printExamples(out io.Writer, o *Omissions) {
	for _, cause := range toBeMended {
		for _, example := range o.Examples[cause] {
			fmt.Fprintf(out, "    %s: %s\n", cause, example)
		}
		if more := o.Counts[cause] - len(o.Examples[cause]); more > 0 {
			fmt.Fprintf(out, "    %s: and %d more\n", cause, more)
		}
	}
}
