package agent

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"strings"
)

// List is the addresses that an operator publishes of a crawler.
type List struct{ prefixes []netip.Prefix }

// Has reports whether an address is in the list.
func (l List) Has(addr netip.Addr) bool {
	addr = addr.Unmap()
	for _, prefix := range l.prefixes {
		if prefix.Contains(addr) {
			return true
		}
	}
	return false
}

// Len returns how many ranges the list has.
func (l List) Len() int { return len(l.prefixes) }

// MaxListBytes is how much of a list is read: the largest has a thousand ranges.
const MaxListBytes = 4 << 20

// The broadest ranges that a list may have: nobody crawls from more of the internet.
const (
	broadest4 = 8
	broadest6 = 16
)

// ParseList reads a published list: JSON with ranges somewhere in it, as in
// {"prefixes": [{"ipv4Prefix": "192.0.2.0/27"}]}, or one on each line. One without ranges
// is refused: Google's former addresses answer so, and the last good list is to stay. So is
// one with a range that is too broad to be a crawler's.
func ParseList(data []byte) (List, error) {
	var l List
	var value any
	if err := json.Unmarshal(data, &value); err == nil {
		l.collect(value)
	} else {
		for line := range strings.Lines(string(data)) {
			line, _, _ = strings.Cut(line, "#")
			l.add(strings.TrimSpace(line))
		}
	}
	if len(l.prefixes) == 0 {
		return List{}, errors.New("no ranges of addresses")
	}
	for _, prefix := range l.prefixes {
		broadest := broadest6
		if prefix.Addr().Is4() {
			broadest = broadest4
		}
		if prefix.Bits() < broadest {
			return List{}, fmt.Errorf("%s is too broad for a crawler", prefix)
		}
	}
	return l, nil
}

// collect adds all texts of a value of JSON that are ranges.
func (l *List) collect(value any) {
	switch value := value.(type) {
	case string:
		l.add(value)
	case []any:
		for _, element := range value {
			l.collect(element)
		}
	case map[string]any:
		for _, member := range value {
			l.collect(member)
		}
	}
}

// add adds a range, or an address, which is one of its own; other texts are left out.
func (l *List) add(text string) {
	if prefix, err := netip.ParsePrefix(text); err == nil {
		l.prefixes = append(l.prefixes, prefix.Masked())
	} else if addr, err := netip.ParseAddr(text); err == nil && addr.Zone() == "" {
		l.prefixes = append(l.prefixes, netip.PrefixFrom(addr.Unmap(), addr.Unmap().BitLen()))
	}
}
