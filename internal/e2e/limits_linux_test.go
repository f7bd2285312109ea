package e2e

import (
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"feedstation/internal/testkit/require"
)

// TestFewDescriptors has a process that may open 64 files answer beside 200 clients
// that have connected and say nothing.
func TestFewDescriptors(t *testing.T) {
	require.Time(t)
	p := newProcess(t, "xt.news.example")
	p.put(1, "早间新闻")
	p.program = filepath.Join(p.dir, "limited")
	if err := os.WriteFile(p.program, []byte("#!/bin/sh\nulimit -n 64\nexec feedstation \"$@\"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	p.start()
	p.await("早间新闻")
	for range 200 {
		silent, err := net.Dial("tcp", "127.0.0.1:"+p.port)
		if err != nil {
			t.Fatal(err)
		}
		defer silent.Close()
	}
	p.put(2, "午间新闻")
	p.await("午间新闻")
	p.isReady("127.0.0.1")
	if _, err := p.end(os.Interrupt); err != nil {
		t.Error(err)
	}
	if n := strings.Count(p.log.String(), "level=WARN"); n != 1 {
		t.Errorf("%d warnings, want one\n%s", n, &p.log)
	}
}

// TestIPv6 has both listeners on addresses of IPv6.
func TestIPv6(t *testing.T) {
	free, err := net.Listen("tcp", "[::1]:0")
	if err != nil {
		t.Skip("needs a machine with IPv6: ", err)
	}
	free.Close()
	p := newProcess(t, "xt.news.example")
	p.env = append(p.env, "FEEDSTATION_SERVER_LISTEN=[::1]:"+p.port, "FEEDSTATION_SERVER_ADMIN=[::1]:"+p.admin)
	p.put(1, "早间新闻")
	p.start()
	p.until("the feed is served", func() bool {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://[::1]:"+p.port+"/rss.xml", nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Host = "xt.news.example"
		response, err := p.client.Do(request)
		if err != nil {
			return false
		}
		defer response.Body.Close()
		return response.StatusCode == http.StatusOK
	})
	p.isReady("[::1]")
}

// isReady fails the test unless the process says that it should be sent requests.
func (p *process) isReady(host string) {
	p.t.Helper()
	response, err := p.client.Get("http://" + host + ":" + p.admin + "/readyz")
	if err != nil {
		p.t.Error(err)
		return
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		p.t.Errorf("/readyz is %s", response.Status)
	}
}
