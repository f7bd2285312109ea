package e2e

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"feedstation/internal/testkit/redistest"
)

// TestRedisTLS has two processes share a Redis that speaks TLS and lets one user
// in. Who has another password, or does not know the authority, serves its own
// and says why, without the password.
func TestRedisTLS(t *testing.T) {
	server := redistest.StartSecured(t)
	secret := func(text string) string {
		file := filepath.Join(t.TempDir(), "password")
		if err := os.WriteFile(file, []byte(text+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		return "FEEDSTATION_CACHE_REDIS_PASSWORD_FILE=" + file
	}
	shared := []string{
		"FEEDSTATION_CACHE_REDIS_ADDRS=" + server.TLSAddr, "FEEDSTATION_CACHE_REDIS_POLL=100ms", "FEEDSTATION_CACHE_REDIS_TLS=true",
		"FEEDSTATION_CACHE_REDIS_USERNAME=" + server.Username, "FEEDSTATION_JOBS_REFRESH=@every 1s",
	}
	trusting := slices.Concat(shared, []string{"SSL_CERT_FILE=" + server.CA})
	publisher := newProcess(t, "xt.news.example", slices.Concat(trusting, []string{secret(server.Password)})...)
	follower := newProcess(t, "xt.news.example", slices.Concat(trusting, []string{secret(server.Password), "FEEDSTATION_JOBS_ENABLED=false"})...)
	publisher.put(1, "早间新闻")
	publisher.start()
	follower.start()
	publisher.await("早间新闻")
	follower.await("早间新闻")

	for name, env := range map[string][]string{
		"another password": slices.Concat(trusting, []string{secret("falsch-" + server.Password)}),
		"no authority":     slices.Concat(shared, []string{secret(server.Password)}),
	} {
		t.Run(name, func(t *testing.T) {
			p := newProcess(t, "xt.news.example", env...)
			p.put(2, "午间新闻")
			out, err := p.command("build").CombinedOutput()
			if err == nil || !strings.Contains(string(out), "redis") {
				t.Errorf("build: %v\n%s", err, out)
			}
			if strings.Contains(string(out), server.Password) {
				t.Errorf("the password is told:\n%s", out)
			}
			p.start()
			p.await("午间新闻")
		})
	}
}
