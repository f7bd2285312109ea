package views_test

import (
	"cmp"
	"os"
	"regexp"
	"strings"
	"testing"

	"feedstation/internal/views"
)

// TestWriteRefuses holds what is said of options that can't be: they go into SQL as they are.
func TestWriteRefuses(t *testing.T) {
	tests := []struct {
		name    string
		options views.Options
		want    string
	}{
		{"an unknown system", views.Options{System: "typo3"}, `want one of directus, drupal, ghost, joomla, strapi, wagtail, wordpress, wordpress-multisite, got "typo3"`},
		{"no system", views.Options{}, `got ""`},
		{"another engine", views.Options{System: "joomla", Driver: "postgres"}, "Joomla 4 and 5 is known on mysql only: on another database use a source (see the comments of the output), or views of your own"},
		{"a prefix with quotes", views.Options{System: "wordpress", Prefix: "wp_'"}, `--prefix: want letters, digits and underscores, got "wp_'"`},
		{"a prefix of none", views.Options{System: "strapi", Prefix: "x_"}, "--prefix: Strapi 5 has none"},
		{"a table", views.Options{System: "wagtail", Table: "a;b"}, `--table: want a name such as articles, got "a;b"`},
		{"a table of fixed names", views.Options{System: "ghost", Table: "posts"}, "--table: the tables of Ghost have fixed names"},
		{"an unknown field", views.Options{System: "directus", Fields: map[string]string{"boddy": "html"}}, `--field: Directus has no field "boddy" to be named`},
		{"a field", views.Options{System: "directus", Fields: map[string]string{"body": "a b"}}, `--field: want a column's name such as body, got "a b"`},
		{"two stations of one site", views.Options{System: "wordpress", Station: []string{"a", "b"}}, "--station: one site is one station"},
		{"a site that is no number", views.Options{System: "wordpress-multisite", Station: []string{"xt"}}, `--station: want an id and, for a multisite, the number of the site, as xt=2, got "xt"`},
		{"a site twice", views.Options{System: "wordpress-multisite", Station: []string{"xt=2", "cs=2"}}, `--station: "cs=2" is there twice`},
		{"an address", views.Options{System: "ghost", URL: "https://x.example/'a"}, `--url: want scheme, host and perhaps the folder of the one site, as in https://www.news.example, got "https://x.example/'a"`},
		{"an address of many", views.Options{System: "wordpress-multisite", URL: "https://x.example"}, "--url: want scheme, host and perhaps the folder of the one site"},
		{"a permalink that SQL lacks", views.Options{System: "wordpress", Permalink: "/%category%/%postname%/"}, "--permalink: %category% is not in the tables as WordPress shows it: use the source wordpress"},
		{"a permalink with quotes", views.Options{System: "wordpress", Permalink: "/'%post_id%"}, "--permalink: want a structure such as /archives/%post_id%"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := views.Write(&strings.Builder{}, tt.options)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("Write: %v, want %s", err, tt.want)
			}
		})
	}
}

// A column that sorts to find its row reads a whole index where sorting is off, as it is
// in the transactions of the store on PostgreSQL.
func TestNoColumnSorts(t *testing.T) {
	sorts := regexp.MustCompile(`(?i)ORDER BY [^()]*\bLIMIT\b`)
	for _, system := range []string{"directus", "strapi", "wagtail"} {
		if found := sorts.FindString(printed(t, views.Options{System: system})); found != "" {
			t.Errorf("%s: %s", system, found)
		}
	}
}

// TestDocs holds that the documentation shows what is printed, and names every system.
func TestDocs(t *testing.T) {
	text, err := os.ReadFile("../../docs/databases.md")
	if err != nil {
		t.Fatal(err)
	}
	docs := string(text)
	_, rest, ok := strings.Cut(docs, "<!-- feedstation views --for wordpress-multisite -->\n```sql\n")
	shown, _, end := strings.Cut(rest, "```\n")
	if !ok || !end || !strings.Contains(printed(t, views.Options{System: "wordpress-multisite"}), shown) {
		t.Errorf("docs/databases.md shows what is not printed:\n%s", shown)
	}
	for _, system := range views.Systems() {
		if !strings.Contains(docs, "`"+system+"`") {
			t.Errorf("docs/databases.md does not name %s", system)
		}
		out := printed(t, views.Options{System: system})
		source := map[string]string{"wordpress-multisite": "wordpress", "joomla": "json", "wagtail": "json"}[system]
		if !strings.Contains(out, "`"+cmp.Or(source, system)+"`") {
			t.Errorf("%s: names no source for what SQL can't give", system)
		}
		for _, odd := range []string{"<no value>", "%!", "&#", "\n\n\n"} {
			if strings.Contains(out, odd) {
				t.Errorf("%s: prints %q", system, odd)
			}
		}
	}
}
