package config

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
)

// What a destination is paused for holds until its own configuration changes.
func TestPushDigest(t *testing.T) {
	const text = `
network: {name: 湘江新闻网}
stations:
  - {id: xt, name: 湘潭站, url: "https://xt.news.example", indexnow_rotation: 1, baidu: xt.news.example}
push:
  websub: {hub: own}
  indexnow: {seed: 0123456789abcdef}
  baidu: {token: 0123456789abcdef}
  caches: [{id: edge, url: "https://edge.example{path}", headers: {X-Key: "hunter2"}}, {id: list, url: "https://list.example{path}"}]
  webhooks: [{id: search, url: "https://search.example/hook", secret: 0123456789abcdef}, {id: app, url: "https://app.example/hook", secret: 0123456789abcdef}]
`
	names := []string{"cache edge", "cache edge again", "cache list", "cache list again", "webhook search", "webhook app", "indexnow api.indexnow.org", "baidu", "websub"}
	digests := func(text string) map[string]string {
		c, err := loadOpen(newReport("config.yaml"), []byte(text), nil, false)
		if err != nil {
			t.Fatal(err)
		}
		all := map[string]string{}
		for _, name := range names {
			all[name] = c.PushDigest(name)
		}
		return all
	}
	before := digests(text)
	if n := len(slices.Compact(slices.Sorted(maps.Values(before)))); n != 7 {
		t.Errorf("%d digests of 7: %v", n, before)
	}
	for _, tt := range []struct{ old, now, want string }{
		{"push:", "push:\n  window: 1h", ""},
		{"hunter2", "hunter3", "cache edge,cache edge again"},
		{"//list", "//other", "cache list,cache list again"},
		{`hook", secret: 0123456789abcdef}, {`, `hook", secret: 0123456789abcdeg}, {`, "webhook search"},
		{"app.example", "apps.example", "webhook app"},
		{"seed: 0", "seed: 1", "indexnow api.indexnow.org"},
		{"indexnow_rotation: 1", "indexnow_rotation: 2", "indexnow api.indexnow.org"},
		{"indexnow_rotation: 1", "indexnow_key: abcdefgh", "indexnow api.indexnow.org"},
		{"token: 0", "token: 1", "baidu"},
		{"baidu: xt.", "baidu: https://xt.", "baidu"},
		{"hub: own", "hub: https://hub.example/", "websub"},
	} {
		t.Run(fmt.Sprint(tt.old, " ", tt.now), func(t *testing.T) {
			if !strings.Contains(text, tt.old) {
				t.Fatal("not in the configuration")
			}
			after := digests(strings.Replace(text, tt.old, tt.now, 1))
			var got []string
			for _, name := range names {
				if after[name] != before[name] {
					got = append(got, name)
				}
			}
			if strings.Join(got, ",") != tt.want {
				t.Errorf("another one for %q, want %s", got, tt.want)
			}
		})
	}
}

// The secrets of all who are told may be in files.
func TestPushSecretFiles(t *testing.T) {
	const text = `
network: {name: 湘江新闻网}
stations:
  - {id: xt, name: 湘潭站, url: "https://xt.news.example", baidu: xt.news.example}
  - {id: hy, name: 衡阳站, url: "https://hy.news.example"}
push:
  caches: [{id: edge, url: "https://edge.example{path}", headers: {Authorization: "Bearer {token}"}}]
  webhooks: [{id: search, url: "https://search.example/hook"}]
`
	var environ []string
	for _, name := range []string{"PUSH_INDEXNOW_SEED", "PUSH_BAIDU_TOKEN", "PUSH_CACHES_EDGE_TOKEN", "PUSH_WEBHOOKS_SEARCH_SECRET", "STATIONS_HY_INDEXNOW_KEY"} {
		environ = append(environ, "FEEDSTATION_"+name+"_FILE="+secretFile(t, strings.ReplaceAll(name, "_", "-")+"\n"))
	}
	c, err := loadOpen(newReport("config.yaml"), []byte(text), environ, false)
	if err != nil {
		t.Fatal(err)
	}
	for got, want := range map[string]string{
		c.Push.IndexNow.Seed.Reveal(): "PUSH-INDEXNOW-SEED", c.Push.Baidu.Token.Reveal(): "PUSH-BAIDU-TOKEN", c.Push.Caches[0].Token.Reveal(): "PUSH-CACHES-EDGE-TOKEN",
		c.Push.Webhooks[0].Secret.Reveal(): "PUSH-WEBHOOKS-SEARCH-SECRET", c.PushStations["hy"].IndexNowKey.Reveal(): "STATIONS-HY-INDEXNOW-KEY",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
