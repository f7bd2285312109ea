package config

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Push is who is told of what changed. Nobody is until it is configured.
type Push struct {
	// Delay is how long after an edition is served others are told of it, 0s to 1h; never
	// nil in a [Config].
	Delay *time.Duration `key:"delay"`
	// Window is how old an article may be that others are told of, 1m to 720h.
	Window time.Duration `key:"window" default:"48h"`
	// Burst is of how many articles of one edition of a station others are told at most,
	// the newest ones, 1 to 10,000.
	Burst    int      `key:"burst" default:"1000"`
	WebSub   WebSub   `key:"websub"`
	IndexNow IndexNow `key:"indexnow"`
	Baidu    Baidu    `key:"baidu"`
	Caches   []Purger `key:"caches" default:""`
	// Surrogate are the header fields in which documents name themselves to caches:
	// SurrogateKey, CacheTag.
	Surrogate []string  `key:"surrogate" default:""`
	Webhooks  []Webhook `key:"webhooks" default:""`
}

// PushStation is what a station has of its own for [Push].
type PushStation struct {
	IndexNowKey      Secret // empty: derived from the seed
	IndexNowRotation int    // of the derived key
	Baidu            string // the site as it is verified there; empty: it is not told
}

// Follow returns how long it takes every process to serve an edition: what follows Redis
// has it after two polls at the latest.
func (c *Cache) Follow() time.Duration {
	poll := time.Second // of the local copy
	if c.Redis != nil {
		poll = c.Redis.Poll
	}
	return 2*poll + time.Second
}

// purging is how long the caches in front are given to be purged after that.
const purging = 2 * time.Second

// pushDelay returns when an edition is served everywhere.
func (doc *document) pushDelay() time.Duration {
	if len(doc.Push.Caches) > 0 {
		return doc.Cache.Follow() + purging
	}
	return doc.Cache.Follow()
}

func (p *Push) validate(r *report, stations []stationSection, shared []string) {
	if p.Delay != nil {
		between(r, "push.delay", *p.Delay, 0, time.Hour)
	}
	between(r, "push.window", p.Window, time.Minute, 720*time.Hour)
	between(r, "push.burst", p.Burst, 1, 10_000)
	p.WebSub.validate(r)
	p.IndexNow.validate(r)
	p.Baidu.validate(r)
	known := map[string]bool{}
	for _, s := range stations {
		known[s.ID] = true
	}
	ids := map[string]string{}
	for i := range p.Caches {
		p.Caches[i].validate(r, fmt.Sprintf("push.caches[%d]", i), ids, known)
	}
	p.validateSurrogate(r)
	p.validateCaches(r, shared)
	ids = map[string]string{}
	for i := range p.Webhooks {
		p.Webhooks[i].validate(r, fmt.Sprintf("push.webhooks[%d]", i), ids, known)
	}
	for i := range stations {
		s, path := &stations[i], fmt.Sprintf("stations[%d]", i)
		r.indexNow(path, s)
		r.baiduSite(path+".baidu", s)
	}
	p.warnIdle(r, stations)
}

// warnIdle warns of engines that are configured by halves, and are told nothing.
func (p *Push) warnIdle(r *report, stations []stationSection) {
	token := p.Baidu.Token.Reveal() != ""
	site, keys := -1, p.IndexNow.Seed.Reveal() != ""
	for i, s := range stations {
		if site < 0 && s.Baidu != "" && s.Baidu != BaiduOff {
			site = i
		}
		keys = keys || s.IndexNowKey.Reveal() != ""
	}
	switch {
	case token && site < 0:
		r.warn("push.baidu.token", "Baidu is told nothing: want baidu of a station, its site as Baidu has it verified")
	case !token && site >= 0:
		r.warn(fmt.Sprintf("stations[%d].baidu", site), "Baidu is told nothing: want push.baidu.token")
	}
	if keys && len(p.IndexNow.Endpoints) == 0 {
		r.warn("push.indexnow.endpoints", "no engine is told: want one at least")
	}
	r.warnWithout("push.baidu", "token", token || site >= 0, "Baidu is told nothing")
	r.warnWithout("push.indexnow", "seed", keys, "no host has a key")
	r.warnWithout("push.websub", "hub", p.WebSub.Hub != "", "feeds name no hub")
}

// warnWithout warns of a section that is there without the key that puts it to use; one
// that is there and empty says that nobody is told.
func (r *report) warnWithout(section, key string, used bool, idle string) {
	_, there := r.places[section]
	_, said := r.places[join(section, key)]
	if there && !said && !used {
		r.warn(section, "%s: want %s", idle, key)
	}
}

// endpoint reports what is no address that may be told something: https, or http on
// this machine. Of the text nothing is quoted behind the host, which may be a secret.
func (r *report) endpoint(path, text string) {
	if text == "" {
		r.value(path, "missing")
		return
	}
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil || u.Fragment != "":
		r.value(path, "not an absolute https URL")
	case u.Scheme == "http" && !loopback(u.Hostname()):
		r.value(path, "want https, or http on this machine: http://%s", u.Host)
	}
}

// someStations reports stations of a list that there are not, and a list without any.
func (r *report) someStations(path string, list []string, known map[string]bool) {
	if list != nil && len(list) == 0 {
		r.value(path, "want one at least; without this key it is all")
	}
	for i, id := range list {
		if !known[id] {
			r.value(fmt.Sprintf("%s[%d]", path, i), "no station %s", quote(id))
		}
	}
}

// headers reports fields of requests that can't be sent.
func (r *report) headers(path string, fields map[string]Secret) {
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		at := fmt.Sprintf("%s[%s]", path, quote(name))
		if !token.MatchString(name) {
			r.value(at, "not the name of a header field")
		}
		if strings.ContainsFunc(fields[name].Reveal(), func(c rune) bool { return c < ' ' || c > '~' }) {
			r.value(at, "want visible ASCII characters")
		}
	}
}

// pushStations returns what those stations have that have something of their own for
// Push, by id.
func (doc *document) pushStations() map[string]PushStation {
	all := map[string]PushStation{}
	for _, s := range doc.Stations {
		if own := (PushStation{s.IndexNowKey, s.IndexNowRotation, s.Baidu}); own != (PushStation{}) {
			all[s.ID] = own
		}
	}
	return all
}

// pushSecrets returns the secrets of Push and of stations for it, by path.
func (doc *document) pushSecrets() map[string]string {
	all := doc.Push.secrets()
	for i, s := range doc.Stations {
		all[fmt.Sprintf("stations[%d].indexnow_key", i)] = s.IndexNowKey.Reveal()
	}
	return all
}

// PushDigest identifies what is configured of one who is told, by its name in the outbox,
// secrets among it. It gives none of them away.
func (c *Config) PushDigest(destination string) string {
	kind, id, _ := strings.Cut(destination, " ")
	id, _, _ = strings.Cut(id, " ")
	var own Push // what concerns it, and nothing else
	stations := map[string]PushStation{}
	switch kind {
	case "cache":
		own.Caches = slices.DeleteFunc(slices.Clone(c.Push.Caches), func(p Purger) bool { return p.ID != id })
	case "webhook":
		own.Webhooks = slices.DeleteFunc(slices.Clone(c.Push.Webhooks), func(w Webhook) bool { return w.ID != id })
	case "indexnow":
		own.IndexNow = c.Push.IndexNow
		for id, s := range c.PushStations {
			stations[id] = PushStation{IndexNowKey: s.IndexNowKey, IndexNowRotation: s.IndexNowRotation}
		}
	case "baidu":
		own.Baidu = c.Push.Baidu
		for id, s := range c.PushStations {
			stations[id] = PushStation{Baidu: s.Baidu}
		}
	case "websub":
		own.WebSub = c.Push.WebSub
	}
	secrets := own.secrets()
	for id, s := range stations {
		secrets["stations."+id] = s.IndexNowKey.Reveal()
	}
	text, err := json.Marshal([]any{own, stations, secrets}) // of what is secret, one by one
	if err != nil {
		panic(err) // it has no value that JSON lacks
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:8])
}

func (p *Push) secrets() map[string]string {
	all := map[string]string{"push.indexnow.seed": p.IndexNow.Seed.Reveal(), "push.baidu.token": p.Baidu.Token.Reveal()}
	for i, c := range p.Caches {
		path := fmt.Sprintf("push.caches[%d].", i)
		all[path+"token"] = c.Token.Reveal()
		for name, value := range c.Headers {
			if isSecretField(name, value.Reveal()) {
				all[path+"headers["+quote(name)+"]"] = value.Reveal()
			}
		}
	}
	for i, w := range p.Webhooks {
		all[fmt.Sprintf("push.webhooks[%d].secret", i)] = w.Secret.Reveal()
	}
	return all
}
