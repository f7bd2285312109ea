package config

import (
	"cmp"
	"fmt"
	"net"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"

	"feedstation/internal/database"
	"feedstation/internal/network"
	"feedstation/sitemap"
)

// validate reports every value that is out of bounds.
func (doc *document) validate(r *report) {
	r.name("network.name", doc.Network.Name)
	r.profiles("network.profiles", doc.Network.Profiles)
	r.rights("network.rights", &doc.Network.Rights)
	doc.validateStations(r)
	doc.validateAliases(r)
	doc.validateRobots(r)
	doc.validateContents(r)
	doc.Cache.validate(r)
	doc.Jobs.validate(r)
	if !doc.Jobs.Enabled && doc.Cache.Redis == nil {
		r.warn("jobs.enabled", "without cache.redis this process only serves what cache.dir has")
	}
	r.feed("feeds", feedKeys{&doc.Feeds.Items, &doc.Feeds.Window, &doc.Feeds.MaxItems, nil}, doc.Feeds.Feed())
	if withdrawn := doc.Feeds.Withdrawn; withdrawn != Omit && withdrawn != Notice {
		r.value("feeds.withdrawn", "want %s or %s, got %s", Omit, Notice, quote(withdrawn))
	}
	between(r, "feeds.notice_for", doc.Feeds.NoticeFor, time.Minute, 8760*time.Hour)
	between(r, "feeds.archives.items", doc.Feeds.Archives.Items, 1, maxLeast)
	between(r, "feeds.archives.depth", doc.Feeds.Archives.Depth, 0, maxArchives)
	if lead := doc.Feeds.LeadImage; lead != Auto && lead != Never {
		r.value("feeds.lead_image", "want %s or %s, got %s", Auto, Never, quote(lead))
	}
	doc.Sitemaps.validate(r)
	doc.Server.validate(r, doc.Stations)
	doc.Statistics.validate(r)
	doc.Push.validate(r, doc.Stations, doc.Server.Hosts)
	doc.Log.validate(r)
}

func (c *Content) validate(r *report, path string) {
	between(r, path+".demo", c.Demo, 0, 1_000_000)
	between(r, path+".overlap", c.Overlap, time.Second, 24*time.Hour)
	between(r, path+".timeout", c.Timeout, 100*time.Millisecond, 5*time.Minute)
	if _, err := c.Status.words(); err != nil {
		r.value(path+".status", "%w", err)
	}
	c.validateMap(r, path)
	if c.Driver != SQLite && c.Demo > 0 {
		r.warn(path+".demo", "only the embedded store is filled with demo articles")
	}
	c.validateText(r, path)
	c.validateTLS(r, path)
	if c.Notify != "" && c.Driver != Postgres {
		r.value(path+".notify", "only for postgres: no other database notifies")
	}
	if c.Notify != "" && !database.IsIdentifier(c.Notify) {
		r.value(path+".notify", "not a channel's name such as feedstation: %s", quote(c.Notify))
	}
	if c.NotifyDSN.Reveal() != "" && c.Notify == "" {
		r.value(path+".notify_dsn", "only with notify")
	}
	c.validateNames(r, path)
	dsn := c.DSN.Reveal()
	if dsn == "" {
		r.value(path+".dsn", "missing")
		return
	}
	switch c.Driver {
	case SQLite, SQLiteReadOnly:
		c.validateFile(r, path, dsn)
	case Postgres, MySQL:
		c.validateAddress(r, path+".dsn", c.DSN)
		if c.NotifyDSN.Reveal() != "" {
			c.validateAddress(r, path+".notify_dsn", c.NotifyDSN)
		}
	default:
		r.value(path+".driver", "want sqlite, sqlite_readonly, postgres or mysql, got %q", word(c.Driver))
	}
}

// validateAddress reports the part of a server's address that is wrong.
func (c *Content) validateAddress(r *report, path string, dsn Secret) {
	verified := c.tlsFiles() != (tlsFiles{})
	var err error
	if c.Driver == Postgres {
		_, err = database.ParsePostgres(dsn.Reveal(), verified)
	} else {
		_, err = database.ParseMySQL(dsn.Reveal(), verified)
	}
	if err != nil {
		r.value(path, "%w", err)
	}
}

// validateNames reports what no relation is called.
func (c *Content) validateNames(r *report, path string) {
	for _, n := range []struct{ key, name string }{{"articles", c.Articles}, {"article_channels", c.ArticleChannels}, {"article_parts", c.ArticleParts}} {
		if n.name == "" {
			continue // as without the key
		}
		if err := database.CheckName(n.name); err != nil {
			r.value(path+"."+n.key, "%w", err)
		}
	}
}

// shortcode is a name that a plugin of WordPress can register.
var shortcode = regexp.MustCompile(`^[A-Za-z0-9_-]{1,100}$`)

func (c *Content) validateText(r *report, path string) {
	if c.Text != TextHTML && c.Text != TextWordPress {
		r.value(path+".text", "want %s or %s, got %s", TextHTML, TextWordPress, quote(c.Text))
	}
	if c.ArticleParts != "" && (c.Text != TextWordPress || c.Driver == SQLite) {
		r.value(path+".article_parts", "only for text: wordpress from a database of your own")
	}
	if len(c.Shortcodes) > 0 && c.Text != TextWordPress {
		r.value(path+".shortcodes", "only for text: wordpress")
	}
	for i, name := range c.Shortcodes {
		if !shortcode.MatchString(name) {
			r.value(fmt.Sprintf("%s.shortcodes[%d]", path, i), "want a name such as su_note, without brackets, got %s", quote(name))
		}
	}
}

func (c *Content) validateFile(r *report, path, dsn string) {
	switch {
	case strings.Contains(dsn, "://") || strings.Contains(dsn, "@tcp(") || strings.HasPrefix(dsn, "file:"):
		r.value(path+".dsn", "want the path of a file, got an address")
	case noPath.MatchString(dsn):
		r.value(path+".dsn", "want the path of a file; for an address, set %s.driver as well", path)
	case strings.HasPrefix(dsn, ":"):
		r.value(path+".dsn", "want the path of a file: a store in memory is not supported")
	}
	if c.Driver == SQLiteReadOnly {
		return
	}
	if c.Articles != "articles" {
		r.value(path+".articles", "only for a database of your own: the embedded store names its tables itself")
	}
	if c.ArticleChannels != "article_channels" {
		r.value(path+".article_channels", "only for a database of your own: the embedded store names its tables itself")
	}
}

// noPath is the address of another store, user:password@… or password=…, or has
// parameters. It would be taken for a path, and printed as a path is.
var noPath = regexp.MustCompile(`(?i)^[^/\\]+:[^\\].*@|(?:passw|pwd)\w*\s*=|\?`)

func (c *Cache) validate(r *report) {
	if c.Dir == "" {
		r.value("cache.dir", "missing")
	}
	between(r, "cache.keep", c.Keep, 1, 100)
	between(r, "cache.keep_for", c.KeepFor, 0, 720*time.Hour)
	if c.Redis != nil {
		c.Redis.validate(r)
	}
}

func (j *Jobs) validate(r *report) {
	now := time.Now()
	if change, ok := j.Refresh.ClockChange(now); ok {
		r.warn("jobs.refresh", clockChange, change.Format(time.DateOnly))
	}
	if change, ok := j.Audit.ClockChange(now); ok {
		r.warn("jobs.audit", clockChange, change.Format(time.DateOnly))
	}
	between(r, "jobs.max_age", j.MaxAge, 10*time.Second, 24*time.Hour)
	between(r, "jobs.audit_rate", j.AuditRate, 0, 1_000_000)
	between(r, "jobs.deadline", j.Deadline, time.Second, 24*time.Hour)
}

const clockChange = "runs are skipped or doubled where the zone's clock changes, next on %s: UTC has no such days"

// Sitemaps may be smaller than the protocol's limits, not larger. The smallest
// size has room for any one article.
func (s *Sitemaps) validate(r *report) {
	r.line("sitemaps.news_name", s.NewsName)
	between(r, "sitemaps.max_urls", s.MaxURLs, 1, sitemap.MaxURLs)
	between(r, "sitemaps.max_bytes", s.MaxBytes, 100_000, sitemap.MaxBytes)
}

// minToken is the length from which on a random token can't be guessed.
const minToken = 16

func (s *Server) validate(r *report, stations []stationSection) {
	r.robots("server.robots", s.Robots)
	s.validateListeners(r)
	s.TLS.validate(r, stations)
	r.token("server.admin_token", s.AdminToken)
	r.token("server.hooks.ghost", s.Hooks.Ghost)
	r.token("server.hooks.wordpress", s.Hooks.WordPress)
	r.token("server.hooks.strapi", s.Hooks.Strapi)
	for i, host := range s.AdminHosts {
		if name, ok := network.NormalizeHost(host); !ok || name != strings.ToLower(host) {
			r.value(fmt.Sprintf("server.admin_hosts[%d]", i), "want a host without a port such as feedstation.internal, got %s", quote(host))
		}
	}
	between(r, "server.stale_while_revalidate", s.StaleWhileRevalidate, 0, 720*time.Hour)
	between(r, "server.stale_if_error", s.StaleIfError, 0, 720*time.Hour)
	between(r, "server.drain", s.Drain, 0, 5*time.Minute)
}

// token reports a secret of clients that can be guessed, or not be sent.
func (r *report) token(path string, s Secret) {
	text := s.Reveal()
	if text != "" && (len(text) < minToken || strings.ContainsFunc(text, func(c rune) bool { return c <= ' ' || c > '~' })) {
		r.value(path, "want at least %d visible ASCII characters", minToken)
	}
}

// hostPort splits the address of a listener or a server. The host is empty, an
// IP address or a name.
func hostPort(address string) (string, uint16, error) {
	host, port, err := net.SplitHostPort(address)
	number, notNumber := strconv.ParseUint(port, 10, 16)
	if err != nil || notNumber != nil || !isHost(host) {
		return "", 0, fmt.Errorf("want host:port, got %s", quote(address))
	}
	return host, uint16(number), nil
}

func isHost(host string) bool {
	if host == "" {
		return true
	}
	if _, err := netip.ParseAddr(host); err == nil {
		return true
	}
	_, ok := network.NormalizeHost(host)
	return ok
}

// loopback reports whether only this machine can reach a listener on host.
func loopback(host string) bool {
	addr, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && addr.IsLoopback()
}

// overlap reports whether a listener on host also has the connections to
// another, which is a loopback address.
func overlap(host, other string) bool {
	addr, err := netip.ParseAddr(host)
	return host == other || host == "" || err == nil && addr.IsUnspecified() ||
		loopback(host) && (host == "localhost" || other == "localhost")
}

// name reports a text that is missing or is not one line.
func (r *report) name(path, text string) {
	if text == "" {
		r.value(path, "missing")
		return
	}
	r.line(path, text)
}

// line reports a text with line breaks or other control characters.
func (r *report) line(path, text string) {
	if strings.ContainsFunc(text, unicode.IsControl) {
		r.value(path, "want one line without control characters, got %s", quote(text))
	}
}

// isControl reports what is neither a character nor a line break or a tab.
func isControl(char rune) bool {
	return unicode.IsControl(char) && !strings.ContainsRune("\t\n\r", char)
}

func between[T cmp.Ordered](r *report, path string, got, low, high T) {
	if got < low || got > high {
		r.value(path, "want %v to %v, got %v", low, high, got)
	}
}

func atLeast[T cmp.Ordered](r *report, path string, got, low T) {
	if got < low {
		r.value(path, "want at least %v, got %v", low, got)
	}
}
