package config

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestRedisAddress reads addresses as people and platforms write them.
func TestRedisAddress(t *testing.T) {
	const addrs = city + "cache:\n  redis:\n    addrs: ["
	type found struct {
		Addrs              string
		Username, Password string
		DB                 int
		TLS                bool
	}
	for _, tt := range []struct {
		name, file string
		want       found
		fault      string
	}{
		{"host and port", addrs + "redis.example:6379]\n", found{Addrs: "redis.example:6379"}, ""},
		{"IPv6", addrs + "'[::1]:6379']\n", found{Addrs: "[::1]:6379"}, ""},
		{"a socket", addrs + "/run/redis/redis.sock]\n", found{Addrs: "/run/redis/redis.sock"}, ""},
		{"a socket with a scheme", addrs + "'unix:/run/redis.sock']\n", found{Addrs: "/run/redis.sock"}, ""},
		{"a socket as a URL", addrs + "'unix:///run/redis.sock?db=2']\n", found{Addrs: "/run/redis.sock", DB: 2}, ""},
		{"a URL", addrs + "'redis://redis.example']\n", found{Addrs: "redis.example:6379"}, ""},
		{"a platform's URL", addrs + "'rediss://default:p%40s%2Fs@redis.example:6380/0']\n", found{"redis.example:6380", "default", "p@s/s", 0, true}, ""},
		{"without a user", addrs + "'redis://:hunter2@redis.example/3']\n", found{"redis.example:6379", "", "hunter2", 3, false}, ""},
		{"of Valkey", addrs + "'valkeys://u:hunter2@[::1]:6380']\n", found{"[::1]:6380", "u", "hunter2", 0, true}, ""},
		{"a URL and keys", addrs + "'rediss://redis.example']\n    username: u\n    password: hunter2\n    db: 1\n", found{"redis.example:6379", "u", "hunter2", 1, true}, ""},
		{"a cluster", addrs + "'rediss://u:hunter2@a.example:1', 'rediss://u:hunter2@b.example:2']\n    mode: cluster\n", found{"a.example:1 b.example:2", "u", "hunter2", 0, true}, ""},

		{"a # in the password", addrs + "'redis://u:p#hunter2@redis.example']\n", found{}, "%23"},
		{"a / in the password", addrs + "'redis://u:p/hunter2@redis.example']\n", found{}, "%2F"},
		{"a ? in the password", addrs + "'redis://u:p?hunter2@redis.example']\n", found{}, "%3F"},
		{"a % in the password", addrs + "'redis://u:p%hunter2@redis.example']\n", found{}, "%25"},
		{"parameters", addrs + "'redis://redis.example?password=hunter2']\n", found{}, "parameters behind ? are not supported"},
		{"a port that is none", addrs + "'redis://redis.example:hunter2']\n", found{}, "not an address such as"},
		{"no host", addrs + "'redis://u:hunter2@']\n", found{}, "has no host"},
		{"a database that is none", addrs + "'redis://redis.example/hunter2']\n", found{}, "number of the database"},
		{"another scheme", addrs + "'http://u:hunter2@redis.example']\n", found{}, "want host:port, the path of a socket"},
		{"quotes in it", addrs + `'"redis://u:hunter2@redis.example"']` + "\n", found{}, "want host:port"},
		{"a relative socket", addrs + "'unix:redis.sock']\n", found{}, "unix:/path"},
		{"a parameter of a socket", addrs + "'unix:/redis.sock?password=hunter2']\n", found{}, "?db=0"},
		{"a socket of sentinels", addrs + "/run/redis.sock]\n    mode: sentinel\n    master: m\n", found{}, "only for mode single"},
		{"two users", addrs + "'redis://u:hunter2@redis.example']\n    username: v\n", found{}, "another user name than cache.redis.username"},
		{"two passwords", addrs + "'redis://u:hunter2@redis.example']\n    password: p\n", found{}, "another password than cache.redis.password"},
		{"two databases", addrs + "'redis://redis.example/2']\n    db: 1\n", found{}, "another database than cache.redis.db"},
		{"a CA without TLS", addrs + "redis.example:6379]\n    tls_ca: ca.pem\n", found{}, "cache.redis.tls: want true"},
		{"a CA that is not there", addrs + "'rediss://redis.example']\n    tls_ca: testdata/none.pem\n", found{}, "cache.redis.tls_ca: open testdata/none.pem"},
		{"a CA that is none", addrs + "'rediss://redis.example']\n    tls_ca: redis_test.go\n", found{}, "redis_test.go has no certificate"},
		{"a certificate without its key", addrs + "'rediss://redis.example']\n    tls_cert: a.pem\n", found{}, "cache.redis.tls_key: missing"},
		{"a key without its certificate", addrs + "'rediss://redis.example']\n    tls_key: a.pem\n", found{}, "cache.redis.tls_cert: missing"},
		{"a certificate that is none", addrs + "'rediss://redis.example']\n    tls_key: redis_test.go\n    tls_cert: redis_test.go\n", found{}, "cache.redis.tls_cert: tls: failed to find"},
		{"a user of sentinels that are none", addrs + "redis.example:6379]\n    sentinel_username: u\n", found{}, "sentinel_username: only for mode sentinel"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, err := Parse("f.yaml", []byte(tt.file), nil)
			if tt.fault != "" {
				if err == nil || !strings.Contains(err.Error(), tt.fault) {
					t.Fatalf("%v, want %s", err, tt.fault)
				}
				if strings.Contains(err.Error(), "hunter2") {
					t.Errorf("it shows the password: %v", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			r := c.Cache.Redis
			if diff := cmp.Diff(tt.want, found{strings.Join(r.Addrs, " "), r.Username, r.Password.Reveal(), r.DB, r.TLS}); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
