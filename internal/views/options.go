package views

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"feedstation/internal/network"
)

// Options say what is particular to an installation.
type Options struct {
	System  string
	Driver  string            // empty: the system's
	Prefix  string            // of the names of tables; empty: the system's default
	Table   string            // of articles, of systems that have none by a fixed name; empty: the default
	URL     string            // of the site, where its database does not know it; empty: a reserved name
	Station []string          // ids of stations, with =KEY behind them where that is another; of a multisite the key is the site's number
	Fields  map[string]string // names of columns, by those that the system's file has for them
	// Permalink is WordPress's structure of addresses, as its settings show it.
	Permalink string
}

// Names of tables and columns, and prefixes of the former, as they are in SQL without quotes.
var (
	identifier = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]{0,62}$`)
	prefix     = regexp.MustCompile(`^[A-Za-z0-9_]{0,20}$`)
	siteNumber = regexp.MustCompile(`^[1-9][0-9]{0,8}$`)
	storeKey   = regexp.MustCompile(`^[A-Za-z0-9_-]{1,20}$`)
)

// apply puts what the options say over the system's defaults.
func (s *script) apply(o *Options) error {
	if o.Driver != "" && o.Driver != s.Driver {
		return fmt.Errorf("%s is known on %s only: on another database use a source (see the comments of the output), or views of your own", s.Title, s.Driver)
	}
	switch {
	case o.Prefix == "":
	case !prefix.MatchString(o.Prefix):
		return fmt.Errorf("--prefix: want letters, digits and underscores, got %q", o.Prefix)
	case s.Driver != "mysql":
		return fmt.Errorf("--prefix: %s has none", s.Title)
	default:
		s.Prefix = o.Prefix
	}
	switch {
	case o.Table == "":
	case s.Table == "":
		return fmt.Errorf("--table: the tables of %s have fixed names", s.Title)
	case !identifier.MatchString(o.Table):
		return fmt.Errorf("--table: want a name such as articles, got %q", o.Table)
	default:
		s.Table = o.Table
	}
	for name, of := range o.Fields {
		if _, ok := s.Fields[name]; !ok {
			return fmt.Errorf("--field: %s has no field %q to be named", s.Title, name)
		}
		if !identifier.MatchString(of) {
			return fmt.Errorf("--field: want a column's name such as body, got %q", of)
		}
		s.Fields[name] = of
	}
	return nil
}

// stations reads the stations of options.
func stations(o Options) (all []station, err error) {
	list := o.Station
	if len(list) == 0 {
		list = []string{"www"}
		if o.System == multisite {
			list = []string{"www=1", "xt=2"}
		}
	}
	if len(list) > 1 && o.System != multisite {
		return nil, errors.New("--station: one site is one station")
	}
	for _, text := range list {
		id, key, given := strings.Cut(text, "=")
		if !given {
			key = id
		}
		if err := network.CheckID(id); err != nil {
			return nil, fmt.Errorf("--station: %w", err)
		}
		if !storeKey.MatchString(key) || o.System == multisite && !siteNumber.MatchString(key) {
			return nil, fmt.Errorf("--station: want an id and, for a multisite, the number of the site, as xt=2, got %q", text)
		}
		if slices.ContainsFunc(all, func(s station) bool { return s.ID == id || s.Key == key }) {
			return nil, fmt.Errorf("--station: %q is there twice", text)
		}
		url := "https://" + strings.ToLower(id) + ".news.example"
		if o.URL != "" {
			if url, err = network.Base(o.URL); err != nil || o.System == multisite || strings.ContainsAny(url, `'"\`) {
				return nil, fmt.Errorf("--url: want scheme, host and perhaps the folder of the one site, as in https://www.news.example, got %q", o.URL)
			}
		}
		all = append(all, station{id, key, url})
	}
	return all, nil
}

// DefaultPermalink is the structure that WordPress calls numeric.
const DefaultPermalink = "/archives/%post_id%"

// permalink returns the SQL of a post's path by WordPress's structure of permalinks.
func permalink(structure, tables, base string) (string, error) {
	if structure == "" {
		structure = DefaultPermalink
	}
	tags := map[string]string{
		"post_id": "p.ID", "postname": "p.post_name",
		"year": "DATE_FORMAT(p.post_date, '%Y')", "monthnum": "DATE_FORMAT(p.post_date, '%m')", "day": "DATE_FORMAT(p.post_date, '%d')",
		"hour": "DATE_FORMAT(p.post_date, '%H')", "minute": "DATE_FORMAT(p.post_date, '%i')", "second": "DATE_FORMAT(p.post_date, '%s')",
		"author": "COALESCE((SELECT u.user_nicename FROM " + base + "users u WHERE u.ID = p.post_author), '')",
	}
	if !strings.HasPrefix(structure, "/") || strings.ContainsAny(structure, "'\\\n") {
		return "", fmt.Errorf("--permalink: want a structure such as %s, got %q", DefaultPermalink, structure)
	}
	var list []string
	for i, piece := range strings.Split(structure, "%") {
		sql, ok := tags[piece]
		switch {
		case i%2 == 0 && piece != "":
			list = append(list, "'"+piece+"'")
		case i%2 == 0:
		case !ok:
			return "", fmt.Errorf("--permalink: %%%s%% is not in the tables as WordPress shows it: use the source wordpress", piece)
		default:
			list = append(list, sql)
		}
	}
	return strings.Join(list, ", "), nil
}
