package statistics

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"feedstation/internal/agent"
	"feedstation/internal/network"
)

// LogOptions say how a log is read.
type LogOptions struct {
	Network *network.Network
	Zone    *time.Location // of the days
	Proxies []netip.Prefix // whose X-Forwarded-For is believed, where the log has it
	Station *network.Station
	Prover  *Prover
	// Since leaves earlier requests out; zero: none.
	Since time.Time
}

// Log is what was counted in a log.
type Log struct {
	Days    map[string]map[string]*Station
	Lines   int // read
	Strange int // that can't be read
	Unknown int // requests of which nobody knows for which station
	First   error
}

// maxLine is how long a line may be, in bytes: servers cut what clients send before that.
const maxLine = 1 << 20

// LogReader counts the requests in logs.
type LogReader struct {
	LogOptions
	log   Log
	salts map[string]salt // by day
	rules map[*network.Station]*agent.Rules
}

// NewLog returns a reader of logs.
func NewLog(o LogOptions) *LogReader {
	return &LogReader{LogOptions: o, log: Log{Days: map[string]map[string]*Station{}}, salts: map[string]salt{}, rules: map[*network.Station]*agent.Rules{}}
}

// Log returns what was counted.
func (r *LogReader) Log() *Log { return &r.log }

// Read counts the requests in a log of a web server or a delivery network: lines in the
// combined format, perhaps with a host before them, or JSON. They are counted by the same
// rules as those of a [Recorder]. Where lines name no host they are of the station that the
// options name, of the only one, or of that in the path.
func (r *LogReader) Read(ctx context.Context, from io.Reader) error {
	lines := bufio.NewScanner(from)
	lines.Buffer(make([]byte, 0, 1<<16), maxLine)
	for number := 1; lines.Scan(); number++ {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		line := strings.TrimSpace(lines.Text())
		if line == "" || line[0] == '#' {
			continue
		}
		r.log.Lines++
		e, err := parseLine(line)
		if err == nil {
			r.add(ctx, e)
			continue
		}
		r.log.Strange++
		if r.log.First == nil {
			r.log.First = fmt.Errorf("line %d: %w", number, err)
		}
	}
	return lines.Err()
}

// add counts a request.
func (r *LogReader) add(ctx context.Context, e logEntry) {
	if e.at.Before(r.Since) {
		return
	}
	path, _, _ := strings.Cut(e.uri, "?")
	target, ok := r.resolve(e.host, path)
	if !ok {
		r.log.Unknown++
		return
	}
	a := agent.Parse(e.userAgent)
	client := e.client
	if e.forwarded != "" && trusted(client, r.Proxies) {
		client = Client(&http.Request{RemoteAddr: netip.AddrPortFrom(client, 1).String(), Header: http.Header{"X-Forwarded-For": {e.forwarded}}}, r.Proxies)
	}
	day := e.at.In(r.Zone).Format(time.DateOnly)
	q := request{
		at: e.at.UTC().Truncate(time.Second), kind: target.Kind(), path: target.Path, agent: a, verdict: Unchecked,
		answered: hasDocument(e.method, e.status),
	}
	if !target.Shared && a.Robots != nil {
		q.disregards = !r.rulesOf(target.Station).Allows(a.Robots, e.uri)
	}
	switch {
	case a.Kind == agent.Reader:
		if _, ok := r.salts[day]; !ok {
			r.salts[day] = newSalt(randomSecret())
		}
		q.salt, q.client = r.salts[day].name, r.salts[day].hash(client, a.Name)
	case a.Provable():
		q.verdict = r.Prover.Verdict(ctx, a.Family, client)
	}
	stations := inner(&r.log.Days, day)
	if stations[target.Station.ID] == nil {
		stations[target.Station.ID] = new(Station)
	}
	stations[target.Station.ID].add(q)
}

func (r *LogReader) rulesOf(s *network.Station) *agent.Rules {
	if r.rules[s] == nil {
		r.rules[s] = agent.ParseRobots(r.Network.Robots(s))
	}
	return r.rules[s]
}

// resolve returns what a request was for.
func (r *LogReader) resolve(host, path string) (network.Target, bool) {
	if host != "" {
		target, err := r.Network.Resolve(host, path)
		return target, err == nil && target.Station != nil
	}
	only := r.Station
	if only == nil && len(r.Network.Stations) == 1 {
		only = r.Network.Stations[0]
	}
	if only != nil {
		if u, err := url.Parse(only.URL); err == nil {
			target, err := r.Network.Resolve(u.Host, path)
			if err == nil && target.Station != nil {
				return target, true
			}
		}
	}
	id, rest, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	s, ok := r.Network.Station(id)
	return network.Target{Station: s, Base: "/" + id, Path: "/" + rest, Shared: true}, ok
}
