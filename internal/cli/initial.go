package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/dustin/go-humanize/english"

	"feedstation/internal/article"
	"feedstation/internal/config"
	"feedstation/internal/content"
	"feedstation/internal/ingest"
	"feedstation/internal/network"
	"feedstation/internal/press"
	"feedstation/internal/setup"
	"feedstation/internal/terminal"
)

// initial is a configuration that is being made.
type initial struct {
	in      *invocation
	command *initCommand
	ask     *asker   // nil: nobody is there
	environ []string // with the secrets
	found   setup.Survey
	config  setup.Config
}

// render returns the configuration and its text.
func (s *initial) render() (*config.Config, []byte, error) {
	var text bytes.Buffer
	if err := s.config.Write(&text); err != nil {
		return nil, nil, err
	}
	cfg, err := config.Parse(s.in.configFile, text.Bytes(), s.environ)
	return cfg, text.Bytes(), err
}

// unnamed is the station of articles that name none, until the address of their pages
// tells a better id.
const unnamed = "feedstation-init"

// survey looks at the articles for their stations and channels.
func (s *initial) survey(ctx context.Context) error {
	c := s.command
	s.config = setup.Config{
		Name: "feedstation", Language: "en", Timezone: "UTC", // until more is known
		Stations: []setup.Station{{ID: unnamed, Key: unnamed, Name: unnamed, URL: "https://www.news.example"}},
		Content:  setup.Content{Driver: config.SQLite, DSN: "var/content.db"},
	}
	switch c.From {
	case fromFile:
		return s.surveyFile()
	case fromDatabase:
		return s.surveyDatabase(ctx)
	}
	return s.surveySource(ctx)
}

func (s *initial) surveyFile() error {
	var faults []string
	for r, err := range s.in.recordsOf(s.command.File) {
		if err != nil {
			return err
		}
		a, err := article.Article{}, r.Err
		if err == nil {
			a, _, err = (article.Reader{}).Decode(r.Text)
		}
		switch {
		case err == nil:
			s.found.Add(&a)
		case len(faults) < previewed: // import names all
			faults = append(faults, fmt.Sprintf("%s: %v", r.Place, err))
		}
	}
	return s.take(s.command.File, faults)
}

func (s *initial) surveyDatabase(ctx context.Context) error {
	c := s.command
	s.config.Content = setup.Content{Driver: driverOf(c.DSN), DSN: c.DSN, Articles: c.Articles, ArticleChannels: c.ArticleChannels, Map: c.Field}
	dsn, err := config.Variable(s.environ, dsnVariable)
	if err != nil {
		return err
	}
	if dsn != "" {
		s.config.Content.Driver, s.config.Content.DSN = driverOf(dsn), ""
	}
	if err := s.withDatabase(ctx, s.surveyStations); err != nil {
		return err
	}
	return s.withDatabase(ctx, s.surveyChannels) // of stations that are known now
}

// withDatabase runs what is done with the newsroom's database as it is configured so far.
func (s *initial) withDatabase(ctx context.Context, run func(context.Context, *config.Config, *content.Store) error) error {
	cfg, _, err := s.render()
	if err != nil {
		return err
	}
	options, err := contentOptions(cfg)
	if err != nil {
		return err
	}
	store, err := content.OpenWith(ctx, options)
	if err != nil {
		return err
	}
	defer store.Close()
	return run(ctx, cfg, store)
}

func (s *initial) surveyStations(ctx context.Context, cfg *config.Config, store *content.Store) error {
	findings, err := store.Inspect(ctx)
	if err != nil {
		return err
	}
	for _, f := range findings {
		if f.Fatal {
			return fmt.Errorf("%s (--field NAME=COLUMN says what a column is called; `feedstation views --for SYSTEM` prints the views for a known system, docs/databases.md shows your own)", finding(f))
		}
	}
	bar := s.in.progress("articles", -1, false)
	survey, err := store.Survey(ctx, cfg.Network, func(a *article.Article) {
		bar.add(1)
		s.found.Add(a)
	})
	bar.finish()
	if err != nil {
		return err
	}
	return s.take(cfg.Content.SafeDSN(), survey.Faults)
}

// sampled is how many of a station's newest articles are looked at for channels.
const sampled = 1000

func (s *initial) surveyChannels(ctx context.Context, _ *config.Config, store *content.Store) error {
	return store.Look(ctx, func(ctx context.Context, snapshot *content.Snapshot) error {
		for i := range s.config.Stations {
			st := &s.config.Stations[i]
			newest, err := snapshot.Newest(ctx, []string{st.ID}, "", snapshot.Time(), sampled, sampled)
			if err != nil {
				return fmt.Errorf("station %s: %w", st.ID, err)
			}
			st.Channels = setup.Channels(newest)
		}
		return nil
	})
}

func driverOf(dsn string) string {
	if strings.Contains(dsn, "tcp(") || strings.Contains(dsn, "unix(") || strings.HasPrefix(dsn, "mysql://") {
		return config.MySQL
	}
	if info, err := os.Stat(dsn); err == nil && info.Mode().IsRegular() || !strings.ContainsAny(dsn, "@=") && !strings.Contains(dsn, "://") {
		return config.SQLiteReadOnly
	}
	return config.Postgres
}

// take takes over the stations that were found in what; faults are why articles were not.
func (s *initial) take(what string, faults []string) error {
	if s.found.Articles() == 0 {
		return errNothing(what, faults)
	}
	s.config.Stations = s.found.Stations()
	for i, st := range s.config.Stations {
		if st.Key == unnamed {
			named := setup.StationAt(st.URL)
			s.config.Stations[i].ID, s.config.Stations[i].Key, s.config.Stations[i].Name = named.ID, named.ID, named.Name
		}
	}
	if !s.config.Content.Database() {
		if err := s.onlyIDs(); err != nil {
			return err
		}
	}
	return s.command.addresses(s.config.Stations)
}

// onlyIDs leaves out channels whose names can't be ids: what is imported has no keys.
func (s *initial) onlyIDs() error {
	for i := range s.config.Stations {
		st := &s.config.Stations[i]
		if err := network.CheckID(st.Key); err != nil {
			return fmt.Errorf("a station of articles can't be an id: %w", err)
		}
		st.Channels = slices.DeleteFunc(st.Channels, func(c setup.Channel) bool {
			if err := network.CheckID(c.Key); err != nil {
				fmt.Fprintf(s.in.terminal.Stdout, "left out: a channel of %s that can't be an id (%d %s): %s\n",
					st.ID, c.Articles, english.PluralWord(c.Articles, "article", ""), terminal.Line(err.Error()))
				return true
			}
			return false
		})
	}
	return nil
}

func (s *initial) surveySource(ctx context.Context) error {
	c := s.command
	s.config.Content.Source = &setup.Source{
		ID: c.From, Kind: c.From, URL: c.URL, Dir: c.Dir, Station: unnamed, Collection: c.Collection, Link: c.Link, Username: c.Username, Fields: c.Field,
	}
	source, err := s.source(ctx)
	if err != nil {
		return err
	}
	trial, err := source.Try(ctx)
	if err != nil {
		return err
	}
	printCounts(s.in.terminal.Stdout, "left out", trial.LeftOut)
	for i := range trial.Articles {
		s.found.Add(&trial.Articles[i])
	}
	if s.found.Articles() == 0 {
		return errNothing(c.URL, nil) // the reasons are printed
	}
	station := s.found.Stations()[0]
	station = setup.StationAt(station.URL)
	station.Key, station.Articles = station.ID, s.found.Articles()
	var filed []setup.Channel
	for _, category := range trial.Categories {
		filed = append(filed, setup.Channel{Key: category.Key, Name: category.Name, Articles: category.Items})
	}
	station.Channels = setup.Named(filed)
	s.config.Stations = []setup.Station{station}
	s.config.Content.Source.Station, s.config.Content.Source.Channels = station.ID, station.Channels
	s.config.Content.Source.Sitemap = c.Sitemap // whose pages are the station's, which is known now
	return c.addresses(s.config.Stations)
}

// source returns the configured source, not to be followed.
func (s *initial) source(ctx context.Context) (*ingest.Source, error) {
	cfg, _, err := s.render()
	if err != nil {
		return nil, err
	}
	all, err := openSources(ctx, slog.New(slog.DiscardHandler), cfg, nil)
	if err != nil {
		return nil, err
	}
	return all.all[0], nil
}

// previewed is how many articles are shown.
const previewed = 3

// preview shows the newest articles as feeds will have them.
func (s *initial) preview(ctx context.Context, cfg *config.Config) error {
	if cfg.Content.Driver != config.SQLite {
		return s.withDatabase(ctx, s.show)
	}
	folder, err := os.MkdirTemp("", "feedstation-init-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(folder) }() // a temporary folder
	store, err := content.Open(ctx, filepath.Join(folder, "content.db"))
	if err != nil {
		return err
	}
	defer store.Close()
	if err := s.fill(ctx, cfg, store); err != nil {
		return err
	}
	return s.show(ctx, cfg, store)
}

// fill fills a store as the first run will.
func (s *initial) fill(ctx context.Context, cfg *config.Config, store *content.Store) error {
	if s.config.Content.Source == nil {
		intake := &ingest.Intake{Network: cfg.Network, Reader: cfg.Content.Reader(), Refused: func(ingest.Place, error) {}, LeftOut: func(ingest.Place, []article.Fault) {}}
		if err := intake.Put(ctx, store, s.in.recordsOf(s.command.File)); err != nil {
			return err
		}
		if intake.Count.Refused > 0 {
			fmt.Fprintf(s.in.terminal.Stdout, "  left out: %d invalid %s, which import names\n", intake.Count.Refused, english.PluralWord(intake.Count.Refused, "line", ""))
		}
		return nil
	}
	source, err := s.source(ctx)
	if err != nil {
		return err
	}
	trial, err := source.Try(ctx)
	if err != nil {
		return err
	}
	_, err = store.Put(ctx, sound(trial.Articles))
	return err
}

// show prints the newest articles of all stations.
func (s *initial) show(ctx context.Context, cfg *config.Config, store *content.Store) error {
	type shown struct {
		previewItem
		station *network.Station
	}
	var all []shown
	snapshot, err := store.Snapshot(ctx)
	if err != nil {
		return err
	}
	defer snapshot.Close()
	maker := press.New(cfg.Network, Options(cfg).Options, nil)
	for _, station := range cfg.Network.Stations {
		document, leftOut, err := maker.Preview(ctx, snapshot, station, previewed)
		if err != nil {
			return fmt.Errorf("station %s: %w", station.ID, err)
		}
		if leftOut != nil {
			fmt.Fprintf(s.in.terminal.Stdout, "  left out: %s\n", terminal.Line(leftOut.Error()))
		}
		var f struct{ Items []previewItem }
		if err := json.Unmarshal(document, &f); err != nil {
			return err
		}
		for _, item := range f.Items {
			all = append(all, shown{item, station})
		}
	}
	if len(all) == 0 {
		return errors.New("no article would be in a feed (withdrawn, embargoed or expired?)")
	}
	slices.SortStableFunc(all, func(a, b shown) int { return b.Published.Compare(a.Published) })
	fmt.Fprint(s.in.terminal.Stdout, "\nThe newest, as feeds will have them:\n")
	for _, item := range all[:min(len(all), previewed)] {
		item.print(s.in.terminal.Stdout, item.station)
	}
	return nil
}

// previewItem is an item of a JSON Feed.
type previewItem struct {
	URL         string    `json:"url"`
	Title       string    `json:"title"`
	Summary     string    `json:"summary"`
	HTML        string    `json:"content_html"`
	Image       string    `json:"image"`
	Published   time.Time `json:"date_published"`
	Authors     []struct{ Name string }
	Tags        []string
	Attachments []struct{ URL string }
}

// What is shown of a summary, in characters.
const previewSummary = 120

func (p *previewItem) print(out io.Writer, station *network.Station) {
	parts := []string{p.Published.In(station.Zone).Format("2006-01-02 15:04 MST"), station.Name}
	for _, a := range p.Authors {
		parts = append(parts, a.Name)
	}
	parts = append(parts, p.Tags...)
	fmt.Fprintf(out, "\n  %s\n    %s\n    %s\n", terminal.Line(p.Title), terminal.Line(p.URL), terminal.Line(strings.Join(parts, " · ")))
	if summary := []rune(p.Summary); len(summary) > previewSummary {
		p.Summary = string(summary[:previewSummary]) + "…"
	}
	if p.Summary != "" {
		fmt.Fprintf(out, "    %s\n", terminal.Line(p.Summary))
	}
	if p.HTML == "" {
		fmt.Fprintln(out, "    no text")
		return
	}
	fmt.Fprintf(out, "    %s of text", humanize.Bytes(uint64(len(p.HTML))))
	if n := strings.Count(p.HTML, "<img"); n > 0 {
		fmt.Fprintf(out, ", %d %s", n, english.PluralWord(n, "picture", ""))
	}
	fmt.Fprintln(out)
}
