package redis

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"feedstation/internal/edition"
	"feedstation/internal/store"
	"feedstation/internal/store/storetest"
	"feedstation/internal/testkit/faultproxy"
	"feedstation/internal/testkit/redistest"
)

// TestRights holds that the store needs no more rights than it says, and each of them.
func TestRights(t *testing.T) {
	for name, start := range map[string]func(testing.TB) (mode string, addrs []string, servers []*redistest.Server){
		"single": func(t testing.TB) (string, []string, []*redistest.Server) {
			server := redistest.Start(t)
			return "single", []string{server.Addr()}, []*redistest.Server{server}
		},
		"cluster": func(t testing.TB) (string, []string, []*redistest.Server) {
			cluster := redistest.StartCluster(t)
			return "cluster", cluster.Addrs(), cluster.Nodes()
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			mode, addrs, servers := start(t)
			options := Options{Mode: mode, Addrs: addrs, Timeout: patient, Username: "minimal", Password: "secret"}
			if mode == "single" {
				options.DB = 1
			}
			rights := strings.Fields(openRedis(t, options).Rights())
			for _, server := range servers {
				rule := []any{"ACL", "SETUSER", options.Username, "on", ">" + options.Password}
				for _, right := range rights {
					rule = append(rule, right)
				}
				server.Do(rule...)
			}
			storetest.Run(t, func(t *testing.T) store.Store {
				for _, server := range servers {
					server.Flush()
				}
				return openRedis(t, options)
			}, nil)
			useRest(t, openRedis(t, options))

			refused, used := "", ""
			for _, server := range servers {
				refused += fmt.Sprint(server.Do("ACL", "LOG"))
				used += fmt.Sprint(server.Do("INFO", "commandstats"))
			}
			for _, right := range []string{"client|setname", "maxmemory-policy", "config|get", "info"} {
				refused = strings.ReplaceAll(refused, "object "+right, "")
			}
			if strings.Contains(refused, "object ") {
				t.Errorf("refused: %s", refused)
			}
			for _, right := range rights[4:] {
				if command := strings.TrimPrefix(right, "+"); !strings.Contains(used, "cmdstat_"+command+":") {
					t.Errorf("never used: %s", command)
				}
			}
		})
	}
}

// TestRightsDocumented holds that the documentation has what check prints.
func TestRightsDocumented(t *testing.T) {
	text, err := os.ReadFile("../../../docs/operating.md")
	if err != nil {
		t.Fatal(err)
	}
	if want := "ACL SETUSER feedstation on >PASSWORD " + newRedis(t, "127.0.0.1:1").Rights() + "\n"; !strings.Contains(string(text), want) {
		t.Errorf("docs/operating.md lacks %s", want)
	}
}

// useRest does what the suite of all stores does not.
func useRest(t *testing.T, r *Store) {
	t.Helper()
	stations := []string{"xt"}
	if _, err := r.Check(t.Context(), stations); err != nil {
		t.Error(err)
	}
	if _, err := r.Acquire(t.Context(), stations, "token", time.Minute); err != nil {
		t.Error(err)
	}
	if err := r.Release(t.Context(), stations, "token"); err != nil {
		t.Error(err)
	}
	if err := r.Retract(t.Context(), edition.Retraction{ID: "1"}); err != nil {
		t.Error(err)
	}
	if _, err := r.Retracted(t.Context()); err != nil {
		t.Error(err)
	}
	if _, err := r.ShareSalt(t.Context(), "2026-11-29", []byte("salt"), time.Minute); err != nil {
		t.Error(err)
	}
	if err := r.SharePart(t.Context(), "2026-11-29", "run", map[string][]byte{"xt": []byte("{}")}, time.Minute); err != nil {
		t.Error(err)
	}
	if _, err := r.SharedParts(t.Context(), "2026-11-29", stations); err != nil {
		t.Error(err)
	}
	if _, _, _, err := r.Swap(t.Context(), "*", []store.Swap{{Key: "a", New: "one"}}); err != nil {
		t.Error(err)
	}
	if _, err := r.All(t.Context(), "*"); err != nil {
		t.Error(err)
	}
	if err := r.StoreSubscriptions(t.Context(), "xt", map[string]string{"a": "{}"}, []string{"b"}); err != nil {
		t.Error(err)
	}
	if _, err := r.Subscriptions(t.Context(), "xt"); err != nil {
		t.Error(err)
	}
	if err := r.Remove(t.Context(), "xt"); err != nil {
		t.Error(err)
	}
}

// TestForgotten holds that a connection which a firewall has forgotten costs no
// failure.
func TestForgotten(t *testing.T) {
	server := redistest.Start(t)
	proxy := faultproxy.New(t, server.Addr())
	r := openRedis(t, Options{Mode: "single", Addrs: []string{proxy.Addr()}, Timeout: time.Second})
	for range 3 {
		if _, err := r.Heads(t.Context(), []string{"xt"}); err != nil {
			t.Fatal(err)
		}
		proxy.Forget()
	}
}

// TestSingleOfCluster holds that a node of a cluster is called that.
func TestSingleOfCluster(t *testing.T) {
	cluster := redistest.StartCluster(t)
	r := newRedis(t, cluster.Addrs()[0])
	stations := []string{"www", "xt", "cs", "zz", "yy"}
	_, err := r.Check(t.Context(), stations)
	if err == nil || !strings.Contains(err.Error(), "part of a cluster (cache.redis.mode)") {
		t.Errorf("%v, want the mode named", err)
	}
}

// TestSentinelUser has sentinels ask for a user of their own.
func TestSentinelUser(t *testing.T) {
	t.Parallel()
	group := redistest.StartSentinel(t)
	for _, sentinel := range group.Sentinels() {
		sentinel.Do("ACL", "SETUSER", "watcher", "on", ">secret", "allchannels", "+@all")
	}
	for password, want := range map[string]string{"secret": "", "geheim": "WRONGPASS"} {
		r := openRedis(t, Options{
			Mode: "sentinel", Addrs: group.Addrs(), Master: group.Name(), Timeout: patient,
			SentinelUsername: "watcher", SentinelPassword: password,
		})
		if _, err := r.Heads(t.Context(), []string{"xt"}); want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %v, want %q", password, err, want)
		}
	}
}
