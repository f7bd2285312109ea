package config

import (
	"net/url"
	"strings"

	"feedstation/internal/network"
)

// Baidu is how Baidu is told (普通收录).
type Baidu struct {
	// Token is that of the operator's account there; empty: it is not told.
	Token Secret `key:"token"`
	// Reserve is how many addresses of a site's quota of a day are left to others, 0 to
	// 1,000,000.
	Reserve int `key:"reserve" default:"0"`
	// Daily has it told by its faster way instead (快速收录), where the account may.
	Daily bool `key:"daily" default:"false"`
	// Endpoint is where it is told.
	Endpoint string `key:"endpoint" default:"http://data.zz.baidu.com/urls"`
}

// baiduEndpoint is Baidu's own, which is not over TLS.
const baiduEndpoint = "http://data.zz.baidu.com/urls"

// BaiduOff is the value of a station of which Baidu is not told.
const BaiduOff = "off"

func (b *Baidu) validate(r *report) {
	const shortest = 8
	if token := b.Token.Reveal(); token != "" && (len(token) < shortest || strings.ContainsFunc(token, func(c rune) bool { return c <= ' ' || c > '~' })) {
		r.value("push.baidu.token", "want at least %d visible ASCII characters", shortest)
	}
	between(r, "push.baidu.reserve", b.Reserve, 0, 1_000_000)
	if b.Endpoint != baiduEndpoint {
		r.endpoint("push.baidu.endpoint", b.Endpoint)
	}
	if strings.Contains(b.Endpoint, "?") {
		r.value("push.baidu.endpoint", "want no query: site and token are put behind it")
	}
}

// baiduSite reports what is no site, and warns of one that is hardly the station's.
func (r *report) baiduSite(path string, s *stationSection) {
	if s.Baidu == "" || s.Baidu == BaiduOff {
		return
	}
	site := s.Baidu
	if !strings.Contains(site, "://") { // as sites were named that are older
		site = "http://" + site
	}
	u, err := url.Parse(site)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.User != nil || u.Path != "" && u.Path != "/" || u.RawQuery != "" || u.Fragment != "" {
		r.value(path, "want the site as Baidu has it verified, as https://xt.news.example, got %s", quote(s.Baidu))
		return
	}
	host, ok := network.NormalizeHost(u.Host)
	if !ok {
		r.value(path, "not a valid host: %s", quote(u.Host))
		return
	}
	if own, err := url.Parse(s.URL); err == nil {
		if name, ok := network.NormalizeHost(own.Host); ok && name != host && !strings.HasSuffix(name, "."+host) {
			r.warn(path, "the station is at %s: Baidu refuses addresses that are not of the site", name)
		}
	}
}
