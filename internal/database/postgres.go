package database

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

const (
	postgresForm = "want postgres://user:password@host:5432/database, or host=… user=… dbname=…"
	// escapeHint is what most URLs lack that can't be read.
	escapeHint = "in a password @ is written %40, : %3A, / %2F, ? %3F, # %23 and % %25"
)

// ParsePostgres reads an address of PostgreSQL, in either form of libpq. Verified: what is
// configured beside it says how connections are encrypted.
func ParsePostgres(dsn string, verified bool) (*pgxpool.Config, error) {
	config, err := pgxpool.ParseConfig(dsn)
	if err != nil || faultOfForm(dsn, "") != "" || misread(config.ConnConfig) {
		return nil, faultOfPostgres(dsn, err)
	}
	if _, twice := parameters(dsn)["sslmode"]; twice && verified {
		return nil, errors.New("sslmode: remove it: with content.tls_… the server is always verified")
	}
	return config, nil
}

// misread reports whether the driver has taken a piece of a password for a
// host: it cuts at the first @, where the password has one.
func misread(config *pgx.ConnConfig) bool {
	strange := func(host string) bool {
		return !strings.HasPrefix(host, "/") && strings.ContainsAny(host, "@:/?# ") && net.ParseIP(host) == nil
	}
	return strange(config.Host) ||
		slices.ContainsFunc(config.Fallbacks, func(f *pgconn.FallbackConfig) bool { return strange(f.Host) })
}

// faultOfPostgres returns what is wrong with an address that the driver could not
// read, or has read as another one. The driver's own words may repeat what is secret.
func faultOfPostgres(dsn string, err error) error {
	if fault := faultOfForm(dsn, postgresForm); fault != "" {
		return errors.New(fault)
	}
	rest, isURL := strings.CutPrefix(dsn, "postgres://")
	if !isURL {
		rest, isURL = strings.CutPrefix(dsn, "postgresql://")
	}
	if isURL {
		if fault := faultOfURL(rest); fault != "" {
			return errors.New(fault)
		}
	}
	for key, value := range parameters(dsn) {
		if want := postgresParameters[key]; want != nil {
			if text := want(value); text != "" {
				return fmt.Errorf("%s: want %s, got %q", key, text, value)
			}
		}
	}
	if fault, ok := errors.AsType[*pgconn.ParseConfigError](err); ok && strings.Contains(fault.Error(), "configure TLS") {
		return fmt.Errorf("TLS (sslrootcert, sslcert, sslkey): %w", fault.Unwrap())
	}
	return errors.New("not an address of PostgreSQL: " + postgresForm + "; " + escapeHint)
}

// faultOfURL returns what is wrong with user:password@host:port/database?parameters.
func faultOfURL(rest string) string {
	at := strings.LastIndexByte(rest, '@')
	user, password, _ := strings.Cut(rest[:max(at, 0)], ":")
	if isRaw(user) {
		return "the user has a character that has to be percent-encoded; " + escapeHint
	}
	if isRaw(password) {
		return "the password has a character that has to be percent-encoded; " + escapeHint
	}
	hosts := rest[at+1:]
	if end := strings.IndexAny(hosts, "/?#"); end >= 0 {
		hosts = hosts[:end]
	}
	for host := range strings.SplitSeq(hosts, ",") {
		if strings.HasPrefix(host, "[") && !strings.Contains(host, "]") {
			return "host: want ] behind the IPv6 address"
		}
		_, port, hasPort := strings.Cut(host[strings.LastIndexByte(host, ']')+1:], ":")
		if n, err := strconv.ParseUint(port, 10, 16); hasPort && (err != nil || n == 0) {
			if at < 0 {
				return "want @ between the password and the host"
			}
			return "port: want 1 to 65535"
		}
	}
	return ""
}

// isRaw reports whether a part of a URL has a character that can't be read in it, as
// libpq reads one.
func isRaw(text string) bool {
	_, err := url.PathUnescape(text)
	return err != nil || strings.ContainsAny(text, "@:/ ")
}

// keyword is a parameter of the form host=… user=….
var keyword = regexp.MustCompile(`(\w+)\s*=\s*('(?:[^'\\]|\\.)*'|[^\s']*)`)

// parameters returns those of an address of PostgreSQL, in either form.
func parameters(dsn string) map[string]string {
	found := map[string]string{}
	if _, rest, isURL := strings.Cut(dsn, "://"); isURL {
		if _, query, ok := strings.Cut(rest[strings.LastIndexByte(rest, '@')+1:], "?"); ok {
			values, _ := url.ParseQuery(query) // what can be read of it
			for key := range values {
				found[key] = values.Get(key)
			}
		}
		return found
	}
	for _, match := range keyword.FindAllStringSubmatch(dsn, -1) {
		found[match[1]] = strings.Trim(match[2], "'")
	}
	return found
}

// postgresParameters return what is wanted of a parameter instead of a value; empty:
// nothing else.
var postgresParameters = map[string]func(value string) string{
	"sslmode":                 oneOf("disable", "allow", "prefer", "require", "verify-ca", "verify-full"),
	"sslcertmode":             oneOf("disable", "allow", "require"),
	"channel_binding":         oneOf("disable", "prefer", "require"),
	"target_session_attrs":    oneOf("any", "read-write", "read-only", "primary", "standby", "prefer-standby"),
	"default_query_exec_mode": oneOf("cache_statement", "cache_describe", "describe_exec", "exec", "simple_protocol"),
	"port":                    ports,
	"connect_timeout":         number,
	"pool_max_conns":          number,
	"pool_min_conns":          number,
	"pool_max_conn_lifetime":  duration,
	"pool_max_conn_idle_time": duration,
}
