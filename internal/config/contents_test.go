package config

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

const twoStores = `network: {name: 湘江新闻网}
stations:
  - {id: www, name: 湘江新闻网, url: "https://www.news.example", all: true}
  - {id: xt, name: 湘潭站, url: "https://xt.news.example", key: 2, content: magazine}
  - {id: yy, name: 岳阳站, url: "https://yy.news.example", key: 2}
  - {id: zz, name: 株洲站, url: "https://zz.news.example", content: wp-2}
contents:
  - {id: magazine, driver: postgres, dsn: "postgres://db.news.example/magazine", timeout: 3s, status: {published: [8]}}
  - {id: wp-2, driver: mysql, dsn: "feedstation@tcp(db.news.example:3306)/wp"}
`

func TestContents(t *testing.T) {
	password := filepath.Join(t.TempDir(), "dsn")
	if err := os.WriteFile(password, []byte("feedstation:hunter2@tcp(db.news.example:3306)/wp\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := Parse("config.yaml", []byte(twoStores), []string{
		"FEEDSTATION_CONTENTS_MAGAZINE_OVERLAP=9s", "FEEDSTATION_CONTENTS_WP_2_DSN_FILE=" + password, "FEEDSTATION_STATIONS_ZZ_CONTENT=wp-2",
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Warnings) > 0 {
		t.Errorf("warnings: %q", c.Warnings)
	}
	var got []string
	for _, s := range c.Stores() {
		var stations []string
		for _, station := range s.Network.Stations {
			stations = append(stations, station.ID)
		}
		got = append(got, s.Content.Key()+" "+s.Content.Driver+" "+strings.Join(stations, ","))
	}
	if want := []string{"content sqlite www,yy", "contents.magazine postgres xt", "contents.wp-2 mysql zz"}; !slices.Equal(got, want) {
		t.Errorf("stores: %q, want %q", got, want)
	}
	if m := c.Contents[0]; m.Overlap != 9*time.Second || m.Timeout != 3*time.Second || len(m.Status.Published) != 1 {
		t.Errorf("magazine: %+v", m)
	}
	if dsn := c.Contents[1].DSN.Reveal(); !strings.Contains(dsn, "hunter2") {
		t.Error("the DSN of a file is not read")
	}
	if e := c.Embedded(); e == nil || e.Content.Key() != "content" {
		t.Errorf("the embedded store is %v", e)
	}
}

// TestContentsWarnings names stores that nobody has articles in; the default one is
// there whether the file has it or not.
func TestContentsWarnings(t *testing.T) {
	text := strings.NewReplacer(", content: wp-2", "", "all: true", "all: true, content: magazine", "key: 2}", "key: 3, content: magazine}").Replace(twoStores)
	text = strings.Replace(text, `zz.news.example"`, `zz.news.example", content: magazine`, 1) + "content: {demo: 1}\n"
	c, err := Parse("config.yaml", []byte(text), nil)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"config.yaml:9: contents[1]: no station has its articles there", "config.yaml:10: content: no station has its articles there"}
	if !slices.Equal(c.Warnings, want) {
		t.Errorf("warnings: %q, want %q", c.Warnings, want)
	}
	if len(c.Stores()) != 1 || c.Embedded() != nil {
		t.Errorf("stores: %v", c.Stores())
	}
}

// TestContentsArchives names the station that has no archives because its articles are in
// several stores.
func TestContentsArchives(t *testing.T) {
	c, err := Parse("config.yaml", []byte(twoStores+"feeds: {archives: {depth: 4}}\n"), nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Warnings) != 1 || !strings.Contains(c.Warnings[0], "its feeds get no archives") || !strings.Contains(c.Warnings[0], "].all: ") {
		t.Errorf("warnings: %q", c.Warnings)
	}
}
