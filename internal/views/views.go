// Package views makes the SQL that shows a known system's articles to feedstation: a
// small table that triggers keep, the two relations over it, the grants and the lines
// of the configuration.
//
// A system is a file in systems: what of its tables makes a row, a channel and each
// column, and which tables change an article. One template an engine makes the SQL of it.
package views

import (
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
	"text/template"

	"go.yaml.in/yaml/v4"
)

//go:embed *.tmpl systems/*.yaml
var files embed.FS

// Systems returns the names of the systems that are known, in order.
func Systems() []string {
	found, err := fs.Glob(files, "systems/*.yaml")
	if err != nil {
		panic(err) // the pattern is wrong
	}
	for i, name := range found {
		found[i] = strings.TrimSuffix(strings.TrimPrefix(name, "systems/"), ".yaml")
	}
	slices.Sort(found)
	return found
}

// multisite is the one system whose stations have tables of their own.
const multisite = "wordpress-multisite"

// system is a file in systems. Its texts are templates of a part.
type system struct {
	Title        string            `yaml:"title"`
	Driver       string            `yaml:"driver"`
	Prefix       string            `yaml:"prefix"`
	Table        string            `yaml:"table"`
	Fields       map[string]string `yaml:"fields"`
	Limits       []string          `yaml:"limits"`
	Config       []string          `yaml:"config"`     // more lines of content in the configuration
	Pieces       string            `yaml:"pieces"`     // the query of what texts show of other posts
	First        bool              `yaml:"first"`      // published is that of the first publication
	FirstSeen    bool              `yaml:"first_seen"` // which is when it is seen
	KeyType      string            `yaml:"key_type"`   // of source, the system's own key
	Rows         string            `yaml:"rows"`       // the query of id, station, source, url, published, updated, expires, status
	Channels     string            `yaml:"channels"`
	ListChannels string            `yaml:"list_channels"`
	Triggers     []trigger         `yaml:"triggers"`
	Shared       []shared          `yaml:"shared"`
	Reads        []string          `yaml:"reads"`      // tables besides those of Triggers and Shared, of PostgreSQL
	Statements   []string          `yaml:"statements"` // of each part
	Once         []string          `yaml:"once"`
	Indexes      []string          `yaml:"indexes"`
	Status       string            `yaml:"status"` // in place of the kept one
	Columns      map[string]string `yaml:"columns"`
}

// trigger is a table whose changes are an article's: of the one that Key says, with ROW
// for the row.
type trigger struct {
	Table   string   `yaml:"table"`
	Key     string   `yaml:"key"`
	When    string   `yaml:"when"`
	Columns []string `yaml:"columns"` // those that matter in an update; empty: all

	Name string `yaml:"-"`
}

// shared is a table of which a row shows in many articles, as an author or a file: a
// change of Columns moves the time of those that Of, a query of source, names with ROW
// for the row.
type shared struct {
	Table   string   `yaml:"table"`
	When    string   `yaml:"when"`
	Columns []string `yaml:"columns"`
	Of      string   `yaml:"of"`

	Name string `yaml:"-"`
}

// part is a set of tables: one of each site of a multisite, else all.
type part struct {
	Name                                     string // what procedures begin with
	Base, Tables                             string // prefixes
	Table, Station, IDPrefix, URL, Permalink string
	Fields                                   map[string]string
	Rows, Channels, Pieces                   string
	ListChannels                             string
	Triggers                                 []trigger
	Shared                                   []shared
	Reads                                    []string
	Statements                               []string
}

// Analyzed returns the tables that are read, once each: without statistics PostgreSQL
// reads whole ones.
func (p *part) Analyzed() []string {
	all := slices.Clone(p.Reads)
	for _, t := range p.Triggers {
		all = append(all, t.Table)
	}
	for _, t := range p.Shared {
		all = append(all, t.Table)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// column is a column of the view, with its SQL in each part.
type column struct {
	Name string
	SQL  []string
}

type station struct{ ID, Key, URL string }

// script is what the templates of the engines are given.
type script struct {
	system
	Parts                       []part
	Columns                     []column
	Stations                    []station
	DSN, Relation, ChannelsName string
}

// Write writes the SQL. Its error is of options that can't be.
func Write(w io.Writer, o Options) error {
	s, err := newScript(o)
	if err != nil {
		return err
	}
	row := func(text, name string) string { return strings.ReplaceAll(text, "ROW.", name+".") }
	all, err := template.New("").Funcs(template.FuncMap{"row": row}).ParseFS(files, "*.tmpl")
	if err != nil {
		return err
	}
	return all.ExecuteTemplate(w, s.Driver+".sql.tmpl", s)
}

func load(name string) (s system, err error) {
	if !slices.Contains(Systems(), name) {
		return s, fmt.Errorf("want one of %s, got %q", strings.Join(Systems(), ", "), name)
	}
	names := []string{name}
	if name == multisite {
		names = []string{"wordpress", name}
	}
	for _, name := range names {
		text, err := files.ReadFile("systems/" + name + ".yaml")
		if err != nil {
			return s, err
		}
		if err := yaml.Unmarshal(text, &s); err != nil {
			return s, fmt.Errorf("%s: %w", name, err)
		}
	}
	return s, nil
}

func newScript(o Options) (*script, error) {
	loaded, err := load(o.System)
	if err != nil {
		return nil, err
	}
	s := &script{system: loaded}
	if err := s.apply(&o); err != nil {
		return nil, err
	}
	if s.Stations, err = stations(o); err != nil {
		return nil, err
	}
	s.DSN, s.Relation, s.ChannelsName = "feedstation@tcp(db.example:3306)/"+strings.TrimSuffix(o.System, "-multisite"), s.Prefix+"feedstation_", "channels"
	if s.Driver == "postgres" {
		s.DSN, s.Relation, s.ChannelsName = "postgres://feedstation@db.example:5432/"+o.System, "feedstation.", "article_channels"
	}
	for _, station := range s.Stations {
		s.Parts = append(s.Parts, s.part(o, station))
		if o.System != multisite {
			break
		}
	}
	return s, s.fill()
}

// part returns the tables of a station.
func (s *script) part(o Options, of station) part {
	p := part{Base: s.Prefix, Tables: s.Prefix, Table: s.Table, Station: of.Key, URL: of.URL, Fields: s.Fields}
	if o.System == multisite {
		p.IDPrefix = of.Key + "-"
		if of.Key != "1" {
			p.Tables += of.Key + "_"
		}
	}
	p.Name = p.Tables + "feedstation"
	p.Permalink = o.Permalink
	return p
}

// fill makes the SQL of the parts.
func (s *script) fill() error {
	var errs []error
	for i := range s.Parts {
		p := &s.Parts[i]
		permalink, err := permalink(p.Permalink, p.Tables, p.Base)
		if err != nil {
			return err
		}
		p.Permalink = permalink
		in := func(text string) string {
			out, err := expand(text, p)
			errs = append(errs, err)
			return out
		}
		p.Rows, p.Channels, p.ListChannels, p.Pieces = in(s.Rows), in(s.Channels), in(s.ListChannels), in(s.system.Pieces)
		for _, t := range s.Triggers {
			t.Table, t.Key, t.When = in(t.Table), in(t.Key), in(t.When)
			t.Name = p.Name + "_" + strings.TrimPrefix(t.Table, p.Tables)
			if s.Driver == "postgres" {
				t.Name = "of_" + t.Table
			}
			p.Triggers = append(p.Triggers, t)
		}
		for _, t := range s.Shared {
			t.Table, t.Of = in(t.Table), in(t.Of)
			t.Name = p.Name + "_" + strings.TrimPrefix(t.Table, p.Base) + "_shared"
			if s.Driver == "postgres" {
				t.Name = "shared_" + t.Table
			}
			p.Shared = append(p.Shared, t)
		}
		for _, table := range s.Reads {
			p.Reads = append(p.Reads, in(table))
		}
		for _, statement := range s.Statements {
			p.Statements = append(p.Statements, in(statement))
		}
	}
	first := &s.Parts[0]
	for _, list := range []*[]string{&s.Once, &s.Indexes} {
		for i, text := range *list {
			out, err := expand(text, first)
			(*list)[i] = out
			errs = append(errs, err)
		}
	}
	status, err := expand(s.Status, first)
	s.Status = status
	errs = append(errs, err)
	for _, name := range []string{"title", "summary", "body", "authors", "images", "tags", "language", "noindex", "news"} {
		if s.system.Columns[name] == "" {
			continue
		}
		c := column{Name: name}
		for i := range s.Parts {
			text, err := expand(s.system.Columns[name], &s.Parts[i])
			errs = append(errs, err)
			c.SQL = append(c.SQL, text)
		}
		if c.SQL[0] == "" { // a field that has to be named
			continue
		}
		s.Columns = append(s.Columns, c)
	}
	return errors.Join(errs...)
}

func expand(text string, p *part) (string, error) {
	t, err := template.New("").Parse(text)
	if err != nil {
		return "", err
	}
	var out strings.Builder
	err = t.Execute(&out, p)
	return out.String(), err
}
