package config

import (
	"crypto/tls"
	"fmt"
	"maps"
	"slices"
	"time"

	"feedstation/internal/article"
	"feedstation/internal/database"
	"feedstation/internal/suggest"
)

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

// Reader returns what reads the values of articles. The configuration is valid.
func (c Content) Reader() article.Reader {
	words, err := c.Status.words()
	if err != nil {
		panic(err) // validate has refused it
	}
	return article.Reader{Zone: c.Zone, Status: words}
}

// words returns the words; an error is of one that stands for two states.
func (w StatusWords) words() (article.Words, error) {
	texts := func(words []storeKey) []string {
		list := make([]string, len(words))
		for i, w := range words {
			list[i] = string(w)
		}
		return list
	}
	return article.NewWords(texts(w.Published), texts(w.Withdrawn), texts(w.Draft))
}

// TLSConfig returns how connections are encrypted; nil: as DSN says.
func (c *Content) TLSConfig() (*tls.Config, error) {
	files := c.tlsFiles()
	if files == (tlsFiles{}) {
		return nil, nil //nolint:nilnil // as crypto/tls and the drivers have it
	}
	return files.config("content.")
}

func (c *Content) tlsFiles() tlsFiles { return tlsFiles{c.TLSCA, c.TLSCert, c.TLSKey, c.TLSServerName} }

func (c *Content) validateTLS(r *report, path string) {
	if c.isFile() && c.tlsFiles() != (tlsFiles{}) {
		r.value(path+".driver", "want postgres or mysql with the keys of TLS, got %s", c.Driver)
		return
	}
	c.tlsFiles().validate(r, path+".")
}

// validateMap reports columns that the contract does not have, and those that it can't do
// without.
func (c *Content) validateMap(r *report, path string) {
	if len(c.Map) > 0 && c.Driver == SQLite {
		r.value(path+".map", "only for a database of your own: the embedded store names its columns itself")
		return
	}
	known := append(article.Columns(), "article_id", "channel")
	required := []string{"id", "station", "url", "title", "published", "modified_at", "article_id", "channel"}
	for _, column := range slices.Sorted(maps.Keys(c.Map)) {
		at, real := fmt.Sprintf("%s.map[%s]", path, quote(column)), c.Map[column]
		switch {
		case !slices.Contains(known, column):
			text := "articles have no such column"
			if meant, ok := suggest.Nearest(column, known); ok {
				text += fmt.Sprintf(" (did you mean %q?)", meant)
			}
			r.value(at, "%s", text)
		case real == "" && slices.Contains(required, column):
			r.value(at, "articles need it")
		case real != "" && !database.IsIdentifier(real):
			r.value(at, "not a column's name: %s", quote(real))
		}
	}
}

// validateContents reports what is wrong with the content stores.
func (doc *document) validateContents(r *report) {
	if doc.Content.ID != "" {
		r.value("content.id", "only for contents: the store of content has no name")
	}
	sources, names := map[string]string{}, map[string]string{}
	doc.Content.validate(r, "content")
	doc.validateSources(r, "content", &doc.Content, sources)
	for i := range doc.Contents {
		path, c := fmt.Sprintf("contents[%d]", i), &doc.Contents[i]
		r.id(path+".id", c.ID, names)
		if at := sources[c.ID]; at != "" {
			r.value(path+".id", "%s is the id of a source (%s)", quote(c.ID), r.place(at).within())
		}
		if _, ok := r.places[path+".dsn"]; !ok {
			r.value(path+".dsn", "missing")
		}
		c.validate(r, path)
		doc.validateSources(r, path, c, sources)
	}
	used := map[string]bool{}
	for i, s := range doc.Stations {
		used[s.Content] = true
		if s.Content != "" && names[s.Content] == "" {
			r.value(fmt.Sprintf("stations[%d].content", i), "contents has none with the id %s", quote(s.Content))
		}
	}
	for i, s := range doc.Stations {
		if s.All && len(used) > 1 && doc.Feeds.Archives.Depth > 0 {
			r.warn(fmt.Sprintf("stations[%d].all", i), "its feeds get no archives (feeds.archives): the articles are in several content stores")
		}
	}
	if _, ok := r.places["content"]; ok && !used[""] && len(doc.Stations) > 0 {
		r.warn("content", "no station has its articles there")
	}
	first := ""
	for i, c := range append([]Content{doc.Content}, doc.Contents...) {
		path, name := "content", ""
		if i > 0 {
			path, name = fmt.Sprintf("contents[%d]", i-1), c.ID
			if !used[name] {
				r.warn(path, "no station has its articles there")
			}
		}
		switch {
		case c.Driver != SQLite || !used[name]:
		case first != "":
			r.value(path+".driver", "%s is an embedded store, too: one has room for all stations that need one", first)
		default:
			first = path
		}
	}
}

// Stores returns the configuration once for each content store that has articles of
// stations which publish, as Content, with the network as the store knows it.
func (c *Config) Stores() (stores []*Config) {
	for _, name := range c.Network.Contents() {
		one := *c
		one.Network, one.Contents = c.Network.In(name), nil
		for _, content := range c.Contents {
			if content.ID == name {
				one.Content = content
			}
		}
		stores = append(stores, &one)
	}
	return stores
}

// Embedded returns that of Stores whose Content is the embedded store; nil: none is.
func (c *Config) Embedded() *Config {
	for _, store := range c.Stores() {
		if store.Content.Driver == SQLite {
			return store
		}
	}
	return nil
}

// Key returns where a content store stands in the file.
func (c *Content) Key() string {
	if c.ID == "" {
		return "content"
	}
	return "contents." + c.ID
}
