package cli

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"feedstation/internal/config"
	"feedstation/internal/push"
)

// cdn is the API of one that purges, as its maker has it.
type cdn struct {
	path  string                                  // which takes POST
	login func(*http.Request, []byte) bool        // whether a request may purge
	list  func(query url.Values, body []byte) any // what it has to purge: a text, or a list of at most max
	max   int
	taken int // the status of what is done

	mu     sync.Mutex
	purged []string
}

// ServeHTTP takes a request.
func (c *cdn) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	var list []string
	if err == nil {
		var text []byte
		if text, err = json.Marshal(c.list(r.URL.Query(), body)); err == nil && text[0] == '"' {
			text = slices.Concat([]byte("["), text, []byte("]"))
		}
		if err == nil {
			err = json.Unmarshal(text, &list)
		}
	}
	switch {
	case r.URL.Path != c.path:
		w.WriteHeader(http.StatusNotFound)
	case r.Method != http.MethodPost:
		w.WriteHeader(http.StatusMethodNotAllowed)
	case !c.login(r, body):
		w.WriteHeader(http.StatusUnauthorized)
	case err != nil || len(list) == 0 || len(list) > c.max:
		w.WriteHeader(http.StatusBadRequest)
	default:
		c.mu.Lock()
		defer c.mu.Unlock()
		c.purged = append(c.purged, list...)
		w.WriteHeader(c.taken)
	}
}

// field returns a login by a field of the header.
func field(name, value string) func(*http.Request, []byte) bool {
	return func(r *http.Request, _ []byte) bool { return r.Header.Get(name) == value }
}

// member returns what JSON in the body has under a name.
func member(name string) func(url.Values, []byte) any {
	return func(_ url.Values, body []byte) any {
		var all map[string][]string
		if json.Unmarshal(body, &all) != nil {
			return []string{}
		}
		return all[name]
	}
}

// signature is that of a request whose maker wants it signed; of how EdgeGrid does it, what
// it covers.
func signature(r *http.Request, body []byte) string {
	mac := hmac.New(sha256.New, []byte("client secret"))
	sum := sha256.Sum256(body)
	mac.Write(slices.Concat([]byte(r.Method+"\t"+r.URL.Path+"\t"), sum[:]))
	return "EG1-HMAC-SHA256 signature=" + base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// signing is a proxy that signs what is for an API.
func signing(t *testing.T, api string) *httptest.Server {
	to, err := url.Parse(api)
	if err != nil {
		t.Fatal(err)
	}
	return httptest.NewServer(&httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		body, err := io.ReadAll(r.In.Body)
		if err != nil {
			t.Error(err)
		}
		r.Out.Body = io.NopCloser(strings.NewReader(string(body)))
		r.SetURL(to)
		r.Out.Header.Set("Authorization", signature(r.Out, body))
	}})
}

// TestCDN holds that CDNs take what the documentation has them be sent, with a token that is
// in a file.
func TestCDN(t *testing.T) {
	const secret = "hunter2hunter2"
	addresses := []string{"https://xt.news.example/rss.xml", "https://xt.news.example/sitemap.xml", "https://xt.news.example/sitemap.xml.gz"}
	keys := []string{"fs.xt.rss.xml", "fs.xt.sitemap.xml"}
	tests := []struct {
		id, host string
		api      *cdn
		signed   bool
		want     []string
	}{
		{"fastly", "https://api.fastly.com", &cdn{path: "/service/ID/purge", login: field("Fastly-Key", secret), list: member("surrogate_keys"), max: 256, taken: 200}, false, keys},
		{"cloudflare", "https://api.cloudflare.com", &cdn{path: "/client/v4/zones/ID/purge_cache", login: field("Authorization", "Bearer "+secret), list: member("files"), max: 100, taken: 200}, false, addresses},
		{"bunny", "https://api.bunny.net", &cdn{
			path: "/purge", login: field("AccessKey", secret), list: func(query url.Values, _ []byte) any { return query.Get("url") }, max: 1, taken: 200,
		}, false, addresses},
		{"akamai", "http://127.0.0.1:8090", &cdn{path: "/ccu/v3/delete/url/production", login: func(r *http.Request, body []byte) bool {
			return r.Header.Get("Authorization") == signature(r, body) && len(body) <= 50_000
		}, list: member("objects"), max: 1000, taken: 201}, true, addresses},
	}
	manual, err := os.ReadFile("../../docs/operating.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range tests {
		t.Run(tt.id, func(t *testing.T) {
			server := httptest.NewServer(tt.api)
			t.Cleanup(server.Close)
			if tt.signed {
				api := server.URL
				server = signing(t, api)
				t.Cleanup(server.Close)
			}
			line := regexp.MustCompile(`(?m)^ +- \{id: ` + tt.id + `,.*$`).Find(manual)
			if !strings.Contains(string(line), tt.host) {
				t.Fatalf("docs/operating.md has %q", line)
			}
			dir := t.TempDir()
			text := "network: {name: n}\nstations: [{id: xt, name: 湘潭站, url: \"https://xt.news.example\"}]\npush:\n  surrogate: [surrogate-key]\n  caches:\n" + strings.Replace(string(line), tt.host, server.URL, 1) + "\n"
			for name, text := range map[string]string{"config.yaml": text, "token": secret + "\n"} {
				if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			var environ []string
			if strings.Contains(string(line), "{token}") {
				environ = []string{"FEEDSTATION_PUSH_CACHES_" + strings.ToUpper(tt.id) + "_TOKEN_FILE=" + filepath.Join(dir, "token")}
			}
			cfg, err := config.Load(filepath.Join(dir, "config.yaml"), environ)
			if err != nil {
				t.Fatal(err)
			}
			station := cfg.Network.Stations[0]
			notices := []push.Notice{{Address: station.Address("/rss.xml"), Path: "/rss.xml"}, {Address: station.Address("/sitemap.xml"), Path: "/sitemap.xml"}}
			for _, cache := range caches(cfg, agentName()) {
				if a := cache.Send(t.Context(), station, nil, notices); a.Err != nil || slices.ContainsFunc(a.Outcomes, func(o push.Outcome) bool { return o != push.Told }) {
					t.Errorf("%s: %+v", cache.Name(), a)
				}
			}
			want := slices.Sorted(slices.Values(slices.Concat(tt.want, tt.want))) // at once and again
			slices.Sort(tt.api.purged)
			if diff := cmp.Diff(want, tt.api.purged); diff != "" {
				t.Errorf("purged (-want +got):\n%s", diff)
			}
		})
	}
}
