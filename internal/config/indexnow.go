package config

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/url"
	"regexp"
	"strconv"

	"feedstation/internal/network"
)

// IndexNow is how engines are told that take IndexNow.
type IndexNow struct {
	// Seed is what the keys of hosts are derived from; empty: only stations with a key of
	// their own are told of.
	Seed Secret `key:"seed"`
	// Endpoints are who is told, each of another host.
	Endpoints []string `key:"endpoints" default:"https://api.indexnow.org/indexnow"`
	// Rate is how many requests a minute there are, of all processes, 1 to 600.
	Rate int `key:"rate" default:"30"`
}

func (n *IndexNow) validate(r *report) {
	r.token("push.indexnow.seed", n.Seed)
	seen := map[string]string{}
	for i, address := range n.Endpoints {
		path := fmt.Sprintf("push.indexnow.endpoints[%d]", i)
		r.endpoint(path, address)
		u, err := url.Parse(address)
		if err != nil || u.Host == "" {
			continue
		}
		if first := seen[u.Host]; first != "" {
			r.value(path, "%s is there twice, first on %s", u.Host, r.place(first).within())
			continue
		}
		seen[u.Host] = path
	}
	between(r, "push.indexnow.rate", n.Rate, 1, 600)
}

// indexNowKey is a key as IndexNow allows it.
var indexNowKey = regexp.MustCompile(`^[a-zA-Z0-9-]{8,128}$`)

// indexNow reports what can't be the key of a station.
func (r *report) indexNow(path string, s *stationSection) {
	key := s.IndexNowKey.Reveal()
	if key != "" && !indexNowKey.MatchString(key) {
		r.value(path+".indexnow_key", "want 8 to 128 letters, digits or hyphens")
	}
	between(r, path+".indexnow_rotation", s.IndexNowRotation, 0, 1_000_000)
	if key != "" && s.IndexNowRotation != 0 {
		r.value(path+".indexnow_rotation", "only without indexnow_key: it is of keys that are derived from push.indexnow.seed")
	}
}

// keys returns the keys of a station, the present one first: its own, or that of its host
// and, behind it, the one before, which engines may have to find for days.
func (n *IndexNow) keys(s *stationSection) []string {
	if own := s.IndexNowKey.Reveal(); own != "" {
		return []string{own}
	}
	u, err := url.Parse(s.URL)
	if err != nil || n.Seed.Reveal() == "" {
		return nil
	}
	host, _ := network.NormalizeHost(u.Host)
	keys := []string{n.derive(host, s.IndexNowRotation)}
	if s.IndexNowRotation > 0 {
		keys = append(keys, n.derive(host, s.IndexNowRotation-1))
	}
	return keys
}

// derive returns the key of a host: the first 128 bits of the HMAC, in hexadecimal.
func (n *IndexNow) derive(host string, rotation int) string {
	mac := hmac.New(sha256.New, []byte(n.Seed.Reveal()))
	mac.Write([]byte("indexnow\n" + host + "\n" + strconv.Itoa(rotation))) // which never fails
	return hex.EncodeToString(mac.Sum(nil)[:16])
}
