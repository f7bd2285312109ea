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
