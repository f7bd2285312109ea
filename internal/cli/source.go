package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"feedstation/internal/condition"
	"feedstation/internal/config"
	"feedstation/internal/content"
	"feedstation/internal/durable"
	"feedstation/internal/ingest"
	"feedstation/internal/network"
	"feedstation/internal/schedule"
	"feedstation/internal/server"
	"feedstation/internal/terminal"
	"feedstation/jobs"
)

// sources are what fills the embedded store. Of the processes that share a store, the
// one that holds a lock beside it follows them, the others take over when it ends.
type sources struct {
	all   []*ingest.Source
	tasks []*jobs.Task // of all, once they are scheduled
	lock  string       // the file's name

	mu   sync.Mutex
	held *durable.Lock // nil: another process has it
}

func openSources(ctx context.Context, log *slog.Logger, cfg *config.Config, store *content.Store) (*sources, error) {
	s := &sources{lock: cfg.Content.DSN.Reveal() + ".sources.lock"}
	expanded := cfg.Content.Expanded()
	if store != nil {
		if err := keepIDs(ctx, cfg.Network, store, expanded); err != nil {
			return nil, err
		}
	}
	for _, c := range expanded {
		options, err := sourceOptions(cfg.Network, cfg.Content, c)
		if err != nil {
			return nil, err
		}
		source, err := ingest.NewSource(log, cfg.Network, store, options)
		if err != nil {
			return nil, err
		}
		s.all = append(s.all, source)
	}
	return s, nil
}

// keepIDs gives a site whose station has another id now the id that it had as a source:
// its articles would all be there twice, as their ids begin with it.
func keepIDs(ctx context.Context, n *network.Network, store ingest.SourceStore, all []config.Source) error {
	for i := range all {
		of, isSite := strings.CutSuffix(all[i].ID, "-"+all[i].Station)
		station, ok := n.Renamed(all[i].Station)
		if !isSite || !ok {
			continue
		}
		for _, id := range append([]string{all[i].Station, station.ID}, station.Was...) {
			id = of + "-" + id
			state, _, err := store.Source(ctx, id)
			if err != nil {
				return err
			}
			if state != "" && !slices.ContainsFunc(all, func(c config.Source) bool { return c.ID == id && c.Station != all[i].Station }) {
				all[i].ID = id
				break
			}
		}
	}
	return nil
}

func sourceOptions(n *network.Network, content config.Content, c config.Source) (ingest.Options, error) {
	kind, err := ingest.KindOf(c.Kind, ingest.Settings{
		URL: c.URL, Collection: c.Collection, Authenticated: c.Username != "" || c.Token.Reveal() != "", Fields: c.Fields,
		Items: c.Items, Next: c.Next, All: c.All, Item: c.Item, Size: c.Size, Include: c.Include, Sitemap: c.Sitemap,
	})
	if err != nil {
		return ingest.Options{}, fmt.Errorf("source %s: %w", c.ID, err)
	}
	reader := content.Reader()
	if c.Zone != nil {
		reader.Zone = c.Zone
	}
	version := strings.ReplaceAll(buildVersion(), " ", "-")
	if version == "" {
		version = "devel"
	}
	return ingest.Options{
		ID: c.ID, Name: c.Kind, Kind: kind, URL: c.URL, Dir: c.Dir, Station: c.Station, Stations: c.Stations, Channels: c.Channels,
		Link: c.Link, Reader: reader, Every: c.Every, Audit: c.Audit,
		Access: ingest.Access{
			UserAgent: fmt.Sprintf("feedstation/%s (+%s)", version, n.Stations[0].URL),
			Username:  c.Username, Password: c.Password.Reveal(), Token: c.Token.Reveal(), Header: c.Header,
			Timeout: c.Timeout, Rate: c.Rate, MaxBytes: c.MaxBytes, CA: c.TLS.CA, Certificate: c.TLS.Certificate, Key: c.TLS.Key,
		},
	}, nil
}

// hold reports whether this process follows the sources.
func (s *sources) hold() (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.held != nil {
		return true, nil
	}
	lock, _, err := durable.LockFile(filepath.Clean(s.lock))
	if err != nil {
		return false, fmt.Errorf("sources: %w", err)
	}
	s.held = lock
	return lock != nil, nil
}

func (s *sources) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.held != nil {
		_ = s.held.Close() // the process's end would do it
		s.held = nil
	}
}

// schedule adds a task for each source. Stored is called when one has changed the
// store.
func (s *sources) schedule(log *slog.Logger, timetable *jobs.Timetable, deadline time.Duration, stored func()) error {
	for _, source := range s.all {
		every, err := schedule.Parse("@every " + source.Every.String())
		if err != nil {
			return fmt.Errorf("source %s: %w", source.ID, err)
		}
		var task *jobs.Task
		progress := newPassLog(log, source)
		task = jobs.NewTask(log, "source "+source.ID, deadline, func(ctx context.Context) error {
			if held, err := s.hold(); err != nil || !held {
				return err
			}
			changed, more, err := source.Run(ctx, progress.page)
			if changed {
				stored()
			}
			if more {
				task.Trigger(jobs.ByBacklog)
			}
			if _, noted := errors.AsType[*ingest.Error](err); noted {
				return nil // the source's condition says so
			}
			return err
		})
		timetable.Add(every, task)
		s.tasks = append(s.tasks, task)
	}
	return nil
}

// wake has the sources of a kind asked at once, and about items of theirs.
func (s *sources) wake(kind string, items []string) {
	for i, task := range s.tasks {
		if s.all[i].Name == kind {
			s.all[i].Hint(items)
			task.Trigger(jobs.ByRequest)
		}
	}
}

// passLog logs how far a first pass is.
type passLog struct {
	log    *slog.Logger
	source *ingest.Source
	read   int
	last   time.Time
}

func newPassLog(log *slog.Logger, source *ingest.Source) *passLog {
	return &passLog{log: log.With("component", "source "+source.ID), source: source, last: time.Now()}
}

// page notes a page of so many articles.
func (p *passLog) page(n int) {
	if p.read += n; !p.source.FirstPass() || time.Since(p.last) < lineEvery {
		return
	}
	p.last = time.Now()
	p.log.Info("first pass of source", "articles", p.read)
}

// runOnce follows every source until there is nothing more, before a build. Of those in
// accept what they have lost is withdrawn.
func (s *sources) runOnce(ctx context.Context, in *invocation, store *content.Store, accept []string) error {
	if len(s.all) == 0 {
		return nil
	}
	held, err := s.hold()
	if err != nil {
		return err
	}
	defer s.close()
	var failed []error
	for _, source := range s.all {
		accepted := slices.ContainsFunc(accept, source.Serves)
		if accepted {
			failed = append(failed, store.AcceptLoss(ctx, source.ID))
		}
		if held {
			failed = append(failed, followOnce(ctx, in, source, accepted))
		}
	}
	if !held {
		fmt.Fprintln(in.terminal.Stderr, "sources: another process follows them; building what the store has")
	}
	return errors.Join(failed...)
}

func followOnce(ctx context.Context, in *invocation, source *ingest.Source, whole bool) error {
	bar := in.progress("source "+source.ID, -1, false)
	defer bar.finish()
	for more := true; more; {
		var err error
		if _, more, err = source.Run(ctx, bar.add); err != nil {
			return fmt.Errorf("source %s: %w", source.ID, err)
		}
	}
	if whole {
		if err := source.AuditAll(ctx); err != nil {
			return fmt.Errorf("source %s: %w", source.ID, err)
		}
	}
	for _, c := range source.Conditions() {
		fmt.Fprintln(in.terminal.Stderr, "source "+source.ID+": "+terminal.Line(c.String()))
	}
	return nil
}

// status returns what the sources are like.
func (s *sources) status() (all []server.Source) {
	for _, source := range s.all {
		status := source.Status()
		all = append(all, server.Source{
			ID: status.ID, Kind: status.Kind, State: status.State, Since: status.Since, Success: status.Success,
			Articles: status.Articles, LeftOut: status.LeftOut, Err: status.Err,
		})
	}
	return all
}

func (s *sources) conditions() (all []condition.Condition) {
	for _, source := range s.all {
		all = append(all, source.Conditions()...)
	}
	return all
}

// checkSources tries every source and prints what it would give. It reports whether
// all can be read.
func checkSources(ctx context.Context, out io.Writer, cfg *config.Config) (ok bool, err error) {
	all, err := openSources(ctx, slog.New(slog.DiscardHandler), cfg, nil)
	if err != nil {
		return false, err
	}
	ok = true
	for _, source := range all.all {
		trial, err := source.Try(ctx)
		where, _, _ := strings.Cut(source.URL, "?")
		if err != nil {
			ok = false
			fmt.Fprintf(out, "source         %s (%s): %s\n", source.ID, source.Name, terminal.Line(err.Error()))
			continue
		}
		fmt.Fprintf(out, "source         %s (%s) %s: %d of the newest %d items would be articles\n", source.ID, source.Name, terminal.Line(where), len(trial.Articles), trial.Items)
		if trial.Items == 0 {
			fmt.Fprintln(out, "  no items: is something published, and may the user of username or token see it?")
		}
		for _, a := range trial.Articles[:min(len(trial.Articles), 3)] {
			fmt.Fprintf(out, "  %s %s: %s\n", a.Station, a.Published.Format(time.RFC3339), terminal.Line(a.Title))
		}
		printCounts(out, "left out", trial.LeftOut)
		printCounts(out, "filed under, but no channel", trial.Unknown)
	}
	return ok, nil
}

// maxCounts is how many reasons or terms are named of a source.
const maxCounts = 20

func printCounts(out io.Writer, what string, counts map[string]int) {
	names := slices.SortedFunc(maps.Keys(counts), func(a, b string) int {
		if counts[a] != counts[b] {
			return counts[b] - counts[a]
		}
		return strings.Compare(a, b)
	})
	for _, name := range names[:min(len(names), maxCounts)] {
		fmt.Fprintf(out, "  %s: %s (%d)\n", what, terminal.Line(name), counts[name])
	}
}
