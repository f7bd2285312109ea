package statistics

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
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

// logEntry is a line of a log.
type logEntry struct {
	at                  time.Time
	host, method, uri   string // the host may be empty
	status              int
	userAgent           string
	client              netip.Addr
	forwarded           string // X-Forwarded-For
	hasStatus, hasAgent bool
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
		answered: e.method == http.MethodGet && (e.status == http.StatusOK || e.status == http.StatusNotModified),
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

// parseLine reads a line of a log.
func parseLine(line string) (e logEntry, err error) {
	if object := strings.IndexByte(line, '{'); object > 0 && line[0] == '<' { // syslog goes before
		line = line[object:]
	}
	if line[0] == '{' {
		e, err = parseJSON(line)
	} else {
		e, err = parseCombined(line)
	}
	if err != nil {
		return e, err
	}
	if scheme := strings.Index(e.uri, "://"); scheme >= 0 && !strings.HasPrefix(e.uri, "/") {
		u, err := url.Parse(e.uri)
		if err != nil {
			return e, fmt.Errorf("no address: %q", e.uri)
		}
		e.host, e.uri = cmp.Or(e.host, u.Host), u.RequestURI()
	}
	if !strings.Contains(e.userAgent, " ") { // as Akamai writes it
		if plain, err := url.PathUnescape(e.userAgent); err == nil {
			e.userAgent = plain
		}
	}
	switch {
	case e.at.IsZero():
		return e, errors.New("no time")
	case !strings.HasPrefix(e.uri, "/"):
		return e, fmt.Errorf("no path: %.80q", e.uri)
	case !e.hasStatus:
		return e, errors.New("no status")
	case !e.hasAgent:
		return e, errors.New("no User-Agent: want the combined format, or JSON")
	}
	return e, nil
}

// combinedTime is how servers write the time in the combined format.
const combinedTime = "02/Jan/2006:15:04:05 -0700"

// parseCombined reads a line of the combined format of Apache and nginx, perhaps with a
// host before the address, and with X-Forwarded-For in quotes at its end.
func parseCombined(line string) (e logEntry, err error) {
	head, rest, ok := strings.Cut(line, " [")
	stamp, rest, closed := strings.Cut(rest, "] ")
	if !ok || !closed {
		return e, errors.New("neither the combined format nor JSON")
	}
	fields := strings.Fields(head)
	if len(fields) >= 4 { // a host with a port goes before
		e.host, fields = fields[0], fields[1:]
	}
	if len(fields) > 0 {
		e.client, _ = parseHop(fields[0])
	}
	if e.at, err = time.Parse(combinedTime, stamp); err != nil {
		return e, fmt.Errorf("no time: %.80q", stamp)
	}
	request, rest, ok := quoted(rest)
	if !ok {
		return e, errors.New("no request")
	}
	if parts := strings.Fields(request); len(parts) >= 2 {
		e.method, e.uri = parts[0], parts[1]
	}
	numbers, rest, _ := strings.Cut(strings.TrimLeft(rest, " "), ` "`)
	if status, _, _ := strings.Cut(numbers, " "); status != "" {
		e.status, err = strconv.Atoi(status)
		e.hasStatus = err == nil
	}
	_, rest, ok = quoted(`"` + rest) // who referred
	if ok {
		e.userAgent, rest, e.hasAgent = quoted(rest)
	}
	if e.forwarded, _, ok = quoted(rest); !ok || e.forwarded == "-" {
		e.forwarded = ""
	}
	return e, nil
}

// quoted cuts a text in quotes off, in which \ escapes.
func quoted(text string) (inside, rest string, ok bool) {
	text = strings.TrimLeft(text, " ")
	if text == "" || text[0] != '"' {
		return "", text, false
	}
	for i := 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			inside, err := strconv.Unquote(text[:i+1])
			if err != nil {
				inside = text[1:i]
			}
			return inside, text[i+1:], true
		}
	}
	return "", text, false
}

// The names under which delivery networks and servers have what is needed: Cloudflare's
// Logpush, Fastly's and Akamai's usual ones, nginx's variables and Caddy's.
var (
	jsonTimes   = []string{"EdgeStartTimestamp", "timestamp", "time", "time_iso8601", "@timestamp", "start_time", "ts", "msec", "reqTimeSec", "time_local", "datetime"}
	jsonHosts   = []string{"ClientRequestHost", "host", "http_host", "request_host", "reqHost", "vhost", "server_name"}
	jsonMethods = []string{"ClientRequestMethod", "request_method", "method", "reqMethod"}
	jsonURIs    = []string{"ClientRequestURI", "ClientRequestPath", "request_uri", "uri", "url", "path", "reqPath"}
	jsonStatus  = []string{"EdgeResponseStatus", "status", "response_status", "status_code", "statusCode"}
	jsonAgents  = []string{"ClientRequestUserAgent", "http_user_agent", "request_user_agent", "user_agent", "userAgent", "UA", "agent"}
	jsonClients = []string{"ClientIP", "client_ip", "remote_addr", "clientip", "cliIP", "remote_ip", "ip"}
	jsonForward = []string{"http_x_forwarded_for", "x_forwarded_for", "xForwardedFor"}
)

// parseJSON reads a line of JSON. Caddy has the request in an object of its own.
func parseJSON(line string) (e logEntry, err error) {
	var fields map[string]any
	decoder := json.NewDecoder(strings.NewReader(line))
	decoder.UseNumber()
	if err := decoder.Decode(&fields); err != nil {
		return e, fmt.Errorf("broken JSON: %w", err)
	}
	within, _ := fields["request"].(map[string]any)
	headers, _ := within["headers"].(map[string]any)
	find := func(names ...string) (string, bool) {
		for _, object := range []map[string]any{fields, within} {
			for _, name := range names {
				if text, ok := plain(object[name]); ok {
					return text, true
				}
			}
		}
		return "", false
	}
	when, _ := find(jsonTimes...)
	e.at = parseTime(when)
	e.host, _ = find(jsonHosts...)
	e.method, _ = find(jsonMethods...)
	e.uri, _ = find(jsonURIs...)
	if whole, ok := plain(fields["request"]); ok { // "GET /rss.xml HTTP/1.1"
		if parts := strings.Fields(whole); len(parts) >= 2 {
			e.method, e.uri = parts[0], parts[1]
		}
	}
	e.method = cmp.Or(e.method, http.MethodGet)
	status, _ := find(jsonStatus...)
	e.status, err = strconv.Atoi(status)
	e.hasStatus = err == nil
	if e.userAgent, e.hasAgent = find(jsonAgents...); !e.hasAgent {
		e.userAgent, e.hasAgent = plain(headers["User-Agent"])
	}
	client, _ := find(jsonClients...)
	e.client, _ = parseHop(client)
	if e.forwarded, _ = find(jsonForward...); e.forwarded == "" {
		e.forwarded, _ = plain(headers["X-Forwarded-For"])
	}
	return e, nil
}

// plain returns a text or a number, or the first of a list.
func plain(value any) (string, bool) {
	switch value := value.(type) {
	case string:
		return value, true
	case json.Number:
		return value.String(), true
	case []any:
		if len(value) > 0 {
			return plain(value[0])
		}
	}
	return "", false
}

// parseTime reads a time, or a number of seconds, milli- or nanoseconds since 1970; zero: it
// is none.
func parseTime(text string) time.Time {
	for _, layout := range []string{time.RFC3339, combinedTime, "2006-01-02T15:04:05-0700", time.DateTime} {
		if at, err := time.Parse(layout, text); err == nil {
			return at
		}
	}
	seconds, err := strconv.ParseFloat(text, 64)
	if err != nil || seconds <= 0 || math.IsInf(seconds, 0) {
		return time.Time{}
	}
	for seconds > 1e11 { // in the year 5138
		seconds /= 1000
	}
	return time.UnixMilli(int64(seconds * 1000))
}
