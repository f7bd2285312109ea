package setup_test

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"

	"feedstation/internal/article"
	"feedstation/internal/config"
	"feedstation/internal/setup"
)

func survey(articles ...article.Article) *setup.Survey {
	var s setup.Survey
	for i := range articles {
		articles[i].Status = article.Published
		s.Add(&articles[i])
	}
	return &s
}

func TestStations(t *testing.T) {
	at := func(station, url string, channels ...string) article.Article {
		return article.Article{Station: station, URL: url, Title: "读书节", Channels: channels}
	}
	for _, tt := range []struct {
		name     string
		articles []article.Article
		want     []setup.Station
	}{
		{"none", nil, nil},
		{"the busiest first, by the host that most articles have", []article.Article{
			at("xt", "https://xt.news.example/1"),
			at("cs", "https://CS.news.example:443/1"), at("cs", "https://www.news.example/1"), at("cs", "https://cs.news.example/2"),
		}, []setup.Station{
			{ID: "cs", Key: "cs", Name: "cs.news.example", URL: "https://cs.news.example", Articles: 3},
			{ID: "xt", Key: "xt", Name: "xt.news.example", URL: "https://xt.news.example", Articles: 1},
		}},
		{"keys that can't be ids", []article.Article{
			at("湘潭", "https://xt.news.example/1", "时政", "a b", "moment", "sitemaps"), at("湘潭", "https://xt.news.example/2", "时政"),
		}, []setup.Station{
			{ID: "xt", Key: "湘潭", Name: "xt.news.example", URL: "https://xt.news.example", Articles: 2, Channels: []setup.Channel{
				{ID: "c1", Key: "时政", Name: "时政", Articles: 2},
				{ID: "c2", Key: "a b", Name: "a b", Articles: 1},
				{ID: "moment", Key: "moment", Name: "moment", Articles: 1},
				{ID: "c4", Key: "sitemaps", Name: "sitemaps", Articles: 1},
			}},
		}},
		{"ids that differ in case only, and addresses that are none", []article.Article{at("XT", "/1", "A", "a"), at("xt", "ftp://x/1")}, []setup.Station{
			{ID: "XT", Key: "XT", Name: "XT", Articles: 1, Channels: []setup.Channel{{ID: "A", Key: "A", Name: "A", Articles: 1}, {ID: "c2", Key: "a", Name: "a", Articles: 1}}},
			{ID: "s2", Key: "xt", Name: "s2", Articles: 1},
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := survey(tt.articles...).Stations()
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestLocale(t *testing.T) {
	for title, want := range map[string]string{"读书节": "zh-CN Asia/Shanghai", "Reading": "en UTC"} {
		language, zone := survey(article.Article{Title: title}).Locale()
		if got := language + " " + zone; got != want {
			t.Errorf("%s: %s, want %s", title, got, want)
		}
	}
}

// FuzzConfig holds that what is written is read as it was meant, whatever names have in
// them.
func FuzzConfig(f *testing.F) {
	for _, text := range []string{"时刻新闻", "a: b", "x, y", "[z] {w}", "#1", "'it''s'", `"`, "true", "null", "12", "~", "- a", "&a *b !c %d @e `f`", "a\\n", "\u202e", "🎉", " a ", "a\t", "---", "<<", "="} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c := setup.Config{
			Name: text, Language: "zh-CN", Timezone: "Asia/Shanghai",
			Stations: []setup.Station{{ID: "xt", Key: text, Name: text, URL: "https://xt.news.example", Channels: []setup.Channel{{ID: "c1", Key: text, Name: text}}}},
			Content:  setup.Content{Driver: "postgres", DSN: "postgres://db.example/" + text, Articles: text},
		}
		var out bytes.Buffer
		if c.Write(&out) != nil {
			return // a line break
		}
		cfg, err := config.Parse("config.yaml", out.Bytes(), nil)
		if err != nil {
			return // refused: the name is too long, or a control; but never read as another
		}
		s := cfg.Network.Stations[0]
		if cfg.Network.Name != text || s.Name != text || s.Channels[0].Name != text || s.Channels[0].Key != text && s.Channels[0].Key != "" {
			t.Errorf("%q is read as %q, %q, %q in\n%s", text, cfg.Network.Name, s.Name, s.Channels[0].Name, &out)
		}
	})
}

// TestConfigNames holds that common names are not refused.
func TestConfigNames(t *testing.T) {
	for _, name := range []string{"时刻新闻", "a: b", "x, y", "[z] {w}", "#1", "it's", `say "x"`, "true", "null", "12", "0x1f", "1e3", "2026-01-01", "~", "- a", "& co", "100 %", "@home", "🎉"} {
		c := setup.Config{
			Name: name, Language: "en", Timezone: "UTC",
			Stations: []setup.Station{{ID: "xt", Key: "xt", Name: name, URL: "https://xt.news.example", Channels: []setup.Channel{{ID: "12", Key: name, Name: name}}}},
			Content: setup.Content{Driver: "sqlite", DSN: "var/content.db", Source: &setup.Source{
				ID: "wordpress", Kind: "wordpress", URL: "https://xt.news.example", Station: "xt", Fields: map[string]string{"editor": name}, Channels: []setup.Channel{{ID: "12", Key: name}},
			}},
		}
		var out bytes.Buffer
		if err := c.Write(&out); err != nil {
			t.Fatal(err)
		}
		cfg, err := config.Parse("config.yaml", out.Bytes(), nil)
		if err != nil {
			t.Errorf("%q: %v\n%s", name, err, &out)
			continue
		}
		source := cfg.Content.Sources[0]
		if cfg.Network.Name != name || source.Channels[name] != "12" || source.Fields["editor"] != name {
			t.Errorf("%q is read as %q, %q in\n%s", name, cfg.Network.Name, source.Channels, &out)
		}
	}
}

// TestConfigSitemap holds that the sitemap of a website is written as its source's.
func TestConfigSitemap(t *testing.T) {
	const sitemap = "https://xt.news.example/sitemap.xml"
	c := setup.Config{
		Name: "n", Language: "en", Timezone: "UTC", Stations: []setup.Station{{ID: "xt", Key: "xt", Name: "x", URL: "https://xt.news.example"}},
		Content: setup.Content{Driver: "sqlite", DSN: "var/content.db", Source: &setup.Source{
			ID: "feed", Kind: "feed", URL: "https://xt.news.example/rss.xml", Sitemap: sitemap, Station: "xt",
		}},
	}
	var out bytes.Buffer
	if err := c.Write(&out); err != nil {
		t.Fatal(err)
	}
	cfg, err := config.Parse("config.yaml", out.Bytes(), nil)
	if err != nil || cfg.Content.Sources[0].Sitemap != sitemap {
		t.Errorf("%v\n%s", err, &out)
	}
}
