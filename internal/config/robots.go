package config

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"feedstation/internal/network"
	"feedstation/internal/suggest"
)

// robotsRules are the names of rules that some crawler knows: those of RFC 9309, and
// those of engines beyond it.
var robotsRules = []string{
	"user-agent", "allow", "disallow", "sitemap", "crawl-delay", "clean-param", "content-signal", "content-usage", "host", "license",
	"noindex", "request-rate", "visit-time",
}

// robotsLine is a rule (RFC 9309 §2.2) or a comment.
var robotsLine = regexp.MustCompile(`^(#|[A-Za-z-]+[ \t]*:)`)

// robots reports lines of robots.txt that crawlers would skip, and an operator rely on.
func (r *report) robots(path string, lines []string) {
	for i, line := range lines {
		at := fmt.Sprintf("%s[%d]", path, i)
		if !robotsLine.MatchString(line) {
			r.value(at, "want a line of robots.txt such as \"Disallow: /print/\", got %s", quote(line))
			continue
		}
		r.line(at, line)
		if why := robotsFault(network.RobotsRule(line)); why != "" {
			r.value(at, "%s: %s", quote(line), why)
		}
	}
}

// robotsFault returns why a rule means nothing; "": it does, or it is a comment.
func robotsFault(name, value string) string {
	switch name {
	case "user-agent":
		if value == "" {
			return "want the name of a robot, or *"
		}
	case "allow", "disallow":
		if value == "" && name == "disallow" || strings.HasPrefix(value, "/") || strings.HasPrefix(value, "*") {
			return ""
		}
		return "want a path that begins with / (RFC 9309 §2.2.2)"
	case "sitemap":
		if u, err := url.Parse(value); err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" {
			return "want an absolute http(s) URL"
		}
	case "crawl-delay":
		if seconds, err := strconv.ParseFloat(value, 64); err != nil || !(seconds >= 0 && seconds <= 86400) {
			return "want a number of seconds"
		}
	case "":
	default:
		if slices.Contains(robotsRules, name) {
			return ""
		}
		text := "no crawler knows such a rule"
		if meant, ok := suggest.Nearest(name, robotsRules); ok {
			text += fmt.Sprintf(" (did you mean %q?)", meant)
		}
		return text
	}
	return ""
}

// validateRobots reports the lines of stations.
func (doc *document) validateRobots(r *report) {
	for i, s := range doc.Stations {
		r.robots(fmt.Sprintf("stations[%d].robots", i), s.Robots)
	}
}

// warnRobots warns of files that crawlers do not read to their end.
func (doc *document) warnRobots(r *report, n *network.Network) {
	warned := map[string]bool{}
	for _, s := range n.Stations {
		text := n.Robots(s)
		if len(text) <= network.MaxRobots || warned[text] {
			continue
		}
		warned[text] = true
		path := "server.robots"
		if !s.Rules.Host {
			path = fmt.Sprintf("stations[%d].robots", slices.IndexFunc(doc.Stations, func(of stationSection) bool { return of.ID == s.ID }))
		}
		r.warn(path, "the robots.txt of station %s has %d bytes: crawlers read the first %d (RFC 9309 §2.5)", s.ID, len(text), network.MaxRobots)
	}
}

// rules returns what a station's robots.txt has besides its sitemaps.
func (doc *document) rules(s *stationSection) network.Rules {
	switch {
	case len(s.Robots) > 0:
		return network.Rules{Lines: s.Robots}
	case s.Robots == nil && len(doc.Server.Robots) > 0:
		return network.Rules{Lines: doc.Server.Robots, Host: true}
	}
	return network.Rules{}
}
