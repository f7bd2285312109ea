package network

import (
	"slices"
	"strings"
)

// MaxRobots is how much of a robots.txt crawlers have to read, in bytes (RFC 9309 §2.5).
const MaxRobots = 500 << 10

// Rules are the lines of robots.txt that an operator has for a station: rules for all
// robots, then groups of their own.
type Rules struct {
	Lines []string
	// Host says that their paths are those of the host, as they stand. Otherwise they are
	// within the station.
	Host bool
}

// Robots returns the robots.txt of a station's host: the addresses of the sitemaps of all
// its stations, which come first since crawlers need not read a long file to its end,
// then their licences and what the operator has for them. A group is there once, however
// many stations have it. It depends on the configuration alone.
//
// Nothing is allowed in so many words: of two rules of one length the one that allows
// wins (RFC 9309 §2.2.2).
func (n *Network) Robots(s *Station) string {
	stations := n.neighbours(s)
	var own, others []string // addresses of sitemaps
	var groups robotGroups
	shared := false
	for _, s := range stations {
		for _, path := range []string{IndexPath, BaiduPath} { // Baidu reads no index
			own = append(own, s.Address(path))
		}
		if s.Rules.Host && shared {
			continue
		}
		shared = shared || s.Rules.Host
		folder := s.folder
		if s.Rules.Host {
			folder = ""
		}
		others = append(others, groups.add(s.Rules.Lines, folder)...)
	}
	for _, s := range stations {
		for _, agent := range s.Terms.Disallow {
			groups.bar(agent, s.folder)
		}
	}
	groups.signal(contentSignal(stations))
	var head []string
	for _, address := range append(own, others...) {
		head = append(head, "Sitemap: "+address)
	}
	for _, s := range stations {
		if s.Terms.License != "" { // RSL 1.0: of no group
			head = append(head, "License: "+s.Terms.License)
		}
	}
	var text strings.Builder
	written := map[string]bool{}
	for _, line := range head {
		if !written[line] {
			text.WriteString(line + "\n")
		}
		written[line] = true
	}
	groups.write(&text)
	return text.String()
}

// robotGroup is what some robots may fetch (RFC 9309 §2.1).
type robotGroup struct {
	agents []string
	lines  []string
	ruled  bool // one of the lines allows or disallows
}

// robotGroups are those of a file, in order.
type robotGroups struct{ all []*robotGroup }

// of returns the group of some robots, named in any case.
func (g *robotGroups) of(agents ...string) *robotGroup {
	for _, group := range g.all {
		if slices.EqualFunc(group.agents, agents, strings.EqualFold) {
			return group
		}
	}
	group := &robotGroup{agents: agents}
	g.all = append(g.all, group)
	return group
}

// add adds lines, of which the first are for all robots, with their paths in a folder. It
// returns the addresses of sitemaps among them.
func (g *robotGroups) add(lines []string, folder string) (sitemaps []string) {
	agents, open := []string{"*"}, false // open: the next robot is of the same group
	var comments []string                // among its robots
	for _, line := range lines {
		field, value := RobotsRule(line)
		switch field {
		case "sitemap":
			sitemaps = append(sitemaps, value)
			continue
		case "user-agent":
			if !open {
				agents = nil
			}
			agents, open = append(slices.Clip(agents), value), true
			continue
		}
		if open && field == "" {
			comments = append(comments, line)
			continue
		}
		open = false
		group := g.of(agents...)
		group.lines, comments = append(group.lines, comments...), nil
		if field == "allow" || field == "disallow" {
			group.ruled = true
			line = inFolder(line, value, folder)
		}
		group.lines = append(group.lines, line)
	}
	group := g.of(agents...) // which may have no rule
	group.lines = append(group.lines, comments...)
	return sitemaps
}

// inFolder returns a rule whose path is within a folder.
func inFolder(line, path, folder string) string {
	switch {
	case folder == "" || path == "":
		return line
	case path[0] != '/':
		folder += "/"
	}
	name, _, _ := strings.Cut(line, ":")
	return name + ": " + folder + path
}

// write writes the groups. One without a rule allows all, and says so: the next one would
// be taken for more of its robots.
func (g *robotGroups) write(text *strings.Builder) {
	for _, group := range g.all {
		text.WriteString("\n")
		for _, agent := range group.agents {
			text.WriteString("User-agent: " + agent + "\n")
		}
		for _, line := range group.lines {
			text.WriteString(line + "\n")
		}
		if !group.ruled {
			text.WriteString("Disallow:\n")
		}
	}
}

// RobotsRule returns the name of a line of robots.txt in lower case, and its value
// without a comment; a comment has neither.
func RobotsRule(line string) (name, value string) {
	line, _, _ = strings.Cut(line, "#")
	name, value, _ = strings.Cut(line, ":")
	return strings.ToLower(strings.TrimSpace(name)), strings.TrimSpace(value)
}
