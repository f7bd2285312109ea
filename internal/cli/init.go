package cli

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/dustin/go-humanize/english"

	"feedstation/internal/config"
	"feedstation/internal/durable"
	"feedstation/internal/network"
	"feedstation/internal/secret"
	"feedstation/internal/setup"
	"feedstation/internal/terminal"
)

type initCommand struct {
	From string `help:"Where the articles are: file, database, files, wordpress, ghost, drupal, directus, strapi or feed." placeholder:"WHERE"`

	File string `help:"Articles as JSON Lines, with --from file." placeholder:"FILE"`

	DSN             string `name:"dsn" help:"postgres://user:password@host:5432/database or user:password@tcp(host:3306)/database, with --from database; better in the environment, as FEEDSTATION_CONTENT_DSN." placeholder:"DSN"`
	Articles        string `help:"The relation of articles, with --from database." placeholder:"NAME"`
	ArticleChannels string `help:"The relation of their channels, with --from database." placeholder:"NAME"`

	URL        string            `name:"url" help:"The address of the system, or of the feed." placeholder:"URL"`
	Sitemap    string            `help:"The site's sitemap, with --from feed: its pages are articles as well." placeholder:"URL"`
	Dir        string            `help:"A folder of Markdown or JSON Lines, with --from files." placeholder:"FOLDER"`
	Collection string            `help:"The type of content, where there are several." placeholder:"NAME"`
	Link       string            `help:"The address of an article's page, with {slug} or another value of it, where the system does not know it." placeholder:"URL"`
	Field      map[string]string `help:"Where a field of articles is, as body=content; of a database its column." placeholder:"FIELD=PATH"`
	Username   string            `help:"Who may read there; the password or token is asked for, or taken from the environment." placeholder:"NAME"`

	Name     string   `help:"The portal's name." placeholder:"NAME"`
	Language string   `help:"BCP 47, such as zh-CN." placeholder:"LANGUAGE"`
	Timezone string   `help:"IANA name, such as Asia/Shanghai." placeholder:"ZONE"`
	Station  []string `help:"A station's address, by what articles call it, where their own addresses do not tell; once a station." placeholder:"STATION=URL"`
	Force    bool     `help:"Write over a configuration that is there."`

	Password, Token string `kong:"-"`
}

// Run makes a configuration of what the newsroom has, tries it and writes it. Nothing
// is written before articles could be read.
func (c *initCommand) Run(in *invocation) error {
	file := in.configFile
	for _, name := range []string{file, secretsBeside(file)} {
		if _, err := os.Lstat(name); err == nil && !c.Force {
			return &usageError{fmt.Errorf("feedstation: init: %s is there already; --force writes over it, --config names another place", name)}
		}
	}
	ask := in.asker()
	if err := c.where(in, ask); err != nil {
		return err
	}
	ctx, stop := interruptible()
	defer stop()
	s := &initial{in: in, command: c, ask: ask}
	s.environ = append(slices.Clone(in.terminal.Environ), c.secrets()...)
	if err := s.survey(ctx); err != nil {
		return fmt.Errorf("init: nothing is written: %w", err)
	}
	if err := s.complete(); err != nil {
		return fmt.Errorf("init: nothing is written: %w", err)
	}
	cfg, text, err := s.render()
	if err != nil {
		return &usageError{fmt.Errorf("feedstation: init: nothing is written: %w", err)}
	}
	if err := s.preview(ctx, cfg); err != nil {
		return fmt.Errorf("init: nothing is written: %w", err)
	}
	if ask != nil {
		if ok, err := ask.confirm("\nWrite " + file); err != nil || !ok {
			return fmt.Errorf("init: nothing is written: %w", cmp.Or(err, errDeclined))
		}
	}
	return c.write(in, text)
}

var errDeclined = errors.New("that was the answer")

// where finds out where the articles are.
func (c *initCommand) where(in *invocation, ask *asker) (err error) {
	choices := []choice{
		{fromFile, "a file of JSON Lines, one article a line"},
		{fromDatabase, "a database of yours: PostgreSQL, MySQL, MariaDB or a SQLite file"},
		{config.Files, "a folder of Markdown or JSON Lines"},
	}
	for _, kind := range config.SourceKinds {
		if sourceTitles[kind] != "" { // but JSON, which needs a path for every field
			choices = append(choices, choice{kind, sourceTitles[kind] + ", over HTTP"})
		}
	}
	if c.From == "" && ask != nil {
		if c.From, err = ask.choose("Where are the articles?", choices); err != nil {
			return fmt.Errorf("init: %w", err)
		}
	}
	if !slices.ContainsFunc(choices, func(known choice) bool { return known.value == c.From }) {
		var values []string
		for _, known := range choices {
			values = append(values, known.value)
		}
		return &usageError{fmt.Errorf("feedstation: init: --from: want one of %s, got %q", strings.Join(values, ", "), c.From)}
	}
	if err := c.stray(); err != nil {
		return &usageError{fmt.Errorf("feedstation: init: %w", err)}
	}
	for _, q := range c.settings() {
		switch {
		case q.of != nil && *q.of == "":
		case *q.value != "" || q.inEnvironment(in.terminal.Environ):
		case ask != nil && q.secret:
			*q.value, err = ask.secret(q.text)
		case ask != nil && q.optional:
			*q.value, err = ask.optional(q.text)
		case ask != nil:
			*q.value, err = ask.text(q.text, "")
		case !q.optional && !q.secret:
			err = fmt.Errorf("--%s is missing", q.flag)
		}
		if err != nil {
			return &usageError{fmt.Errorf("feedstation: init: %w", err)}
		}
	}
	return nil
}

// stray reports flags that say nothing of where the articles are.
func (c *initCommand) stray() error {
	file, database, systems := []string{fromFile}, []string{fromDatabase}, slices.Sorted(maps.Keys(sourceTitles))
	systems = append(systems, config.Files)
	var faults []error
	for _, f := range []struct {
		flag  string
		given bool
		of    []string
	}{
		{"file", c.File != "", file},
		{"dsn", c.DSN != "", database},
		{"articles", c.Articles != "", database},
		{"article-channels", c.ArticleChannels != "", database},
		{"field", len(c.Field) > 0, append(database, systems...)}, // the import format has fields of its own
		{"url", c.URL != "", systems},
		{"collection", c.Collection != "", systems},
		{"link", c.Link != "", systems},
		{"username", c.Username != "", systems},
		{"dir", c.Dir != "", []string{config.Files}},
		{"sitemap", c.Sitemap != "", []string{config.FeedKind}},
	} {
		if f.given && !slices.Contains(f.of, c.From) {
			faults = append(faults, fmt.Errorf("--%s goes with --from %s, not with %s", f.flag, strings.Join(f.of, ", "), c.From))
		}
	}
	return errors.Join(faults...)
}

const (
	fromFile     = "file"
	fromDatabase = "database"
)

var sourceTitles = map[string]string{
	config.WordPress: "WordPress", config.Ghost: "Ghost", config.Drupal: "Drupal", config.Directus: "Directus",
	config.Strapi: "Strapi", config.FeedKind: "an RSS, Atom or JSON feed",
}

// setting is one of those that depend on where the articles are.
type setting struct {
	value            *string
	of               *string // what it belongs to; nil: it stands alone
	flag, text       string
	variable         string // of the environment; empty: none
	optional, secret bool
}

func (q setting) inEnvironment(environ []string) bool {
	return q.variable != "" && slices.ContainsFunc(environ, func(assignment string) bool {
		return strings.HasPrefix(assignment, q.variable+"=") || strings.HasPrefix(assignment, q.variable+"_FILE=")
	})
}

func (c *initCommand) settings() []setting {
	switch c.From {
	case fromFile:
		return []setting{{value: &c.File, flag: "file", text: "The file"}}
	case fromDatabase:
		return []setting{{
			value: &c.DSN, flag: "dsn", variable: dsnVariable,
			text: "The DSN, postgres://user:password@host:5432/database or user:password@tcp(host:3306)/database, or the SQLite file",
		}}
	}
	list := []setting{{value: &c.URL, flag: "url", text: "Its address, such as https://news.example"}}
	if c.From == config.Files {
		list[0].text = "The address of the site that has the pages, such as https://news.example"
		return append(list, setting{value: &c.Dir, flag: "dir", text: "The folder"})
	}
	password := setting{value: &c.Password, of: &c.Username, variable: c.variable("PASSWORD"), text: "Password", secret: true}
	token := setting{value: &c.Token, variable: c.variable("TOKEN"), text: "Token", secret: true}
	switch c.From {
	case config.WordPress:
		list = append(list, setting{value: &c.Username, flag: "username", text: "User with an application password", optional: true}, password)
	case config.FeedKind:
		list = append(list, setting{value: &c.Sitemap, flag: "sitemap", text: "The site's sitemap, if its pages are articles that the feed has no more", optional: true})
	case config.Ghost:
		token.text, token.flag = "Content API key of a custom integration", "token"
		list = append(list, token)
	case config.Directus, config.Strapi:
		list = append(list, token, setting{value: &c.Collection, flag: "collection", text: "The collection of articles"},
			setting{value: &c.Link, flag: "link", text: "The address of an article's page, such as https://xt.news.example/news/{slug}"})
	}
	return list
}

const dsnVariable = "FEEDSTATION_CONTENT_DSN"

// variable returns the variable of the source's key.
func (c *initCommand) variable(key string) string {
	return "FEEDSTATION_CONTENT_SOURCES_" + strings.ToUpper(c.From) + "_" + key
}

// secrets returns what the environment has to have: what does not belong in a file that
// others may read.
func (c *initCommand) secrets() (environ []string) {
	add := func(variable, value string) {
		if value != "" {
			environ = append(environ, variable+"="+value)
		}
	}
	if c.From == fromDatabase && hasPassword(c.DSN) {
		add(dsnVariable, c.DSN)
	}
	add(c.variable("PASSWORD"), c.Password)
	add(c.variable("TOKEN"), c.Token)
	return environ
}

// hasPassword reports whether there may be a password in a DSN.
func hasPassword(dsn string) bool {
	return slices.ContainsFunc(secret.InDSN(dsn), func(text string) bool { return strings.Trim(text, ":") != "" })
}

// secretsBeside is where secrets are written, beside the configuration.
func secretsBeside(file string) string { return filepath.Join(filepath.Dir(file), "feedstation.env") }

// write writes the configuration, and the secrets into a file for its owner alone.
func (c *initCommand) write(in *invocation, text []byte) error {
	secrets := c.secrets()
	beside := secretsBeside(in.configFile)
	folder, err := durable.Open(filepath.Dir(in.configFile))
	if err != nil {
		return fmt.Errorf("init: nothing is written: %w", err)
	}
	defer folder.Close()
	if len(secrets) > 0 {
		var env bytes.Buffer
		for _, assignment := range secrets {
			variable, value, _ := strings.Cut(assignment, "=")
			fmt.Fprintf(&env, "%s='%s'\n", variable, strings.ReplaceAll(value, "'", `'\''`))
		}
		if err := folder.Write(filepath.Base(beside), env.Bytes(), 0o600); err != nil {
			return fmt.Errorf("init: nothing is written: %w", err)
		}
	}
	if err := folder.Write(filepath.Base(in.configFile), text, 0o644); err != nil {
		return fmt.Errorf("init: %w", err)
	}
	out := in.terminal.Stdout
	fmt.Fprintf(out, "\nwritten: %s\n", in.configFile)
	if len(secrets) > 0 {
		fmt.Fprintf(out, "written: %s, secrets that only you can read\n", beside)
	}
	fmt.Fprintln(out, "\nNext:")
	if len(secrets) > 0 {
		fmt.Fprintf(out, "  set -a; . %s; set +a     # or EnvironmentFile= of a systemd unit\n", shellPath(beside))
	}
	if c.From == fromFile {
		fmt.Fprintf(out, "  feedstation import %s\n", c.File)
	}
	fmt.Fprintln(out, "  feedstation check     # what articles lack")
	fmt.Fprintln(out, "  feedstation serve")
	return nil
}

// shellPath returns a path as a shell reads it with a dot.
func shellPath(path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return "./" + filepath.ToSlash(path)
}

// complete asks for what is left, or takes what the articles suggest.
func (s *initial) complete() (err error) {
	c, out := s.command, s.in.terminal.Stdout
	fmt.Fprintf(out, "%d %s of %d %s found:\n", s.found.Articles(), english.PluralWord(s.found.Articles(), "article", ""),
		len(s.config.Stations), english.PluralWord(len(s.config.Stations), "station", ""))
	for _, st := range s.config.Stations {
		fmt.Fprintf(out, "  %s %s: %d %s, %d %s\n", st.ID, terminal.Line(st.URL), st.Articles, english.PluralWord(st.Articles, "article", ""),
			len(st.Channels), english.PluralWord(len(st.Channels), "channel", ""))
	}
	language, zone := s.found.Locale()
	s.config.Name = cmp.Or(c.Name, s.config.Stations[0].Name)
	s.config.Language, s.config.Timezone = cmp.Or(c.Language, language), cmp.Or(c.Timezone, zone)
	if s.ask == nil {
		return nil
	}
	for _, q := range []struct {
		given string
		value *string
		text  string
	}{
		{c.Name, &s.config.Name, "The portal's name"},
		{c.Language, &s.config.Language, "Its language"},
		{c.Timezone, &s.config.Timezone, "Its time zone"},
	} {
		if q.given == "" {
			if *q.value, err = s.ask.text(q.text, *q.value); err != nil {
				return err
			}
		}
	}
	return nil
}

// addresses puts what --station says over what the articles suggest.
func (c *initCommand) addresses(stations []setup.Station) error {
	for _, text := range c.Station {
		key, address, ok := strings.Cut(text, "=")
		own, err := network.Base(address)
		if !ok || err != nil {
			return fmt.Errorf("--station: want STATION=https://HOST, or STATION=https://HOST/FOLDER, got %q", text)
		}
		i := slices.IndexFunc(stations, func(s setup.Station) bool { return s.Key == key || s.ID == key })
		if i < 0 {
			return fmt.Errorf("--station: no article is of station %q", key)
		}
		stations[i].URL = own
	}
	return oneHostEach(stations)
}

// oneHostEach reports stations that have the same address.
func oneHostEach(stations []setup.Station) error {
	of := map[string]string{}
	for _, s := range stations {
		if other := of[s.URL]; other != "" && s.URL != "" {
			return fmt.Errorf("stations %s and %s have articles at %s: each station has a host or a folder of its own, as --station %s=%[3]s/FOLDER names one", other, s.Key, s.URL, s.Key)
		}
		of[s.URL] = s.Key
	}
	return nil
}

// errNothing is the outcome where there is no article, with some of the reasons.
func errNothing(what string, reasons []string) error {
	var text strings.Builder
	text.WriteString(what + " has no published article")
	for _, reason := range reasons[:min(len(reasons), previewed)] {
		text.WriteString("\n  " + terminal.Line(reason))
	}
	return errors.New(text.String())
}
