package config

import (
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"

	"feedstation/internal/agent"
	"feedstation/internal/suggest"
)

// Statistics is what is counted of who asks.
type Statistics struct {
	// Days is for how many days it is kept, today among them, 0 (nothing is counted) to
	// 3,660.
	Days int `key:"days" default:"30"`
	// DNS has crawlers proved by the host names of their addresses, which the machine's
	// resolver is asked for.
	DNS bool `key:"dns" default:"true"`
	// Lists are the addresses of published lists of what crawlers have, by the name of a
	// crawler; an empty one is that which package agent knows.
	Lists map[string]string `key:"lists"`
}

func (s *Statistics) validate(r *report) {
	between(r, "statistics.days", s.Days, 0, 3660)
	var crawlers []string
	for _, name := range agent.Names() {
		if f, _ := agent.Named(name); f.Provable() || f.Kind == agent.Crawler {
			crawlers = append(crawlers, name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s.Lists)) {
		path := fmt.Sprintf("statistics.lists[%s]", quote(name))
		family, known := agent.Named(name)
		switch {
		case !known || !slices.Contains(crawlers, family.Name):
			text := ""
			if meant, ok := suggest.Nearest(name, crawlers); ok {
				text = fmt.Sprintf(" (did you mean %q?)", meant)
			}
			r.value(path, "no such crawler%s", text)
		case s.Lists[name] == "" && family.List == "":
			r.value(path, "no address of its list is known: want one")
		default:
			r.address(path, s.Lists[name])
		}
	}
}

// parsePrefix reads a range of addresses, or one address.
func parsePrefix(text string) (any, error) {
	if addr, err := netip.ParseAddr(text); err == nil && addr.Zone() == "" {
		return netip.PrefixFrom(addr.Unmap(), addr.Unmap().BitLen()), nil
	}
	prefix, err := netip.ParsePrefix(text)
	switch {
	case err != nil:
		return nil, fmt.Errorf("want an address or a range such as 10.0.0.0/8, got %s", quote(text))
	case prefix != prefix.Masked():
		return nil, fmt.Errorf("want a range such as %s, got %s", prefix.Masked(), quote(text))
	}
	return prefix, nil
}

// warnRobotNames warns of names that are hardly those of robots, of the network and of
// stations: a robot that is called otherwise is not kept out.
func (r *report) warnRobotNames(path string, names []string) {
	known := agent.Robots()
	for i, name := range names {
		if slices.ContainsFunc(known, func(robot string) bool { return strings.EqualFold(robot, name) }) {
			continue
		}
		if meant, ok := suggest.Nearest(name, known); ok {
			r.warn(fmt.Sprintf("%s[%d]", path, i), "no robot is known by the name %s (did you mean %q?)", quote(name), meant)
		}
	}
}
