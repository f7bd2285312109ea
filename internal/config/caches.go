package config

import (
	"regexp"
)

// token is the name of a header field, or a method (RFC 9110 §5.6.2).
var token = regexp.MustCompile("^[!#$%&'*+.^_`|~0-9A-Za-z-]+$")

// Purger is a cache in front that is told what it may not have any more.
type Purger struct {
	// ID names it, for the operator.
	ID string `key:"id"`
	// Method is that of the requests.
	Method string `key:"method" default:"PURGE"`
	// URL is where they go.
	URL string `key:"url"`
	// Body is what they carry; empty: nothing.
	Body string `key:"body"`
	// Headers are fields of them; Token stands for {token} there.
	Headers map[string]Secret `key:"headers"`
	Token   Secret            `key:"token"`
	// Batch is how many addresses a request has at most, where Body has a list, 1 to 1,000.
	Batch int `key:"batch" default:"30"`
	// Stations are those in front of which it is; nil: all.
	Stations []string `key:"stations"`
}

func (p *Purger) validate(r *report, path string, ids map[string]string, stations map[string]bool) {
	r.id(path+".id", p.ID, ids)
	if !token.MatchString(p.Method) {
		r.value(path+".method", "want a method such as PURGE, got %s", quote(p.Method))
	}
	r.endpoint(path+".url", p.URL)
	r.headers(path+".headers", p.Headers)
	r.line(path+".token", p.Token.Reveal())
	between(r, path+".batch", p.Batch, 1, 1000)
	r.someStations(path+".stations", p.Stations, stations)
}
