package config

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// What a station is told by: an independent implementation derived the keys.
func TestEngineKeys(t *testing.T) {
	const seed = "push: {indexnow: {seed: 0123456789abcdef}}"
	tests := []struct {
		name, station, push string
		want                []string
	}{
		{"nothing", "", "", nil},
		{"derived", "", seed, []string{"58bf38ed82bc49f89b83208d2f3d00b1"}},
		{"of a host, not of its port", "url: https://xt.news.example:8443", seed, []string{"58bf38ed82bc49f89b83208d2f3d00b1"}},
		{"of a host, not of its folder", "url: https://XT.news.example/city", seed, []string{"58bf38ed82bc49f89b83208d2f3d00b1"}},
		{"of an international host", "url: https://湘潭.news.example", seed, []string{"c17b0ef7fd66d5c37855940cde09b28b"}},
		{"rotated", "indexnow_rotation: 1", seed, []string{"93d438d8938d2bc07445b350685422d6", "58bf38ed82bc49f89b83208d2f3d00b1"}},
		{"of its own", "indexnow_key: ABCD-efgh-0123", seed, []string{"ABCD-efgh-0123"}},
		{"of its own, without a seed", "indexnow_key: ABCD-efgh-0123", "", []string{"ABCD-efgh-0123"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if !strings.HasPrefix(tt.station, "url:") {
				tt.station = "url: https://xt.news.example\n    " + tt.station
			}
			text := fmt.Sprintf("network: {name: n}\nstations:\n  - id: xt\n    name: x\n    %s\n%s\n", tt.station, tt.push)
			c, err := Parse("config.yaml", []byte(text), nil)
			if err != nil {
				t.Fatal(err)
			}
			if got := c.Network.Stations[0].Keys; !slices.Equal(got, tt.want) {
				t.Errorf("keys %q, want %q", got, tt.want)
			}
		})
	}
}

func TestEngines(t *testing.T) {
	const token = "push: {baidu: {token: 0123456789abcdef}}"
	tests := []struct{ name, station, push, want string }{
		{"a rotation of what is not derived", "indexnow_key: ABCD-efgh-0123\n    indexnow_rotation: 1", "", "stations[0].indexnow_rotation: only without indexnow_key: it is of keys that are derived from push.indexnow.seed"},
		{"a key with another character", "indexnow_key: ABCD_efgh", "", "stations[0].indexnow_key: want 8 to 128 letters, digits or hyphens"},
		{"no endpoint", "", "push: {indexnow: {seed: \"\", endpoints: []}}", ""},
		{"no endpoint for a key", "indexnow_key: ABCD-efgh-0123", "push: {indexnow: {endpoints: []}}", "push.indexnow.endpoints: no engine is told: want one at least"},
		{"a token and no site", "baidu: off", "push: {baidu: {token: 0123456789abcdef}}", "push.baidu.token: Baidu is told nothing: want baidu of a station, its site as Baidu has it verified"},
		{"a site and no token", "baidu: https://xt.news.example", "", "stations[0].baidu: Baidu is told nothing: want push.baidu.token"},
		{"a query behind Baidu", "", "push: {baidu: {endpoint: \"https://baidu.example/urls?site=x\"}}", "push.baidu.endpoint: want no query: site and token are put behind it"},
		{"Baidu on this machine", "", "push: {baidu: {token: \"\", endpoint: \"http://127.0.0.1:1/urls\"}}", ""},
		{"Baidu off", "baidu: off", "", ""},
		{"a site", "baidu: https://xt.news.example", token, ""},
		{"a site by its name", "baidu: xt.news.example", token, ""},
		{"the site of the domain", "baidu: news.example", token, ""},
		{"another site", "baidu: https://www.xt.news.example", token, "stations[0].baidu: the station is at xt.news.example: Baidu refuses addresses that are not of the site"},
		{"a page", "baidu: https://xt.news.example/index.html", "", `stations[0].baidu: want the site as Baidu has it verified, as https://xt.news.example, got "https://xt.news.example/index.html"`},
		{"no host", "baidu: https://-", "", `stations[0].baidu: not a valid host: "-"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			text := fmt.Sprintf("network: {name: n}\nstations:\n  - id: xt\n    name: x\n    url: https://xt.news.example\n    %s\n%s\n", tt.station, tt.push)
			c, err := Parse("config.yaml", []byte(text), nil)
			var got string
			switch {
			case err != nil:
				got = err.Error()
			case len(c.Warnings) > 0:
				got = strings.Join(c.Warnings, "\n")
			}
			if _, after, ok := strings.Cut(got, " "); ok {
				got = after
			}
			if got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}
