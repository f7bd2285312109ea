package e2e

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"feedstation/internal/testkit/redistest"
	"feedstation/internal/testkit/tlstest"
)

// TestRedisTLS has two processes share a Redis that speaks TLS, has a certificate of an
// authority of its own for another name than its address, asks for certificates and lets
// one user in. A process that lacks one of these serves its own editions and says why,
// without the password.
func TestRedisTLS(t *testing.T) {
	t.Parallel()
	server := redistest.StartSecured(t)
	secret := func(text string) string {
		file := filepath.Join(t.TempDir(), "password")
		if err := os.WriteFile(file, []byte(text+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		return "FEEDSTATION_CACHE_REDIS_PASSWORD_FILE=" + file
	}
	client := server.Authority.Issue(t, "feedstation")
	const key = "FEEDSTATION_CACHE_REDIS_"
	all := []string{
		key + "ADDRS=rediss://" + server.Username + "@" + server.TLSAddr, key + "POLL=100ms", "FEEDSTATION_JOBS_REFRESH=@every 1s", secret(server.Password),
		key + "TLS_CA=" + server.Authority.CA, key + "TLS_CERT=" + client.Cert, key + "TLS_KEY=" + client.Key, key + "TLS_SERVER_NAME=" + server.ServerName,
	}
	without := func(keys ...string) []string {
		return slices.DeleteFunc(slices.Clone(all), func(variable string) bool {
			return slices.ContainsFunc(keys, func(name string) bool { return strings.HasPrefix(variable, key+name+"=") })
		})
	}
	publisher := newProcess(t, "xt.news.example", all...)
	follower := newProcess(t, "xt.news.example", append(slices.Clone(all), "FEEDSTATION_JOBS_ENABLED=false")...)
	publisher.put(1, "早间新闻")
	publisher.start()
	follower.start()
	publisher.await("早间新闻")
	follower.await("早间新闻")

	// In TLS 1.3 a server refuses a client after the handshake, and what was written until
	// then may fail before the reason is read.
	tells := func(text, want string) bool {
		refused := want == "certificate required" || want == "unknown certificate authority"
		return strings.Contains(text, want) || refused && strings.Contains(text, "connection reset by peer")
	}
	stranger := tlstest.New(t).Issue(t, "feedstation")
	for _, tt := range []struct {
		name string
		env  []string
		want string
	}{
		{"another password", append(without("PASSWORD_FILE"), secret("falsch-"+server.Password)), "wrong user name or password"},
		{"no authority", without("TLS_CA"), "certificate signed by unknown authority"},
		{"no name", without("TLS_SERVER_NAME"), "cannot validate certificate for 127.0.0.1"},
		{"no certificate", without("TLS_CERT", "TLS_KEY"), "certificate required"},
		{"a stranger's certificate", append(without("TLS_CERT", "TLS_KEY"), key+"TLS_CERT="+stranger.Cert, key+"TLS_KEY="+stranger.Key), "unknown certificate authority"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := newProcess(t, "xt.news.example", tt.env...)
			p.put(2, "午间新闻")
			out, err := p.command("build").CombinedOutput()
			if err == nil || !strings.Contains(string(out), tt.want) {
				t.Errorf("build: %v, want %s\n%s", err, tt.want, out)
			}
			if strings.Contains(string(out), server.Password) {
				t.Errorf("the password is told:\n%s", out)
			}
			p.start()
			p.await("午间新闻")
			p.until("it is told why", func() bool { return strings.Contains(p.adminBody("/status"), tt.want) })
			if _, err := p.end(os.Interrupt); err != nil {
				t.Error(err)
			}
			if log := p.log.String(); !strings.Contains(log, "msg=redis mode=single ") || !tells(log, tt.want) || strings.Contains(log, server.Password) {
				t.Errorf("the log:\n%s", log)
			}
		})
	}
}

// TestRedisSocket has one process follow another through a Redis at a socket.
func TestRedisSocket(t *testing.T) {
	path := redistest.StartSocket(t)
	env := []string{"FEEDSTATION_CACHE_REDIS_ADDRS=unix:" + path, "FEEDSTATION_CACHE_REDIS_POLL=100ms", "FEEDSTATION_JOBS_REFRESH=@every 1s"}
	publisher := newProcess(t, "xt.news.example", env...)
	follower := newProcess(t, "xt.news.example", append(slices.Clone(env), "FEEDSTATION_JOBS_ENABLED=false")...)
	publisher.put(1, "早间新闻")
	publisher.start()
	follower.start()
	publisher.await("早间新闻")
	follower.await("早间新闻")
	if out, err := follower.check(); err != nil || !strings.Contains(out, path) {
		t.Errorf("check: %v\n%s", err, out)
	}
}
