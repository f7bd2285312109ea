package config

import "testing"

// All feeds name the one hub that there is, or those of a station its own, which is in
// the station's folder.
func TestHubs(t *testing.T) {
	for _, tt := range []struct{ hub, www, xt string }{
		{`""`, "", ""},
		{"https://hub.example/?of=news", "https://hub.example/?of=news", "https://hub.example/?of=news"},
		{"http://127.0.0.1:9000/", "http://127.0.0.1:9000/", "http://127.0.0.1:9000/"},
		{"own", "https://www.news.example/websub", "https://www.news.example/xt/websub"},
	} {
		t.Run(tt.hub, func(t *testing.T) {
			c, err := loadOpen(newReport("config.yaml"), []byte(`
network: {name: 湘江新闻网}
stations:
  - {id: www, name: 总站, url: "https://WWW.news.example/"}
  - {id: xt, name: 湘潭站, url: https://www.news.example/xt/}
push: {websub: {hub: `+tt.hub+`}}
`), nil, false)
			if err != nil {
				t.Fatal(err)
			}
			if www, xt := c.Network.Stations[0].Hub, c.Network.Stations[1].Hub; www != tt.www || xt != tt.xt {
				t.Errorf("hubs %q and %q, want %q and %q", www, xt, tt.www, tt.xt)
			}
		})
	}
}
