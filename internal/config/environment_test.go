package config

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"feedstation/internal/network"
)

const city = `network:
  name: 湘江新闻网
stations:
  - id: xt
    name: 湘潭站
    url: https://xt.news.example
    channels: &city
      - {id: moment, name: 时刻新闻}
      - {id: time-news, name: 时政}
  - id: cs
    name: 长沙站
    url: https://cs.news.example
    channels: *city
`

func TestEnvironment(t *testing.T) {
	tests := []struct {
		name    string
		file    string // after city
		environ []string
		got     func(*Config) any
		want    any
	}{
		{
			"text", "server:\n  listen: 127.0.0.1:9000\n",
			[]string{"FEEDSTATION_SERVER_LISTEN=0.0.0.0:80"},
			func(c *Config) any { return c.Server.Listen }, "0.0.0.0:80",
		},
		{
			"in a section that the file lacks", "",
			[]string{"FEEDSTATION_SERVER_LISTEN=0.0.0.0:80"},
			func(c *Config) any { return c.Server.Listen }, "0.0.0.0:80",
		},
		{
			"number", "feeds:\n  items: 10\n",
			[]string{"FEEDSTATION_FEEDS_ITEMS=20"},
			func(c *Config) any { return c.Feeds },
			Feeds{Items: 20, Window: 24 * time.Hour, MaxItems: 500, FullText: true, Withdrawn: Omit, NoticeFor: 72 * time.Hour, LeadImage: Auto, Archives: Archives{Items: 50}},
		},
		{
			"of a station and of a channel", "feeds:\n  items: 10\n",
			[]string{"FEEDSTATION_STATIONS_XT_WINDOW=48h", "FEEDSTATION_STATIONS_XT_CHANNELS_MOMENT_FULL_TEXT=false", "FEEDSTATION_STATIONS_XT_CHANNELS_MOMENT_ITEMS=5"},
			func(c *Config) any {
				s := c.Network.Stations[0]
				return []network.Feed{s.Feed, s.Channels[0].Feed, s.Channels[1].Feed, c.Network.Stations[1].Feed}
			},
			[]network.Feed{{Items: 10, Window: 48 * time.Hour, MaxItems: 500, FullText: true}, {Items: 5, Window: 48 * time.Hour, MaxItems: 500}, {}, {}},
		},
		{
			"instead of a wrong value", "feeds:\n  items: many\n",
			[]string{"FEEDSTATION_FEEDS_ITEMS=20"},
			func(c *Config) any { return c.Feeds.Items }, 20,
		},
		{
			"true or false", "jobs:\n  enabled: true\n",
			[]string{"FEEDSTATION_JOBS_ENABLED=false"},
			func(c *Config) any { return c.Jobs.Enabled }, false,
		},
		{
			"duration", "",
			[]string{"FEEDSTATION_SERVER_DRAIN=0"},
			func(c *Config) any { return c.Server.Drain }, time.Duration(0),
		},
		{
			"schedule", "",
			[]string{"FEEDSTATION_JOBS_REFRESH=@every 1m"},
			func(c *Config) any { return c.Jobs.Refresh.String() }, "@every 1m",
		},
		{
			"zone", "",
			[]string{"FEEDSTATION_NETWORK_TIMEZONE=Asia/Shanghai"},
			func(c *Config) any { return c.Network.Stations[0].Zone.String() }, "Asia/Shanghai",
		},
		{
			"text that looks like a number", "",
			[]string{"FEEDSTATION_NETWORK_NAME=2024"},
			func(c *Config) any { return c.Network.Name }, "2024",
		},
		{
			"text that YAML would read otherwise", "",
			[]string{"FEEDSTATION_NETWORK_NAME=*a: [b"},
			func(c *Config) any { return c.Network.Name }, "*a: [b",
		},
		{
			"list", "server:\n  hosts: [a.example]\n",
			[]string{"FEEDSTATION_SERVER_HOSTS=localhost, b.example"},
			func(c *Config) any { return c.Server.Hosts },
			[]string{"localhost", "b.example"},
		},
		{
			"values with a comma", "",
			[]string{`FEEDSTATION_SERVER_ROBOTS=["Content-Signal: search=yes, ai-train=no", "Disallow: /"]`},
			func(c *Config) any { return c.Server.Robots },
			[]string{"Content-Signal: search=yes, ai-train=no", "Disallow: /"},
		},
		{
			"ranges of addresses", "",
			[]string{"FEEDSTATION_SERVER_PROXIES=127.0.0.1, 10.0.0.0/8"},
			func(c *Config) any { return fmt.Sprint(c.Server.Proxies) },
			"[127.0.0.1/32 10.0.0.0/8]",
		},
		{
			"a host in brackets is no list of JSON", "",
			[]string{"FEEDSTATION_SERVER_HOSTS=[::1],localhost"},
			func(c *Config) any { return c.Server.Hosts },
			[]string{"[::1]", "localhost"},
		},
		{
			"a station is closed to robots", "server:\n  robots: [\"Disallow: /print/\"]\n",
			[]string{"FEEDSTATION_STATIONS_XT_ROBOTS=Disallow: /"},
			func(c *Config) any {
				return []network.Rules{c.Network.Stations[0].Rules, c.Network.Stations[1].Rules}
			},
			[]network.Rules{{Lines: []string{"Disallow: /"}}, {Lines: []string{"Disallow: /print/"}, Host: true}},
		},
		{
			"empty list", "",
			[]string{"FEEDSTATION_SERVER_HOSTS="},
			func(c *Config) any { return c.Server.Hosts },
			[]string{},
		},
		{
			"the last one of two", "",
			[]string{"FEEDSTATION_FEEDS_ITEMS=20", "FEEDSTATION_FEEDS_ITEMS=30"},
			func(c *Config) any { return c.Feeds.Items }, 30,
		},
		{
			"station", "",
			[]string{"FEEDSTATION_STATIONS_XT_URL=http://xt.example:8080"},
			func(c *Config) any { return c.Network.Stations[0].URL }, "http://xt.example:8080",
		},
		{
			"a station's key that the file lacks", "",
			[]string{"FEEDSTATION_STATIONS_CS_ALL=true"},
			func(c *Config) any { return c.Network.Stations[1].All }, true,
		},
		{
			"channel", "",
			[]string{"FEEDSTATION_STATIONS_XT_CHANNELS_TIME_NEWS_NAME=时政要闻"},
			func(c *Config) any { return c.Network.Stations[0].Channels[1].Name }, "时政要闻",
		},
		{
			"not the other use of an alias", "",
			[]string{"FEEDSTATION_STATIONS_XT_CHANNELS_MOMENT_NAME=时刻"},
			func(c *Config) any { return c.Network.Stations[1].Channels[0].Name }, "时刻新闻",
		},
		{
			"optional section", "",
			[]string{"FEEDSTATION_CACHE_REDIS_ADDRS=a.example:1,b.example:2", "FEEDSTATION_CACHE_REDIS_MODE=cluster"},
			func(c *Config) any { return c.Cache.Redis },
			&Redis{Mode: Cluster, Addrs: []string{"a.example:1", "b.example:2"}, Prefix: "feedstation:", Poll: time.Second},
		},
		{
			"optional section, set to nothing", "",
			[]string{
				"FEEDSTATION_CACHE_REDIS_ADDRS=", "FEEDSTATION_CACHE_REDIS_PASSWORD=", "FEEDSTATION_CACHE_REDIS_PASSWORD_FILE=", "FEEDSTATION_CACHE_REDIS_MODE=",
				"FEEDSTATION_CACHE_REDIS_DB=", "FEEDSTATION_CACHE_REDIS_TLS=", "FEEDSTATION_CACHE_REDIS_POLL=",
			},
			func(c *Config) any { return c.Cache.Redis }, (*Redis)(nil),
		},
		{
			"optional section of the file, set to nothing", "cache:\n  redis: {addrs: [a.example:1], password: hunter2}\n",
			[]string{"FEEDSTATION_CACHE_REDIS_ADDRS=", "FEEDSTATION_CACHE_REDIS_PASSWORD="},
			func(c *Config) any { return c.Cache.Redis },
			&Redis{Mode: Single, Addrs: []string{"a.example:1"}, Password: NewSecret("hunter2"), Prefix: "feedstation:", Poll: time.Second},
		},
		{
			"a file without a name", "content:\n  dsn: a.db\n",
			[]string{"FEEDSTATION_CONTENT_DSN_FILE="},
			func(c *Config) any { return c.Content.DSN.Reveal() }, "a.db",
		},
		{
			"secret", "",
			[]string{"FEEDSTATION_CONTENT_DSN=a.db"},
			func(c *Config) any { return c.Content.DSN.Reveal() }, "a.db",
		},
		{
			"secret in a file", "content:\n  dsn: a.db\n",
			[]string{"FEEDSTATION_CONTENT_DSN_FILE=" + secretFile(t, "b.db\n")},
			func(c *Config) any { return c.Content.DSN.Reveal() }, "b.db",
		},
		{
			"secret in a file of Windows", "",
			[]string{"FEEDSTATION_CONTENT_DSN_FILE=" + secretFile(t, "b.db\r\n")},
			func(c *Config) any { return c.Content.DSN.Reveal() }, "b.db",
		},
		{
			"only one line break is cut off", "cache:\n  redis: {addrs: [a.example:1]}\n",
			[]string{"FEEDSTATION_CACHE_REDIS_PASSWORD_FILE=" + secretFile(t, " hunter2 \n\n")},
			func(c *Config) any { return c.Cache.Redis.Password.Reveal() }, " hunter2 \n",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, err := Parse("f.yaml", []byte(city+tt.file), tt.environ)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, tt.got(c)); diff != "" {
				t.Errorf("value (-want +got):\n%s", diff)
			}
			if tt.name != "true or false" && len(c.Warnings) > 0 {
				t.Errorf("warnings: %q", c.Warnings)
			}
		})
	}
}

func secretFile(t *testing.T, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestEnvironmentFaults(t *testing.T) {
	tests := []struct {
		name    string
		file    string // after city
		environ []string
		want    []string
	}{
		{
			"type", "",
			[]string{"FEEDSTATION_FEEDS_ITEMS=many"},
			[]string{`FEEDSTATION_FEEDS_ITEMS: feeds.items: want a whole number, got "many"`},
		},
		{
			"bound", "feeds:\n  items: 20\n",
			[]string{"FEEDSTATION_FEEDS_ITEMS=0"},
			[]string{"FEEDSTATION_FEEDS_ITEMS: feeds.items: want 1 to 500, got 0"},
		},
		{
			"set to nothing", "",
			[]string{"FEEDSTATION_FEEDS_ITEMS=", "FEEDSTATION_CONTENT_DSN=", "FEEDSTATION_NETWORK_NAME="},
			[]string{
				"FEEDSTATION_CONTENT_DSN: content.dsn: missing",
				`FEEDSTATION_FEEDS_ITEMS: feeds.items: want a whole number, got ""`,
				"FEEDSTATION_NETWORK_NAME: network.name: missing",
			},
		},
		{
			"behind those of the file", "server:\n  lisen: x\n",
			[]string{"FEEDSTATION_JOBS_REFRESH=@every 1ms"},
			[]string{
				`f.yaml:15: server: unknown key "lisen" (did you mean "listen"?)`,
				`FEEDSTATION_JOBS_REFRESH: jobs.refresh: "@every 1ms": the interval is shorter than one second: write "@every 1s" or longer`,
			},
		},
		{
			"element of a list", "",
			[]string{"FEEDSTATION_SERVER_HOSTS=localhost,,xt.news.example"},
			[]string{
				`FEEDSTATION_SERVER_HOSTS: server.hosts[1]: not a valid host: ""`,
				`FEEDSTATION_SERVER_HOSTS: server.hosts[2]: "xt.news.example" is the host of stations[0] (line 6)`,
			},
		},
		{
			"against the file", "",
			[]string{"FEEDSTATION_STATIONS_XT_URL=https://cs.news.example"},
			[]string{`f.yaml:12: stations[1].url: "cs.news.example" is the host of stations[0] (FEEDSTATION_STATIONS_XT_URL)`},
		},
		{
			"against a default", "server:\n  drain: 1s\n",
			[]string{"FEEDSTATION_STATIONS_XT_URL=http://localhost", "FEEDSTATION_SERVER_LISTEN=:8081"},
			[]string{
				`f.yaml:14: server.hosts[0]: "localhost" is the host of stations[0] (FEEDSTATION_STATIONS_XT_URL)`,
				"f.yaml:14: server.admin: has the port of server.listen",
			},
		},
		{
			"a section that lacks the rest", "",
			[]string{"FEEDSTATION_CACHE_REDIS_MODE=sentinel"},
			[]string{
				"FEEDSTATION_CACHE_REDIS_MODE: cache.redis.addrs: missing",
				"FEEDSTATION_CACHE_REDIS_MODE: cache.redis.master: missing: the name that the sentinels watch",
			},
		},
		{
			"something else in the section's place", "cache: none\n",
			[]string{"FEEDSTATION_CACHE_DIR=var/cache"},
			[]string{"f.yaml:14: cache: want a mapping, got a single value"},
		},
		{
			"both", "",
			[]string{"FEEDSTATION_CONTENT_DSN=a.db", "FEEDSTATION_CONTENT_DSN_FILE=" + secretFile(t, "b.db")},
			[]string{"FEEDSTATION_CONTENT_DSN_FILE: content.dsn: FEEDSTATION_CONTENT_DSN is set as well: want only one of them"},
		},
		{
			"no such file", "",
			[]string{"FEEDSTATION_CONTENT_DSN_FILE=testdata/none"},
			[]string{"FEEDSTATION_CONTENT_DSN_FILE: content.dsn: open testdata/none: no such file or directory"},
		},
		{
			"nothing in the file", "",
			[]string{"FEEDSTATION_PUSH_BAIDU_TOKEN_FILE=/dev/null"},
			[]string{"FEEDSTATION_PUSH_BAIDU_TOKEN_FILE: push.baidu.token: /dev/null is empty"},
		},
		{
			"value of a file", "",
			[]string{"FEEDSTATION_CONTENT_DSN_FILE=" + secretFile(t, "postgres://feedstation:hunter2@db.news.example/cms")},
			[]string{"FEEDSTATION_CONTENT_DSN_FILE: content.dsn: want the path of a file, got an address"},
		},
		{
			"not UTF-8", "",
			[]string{"FEEDSTATION_NETWORK_NAME=\xcf\xe6", "FEEDSTATION_STATIONS_XT_DESCRIPTION=\xcf\xe6"},
			[]string{
				`FEEDSTATION_NETWORK_NAME: network.name: want text without control characters, got "\xcf\xe6"`,
				`FEEDSTATION_STATIONS_XT_DESCRIPTION: stations[0].description: want text without control characters, got "\xcf\xe6"`,
			},
		},
		{
			"beside an element that is no station", "  - {id: Z9, name: 株洲站, url: https://zz.news.example}\n  - yy\n",
			[]string{"FEEDSTATION_STATIONS_Z9_URL=zz.news.example"},
			[]string{
				"f.yaml:15: stations[3]: want a mapping, got a single value",
				`FEEDSTATION_STATIONS_Z9_URL: stations[2].url: not an absolute http(s) URL: "zz.news.example"`,
			},
		},
		{
			"two values of one name", "  - {id: x-t, name: 湘潭, url: https://x-t.news.example}\n  - {id: x_t, name: 湘潭, url: https://x--t.news.example}\n",
			[]string{"FEEDSTATION_STATIONS_X_T_NAME=湘潭站"},
			[]string{"FEEDSTATION_STATIONS_X_T_NAME: stations[3].name: stations[2].name has the same variable"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Parse("f.yaml", []byte(city+tt.file), tt.environ)
			if err == nil {
				t.Fatal("no error")
			}
			if diff := cmp.Diff(tt.want, strings.Split(err.Error(), "\n")); diff != "" {
				t.Errorf("faults (-want +got):\n%s", diff)
			}
		})
	}
}

func TestEnvironmentWarnings(t *testing.T) {
	c, err := Parse("f.yaml", []byte(city), []string{
		"HOME=/home/feedstation",
		"FEEDSTATIONS=1",
		"FEEDSTATION_REQUIRE=all",
		"FEEDSTATION_AXE=axe.min.js",
		"FEEDSTATION_SERVICE_HOST=10.0.0.1",
		"FEEDSTATION_PORT_8080_TCP=tcp://10.0.0.1:8080",
		"FEEDSTATION_PORT=tcp://10.0.0.1:8080",
		"FEEDSTATION_SERVER_LISTN=:80",
		"FEEDSTATION_SERVER_LISTEN_FILE=listen",
		"FEEDSTATION_STATIONS_XX_NAME=湘乡站",
		"FEEDSTATION_CACHE_REDIS=127.0.0.1:6379",
		"FEEDSTATION_",
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"FEEDSTATION_: no key has this variable",
		"FEEDSTATION_CACHE_REDIS: no key has this variable",
		"FEEDSTATION_PORT: no key has this variable",
		"FEEDSTATION_PORT_8080_TCP: no key has this variable",
		"FEEDSTATION_SERVER_LISTEN_FILE: no key has this variable",
		"FEEDSTATION_SERVER_LISTN: no key has this variable (did you mean FEEDSTATION_SERVER_LISTEN?)",
		"FEEDSTATION_SERVICE_HOST: no key has this variable",
		"FEEDSTATION_STATIONS_XX_NAME: no key has this variable (did you mean FEEDSTATION_STATIONS_XT_NAME?)",
	}
	if diff := cmp.Diff(want, c.Warnings); diff != "" {
		t.Errorf("warnings (-want +got):\n%s", diff)
	}
}
