package statistics

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"
)

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
