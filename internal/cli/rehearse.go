package cli

import (
	"context"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
	"time"

	"feedstation/internal/article"
	"feedstation/internal/config"
	"feedstation/internal/content"
	"feedstation/internal/edition"
	"feedstation/internal/network"
	"feedstation/internal/press"
	"feedstation/internal/terminal"
)

// rehearsal asks a content store every question that the jobs will ask, and builds
// the edition of each station from the answers, without publishing any.
type rehearsal struct {
	network *network.Network
	press   *press.Press
	losses  *losses
	limit   time.Duration // what one statement may take

	question question // that is being asked
	found    map[question]*cost
	asked    []question // those of found, in the order of being asked
	faults   []string
}

// question is one of the store's, and for whom it is asked.
type question struct {
	station, about string
	columns        string // of the index that serves it
	often          bool   // with every refresh
}

// cost is the largest that statements of a question took.
type cost struct {
	took  time.Duration
	scans []content.Scan
}

// slowPart: what takes a tenth of the time that it may have gets too slow as the archive
// grows.
const slowPart = 10

func newRehearsal(cfg *config.Config, losses *losses) *rehearsal {
	return &rehearsal{
		network: cfg.Network, press: press.New(cfg.Network, Options(cfg).Options, noItems{}), losses: losses, limit: cfg.Content.Timeout,
		found: map[question]*cost{},
	}
}

// noItems remembers nothing.
type noItems struct{}

func (noItems) Item(uint64) *press.Item           { return nil }
func (noItems) Remember(uint64, int, *press.Item) {}

// trial is what the store tells.
func (r *rehearsal) trial() *content.Trial {
	return &content.Trial{Left: r.losses.add, Asked: func(q content.Question) {
		found := r.found[r.question]
		if found == nil {
			found = &cost{}
			r.found[r.question] = found
			r.asked = append(r.asked, r.question)
		}
		found.took = max(found.took, q.Took)
		for _, scan := range q.Scans {
			same := func(known content.Scan) bool { return known.Table == scan.Table }
			if !slices.ContainsFunc(found.scans, same) {
				found.scans = append(found.scans, scan)
			}
		}
	}}
}

func (r *rehearsal) ask(station, about, columns string, often bool) {
	r.question = question{station, about, columns, often}
}

// run rehearses a refresh and an audit. Visible is how many articles of a station
// readers may see; each is called with every station that is done.
func (r *rehearsal) run(ctx context.Context, store *content.Store, visible func(station string) int, each func()) error {
	if err := store.Look(ctx, r.refresh); err != nil {
		r.fail(err)
	}
	for _, station := range r.network.Stations {
		err := store.Look(ctx, func(ctx context.Context, snapshot *content.Snapshot) error {
			return r.build(ctx, snapshot, station, visible(station.ID))
		})
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err != nil {
			r.fail(err)
		}
		each()
	}
	return nil
}

// fail notes that a question has no answer.
func (r *rehearsal) fail(err error) {
	text := err.Error()
	if r.question.station != "" {
		text = r.question.station + ": " + text
	}
	if scans := r.found[r.question].whole(); scans != "" {
		text += ": the database reads " + scans
	}
	r.faults = append(r.faults, text)
}

// refresh asks what every refresh does.
func (r *rehearsal) refresh(ctx context.Context, snapshot *content.Snapshot) error {
	r.ask("", "what has changed", "modified_at, published and expires, one each", true)
	var ids []string
	for change, err := range snapshot.Changes(ctx, snapshot.Time()) {
		if err != nil {
			return err
		}
		if change.ID != "" && len(ids) < content.MaxFind {
			ids = append(ids, change.ID)
		}
	}
	r.ask("", "when the next embargo or article ends", "published and expires, one each", true)
	if _, err := snapshot.Next(ctx); err != nil {
		return err
	}
	r.ask("", "articles by their id", "id", true)
	if len(ids) == 0 {
		ids = []string{"1"}
	}
	if _, err := snapshot.Find(ctx, ids); err != nil {
		return err
	}
	r.ask("", "translations", "url", true)
	_, err := snapshot.Linked(ctx, ids)
	return err
}

// build builds a station's edition, and asks what an audit does.
func (r *rehearsal) build(ctx context.Context, snapshot *content.Snapshot, station *network.Station, visible int) error {
	work := press.NewWork()
	work.Everything = true
	var e *edition.Edition
	var outcome press.Outcome
	err := press.Recovered(func() (err error) {
		e, outcome, err = r.press.Build(ctx, press.Order{
			Station: station, Snapshot: &rehearsed{snapshot, r, station}, Work: &work, Enough: func() bool { return false },
		})
		return err
	})
	for _, left := range outcome.LeftOut {
		r.losses.add(left)
	}
	if err != nil {
		return err
	}
	if feed, ok := e.Document(network.FeedPath("", network.RSS)); ok && feed.Items() == 0 {
		if left := len(outcome.LeftOut) + len(snapshot.Faults()); visible > 0 || left > 0 {
			r.faults = append(r.faults, fmt.Sprintf("%s: the feed is empty: of its articles, %d that readers may see can be read, and at least %d left out", station.ID, visible, left))
		}
	}
	r.ask(station.ID, "its months", byStation, false)
	months, err := snapshot.Months(ctx, station.ID, station.Zone)
	if err != nil {
		return err
	}
	r.ask(station.ID, "totals of its months", byStation, false)
	_, err = snapshot.TotalsByMonth(ctx, station.ID, months, station.Zone)
	return err
}

// byStation is the index that a station's articles are read from.
const byStation = "station, published and id together"

// rehearsed is a snapshot whose questions are known by name.
type rehearsed struct {
	*content.Snapshot
	r       *rehearsal
	station *network.Station
}

func (s *rehearsed) Newest(ctx context.Context, stations []string, channel string, since time.Time, least, most int) ([]article.Article, error) {
	about, columns := "newest articles", byStation
	if len(stations) > 1 {
		columns = "published and id together"
	}
	if channel != "" {
		about, columns = "newest articles of channel "+channel, columns+", and of the channels channel and article_id together"
	}
	s.r.ask(s.station.ID, about, columns, true)
	return s.Snapshot.Newest(ctx, stations, channel, since, least, most)
}

func (s *rehearsed) Whole(ctx context.Context, heads []article.Article) ([]article.Article, error) {
	s.r.ask(s.station.ID, "articles of its feeds with their texts", "id", true)
	return s.Snapshot.Whole(ctx, heads)
}

func (s *rehearsed) Months(ctx context.Context, station string, zone *time.Location, known ...article.Month) ([]article.Month, error) {
	s.r.ask(s.station.ID, "its months", byStation, false)
	return s.Snapshot.Months(ctx, station, zone, known...)
}

func (s *rehearsed) Listing(ctx context.Context, station string, from, to time.Time) iter.Seq2[article.Article, error] {
	s.r.ask(s.station.ID, "articles of a month", byStation, false)
	return s.Snapshot.Listing(ctx, station, from, to)
}

func (s *rehearsed) Find(ctx context.Context, ids []string) ([]article.State, error) {
	s.r.ask(s.station.ID, "articles by their id", "id", true)
	return s.Snapshot.Find(ctx, ids)
}

// whole says what a question reads as a whole; empty: nothing that is large.
func (c *cost) whole() string {
	if c == nil {
		return ""
	}
	var large []string
	for _, scan := range c.scans {
		switch {
		case strings.HasPrefix(scan.Table, "<"):
			large = append(large, fmt.Sprintf("a view that it makes of about %d rows first", scan.Rows))
		case scan.Rows > 0:
			large = append(large, fmt.Sprintf("or sorts all of table %s, about %d rows", scan.Table, scan.Rows))
		default:
			large = append(large, fmt.Sprintf("or sorts all of table %s, which was never analyzed", scan.Table))
		}
	}
	return strings.Join(large, ", and ")
}

// print prints the questions that cost too much, a line each. It reports whether some
// make every refresh cost the archive.
func (r *rehearsal) print(out io.Writer) (heavy bool) {
	lines := map[string][]string{} // stations, of whom the same is to be said
	var order []string
	for _, q := range r.asked {
		c := r.found[q]
		scans := c.whole()
		slow := c.took >= r.limit/slowPart
		if !slow && (scans == "" || !q.often) {
			continue
		}
		heavy = heavy || scans != "" && q.often
		line := q.about + ":"
		if slow {
			line += fmt.Sprintf(" took %v of the %v that content.timeout allows", c.took.Round(time.Millisecond), r.limit)
		}
		if scans != "" {
			line += " the database reads " + scans
		}
		line += ": want an index on " + q.columns
		if lines[line] == nil {
			order = append(order, line)
		}
		lines[line] = append(lines[line], q.station)
	}
	for _, line := range order {
		if stations := strings.Join(lines[line], ", "); stations != "" {
			line = stations + ": " + line
		}
		fmt.Fprintf(out, "  %s\n", terminal.Line(line))
	}
	return heavy
}
