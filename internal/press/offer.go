package press

import (
	"context"
	"maps"
	"reflect"
	"slices"
	"time"

	"feedstation/internal/article"
	"feedstation/internal/edition"
	"feedstation/internal/network"
)

// A station with all articles has feeds with articles of other content stores than its
// own. What each of these has for them is an offer: it stays what it is while that store
// can't be asked, so that no store keeps another's articles from readers, and nothing of
// it disappears. An offer has the texts of its articles in memory.

// Offer is what a content store had at one moment for the feeds of a station whose own
// articles are in another one. It does not change.
type Offer struct {
	content  string                       // name of the store
	feeds    map[string][]article.Article // heads by channel, the newest first, as [Snapshot.Newest] has them
	articles map[string]offered           // these as a whole, by id
	// states are those of articles that the feeds had and have no more; what the store
	// does not have at all is absent.
	states map[string]article.State
}

type offered struct {
	head  uint64 // digest
	at    article.State
	whole article.Article
}

// Offer returns what a content store has for the feeds of a station with all articles,
// of which the order has the snapshot, the station, its current edition, the work and
// the retractions. Before is the offer before; nil: there was none. Texts are read of
// what is new, or named by the work.
func (p *Press) Offer(ctx context.Context, content string, o Order, before *Offer) (*Offer, error) {
	snapshot, err := withhold(ctx, o.Snapshot, o.Retractions)
	if err != nil {
		return nil, err
	}
	if before == nil {
		before = &Offer{}
	}
	offer := &Offer{content: content, feeds: map[string][]article.Article{}, articles: map[string]offered{}}
	broken := map[string]bool{}
	for known := -1; len(broken) > known; {
		known = len(broken)
		for _, channel := range append([]network.Channel{{}}, o.Station.Channels...) {
			rule := p.ruleOf(o.Station, channel)
			heads, err := newestBut(ctx, snapshot, broken, p.stationsOf(content), channel.ID, windowOf(rule, snapshot.Time()), rule.Items, rule.MaxItems+1)
			if err != nil {
				return nil, err
			}
			offer.feeds[channel.ID] = heads
		}
		if err := p.readOffer(ctx, snapshot, offer, before, o.Work, broken); err != nil {
			return nil, err
		}
	}
	return offer, p.followOffered(ctx, snapshot, offer, before, o.Previous)
}

// readOffer reads the articles of an offer as a whole that it does not have yet. What
// can't be read is added to broken.
func (p *Press) readOffer(ctx context.Context, snapshot Snapshot, offer, before *Offer, work *Work, broken map[string]bool) error {
	heads, wanted := map[string]offered{}, []article.Article{}
	for _, feed := range offer.feeds {
		for i, a := range feed {
			if _, ok := heads[a.ID]; ok {
				continue
			}
			if _, ok := offer.articles[a.ID]; ok {
				continue
			}
			state := article.State{ID: a.ID, Station: a.Station, URL: a.URL, Published: a.Published, At: a.Modified, Visible: true}
			heads[a.ID] = offered{digest(p.seed, feed[i:i+1]), state, article.Article{}}
			_, named := work.Articles[a.ID]
			if old, ok := before.articles[a.ID]; ok && old.head == heads[a.ID].head && !named && !work.Feeds && !work.Everything {
				offer.articles[a.ID] = old
				continue
			}
			wanted = append(wanted, a)
		}
	}
	for some := range slices.Chunk(wanted, readAtOnce) {
		articles, err := snapshot.Whole(ctx, some)
		if err != nil {
			return err
		}
		for _, a := range articles {
			read := heads[a.ID]
			read.whole = a
			offer.articles[a.ID] = read
		}
		for _, a := range some {
			if _, ok := offer.articles[a.ID]; !ok {
				broken[a.ID] = true
			}
		}
	}
	return nil
}

// followOffered notes what the store says of articles that the feeds of an edition, which
// may be nil, have, or that were offered before, and that are offered no more.
func (p *Press) followOffered(ctx context.Context, snapshot Snapshot, offer, before *Offer, e *edition.Edition) error {
	shown, err := knownByFeeds(e)
	if err != nil {
		return err
	}
	gone := map[string]bool{}
	for id := range before.articles {
		gone[id] = true
	}
	for id := range shown {
		gone[id] = gone[id] || p.network.ContentOf(id) == offer.content
	}
	maps.DeleteFunc(gone, func(id string, is bool) bool {
		_, there := offer.articles[id]
		return there || !is
	})
	states, err := Find(ctx, snapshot, slices.Sorted(maps.Keys(gone)))
	offer.states = map[string]article.State{}
	for _, state := range states {
		offer.states[state.ID] = state
	}
	return err
}

// Equal reports whether two offers are the same; one that is nil is no other's equal.
func (o *Offer) Equal(other *Offer) bool { return other != nil && reflect.DeepEqual(o, other) }

// Differs adds the articles that are others than in the offer before, which may be nil,
// to work.
func (o *Offer) Differs(before *Offer, work *Work) {
	if before == nil {
		work.Feeds = true
		return
	}
	for id, a := range o.articles {
		if !reflect.DeepEqual(a, before.articles[id]) {
			work.Articles[id] = false
		}
	}
	for id := range before.articles {
		if _, ok := o.articles[id]; !ok {
			work.Articles[id] = false
		}
	}
}

// gathered is a snapshot of a content store, and what others offer for the feeds of a
// station.
type gathered struct {
	Snapshot
	network *network.Network
	offers  map[string]*Offer // by the store's name
}

func gather(n *network.Network, s Snapshot, offers []*Offer) Snapshot {
	if len(offers) == 0 {
		return s
	}
	g := gathered{s, n, map[string]*Offer{}}
	for _, o := range offers {
		g.offers[o.content] = o
	}
	return g
}

// Newest adds what is offered to what the stations have in the snapshot's store.
func (g gathered) Newest(ctx context.Context, stations []string, channel string, since time.Time, least, most int) ([]article.Article, error) {
	heads, err := g.Snapshot.Newest(ctx, stations, channel, since, least, most)
	if err != nil {
		return nil, err
	}
	for _, content := range slices.Sorted(maps.Keys(g.offers)) {
		o := g.offers[content]
		for _, head := range o.feeds[channel] {
			if expires := o.articles[head.ID].whole.Expires; expires.IsZero() || expires.After(g.Time()) {
				heads = append(heads, head)
			}
		}
	}
	slices.SortStableFunc(heads, func(a, b article.Article) int { return b.Published.Compare(a.Published) })
	return newestOf(heads, since, least, most), nil
}

func (g gathered) Whole(ctx context.Context, heads []article.Article) ([]article.Article, error) {
	var own, articles []article.Article
	for _, head := range heads {
		o := g.offers[g.network.ContentOf(head.ID)]
		if o == nil {
			own = append(own, head)
			continue
		}
		if a, ok := o.articles[head.ID]; ok {
			a.whole.Alternates = slices.Clone(a.whole.Alternates) // from which links may be taken
			articles = append(articles, a.whole)
		}
	}
	if len(own) == 0 {
		return articles, nil
	}
	read, err := g.Snapshot.Whole(ctx, own)
	return append(articles, read...), err
}

func (g gathered) Find(ctx context.Context, ids []string) ([]article.State, error) {
	var own []string
	var states []article.State
	for _, id := range ids {
		o := g.offers[g.network.ContentOf(id)]
		if o == nil {
			own = append(own, id)
			continue
		}
		if a, ok := o.articles[id]; ok {
			states = append(states, a.at)
		} else if state, ok := o.states[id]; ok {
			states = append(states, state)
		}
	}
	if len(own) == 0 {
		return states, nil
	}
	read, err := g.Snapshot.Find(ctx, own)
	return append(states, read...), err
}
