package setup

import (
	_ "embed"
	"fmt"
	"io"
	"strings"
	"text/template"

	"go.yaml.in/yaml/v4"
)

// Config is a configuration as far as a newsroom's answers make it; everything else
// has its default.
type Config struct {
	Name, Language, Timezone string
	Stations                 []Station
	Content                  Content
}

// Station is a station of a configuration.
type Station struct {
	ID, Key, Name, URL string // Key is what articles call it
	Articles           int
	Channels           []Channel
}

// Channel is a channel of a station.
type Channel struct {
	ID, Key, Name string // Key is what articles call it
	Articles      int
}

// Content is where the articles are.
type Content struct {
	Driver                    string
	DSN                       string // empty: in the environment
	Articles, ArticleChannels string // relations; empty: as by default
	Map                       map[string]string
	Source                    *Source
}

// Database reports whether stations and channels may have keys.
func (c Content) Database() bool { return c.Driver != "sqlite" }

// Source is a system that is asked over HTTP.
type Source struct {
	ID, Kind, URL, Sitemap, Dir, Station, Collection, Link, Username string
	Fields                                                           map[string]string
	Channels                                                         []Channel
}

//go:embed config.tmpl
var text string

var page = template.Must(template.New("config").Funcs(template.FuncMap{"yaml": scalar}).Parse(text))

// Write writes it as YAML.
func (c *Config) Write(w io.Writer) error { return page.Execute(w, c) }

// scalar returns a text as YAML has it on one line.
func scalar(text string) (string, error) {
	if strings.ContainsAny(text, "\n\r") {
		return "", fmt.Errorf("want one line, got %q", text)
	}
	out, err := yaml.Marshal(&yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: text, Style: style(text)})
	return strings.TrimSuffix(string(out), "\n"), err
}

// style quotes what ends a text inside of an object on one line.
func style(text string) yaml.Style {
	if strings.ContainsAny(text, ",[]{}") {
		return yaml.DoubleQuotedStyle
	}
	return 0
}
