package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"

	"feedstation/internal/edition"
	"feedstation/internal/network"
	"feedstation/internal/push"
	"feedstation/internal/server"
)

type pushCommand struct {
	Status pushStatusCommand `cmd:"" help:"Show who is told of what changed, what waits, and why."`
	Now    pushNowCommand    `cmd:"" help:"Tell all of an article or a document at once, also those that are paused."`
}

type pushStatusCommand struct {
	JSON bool `name:"json" help:"Print it as JSON."`
}

// Run shows what the process that serves tells others. The status is 0 where nobody is
// paused or broken, else 1.
func (c *pushStatusCommand) Run(in *invocation) error {
	cfg, err := in.config()
	if err != nil {
		return err
	}
	ctx, stop := context.WithTimeout(context.Background(), statusTimeout)
	defer stop()
	text, err := fromAdmin(ctx, cfg, "/status")
	if err != nil {
		return fmt.Errorf("push status: no answer of a process at %s: %w", cfg.Server.Admin, err)
	}
	var s server.Status
	if err := json.Unmarshal(text, &s); err != nil {
		return fmt.Errorf("push status: the answer at %s is not that of feedstation: %w", cfg.Server.Admin, err)
	}
	type standing struct {
		Station string `json:"station"`
		server.PushStatus
	}
	all := []standing{}
	wrong := false
	for _, station := range s.Stations {
		for _, p := range station.Push {
			all = append(all, standing{station.ID, p})
			wrong = wrong || p.State != "ok"
		}
	}
	if c.JSON {
		encoder := json.NewEncoder(in.terminal.Stdout)
		encoder.SetIndent("", "  ")
		err = encoder.Encode(all)
	} else {
		rows := [][]string{{"station", "destination", "pending", "oldest", "told", "last told", "state", ""}}
		for _, p := range all {
			rows = append(rows, pushRow(cfg.Network, p.Station, &p.PushStatus))
		}
		err = printPush(in.terminal.Stdout, rows)
	}
	if err == nil && wrong {
		return errReported
	}
	return err
}

func printPush(out io.Writer, rows [][]string) error {
	if len(rows) == 1 {
		_, err := fmt.Fprintln(out, "Nobody is told of changes: push is not configured.")
		return err
	}
	var text bytes.Buffer
	align(&text, rows, func(i int) bool { return i == 2 || i == 4 })
	_, err := out.Write(text.Bytes())
	return err
}

func pushRow(n *network.Network, id string, p *server.PushStatus) []string {
	zone := time.UTC
	if station, ok := n.Station(id); ok {
		zone = station.Zone
	}
	at := func(t *time.Time) string {
		if t == nil {
			return "–"
		}
		return t.In(zone).Format(time.DateTime)
	}
	state := p.State
	if p.Paused != nil {
		state += " until " + at(p.Paused)
	}
	return []string{id, p.Destination, strconv.Itoa(p.Pending), at(p.Oldest), strconv.FormatInt(p.Told, 10), at(p.Last), state, p.Why}
}

type pushNowCommand struct {
	Station string `help:"The station." required:"" placeholder:"ID"`
	URL     string `name:"url" help:"The address of an article or of a document of the station." required:"" placeholder:"URL"`
}

// Run asks the process that serves to tell others.
func (c *pushNowCommand) Run(in *invocation) error {
	cfg, err := in.config()
	if err != nil {
		return err
	}
	body, err := json.Marshal(server.PushWish{Station: c.Station, URL: c.URL})
	if err != nil {
		return err
	}
	ctx, stop := context.WithTimeout(context.Background(), statusTimeout)
	defer stop()
	text, err := askAdmin(ctx, cfg, "POST", server.PushPath, body)
	if refused, ok := errors.AsType[*statusError](err); ok && refused.code == 400 {
		return &usageError{fmt.Errorf("feedstation: %s", refused.text)}
	}
	if err != nil {
		return fmt.Errorf("push now: process at %s: %w", cfg.Server.Admin, err)
	}
	_, err = in.terminal.Stdout.Write(text)
	return err
}

// pushing is what the admin listener knows of an outbox; it implements server.Push.
type pushing struct {
	*push.Outbox
	served func(station string) (*edition.Edition, bool)
}

// Attempts implements server.Push.
func (p pushing) Attempts() map[string]map[string]int64 { return p.Outbox.Attempts() }

// Standings implements server.Push.
func (p pushing) Standings(station string) (all []server.PushStatus) {
	for _, s := range p.Outbox.Standings(station) {
		one := server.PushStatus{
			Destination: s.Destination, State: "ok", Pending: s.Pending, Told: s.Told, Why: s.Why,
			Oldest: momentOf(s.Oldest), Last: momentOf(s.LastTold), Paused: momentOf(s.Paused),
		}
		switch {
		case s.Broken:
			one.State, one.Paused = "broken", nil
		case !s.Paused.IsZero():
			one.State = "paused"
		}
		all = append(all, one)
	}
	return all
}

// Now implements server.Push.
func (p pushing) Now(ctx context.Context, station, address string) (int, error) {
	e, ok := p.served(station)
	if !ok {
		return 0, fmt.Errorf("there is no edition of a station %q", station)
	}
	return p.Outbox.Now(ctx, e, address)
}

func momentOf(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}
