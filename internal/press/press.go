// Package press says what an edition is: it makes the documents of a station
// from one snapshot of the content store, and takes articles out of them. It
// holds no lock, writes no log and reads no clock; whatever it finds out beside
// the edition it returns.
package press

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash/maphash"
	"iter"
	"time"

	"feedstation/feed"
	"feedstation/internal/article"
	"feedstation/internal/network"
)

// Snapshot is the content store as it was at one moment: all answers agree.
type Snapshot interface {
	// Time returns the moment by the store's clock.
	Time() time.Time
	// Newest returns the heads of the newest visible articles of the stations,
	// newest first; with a channel, those that are in the channel of that id: those
	// published since a time, but at least and at most so many. Of an article it has
	// id, station, channels, address, times and the next article.
	Newest(ctx context.Context, stations []string, channel string, since time.Time, least, most int) ([]article.Article, error)
	// Whole returns all that feeds show of the articles of heads, in no order; those
	// whose rows are broken are absent.
	Whole(ctx context.Context, heads []article.Article) ([]article.Article, error)
	// Between returns heads as Newest does: of those published in [from, to) the newest,
	// at most so many.
	Between(ctx context.Context, stations []string, channel string, from, to time.Time, most int) ([]article.Article, error)
	// Count returns how many visible articles of the stations, or of a channel, were
	// published since a time, with those whose rows are broken.
	Count(ctx context.Context, stations []string, channel string, since time.Time) (int64, error)
	// Months returns the months in which the station has articles, newest first, and
	// asks for none that is known.
	Months(ctx context.Context, station string, zone *time.Location, known ...article.Month) ([]article.Month, error)
	// Listing yields the visible articles first published in [from, to), oldest
	// first, with texts only where there are enclosures, or nobody has looked for a
	// picture.
	Listing(ctx context.Context, station string, from, to time.Time) iter.Seq2[article.Article, error]
	// NotNews returns which articles of the station, published in [from, to), are not for
	// the news: those of which the store says so, and those in one of some channels.
	NotNews(ctx context.Context, station string, channels []string, from, to time.Time) (map[string]bool, error)
	// Find returns what is known of the articles of these ids, at most 1000; those
	// that the store does not have are absent.
	Find(ctx context.Context, ids []string) ([]article.State, error)
	// Sharing returns what is known of the station's articles that have one of these
	// addresses, which are normal, and so are those that it returns. Where the store
	// would have to read an archive for that, it returns none.
	Sharing(ctx context.Context, station string, addresses []string) ([]article.State, error)
}

// Options tell what the documents are like.
type Options struct {
	Feed network.Feed // of stations and channels that have none of their own
	// LeadImage puts an article's first picture at the head of a text that does
	// not have it.
	LeadImage bool
	// Notices has feeds say of an article that was withdrawn that it was, in its
	// place, for so long.
	Notices   bool
	NoticeFor time.Duration
	// Deltas has contents tell the versions of feeds, from which readers that have one of
	// them can be answered with what has changed.
	Deltas   bool
	Archives Archives
	NewsName string // the publication's name on Google News, of stations that have none
	Sitemaps Limits // of a sitemap
	// StaleIfError is how long proxies may serve what they have while this
	// server can't be reached; 0: not sent.
	StaleIfError time.Duration
	// StaleWhileRevalidate bounds how long they may serve what is older than its
	// max-age, as in edition.Headers.
	StaleWhileRevalidate time.Duration
	Version              string // the program's; another one builds every edition anew
}

// Archives say which archives feeds have: documents of so many articles, at most so many
// documents of a feed; zero: none. A feed has room for the articles of one.
type Archives struct{ Items, Depth int }

// Limits are the largest numbers of addresses and bytes in a sitemap; zero:
// those of package sitemap.
type Limits struct {
	URLs  int
	Bytes int64
	Chunk int // pages that are enough to be compressed together; 0: 64
	List  int // addresses of Baidu's list; 0: 50,000
}

// Item is an article as feeds carry it.
type Item struct {
	prepared *feed.Prepared // nil: no feed can carry it
	fault    error          // why not
	content  uint64         // digest of the article
}

// Items remembers items by the digests of their articles' heads. It is called from
// several goroutines.
type Items interface {
	// Item returns the item that is remembered; nil: none.
	Item(head uint64) *Item
	// Remember has an item remembered instead of the one of that head. Size is that
	// of the article's texts in bytes.
	Remember(head uint64, size int, item *Item)
}

// Press builds the editions of a network. Its methods may be called from several
// goroutines.
type Press struct {
	network *network.Network
	options Options
	known   Items
	seed    maphash.Seed
	prints  map[string]string // fingerprints of the stations, by id
}

// New returns a press.
func New(n *network.Network, options Options, items Items) *Press {
	p := &Press{n, options, items, maphash.MakeSeed(), map[string]string{}}
	for _, s := range n.Stations {
		p.prints[s.ID] = p.fingerprint(s)
	}
	return p
}

// Fingerprint identifies what the documents of a station depend on besides the
// articles: another one means another edition.
func (p *Press) Fingerprint(station *network.Station) string { return p.prints[station.ID] }

func (p *Press) fingerprint(station *network.Station) string {
	h := sha256.New()
	fmt.Fprintf(h, "%+v\n", p.options)
	fmt.Fprintf(h, "%+v %q %q %q\n", station.Feed, station.NewsName, p.network.Robots(station), p.network.TDMRep(station))
	if station.Hub != "" {
		fmt.Fprintf(h, "hub %q\n", station.Hub)
	}
	stations := []*network.Station{station}
	if station.All {
		stations = append(stations, p.network.Stations...)
	}
	for _, s := range stations {
		fmt.Fprintf(h, "%q %q %q %q %q %q %q %q %q %q %q %t %q %+v\n", s.ID, s.Content, s.Name, s.URL, s.Description, s.Email,
			s.Language, s.Zone, s.Icon, s.Logo, s.Rights, s.All, s.Profiles, s.Channels)
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}
