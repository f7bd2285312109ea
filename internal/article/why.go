package article

import "time"

// Why is why a document does not have an article: a set, as there may be several
// reasons. The zero Why: it has the article.
type Why uint32

// What the row says, in the order in which it is looked at.
const (
	WhyFault     Why = 1 << iota // a column of it can't be read
	WhyNoRow                     // there is none
	WhyStation                   // its station is none that publishes, or not the document's
	WhyDraft                     // the newsroom has not published it
	WhyWithdrawn                 // the newsroom has withdrawn it
	WhyEmbargo                   // its publication is yet to come
	WhyExpired                   // its time is over
	WhyRetracted                 // an operator has taken it down
	WhyReturned                  // it was withdrawn, and the row is an older one
)

// What sitemaps, then what feeds go by.
const (
	WhyNoIndex Why = 1 << (iota + 9) // the row says so
	WhyHost                          // its page is not within the station's address
	WhyAddress                       // no sitemap can have such an address
	WhyPage                          // another article has its page
	WhyNewsAge                       // a sitemap of news has two days
	WhyNotNews                       // the row, or its channel, is not for the news
	WhyLength                        // its address is longer than Baidu takes
	WhyChannel                       // it is not in the feed's channel
	WhyOlder                         // others are newer, and fill the document
	WhyText                          // no feed can carry it
	WhySize                          // the feed is as large as it may be
	WhyProfile                       // the aggregator does not take it
)

// What is known without the content store.
const (
	WhyUnlisted Why = 1 << (iota + 21) // one of WhyNoIndex, WhyAddress and WhyPage
	WhyUnknown                         // nothing tells
)

// WhyHidden are the reasons for which no document has an article.
const WhyHidden = WhyNoIndex - 1

// WhyOld are the reasons that come with time alone: where there is no other one, a
// document has the article for as long as it may.
const WhyOld = WhyNewsAge | WhyOlder

// HiddenAt returns why readers may not see the article at t.
func (a *Article) HiddenAt(t time.Time) (why Why) {
	switch a.Status {
	case Published:
	case Draft:
		why = WhyDraft
	default:
		why = WhyWithdrawn
	}
	if a.Published.After(t) {
		why |= WhyEmbargo
	}
	if !a.Expires.IsZero() && !a.Expires.After(t) {
		why |= WhyExpired
	}
	return why
}

// VisibleAt reports whether readers may see the article at t.
func (a *Article) VisibleAt(t time.Time) bool { return a.HiddenAt(t) == 0 }
