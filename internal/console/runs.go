package console

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/dustin/go-humanize"

	"feedstation/internal/server"
)

// runRow is a run of a job.
type runRow struct {
	Started, Times, Job, Outcome, Cause string
	Level                               server.Level
	Error, Took, Phases, Changed        string
	Stations                            string
}

func (c *console) runs(w http.ResponseWriter, r *http.Request) {
	s := c.source.Status()
	p := c.page(r, "Runs", &s, c.Zone)
	var rows []runRow
	if c.Runs != nil {
		for _, run := range c.Runs() {
			rows = append(rows, c.run(run, time.Now()))
		}
	}
	p.Content = rows
	c.show(w, r, "runs", p)
}

func (c *console) run(run server.Run, now time.Time) runRow {
	row := runRow{
		Started: clock(&run.Started, now, c.Zone), Job: run.Job, Cause: run.Cause, Took: exact(run.Duration), Changed: count(int64(run.Changed)),
		Level: server.OK, Outcome: server.OK.Symbol() + " ok",
	}
	if run.Times > 1 {
		row.Times = strconv.Itoa(run.Times)
	}
	switch {
	case run.Stopped:
		row.Level, row.Outcome = server.Attention, server.Attention.Symbol()+" stopped"
	case run.Err != nil:
		row.Level, row.Outcome, row.Error = server.Bad, server.Bad.Symbol()+" failed", cut(run.Err.Error(), 4*reasonBytes)
	}
	var phases []string
	for _, phase := range run.Phases {
		phases = append(phases, phase.Name+" "+exact(phase.Duration))
	}
	row.Phases, row.Stations = strings.Join(phases, ", "), strings.Join(run.Published, ", ")
	if more := run.Stations - len(run.Published); more > 0 {
		row.Stations += " and " + strconv.Itoa(more) + " more"
	}
	return row
}

// visits is a table of what crawlers have fetched.
type visits struct {
	Recorded, ByStation bool
	All                 []visitRow
	More                int
}

type visitRow struct{ Station, Agent, Verified, Document, Last, Fetches string }

// maxVisits is how many visits a page lists.
const maxVisits = 500

func (c *console) crawlers(w http.ResponseWriter, r *http.Request) {
	s := c.source.Status()
	p := c.page(r, "Crawlers", &s, c.Zone)
	var all []server.Visit
	if c.Visits != nil {
		all = c.Visits(nil)
	}
	p.Content = c.visits(all, c.Visits != nil, true, time.Now())
	c.show(w, r, "crawlers", p)
}

// visits lists visits, the last first; those that are recorded of several stations name
// theirs.
func (c *console) visits(all []server.Visit, recorded, byStation bool, now time.Time) visits {
	slices.SortFunc(all, func(a, b server.Visit) int {
		return cmp.Or(b.Last.Compare(a.Last), cmp.Compare(a.Station, b.Station), cmp.Compare(a.Agent, b.Agent), cmp.Compare(a.Document, b.Document), cmp.Compare(a.Verified, b.Verified))
	})
	v := visits{Recorded: recorded, ByStation: byStation, More: max(0, len(all)-maxVisits)}
	for _, one := range all[:len(all)-v.More] {
		v.All = append(v.All, visitRow{one.Station, one.Agent, one.Verified, one.Document, clock(&one.Last, now, c.Zone), humanize.Comma(one.Fetches)})
	}
	return v
}
