package config

import (
	"cmp"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"feedstation/internal/address"
	"feedstation/internal/network"
	"feedstation/internal/suggest"
)

// rightsSection is what may be done with what is fetched. A station's keys go before the
// network's; a text in its place is the copyright line.
type rightsSection struct {
	Copyright *string         `key:"copyright" alone:"true"`
	Search    *network.Signal `key:"search"`
	AIInput   *network.Signal `key:"ai_input"`
	AITrain   *network.Signal `key:"ai_train"`
	License   *string         `key:"license"`
	Policy    *string         `key:"policy"`
	Disallow  []string        `key:"disallow"`
}

// signals are how a signal may be written; true and false are what YAML 1.1 has for yes
// and no.
var signals = map[string]network.Signal{"": "", "yes": network.Yes, "true": network.Yes, "no": network.No, "false": network.No}

func parseSignal(text string) (any, error) {
	if s, ok := signals[strings.ToLower(text)]; ok {
		return s, nil
	}
	meant, ok := suggest.Nearest(strings.ToLower(text), []string{"yes", "no", "true", "false"})
	switch strings.ToLower(text) {
	case "allow", "allowed", "grant", "granted", "on", "y", "1":
		meant, ok = "yes", true
	case "disallow", "deny", "denied", "forbid", "never", "none", "off", "n", "0", "reserved":
		meant, ok = "no", true
	}
	if ok {
		return nil, fmt.Errorf("want yes or no, got %s (did you mean %q?)", quote(text), signals[meant])
	}
	return nil, fmt.Errorf("want yes or no, got %s", quote(text))
}

// robotName is the name of a robot as robots.txt has it: that of RFC 9309 §2.2.1, but with
// digits and spaces, as 360Spider and Sogou web spider have.
var robotName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9 ._-]{0,63}$`)

// rights reports what can't be said of rights at a path.
func (r *report) rights(path string, s *rightsSection) {
	copyright := path + ".copyright"
	if _, ok := r.places[copyright]; !ok {
		copyright = path
	}
	r.line(copyright, valueOf(s.Copyright))
	r.termsAddress(path+".license", s.License)
	r.termsAddress(path+".policy", s.Policy)
	if s.AITrain != nil && *s.AITrain == network.Yes && valueOf(s.Policy) != "" {
		r.value(path+".policy", "says how to get what is reserved, and ai_train is granted: want either")
	}
	for i, name := range s.Disallow {
		at := fmt.Sprintf("%s.disallow[%d]", path, i)
		bare, _, version := strings.Cut(name, "/")
		switch {
		case name == "*":
			r.value(at, "want the name of a robot: robots: [\"Disallow: /\"] is for all")
		case version && robotName.MatchString(bare):
			r.value(at, "want the name of a robot without a version, got %s (did you mean %q?)", quote(name), bare)
		case !robotName.MatchString(name):
			r.value(at, "want the name of a robot such as GPTBot, got %s", quote(name))
		case slices.ContainsFunc(s.Disallow[:i], func(other string) bool { return strings.EqualFold(other, name) }):
			r.value(at, "%q is there twice", name)
		}
	}
	r.warnRobotNames(path+".disallow", s.Disallow)
}

// termsAddress reports what is no address that robots.txt and a header field can name.
func (r *report) termsAddress(path string, text *string) {
	if valueOf(text) == "" {
		return
	}
	r.address(path, *text)
	if _, err := address.Normal(*text); err != nil {
		r.value(path, "%w", err)
	}
	if u, err := url.Parse(*text); err == nil && strings.Contains(*text, "#") {
		u.Fragment = ""
		r.value(path, "want no fragment, which ends a line of robots.txt: %s (did you mean %q?)", quote(*text), u)
	}
}

// terms returns what programs may do with what a station has.
func (doc *document) terms(s *stationSection) network.Terms {
	own, all := &s.Rights, &doc.Network.Rights
	return network.Terms{
		Search: valueOf(cmp.Or(own.Search, all.Search)), AIInput: valueOf(cmp.Or(own.AIInput, all.AIInput)), AITrain: valueOf(cmp.Or(own.AITrain, all.AITrain)),
		License: termsAddress(cmp.Or(own.License, all.License)), Policy: termsAddress(cmp.Or(own.Policy, all.Policy)),
		Disallow: inherited(own.Disallow, all.Disallow),
	}
}

// termsAddress returns a valid address in ASCII.
func termsAddress(text *string) string {
	normal, err := address.Normal(valueOf(text))
	if err != nil {
		return "" // there is none
	}
	return normal
}

// valueOf returns what a key has; its zero value where it is absent.
func valueOf[T any](value *T) T {
	if value == nil {
		return *new(T)
	}
	return *value
}
