package network

import (
	"encoding/json"
	"slices"
	"strings"
)

// Signal is whether a use is granted; empty: nothing is said of it.
type Signal string

// The signals.
const (
	Yes Signal = "yes"
	No  Signal = "no"
)

// Terms are what programs may do with what they fetch. The zero Terms say nothing.
type Terms struct {
	Search  Signal // building a search index
	AIInput Signal // answering with it, as search engines with models do
	AITrain Signal // training models, which is text and data mining
	License string // absolute URL of an RSL 1.0 document; empty: none
	Policy  string // absolute URL of how rights are to be had that are reserved; empty: none
	// Disallow are the names of robots that may fetch nothing.
	Disallow []string
}

// Reservation returns the value of TDMRep's tdm-reservation: "1" where text and data
// mining is reserved, "0" where it is granted, "" where nothing is said. A policy says how
// to get what is reserved.
func (t Terms) Reservation() string {
	switch {
	case t.AITrain == Yes:
		return "0"
	case t.AITrain == No || t.Policy != "":
		return "1"
	}
	return ""
}

// ReservedPolicy returns the policy where text and data mining is reserved, else "".
func (t Terms) ReservedPolicy() string {
	if t.Reservation() == "1" {
		return t.Policy
	}
	return ""
}

// signals are the fields of Content-Signal (contentsignals.org), in the order in which
// they are written.
func (t Terms) signals() [3]Signal { return [...]Signal{t.Search, t.AIInput, t.AITrain} }

// contentSignal returns the line of robots.txt that has for all of some stations: of two
// that differ the reserved one, since a group holds for the whole host; "": there is none.
func contentSignal(stations []*Station) string {
	var fields []string
	for i, name := range [...]string{"search", "ai-input", "ai-train"} {
		all := stations[0].Terms.signals()[i]
		for _, s := range stations[1:] {
			switch other := s.Terms.signals()[i]; {
			case other == No:
				all = No
			case other != all && all != No:
				all = ""
			}
		}
		if all != "" {
			fields = append(fields, name+"="+string(all))
		}
	}
	if fields == nil {
		return ""
	}
	return "Content-Signal: " + strings.Join(fields, ", ")
}

// tdmRule is an element of tdmrep.json (TDM Reservation Protocol, 10 May 2024, §6).
type tdmRule struct {
	Location    string          `json:"location"`
	Reservation json.RawMessage `json:"tdm-reservation"` // a number
	Policy      string          `json:"tdm-policy,omitempty"`
}

// TDMRep returns the tdmrep.json of a station's host: what is said of the folder of each
// of its stations, the deepest first; nil where nothing is.
func (n *Network) TDMRep(s *Station) []byte {
	var rules []tdmRule
	for _, s := range n.neighbours(s) {
		if reservation := s.Terms.Reservation(); reservation != "" {
			rules = append(rules, tdmRule{s.folder + "/", json.RawMessage(reservation), s.Terms.ReservedPolicy()})
		}
	}
	if rules == nil {
		return nil
	}
	slices.SortStableFunc(rules, func(a, b tdmRule) int { return strings.Count(b.Location, "/") - strings.Count(a.Location, "/") })
	text, err := json.MarshalIndent(rules, "", "  ")
	if err != nil {
		panic(err) // it has no value that JSON lacks
	}
	return append(text, '\n')
}

// neighbours returns the stations on a station's host that publish.
func (n *Network) neighbours(s *Station) []*Station {
	host, _ := NormalizeHost(s.Host())
	if n.byHost[host] == nil {
		return []*Station{s}
	}
	return slices.DeleteFunc(slices.Clone(n.byHost[host].stations), func(s *Station) bool { return !s.Publishes() })
}

// bar keeps a robot out of a folder. It has a group of its own then: some robots obey no
// other (and a group of its own replaces that of all robots), so what held for it before
// is repeated there, but for what would let it in.
func (g *robotGroups) bar(agent, folder string) {
	lines, named := g.take(agent)
	if !named {
		lines, _ = g.linesOf("*")
	}
	bar := "Disallow: " + folder + "/"
	kept := []string{bar}
	for _, line := range lines {
		switch field, path := RobotsRule(line); {
		case field == "", line == bar:
		case field == "allow" && opens(path, folder+"/"):
		case field == "disallow" && path == "": // allows all
		default:
			kept = append(kept, line)
		}
	}
	*g.of(agent) = robotGroup{agents: []string{agent}, lines: kept, ruled: true}
}

// opens reports whether the pattern of a rule may fit a path that is in a folder.
func opens(pattern, folder string) bool {
	pattern, _, _ = strings.Cut(pattern, "*")
	return strings.HasPrefix(pattern, folder) || strings.HasPrefix(folder, pattern)
}

// linesOf returns the lines of all groups that name a robot, and whether one does.
func (g *robotGroups) linesOf(agent string) (lines []string, named bool) {
	for _, group := range g.all {
		if slices.ContainsFunc(group.agents, func(a string) bool { return strings.EqualFold(a, agent) }) {
			lines, named = append(lines, group.lines...), true
		}
	}
	return lines, named
}

// take is linesOf, and no group of several names the robot any more.
func (g *robotGroups) take(agent string) (lines []string, named bool) {
	lines, named = g.linesOf(agent)
	for _, group := range g.all {
		if len(group.agents) > 1 {
			group.agents = slices.DeleteFunc(slices.Clone(group.agents), func(a string) bool { return strings.EqualFold(a, agent) })
		}
	}
	return lines, named
}

// signal has all groups say what a line says, but for those in which the operator says it,
// and one of all robots.
func (g *robotGroups) signal(line string) {
	if line == "" {
		return
	}
	if _, ok := g.linesOf("*"); !ok {
		g.all = slices.Insert(g.all, 0, &robotGroup{agents: []string{"*"}})
	}
	for _, group := range g.all {
		said := slices.ContainsFunc(group.lines, func(line string) bool {
			name, _ := RobotsRule(line)
			return name == "content-signal"
		})
		if !said {
			group.lines = slices.Insert(slices.Clone(group.lines), 0, line)
		}
	}
}
