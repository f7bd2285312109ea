package config

import (
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestSourceKeys holds that the documentation has every key of a source.
func TestSourceKeys(t *testing.T) {
	text, err := os.ReadFile("../../docs/sources.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range structKeys(reflect.TypeFor[Source](), "") {
		key = key[strings.LastIndexByte(key, '.')+1:]
		if !strings.Contains(string(text), "`"+key+"`") {
			t.Errorf("%s is not documented", key)
		}
	}
}

const sourceHead = `network: {name: n}
stations:
  - {id: xt, name: x, url: "https://xt.news.example", channels: [{id: moment, was: [now], name: m}]}
  - {id: yy, was: [old, older], name: y, url: "https://yy.news.example"}
content:
  sources:
`

func TestSources(t *testing.T) {
	tests := []struct {
		name, source string
		want         []string // faults
	}{
		{name: "least", source: `{id: cms, kind: wordpress, url: "https://cms.example", station: xt}`},
		{name: "json", source: `{id: cms, kind: json, url: "https://cms.example/?since={since}", link: "https://xt.news.example/{slug}", stations: {a: xt}, fields: {id: id, title: t, published: p}}`},
		{name: "former ids", source: `{id: cms, kind: wordpress, sites: {"https://cms.example": old}, station: older, stations: {a: xt}, channels: {a: now}}`},
		{name: "nothing", source: `{id: cms}`, want: []string{"7: content.sources[0].kind: missing"}},
		{name: "kind", source: `{id: cms, kind: joomla}`, want: []string{
			`7: content.sources[0].kind: want one of ` + strings.Join(SourceKinds[:], ", ") + `, got "joomla"`,
		}},
		{name: "bare", source: `{id: cms, kind: json}`, want: []string{
			"7: content.sources[0].station: missing: the station of its articles, or stations",
			"7: content.sources[0].url: missing",
			"7: content.sources[0].link: missing: the address of an article's page, such as https://xt.news.example/news/{slug}",
			"7: content.sources[0].fields: missing: the path of id",
		}},
		{name: "stations", source: `{id: cms, kind: wordpress, url: "https://cms.example", station: zz, stations: {a: ww}, channels: {a: gossip}}`, want: []string{
			`7: content.sources[0].station: no station "zz"`,
			`7: content.sources[0].stations["a"]: no station "ww"`,
			`7: content.sources[0].channels["a"]: none of its stations has a channel "gossip"`,
		}},
		{name: "values", source: `{id: cms, kind: ghost, url: "cms.example", station: xt, item: "x", every: 1s, audit: 1ms, rate: 0, username: u, size: 5000, fields: {titel: t}, tls: {key: k}}`, want: []string{
			`7: content.sources[0].url: not an absolute http(s) URL: "cms.example"`,
			"7: content.sources[0].item: only for kind json",
			"7: content.sources[0].token: missing: the Content API key of a custom integration",
			`7: content.sources[0].fields["titel"]: articles have no such field`,
			"7: content.sources[0].size: want 0 to 1000, got 5000",
			"7: content.sources[0].every: want 5s to 24h0m0s, got 1s",
			"7: content.sources[0].audit: want 1s to 168h0m0s, got 1ms",
			"7: content.sources[0].rate: want 1 to 1000, got 0",
			"7: content.sources[0].username: want username and password, or neither",
			"7: content.sources[0].tls: want certificate and key, or neither",
		}},
		{name: "sitemap", source: `{id: cms, kind: feed, url: "https://xt.news.example/rss.xml", sitemap: "https://xt.news.example/sitemap.xml", station: xt}`},
		{name: "sitemap of another kind", source: `{id: cms, kind: wordpress, url: "https://cms.example", sitemap: "https://cms.example/sitemap.xml", station: xt}`, want: []string{
			"7: content.sources[0].sitemap: only for kind feed",
		}},
		{name: "sitemap of many", source: `{id: cms, kind: feed, sites: {"https://cms.example": xt}, sitemap: "https://cms.example/sitemap.xml"}`, want: []string{
			"7: content.sources[0].sitemap: not with sites: each has a sitemap of its own",
		}},
		{name: "password in the address", source: `{id: cms, kind: wordpress, url: "https://u:hunter2@cms.example", station: xt}`, want: []string{
			`7: content.sources[0].url: want username and password as keys of their own: "https://[secret]@cms.example"`,
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Parse("c.yaml", []byte(sourceHead+"    - "+tt.source), nil)
			var got []string
			if err != nil {
				for line := range strings.SplitSeq(err.Error(), "\n") {
					got = append(got, strings.TrimPrefix(line, "c.yaml:"))
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("faults (-want +got):\n%s", diff)
			}
		})
	}
}

// TestSourceExpanded holds that each site is a source, and that secrets come from the
// environment.
func TestSourceExpanded(t *testing.T) {
	c, err := Parse("c.yaml", []byte(sourceHead+`    - {id: cms, kind: wordpress, sites: {"https://cms.example/y": yy, "https://cms.example/x": xt}, username: u}`),
		[]string{"FEEDSTATION_CONTENT_SOURCES_CMS_PASSWORD=hunter2"})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, s := range c.Content.Expanded() {
		got = append(got, s.ID+" "+s.URL+" "+s.Station+" "+s.Password.Reveal())
	}
	want := []string{"cms-xt https://cms.example/x xt hunter2", "cms-yy https://cms.example/y yy hunter2"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}
