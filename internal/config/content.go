package config

import (
	"crypto/tls"
	"fmt"
	"maps"
	"slices"

	"feedstation/internal/article"
	"feedstation/internal/database"
	"feedstation/internal/suggest"
)

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
