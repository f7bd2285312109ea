package console

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/dustin/go-humanize"

	"feedstation/internal/server"
)

// detail is the page of one station.
type detail struct {
	Row                         row
	URL, Why, Limit, Leader     string
	Built, Behind, Subscribers  string
	Feeds                       []feedRow
	Months                      []monthRow
	Kept                        []keptRow
	KeptNote                    string
	Quarantine                  []faultRow
	Retractions                 []retractionRow
	MoreFaults, MoreRetractions int
	MoreMonths                  int
	Visits                      visits
	Push                        []pushRow
}

type pushRow struct {
	Destination, Pending, Oldest, Told, Last, State, Why string
	Class                                                server.Level
}

type feedRow struct {
	Path, Size, Modified, Readers string
	Articles                      int
}

type monthRow struct {
	Month, Modified string
	Files, Articles int
	Pending         bool
}

type keptRow struct {
	AsOf, State, Command string
	Documents            int
}

type faultRow struct{ ID, Column, Fault string }

type retractionRow struct{ ID, Since, Notice, URL, Command string }

// What a page lists at most of each.
const (
	maxListed    = 100
	maxMonths    = 120
	whyBytes     = 4000
	addressBytes = 300
)

func (c *console) station(w http.ResponseWriter, r *http.Request) {
	s := c.source.Status()
	d, ok := c.source.Detail(&s, r.PathValue("id"))
	if !ok {
		c.missing(w, r, "No station of that id publishes.")
		return
	}
	zoned := *c
	zoned.Zone = d.Zone
	p := c.page(r, d.ID, &s, d.Zone)
	p.Content = zoned.detail(&s, &d, c.kept.of(r.Context(), d.ID), time.Now())
	c.show(w, r, "station", p)
}

func (c *console) detail(s *server.Status, d *server.Detail, kept keptAnswer, now time.Time) detail {
	page := detail{
		Row: c.row(&d.StationStatus, now), URL: d.URL, Why: cut(d.Error, whyBytes), Limit: limitText(s.Limit), Leader: d.Leader, Built: clock(d.Built, now, c.Zone),
		Visits: c.visits(d.Visits, c.Visits != nil, false, now),
	}
	if d.Behind != nil {
		page.Behind = clock(d.Behind, now, c.Zone)
	}
	if page.Subscribers = page.Row.Subscribers; d.Subscribers == nil {
		page.Subscribers = "not recorded"
	}
	if page.Leader == "" {
		page.Leader = "not known"
	}
	for _, f := range d.Feeds {
		readers := "not recorded"
		switch {
		case f.Readers != nil && *f.Readers == 0:
			readers = "nobody"
		case f.Readers != nil:
			readers = strconv.Itoa(*f.Readers)
		}
		page.Feeds = append(page.Feeds, feedRow{f.Path, humanize.Bytes(uint64(f.Bytes)), clock(&f.Modified, now, c.Zone), readers, f.Articles})
	}
	for _, m := range d.Months[:min(len(d.Months), maxMonths)] {
		page.Months = append(page.Months, monthRow{m.Month, clock(&m.Modified, now, c.Zone), m.Files, m.Articles, m.Pending})
	}
	for _, f := range d.Quarantine[:min(len(d.Quarantine), maxListed)] {
		page.Quarantine = append(page.Quarantine, faultRow{f.ID, f.Column, cut(f.Err.Error(), reasonBytes)})
	}
	for _, r := range d.Retractions[:min(len(d.Retractions), maxListed)] {
		notice := "no"
		if r.Notice {
			notice = "yes"
		}
		page.Retractions = append(page.Retractions, retractionRow{r.ID, clock(&r.At, now, c.Zone), notice, cut(r.URL, addressBytes), "feedstation retract --lift --id=" + quote(r.ID)})
	}
	page.MoreFaults, page.MoreRetractions = len(d.Quarantine)-len(page.Quarantine), len(d.Retractions)-len(page.Retractions)
	page.MoreMonths = len(d.Months) - len(page.Months)
	page.Kept, page.KeptNote = c.keptRows(d.ID, kept)
	for _, p := range d.Push {
		page.Push = append(page.Push, c.pushRow(&p, now))
	}
	return page
}

func (c *console) pushRow(p *server.PushStatus, now time.Time) pushRow {
	r := pushRow{
		Destination: p.Destination, Pending: count(int64(p.Pending)), Oldest: clock(p.Oldest, now, c.Zone), Told: count(p.Told), Last: clock(p.Last, now, c.Zone),
		State: server.OK.Symbol() + " " + p.State, Why: cut(p.Why, reasonBytes),
	}
	if p.State != "ok" {
		r.Class, r.State = server.Attention, server.Attention.Symbol()+" "+p.State
	}
	if p.Paused != nil {
		r.State += " until " + clock(p.Paused, now, c.Zone)
	}
	return r
}

// exactly is how `feedstation pin` lists an edition, so that no other one is meant.
const exactly = "2006-01-02 15:04:05.000"

func (c *console) keptRows(station string, kept keptAnswer) (rows []keptRow, note string) {
	for _, k := range kept.Editions {
		row := keptRow{AsOf: k.Issued.In(c.Zone).Format(exactly), Documents: k.Documents}
		switch {
		case k.Pinned:
			row.State, row.Command = "pinned", "feedstation unpin "+station
		case k.Current:
			row.State = "current"
		default:
			row.Command = "feedstation pin " + station + " " + row.AsOf
		}
		rows = append(rows, row)
	}
	switch {
	case c.kept.look == nil:
	case kept.Err != nil:
		note = "Not looked up: " + cut(kept.Err.Error(), 2*reasonBytes)
	case kept.At.IsZero():
		note = "They are being looked up."
	case rows == nil:
		note = "There are none."
	}
	return rows, note
}

// quote quotes what a shell would take for more than one word, or for something else.
func quote(text string) string {
	plain := text != ""
	for _, r := range text {
		plain = plain && (r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r == '_' || r == '.' || r == ':' || r == '/' || r == '-')
	}
	if plain && text[0] != '-' {
		return text
	}
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}
