package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"feedstation/internal/condition"
	"feedstation/internal/config"
	"feedstation/internal/content"
	"feedstation/internal/explain"
	"feedstation/internal/statistics"
	"feedstation/jobs"
)

type explainCommand struct {
	Article string `arg:"" name:"id-or-url" help:"The article's id in the content store, or its address."`
	Station string `help:"Only what concerns this station." placeholder:"ID"`
	JSON    bool   `name:"json" help:"Print all of it as JSON."`
}

// errLeftOut is why explain ends with exitLeftOut.
var errLeftOut = errors.New("left out")

// explainTimeout is how long the process that serves is waited for.
const explainTimeout = 45 * time.Second

// Run explains an article: it asks the process that serves and, where there is none,
// looks at the editions and the content store itself.
func (c *explainCommand) Run(in *invocation) error {
	cfg, err := in.config()
	if err != nil {
		return err
	}
	ctx, stop := interruptible()
	defer stop()
	q := queryOf(c.Article, c.Station)
	e, err := explainThere(ctx, cfg, q)
	if e == nil && err != nil && !errors.As(err, new(*explain.QueryError)) {
		source := fmt.Sprintf("the folder %s and the content store, as no process answers at %s: %v", cfg.Cache.Dir, cfg.Server.Admin, err)
		if e, err = explainHere(ctx, in, cfg, q); e != nil {
			e.Source = source
		}
	}
	if wrong, ok := errors.AsType[*explain.QueryError](err); ok {
		return &usageError{fmt.Errorf("feedstation: %w", wrong)}
	}
	if err != nil {
		return fmt.Errorf("explain: %w", err)
	}
	if c.JSON {
		text, err := e.JSON()
		if err != nil {
			return err
		}
		if _, err := in.terminal.Stdout.Write(text); err != nil {
			return err
		}
	} else {
		printExplanation(in.terminal.Stdout, cfg.Network, e)
	}
	switch {
	case len(e.Verdicts) == 0:
		return errReported
	case e.LeftOut():
		return errLeftOut
	}
	return nil
}

// queryOf asks for an article by its id or its address; an empty station is all.
func queryOf(article, station string) explain.Query {
	if strings.HasPrefix(article, "http://") || strings.HasPrefix(article, "https://") {
		return explain.Query{URL: article, Station: station}
	}
	return explain.Query{ID: article, Station: station}
}

// explainThere asks the process that serves.
func explainThere(ctx context.Context, cfg *config.Config, q explain.Query) (*explain.Explanation, error) {
	ctx, stop := context.WithTimeout(ctx, explainTimeout)
	defer stop()
	values := url.Values{}
	for key, value := range map[string]string{"id": q.ID, "url": q.URL, "station": q.Station} {
		if value != "" {
			values.Set(key, value)
		}
	}
	text, err := fromAdmin(ctx, cfg, "/explain?"+values.Encode())
	if status, ok := errors.AsType[*statusError](err); ok && status.code == http.StatusBadRequest {
		return nil, &explain.QueryError{Reason: status.text}
	}
	if err != nil {
		return nil, err
	}
	e := new(explain.Explanation)
	if err := json.Unmarshal(text, e); err != nil {
		return nil, fmt.Errorf("not an explanation: %w", err)
	}
	e.Source = "the process at " + cfg.Server.Admin
	return e, nil
}

// explainHere looks at the editions and the content stores, and changes neither.
func explainHere(ctx context.Context, in *invocation, cfg *config.Config, q explain.Query) (*explain.Explanation, error) {
	log := in.logger(slog.LevelError)
	editions, _, err := openCache(ctx, log, cfg)
	if err != nil {
		return nil, err
	}
	defer editions.Close()
	if cfg.Cache.Redis != nil {
		_ = editions.Sync(ctx) // what can't be reached, the local copy stands for
	}
	depots := newDepots(cfg)
	for _, d := range depots {
		d.peek(ctx)
		defer func() { _ = d.close() }() // nothing is written
	}
	asker := &explain.Asker{Network: cfg.Network, Editions: editions, Jobs: unrun{newConductors(log, cfg, depots, editions)}, Alone: true}
	if cfg.Statistics.Days > 0 {
		asker.Visits = func(ctx context.Context) ([]explain.Crawler, error) { return visitsKept(ctx, cfg) }
	}
	return asker.Explain(ctx, q)
}

// peek opens the store to be read, without making one.
func (d *depot) peek(ctx context.Context) {
	d.mu.Lock()
	defer d.mu.Unlock()
	options, err := contentOptions(d.cfg)
	if err == nil {
		var summary string
		d.store, summary, err = content.Peek(ctx, options)
		if err == nil && d.store == nil {
			err = errors.New(summary)
		}
	}
	d.err = err
}

// visitsKept returns what the processes of a configuration have counted of crawlers, for as
// many days as statistics shows.
func visitsKept(ctx context.Context, cfg *config.Config) (all []explain.Crawler, err error) {
	report, err := (&statisticsCommand{}).ofProcesses(ctx, cfg, cfg.Network.Stations)
	for _, s := range report.Stations {
		for _, v := range s.Crawlers {
			v.Station = s.Station
			all = append(all, crawlerOf(v))
		}
	}
	return all, err
}

func crawlerOf(v statistics.CrawlerVisit) explain.Crawler {
	return explain.Crawler{Agent: v.Agent, Verified: string(v.Verdict), Station: v.Station, Document: v.Document, At: v.Last.UTC()}
}

// unrun are conductors that run nothing.
type unrun struct{ jobs.Conductors }

// Next implements explain.Jobs.
func (unrun) Next(string) time.Time { return time.Time{} }

// explained are the jobs of the process as explain.Jobs.
type explained struct{ shop *workshop }

func (e explained) Explain(ctx context.Context, id string, others []string) jobs.Explanation {
	return e.shop.now().conductors.Explain(ctx, id, others)
}

func (e explained) Named(ctx context.Context, page string) ([]string, []error) {
	return e.shop.now().conductors.Named(ctx, page)
}

func (e explained) Condition(station string) (condition.Condition, bool) {
	return e.shop.Condition(station)
}

func (e explained) Checked(station string) time.Time { return e.shop.Checked(station) }

// Next implements explain.Jobs.
func (e explained) Next(station string) time.Time {
	p := e.shop.now()
	next := p.conductors.Due(station)
	for _, place := range p.all {
		timetable, _ := place.equipped()
		if of, ok := place.cfg.Network.Station(station); timetable == nil || !ok || of.Content != place.cfg.Content.ID {
			continue
		}
		if at := timetable.Next(place.refresh); next.IsZero() || !at.IsZero() && at.Before(next) {
			next = at
		}
	}
	return next
}
