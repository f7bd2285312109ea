package content

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

const (
	postgresForm = "want postgres://user:password@host:5432/database, or host=… user=… dbname=…"
	mysqlForm    = "want user:password@tcp(host:3306)/database"
	// escapeHint is what most URLs lack that can't be read.
	escapeHint = "in a password @ is written %40, : %3A, / %2F, ? %3F, # %23 and % %25"
)

// quoted is an address as a secret's file should not have it.
var quoted = regexp.MustCompile(`^(?s:".*"|'.*')$`)

// faultOfForm returns what is wrong with an address as a whole; empty: nothing.
func faultOfForm(dsn, want string) string {
	trimmed := strings.TrimSpace(dsn)
	scheme, _, isURL := strings.Cut(trimmed, "://")
	switch {
	case trimmed != dsn:
		return "begins or ends with a space or a line break: remove it"
	case quoted.MatchString(dsn):
		return "is in quotes: remove them"
	case strings.HasPrefix(scheme, "jdbc:"):
		return "is an address of JDBC; " + want
	case isURL && strings.ContainsRune(scheme, '+'):
		return "has a driver of another program in its scheme; " + want
	}
	return ""
}

// faultOfPostgres returns what is wrong with an address that the driver could not
// read, or has read as another one. The driver's own words may repeat what is secret.
func faultOfPostgres(dsn string, err error) error {
	if fault := faultOfForm(dsn, postgresForm); fault != "" {
		return errors.New("dsn: " + fault)
	}
	rest, isURL := strings.CutPrefix(dsn, "postgres://")
	if !isURL {
		rest, isURL = strings.CutPrefix(dsn, "postgresql://")
	}
	if isURL {
		if fault := faultOfURL(rest); fault != "" {
			return errors.New("dsn: " + fault)
		}
	}
	for key, value := range parameters(dsn) {
		if want := postgresParameters[key]; want != nil {
			if text := want(value); text != "" {
				return fmt.Errorf("dsn: %s: want %s, got %q", key, text, value)
			}
		}
	}
	if fault, ok := errors.AsType[*pgconn.ParseConfigError](err); ok && strings.Contains(fault.Error(), "configure TLS") {
		return fmt.Errorf("dsn: TLS (sslrootcert, sslcert, sslkey): %w", fault.Unwrap())
	}
	return errors.New("dsn: not an address of PostgreSQL: " + postgresForm + "; " + escapeHint)
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

func oneOf(values ...string) func(string) string {
	return func(value string) string {
		if slices.Contains(values, value) {
			return ""
		}
		last := len(values) - 1
		return strings.Join(values[:last], ", ") + " or " + values[last]
	}
}

func number(value string) string {
	if _, err := strconv.ParseUint(value, 10, 31); err != nil {
		return "a whole number"
	}
	return ""
}

func ports(value string) string {
	for port := range strings.SplitSeq(value, ",") {
		if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
			return "1 to 65535"
		}
	}
	return ""
}

func duration(value string) string {
	if _, err := time.ParseDuration(value); err != nil {
		return "a duration such as 30s"
	}
	return ""
}

// server is what follows the last @ in an address of MySQL.
var server = regexp.MustCompile(`^(?:[a-z]+(?:\([^()]*\))?)?/`)

// faultOfMySQL is faultOfPostgres for MySQL, whose driver takes the password as it is.
func faultOfMySQL(dsn string) error {
	if fault := faultOfForm(dsn, mysqlForm); fault != "" {
		return errors.New("dsn: " + fault)
	}
	if strings.Contains(dsn, "://") && !strings.Contains(dsn, "@tcp(") && !strings.Contains(dsn, "@unix(") {
		return errors.New("dsn: is a URL; " + mysqlForm + ", with the password as it is, not percent-encoded")
	}
	rest := dsn
	if slash := strings.LastIndexByte(dsn, '/'); slash >= 0 {
		rest = dsn[strings.LastIndexByte(dsn[:slash], '@')+1:]
	}
	if !server.MatchString(rest) {
		return errors.New("dsn: host: want tcp(host:3306)/database, or unix(/path/of/the/socket)/database, behind the @")
	}
	_, query, _ := strings.Cut(rest, "?")
	for parameter := range strings.SplitSeq(query, "&") {
		key, value, _ := strings.Cut(parameter, "=")
		if want := faultOfParameter(key, value); want != "" {
			return fmt.Errorf("dsn: %s: want %s, got %q", key, want, value)
		}
	}
	return errors.New("dsn: not an address of MySQL: " + mysqlForm)
}

func faultOfParameter(key, value string) string {
	switch key {
	case "tls":
		if !slices.Contains([]string{"true", "false", "skip-verify", "preferred", "1", "0", ""}, strings.ToLower(value)) {
			return "true, false, skip-verify or preferred, or content.tls_ca for an authority of its own"
		}
	case "timeout", "readTimeout", "writeTimeout":
		return duration(value)
	case "serverPubKey":
		return "it left out: the key of a server is asked for where caching_sha2_password needs it, and content.tls_ca verifies the server"
	case "maxAllowedPacket":
		return number(value)
	case "loc":
		if _, err := time.LoadLocation(value); err != nil {
			return "a time zone"
		}
	case "allowAllFiles", "allowCleartextPasswords", "allowFallbackToPlaintext", "allowNativePasswords", "allowOldPasswords", "checkConnLiveness",
		"clientFoundRows", "columnsWithAlias", "interpolateParams", "multiStatements", "parseTime", "rejectReadOnly":
		if !slices.Contains([]string{"true", "false", "1", "0", "TRUE", "FALSE", "True", "False"}, value) {
			return "true or false"
		}
	}
	return ""
}
