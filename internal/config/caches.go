package config

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"feedstation/internal/network"
)

// token is the name of a header field, or a method (RFC 9110 §5.6.2).
var token = regexp.MustCompile("^[!#$%&'*+.^_`|~0-9A-Za-z-]+$")

// Purger is a cache in front that is told what it may not have any more. URL, Body and
// the values of Headers may have placeholders: {url}, {host}, {path}, {key}, {station},
// {token}; Body one of the lists {urls}, {paths}, {keys}.
type Purger struct {
	// ID names it, for the operator.
	ID string `key:"id"`
	// Method is that of the requests.
	Method string `key:"method" default:"PURGE"`
	// URL is where they go.
	URL string `key:"url"`
	// Body is what they carry; empty: nothing.
	Body string `key:"body"`
	// Headers are fields of them.
	Headers map[string]Secret `key:"headers"`
	Token   Secret            `key:"token"`
	// Batch is how many documents a list has at most, 1 to 1,000.
	Batch int `key:"batch" default:"30"`
	// Codings are values of Accept-Encoding, with each of which a document is purged once;
	// none: once, without one.
	Codings []string `key:"codings" default:""`
	// Hosts are those of Server.Hosts under which the cache has documents as well.
	Hosts []string `key:"hosts" default:""`
	// Rate is how many requests it gets a minute, 0 to 6,000; 0: any.
	Rate int `key:"rate" default:"0"`
	// Stations are those in front of which it is; nil: all.
	Stations []string `key:"stations"`
}

// The values of Push.Surrogate.
const (
	SurrogateKey = "surrogate-key"
	CacheTag     = "cache-tag"
)

// CacheKeys are the header fields in which documents name themselves to caches.
func (p *Push) CacheKeys() network.CacheKeys {
	return network.CacheKeys{SurrogateKey: slices.Contains(p.Surrogate, SurrogateKey), CacheTag: slices.Contains(p.Surrogate, CacheTag)}
}

func (p *Push) validateSurrogate(r *report) {
	for i, field := range p.Surrogate {
		if field != SurrogateKey && field != CacheTag {
			r.value(fmt.Sprintf("push.surrogate[%d]", i), "want %s or %s, got %s", SurrogateKey, CacheTag, quote(field))
		}
	}
}

// codings are what documents are encoded in.
var codings = []string{"identity", "gzip", "br", "zstd"}

func (p *Purger) validate(r *report, path string, ids map[string]string, stations map[string]bool) {
	r.id(path+".id", p.ID, ids)
	if !token.MatchString(p.Method) {
		r.value(path+".method", "want a method such as PURGE, got %s", quote(p.Method))
	}
	p.validateAddress(r, path+".url")
	r.headers(path+".headers", p.Headers)
	r.line(path+".token", p.Token.Reveal())
	between(r, path+".batch", p.Batch, 1, 1000)
	between(r, path+".rate", p.Rate, 0, 6000)
	for i, coding := range p.Codings {
		if !slices.Contains(codings, coding) {
			r.value(fmt.Sprintf("%s.codings[%d]", path, i), "want one of %s, got %s", strings.Join(codings, ", "), quote(coding))
		}
	}
	r.someStations(path+".stations", p.Stations, stations)
	p.validatePlaceholders(r, path)
}

// validateAddress reports an address that requests can't go to. A cache near by is
// purged over http, unless a secret goes with that.
func (p *Purger) validateAddress(r *report, path string) {
	if p.URL == "{url}" {
		return
	}
	sample := strings.NewReplacer("{url}", "x", "{path}", "/rss.xml", "{host}", "xt.news.example", "{key}", "x", "{station}", "x", "{token}", "x").Replace(p.URL)
	if rest, ok := strings.CutPrefix(sample, "http://"); ok && !p.isSecret() {
		sample = "https://" + rest
	}
	r.endpoint(path, sample)
}

func (p *Purger) isSecret() bool {
	secret := p.Token.Reveal() != ""
	for name, value := range p.Headers {
		secret = secret || isSecretField(name, value.Reveal())
	}
	return secret
}

// secretField matches the names of header fields that have secrets.
var secretField = regexp.MustCompile(`(?i)auth|cookie|key|secret|token|password`)

// isSecretField reports whether a value stands in the configuration that nobody else
// may have.
func isSecretField(name, value string) bool {
	return secretField.MatchString(name) && !named.MatchString(value)
}

// named matches what may be meant as a placeholder.
var named = regexp.MustCompile(`\{(\w+)\}`)

// validatePlaceholders reports placeholders that stand for nothing.
func (p *Purger) validatePlaceholders(r *report, path string) {
	single, lists := []string{"url", "host", "path", "key", "station", "token"}, []string{"urls", "paths", "keys"}
	places := map[string]string{path + ".url": p.URL, path + ".body": p.Body}
	for name, value := range p.Headers {
		places[fmt.Sprintf("%s.headers[%s]", path, quote(name))] = value.Reveal()
	}
	withToken := false
	listed := listOf(p.Body)
	for _, at := range slices.Sorted(maps.Keys(places)) {
		for _, found := range named.FindAllStringSubmatch(places[at], -1) {
			name := found[1]
			withToken = withToken || name == "token"
			switch {
			case slices.Contains(lists, name) && at != path+".body":
				r.value(at, "a list stands in the body alone: {%s}", name)
			case slices.Contains(lists, name) && name != listed:
				r.value(at, "want one list, got {%s} and {%s}", listed, name)
			case slices.Contains([]string{"url", "path", "key"}, name) && listed != "":
				r.value(at, "{%s} is of one document, {%s} of several", name, listed)
			case !slices.Contains(single, name) && !slices.Contains(lists, name):
				r.value(at, "{%s} stands for nothing: want one of {%s}, in the body {%s}", name, strings.Join(single, "}, {"), strings.Join(lists, "}, {"))
			}
		}
	}
	switch {
	case withToken && p.Token.Reveal() == "":
		r.value(path+".token", "missing: {token} stands for it")
	case !withToken && p.Token.Reveal() != "":
		r.value(path+".token", "stands nowhere: want {token} in a header or the url")
	}
}

// listOf returns the name of the first list in a body; empty: it has none.
func listOf(body string) string {
	for _, found := range named.FindAllStringSubmatch(body, -1) {
		if strings.HasSuffix(found[1], "s") {
			return found[1]
		}
	}
	return ""
}

// byKey reports whether documents are purged by what names them in their header.
func (p *Purger) byKey() bool {
	var texts strings.Builder
	texts.WriteString(p.URL + p.Body)
	for _, value := range p.Headers {
		texts.WriteString(value.Reveal())
	}
	return strings.Contains(texts.String(), "{key") || strings.Contains(texts.String(), "{station}")
}

// validateCaches reports what shows only of all caches, and the hosts of all stations.
func (p *Push) validateCaches(r *report, shared []string) {
	for i := range p.Caches {
		path := fmt.Sprintf("push.caches[%d]", i)
		if p.Caches[i].byKey() && len(p.Surrogate) == 0 {
			r.value(path+".url", "purges by key, and no document has one: want push.surrogate")
		}
		for j, host := range p.Caches[i].Hosts {
			if !slices.Contains(shared, host) {
				r.value(fmt.Sprintf("%s.hosts[%d]", path, j), "want one of server.hosts, got %s", quote(host))
			}
		}
	}
}
