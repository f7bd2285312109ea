package redis

import (
	"strings"
	"testing"

	"feedstation/internal/testkit/redistest"
)

// TestCheck holds that Check finds what keeps editions from being shared, and leaves
// nothing behind.
func TestCheck(t *testing.T) {
	server := redistest.Start(t)
	stations := []string{"xt", "cs"}
	server.Do("ACL", "SETUSER", "reader", "on", ">secret", "~feedstation:*", "+@read", "+@connection")
	server.Do("ACL", "SETUSER", "elsewhere", "on", ">secret", "~other:*", "+@all")
	server.Do("ACL", "SETUSER", "bounded", "on", ">secret", "~feedstation:*", "+@all", "-@dangerous")
	server.Do("CONFIG", "SET", "maxmemory-policy", "allkeys-lru")
	for _, tt := range []struct {
		user, want string
		silent     bool // it may not be asked for its version
	}{
		{"", "", false},
		{"bounded", "", true},
		{"reader", "NOPERM", false},
		{"elsewhere", "NOPERM", false},
		{"nobody", "WRONGPASS", false},
	} {
		t.Run(tt.user, func(t *testing.T) {
			options := Options{Mode: "single", Addrs: []string{server.Addr()}, Timeout: patient, Username: tt.user}
			if tt.user != "" {
				options.Password = "secret"
			}
			got, err := openRedis(t, options).Check(t.Context(), stations)
			switch {
			case tt.want == "" && err != nil, tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)):
				t.Errorf("%v, want %q", err, tt.want)
			case tt.want == "" && (got.Version == "") != tt.silent:
				t.Errorf("version %q", got.Version)
			case tt.want == "" && !tt.silent && got.Evicts != "allkeys-lru":
				t.Errorf("evicts %q", got.Evicts)
			}
		})
	}
	for _, command := range commands {
		server.Do("ACL", "SETUSER", "lacking", "reset", "on", ">secret", "~feedstation:*", "+@all", "-"+command)
		r := openRedis(t, Options{Mode: "single", Addrs: []string{server.Addr()}, Timeout: patient, Username: "lacking", Password: "secret"})
		if _, err := r.Check(t.Context(), stations); !IsReply(err) || !strings.Contains(err.Error(), "the '"+command+"' command") {
			t.Errorf("without %s: %v, want it named", command, err)
		}
	}
	if n := server.Do("DBSIZE"); n != int64(0) {
		t.Errorf("%v keys are left", n)
	}
	server.Do("REPLICAOF", "127.0.0.1", "1")
	if _, err := newRedis(t, server.Addr()).Check(t.Context(), stations); err == nil || !strings.Contains(err.Error(), "READONLY") {
		t.Errorf("a replica: %v", err)
	}
	server.Kill()
	if _, err := newRedis(t, server.Addr()).Check(t.Context(), stations); err == nil || !strings.Contains(err.Error(), "refused") {
		t.Errorf("one that is down: %v", err)
	}
}
