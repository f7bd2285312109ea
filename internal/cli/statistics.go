package cli

import (
	"bufio"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"feedstation/internal/config"
	"feedstation/internal/network"
	"feedstation/internal/statistics"
	"feedstation/internal/store/disk"
	"feedstation/internal/terminal"
)

type statisticsCommand struct {
	JSON    bool     `help:"Print JSON."`
	Station string   `help:"Only this station, whose log it is where lines name no host." placeholder:"ID"`
	Days    int      `help:"For how many days, today among them; default 7, of a log all." placeholder:"N"`
	Logs    []string `arg:"" optional:"" name:"log" help:"Logs of a web server or a delivery network to count in instead, also compressed: the combined format, or JSON; - is standard input."`
}

// defaultDays are shown of what was counted.
const defaultDays = 7

// Run prints who asks: what the processes of this configuration have counted, or what is in
// logs.
func (c *statisticsCommand) Run(in *invocation) error {
	cfg, err := in.config()
	if err != nil {
		return err
	}
	stations := cfg.Network.Stations
	var station *network.Station
	if c.Station != "" {
		var ok bool
		if station, ok = cfg.Network.Renamed(c.Station); !ok {
			return &usageError{fmt.Errorf("feedstation: --station: no station %q", c.Station)}
		}
		stations = []*network.Station{station}
	}
	if c.Days < 0 {
		return &usageError{errors.New("feedstation: --days: want 1 or more")}
	}
	ctx, stop := interruptible()
	defer stop()
	var report statistics.Report
	if len(c.Logs) > 0 {
		report, err = c.ofLogs(ctx, in, cfg, station, stations)
	} else {
		report, err = c.ofProcesses(ctx, cfg, stations)
	}
	if err != nil {
		return fmt.Errorf("statistics: %w", err)
	}
	if c.JSON {
		encoder := json.NewEncoder(in.terminal.Stdout)
		encoder.SetIndent("", "  ")
		encoder.SetEscapeHTML(false)
		return encoder.Encode(report)
	}
	printReport(in.terminal.Stdout, cfg, report)
	return nil
}

func (c *statisticsCommand) ofProcesses(ctx context.Context, cfg *config.Config, stations []*network.Station) (report statistics.Report, err error) {
	if cfg.Statistics.Days == 0 {
		return report, errors.New("nothing is counted (statistics.days is 0)")
	}
	days := c.Days
	if days == 0 {
		days = defaultDays
	}
	names := statistics.Days(min(days, cfg.Statistics.Days), time.Now().In(cfg.Zone))
	var shared statistics.Sharer
	if cfg.Cache.Redis != nil {
		redis, err := openRedis(cfg)
		if err != nil {
			return report, err
		}
		defer redis.Close()
		shared = redis
	}
	counted, err := statistics.Read(ctx, statistics.NewFolder(cfg.Cache.Dir, disk.StatisticsName), shared, stations, names)
	if err != nil {
		return report, err
	}
	return statistics.NewReport(counted, stations, names), nil
}

func (c *statisticsCommand) ofLogs(ctx context.Context, in *invocation, cfg *config.Config, station *network.Station, stations []*network.Station) (report statistics.Report, err error) {
	o := statistics.LogOptions{Network: cfg.Network, Zone: cfg.Zone, Proxies: cfg.Server.Proxies, Station: station, Prover: prover(cfg)}
	if c.Days > 0 {
		year, month, day := time.Now().In(cfg.Zone).AddDate(0, 0, 1-c.Days).Date()
		o.Since = time.Date(year, month, day, 0, 0, 0, 0, cfg.Zone)
	}
	if err := o.Prover.ReadLists(ctx, &http.Client{}); err != nil {
		fmt.Fprintln(in.terminal.Stderr, "warning: "+terminal.Line(err.Error()))
	}
	reader := statistics.NewLog(o)
	for _, name := range c.Logs {
		if err := in.readLog(ctx, reader, name); err != nil {
			return report, fmt.Errorf("%s: %w", name, err)
		}
	}
	log := reader.Log()
	if log.Strange > 0 {
		fmt.Fprintf(in.terminal.Stderr, "warning: %d of %d lines can't be read, the first: %s\n", log.Strange, log.Lines, terminal.Line(log.First.Error()))
	}
	if log.Unknown > 0 {
		fmt.Fprintf(in.terminal.Stderr, "warning: %d requests are of no station; where lines name no host, --station says whose log it is\n", log.Unknown)
	}
	if len(log.Days) == 0 {
		return report, errors.New("no requests of stations")
	}
	return statistics.NewReport(log.Days, stations, slices.Sorted(maps.Keys(log.Days))), nil
}

// readLog counts what is in a log, which may be compressed.
func (in *invocation) readLog(ctx context.Context, reader *statistics.LogReader, name string) error {
	from, size := in.terminal.Stdin, int64(-1)
	if name != "-" {
		file, err := os.Open(name)
		if err != nil {
			return err
		}
		defer file.Close()
		if info, err := file.Stat(); err == nil && info.Mode().IsRegular() {
			size = info.Size()
		}
		from = file
	}
	p := in.progress("reading", size, true)
	defer p.finish()
	buffered := bufio.NewReader(io.TeeReader(from, p))
	if magic, err := buffered.Peek(2); err == nil && magic[0] == 0x1f && magic[1] == 0x8b {
		plain, err := gzip.NewReader(buffered)
		if err != nil {
			return err
		}
		return reader.Read(ctx, plain)
	}
	return reader.Read(ctx, buffered)
}

// Of each list this many are shown to people.
const (
	shownFeeds   = 10
	shownReaders = 5
	shownAgents  = 10
)

func printReport(out io.Writer, cfg *config.Config, report statistics.Report) {
	fmt.Fprintf(out, "%s to %s, %s\n", report.From, report.To, cfg.Zone)
	rows := [][]string{{"station", "", "subscribers", ""}}
	for _, s := range report.Stations {
		station, _ := cfg.Network.Station(s.Station)
		rows = append(rows, []string{s.Station, station.Name, strconv.Itoa(s.Subscribers), ""})
	}
	fmt.Fprintln(out)
	table(out, rows)
	for _, s := range report.Stations {
		printStation(out, cfg, s)
	}
}

func printStation(out io.Writer, cfg *config.Config, s statistics.StationReport) {
	if len(s.Agents) == 0 {
		return
	}
	fmt.Fprintf(out, "\n%s\n", s.Station)
	section := func(head []string, rows [][]string, shown int) {
		if len(rows) == 0 {
			return
		}
		more := len(rows) - shown
		rows = slices.Concat([][]string{head}, rows[:min(shown, len(rows))])
		for i := range rows {
			rows[i] = append([]string{""}, rows[i]...)
		}
		fmt.Fprintln(out)
		table(out, rows)
		if more > 0 {
			fmt.Fprintf(out, "  … and %d more\n", more)
		}
	}
	var feeds, agents, crawlers, disregarded [][]string
	for _, f := range s.Feeds {
		var readers []string
		for _, h := range f.Hosted[:min(len(f.Hosted), shownReaders)] {
			text := h.Reader + " " + strconv.Itoa(h.Subscribers)
			if h.Capped {
				text += " (capped)"
			}
			readers = append(readers, text)
		}
		if more := len(f.Hosted) - shownReaders; more > 0 {
			readers = append(readers, fmt.Sprintf("%d more", more))
		}
		feeds = append(feeds, []string{f.Path, strconv.Itoa(f.Subscribers), strconv.Itoa(f.Direct), strings.Join(readers, ", ")})
	}
	for _, a := range s.Agents {
		agents = append(agents, []string{a.Agent, strconv.FormatInt(a.Requests, 10), a.Kind + proof(a.Verified)})
	}
	for _, c := range s.Crawlers {
		crawlers = append(crawlers, []string{c.Agent, c.Last.In(cfg.Zone).Format(time.DateTime), strconv.FormatInt(c.Fetches, 10), c.Document + proof(c.Verdict)})
	}
	for _, d := range s.Disregarded {
		disregarded = append(disregarded, []string{d.Agent, strconv.FormatInt(d.Requests, 10), ""})
	}
	section([]string{"feed", "subscribers", "direct", "hosted"}, feeds, shownFeeds)
	section([]string{"agent", "requests", "kind"}, agents, shownAgents)
	section([]string{"crawler", "last fetch", "fetches", "document"}, crawlers, len(crawlers))
	section([]string{"disregards robots.txt", "requests", ""}, disregarded, len(disregarded))
}

// proof says whether an agent is whom it says it is, as far as anybody has found out.
func proof(v statistics.Verdict) string {
	return map[statistics.Verdict]string{statistics.Proved: ", proved", statistics.Forged: ", forged"}[v]
}
