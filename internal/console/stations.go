package console

import (
	"cmp"
	"html/template"
	"net/http"
	"strconv"
	"strings"
	"time"

	"feedstation/internal/server"
)

// overview is the page of all stations.
type overview struct {
	Verdict    server.Verdict
	Symbol     string
	Problems   []string
	Query      string
	Limit      string
	Rows       []*row
	Unrecorded string
	Hub        bool // there are hubs, whose subscribers are shown
}

// row is a station in the table.
type row struct {
	ID, Name                    string
	Class                       server.Level // empty: nothing is to be marked
	Level                       server.Level
	Symbol                      string
	Standing                    string
	Error, Command              string
	Age, AsOf, Newest, Since    string
	Quarantined, Pending, Drift string
	Requests, Subscribers       string
	HubSubscribers              string // empty: there is no hub
	Crawlers                    [3]string
}

// What the table has at most: a page stays small when everything fails for long reasons,
// each of which stands there once. Each station has its page.
const (
	maxReasons  = 15
	reasonBytes = 110
	maxProblems = 10
	maxCommands = 40
)

func (c *console) stations(w http.ResponseWriter, r *http.Request) {
	s := c.source.Status()
	p := c.page(r, s.Verdict.Text, &s, c.Zone)
	query := cut(strings.TrimSpace(r.FormValue("q")), 100)
	o := overview{Verdict: s.Verdict, Symbol: s.Verdict.Level.Symbol(), Problems: problems(&s), Query: query, Limit: limitText(s.Limit), Unrecorded: absent(&s), Hub: len(s.Stations) > 0 && s.Stations[0].WebSub != nil}
	reasons := map[string]bool{}
	for _, station := range s.WorstFirst() {
		one := c.row(&station, time.Now())
		if !one.matches(query) {
			continue
		}
		if reasons[one.Error] || len(reasons) == maxReasons { // a store that is away is away for all
			one.Error = ""
		}
		reasons[one.Error] = true
		if len(o.Rows) >= maxCommands {
			one.Command = ""
		}
		o.Rows = append(o.Rows, &one)
	}
	p.Filter, p.Query, p.Content = true, query, o
	c.show(w, r, "stations", p)
}

// problems returns what is wrong, and take-downs that others can't learn of.
func problems(s *server.Status) (lines []string) {
	for _, line := range s.Problems[:min(len(s.Problems), maxProblems)] {
		lines = append(lines, cut(line, 2*reasonBytes))
	}
	if more := len(s.Problems) - len(lines); more > 0 {
		lines = append(lines, "and "+strconv.Itoa(more)+" more: see /status")
	}
	if n := len(s.Unsent); n > 0 {
		lines = append(lines, strconv.Itoa(n)+" take-downs that other processes can't learn of yet")
	}
	return lines
}

// absent says which columns nobody records.
func absent(s *server.Status) string {
	var names []string
	if len(s.Stations) == 0 {
		return ""
	}
	if s.Stations[0].Requests == nil {
		names = append(names, "requests")
	}
	if s.Stations[0].Subscribers == nil {
		names = append(names, "subscribers", "crawlers")
	}
	return strings.Join(names, ", ")
}

func (c *console) row(s *server.StationStatus, now time.Time) row {
	r := row{
		ID: s.ID, Name: s.Name, Level: s.Level(), Symbol: s.Level().Symbol(), Standing: string(s.Standing), Error: cut(s.Error, reasonBytes), Command: s.Remedy(),
		Age: ago(s.Age), AsOf: clock(s.AsOf, now, c.Zone), Newest: clock(s.Newest, now, c.Zone), Since: clock(s.Since, now, c.Zone),
		Quarantined: count(int64(s.LeftOut)), Pending: count(int64(s.Pending)), Drift: count(s.Drift),
		Requests: large(s.Requests), Subscribers: unrecorded, Crawlers: [3]string{unrecorded, unrecorded, unrecorded},
	}
	if r.Level != server.OK {
		r.Class = r.Level
	}
	if s.WebSub != nil {
		n := int64(*s.WebSub)
		r.HubSubscribers = large(&n)
	}
	if s.Subscribers != nil {
		n := int64(*s.Subscribers)
		r.Subscribers = large(&n)
		for i, name := range server.Crawlers() {
			r.Crawlers[i] = none
			if at, ok := s.Crawlers[name]; ok {
				r.Crawlers[i] = clock(&at, now, c.Zone)
			}
		}
	}
	if s.Standing == server.Pinned {
		r.Error = "serving the edition as of " + clock(s.Built, now, c.Zone) + ", the newest is of " + clock(s.Behind, now, c.Zone)
	}
	return r
}

// Cells returns the cells of numbers and times as one text: a template takes six times
// as long for them, one by one.
func (r *row) Cells() template.HTML {
	var cells strings.Builder
	add := func(open, text string) {
		cells.WriteString(open)
		template.HTMLEscape(&cells, []byte(text))
	}
	const number, text = `<td class="n">`, `<td>`
	add(number, r.Age)
	add(text, r.AsOf)
	add(text, r.Newest)
	add(text, r.Since)
	for _, n := range []string{r.Quarantined, r.Pending, r.Drift, r.Requests, r.Subscribers} {
		add(number, n)
	}
	if r.HubSubscribers != "" {
		add(number, r.HubSubscribers)
	}
	for _, at := range r.Crawlers {
		add(text, at)
	}
	return template.HTML(cells.String())
}

// matches reports whether all words of a filter are in the station's id, name, state or
// error, whatever their case.
func (r *row) matches(query string) bool {
	text := strings.ToLower(strings.Join([]string{r.ID, r.Name, r.Standing, string(cmp.Or(r.Class, server.OK)), r.Error}, " "))
	for word := range strings.FieldsSeq(strings.ToLower(query)) {
		if !strings.Contains(text, word) {
			return false
		}
	}
	return true
}
