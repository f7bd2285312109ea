package agent

import (
	"slices"
	"strings"
)

// Family is all versions of a program.
type Family struct {
	Name  string
	Kind  Kind
	words []string // in lower case; any of them names it

	// Robots are the names by which a crawler looks for its group in a robots.txt, the
	// first that has one; nil: it does not read the file.
	Robots []string
	Proof
}

// Proof is by what a crawler is told from those who borrow its name.
type Proof struct {
	// Hosts are what the names of its addresses end in, which the names confirm.
	Hosts []string
	// Observed says that nobody promises the names: an address without one may be its own.
	Observed bool
	// List is where the addresses are published; empty: nowhere, or only on a page.
	List string
}

// Named returns the family of that name.
func Named(name string) (*Family, bool) {
	for _, all := range [][]Family{families, others} {
		if i := slices.IndexFunc(all, func(f Family) bool { return strings.EqualFold(f.Name, name) }); i >= 0 {
			return &all[i], true
		}
	}
	return nil, false
}

// Names are the names of all families, in the order of the table.
func Names() (names []string) {
	for _, f := range slices.Concat(families, others) {
		names = append(names, f.Name)
	}
	return slices.Compact(names)
}

// Robots are the names that groups of a robots.txt are for: those of the crawlers, and
// those that occur nowhere else.
func Robots() []string {
	all := []string{"Google-Extended", "Applebot-Extended", "anthropic-ai", "Claude-Web", "cohere-ai", "FacebookBot"}
	for _, f := range families {
		all = append(all, f.Robots...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func (p Proof) hasHost(name string) bool {
	name = strings.ToLower(strings.TrimSuffix(name, "."))
	return slices.ContainsFunc(p.Hosts, func(suffix string) bool { return strings.HasSuffix(name, suffix) })
}

// Owns returns those of the names of an address that are a crawler's, if their addresses
// confirm it.
func (p Proof) Owns(names []string) (own []string) {
	for _, name := range names {
		if p.hasHost(name) {
			own = append(own, name)
		}
	}
	return own
}

// Provable reports whether there is anything to prove it by.
func (p Proof) Provable() bool { return p.Hosts != nil || p.List != "" }

func of(kind Kind, name string, words ...string) Family {
	if words == nil {
		words = []string{strings.ToLower(name)}
	}
	return Family{Name: name, Kind: kind, words: words}
}

// crawler returns a crawler that looks for its own name in a robots.txt.
func crawler(name string, proof Proof, words ...string) Family {
	f := of(Crawler, name, words...)
	f.Robots, f.Proof = []string{name}, proof
	return f
}

// like is crawler for one that also obeys the group of another.
func like(parent, name string, proof Proof, words ...string) Family {
	f := crawler(name, proof, words...)
	f.Robots = append(f.Robots, parent)
	return f
}

// heedless is crawler for one that reads no robots.txt, as what a person asks for.
func heedless(name string, proof Proof, words ...string) Family {
	f := crawler(name, proof, words...)
	f.Robots = nil
	return f
}

// What crawlers are proved by, as their operators publish it.
var (
	googlebot = Proof{Hosts: []string{".googlebot.com", ".google.com"}, List: ranges + "common-crawlers.json"}
	special   = Proof{Hosts: []string{".googlebot.com", ".google.com"}, List: ranges + "special-crawlers.json"}
	fetcher   = Proof{Hosts: []string{".google.com", ".gae.googleusercontent.com"}, List: ranges + "user-triggered-fetchers-google.json"}
	bing      = Proof{Hosts: []string{".search.msn.com"}, List: "https://www.bing.com/toolbox/bingbot.json"}
	baidu     = Proof{Hosts: []string{".baidu.com", ".baidu.jp"}}
	sogou     = Proof{Hosts: []string{".crawl.sogou.com"}, Observed: true}
	yandex    = Proof{Hosts: []string{".yandex.com", ".yandex.ru", ".yandex.net"}}
)

const ranges = "https://developers.google.com/static/crawling/ipranges/"

// families are all that is known, in the order in which it is looked for: a reader may name
// the program that it is like, an agent the browser that it resembles, and a longer name
// stands before one that it begins with.
var families = slices.Concat(hostedReaders, relays, crawlers, readers, libraries)

var hostedReaders = []Family{
	of(Hosted, "Feedly", "feedly", "feedlybot"), of(Hosted, "Inoreader"), of(Hosted, "Feedbin"), of(Hosted, "NewsBlur"),
	of(Hosted, "The Old Reader", "theoldreader.com", "the old reader", "theoldreader"), of(Hosted, "BazQux"),
	of(Hosted, "Dreamwidth", "dreamwidth", "dreamwidth.org"), of(Hosted, "LiveJournal", "livejournal", "livejournal.com"),
	of(Hosted, "Netvibes"), of(Hosted, "FeedHQ"), of(Hosted, "Feed Wrangler", "feed wrangler", "feedwrangler"), of(Hosted, "Feedspot", "feedspot", "feedspotbot"),
	of(Hosted, "Bloglovin"), of(Hosted, "G2Reader"),
}

var relays = []Family{
	of(Relay, "Superfeedr", "superfeedr", "superfeedr.com"), of(Relay, "Blogtrottr"), of(Relay, "Slackbot", "slackbot", "slackbot-linkexpanding"),
	{Name: "Feedfetcher-Google", Kind: Relay, words: []string{"feedfetcher-google"}, Proof: fetcher},
	of(Relay, "FeedBurner"), of(Relay, "FeedPress"), of(Relay, "IFTTT"), of(Relay, "Zapier"), of(Relay, "Discordbot"), of(Relay, "TelegramBot"),
	of(Relay, "Flipboard", "flipboard", "flipboardproxy", "flipboardrss"), of(Relay, "SmartNews", "smartnews", "smartnewsbot"), of(Relay, "Kill the Newsletter", "kill the newsletter"),
	of(Relay, "Twitterbot"), of(Relay, "facebookexternalhit"), of(Relay, "WhatsApp"), of(Relay, "Mastodon"),
}

var crawlers = []Family{
	like("Googlebot", "Googlebot-News", googlebot), like("Googlebot", "Googlebot-Image", googlebot), like("Googlebot", "Googlebot-Video", googlebot),
	like("Googlebot", "Storebot-Google", googlebot), crawler("GoogleOther", googlebot, "googleother", "googleother-image", "googleother-video"),
	like("Googlebot", "Google-InspectionTool", googlebot), heedless("Google-Read-Aloud", fetcher), heedless("Google-Site-Verification", fetcher),
	heedless("AdsBot-Google", special, "adsbot-google", "adsbot-google-mobile"), crawler("Mediapartners-Google", special), crawler("APIs-Google", special),
	crawler("Googlebot", googlebot),
	crawler("Bingbot", bing, "bingbot"), like("Bingbot", "BingPreview", bing), like("Bingbot", "msnbot", bing, "msnbot", "msnbot-media"), crawler("AdIdxBot", bing),
	crawler("Baiduspider", baidu, "baiduspider", "baiduspider-render", "baiduspider-image", "baiduspider-news", "baiduspider-video"),
	crawler("Sogou web spider", sogou, "sogou web spider", "sogou news spider", "sogou inst spider", "sogou spider2", "sogou pic spider", "sogou"),
	crawler("Bytespider", Proof{Hosts: []string{".crawl.bytedance.com"}, Observed: true}), crawler("YisouSpider", Proof{Hosts: []string{".crawl.sm.cn"}, Observed: true}),
	crawler("360Spider", Proof{}, "360spider", "haosouspider"), crawler("ToutiaoSpider", Proof{}), crawler("PetalBot", Proof{Hosts: []string{".aspiegel.com"}}),
	like("YandexBot", "YandexImages", yandex), like("YandexBot", "YandexNews", yandex), like("YandexBot", "YandexRenderResourcesBot", yandex), crawler("YandexBot", yandex),
	crawler("Yeti", Proof{Hosts: []string{".naver.com"}}), crawler("SeznamBot", Proof{Hosts: []string{".seznam.cz"}}), crawler("coccocbot", Proof{}, "coccocbot-web", "coccocbot-image", "coccocbot"),
	crawler("Applebot", Proof{Hosts: []string{".applebot.apple.com"}, List: "https://search.developer.apple.com/applebot.json"}),
	crawler("Amazonbot", Proof{Hosts: []string{".crawl.amazonbot.amazon"}}),
	crawler("GPTBot", Proof{List: "https://openai.com/gptbot.json"}), crawler("OAI-SearchBot", Proof{List: "https://openai.com/searchbot.json"}),
	heedless("ChatGPT-User", Proof{List: "https://openai.com/chatgpt-user.json"}),
	crawler("ClaudeBot", Proof{List: "https://claude.com/crawling/bots.json"}), crawler("Claude-SearchBot", Proof{}), crawler("Claude-User", Proof{}),
	crawler("PerplexityBot", Proof{List: "https://www.perplexity.com/perplexitybot.json"}), heedless("Perplexity-User", Proof{List: "https://www.perplexity.com/perplexity-user.json"}),
	heedless("MistralAI-User", Proof{List: "https://mistral.ai/mistralai-user-ips.json"}),
	crawler("DuckDuckBot", Proof{List: "https://duckduckgo.com/duckduckbot.json"}), crawler("DuckAssistBot", Proof{List: "https://duckduckgo.com/duckassistbot.json"}),
	crawler("CCBot", Proof{Hosts: []string{".crawl.commoncrawl.org"}, List: "https://index.commoncrawl.org/ccbot.json"}),
	crawler("meta-externalagent", Proof{}), heedless("meta-externalfetcher", Proof{}),
	crawler("AhrefsBot", Proof{}), crawler("SemrushBot", Proof{}), crawler("MJ12bot", Proof{}), crawler("DotBot", Proof{}), crawler("DataForSeoBot", Proof{}),
	crawler("Diffbot", Proof{}), crawler("ia_archiver", Proof{}, "ia_archiver", "archive.org_bot"), crawler("Mojeekbot", Proof{}), crawler("Qwantbot", Proof{}, "qwantbot", "qwantify"),
	crawler("TikTokSpider", Proof{}), crawler("Timpibot", Proof{}), crawler("omgili", Proof{}, "omgili", "omgilibot", "webzio", "webzio-extended"), crawler("ImagesiftBot", Proof{}),
}

var readers = []Family{
	of(Reader, "NetNewsWire"), of(Reader, "Reeder"), of(Reader, "FreshRSS"), of(Reader, "Tiny Tiny RSS", "tiny tiny rss", "tt-rss", "tinytinyrss"), of(Reader, "Miniflux"),
	of(Reader, "CommaFeed"), of(Reader, "Nextcloud News", "nextcloud-news", "nextcloud news"), of(Reader, "Liferea"), of(Reader, "Akregator"),
	of(Reader, "newsboat", "newsboat", "newsbeuter"), of(Reader, "Thunderbird"), of(Reader, "Folo", "folo", "follow"), of(Reader, "RSSHub"), of(Reader, "WordPress"),
	of(Reader, "Fluent Reader", "fluent reader", "fluentreader"), of(Reader, "ReadYou", "readyou", "read you"), of(Reader, "yarr"), of(Reader, "sfeed"), of(Reader, "rss2email"),
	of(Reader, "QuiteRSS"), of(Reader, "RSS Guard", "rssguard", "rss guard"), of(Reader, "NewsFlash", "newsflash", "news-flash"), of(Reader, "Vienna"), of(Reader, "lire"),
	of(Reader, "Unread", "unread rss reader", "unread"), of(Reader, "ReadKit"), of(Reader, "Newsify"), of(Reader, "Feedbro"), of(Reader, "FeedDemon"), of(Reader, "RSSOwl", "rssowl", "rssowlnix"),
	of(Reader, "Elfeed"), of(Reader, "Flym"), of(Reader, "AntennaPod"), of(Reader, "Stringer"), of(Reader, "Selfoss"), of(Reader, "Leed"), of(Reader, "Raven Reader", "raven reader", "raven-reader"),
	of(Reader, "Feeder", "feeder", "feeder.co"), of(Reader, "Twine"), of(Reader, "Gnus"), of(Reader, "canto", "canto", "canto-next", "canto-daemon"),
}

var libraries = []Family{
	of(Library, "curl", "curl", "libcurl"), of(Library, "Wget"), of(Library, "Go", "go-http-client"), of(Library, "Python", "python-requests", "python-urllib", "python-httpx", "aiohttp", "httpx"),
	of(Library, "feedparser", "feedparser", "universalfeedparser"), of(Library, "gofeed"), of(Library, "SimplePie"), of(Library, "Scrapy"),
	of(Library, "Java", "java", "apache-httpclient", "okhttp", "rome", "jakarta commons-httpclient"), of(Library, "Node", "node-fetch", "axios", "undici", "node", "got"),
	of(Library, "PHP", "php", "guzzlehttp", "symfony"), of(Library, "Perl", "libwww-perl", "lwp"), of(Library, "Ruby", "ruby", "faraday", "httparty"), of(Library, "Rust", "reqwest", "feed-rs"),
	of(Library, "PowerShell", "windowspowershell", "powershell"), of(Library, "Postman", "postmanruntime"),
}
