package agent

import (
	"slices"
	"strings"
)

// Rules are the groups of a robots.txt (RFC 9309).
type Rules struct {
	groups []group
}

type group struct {
	agents []string // in lower case
	rules  []rule
}

// rule is an Allow or a Disallow.
type rule struct {
	allow   bool
	pattern string
}

// ParseRobots reads a robots.txt. What it does not know it leaves out.
func ParseRobots(text string) *Rules {
	r := &Rules{}
	naming := false // the line before named a robot
	for line := range strings.Lines(text) {
		line, _, _ = strings.Cut(line, "#")
		name, value, found := strings.Cut(line, ":")
		if !found {
			continue
		}
		value = strings.TrimSpace(value)
		switch strings.ToLower(strings.TrimSpace(name)) {
		case "user-agent":
			if !naming {
				r.groups = append(r.groups, group{})
			}
			g := &r.groups[len(r.groups)-1]
			g.agents, naming = append(g.agents, strings.ToLower(value)), true
		case "allow":
			r.add(rule{true, value})
			naming = false
		case "disallow":
			r.add(rule{false, value})
			naming = false
		}
	}
	return r
}

func (r *Rules) add(rule rule) {
	if len(r.groups) == 0 || rule.pattern == "" {
		return
	}
	g := &r.groups[len(r.groups)-1]
	g.rules = append(g.rules, rule)
}

// Allows reports whether a robot that looks for these names, the first that has a group,
// may fetch an escaped path with its query. Without a group of its own that of all holds.
// Of the rules that fit the longest counts, of two the one that allows (RFC 9309 §2.2.2).
func (r *Rules) Allows(names []string, path string) bool {
	if path == "/robots.txt" {
		return true
	}
	for _, name := range slices.Concat(names, []string{"*"}) {
		rules, found := r.of(strings.ToLower(name))
		if !found {
			continue
		}
		longest, allowed := -1, true
		for _, rule := range rules {
			if (len(rule.pattern) > longest || len(rule.pattern) == longest && rule.allow) && fits(rule.pattern, path) {
				longest, allowed = len(rule.pattern), rule.allow
			}
		}
		return allowed
	}
	return true
}

// of returns the rules of all groups of a robot, and whether there is one.
func (r *Rules) of(name string) (rules []rule, found bool) {
	for _, g := range r.groups {
		if slices.Contains(g.agents, name) {
			rules, found = append(rules, g.rules...), true
		}
	}
	return rules, found
}

// fits reports whether a pattern fits the beginning of a path: * is any characters, $ at the
// end the path's end. It takes time in proportion to both lengths multiplied at most.
func fits(pattern, path string) bool {
	whole := strings.HasSuffix(pattern, "$")
	parts := strings.Split(strings.TrimSuffix(pattern, "$"), "*")
	rest, ok := strings.CutPrefix(path, parts[0])
	if !ok {
		return false
	}
	if len(parts) == 1 {
		return !whole || rest == ""
	}
	for _, part := range parts[1 : len(parts)-1] {
		_, after, found := strings.Cut(rest, part)
		if !found {
			return false
		}
		rest = after
	}
	last := parts[len(parts)-1]
	if whole {
		return strings.HasSuffix(rest, last)
	}
	return strings.Contains(rest, last)
}
