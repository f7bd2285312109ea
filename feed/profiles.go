package feed

import (
	"cmp"
	"html"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gorilla/feeds"

	"feedstation/feed/internal/markup"
	"feedstation/feed/internal/text"
)

// Namespaces of the profiles.
const (
	nsMi  = "http://schemas.ingestion.microsoft.com/common/"
	nsSnf = "http://www.smartnews.be/snf"
)

// snfLogo is snf:logo.
type snfLogo struct {
	URL string `xml:"url"`
}

// What several aggregators want.
var (
	needText = need{"no text", true, func(it *Prepared, _ time.Time) bool { return it.json.ContentHTML != "" }}
	needLead = need{"no picture", false, func(it *Prepared, _ time.Time) bool {
		_, ok := it.lead()
		return ok
	}}
)

// needLeadOf wants the lead picture, as far as it is known, to be like that.
func needLeadOf(lack string, ok func(mediaContent) bool) need {
	return need{lack, false, func(it *Prepared, _ time.Time) bool {
		lead, known := it.lead()
		return !known || ok(lead)
	}}
}

// smartNews is SmartFormat 2.1 ("SmartFormat Specification Version 2.1", SmartNews
// for Publishers, articles 56500436151065, and 360010977813 in Japanese): RSS 2.0
// with the namespaces content, dc, media and snf alone, the channel's title, link,
// description of at most 30 characters, pubDate and language, and of an item title,
// link, guid, pubDate and content:encoded; media:thumbnail is the picture of the
// list. A file has 1 MB at most ("SmartFormat概要", 制限事項). An article that only
// leaves the feed stays in the app: it goes with media:status deleted and a later
// pubDate ("Deleting Articles", article 360021354914).
func smartNews() *Profile {
	const maxDescription = 30
	return &Profile{
		Name: "smartnews", maxBytes: 1_000_000,
		needs: []need{needText, needLead},
		head: func(doc *rssFeed, f *Feed) {
			doc.NSAtom, doc.NSDCTerms, doc.NSSy, doc.NSSnf = "", "", "", nsSnf
			c := &doc.Channel
			c.Links, c.UpdatePeriod, c.UpdateFrequency = nil, "", 0
			c.Description = newRSSHTML(text.Cut(f.Description, maxDescription))
			c.PubDate = cmp.Or(c.PubDate, c.LastBuildDate)
			if logo := cmp.Or(f.Logo, f.Icon); logo != "" {
				c.Logo = &snfLogo{logo}
			}
		},
		item: func(it *rssItem, p *Prepared) {
			*it = rssItem{
				Title: it.Title, Description: it.Description, Content: it.Content, RssItem: it.RssItem,
				Creator: it.Creator, Language: it.Language, Categories: it.Categories,
			}
			if lead, ok := p.lead(); ok {
				it.Thumbnail = &mediaThumbnail{URL: lead.URL, Width: lead.Width, Height: lead.Height}
			}
		},
		withdrawn: func(it *rssItem, p *Prepared) {
			it.PubDate = stamp(p.updated, time.RFC1123Z)
			*it = rssItem{
				Title: it.Title, Description: it.Description, RssItem: it.RssItem, Language: it.Language,
				Content: &feeds.RssContent{Content: "<p>" + html.EscapeString(p.json.Title) + "</p>"},
				media:   media{Status: "deleted"},
			}
		},
	}
}

// msn is MSN's Content Specification V3 (Microsoft Support, "MSN feed item metadata
// requirements", "MSN HTML guidelines and tag restrictions" and "Feed content
// specifications in MSN Partner Hub"): a durable id, a title of more than 20
// characters and, without a short one, at most 150, a date within 365 days, the
// text in a few elements, all times in UTC, dcterms:modified of an update.
func msn() *Profile {
	const minTitle, maxTitle, maxAge, minSide = 20, 150, 365 * 24 * time.Hour, 720
	become := msnElements()
	return &Profile{
		Name: "msn", extra: text.MaxCharacter * maxTitle,
		needs: []need{
			needText,
			needLead, // MSN publishes none by itself without one
			needLeadOf("a lead picture without https", func(m mediaContent) bool { return strings.HasPrefix(m.URL, "https:") }),
			needLeadOf("a lead picture that is a GIF", func(m mediaContent) bool { return m.Type != "image/gif" && text.Extension(m.URL) != ".gif" }),
			needLeadOf("a lead picture of fewer than 720 pixels", func(m mediaContent) bool {
				return m.Width == 0 || m.Height == 0 || max(m.Width, m.Height) >= minSide
			}),
			{"a title of 20 characters or fewer", false, func(it *Prepared, _ time.Time) bool {
				return utf8.RuneCountInString(it.json.Title) > minTitle
			}},
			{"older than 365 days", false, func(it *Prepared, at time.Time) bool { return at.Sub(it.moment()) < maxAge }},
		},
		head: func(doc *rssFeed, _ *Feed) {
			doc.NSMi = nsMi
			if at, err := time.Parse(time.RFC1123Z, doc.Channel.PubDate); err == nil {
				doc.Channel.PubDate = stamp(at.UTC(), time.RFC1123Z)
			}
		},
		item: func(it *rssItem, p *Prepared) {
			it.PubDate = stamp(p.moment().UTC(), time.RFC1123Z)
			it.Modified = stamp(p.updated.UTC(), time.RFC3339)
			it.Content = &feeds.RssContent{Content: markup.Restrict(p.json.ContentHTML, become)}
			if utf8.RuneCountInString(p.json.Title) > maxTitle {
				it.ShortTitle = text.Cut(p.json.Title, maxTitle)
			}
		},
	}
}

// msnElements returns what becomes of elements. Those that MSN allows stay: its
// importer takes others out, perhaps with what is in them. What is struck out goes,
// so that it does not stand there as true.
func msnElements() map[string]string {
	become := map[string]string{
		"figure": "div", "figcaption": "div", "pre": "div", "dl": "div", "dt": "div", "dd": "div", "details": "div", "summary": "div",
		"section": "div", "article": "div", "aside": "div", "header": "div", "footer": "div", "address": "div", "h6": "h5",
		"del": markup.Gone, "s": markup.Gone, "rt": markup.Gone, "rp": markup.Gone, "video": markup.Gone, "audio": markup.Gone,
	}
	for name := range strings.FieldsSeq("b i em strong sub sup small h1 h2 h3 h4 h5 a img table thead tbody tfoot tr td th col caption colgroup ul ol li p div span br blockquote") {
		become[name] = name
	}
	return become
}

// flipboard is Flipboard's RSS specification (about.flipboard.com/rss-spec, the
// version of August 2016 and the RSS Guidelines after it): the whole text, a picture
// of at least 400 pixels in its smaller dimension, at least 30 items, a description
// of 300 characters or more, and the picture or film of the list as enclosure.
func flipboard() *Profile {
	const minSide, minDescription, maxDescription = 400, 300, 400
	return &Profile{
		Name: "flipboard", MinItems: 30, extra: text.MaxCharacter*maxDescription + text.MaxAddress,
		needs: []need{
			needText,
			needLead,
			needLeadOf("a lead picture of fewer than 400 pixels", func(m mediaContent) bool {
				return m.Width == 0 || m.Height == 0 || min(m.Width, m.Height) >= minSide
			}),
			{"a text of fewer than 300 characters", false, func(it *Prepared, _ time.Time) bool {
				return utf8.RuneCountInString(markup.Excerpt(it.json.ContentHTML, minDescription, maxDescription)) >= minDescription
			}},
		},
		head: func(*rssFeed, *Feed) {},
		item: func(it *rssItem, p *Prepared) {
			if summary := p.json.description; utf8.RuneCountInString(summary) < minDescription {
				excerpt := markup.Excerpt(p.json.ContentHTML, minDescription, maxDescription)
				if len(excerpt) > len(summary) {
					it.Description = newRSSHTML(excerpt)
				}
			}
			lead, ok := p.lead()
			if lead.Type = text.MediaType(lead.Type, lead.URL); !ok || lead.Type == "" || it.Enclosure != nil && medium(it.Enclosure.Type) == "video" {
				return
			}
			it.Contents = slices.DeleteFunc(slices.Clone(it.Contents), func(c mediaContent) bool { return c.URL == lead.URL })
			if e := it.Enclosure; e != nil {
				it.Contents = append(it.Contents, mediaContent{URL: e.Url, Type: e.Type, Medium: medium(e.Type)})
			}
			it.Enclosure = &feeds.RssEnclosure{Url: lead.URL, Type: lead.Type, Length: strconv.FormatInt(lead.FileSize, 10)}
		},
	}
}
