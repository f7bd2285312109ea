package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"time"

	"golang.org/x/term"

	"feedstation/internal/config"
	"feedstation/internal/network"
	"feedstation/internal/server"
	visible "feedstation/internal/terminal"
)

type statusCommand struct {
	JSON  bool `name:"json" help:"Print what /status of the admin listener has."`
	Watch bool `help:"Show it every two seconds, until it is interrupted."`
}

// watchEvery is how often it is shown.
const watchEvery = 2 * time.Second

// statusTimeout is how long an answer is waited for.
const statusTimeout = 5 * time.Second

// Run shows how the stations stand. The status is 0 where all are fresh, else 1.
func (c *statusCommand) Run(in *invocation) error {
	cfg, err := in.config()
	if err != nil {
		return err
	}
	ctx, stop := interruptible()
	defer stop()
	if !c.Watch {
		text, verdict, err := c.look(ctx, cfg)
		if err != nil {
			return err
		}
		if _, err := in.terminal.Stdout.Write(text); err != nil {
			return err
		}
		return ended(verdict)
	}
	return c.watch(ctx, in, cfg)
}

// ended is the end of the command: it has said what is wrong.
func ended(v server.Verdict) error {
	if v.IsFresh() {
		return nil
	}
	return errReported
}

// look asks for the status, and returns it as it is printed.
func (c *statusCommand) look(ctx context.Context, cfg *config.Config) ([]byte, server.Verdict, error) {
	ctx, stop := context.WithTimeout(ctx, statusTimeout)
	defer stop()
	text, err := fromAdmin(ctx, cfg, "/status")
	if err != nil {
		return nil, server.Verdict{}, fmt.Errorf("status: no answer of a process at %s: %w", cfg.Server.Admin, err)
	}
	var s server.Status
	if err := json.Unmarshal(text, &s); err != nil {
		return nil, server.Verdict{}, fmt.Errorf("status: the answer at %s is not that of feedstation: %w", cfg.Server.Admin, err)
	}
	if c.JSON {
		return text, s.Verdict, nil
	}
	var out bytes.Buffer
	printStatus(&out, cfg.Network, &s)
	return out.Bytes(), s.Verdict, nil
}

// watch shows the status again and again: on a terminal in the place of the one before,
// elsewhere below it. The last one that was seen decides how the command ends.
func (c *statusCommand) watch(ctx context.Context, in *invocation, cfg *config.Config) error {
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	redraw := in.stdout != nil && term.IsTerminal(int(in.stdout.Fd())) && !c.JSON
	for {
		text, verdict, err := c.look(ctx, cfg)
		if ctx.Err() == nil {
			if err != nil { // it may come back
				text = fmt.Appendf(nil, "%s  %v\n", time.Now().Format(time.TimeOnly), err)
			}
			if err := c.draw(in, text, redraw); err != nil {
				return err
			}
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return ended(verdict)
		}
	}
}

// What a terminal shows instead of what it did: the cursor goes to the corner, each line
// is cleared to its end, and what is below, too (ECMA-48: CUP, EL, ED). Lines that are too
// long do not wrap meanwhile (DECAWM).
const (
	toCorner  = "\x1b[?7l\x1b[H"
	clearLine = "\x1b[K"
	clearRest = "\x1b[J\x1b[?7h"
)

// draw shows a text, as much as fits where it is in the place of the one before. It goes
// past the writer that makes control characters visible: those of the text are already.
func (c *statusCommand) draw(in *invocation, text []byte, redraw bool) error {
	if !redraw {
		_, err := in.terminal.Stdout.Write(text)
		return err
	}
	var shown bytes.Buffer
	_, _ = visible.Writer(&shown).Write(text) // a buffer takes all
	height := len(text)
	if _, rows, err := term.GetSize(int(in.stdout.Fd())); err == nil {
		height = rows - 1
	}
	frame := []byte(toCorner)
	for n, line := range bytes.Split(bytes.TrimSuffix(shown.Bytes(), []byte("\n")), []byte("\n")) {
		if n == height {
			break
		}
		frame = append(append(frame, line...), clearLine+"\n"...)
	}
	_, err := in.stdout.Write(append(frame, clearRest...))
	return err
}

// printStatus prints the verdict, what is wrong, and the stations, the worst first.
func printStatus(out io.Writer, n *network.Network, s *server.Status) {
	fmt.Fprintf(out, "%s %s\n", s.Verdict.Level.Symbol(), s.Verdict.Text)
	for _, problem := range s.Problems {
		fmt.Fprintf(out, "  %s\n", problem)
	}
	if len(s.Unsent) > 0 {
		fmt.Fprintf(out, "  %d take-downs that other processes can't learn of yet\n", len(s.Unsent))
	}
	fmt.Fprintln(out)
	rows := [][]string{{"station", "state", "age", "as of", "newest article", "quarantined", "pending", "drift", "requests", ""}}
	const remedy = 9 // the column: on a screen that is too narrow, who asks can be missed
	if len(s.Stations) > 0 && s.Stations[0].WebSub != nil {
		rows[0] = append(rows[0], "hub subscribers")
	}
	if len(s.Stations) > 0 && s.Stations[0].Subscribers != nil {
		rows[0] = append(append(rows[0], "subscribers"), server.Crawlers()...)
	}
	for _, station := range s.WorstFirst() {
		rows = append(rows, stationRow(n, &station))
	}
	align(out, rows, func(i int) bool { return i >= 2 && i != remedy })
}

func stationRow(n *network.Network, s *server.StationStatus) []string {
	zone := time.UTC
	if station, ok := n.Station(s.ID); ok {
		zone = station.Zone
	}
	at := func(t *time.Time) string {
		if t == nil {
			return "–"
		}
		return t.In(zone).Format(time.DateTime)
	}
	number := func(n int64) string {
		if n == 0 {
			return "–"
		}
		return strconv.FormatInt(n, 10)
	}
	age, requests := "–", "–"
	if s.Age != nil {
		age = (time.Duration(*s.Age) * time.Second).String()
	}
	if s.Requests != nil {
		requests = strconv.FormatInt(*s.Requests, 10)
	}
	state := s.Level().Symbol() + " " + string(s.Standing)
	if s.Since != nil {
		state += " since " + at(s.Since)
	}
	row := []string{
		s.ID + " " + s.Name, state, age, at(s.AsOf), at(s.Newest), number(int64(s.LeftOut)), number(int64(s.Pending)), number(s.Drift), requests, s.Remedy(),
	}
	if s.WebSub != nil {
		row = append(row, strconv.Itoa(*s.WebSub))
	}
	if s.Subscribers == nil {
		return row
	}
	row = append(row, strconv.Itoa(*s.Subscribers))
	for _, crawler := range server.Crawlers() {
		last := "–"
		if fetched, ok := s.Crawlers[crawler]; ok {
			last = fetched.In(zone).Format("01-02 15:04")
		}
		row = append(row, last)
	}
	return row
}
