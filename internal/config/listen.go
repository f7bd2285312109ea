package config

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/netip"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"feedstation/internal/network"
)

// Server is how the documents are served.
type Server struct {
	// Listen is the public listener's host:port; without a host it is on all
	// interfaces, port 0 is a free one. Or UnixScheme and a path, or SystemdScheme and
	// a name.
	Listen string `key:"listen" default:"127.0.0.1:8080"`
	// Admin is the admin listener's, in the same ways; on a loopback interface or a
	// path unless there is an AdminToken.
	Admin string `key:"admin" default:"127.0.0.1:8081"`
	// AdminToken opens the admin listener but for health; empty: what may be read is
	// open, and nobody may ask for work.
	AdminToken Secret `key:"admin_token"`
	// Hooks are the secrets of those who may wake the jobs by webhooks.
	Hooks Hooks `key:"hooks"`
	// AdminHosts are names of the admin listener besides localhost, its
	// addresses and the host of Admin.
	AdminHosts []string `key:"admin_hosts" default:""`
	// Hosts are those under which every station is reachable as /{station}/….
	Hosts []string `key:"hosts" default:"localhost,127.0.0.1"`
	// Robots are lines of the robots.txt of every host, for stations that have none of
	// their own: rules for all robots, then groups of their own.
	Robots []string `key:"robots" default:""`
	// StaleIfError is how long proxies may serve what they have while this
	// server can't be reached, 0s (never) to 720h.
	StaleIfError time.Duration `key:"stale_if_error" default:"24h"`
	// StaleWhileRevalidate is how long proxies may serve what has become old
	// while they ask for it anew, 0s (never) to 720h. A take-down shows there for
	// that much longer.
	StaleWhileRevalidate time.Duration `key:"stale_while_revalidate" default:"15m"`
	// Drain is how long a stopping process lets open requests end, 0s to 5m.
	Drain time.Duration `key:"drain" default:"5s"`
	// Proxies are addresses, and ranges of them, whose X-Forwarded-For or Forwarded is
	// believed by who counts clients.
	Proxies []netip.Prefix `key:"proxies" default:""`
	// TLS is that of the public listener.
	TLS TLS `key:"tls"`
	// H2C has the public listener speak HTTP/2 also without TLS, to proxies that begin
	// with it.
	H2C bool `key:"h2c" default:"false"`
}

// Hooks are the secrets of webhooks, by the system that sends them; empty: it may not.
type Hooks struct {
	Ghost     Secret `key:"ghost"`
	WordPress Secret `key:"wordpress"`
	Strapi    Secret `key:"strapi"`
}

// Secrets returns the secrets by system.
func (h *Hooks) Secrets() map[string]string {
	return map[string]string{"ghost": h.Ghost.Reveal(), "wordpress": h.WordPress.Reveal(), "strapi": h.Strapi.Reveal()}
}

// The schemes of listeners that are no host:port.
const (
	// UnixScheme goes before the path of a socket.
	UnixScheme = "unix:"
	// SystemdScheme goes before the name of a socket that systemd has opened, its
	// FileDescriptorName.
	SystemdScheme = "systemd:"
)

// TLS is what the public listener speaks TLS with; zero: it does not.
type TLS struct {
	// Cert and Key are the files of the certificate, with those between it and its
	// authority behind it, and of its key, both PEM. Without them ACME, or nothing.
	Cert string `key:"cert"`
	Key  string `key:"key"`
	// ACME gets certificates for the hosts of the stations from an authority, whose
	// terms of service that accepts.
	ACME bool `key:"acme" default:"false"`
	// ACMEDirectory is the address of the authority; empty: Let's Encrypt.
	ACMEDirectory string `key:"acme_directory"`
	// ACMEEmail is where the authority writes to; empty: nowhere.
	ACMEEmail string `key:"acme_email"`
	// Redirect is the address of a listener, as Server.Listen, which leads those who ask
	// without TLS to the public one; empty: there is none.
	Redirect string `key:"redirect"`
}

// Enabled reports whether there is TLS.
func (t *TLS) Enabled() bool { return t.Cert != "" || t.ACME }

func (t *TLS) validate(r *report, stations []stationSection) {
	const path = "server.tls."
	switch {
	case t.ACME && (t.Cert != "" || t.Key != ""):
		r.value(path+"acme", "has its own certificates: leave cert and key out")
	case t.Cert == "" && t.Key != "":
		r.value(path+"cert", "missing")
	case t.Cert != "" && t.Key == "":
		r.value(path+"key", "missing")
	case t.Cert != "":
		t.validateFiles(r, stations)
	}
	if !t.ACME && t.ACMEDirectory != "" {
		r.value(path+"acme_directory", "only with acme: true")
	}
	if !t.ACME && t.ACMEEmail != "" {
		r.value(path+"acme_email", "only with acme: true")
	}
	if u, err := url.Parse(t.ACMEDirectory); t.ACMEDirectory != "" && (err != nil || u.Scheme != "https" || u.Host == "") {
		r.value(path+"acme_directory", "want an address such as https://acme.news.example/directory, got %s", quote(t.ACMEDirectory))
	}
	r.line(path+"acme_email", t.ACMEEmail)
	if t.Redirect != "" && !t.Enabled() {
		r.value(path+"redirect", "only with cert and key, or acme: true")
	}
}

// validateFiles reports a certificate that can't be used, and warns of one that
// clients will refuse.
func (t *TLS) validateFiles(r *report, stations []stationSection) {
	const path = "server.tls."
	cert, _, err := r.read(t.Cert)
	if err != nil {
		r.value(path+"cert", "%w", err)
		return
	}
	key, open, err := r.read(t.Key)
	if err != nil {
		r.value(path+"key", "%w", err)
		return
	}
	if open {
		r.warn(path+"key", "all users of this machine may read or write that file: chmod o-rw")
	}
	pair, err := tls.X509KeyPair(cert, key)
	if err != nil {
		r.value(path+"cert", "%s and %s: %w", t.Cert, t.Key, err)
		return
	}
	if end := pair.Leaf.NotAfter; time.Now().After(end) {
		r.warn(path+"cert", "%s expired on %s", t.Cert, end.UTC().Format(time.DateOnly))
	}
	t.warnHosts(r, pair.Leaf, stations)
}

// warnHosts names the first host that the certificate is not for.
func (t *TLS) warnHosts(r *report, leaf *x509.Certificate, stations []stationSection) {
	for _, s := range stations {
		u, err := url.Parse(s.URL)
		if err != nil || s.Closed {
			continue
		}
		if host, ok := network.NormalizeHost(u.Host); ok && leaf.VerifyHostname(host) != nil {
			r.warn("server.tls.cert", "%s is not for %s, and perhaps not for others", t.Cert, host)
			return
		}
	}
}

// listener is an address of a listener: a host and a port, or other where it has
// neither.
type listener struct {
	host  string
	port  uint16
	other string // its scheme
	name  string // and what stands behind that
}

// collides reports whether the two can't be open at the same time.
func (l listener) collides(with listener) bool {
	if l.other != "" || with.other != "" {
		return l.other == with.other && l.name == with.name
	}
	return l.port != 0 && l.port == with.port && (overlap(l.host, with.host) || overlap(with.host, l.host))
}

func parseListener(address string) (listener, error) {
	for _, scheme := range []string{UnixScheme, SystemdScheme} {
		rest, ok := strings.CutPrefix(address, scheme)
		switch {
		case !ok:
			continue
		case rest == "":
			return listener{}, fmt.Errorf("want a name behind %s", scheme)
		case scheme == UnixScheme && len(rest) > maxSocket:
			return listener{}, fmt.Errorf("want a path of at most %d bytes, got %d", maxSocket, len(rest))
		case scheme == UnixScheme && strings.HasSuffix(rest, string(filepath.Separator)):
			return listener{}, fmt.Errorf("want the path of a socket, got that of a folder: %s", quote(address))
		}
		return listener{other: scheme, name: rest}, nil
	}
	host, port, err := hostPort(address)
	if err != nil {
		return listener{}, fmt.Errorf("want host:port or %sPATH, got %s", UnixScheme, quote(address))
	}
	return listener{host: host, port: port}, nil
}

// maxSocket is the length of the path of a socket that every system takes: 104 bytes
// with the zero at the end.
const maxSocket = 103

// validateListeners reports addresses that can't be listened on, and an admin
// listener that others can reach without a token.
func (s *Server) validateListeners(r *report) {
	parse := func(key, address string) *listener {
		l, err := parseListener(address)
		if err != nil {
			r.value(key, "%w", err)
			return nil
		}
		return &l
	}
	public, admin := parse("server.listen", s.Listen), parse("server.admin", s.Admin)
	if admin != nil && admin.other != UnixScheme && !loopback(admin.host) && s.AdminToken.Reveal() == "" { // the rights of a file say who reaches it
		r.value("server.admin", "want a loopback address such as 127.0.0.1:8081, or server.admin_token as well, got %s", quote(s.Admin))
	}
	if admin != nil && public != nil && admin.collides(*public) {
		r.value("server.admin", "has the port of server.listen")
	}
	if s.TLS.Redirect == "" {
		return
	}
	const path = "server.tls.redirect"
	redirect := parse(path, s.TLS.Redirect)
	switch {
	case redirect == nil:
	case public != nil && redirect.collides(*public):
		r.value(path, "has the port of server.listen")
	case admin != nil && redirect.collides(*admin):
		r.value(path, "has the port of server.admin")
	}
}

// The values of Log.Format and Log.Level.
const (
	LogText = "text"
	LogJSON = "json"
)

// Log is how the process logs.
type Log struct {
	// Format is LogText, a line of key=value, or LogJSON, a line with an object.
	Format string `key:"format" default:"text"`
	// Level is debug, info, warn or error: what is below is not logged.
	Level string `key:"level" default:"info"`
}

func (l *Log) validate(r *report) {
	if l.Format != LogText && l.Format != LogJSON {
		r.value("log.format", "want %s or %s, got %s", LogText, LogJSON, quote(l.Format))
	}
	switch l.Level {
	case "debug", "info", "warn", "error":
	default:
		r.value("log.level", "want debug, info, warn or error, got %s", quote(l.Level))
	}
}
