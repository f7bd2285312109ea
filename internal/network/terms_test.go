package network_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"feedstation/internal/network"
)

// TestTerms is what robots.txt says of the terms of one station, beside the operator's own
// lines.
func TestTerms(t *testing.T) {
	const sitemaps = "Sitemap: https://xt.news.example/sitemap.xml\nSitemap: https://xt.news.example/sitemaps/baidu.txt\n"
	gptbot := network.Terms{Disallow: []string{"GPTBot"}}
	tests := []struct {
		name  string
		lines []string
		terms network.Terms
		want  string
	}{
		{"all signals", nil, network.Terms{Search: network.Yes, AIInput: network.No, AITrain: network.No}, "\nUser-agent: *\nContent-Signal: search=yes, ai-input=no, ai-train=no\nDisallow:\n"},
		{"one signal", nil, network.Terms{AITrain: network.No}, "\nUser-agent: *\nContent-Signal: ai-train=no\nDisallow:\n"},
		{"a licence is of no group", nil, network.Terms{License: "https://xt.news.example/license.xml"}, "License: https://xt.news.example/license.xml\n\nUser-agent: *\nDisallow:\n"},
		{"a policy", nil, network.Terms{Policy: "https://xt.news.example/tdm.json"}, "\nUser-agent: *\nDisallow:\n"},
		{
			"in each group",
			[]string{"Disallow: /print/", "User-agent: CCBot", "Disallow: /a"},
			network.Terms{AITrain: network.No},
			"\nUser-agent: *\nContent-Signal: ai-train=no\nDisallow: /print/\n\nUser-agent: CCBot\nContent-Signal: ai-train=no\nDisallow: /a\n",
		},
		{
			"where no group is for all robots",
			[]string{"User-agent: CCBot", "Disallow: /"},
			network.Terms{Search: network.Yes},
			"\nUser-agent: *\nContent-Signal: search=yes\nDisallow:\n\nUser-agent: CCBot\nContent-Signal: search=yes\nDisallow: /\n",
		},
		{
			"a line of the operator's",
			[]string{"content-signal: search=no", "Disallow: /a", "User-agent: CCBot", "Disallow: /"},
			network.Terms{Search: network.Yes},
			"\nUser-agent: *\ncontent-signal: search=no\nDisallow: /a\n\nUser-agent: CCBot\nContent-Signal: search=yes\nDisallow: /\n",
		},
		{"a robot", nil, gptbot, "\nUser-agent: *\nDisallow:\n\nUser-agent: GPTBot\nDisallow: /\n"},
		{
			"two robots, with signals", nil,
			network.Terms{AITrain: network.No, Disallow: []string{"GPTBot", "Sogou web spider"}},
			"\nUser-agent: *\nContent-Signal: ai-train=no\nDisallow:\n\nUser-agent: GPTBot\nContent-Signal: ai-train=no\nDisallow: /\n\n" +
				"User-agent: Sogou web spider\nContent-Signal: ai-train=no\nDisallow: /\n",
		},
		{
			"the rules of all robots are repeated",
			[]string{"# ours", "Disallow: /print/", "Allow: /print/ok", "Allow: *.pdf", "Crawl-delay: 2", "Disallow: /"},
			gptbot,
			"\nUser-agent: *\n# ours\nDisallow: /print/\nAllow: /print/ok\nAllow: *.pdf\nCrawl-delay: 2\nDisallow: /\n\nUser-agent: GPTBot\nDisallow: /\nDisallow: /print/\nCrawl-delay: 2\n",
		},
		{
			"a robot with a group of its own",
			[]string{"Disallow: /a", "User-agent: gptbot", "Allow: /b", "Disallow: /c"},
			gptbot,
			"\nUser-agent: *\nDisallow: /a\n\nUser-agent: GPTBot\nDisallow: /\nDisallow: /c\n",
		},
		{
			"a robot in a group of several",
			[]string{"User-agent: CCBot", "User-agent: GPTBot", "Allow: /b", "Crawl-delay: 1", "User-agent: GPTBOT", "Disallow: /d"},
			gptbot,
			"\nUser-agent: CCBot\nAllow: /b\nCrawl-delay: 1\n\nUser-agent: GPTBot\nDisallow: /\nCrawl-delay: 1\nDisallow: /d\n",
		},
		{
			"a robot in the group of all",
			[]string{"User-agent: GPTBot", "User-agent: *", "Disallow: /d"},
			gptbot,
			"\nUser-agent: *\nDisallow: /d\n\nUser-agent: GPTBot\nDisallow: /\nDisallow: /d\n",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			xt := &network.Station{ID: "xt", URL: "https://xt.news.example", Rules: network.Rules{Lines: tt.lines, Host: true}, Terms: tt.terms}
			n, err := network.New("n", []*network.Station{xt}, nil)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(sitemaps+tt.want, n.Robots(xt)); diff != "" {
				t.Errorf("robots.txt (-want +got):\n%s", diff)
			}
		})
	}
}

// Stations in folders of one host share robots.txt and tdmrep.json: a signal that differs
// is the reserved one, a licence is there once, and a robot that one station does not want
// goes on to see the others.
func TestTermsOfFolders(t *testing.T) {
	at := func(id, address string, terms network.Terms, rules ...string) *network.Station {
		return &network.Station{ID: id, URL: address, Terms: terms, Rules: network.Rules{Lines: rules}}
	}
	const licence = "https://www.news.example/license.xml"
	n, err := network.New("n", []*network.Station{
		at("xt", "https://www.news.example/xt", network.Terms{Search: network.Yes, AIInput: network.Yes, AITrain: network.Yes, License: licence, Disallow: []string{"GPTBot"}}, "Allow: /ok/", "Disallow: /print/"),
		at("cs", "https://www.news.example/cs", network.Terms{Search: network.Yes, AITrain: network.No, License: licence, Policy: "https://www.news.example/tdm.json"}, "Allow: /ok/"),
		at("yy", "https://www.news.example/cs/yy", network.Terms{Search: network.Yes, AITrain: network.No, License: "https://www.news.example/yy.xml"}),
		{ID: "old", URL: "https://www.news.example/old", Former: network.Former{Closed: true}, Terms: network.Terms{Search: network.No}},
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	const want = `Sitemap: https://www.news.example/xt/sitemap.xml
Sitemap: https://www.news.example/xt/sitemaps/baidu.txt
Sitemap: https://www.news.example/cs/sitemap.xml
Sitemap: https://www.news.example/cs/sitemaps/baidu.txt
Sitemap: https://www.news.example/cs/yy/sitemap.xml
Sitemap: https://www.news.example/cs/yy/sitemaps/baidu.txt
License: https://www.news.example/license.xml
License: https://www.news.example/yy.xml

User-agent: *
Content-Signal: search=yes, ai-train=no
Allow: /xt/ok/
Disallow: /xt/print/
Allow: /cs/ok/

User-agent: GPTBot
Content-Signal: search=yes, ai-train=no
Disallow: /xt/
Disallow: /xt/print/
Allow: /cs/ok/
`
	const mining = `[
  {
    "location": "/cs/yy/",
    "tdm-reservation": 1
  },
  {
    "location": "/xt/",
    "tdm-reservation": 0
  },
  {
    "location": "/cs/",
    "tdm-reservation": 1,
    "tdm-policy": "https://www.news.example/tdm.json"
  }
]
`
	for _, s := range n.Stations {
		if diff := cmp.Diff(want, n.Robots(s)); diff != "" {
			t.Errorf("robots.txt of %s (-want +got):\n%s", s.ID, diff)
		}
		if diff := cmp.Diff(mining, string(n.TDMRep(s))); diff != "" {
			t.Errorf("tdmrep.json of %s (-want +got):\n%s", s.ID, diff)
		}
		if !slices.Contains(slices.Collect(s.Paths()), network.TDMPath) {
			t.Errorf("%s has no path of tdmrep.json", s.ID)
		}
	}
	if target, err := n.Resolve("www.news.example", network.TDMPath); err != nil || target.Station.ID != "xt" || target.Path != network.TDMPath {
		t.Errorf("tdmrep.json of the host is %v, %v", target, err)
	}
}

func TestReservation(t *testing.T) {
	const policy = "https://xt.news.example/tdm.json"
	for _, tt := range []struct {
		name                string
		terms               network.Terms
		reservation, policy string
	}{
		{"nothing", network.Terms{Search: network.Yes, AIInput: network.No, License: policy, Disallow: []string{"GPTBot"}}, "", ""},
		{"reserved", network.Terms{AITrain: network.No}, "1", ""},
		{"reserved, with a policy", network.Terms{AITrain: network.No, Policy: policy}, "1", policy},
		{"a policy alone", network.Terms{Policy: policy}, "1", policy},
		{"granted", network.Terms{AITrain: network.Yes}, "0", ""},
		{"granted, where the network has a policy", network.Terms{AITrain: network.Yes, Policy: policy}, "0", ""},
	} {
		if r, p := tt.terms.Reservation(), tt.terms.ReservedPolicy(); r != tt.reservation || p != tt.policy {
			t.Errorf("%s: %q, %q, want %q, %q", tt.name, r, p, tt.reservation, tt.policy)
		}
		s := &network.Station{ID: "xt", URL: "https://xt.news.example", Terms: tt.terms}
		n, err := network.New("n", []*network.Station{s}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if has := slices.Contains(slices.Collect(s.Paths()), network.TDMPath); has != (tt.reservation != "") || has != (n.TDMRep(s) != nil) {
			t.Errorf("%s: tdmrep.json is there: %t", tt.name, has)
		}
	}
}
