package config

import (
	"net/url"

	"feedstation/internal/network"
)

// Baidu is how Baidu is told (普通收录).
type Baidu struct {
	// Token is that of the operator's account there; empty: it is not told.
	Token Secret `key:"token"`
	// Reserve is how many addresses of a site's quota of a day are left to others, 0 to
	// 1,000,000.
	Reserve int `key:"reserve" default:"0"`
	// Daily has it told by its faster way as well (快速收录), where the account may.
	Daily bool `key:"daily" default:"false"`
}

func (b *Baidu) validate(r *report) {
	r.line("push.baidu.token", b.Token.Reveal())
	between(r, "push.baidu.reserve", b.Reserve, 0, 1_000_000)
}

// baiduSite reports a site that is not the station's.
func (r *report) baiduSite(path string, s *stationSection) {
	if s.Baidu == "" {
		return
	}
	u, err := url.Parse(s.Baidu)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil || u.Path != "" && u.Path != "/" {
		r.value(path, "want the site as Baidu has it verified, as https://xt.news.example, got %s", quote(s.Baidu))
		return
	}
	if _, ok := network.NormalizeHost(u.Hostname()); !ok {
		r.value(path, "not a valid host: %s", quote(u.Hostname()))
	}
}
