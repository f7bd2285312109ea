package config

import (
	"crypto/tls"
	"fmt"
	"maps"
	"slices"

	"feedstation/internal/article"
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

func (c *Content) validateTLS(r *report) {
	if c.isFile() && c.tlsFiles() != (tlsFiles{}) {
		r.value("content.driver", "want postgres or mysql with the keys of TLS, got %s", c.Driver)
		return
	}
	c.tlsFiles().validate(r, "content.")
}

// validateMap reports columns that the contract does not have.
func (c *Content) validateMap(r *report) {
	if len(c.Map) > 0 && c.Driver == SQLite {
		r.value("content.map", "only for postgres and mysql: the embedded store names its columns itself")
		return
	}
	known := append(article.Columns(), "article_id", "channel")
	for _, column := range slices.Sorted(maps.Keys(c.Map)) {
		if slices.Contains(known, column) {
			continue
		}
		text := "articles have no such column"
		if meant, ok := suggest.Nearest(column, known); ok {
			text += fmt.Sprintf(" (did you mean %q?)", meant)
		}
		r.value(fmt.Sprintf("content.map[%s]", quote(column)), "%s", text)
	}
}
