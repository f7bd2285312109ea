package e2e

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"feedstation/internal/testkit/redistest"
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

// TestIPv6 has both listeners on addresses of IPv6. The process ends as some containers have
// it end.
func TestIPv6(t *testing.T) {
	t.Parallel()
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
	if _, err := p.end(syscall.SIGQUIT); p.serve.ProcessState.ExitCode() != 2 || !strings.Contains(p.log.String(), "\ngoroutine ") {
		t.Errorf("SIGQUIT: %v, want status 2 and the stacks of goroutines", err)
	}
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

// onDisk returns a copy of a folder whose files are not in memory, where they would count
// against a limit of it.
func onDisk(t *testing.T, folder string) string {
	t.Helper()
	dir, err := os.MkdirTemp("/var/tmp", "feedstation-") //nolint:usetesting // t.TempDir may be in memory
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.CopyFS(dir, os.DirFS(folder)); err != nil {
		t.Fatal(err)
	}
	return dir
}

// TestLimitedMachine has the program build, serve and follow changes of 60,000 articles
// in the smallest container that somebody has tried it in, with a Redis beside it: it is
// ready, answers, and takes nothing that answers late for unreachable.
func TestLimitedMachine(t *testing.T) {
	t.Parallel()
	require.Time(t)
	const articles, changes = 60_000, 5
	program := buildProgram(t)
	for _, tt := range []struct {
		name   string
		limits require.Limits
	}{
		{"64 MiB of memory", require.Limits{Memory: 64 << 20}},
		{"and a tenth of a processor", require.Limits{Memory: 64 << 20, CPU: 0.1}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			group := require.NewCgroup(t, tt.limits)
			redis := redistest.Start(t)
			p := newProcess(t, "xt.news.example", "FEEDSTATION_CACHE_REDIS_ADDRS="+redis.Addr(), "GOGC=") // which make race sets
			p.dir = onDisk(t, p.dir)
			p.program = program
			p.run("demo", "--articles", strconv.Itoa(articles))
			p.program = group.Wrap(t, p.dir, program)
			p.start()
			p.program = program // what writes articles is elsewhere
			p.until("ready", func() bool { return p.adminBody("/readyz") == "ready\n" })
			for i := range changes {
				title := fmt.Sprintf("第%d条快讯", i)
				p.put(articles+i, title)
				p.await(title)
				began := time.Now()
				for _, path := range []string{"/rss.xml", "/sitemap.xml", "/sitemaps/news.xml"} {
					if p.body(path) == "" {
						t.Errorf("%s is not answered", path)
					}
				}
				t.Logf("change %d: three answers in %v", i, time.Since(began).Round(time.Millisecond))
			}
			if _, err := p.end(syscall.SIGTERM); err != nil {
				t.Errorf("the end: %v", err)
			}
			for line := range strings.Lines(p.log.String()) {
				if strings.Contains(line, "level=WARN") || strings.Contains(line, "level=ERROR") {
					t.Error(line)
				}
			}
			t.Logf("at most %d MiB", group.Peak()>>20)
		})
	}
}
