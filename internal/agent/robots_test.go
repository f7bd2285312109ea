package agent_test

import (
	"strings"
	"testing"

	"feedstation/internal/agent"
)

func TestAllows(t *testing.T) {
	const text = `Sitemap: https://xt.news.example/sitemap.xml

User-agent: *
Disallow: /print/
Allow: /print/ok$
Disallow: /*.pdf$
Disallow: /a*/b*c

User-agent: GPTBot
User-agent: CCBot # and
Crawl-delay: 2
Disallow: /

user-agent: Googlebot
Disallow: /google/

User-agent: gptbot
Allow: /rss.xml

User-agent: open
Disallow:
`
	rules := agent.ParseRobots(text)
	tests := []struct {
		names string
		path  string
		want  bool
	}{
		{"Bingbot", "/rss.xml", true},
		{"Bingbot", "/print/", false},
		{"Bingbot", "/print/a?x=1", false},
		{"Bingbot", "/print", true},
		{"Bingbot", "/print/ok", true},
		{"Bingbot", "/print/okay", false},
		{"Bingbot", "/x/a.pdf", false},
		{"Bingbot", "/x/a.pdf?x", true},
		{"Bingbot", "/ax/bc", false},
		{"Bingbot", "/a/x/bxxc/d", false},
		{"Bingbot", "/a/bx", true},
		{"GPTBot", "/atom.xml", false},
		{"GPTBot", "/rss.xml", true}, // of another group of its own
		{"gptbot", "/robots.txt", true},
		{"CCBot", "/rss.xml", false},
		{"Googlebot", "/print/", true}, // its own group replaces that of all
		{"Googlebot", "/google/x", false},
		{"Googlebot-News Googlebot", "/google/x", false},
		{"Googlebot-News", "/google/x", true},
		{"open", "/print/", true},
	}
	for _, tt := range tests {
		if got := rules.Allows(strings.Fields(tt.names), tt.path); got != tt.want {
			t.Errorf("%s, %s: %t, want %t", tt.names, tt.path, got, tt.want)
		}
	}
	if !agent.ParseRobots("Disallow: /\nnonsense\n").Allows([]string{"GPTBot"}, "/rss.xml") {
		t.Error("a rule of no group counts")
	}
}

func FuzzAllows(f *testing.F) {
	f.Add("User-agent: *\nDisallow: /*a*b$", "/xaxb")
	f.Fuzz(func(t *testing.T, text, path string) {
		agent.ParseRobots(text).Allows([]string{"GPTBot"}, path)
	})
}
