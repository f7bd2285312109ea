package agent_test

import (
	"strings"
	"testing"

	"feedstation/internal/agent"
)

const chrome = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36"

func TestParse(t *testing.T) {
	tests := []struct {
		userAgent   string
		name        string
		kind        agent.Kind
		subscribers int
		feedID      string
	}{
		{"Feedly/1.0 (+http://www.feedly.com/fetcher.html; 462 subscribers; like FeedFetcher-Google)", "Feedly", agent.Hosted, 462, ""},
		{"Feedly/1.0 (+http://www.feedly.com/poller.html; 16 subscribers; )", "Feedly", agent.Hosted, 16, ""},
		{"Feedly/1.0 (+http://www.feedly.com/fetcher.html; like FeedFetcher-Google)", "Feedly", agent.Hosted, 0, ""},
		{"FeedlyBot/1.0 (http://feedly.com)", "Feedly", agent.Hosted, 0, ""},
		{"Mozilla/5.0 (compatible; inoreader.com; 114 subscribers)", "Inoreader", agent.Hosted, 114, ""},
		{"Inoreader/1.0 (+http://www.inoreader.com/feed-fetcher; 5 subscribers; )", "Inoreader", agent.Hosted, 5, ""},
		{"Feedbin feed-id:1697787 - 102 subscribers", "Feedbin", agent.Hosted, 102, "1697787"},
		{"NewsBlur Feed Fetcher - 27 subscribers - https://www.newsblur.com/site/1184/x (Mozilla/5.0)", "NewsBlur", agent.Hosted, 27, ""},
		{"Mozilla/5.0 (compatible; theoldreader.com; 1 subscribers; feed-id=cead6c12)", "The Old Reader", agent.Hosted, 1, "cead6c12"},
		{"Mozilla/5.0 (compatible; BazQux/2.4; +https://bazqux.com/fetcher; 6 subscribers)", "BazQux", agent.Hosted, 6, ""},
		{"Dreamwidth.org (webmaster@dreamwidth.example; for https://x.dreamwidth.example/; 2 readers)", "Dreamwidth", agent.Hosted, 2, ""},
		{"LiveJournal.com (webmaster@livejournal.example; for https://users.livejournal.example/x/; 12 readers)", "LiveJournal", agent.Hosted, 12, ""},
		{"Netvibes (https://www.netvibes.com; 3 subscribers; feedId: 12345)", "Netvibes", agent.Hosted, 3, "12345"},
		{"Feedly/1.0 (1,234 subscribers)", "Feedly", agent.Hosted, 1234, ""},
		{"Feedly/1.0 (99999999999999999999 subscribers)", "Feedly", agent.Hosted, agent.MaxSubscribers, ""},
		{"Feedly/1.0 (many subscribers; 7 subscribers)", "Feedly", agent.Hosted, 7, ""},
		{"Feedly/1.0 (, subscribers)", "Feedly", agent.Hosted, 0, ""},
		{"Feedbin feed-id - 3 subscribers", "Feedbin", agent.Hosted, 3, ""},

		{"NetNewsWire (RSS Reader; https://netnewswire.com/)", "NetNewsWire", agent.Reader, 0, ""},
		{"Reeder/5040001 CFNetwork/1568 Darwin/24.0.0", "Reeder", agent.Reader, 0, ""},
		{"FreshRSS/1.25.0 (Linux; https://freshrss.org)", "FreshRSS", agent.Reader, 0, ""},
		{"Tiny Tiny RSS/21.02 (Unsupported) (http://tt-rss.org/)", "Tiny Tiny RSS", agent.Reader, 0, ""},
		{"Mozilla/5.0 (compatible; Miniflux/2.3.5; +https://miniflux.app)", "Miniflux", agent.Reader, 0, ""},
		{"CommaFeed/4.4.0 (https://github.com/Athou/commafeed)", "CommaFeed", agent.Reader, 0, ""},
		{"NextCloud-News/1.0", "Nextcloud News", agent.Reader, 0, ""},
		{"Liferea/1.14.4 (Linux; https://lzone.de/liferea/) AppleWebKit (KHTML, like Gecko)", "Liferea", agent.Reader, 0, ""},
		{"Akregator/5.22.3; librss/remnants", "Akregator", agent.Reader, 0, ""},
		{"newsboat/2.21.0 (Linux 5.10; https://newsboat.org/)", "newsboat", agent.Reader, 0, ""},
		{"Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Thunderbird/128.4.0", "Thunderbird", agent.Reader, 0, ""},
		{"SpaceCowboys Android RSS Reader / Feeder / 2.6.30", "Feeder", agent.Reader, 0, ""},
		{"Folo/0.3 (+https://follow.is)", "Folo", agent.Reader, 0, ""},
		{"RSSHub/1.0 (+http://github.com/DIYgod/RSSHub; like FeedFetcher)", "RSSHub", agent.Reader, 0, ""},
		{"WordPress/6.4.3; https://blog.example; PingBack from 192.0.2.1", "WordPress", agent.Reader, 0, ""},
		{"Miniflux/2.0 (3 subscribers)", "Miniflux", agent.Reader, 0, ""}, // one person's

		{"Superfeedr bot/2.0 http://superfeedr.com - Make your feeds realtime: get in touch", "Superfeedr", agent.Relay, 0, ""},
		{"Mozilla/5.0 (compatible; Blogtrottr/2.0)", "Blogtrottr", agent.Relay, 0, ""},
		{"FeedFetcher-Google; (+http://www.google.com/feedfetcher.html)", "Feedfetcher-Google", agent.Relay, 0, ""},
		{"Slackbot 1.0 (+https://api.slack.com/robots)", "Slackbot", agent.Relay, 0, ""},

		{"Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "Googlebot", agent.Crawler, 0, ""},
		{"Googlebot-Image/1.0", "Googlebot-Image", agent.Crawler, 0, ""},
		{"Googlebot-News", "Googlebot-News", agent.Crawler, 0, ""},
		{chrome[:len(chrome)-14] + " Safari/537.36 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "Googlebot", agent.Crawler, 0, ""},
		{"Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm) Chrome/116.0 Safari/537.36", "Bingbot", agent.Crawler, 0, ""},
		{"Mozilla/5.0 (compatible; Baiduspider/2.0; +http://www.baidu.com/search/spider.html)", "Baiduspider", agent.Crawler, 0, ""},
		{"Mozilla/5.0 (compatible; Baiduspider-render/2.0; +http://www.baidu.com/search/spider.html)", "Baiduspider", agent.Crawler, 0, ""},
		{"Sogou web spider/4.0(+http://www.sogou.com/docs/help/webmasters.htm#07)", "Sogou web spider", agent.Crawler, 0, ""},
		{"Mozilla/5.0 (Linux; Android 5.0) AppleWebKit/537.36 (KHTML, like Gecko) Mobile Safari/537.36 (compatible; Bytespider; spider-feedback@bytedance.example)", "Bytespider", agent.Crawler, 0, ""},
		{"Mozilla/5.0 (Windows NT 6.1) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/50 Safari/537.36; 360Spider", "360Spider", agent.Crawler, 0, ""},
		{"Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/69.0 YisouSpider/5.0 Safari/537.36", "YisouSpider", agent.Crawler, 0, ""},
		{"Mozilla/5.0 (compatible; YandexBot/3.0; +http://yandex.com/bots)", "YandexBot", agent.Crawler, 0, ""},
		{"Mozilla/5.0 (compatible; Yeti/1.1; +https://naver.me/spd)", "Yeti", agent.Crawler, 0, ""},
		{"Mozilla/5.0 (compatible;PetalBot;+https://webmaster.petalsearch.com/site/petalbot)", "PetalBot", agent.Crawler, 0, ""},
		{"Mozilla/5.0 (Macintosh) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Safari/605.1.15 (Applebot/0.1; +http://www.apple.com/go/applebot)", "Applebot", agent.Crawler, 0, ""},
		{"Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; Amazonbot/0.1; +https://developer.amazon.com/support/amazonbot) Chrome/119 Safari/537.36", "Amazonbot", agent.Crawler, 0, ""},
		{"Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)", "GPTBot", agent.Crawler, 0, ""},
		{"Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko); compatible; OAI-SearchBot/1.0; +https://openai.com/searchbot", "OAI-SearchBot", agent.Crawler, 0, ""},
		{"Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko); compatible; ChatGPT-User/1.0; +https://openai.com/bot", "ChatGPT-User", agent.Crawler, 0, ""},
		{"Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; ClaudeBot/1.0; +claudebot@anthropic.example)", "ClaudeBot", agent.Crawler, 0, ""},
		{"CCBot/2.0 (https://commoncrawl.org/faq/)", "CCBot", agent.Crawler, 0, ""},
		{"GoogleOther-Image/1.0", "GoogleOther", agent.Crawler, 0, ""},
		{"SomeNewBot/1.0 (+https://bot.example)", "other crawler", agent.Crawler, 0, ""},
		{"NotGooglebot/1.0", "other crawler", agent.Crawler, 0, ""}, // within a longer word
		{"notfeedly 5 subscribers", "other", agent.Unknown, 0, ""},
		{"Reader of mine (100000 subscribers)", "other", agent.Unknown, 0, ""}, // of known names only

		{chrome, "browser", agent.Browser, 0, ""},
		{"Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:132.0) Gecko/20100101 Firefox/132.0", "browser", agent.Browser, 0, ""},
		{"curl/8.5.0", "curl", agent.Library, 0, ""},
		{"python-requests/2.32.3", "Python", agent.Library, 0, ""},
		{"Go-http-client/2.0", "Go", agent.Library, 0, ""},
		{"feedparser/6.0.11 +https://github.com/kurtmckee/feedparser/", "feedparser", agent.Library, 0, ""},
		{"SimplePie/1.8.0 (Feed Parser; http://simplepie.org; Allow like Gecko) Build/20231231", "SimplePie", agent.Library, 0, ""},
		{"", "other", agent.Unknown, 0, ""},
		{"-", "other", agent.Unknown, 0, ""},
		{"\x00\xff", "other", agent.Unknown, 0, ""},
		{strings.Repeat("x", 600) + " Feedly 5 subscribers", "other", agent.Unknown, 0, ""}, // beyond what is read
	}
	for _, tt := range tests {
		got := agent.Parse(tt.userAgent)
		if got.Name != tt.name || got.Kind != tt.kind || got.Subscribers != tt.subscribers || got.FeedID != tt.feedID {
			t.Errorf("%s\n is %s (%s), %d subscribers, feed id %q; want %s (%s), %d, %q", tt.userAgent, got.Name, got.Kind, got.Subscribers, got.FeedID, tt.name, tt.kind, tt.subscribers, tt.feedID)
		}
		if again := agent.Parse(strings.ToUpper(tt.userAgent)); again.Name != got.Name || again.Subscribers != got.Subscribers {
			t.Errorf("%s: in capitals %s, %d", tt.userAgent, again.Name, again.Subscribers)
		}
	}
}

// Each name is one family's, and finds it; each crawler that reads robots.txt has a name
// for it.
func TestNames(t *testing.T) {
	seen := map[string]bool{}
	for _, name := range agent.Names() {
		f, ok := agent.Named(strings.ToUpper(name))
		if !ok || f.Name != name || seen[name] {
			t.Errorf("%s: %v, %t; twice: %t", name, f, ok, seen[name])
		}
		seen[name] = true
		if got := agent.Parse(name + "/1.0 (+https://www.example)"); f.Kind != agent.Unknown && f.Kind != agent.Browser && f.Kind != agent.Library && got.Name != name {
			t.Errorf("%s is taken for %s", name, got.Name)
		}
		for _, host := range f.Hosts {
			if !strings.HasPrefix(host, ".") {
				t.Errorf("%s: a host that merely ends in %s is its own", name, host)
			}
		}
	}
	if _, ok := agent.Named("nobody"); ok {
		t.Error("nobody is known")
	}
}

// FuzzParse holds that whatever is sent has a family of a known name, a number within the
// bounds and a short feed id.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{"", "Feedbin feed-id:1697787 - 102 subscribers", "Feedly/1.0 (,,,9 subscribers; feed-id==)", strings.Repeat("googlebo", 100), strings.Repeat("1", 600) + " subscribers"} {
		f.Add(seed)
	}
	names := map[string]bool{}
	for _, name := range agent.Names() {
		names[name] = true
	}
	f.Fuzz(func(t *testing.T, userAgent string) {
		a := agent.Parse(userAgent)
		if a.Family == nil || !names[a.Name] || a.Subscribers < 0 || a.Subscribers > agent.MaxSubscribers || len(a.FeedID) > 64 {
			t.Errorf("%q: %+v", userAgent, a)
		}
		if a.Kind != agent.Hosted && (a.Subscribers != 0 || a.FeedID != "") {
			t.Errorf("%q: numbers of a %s are believed", userAgent, a.Kind)
		}
	})
}

func BenchmarkParse(b *testing.B) {
	for _, bench := range []struct{ name, userAgent string }{{"hosted", "Feedbin feed-id:1697787 - 102 subscribers"}, {"browser", chrome}, {"long", strings.Repeat("googlebo ", 60)}} {
		b.Run(bench.name, func(b *testing.B) {
			for b.Loop() {
				agent.Parse(bench.userAgent)
			}
		})
	}
}
