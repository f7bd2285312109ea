package config

import (
	"fmt"
	"regexp"
)

// IndexNow is how engines are told that take IndexNow.
type IndexNow struct {
	// Seed is what the keys of hosts are derived from; empty: only stations with a key of
	// their own are told of.
	Seed Secret `key:"seed"`
	// Endpoints are who is told.
	Endpoints []string `key:"endpoints" default:"https://api.indexnow.org/indexnow"`
	// Rate is how many requests a minute there are, of all processes, 1 to 600.
	Rate int `key:"rate" default:"30"`
}

func (n *IndexNow) validate(r *report) {
	r.token("push.indexnow.seed", n.Seed)
	for i, address := range n.Endpoints {
		r.endpoint(fmt.Sprintf("push.indexnow.endpoints[%d]", i), address)
	}
	between(r, "push.indexnow.rate", n.Rate, 1, 600)
}

// indexNowKey is a key as IndexNow allows it.
var indexNowKey = regexp.MustCompile(`^[a-zA-Z0-9-]{8,128}$`)

func (r *report) indexNowKey(path string, key Secret) {
	if text := key.Reveal(); text != "" && !indexNowKey.MatchString(text) {
		r.value(path, "want 8 to 128 letters, digits or hyphens")
	}
}
