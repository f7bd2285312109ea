package cli

import (
	"errors"

	"feedstation/internal/views"
)

type viewsCommand struct {
	For       string            `required:"" help:"The system: wordpress, wordpress-multisite, ghost, drupal, joomla, directus, strapi or wagtail." placeholder:"SYSTEM"`
	Driver    string            `help:"mysql (and MariaDB) or postgres; the default is what the system is known on." placeholder:"DRIVER"`
	Prefix    string            `help:"What the names of its tables begin with." placeholder:"PREFIX"`
	Table     string            `help:"The table of articles, of Directus, Strapi and Wagtail." placeholder:"NAME"`
	URL       string            `name:"url" help:"Scheme and host of the site, where its database does not know it." placeholder:"URL"`
	Station   []string          `help:"The station's id; of a multisite ID=SITE, once a site." placeholder:"ID"`
	Field     map[string]string `help:"A column of the table of articles, as body=html." placeholder:"FIELD=COLUMN"`
	Permalink string            `help:"WordPress's permalink structure, as its settings show it; default /archives/%post_id%." placeholder:"STRUCTURE"`
}

// Run prints the SQL and the lines of the configuration for a known system. It reads
// neither the configuration nor a database.
func (c *viewsCommand) Run(in *invocation) error {
	err := views.Write(in.terminal.Stdout, views.Options{
		System: c.For, Driver: c.Driver, Prefix: c.Prefix, Table: c.Table, URL: c.URL, Station: c.Station, Fields: c.Field, Permalink: c.Permalink,
	})
	if err != nil {
		return &usageError{errors.New("feedstation: views: " + err.Error())}
	}
	return nil
}
