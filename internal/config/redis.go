package config

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/url"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// The modes of Redis.
const (
	Single   = "single"
	Sentinel = "sentinel"
	Cluster  = "cluster"
)

// Redis is how to reach Redis.
type Redis struct {
	// Mode is Single, Sentinel or Cluster.
	Mode string `key:"mode" default:"single"`
	// Addrs are host:port, or the path of a socket with Single: of the one server with
	// Single, of the sentinels with Sentinel, of some nodes with Cluster. There is at
	// least one. What a URL in the file says besides is in the other fields.
	Addrs []string `key:"addrs"`
	// Master is the name that the sentinels watch; empty with other modes.
	Master string `key:"master"`
	// Username of the ACL user; empty: the default user.
	Username string `key:"username"`
	Password Secret `key:"password"`
	// SentinelUsername and SentinelPassword are for the sentinels themselves; empty with
	// other modes.
	SentinelUsername string `key:"sentinel_username"`
	SentinelPassword Secret `key:"sentinel_password"`
	// DB is the number of the database, from 0; always 0 with Cluster.
	DB int `key:"db" default:"0"`
	// TLS encrypts the connections and verifies the servers' certificates.
	TLS bool `key:"tls" default:"false"`
	// TLSCA is a file with the certificates of the authorities that are trusted, in
	// PEM; empty: the system's.
	TLSCA string `key:"tls_ca"`
	// TLSCert and TLSKey are files with a certificate for servers that ask for one, and
	// its private key, in PEM; empty: none.
	TLSCert string `key:"tls_cert"`
	TLSKey  string `key:"tls_key"`
	// TLSServerName is the name in the servers' certificates; empty: the host of their
	// address.
	TLSServerName string `key:"tls_server_name"`
	// Prefix is what all keys begin with, so that networks, or a staging and a
	// production, can share a Redis.
	Prefix string `key:"prefix" default:"feedstation:"`
	// Poll is how often a process looks for new editions, at least 100ms.
	Poll time.Duration `key:"poll" default:"1s"`
}

// validPrefix has no braces: what is in the first ones of a key chooses its slot in a
// cluster.
var validPrefix = regexp.MustCompile(`^[A-Za-z0-9._:/-]{1,100}$`)

// redisPath is the section of Redis.
const redisPath = "cache.redis."

func (c *Redis) validate(r *report) {
	switch c.Mode {
	case Single, Sentinel, Cluster:
	default:
		r.value(redisPath+"mode", "want %s, %s or %s, got %s", Single, Sentinel, Cluster, quote(c.Mode))
	}
	c.validateAddrs(r)
	c.validateSentinel(r)
	atLeast(r, redisPath+"db", c.DB, 0)
	if c.Mode == Cluster && c.DB > 0 {
		r.value(redisPath+"db", "a cluster has only database 0")
	}
	if !validPrefix.MatchString(c.Prefix) {
		r.value(redisPath+"prefix", "want 1 to 100 letters, digits or -._:/, got %s", quote(c.Prefix))
	}
	atLeast(r, redisPath+"poll", c.Poll, 100*time.Millisecond)
	files := c.tlsFiles()
	if !c.TLS && files != (tlsFiles{}) {
		r.value(redisPath+"tls", "want true, or an address that begins with rediss://, with the other keys of TLS")
		return
	}
	files.validate(r, redisPath)
}

func (c *Redis) validateSentinel(r *report) {
	if c.Mode == Sentinel && c.Master == "" {
		r.value(redisPath+"master", "missing: the name that the sentinels watch")
	}
	if c.Mode == Sentinel {
		return
	}
	for key, text := range map[string]string{
		"master": c.Master, "sentinel_username": c.SentinelUsername, "sentinel_password": c.SentinelPassword.Reveal(),
	} {
		if text != "" {
			r.value(redisPath+key, "only for mode %s", Sentinel)
		}
	}
}

// validateAddrs makes host:port, or the path of a socket, of each address, and takes
// over what else is in a URL.
func (c *Redis) validateAddrs(r *report) {
	switch {
	case len(c.Addrs) == 0:
		r.value(redisPath+"addrs", "missing")
	case c.Mode == Single && len(c.Addrs) > 1:
		r.value(redisPath+"addrs", "want one address with mode %s, got %d", Single, len(c.Addrs))
	}
	several := len(c.Addrs) > 1
	for i, text := range c.Addrs {
		at, err := parseRedisAddr(text)
		if err == nil {
			err = c.takeOver(at)
		}
		if errors.Is(err, errNoAddr) {
			err = fmt.Errorf("want host:port, got %s", safeAddr(text, several))
		}
		if err != nil {
			r.value(fmt.Sprintf("%saddrs[%d]", redisPath, i), "%w", err)
			continue
		}
		c.Addrs[i] = at.address
	}
}

// safeAddr returns what may be shown of an address that is none. Of a URL whose
// password has a comma, each half is an address of the list.
func safeAddr(address string, several bool) string {
	if several || strings.Contains(address, "://") && !strings.Contains(address, "@") {
		return hidden
	}
	return quote(address)
}

// redisAddr is what an address says.
type redisAddr struct {
	address            string // host:port, or the path of a socket
	username, password string
	db                 int
	tls                bool
}

// errNoAddr is of a text that may not be shown as it is.
var errNoAddr = errors.New("no address of Redis")

// parseRedisAddr reads host:port, the path of a socket, unix:…, redis://…, rediss://…
// and the same of Valkey. No error has anything of the text.
func parseRedisAddr(text string) (at redisAddr, err error) {
	scheme, rest, isURL := strings.Cut(text, "://")
	if path, ok := strings.CutPrefix(text, "unix:"); ok && !isURL {
		scheme, rest, isURL = "unix", path, true
	}
	switch {
	case filepath.IsAbs(text):
		return redisAddr{address: text}, nil
	case !isURL:
		host, port, err := hostPort(text)
		if err != nil || host == "" || port == 0 {
			return at, errNoAddr
		}
		return redisAddr{address: text}, nil
	}
	switch scheme {
	case "unix":
		return parseSocket(rest)
	case "rediss", "valkeys":
		at.tls = true
	case "redis", "valkey":
	default:
		return at, errors.New("want host:port, the path of a socket, redis://… or rediss://…")
	}
	u, err := url.Parse("redis://" + rest)
	if err != nil || u.Fragment != "" || strings.Contains(u.Host, "@") {
		return at, errors.New("not an address such as rediss://user:password@host:6379/0" + percentEncode)
	}
	if u.RawQuery != "" {
		return at, errors.New("parameters behind ? are not supported: the keys of cache.redis say what is to be said")
	}
	if at.address = u.Host; u.Port() == "" {
		at.address = net.JoinHostPort(u.Hostname(), "6379")
	}
	if host, port, err := hostPort(at.address); err != nil || host == "" || port == 0 {
		return at, errors.New("has no host, or no port that is one" + percentEncode)
	}
	at.username = u.User.Username()
	at.password, _ = u.User.Password()
	if path := strings.TrimPrefix(u.Path, "/"); path != "" {
		if at.db, err = strconv.Atoi(path); err != nil || at.db < 0 {
			return at, errors.New("want the number of the database behind the last /" + percentEncode)
		}
	}
	return at, nil
}

// parseSocket reads what is behind unix: in an address.
func parseSocket(rest string) (at redisAddr, err error) {
	path, parameters, _ := strings.Cut(rest, "?")
	if !filepath.IsAbs(path) {
		return at, errors.New("want unix:/path/of/the/socket; user name and password have keys of their own")
	}
	at.address = path
	if parameters != "" {
		number, ok := strings.CutPrefix(parameters, "db=")
		if at.db, err = strconv.Atoi(number); !ok || err != nil || at.db < 0 {
			return at, errors.New("want no other parameter than ?db=0, the number of the database")
		}
	}
	return at, nil
}

// takeOver takes over what a URL says of all addresses.
func (c *Redis) takeOver(at redisAddr) error {
	if strings.HasPrefix(at.address, "/") && c.Mode != Single {
		return fmt.Errorf("a socket is only for mode %s", Single)
	}
	switch {
	case at.username != "" && c.Username != "" && at.username != c.Username:
		return errors.New("has another user name than cache.redis.username, or than the address before it")
	case at.password != "" && c.Password.Reveal() != "" && at.password != c.Password.Reveal():
		return errors.New("has another password than cache.redis.password, or than the address before it")
	case at.db != 0 && c.DB != 0 && at.db != c.DB:
		return errors.New("has another database than cache.redis.db, or than the address before it")
	}
	if at.username != "" {
		c.Username = at.username
	}
	if at.password != "" {
		c.Password = NewSecret(at.password)
	}
	if at.db != 0 {
		c.DB = at.db
	}
	c.TLS = c.TLS || at.tls
	return nil
}

func (c *Redis) tlsFiles() tlsFiles { return tlsFiles{c.TLSCA, c.TLSCert, c.TLSKey, c.TLSServerName} }

// TLSConfig returns how connections are encrypted, nil: they are not.
func (c *Redis) TLSConfig() (*tls.Config, error) {
	if !c.TLS {
		return nil, nil //nolint:nilnil // as crypto/tls and the drivers have it
	}
	return c.tlsFiles().config(redisPath)
}
