// Package config reads the configuration, a YAML file with the environment
// over it, into values for the rooms above.
//
// It is strict: an unknown key, a key that is there twice, a wrong type or a
// value out of bounds is a fault. All faults are reported at once, each with
// its line of the file, or with the variable it came from. Anchors and aliases
// are allowed, merge keys and tags are not.
//
// # Environment
//
// A variable overrides the value of the file. It is called FEEDSTATION_ and the
// keys on the way to the value, in upper case and joined by underscores:
// FEEDSTATION_SERVER_LISTEN. In the lists of stations and channels the id that
// stands in the file is the address, with an underscore for what is no letter
// or digit: FEEDSTATION_STATIONS_XT_CHANNELS_MOMENT_NAME. A list of single
// values is separated by commas, or is one of JSON where a value has a comma:
// ["a, b","c"]. A variable that is set to nothing counts as
// set, but not in a section that may be left out, cache.redis: one compose file
// serves with and without it. A key of a section that the file lacks creates the
// section.
//
// A secret may also be in a file of its own, which the variable with _FILE at
// its end names: FEEDSTATION_CONTENT_DSN_FILE. One line break at its end is cut
// off.
package config

import (
	"crypto/sha256"
	"net/netip"
	"time"

	"feedstation/internal/network"
	"feedstation/internal/schedule"
)

// Config is a valid configuration. It does not change.
type Config struct {
	Network *network.Network // languages are BCP 47, zones are never nil
	Zone    *time.Location   // that of the network
	Content Content
	// Contents are further content stores, whose stations name them; see [Config.Stores].
	Contents []Content
	Cache    Cache
	Jobs     Jobs
	Feeds    Feeds
	Sitemaps Sitemaps
	Server   Server
	// Statistics is who asks, as it is counted.
	Statistics Statistics
	// Push is who is told of what changed, PushStations what stations have of their own
	// for that, by id; those that have nothing are not there.
	Push         Push
	PushStations map[string]PushStation
	Log          Log

	// Files are those that the configuration was read from, secrets and certificates
	// among them, with the SHA-256 of what was in them.
	Files map[string][sha256.Size]byte

	// Warnings are for the operator to see: what is allowed, but hardly meant.
	// Each is one line that begins with its place, as a fault does.
	Warnings []string
}

// The kinds of content store.
const (
	SQLite         = "sqlite"          // embedded
	SQLiteReadOnly = "sqlite_readonly" // a file of another program
	Postgres       = "postgres"
	MySQL          = "mysql" // and MariaDB
)

// The values of Content.Text.
const (
	TextHTML      = "html"
	TextWordPress = "wordpress" // as it is in WordPress's table of posts
)

// Content is where the articles are.
type Content struct {
	// ID is the name of one of Contents, as network.Station has it; empty: it is
	// Config.Content.
	ID string `key:"id"`
	// Driver is the kind of store: SQLite, SQLiteReadOnly, Postgres or MySQL.
	Driver string `key:"driver" default:"sqlite"`
	// DSN is where the store is. For SQLite and SQLiteReadOnly it is the path of the
	// file, relative to the working directory, else an address with user and password.
	// [Content.SafeDSN] is what may be shown of it.
	DSN Secret `key:"dsn" default:"var/content.db"`
	// TLSCA, TLSCert, TLSKey and TLSServerName are what those of [Redis] are, for a
	// server; any of them has the connections encrypted and the server verified. Without
	// them it is as DSN says.
	TLSCA         string `key:"tls_ca"`
	TLSCert       string `key:"tls_cert"`
	TLSKey        string `key:"tls_key"`
	TLSServerName string `key:"tls_server_name"`
	// Articles and ArticleChannels are the names of the two relations in a
	// newsroom's own database.
	Articles        string `key:"articles" default:"articles"`
	ArticleChannels string `key:"article_channels" default:"article_channels"`
	// Text is what bodies are: TextHTML, or TextWordPress.
	Text string `key:"text" default:"html"`
	// ArticleParts is the name of the relation of what WordPress's bodies show of
	// other posts, in a newsroom's own database; empty: there is none.
	ArticleParts string `key:"article_parts"`
	// Shortcodes are those that plugins of WordPress register, besides the known
	// ones.
	Shortcodes []string `key:"shortcodes" default:""`
	// Map is what the columns of the contract are called in the newsroom's own
	// database, where that is another name; "": a column that is not to be read.
	Map map[string]string `key:"map"`
	// Notify is the channel of PostgreSQL's NOTIFY that wakes a refresh; empty:
	// none.
	Notify string `key:"notify"`
	// NotifyDSN is where the server itself is that notifies, where DSN is a pooler or a
	// standby; empty: DSN.
	NotifyDSN Secret `key:"notify_dsn"`
	// Zone is that of times which name none, in the store and in what is imported.
	Zone *time.Location `key:"timezone" default:"UTC"`
	// Status has words of the newsroom's system that are not the usual ones.
	Status StatusWords `key:"status"`
	// Overlap is how much later than it stamped its rows a transaction may
	// commit and be found by the next refresh, 1s to 24h.
	Overlap time.Duration `key:"overlap" default:"2m"`
	// Timeout bounds how long a server is waited for, and one statement there,
	// 100ms to 5m.
	Timeout time.Duration `key:"timeout" default:"10s"`
	// Demo is how many demo articles an empty embedded store is filled with,
	// 0 to 1,000,000, unless there are editions already.
	Demo int `key:"demo" default:"0"`
	// Sources fill the embedded store; see [Content.Expanded].
	Sources []Source `key:"sources" default:""`
}

// StatusWords are what a newsroom's system has as status, in any case.
type StatusWords struct {
	Published []storeKey `key:"published" default:""`
	Withdrawn []storeKey `key:"withdrawn" default:""`
	Draft     []storeKey `key:"draft" default:""`
}

// Cache is where the published editions are.
type Cache struct {
	// Dir is the folder of the local copy, relative to the working directory.
	Dir string `key:"dir" default:"var/cache"`
	// Keep is how many editions of a station are kept besides the current one, 1
	// to 100.
	Keep int `key:"keep" default:"5"`
	// KeepFor is how far back some of those before them are kept, 0 to 720h: the
	// older, the further apart, about twenty of a day.
	KeepFor time.Duration `key:"keep_for" default:"24h"`
	// ServeUnconfirmed has the local copy served also where the take-downs in it
	// can't be read, before the content store or Redis has confirmed what it has.
	ServeUnconfirmed bool `key:"serve_unconfirmed" default:"false"`
	// Redis is nil where this process is the only one.
	Redis *Redis `key:"redis"`
}

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

// Jobs is what runs when.
type Jobs struct {
	// Refresh is when to pull what changed.
	Refresh schedule.Schedule `key:"refresh" default:"@every 30s"`
	// Audit is when to compare the editions with the content store.
	Audit schedule.Schedule `key:"audit" default:"@every 5m"`
	// Enabled is false in a process that builds nothing and only follows Redis.
	Enabled bool `key:"enabled" default:"true"`
	// MaxAge is how long a feed goes without being read anew when the content
	// store tells of no change, 10s to 24h.
	MaxAge time.Duration `key:"max_age" default:"15m"`
	// AuditRate is how many articles a second the audits look at, besides those
	// of this month and the last, 0 to 1,000,000.
	AuditRate int `key:"audit_rate" default:"500"`
	// Deadline bounds one run of one job, 1s to 24h.
	Deadline time.Duration `key:"deadline" default:"10m"`
}

// The values of Feeds.LeadImage.
const (
	Auto  = "auto"
	Never = "never"
)

// The values of Feeds.Withdrawn.
const (
	Omit   = "omit"
	Notice = "notice"
)

// Feeds is how feeds are made.
type Feeds struct {
	// Items is how many articles a feed has at least, if there are so many, 1 to 500.
	Items int `key:"items" default:"50"`
	// Window is for how long a feed has every article, 0s (no longer than Items
	// reach) to 720h.
	Window time.Duration `key:"window" default:"24h"`
	// MaxItems is how many articles a feed has at most, Items to 2,000.
	MaxItems int `key:"max_items" default:"500"`
	// FullText puts the whole article into the feeds, not only its summary.
	FullText bool `key:"full_text" default:"true"`
	// Withdrawn is Omit, or Notice, which has feeds say of an article that was
	// withdrawn or deleted that it was, in its place, for NoticeFor, 1m to 8760h.
	Withdrawn string        `key:"withdrawn" default:"omit"`
	NoticeFor time.Duration `key:"notice_for" default:"72h"`
	// Deltas answers readers that ask for what is new in a feed that they have (RFC 3229).
	Deltas bool `key:"deltas" default:"false"`
	// LeadImage is Auto, which puts an article's first picture at the head of a
	// text that does not have it, or Never.
	LeadImage string `key:"lead_image" default:"auto"`
	// Archives are documents of what feeds no longer have.
	Archives Archives `key:"archives"`
}

// Archives are documents of what a feed no longer has.
type Archives struct {
	// Items is how many articles each of them has, 1 to 500, and at most as many as the
	// feed has.
	Items int `key:"items" default:"50"`
	// Depth is how many of them a feed has at most, up to 200; 0: none.
	Depth int `key:"depth" default:"0"`
}

// Sitemaps is how sitemaps are made.
type Sitemaps struct {
	// NewsName is the publication's name as Google News knows it; by default
	// the network's.
	NewsName string `key:"news_name"`
	// MaxURLs is how many addresses a sitemap has at most, 1 to 50,000.
	MaxURLs int `key:"max_urls" default:"50000"`
	// MaxBytes is how many bytes a sitemap has at most without compression,
	// 100,000 to 52,428,800.
	MaxBytes int `key:"max_bytes" default:"10000000"`
}

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

// document is the file as it is written.
type document struct {
	Network    networkSection   `key:"network"`
	Stations   []stationSection `key:"stations"`
	Content    Content          `key:"content"`
	Contents   []Content        `key:"contents"`
	Cache      Cache            `key:"cache"`
	Jobs       Jobs             `key:"jobs"`
	Feeds      Feeds            `key:"feeds"`
	Sitemaps   Sitemaps         `key:"sitemaps"`
	Server     Server           `key:"server"`
	Statistics Statistics       `key:"statistics"`
	Push       Push             `key:"push"`
	Log        Log              `key:"log"`
}

type networkSection struct {
	Name     string         `key:"name"`
	Profiles []string       `key:"profiles"`
	Language tag            `key:"language" default:"zh-CN"`
	Zone     *time.Location `key:"timezone" default:"UTC"`
	Rights   rightsSection  `key:"rights"`
	Aliases  networkAliases `key:"aliases"`
}

// networkAliases are the paths of all stations that lead to documents.
type networkAliases struct {
	Status int               `key:"status" default:"308"`
	Sets   []string          `key:"sets" default:"wordpress,hugo,ghost"`
	Paths  map[string]string `key:"paths"` // documents, by path
}

// stationAliases are those of a station.
type stationAliases struct {
	Status *int              `key:"status"` // nil: the network's
	Sets   []string          `key:"sets"`   // nil: the network's
	Paths  map[string]string `key:"paths"`  // they go before the network's
}

type stationSection struct {
	ID               string           `key:"id"`
	Was              []string         `key:"was"`
	Key              storeKey         `key:"key"`     // empty: the id
	Content          string           `key:"content"` // of contents; empty: that of content
	Name             string           `key:"name"`
	URL              string           `key:"url"`
	All              bool             `key:"all" default:"false"`
	Email            string           `key:"email"`
	Language         tag              `key:"language"` // empty: the network's
	Zone             *time.Location   `key:"timezone"` // nil: the network's
	Description      string           `key:"description"`
	Icon             string           `key:"icon"`
	Logo             string           `key:"logo"`
	Rights           rightsSection    `key:"rights"`
	NewsName         string           `key:"news_name"` // empty: that of sitemaps
	Robots           []string         `key:"robots"`    // nil: the server's
	Profiles         []string         `key:"profiles"`  // nil: the network's
	Closed           bool             `key:"closed" default:"false"`
	MovedTo          string           `key:"moved_to"`
	Items            *int             `key:"items"` // nil: as feeds has it, and so the next three
	Window           *time.Duration   `key:"window"`
	MaxItems         *int             `key:"max_items"`
	FullText         *bool            `key:"full_text"`
	IndexNowKey      Secret           `key:"indexnow_key"`
	IndexNowRotation int              `key:"indexnow_rotation" default:"0"`
	Baidu            string           `key:"baidu"`
	Aliases          stationAliases   `key:"aliases"`
	Channels         []channelSection `key:"channels"`
}

type channelSection struct {
	ID       string         `key:"id"`
	Was      []string       `key:"was"`
	Key      storeKey       `key:"key"` // empty: the id
	Name     string         `key:"name"`
	News     bool           `key:"news" default:"true"`
	Profiles []string       `key:"profiles"` // nil: the station's
	Closed   bool           `key:"closed" default:"false"`
	MovedTo  string         `key:"moved_to"`
	Items    *int           `key:"items"` // nil: as the station has it, and so the next three
	Window   *time.Duration `key:"window"`
	MaxItems *int           `key:"max_items"`
	FullText *bool          `key:"full_text"`
}
