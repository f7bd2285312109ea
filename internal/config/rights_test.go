package config

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"feedstation/internal/network"
)

// A station's keys go before the network's, each by itself, and the environment before
// both; a text is the copyright line.
func TestRights(t *testing.T) {
	const head, station = "network:\n  name: n\n", "stations:\n  - id: xt\n    name: 湘潭站\n    url: https://xt.news.example\n"
	const all = head + "  rights: {copyright: © 网, search: yes, ai_train: no, license: 'https://www.news.example/许可.xml', policy: 'https://新闻.example/p', disallow: [GPTBot]}\n" + station
	type rights struct {
		Copyright string
		Terms     network.Terms
	}
	inherited := network.Terms{
		Search: network.Yes, AITrain: network.No, License: "https://www.news.example/%E8%AE%B8%E5%8F%AF.xml", Policy: "https://xn--efvy88h.example/p", Disallow: []string{"GPTBot"},
	}
	tests := []struct {
		name, file string
		environ    []string
		want       rights
	}{
		{"none", head + station, nil, rights{}},
		{"a text", head + station + "    rights: © 站\n", nil, rights{Copyright: "© 站"}},
		{"a text of the network", head + "  rights: © 网\n" + station, nil, rights{Copyright: "© 网"}},
		{"the network's", all, nil, rights{"© 网", inherited}},
		{"a text, and the network's", all + "    rights: © 站\n", nil, rights{"© 站", inherited}},
		{
			"each key by itself", all + "    rights: {copyright: © 站, search: 'no', ai_input: true, ai_train: No, license: '', disallow: []}\n", nil,
			rights{"© 站", network.Terms{Search: network.No, AIInput: network.Yes, AITrain: network.No, Policy: inherited.Policy}},
		},
		{"nothing is said", all + "    rights: {copyright: '', search: '', ai_train: '', license: '', policy: '', disallow: []}\n", nil, rights{}},
		{"granted, where the network has a policy", head + "  rights: {policy: 'https://www.news.example/p'}\n" + station + "    rights: {ai_train: yes}\n", nil, rights{"", network.Terms{AITrain: network.Yes, Policy: "https://www.news.example/p"}}},
		{"environment, a text", head + station + "    rights: © 站\n", []string{"FEEDSTATION_STATIONS_XT_RIGHTS=© 环境"}, rights{Copyright: "© 环境"}},
		{"environment, a text that is not in the file", head + station, []string{"FEEDSTATION_STATIONS_XT_RIGHTS=© 环境"}, rights{Copyright: "© 环境"}},
		{"environment, a text of a mapping", head + station + "    rights: {search: yes}\n", []string{"FEEDSTATION_STATIONS_XT_RIGHTS=© 环境"}, rights{"© 环境", network.Terms{Search: network.Yes}}},
		{"environment, a key beside a text", head + station + "    rights: © 站\n", []string{"FEEDSTATION_STATIONS_XT_RIGHTS_AI_TRAIN=no"}, rights{"© 站", network.Terms{AITrain: network.No}}},
		{
			"environment, all of it", head + station,
			[]string{"FEEDSTATION_STATIONS_XT_RIGHTS=© 环境", "FEEDSTATION_STATIONS_XT_RIGHTS_SEARCH=yes", "FEEDSTATION_NETWORK_RIGHTS_DISALLOW=GPTBot, Sogou web spider"},
			rights{"© 环境", network.Terms{Search: network.Yes, Disallow: []string{"GPTBot", "Sogou web spider"}}},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, err := Parse("f.yaml", []byte(tt.file), tt.environ)
			if err != nil {
				t.Fatal(err)
			}
			if len(c.Warnings) > 0 {
				t.Errorf("warnings %q", c.Warnings)
			}
			s := c.Network.Stations[0]
			if diff := cmp.Diff(tt.want, rights{s.Rights, s.Terms}); diff != "" {
				t.Errorf("rights (-want +got):\n%s", diff)
			}
		})
	}
}

// A robot whose name is misspelt is not kept out: that is warned of.
func TestMisspeltRobots(t *testing.T) {
	const file = "network:\n  name: n\n  rights: {disallow: [gptbot, GTPBot, OurOwnRobot]}\nstations:\n  - {id: xt, name: 湘潭站, url: 'https://xt.news.example', rights: {disallow: [Byetspider, Sogou web spider]}}\n"
	c, err := Parse("f.yaml", []byte(file), nil)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		`f.yaml:3: network.rights.disallow[1]: no robot is known by the name "GTPBot" (did you mean "GPTBot"?)`,
		`f.yaml:5: stations[0].rights.disallow[0]: no robot is known by the name "Byetspider" (did you mean "Bytespider"?)`,
	}
	if diff := cmp.Diff(want, c.Warnings); diff != "" {
		t.Errorf("warnings (-want +got):\n%s", diff)
	}
}
