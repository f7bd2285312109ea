package explain

import (
	"cmp"
	"slices"
	"strings"

	"feedstation/internal/article"
	"feedstation/internal/network"
	"feedstation/internal/press"
)

// names are the deciders by what they forbid, in the order of the build.
var names = [...]struct {
	why  article.Why
	name string
}{
	{article.WhyStation, "station"},
	{article.WhyFault | article.WhyNoRow, "row"},
	{article.WhyDraft | article.WhyWithdrawn, "status"},
	{article.WhyEmbargo, "embargo"},
	{article.WhyExpired, "expiry"},
	{article.WhyRetracted, "retraction"},
	{article.WhyReturned, "returned"},
	{article.WhyNoIndex, "noindex"},
	{article.WhyHost, "host"},
	{article.WhyAddress, "address"},
	{article.WhyPage, "page"},
	{article.WhyUnlisted, "sitemap"},
	{article.WhyChannel, "channels"},
	{article.WhyText, "text"},
	{article.WhySize, "size"},
	{article.WhyProfile, "profile"},
	{article.WhyNotNews, "news"},
	{article.WhyNewsAge, "48h"},
	{article.WhyLength, "baidu"},
	{article.WhyOlder, "newest"},
	{article.WhyUnknown, "unknown"},
}

// reason names the first decider that says no, with its value.
func (i *inquiry) reason(r *ruled, d press.Decision) string {
	for _, n := range names {
		if d.Why&n.why != 0 {
			if n.why == article.WhyOlder && d.Path == network.BaiduPath {
				n.name = "baidu"
			}
			return n.name + ": " + i.value(n.name, r, d)
		}
	}
	return ""
}

// tell adds a decider.
func (i *inquiry) tell(name string, ok bool, value string) {
	i.e.Deciders = append(i.e.Deciders, Decider{Name: name, OK: ok, Value: value})
}

// deciders lists what decided, in the order of the build.
func (i *inquiry) deciders(all []ruled) {
	var own ruled // at the article's own station, or at any that shows it
	for _, r := range all {
		if own.decisions == nil || r.id() == i.own() {
			own = r
		}
	}
	isOwn := own.decisions != nil && own.id() == i.own()
	of := map[string]press.Decision{} // by kind
	var why article.Why               // for which no document has it
	for _, d := range own.decisions {
		of[kindOf(d.Path)] = d
		why |= d.Why
	}
	i.rowDeciders(&own, why)
	if isOwn {
		i.pageDeciders(&own, of["sitemap"])
	}
	for n := range all {
		i.feedDeciders(&all[n])
	}
	if isOwn {
		i.listDeciders(&own, of["news"], of["baidu"])
	}
	for n := range all {
		i.stationDeciders(&all[n])
	}
}

// rowDeciders adds what holds for all documents.
func (i *inquiry) rowDeciders(r *ruled, why article.Why) {
	add := func(name string, no article.Why) {
		i.tell(name, why&no == 0, i.value(name, r, press.Decision{Why: why}))
	}
	if id := i.own(); id != "" {
		s, ok := i.Network.Station(id)
		i.tell("station", ok && s.Publishes(), i.value("station", r, press.Decision{}))
	}
	if i.asked() {
		i.tell("row", i.e.Row != nil, i.value("row", r, press.Decision{}))
	}
	if i.e.Row != nil {
		add("status", article.WhyDraft|article.WhyWithdrawn)
		add("embargo", article.WhyEmbargo)
		add("expiry", article.WhyExpired)
	}
	i.tell("retraction", !i.e.Retraction.Down(), i.value("retraction", r, press.Decision{}))
	if why&article.WhyReturned != 0 {
		add("returned", article.WhyReturned)
	}
}

// pageDeciders adds what the sitemaps go by.
func (i *inquiry) pageDeciders(r *ruled, month press.Decision) {
	add := func(name string, no article.Why) { i.tell(name, month.Why&no == 0, i.value(name, r, month)) }
	switch {
	case month.Path == "": // no sitemap may have it
	case i.e.Row != nil:
		add("noindex", article.WhyNoIndex)
		add("host", article.WhyHost)
		add("address", article.WhyAddress)
		if month.Why&^article.WhyPage == 0 {
			add("page", article.WhyPage)
		}
	case !r.decided:
		add("host", article.WhyHost)
		add("sitemap", article.WhyUnlisted|article.WhyPage)
	}
	if i.e.Row != nil && r.station.Publishes() {
		_, unknown := i.channels()
		i.tell("channels", len(unknown) == 0, i.value("channels", r, press.Decision{}))
	}
}

// listDeciders adds what the news and Baidu's list go by.
func (i *inquiry) listDeciders(r *ruled, news, baidu press.Decision) {
	if i.e.Row != nil && news.Path != "" {
		i.tell("news", news.Why&article.WhyNotNews == 0, i.value("news", r, news))
	}
	if !news.Until.IsZero() {
		i.tell("48h", news.Why&article.WhyNewsAge == 0, i.value("48h", r, news))
	}
	if i.e.Row != nil && baidu.Path != "" {
		i.tell("baidu", baidu.Why&(article.WhyLength|article.WhyAddress|article.WhyOlder) == 0, i.value("baidu", r, baidu))
	}
}

// feedDeciders adds what decides in each feed.
func (i *inquiry) feedDeciders(r *ruled) {
	for _, d := range r.decisions {
		kind := kindOf(d.Path)
		add := func(name string, no article.Why) {
			i.e.Deciders = append(i.e.Deciders, Decider{Name: name, OK: d.Why&no == 0, Value: i.value(name, r, d), Station: r.id(), Path: d.Path})
		}
		switch kind {
		case "sitemap", "news", "baidu":
			continue
		case "feed", "channel":
			if d.Why&^article.WhyOld != 0 && d.Why&(article.WhyText|article.WhySize|article.WhyChannel|article.WhyPage) == 0 {
				continue // it was not looked at
			}
			add("newest", article.WhyOlder|article.WhyChannel)
			if r.decided && d.Why&(article.WhyOlder|article.WhyChannel) == 0 {
				add("text", article.WhyText)
				add("size", article.WhySize)
			}
		case "archive":
			if d.Why&^(article.WhyOld|article.WhyText|article.WhyPage|article.WhyChannel) == 0 {
				add("archive", article.WhyOlder|article.WhyText|article.WhyPage|article.WhyChannel)
			}
		default:
			if d.Why == 0 || d.Why&article.WhyProfile != 0 {
				add("profile", article.WhyProfile)
			}
		}
	}
}

// stationDeciders adds what decides of a station's editions as a whole.
func (i *inquiry) stationDeciders(r *ruled) {
	if r.station == nil || !r.station.Publishes() {
		return
	}
	add := func(name string, ok bool, value string) {
		i.e.Deciders = append(i.e.Deciders, Decider{Name: name, OK: ok, Value: value, Station: r.id()})
	}
	switch {
	case i.Jobs == nil || i.Alone:
	case i.Jobs.Checked(r.id()).IsZero():
		i.unknown("gate of "+r.id(), errNotLeading)
	default:
		refused, no := i.refused(r)
		add("gate", !no, cmp.Or(refused, "the last edition was not refused"))
		if why, wrong := i.Jobs.Condition(r.id()); wrong && !no {
			add("build", false, why.String())
		}
	}
	hidden := func(s press.Served) bool {
		return !slices.ContainsFunc(r.served, func(other press.Served) bool { return other.Path == s.Path })
	}
	if r.pinned {
		add("pin", !slices.ContainsFunc(r.current, hidden), i.pin(r))
	} else {
		add("pin", true, "none")
	}
	if len(r.notices) > 0 {
		add("notice", false, "in its place in "+strings.Join(r.notices, ", "))
	} else {
		add("notice", true, "none")
	}
}

// channels returns those of the article that its station has, and the others.
func (i *inquiry) channels() (known, unknown []string) {
	s, ok := i.Network.Station(i.own())
	for _, id := range i.said.Row.Article.Channels {
		if ok && slices.ContainsFunc(s.Channels, func(c network.Channel) bool { return c.ID == id }) {
			known = append(known, id)
		} else {
			unknown = append(unknown, id)
		}
	}
	return known, unknown
}

// rowOf returns a row as JSON has it.
func rowOf(row *article.Row) *Row {
	a := &row.Article
	r := &Row{
		ID: a.ID, Station: a.Station, Channels: append([]string{}, a.Channels...), URL: a.URL, GUID: a.GUID, Title: a.Title, Status: string(a.Status),
		Published: moment(a.Published), Updated: moment(a.Updated), Modified: moment(a.Modified), Expires: moment(a.Expires), NoIndex: a.NoIndex,
	}
	for _, f := range row.Faults {
		r.Odd = append(r.Odd, Fault{f.Column, f.Err.Error()})
	}
	return r
}
