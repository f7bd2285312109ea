package config

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"feedstation/internal/network"
	"feedstation/internal/schedule"
)

// values compares configurations by what is written in them.
var values = cmp.Options{
	cmpopts.IgnoreUnexported(network.Network{}, network.Station{}),
	cmpopts.IgnoreFields(network.Station{}, "Aliases"), // which TestAliases compares
	cmpopts.EquateComparable(netip.Prefix{}),
	cmp.Comparer(func(a, b *time.Location) bool { return a.String() == b.String() }),
	cmp.Comparer(func(a, b schedule.Schedule) bool { return a.String() == b.String() }),
}

func spec(t *testing.T, text string) schedule.Schedule {
	t.Helper()
	s, err := schedule.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	location, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return location
}

func TestLoad(t *testing.T) {
	city := func(station ...string) []network.Channel {
		return []network.Channel{{ID: "moment", Name: "时刻新闻", Profiles: []string{"msn", "flipboard"}}, {ID: "politics", Name: "时政", Profiles: station}}
	}
	tests := []struct {
		name string
		want Config
	}{
		{"minimal", Config{
			Network: &network.Network{Name: "湘江新闻网", Stations: []*network.Station{
				{ID: "xt", Name: "湘潭站", URL: "https://xt.news.example", Language: "zh-CN", Zone: time.UTC},
			}},
			Content: Content{
				Driver: SQLite, DSN: NewSecret("var/content.db"), Articles: "articles", ArticleChannels: "article_channels", Text: TextHTML, Shortcodes: []string{},
				Sources: []Source{}, Overlap: 2 * time.Minute, Timeout: 10 * time.Second, Zone: time.UTC, Status: StatusWords{[]storeKey{}, []storeKey{}, []storeKey{}},
			},
			Cache:    Cache{Dir: "var/cache", Keep: 5, KeepFor: 24 * time.Hour},
			Jobs:     Jobs{Refresh: spec(t, "@every 30s"), Audit: spec(t, "@every 5m"), Enabled: true, MaxAge: 15 * time.Minute, AuditRate: 500, Deadline: 10 * time.Minute},
			Feeds:    Feeds{Items: 50, Window: 24 * time.Hour, MaxItems: 500, FullText: true, Withdrawn: Omit, NoticeFor: 72 * time.Hour, LeadImage: Auto, Archives: Archives{Items: 50}},
			Sitemaps: Sitemaps{NewsName: "湘江新闻网", MaxURLs: 50_000, MaxBytes: 10_000_000},
			Server: Server{
				Listen: "127.0.0.1:8080", Admin: "127.0.0.1:8081",
				Hosts: []string{"localhost", "127.0.0.1"}, Robots: []string{}, StaleIfError: 24 * time.Hour, StaleWhileRevalidate: 15 * time.Minute, AdminHosts: []string{}, Drain: 5 * time.Second,
				Proxies: []netip.Prefix{},
			},
			Statistics: Statistics{Days: 30, DNS: true},
			Push:       push(3 * time.Second), PushStations: map[string]PushStation{},
			Zone: time.UTC,
			Log:  Log{Format: LogText, Level: "info"},
		}},
		{"full", Config{
			Network: &network.Network{Name: "Xiang River News", Stations: []*network.Station{
				{
					ID: "www", Name: "湘江新闻网", URL: "https://www.news.example", All: true,
					Description: "湖南各地的新闻,\n一网尽览\n", Email: "editor@www.news.example",
					Language: "zh-CN", Zone: zone(t, "Europe/Berlin"), Hub: "https://www.news.example/websub",
					Icon: "https://www.news.example/icon.png", Logo: "https://www.news.example/logo.png",
					Rights: "© 湘江新闻网", Channels: city(), NewsName: "湘江在线", CacheKeys: network.CacheKeys{SurrogateKey: true, CacheTag: true},
					Rules: network.Rules{Lines: []string{"Disallow: /wp-admin/", "Sitemap: https://www.news.example/pages.xml"}},
					Keys:  []string{"6b313f54a267a66fbdf68c8ab95be06d", "b95507309ef74ae19f820854ef8b9f11"},
				},
				{
					ID: "xt", Name: "湘潭站", URL: "http://xt.news.example:8443",
					Language: "en", Zone: zone(t, "Asia/Shanghai"), Hub: "http://xt.news.example:8443/websub", Profiles: []string{"smartnews"}, CacheKeys: network.CacheKeys{SurrogateKey: true, CacheTag: true},
					Rules: network.Rules{Lines: []string{"Disallow: /print/", "User-agent: GPTBot"}, Host: true},
					Keys:  []string{"b1946ac92492d2347c6235b4d2611184"},
					Feed:  network.Feed{Items: 20, Window: 48 * time.Hour, MaxItems: 300, FullText: true},
					Channels: []network.Channel{
						{ID: "moment", Name: "时刻新闻", NotNews: true, Feed: network.Feed{Items: 10, MaxItems: 10}, Profiles: []string{"smartnews"}},
						{ID: "politics", Name: "时政", Profiles: []string{"smartnews"}},
					},
				},
			}},
			Content: Content{
				Driver: Postgres, DSN: NewSecret("postgres://feedstation:hunter2@db.news.example/cms"), Articles: "feeds.articles",
				ArticleChannels: "feeds.article_channels", Text: TextWordPress, ArticleParts: "feeds.parts", Shortcodes: []string{"promo", "su_note"}, Notify: "feedstation", Sources: []Source{}, Overlap: 10 * time.Minute, Timeout: 5 * time.Second,
				Zone: zone(t, "Asia/Shanghai"), Status: StatusWords{[]storeKey{"freigegeben", "2"}, []storeKey{"zurückgezogen"}, []storeKey{""}},
			},
			Cache: Cache{Dir: "/srv/feedstation/cache", Keep: 20, KeepFor: 24 * time.Hour, Redis: &Redis{
				Mode: Sentinel, Addrs: []string{"s1.news.example:26379", "[::1]:26379"}, Master: "main",
				Username: "feedstation", Password: NewSecret("20190311"), SentinelPassword: NewSecret("*hunter2"),
				DB: 3, TLS: true, Prefix: "staging:", Poll: 250 * time.Millisecond,
			}},
			Jobs:       Jobs{Refresh: spec(t, "*/5 * * * *"), Audit: spec(t, "@hourly"), MaxAge: 5 * time.Minute, AuditRate: 0, Deadline: 90 * time.Minute},
			Feeds:      Feeds{Items: 20, Window: 6 * time.Hour, MaxItems: 300, Withdrawn: Notice, NoticeFor: 24 * time.Hour, Deltas: true, LeadImage: Never, Archives: Archives{Items: 20, Depth: 7}},
			Sitemaps:   Sitemaps{NewsName: "湘江", MaxURLs: 10_000, MaxBytes: 5_000_000},
			Server:     Server{Listen: ":9000", Admin: "0.0.0.0:9001", AdminToken: NewSecret("0123456789abcdef"), Hosts: []string{"feeds.example"}, Robots: []string{"Disallow: /print/", "User-agent: GPTBot"}, StaleIfError: time.Hour, StaleWhileRevalidate: time.Minute, AdminHosts: []string{"feedstation.internal"}, H2C: true, Proxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("::1/128")}},
			Statistics: Statistics{Days: 7, Lists: map[string]string{"Googlebot": "", "GPTBot": "https://mirror.news.example/gptbot.json"}},
			Push:       fullPush(), PushStations: map[string]PushStation{"www": {IndexNowRotation: 2}, "xt": {IndexNowKey: NewSecret("b1946ac92492d2347c6235b4d2611184"), Baidu: "https://xt.news.example"}},
			Zone:     zone(t, "Asia/Shanghai"),
			Log:      Log{Format: LogJSON, Level: "warn"},
			Warnings: []string{"testdata/full.yaml:105: server.admin_token: all users of this machine may read or write this file: chmod o-rw, or keep secrets in files of their own"},
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			name := filepath.Join("testdata", tt.name+".yaml")
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			t.Chdir(t.TempDir()) // with rights that do not depend on how this checkout was made
			if err := errors.Join(os.Mkdir("testdata", 0o755), os.WriteFile(name, text, 0o644), os.Chmod(name, 0o644)); err != nil {
				t.Fatal(err)
			}
			got, err := Load(name, nil)
			if err != nil {
				t.Fatal(err)
			}
			tt.want.Files = map[string][sha256.Size]byte{name: sha256.Sum256(text)}
			if diff := cmp.Diff(&tt.want, got, values); diff != "" {
				t.Errorf("configuration (-want +got):\n%s", diff)
			}
		})
	}
}

func TestLoadUnreadable(t *testing.T) {
	_, err := Load("none.yaml", nil)
	want := "none.yaml: file does not exist: start feedstation in the folder of its config.yaml, or name another with --config FILE"
	if err == nil || err.Error() != want || !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no file: got %v, want %s", err, want)
	}
	_, err = Load("/dev/zero", nil)
	want = "configuration: /dev/zero: larger than 4 MiB"
	if err == nil || err.Error() != want {
		t.Errorf("endless file: got %v, want %s", err, want)
	}
	if _, err = Load(t.TempDir(), nil); err == nil {
		t.Error("a folder: no error")
	}
}

// TestMounted reads a configuration and a secret as Kubernetes mounts them, written by an
// editor that begins files with a byte order mark and ends lines with two characters.
func TestMounted(t *testing.T) {
	dir := t.TempDir()
	if err := errors.Join(
		os.Mkdir(filepath.Join(dir, "..2026_11_29"), 0o700), os.Symlink("..2026_11_29", filepath.Join(dir, "..data")),
		os.WriteFile(filepath.Join(dir, "..data", "config.yaml"), []byte("\ufeffnetwork: {name: 湘江新闻网}\r\nstations:\r\n  - {id: xt, name: 湘潭站, url: https://xt.news.example}\r\n"), 0o600),
		os.WriteFile(filepath.Join(dir, "..data", "token"), []byte("0123456789abcdef\r\n"), 0o600),
		os.Symlink("..data/config.yaml", filepath.Join(dir, "config.yaml")), os.Symlink("..data/token", filepath.Join(dir, "token")),
	); err != nil {
		t.Fatal(err)
	}
	c, err := Load(filepath.Join(dir, "config.yaml"), []string{"FEEDSTATION_SERVER_ADMIN_TOKEN_FILE=" + filepath.Join(dir, "token")})
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Warnings) > 0 || c.Server.AdminToken.Reveal() != "0123456789abcdef" || c.Network.Stations[0].Name != "湘潭站" {
		t.Errorf("warnings %q, token %q, %+v", c.Warnings, c.Server.AdminToken.Reveal(), c.Network.Stations[0])
	}
}

func TestWarnings(t *testing.T) {
	const base = "network: {name: 湘江新闻网}\nstations: [{id: xt, name: 湘潭站, url: https://xt.news.example}]\n"
	_, change := time.Now().In(zone(t, "Europe/Berlin")).ZoneBounds()
	zoned := "runs are skipped or doubled where the zone's clock changes, next on " + change.Format(time.DateOnly) + ": UTC has no such days"
	tests := []struct {
		name string
		file string
		want []string
	}{
		{"none", "", nil},
		{
			"a clock that changes",
			"jobs:\n  refresh: CRON_TZ=Europe/Berlin 30 2 * * *\n  audit: CRON_TZ=Europe/Berlin 0 3 * * *\n",
			[]string{"f.yaml:4: jobs.refresh: " + zoned, "f.yaml:5: jobs.audit: " + zoned},
		},
		{"a clock that does not change", "jobs:\n  audit: CRON_TZ=Asia/Shanghai 0 3 * * *\n", nil},
		{
			"nothing to build and nothing to follow",
			"jobs:\n  enabled: false\n",
			[]string{"f.yaml:4: jobs.enabled: without cache.redis this process only serves what cache.dir has"},
		},
		{
			"nobody to tell",
			"push:\n  baidu: {}\n  indexnow: {rate: 60}\n  websub: {lease: 48h}\n",
			[]string{"f.yaml:4: push.baidu: Baidu is told nothing: want token", "f.yaml:5: push.indexnow: no host has a key: want seed", "f.yaml:6: push.websub: feeds name no hub: want hub"},
		},
		{"nobody to tell, as it says", "push:\n  baidu: {token: \"\"}\n  indexnow: {seed: \"\"}\n  websub: {hub: \"\"}\n", nil},
		{"nothing to build", "jobs:\n  enabled: false\ncache:\n  redis: {addrs: [127.0.0.1:6379]}\n", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := Parse("f.yaml", []byte(base+tt.file), nil)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got.Warnings); diff != "" {
				t.Errorf("warnings (-want +got):\n%s", diff)
			}
		})
	}
}

func ExampleLoad() {
	_, err := Load("testdata/invalid-unknown-key.yaml", []string{"FEEDSTATION_FEEDS_ITEMS=0"})
	fmt.Println(err)
	// Output:
	// testdata/invalid-unknown-key.yaml:8: server: unknown key "lisen" (did you mean "listen"?)
	// FEEDSTATION_FEEDS_ITEMS: feeds.items: want 1 to 500, got 0
}

// push returns what is pushed without a configuration: to nobody.
func push(delay time.Duration) Push {
	return Push{
		Delay: &delay, Window: 48 * time.Hour, Burst: 1000,
		WebSub:   WebSub{Subscribers: 10_000, Lease: 240 * time.Hour, Allow: []netip.Prefix{}},
		IndexNow: IndexNow{Endpoints: []string{"https://api.indexnow.org/indexnow"}, Rate: 30},
		Baidu:    Baidu{Endpoint: "http://data.zz.baidu.com/urls"},
		Caches:   []Purger{}, Surrogate: []string{}, Webhooks: []Webhook{},
	}
}

// fullPush returns that of full.yaml.
func fullPush() Push {
	p := push(0)
	p.Window, p.Burst = 24*time.Hour, 100
	p.WebSub = WebSub{Hub: OwnHub, Subscribers: 500, Lease: 48 * time.Hour, Allow: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}}
	p.IndexNow = IndexNow{Seed: NewSecret("0123456789abcdef"), Endpoints: []string{"http://127.0.0.1:9/indexnow"}, Rate: 60}
	p.Baidu = Baidu{Token: NewSecret("kHpLyVxWwGuR3Tz8"), Reserve: 10, Daily: true, Endpoint: "http://127.0.0.1:9/urls"}
	p.Caches = []Purger{{
		ID: "edge", Method: "POST", URL: "https://api.cdn.example/purge", Body: `{"files":{urls}}`,
		Headers: map[string]Secret{"Authorization": NewSecret("Bearer {token}")}, Token: NewSecret("0123456789abcdef"), Batch: 10, Codings: []string{}, Hosts: []string{"feeds.example"}, Stations: []string{"xt"},
	}, {
		ID: "varnish", Method: "PURGE", URL: "http://varnish.internal:6081{path}", Batch: 30, Codings: []string{"gzip", "identity"}, Hosts: []string{}, Rate: 600,
	}, {
		ID: "own", Method: "PURGE", URL: "{url}", Batch: 30, Codings: []string{}, Hosts: []string{},
	}}
	p.Surrogate = []string{SurrogateKey, CacheTag}
	p.Webhooks = []Webhook{{ID: "search", URL: "https://search.news.example/hook", Secret: NewSecret("0123456789abcdef"), Events: []string{"published", "gone"}}}
	return p
}
