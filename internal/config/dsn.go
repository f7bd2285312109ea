package config

import (
	"net/url"
	"regexp"
	"strings"

	"feedstation/internal/secret"
)

// scheme is what the address of a database begins with.
var scheme = regexp.MustCompile(`^[a-z]+$`)

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
	safe := safeDSN(dsn)
	if c.isFile() {
		return safe
	}
	return secret.New(secret.InDSN(dsn)...).Text(safe)
}

// isFile reports whether the store is a file of this machine.
func (c Content) isFile() bool { return c.Driver == SQLite || c.Driver == SQLiteReadOnly }

func safeDSN(dsn string) string {
	at := strings.LastIndexByte(dsn, '@')
	if end := strings.IndexAny(dsn, "?#"); end >= 0 {
		if end < at {
			return hidden
		}
		dsn = dsn[:end]
	}
	name, _, isURL := strings.Cut(dsn, "://")
	switch {
	case isURL && !scheme.MatchString(name): // host=… password=a://b
		return hidden
	case at >= 0 && isURL:
		return name + "://" + hidden + dsn[at:]
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
