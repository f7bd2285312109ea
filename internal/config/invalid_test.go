package config

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestLoadInvalid holds the exact words of every fault: testdata has one file a
// fault, and one with many.
func TestLoadInvalid(t *testing.T) {
	tests := []struct {
		name string   // of the file testdata/invalid-NAME.yaml
		want []string // behind the file's name and a colon
	}{
		{"alias-in-itself", []string{"8: an alias inside of what it stands for"}},
		{"alias-in-second-document", []string{"8: broken YAML: an alias of nothing: a value that begins with * needs quotes"}},
		{"alias", []string{"8: broken YAML: an alias of nothing: a value that begins with * needs quotes"}},
		{"aliases-too-many", []string{"9: more than 500000 values, with those that aliases stand for"}},
		{"bool-in-quotes", []string{"8: jobs.enabled: want true or false, got text: leave out the quotes"}},
		{"bool", []string{`8: jobs.enabled: want true or false, got "yes"`}},
		{"cache-dir-blank", []string{"8: cache.dir: missing"}},
		{"channel-id-twice", []string{`9: stations[0].channels[1].id: "moment" is there twice, first on line 8`}},
		{"channel-id", []string{`8: stations[0].channels[0].id: "time news": want at most 64 letters (a-z), digits, hyphens and underscores`}},
		{"channel-keys-missing", []string{
			"8: stations[0].channels[0].id: missing",
			"8: stations[0].channels[0].name: missing",
		}},
		{"channel-name-blank", []string{"8: stations[0].channels[0].name: missing"}},
		{"content-demo", []string{"8: content.demo: want 0 to 1000000, got -1"}},
		{"content-driver-mysql", []string{"9: content.dsn: want an address such as user:password@tcp(host:3306)/database"}},
		{"content-driver-postgres", []string{"9: content.dsn: want an address such as postgres://user:password@host:5432/database"}},
		{"content-driver", []string{`8: content.driver: want sqlite, sqlite_readonly, postgres or mysql, got "oracle"`}},
		{"content-status", []string{
			`8: content.timezone: want a time zone such as Asia/Shanghai, got "Shanghai"`,
			`9: content.status: "live" is both published and draft`,
			`10: content.status: unknown key "publish" (did you mean "published"?)`,
			"11: content.status.published[1]: want text or a whole number, got true or false: put it in quotes",
		}},
		{"content-text", []string{
			`8: content.text: want html or wordpress, got "markdown"`,
			"9: content.article_parts: only for text: wordpress from a database of your own",
			"10: content.shortcodes: only for text: wordpress",
		}},
		{"content-shortcodes", []string{
			"9: content.article_parts: only for text: wordpress from a database of your own",
			`10: content.shortcodes[1]: want a name such as su_note, without brackets, got "[box]"`,
		}},
		{"content-map", []string{
			`11: content.map["pubished"]: articles have no such column (did you mean "published"?)`,
			`12: content.map["headline"]: articles have no such column`,
		}},
		{"content-relations", []string{
			"8: content.articles: only for a database of your own: the embedded store names its tables itself",
			"9: content.article_channels: only for a database of your own: the embedded store names its tables itself",
			"10: content.overlap: want 1s to 24h0m0s, got 0s",
			"11: content.timeout: want 100ms to 5m0s, got 1h0m0s",
			"12: content.notify: only for postgres: no other database notifies",
			"13: cache.keep: want 1 to 100, got 0",
		}},
		{"content-dsn-address", []string{"8: content.dsn: want the path of a file, got an address"}},
		{"content-dsn-blank", []string{"8: content.dsn: missing"}},
		{"content-dsn-memory", []string{"8: content.dsn: want the path of a file: a store in memory is not supported"}},
		{"content-dsn-number", []string{"8: content.dsn: want text, got a number: put it in quotes"}},
		{"contents", []string{
			"6: stations[2].key: the content store calls another one so: stations[1].key (line 5)",
			`7: stations[3].content: contents has none with the id "magazin"`,
			"9: content.id: only for contents: the store of content has no name",
			`11: content.sources[0].station: the articles of station "xt" are in another content store`,
			"13: contents[0].overlap: want 1s to 24h0m0s, got 0s",
			"13: contents[0].map: only for postgres and mysql: the embedded store names its columns itself",
			"13: contents[0].driver: content is an embedded store, too: one has room for all stations that need one",
			`14: contents[1].id: "cms" is the id of a source (line 11)`,
			"14: contents[1].dsn: missing",
			`15: contents[2].id: "magazine" is there twice, first on line 13`,
			"15: contents[2].timeout: want 100ms to 5m0s, got 1h0m0s",
			`15: contents[2].driver: want sqlite, sqlite_readonly, postgres or mysql, got "oracle"`,
		}},
		{"control", []string{"8: a control character (U+000B)"}},
		{"deep", []string{"7: values inside of values, more than 64 deep"}},
		{"duplicate-key", []string{"10: feeds.items: duplicate key, first on line 8"}},
		{"duplicate-section", []string{"11: feeds: duplicate key, first on line 7"}},
		{"duration", []string{`8: server.drain: want a duration such as 500ms, 30s or 10m, got "5"`}},
		{"empty", []string{
			"1: network.name: missing",
			"1: stations: missing: want at least one station",
		}},
		{"feeds-items-many", []string{"8: feeds.items: want 1 to 500, got 501"}},
		{"feeds-window", []string{
			"6: stations[0].items: want 1 to 500, got 0",
			`7: stations[0].window: want a duration such as 500ms, 30s or 10m, got "2h30"`,
			"9: stations[0].channels[0].window: want 0s to 720h0m0s, got 721h0m0s",
			"9: stations[0].channels[0].max_items: want 1 to 2000, got 2001",
			"10: stations[0].channels[1].items: items (301) are more than max_items (300)",
			"11: stations[0].channels[2].full_text: want true or false, got nothing",
			"13: feeds.window: want 0s to 720h0m0s, got -1s",
		}},
		{"feeds-max-items", []string{
			"6: stations[0].items: items (60) are more than max_items (40)",
			"9: feeds.max_items: items (50) are more than max_items (40)",
		}},
		{"aliases", []string{
			`4: network.aliases.status: want 308 or 301, got 302`,
			`5: network.aliases.sets[1]: want one of wordpress, hugo, ghost, got "drupal"`,
			`7: network.aliases.paths["feed"]: "/rss.xml": want a path such as /feed/ or /category/{channel}/feed/`,
			`8: network.aliases.paths["/a"]: "/b": is an alias itself: want the document that it leads to`,
			`9: network.aliases.paths["/b"]: "/a/": is an alias itself: want the document that it leads to`,
			`10: network.aliases.paths["/c"]: "/culture/rss.xml": no document: want a path such as /rss.xml, and of a channel that is there`,
			`11: network.aliases.paths["/moment/rss.xml"]: "/atom.xml": that path has a document itself`,
			`12: network.aliases.paths["/rss.xml"]: "/rss.xml": leads to itself`,
			`13: network.aliases.paths["/d"]: "/{channel}/rss.xml": the document has {channel}, and the path has none`,
			`14: network.aliases.paths["/a/../b"]: "/rss.xml": want a path such as /feed/ or /category/{channel}/feed/`,
			`15: network.aliases.paths["/a?feed=rss2"]: "/rss.xml": want a path such as /feed/ or /category/{channel}/feed/`,
			`16: network.aliases.paths["/sitemaps/2020-01.xml"]: "/sitemap.xml": that path has a document itself`,
			`17: network.aliases.paths["/e"]: "https://xt.news.example/rss.xml": no document: want a path such as /rss.xml, and of a channel that is there`,
			`18: network.aliases.paths["/f"]: want text, got nothing`,
			`20: network.aliases.paths["/g/"]: "/atom.xml": "/g" leads elsewhere, and a slash at the end makes no difference`,
			`21: network.aliases.paths["/g"]: duplicate key, first on line 19`,
			`26: stations[0].aliases.status: want 308 or 301, got 307`,
			`27: stations[0].aliases.paths: want a mapping, got a list`,
		}},
		{"feeds-withdrawn", []string{
			`8: feeds.withdrawn: want omit or notice, got "yes"`,
			"9: feeds.notice_for: want 1m0s to 8760h0m0s, got 0s",
		}},
		{"feeds-lead-image", []string{`8: feeds.lead_image: want auto or never, got "always"`}},
		{"feeds-items-none", []string{"8: feeds.items: want 1 to 500, got 0"}},
		{"profiles", []string{
			`3: network.profiles[0]: want one of flipboard, msn, smartnews, got "yahoo"`,
			`8: stations[0].profiles[1]: "msn" is there twice`,
			"10: stations[0].channels[0].profiles: want a list, got a single value",
			"11: stations[0].channels[1].profiles: want a list, got nothing",
			"12: stations[0].channels[2].profiles[0]: want text, got a number: put it in quotes",
		}},
		{"jobs-audit", []string{`8: jobs.audit: "0 25 * * *": hour "25": write values within 0-23, like "1", "1,3", "1-5" or "*/2"`}},
		{"jobs-deadline", []string{"8: jobs.deadline: want 1s to 24h0m0s, got 0s"}},
		{"jobs-refresh", []string{`8: jobs.refresh: "every 30s": 2 fields instead of 5: write minute, hour, day of month, month and day of week, or "@every 30s"`}},
		{"key", []string{"8: server: want a key, got a list"}},
		{"list-for-mapping", []string{"8: server: want a mapping, got a list"}},
		{"list-for-text", []string{"8: server.listen: want text, got a list"}},
		{"many", []string{
			"1: network.name: missing",
			`2: network: unknown key "nme" (did you mean "name"?)`,
			`3: network.timezone: want a time zone such as Asia/Shanghai, got "Asia/Changsha"`,
			`10: stations[0].channels[1].id: "moment" is there twice, first on line 9`,
			"11: stations[1].name: missing",
			`12: stations[1].url: not an absolute http(s) URL: "cs.news.example"`,
			`13: stations[2].id: "xt" is there twice, first on line 5`,
			"14: stations[2].name: want text, got true or false: put it in quotes",
			`15: stations[2].url: "xt.news.example" is the host of stations[0] (line 7)`,
			"16: content.dsn: want an address such as postgres://user:password@host:5432/database",
			`19: feeds.items: want a whole number, got "many"`,
			"21: feeds.items: duplicate key, first on line 19",
			`23: server: unknown key "lisen" (did you mean "listen"?)`,
			`24: server.admin: want a loopback address such as 127.0.0.1:8081, or server.admin_token as well, got "0.0.0.0:8081"`,
			"25: server.hosts: want a list, got nothing",
		}},
		{"mapping-for-list", []string{"8: server.hosts: want a list, got a mapping"}},
		{"merge", []string{"8: server: merge keys (<<) are not supported: write the keys, or use an alias for the whole value"}},
		{"network-language-unknown", []string{`3: network.language: want a language (BCP 47) such as zh-CN, got "zh-CNN"`}},
		{"network-language", []string{`3: network.language: want a language (BCP 47) such as zh-CN, got "zh_CN"`}},
		{"network-missing", []string{"1: network.name: missing"}},
		{"network-name-blank", []string{"2: network.name: missing"}},
		{"network-name-lines", []string{`2: network.name: want one line without control characters, got "湘江\n新闻网\n"`}},
		{"network-name-missing", []string{"1: network.name: missing"}},
		{"network-timezone-local", []string{`3: network.timezone: want a time zone such as Asia/Shanghai, got "Local"`}},
		{"network-timezone", []string{`3: network.timezone: want a time zone such as Asia/Shanghai, got "Asia/Changsha"`}},
		{"not-utf8", []string{"3: not UTF-8"}},
		{"null-element", []string{"10: server.hosts[1]: want text, got nothing"}},
		{"null-section", []string{"7: feeds: want a mapping, got nothing: give it keys or delete it"}},
		{"null", []string{"8: server.listen: want text, got nothing"}},
		{"number-in-quotes", []string{"8: feeds.items: want a whole number, got text: leave out the quotes"}},
		{"number-leading-zero", []string{`8: feeds.items: want a whole number, got "010"`}},
		{"number-octal", []string{`8: feeds.items: want a whole number, got "0o17"`}},
		{"number-too-large", []string{`8: feeds.items: too large: "99999999999999999999"`}},
		{"number", []string{`8: feeds.items: want a whole number, got "many"`}},
		{"redis-addrs-empty", []string{"9: cache.redis.addrs: missing"}},
		{"redis-addrs-host", []string{`10: cache.redis.addrs[0]: want host:port, got ":6379"`}},
		{"redis-addrs-missing", []string{"8: cache.redis.addrs: missing"}},
		{"redis-addrs-password", []string{"10: cache.redis.addrs[0]: want host:port, the path of a socket, redis://… or rediss://…"}},
		{"redis-addrs-port", []string{`10: cache.redis.addrs[0]: want host:port, got "127.0.0.1"`}},
		{"redis-addrs-two", []string{"9: cache.redis.addrs: want one address with mode single, got 2"}},
		{"redis-db-cluster", []string{"11: cache.redis.db: a cluster has only database 0"}},
		{"redis-db", []string{"10: cache.redis.db: want at least 0, got -1"}},
		{"redis-master-elsewhere", []string{"10: cache.redis.master: only for mode sentinel"}},
		{"redis-master-missing", []string{"8: cache.redis.master: missing: the name that the sentinels watch"}},
		{"redis-mode", []string{`10: cache.redis.mode: want single, sentinel or cluster, got "sharded"`}},
		{"redis-null", []string{"8: cache.redis: want a mapping, got nothing: give it keys or delete it"}},
		{"redis-password-list", []string{"10: cache.redis.password: want text, got a list"}},
		{"redis-password-number", []string{"10: cache.redis.password: want text, got a number: put it in quotes"}},
		{"redis-poll", []string{"10: cache.redis.poll: want at least 100ms, got 50ms"}},
		{"redis-prefix", []string{`10: cache.redis.prefix: want 1 to 100 letters, digits or -._:/, got "a{b}"`}},
		{"redis-sentinel-password-elsewhere", []string{"10: cache.redis.sentinel_password: only for mode sentinel"}},
		{"root", []string{"1: want a mapping, got a list"}},
		{"second-document", []string{"7: a second YAML document: want a single one"}},
		{"server-admin-everywhere", []string{`8: server.admin: want a loopback address such as 127.0.0.1:8081, or server.admin_token as well, got ":8081"`}},
		{"server-admin-name", []string{`8: server.admin: want a loopback address such as 127.0.0.1:8081, or server.admin_token as well, got "admin.news.example:8081"`}},
		{"server-admin-public", []string{`8: server.admin: want a loopback address such as 127.0.0.1:8081, or server.admin_token as well, got "0.0.0.0:8081"`}},
		{"server-admin-same", []string{"9: server.admin: has the port of server.listen"}},
		{"server-stale-if-error", []string{"8: server.stale_if_error: want 0s to 720h0m0s, got 721h0m0s"}},
		{"server-drain", []string{"8: server.drain: want 0s to 5m0s, got 6m0s"}},
		{"server-hosts-station", []string{`8: server.hosts[0]: "XT.news.example" is the host of stations[0] (line 6)`}},
		{"server-sockets", []string{
			`8: server.listen: want a path of at most 103 bytes, got 120`,
			`9: server.admin: want a name behind systemd:`,
		}},
		{"server-sockets-admin", []string{
			`9: server.admin: want a loopback address such as 127.0.0.1:8081, or server.admin_token as well, got "systemd:admin"`,
		}},
		{"server-sockets-same", []string{"9: server.admin: has the port of server.listen"}},
		{"server-tls", []string{"9: server.tls.cert: open testdata/none.pem: no such file or directory"}},
		{"server-tls-half", []string{"8: server.tls.key: missing"}},
		{"server-tls-both", []string{"11: server.tls.acme: has its own certificates: leave cert and key out"}},
		{"server-tls-no-acme", []string{
			"9: server.tls.acme_directory: only with acme: true",
			"10: server.tls.acme_email: only with acme: true",
		}},
		{"server-tls-directory", []string{`10: server.tls.acme_directory: want an address such as https://acme.news.example/directory, got "acme.news.example"`}},
		{"server-tls-redirect", []string{"9: server.tls.redirect: only with cert and key, or acme: true"}},
		{"server-tls-redirect-same", []string{"11: server.tls.redirect: has the port of server.admin"}},
		{"server-tls-redirect-address", []string{`10: server.tls.redirect: want host:port or unix:PATH, got "80"`}},
		{"server-tls-no-certificate", []string{"9: server.tls.cert: testdata/minimal.yaml and testdata/minimal.yaml: tls: failed to find any PEM data in certificate input"}},
		{"log", []string{
			`8: log.format: want text or json, got "logfmt"`,
			`9: log.level: want debug, info, warn or error, got "trace"`,
		}},
		{"server-hosts", []string{`8: server.hosts[1]: not a valid host: "local host"`}},
		{"server-listen-host", []string{`8: server.listen: want host:port or unix:PATH, got "local host:8080"`}},
		{"server-listen-port", []string{`8: server.listen: want host:port or unix:PATH, got "localhost:http"`}},
		{"server-listen", []string{`8: server.listen: want host:port or unix:PATH, got "localhost"`}},
		{"jobs-max-age", []string{
			"8: jobs.max_age: want 10s to 24h0m0s, got 1s",
			"9: jobs.audit_rate: want 0 to 1000000, got -1",
		}},
		{"server-hooks", []string{
			"9: server.hooks.ghost: want at least 16 visible ASCII characters", "10: server.hooks.strapi: want at least 16 visible ASCII characters",
		}},
		{"server-admin-token", []string{"8: server.admin_token: want at least 16 visible ASCII characters"}},
		{"server-robots", []string{
			`7: stations[0].robots[0]: "Disalow: /": no crawler knows such a rule (did you mean "disallow"?)`,
			`11: server.robots[1]: want a line of robots.txt such as "Disallow: /print/", got "/print/"`,
			`13: server.robots[3]: want one line without control characters, got "Disallow: /\nAllow: /"`,
			`14: server.robots[4]: "Disalow: /print/ # ours": no crawler knows such a rule (did you mean "disallow"?)`,
			`15: server.robots[5]: "Dissallow: /print/": no crawler knows such a rule (did you mean "disallow"?)`,
			`16: server.robots[6]: "useragent: *": no crawler knows such a rule (did you mean "user-agent"?)`,
			`17: server.robots[7]: want a line of robots.txt such as "Disallow: /print/", got "User agent: *"`,
			`18: server.robots[8]: "Sitemaps: https://xt.news.example/pages.xml": no crawler knows such a rule (did you mean "sitemap"?)`,
			`19: server.robots[9]: "Craw-delay: 1": no crawler knows such a rule (did you mean "crawl-delay"?)`,
			`20: server.robots[10]: "Nonsense: 1": no crawler knows such a rule`,
			`21: server.robots[11]: "Sitemap: /cms-sitemap.xml": want an absolute http(s) URL`,
			`22: server.robots[12]: "Sitemap: //xt.news.example/pages.xml": want an absolute http(s) URL`,
			`24: server.robots[14]: "Crawl-delay: ten": want a number of seconds`,
			`25: server.robots[15]: "Crawl-delay: -1": want a number of seconds`,
			`27: server.robots[17]: "Disallow: print/": want a path that begins with / (RFC 9309 §2.2.2)`,
			`28: server.robots[18]: "Allow:": want a path that begins with / (RFC 9309 §2.2.2)`,
			`31: server.robots[21]: "User-agent:": want the name of a robot, or *`,
			`34: server.robots[24]: want a line of robots.txt such as "Disallow: /print/", got "\ufeffDisallow: /"`,
		}},
		{"sitemaps-limits", []string{
			`8: sitemaps.max_urls: want 1 to 50000, got 50001`,
			`9: sitemaps.max_bytes: want 100000 to 52428800, got 1000`,
		}},
		{"sitemaps-news-name", []string{`8: sitemaps.news_name: want one line without control characters, got "湘江\t新闻网"`}},
		{"channel-moved", []string{
			`9: stations[0].channels[0].moved_to: not an absolute http(s) URL: "/culture"`,
			`10: stations[0].channels[1].moved_to: want no query and no fragment: paths are put behind it: "https://xt.news.example/culture?"`,
		}},
		{"was", []string{
			`5: stations[0].was[0]: "cs" is there twice, first on line 11`,
			`5: stations[0].was[1]: "xiang tan": want at most 64 letters (a-z), digits, hyphens and underscores`,
			`5: stations[0].was[3]: "xt" is there twice, first on line 4`,
			`9: stations[0].channels[0].was[0]: "society" is there twice, first on line 10`,
			`10: stations[0].channels[1].was[0]: "now" is there twice, first on line 9`,
			`12: stations[1].was[0]: "xiangtan" is there twice, first on line 5`,
		}},
		{"station-closed-moved", []string{`11: stations[1].moved_to: what has moved is not closed: want either`}},
		{"stations-closed", []string{`4: stations: all are closed or moved: want at least one that publishes`}},
		{"station-description", []string{`7: stations[0].description: want text without control characters, got "湘潭\b"`}},
		{"station-email", []string{`7: stations[0].email: want an address such as editor@xt.news.example, got "editor at xt.news.example"`}},
		{"station-host-twice", []string{`9: stations[1].url: "xt.news.example" is the host of stations[0] (line 6)`}},
		{"station-icon", []string{`7: stations[0].icon: not an absolute http(s) URL: "/icon.png"`}},
		{"station-id-taken", []string{`4: stations[0].id: "sitemaps" is taken: sitemaps live there`}},
		{"station-id-twice", []string{`7: stations[1].id: "xt" is there twice, first on line 4`}},
		{"station-id", []string{`4: stations[0].id: "湘潭": want at most 64 letters (a-z), digits, hyphens and underscores`}},
		{"station-keys-missing", []string{
			"4: stations[0].id: missing",
			"4: stations[0].name: missing",
			"4: stations[0].url: missing",
		}},
		{"station-language", []string{`7: stations[0].language: want a language (BCP 47) such as zh-CN, got "chinese"`}},
		{"station-logo", []string{`7: stations[0].logo: not an absolute http(s) URL: "ftp://xt.news.example/logo.png"`}},
		{"rights", []string{
			`4: network.rights.copyright: want one line without control characters, got "©\n湘江新闻网"`,
			`5: network.rights.search: want yes or no, got "yess" (did you mean "yes"?)`,
			`6: network.rights.ai_input: want yes or no, got "allow" (did you mean "yes"?)`,
			`7: network.rights: unknown key "ai-train" (did you mean "ai_train"?)`,
			`8: network.rights.license: not an absolute http(s) URL: "license.xml"`,
			`9: network.rights.policy: want no fragment, which ends a line of robots.txt: "https://www.news.example/tdm.json#rights" (did you mean "https://www.news.example/tdm.json"?)`,
			`10: network.rights.disallow[1]: want the name of a robot: robots: ["Disallow: /"] is for all`,
			`10: network.rights.disallow[2]: want the name of a robot without a version, got "CCBot/2.0" (did you mean "CCBot"?)`,
			`10: network.rights.disallow[3]: "gptbot" is there twice`,
			`10: network.rights.disallow[4]: want the name of a robot such as GPTBot, got "Byte:spider"`,
			`15: stations[0].rights.search: want yes or no, got "maybe"`,
			"15: stations[0].rights.policy: says how to get what is reserved, and ai_train is granted: want either",
			"19: stations[1].rights: want a mapping, got a list",
			`23: stations[2].rights.ai_train: want yes or no, got "1" (did you mean "yes"?)`,
			"23: stations[2].rights.disallow: want a list, got a single value",
			`23: stations[2].rights.license: not an absolute http(s) URL: "ftp://yy.news.example/a"`,
		}},
		{"station-rights", []string{`7: stations[0].rights: want one line without control characters, got "©\n湘潭站"`}},
		{"station-timezone", []string{`7: stations[0].timezone: want a time zone such as Asia/Shanghai, got "CST+8"`}},
		{"station-url-password", []string{`6: stations[0].url: want only scheme, host and perhaps a folder, as in https://xt.news.example: "https://[secret]@xt.news.example"`}},
		{"station-url-query", []string{`6: stations[0].url: want only scheme, host and perhaps a folder, as in https://xt.news.example: "https://xt.news.example/feeds?a=1"`}},
		{"station-url-folder", []string{
			`9: stations[1].url: "www.news.example/xt" is the address of stations[0] (line 6)`,
			`12: stations[2].url: want only scheme, host and perhaps a folder, as in https://xt.news.example: "https://www.news.example/hy?site=1"`,
			`14: server.hosts[0]: "www.news.example" is the host of stations[0] (line 6)`,
		}},
		{"station-folders", []string{
			`11: stations[1].url: station www has a channel "moment" there`,
			`14: stations[2].url: station www has a channel "now" there`,
			`17: stations[3].url: the stations of a host have one scheme and port: station www is at https://www.news.example`,
		}},
		{"station-url", []string{`6: stations[0].url: not an absolute http(s) URL: "xt.news.example"`}},
		{"stations-empty", []string{"3: stations: missing: want at least one station"}},
		{"stations-missing", []string{"1: stations: missing: want at least one station"}},
		{"syntax-at", []string{"8: broken YAML: found character that cannot start any token: a value that begins with @ needs quotes"}},
		{"syntax-bracket", []string{"9: broken YAML: did not find expected ',' or ']' (while parsing a flow sequence that began on line 8)"}},
		{"syntax-colon", []string{"9: broken YAML: mapping values are not allowed in this context"}},
		{"syntax-second-document", []string{"9: broken YAML: did not find expected node content"}},
		{"syntax-tab", []string{"8: broken YAML: found character that cannot start any token: indent with spaces, not with tabs"}},
		{"tag", []string{"8: server.listen: a tag (!…) before the value: tags have no meaning here, a text that begins with ! needs quotes"}},
		{"text-for-list", []string{"8: server.hosts: want a list, got a single value"}},
		{"text-for-mapping", []string{"7: content: want a mapping, got a single value"}},
		{"store-key", []string{
			"6: stations[0].key: want text or a whole number, got true or false: put it in quotes",
			`10: stations[0].channels[1].key: the content store calls another one so: stations[0].channels[0].key (line 9)`,
			`11: stations[0].channels[2].id: the content store calls another one so: stations[0].channels[0].key (line 9)`,
			"12: stations[0].channels[3].key: want text or a whole number, got a number: put it in quotes",
			`16: stations[1].key: the content store calls another one so: stations[0].id (line 4)`,
			`20: stations[2].key: want one line without control characters, got "a\tb"`,
		}},
		{"text", []string{"2: network.name: want text, got a number: put it in quotes"}},
		{"unknown-key-with-value", []string{`8: cache.redis: unknown key "password…"`}},
		{"unknown-key", []string{`8: server: unknown key "lisen" (did you mean "listen"?)`}},
		{"unknown-section", []string{`7: unknown key "metrics"`}},
		{"text-like-time", []string{"7: stations[0].rights: want text, got a time: put it in quotes"}},
		{"text-like-merge", []string{"7: stations[0].rights: want text, got something else: put it in quotes"}},
		{"server-admin-localhost", []string{"9: server.admin: has the port of server.listen"}},
		{"long-value", []string{`9: cache.redis.mode: want single, sentinel or cluster, got "` + strings.Repeat("single", 13) + `si…"`}},
		{"station-text", []string{"7: stations[1]: want a mapping, got a single value"}},
	}
	tested := map[string]bool{}
	for _, tt := range tests {
		file := filepath.Join("testdata", "invalid-"+tt.name+".yaml")
		tested[file] = true
		t.Run(tt.name, func(t *testing.T) {
			c, err := Load(file, nil)
			if err == nil {
				t.Fatalf("no error, got %+v", c)
			}
			var want []string
			for _, line := range tt.want {
				want = append(want, file+":"+line)
			}
			if diff := cmp.Diff(want, strings.Split(err.Error(), "\n")); diff != "" {
				t.Errorf("faults (-want +got):\n%s", diff)
			}
		})
	}

	files, err := filepath.Glob("testdata/invalid-*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no files: %v", err)
	}
	for _, file := range files {
		if !tested[file] {
			t.Errorf("%s is not in the table", file)
		}
	}
}
