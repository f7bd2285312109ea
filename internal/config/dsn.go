package config

import (
	"net/url"
	"regexp"
	"strings"
)

// server is what follows user and password in a DSN of MySQL.
var server = regexp.MustCompile(`^@[a-z0-9]+\([^()@]*\)/[^/@]*$`)

// SafeDSN returns what may be shown of the DSN in logs and errors: a path as it
// is, of an address what follows its user and password. Parameters are never
// shown, nor anything that is not understood.
//
// It rather shows too little. Passwords are found in DSNs with all their @, /
// and ? unescaped, so an @ behind a ? hides everything.
func (c Content) SafeDSN() string {
	dsn := c.DSN.Reveal()
	at := strings.LastIndexByte(dsn, '@')
	if end := strings.IndexAny(dsn, "?#"); end >= 0 {
		if end < at {
			return hidden
		}
		dsn = dsn[:end]
	}
	scheme, _, isURL := strings.Cut(dsn, "://")
	switch {
	case at >= 0 && isURL:
		return scheme + "://" + hidden + dsn[at:]
	case at >= 0 && server.MatchString(dsn[at:]):
		return hidden + dsn[at:]
	case at >= 0:
		return hidden
	case isURL:
		if _, err := url.Parse(dsn); err != nil { // user:password without the rest
			return hidden
		}
	case strings.ContainsAny(dsn, "=:"): // host=… password=…
		return hidden
	}
	return dsn
}
