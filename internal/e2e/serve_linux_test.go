package e2e

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"feedstation/internal/testkit/redistest"
	"feedstation/internal/testkit/require"
)

// TestLogWithoutReader closes the pipe that the process logs to: it serves on, also
// when it has something to say, and ends as it should.
func TestLogWithoutReader(t *testing.T) {
	t.Parallel()
	r := newReloading(t)
	serve := r.command("serve")
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	serve.Stdout, serve.Stderr = write, write
	if err := serve.Start(); err != nil {
		t.Fatal(err)
	}
	r.serve = serve
	if err := write.Close(); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(read).ReadString('\n'); err != nil || !strings.Contains(line, "starting") {
		t.Errorf("first line %q, %v", line, err)
	}
	if err := read.Close(); err != nil {
		t.Fatal(err)
	}
	r.await("早间新闻")
	r.mustReload() // which is logged
	r.put(2, "午间新闻")
	r.await("午间新闻")
	if took, err := r.end(syscall.SIGTERM); err != nil {
		t.Errorf("the end took %v: %v", took, err)
	}
}

// TestReadiness has processes whose configuration names a station that nobody has
// built: a follower that was rolled out before the process that builds, and a builder
// whose database is away after a restart. They are ready with what they have, and
// name what is missing. One that has nothing is not ready.
func TestReadiness(t *testing.T) {
	t.Parallel()
	redis := redistest.Start(t)
	shared := []string{"FEEDSTATION_CACHE_REDIS_ADDRS=" + redis.Addr(), "FEEDSTATION_CACHE_REDIS_POLL=100ms"}
	builder := newReloading(t, shared...)
	builder.start()
	builder.await("早间新闻")

	more := `{id: cs, name: 长沙站, url: "https://cs.news.example"}`
	ready := func(p *reloading, want int, text string) {
		t.Helper()
		p.until("health", func() bool {
			for _, port := range []string{p.port, p.admin} {
				status, body, err := fetch("http://127.0.0.1:"+port+"/readyz", "127.0.0.1")
				if err != nil || status != want || body != text {
					return false
				}
			}
			return true
		})
	}
	follower := newReloading(t, append(shared, "FEEDSTATION_JOBS_ENABLED=false")...)
	follower.stations = append(follower.stations, more)
	follower.write()
	follower.start()
	ready(follower, http.StatusOK, "ready\nno edition yet: cs\n")
	if status, _ := follower.host("xt.news.example", "/rss.xml"); status != http.StatusOK {
		t.Errorf("what the follower has: %d", status)
	}
	var told struct {
		Ready   bool
		Missing []string
	}
	if err := json.Unmarshal([]byte(follower.adminBody("/status")), &told); err != nil || !told.Ready || !slices.Equal(told.Missing, []string{"cs"}) {
		t.Errorf("status: %+v, %v", told, err)
	}

	again := newReloading(t)
	again.start()
	again.await("早间新闻")
	if _, err := again.end(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	again.stations = append(again.stations, more)
	again.rest = "content: {driver: postgres, dsn: \"postgres://u@127.0.0.1:1/cms\"}\n"
	again.write()
	again.start()
	ready(again, http.StatusOK, "ready\nno edition yet: cs\n")

	empty := newReloading(t)
	empty.rest = again.rest
	empty.write()
	empty.start()
	empty.until("the database is away", func() bool { return strings.Contains(empty.adminBody("/status"), "content store unreachable") })
	ready(empty, http.StatusServiceUnavailable, "no edition yet: xt\n")
	if status, body := empty.host("anybody.example", "/livez"); status != http.StatusOK || body != "alive\n" {
		t.Errorf("livez: %d %q", status, body)
	}
}

// activate opens both sockets as systemd does, which keeps them until the test ends. It
// returns what starts a process with them.
func (r *reloading) activate() (start func(env ...string)) {
	r.t.Helper()
	var files []*os.File
	for _, port := range []string{r.admin, r.port} {
		listener, err := net.Listen("tcp", "127.0.0.1:"+port)
		if err != nil {
			r.t.Fatal(err)
		}
		file, err := listener.(*net.TCPListener).File()
		if err := errors.Join(err, listener.Close()); err != nil {
			r.t.Fatal(err)
		}
		r.t.Cleanup(func() { file.Close() })
		files = append(files, file)
	}
	r.server = append([]string{"listen: systemd:public", "admin: systemd:admin"}, r.server[2:]...)
	r.write()
	return func(env ...string) {
		r.t.Helper()
		// The process that systemd starts knows its own id, which exec keeps.
		serve := exec.Command("sh", "-c", `LISTEN_PID=$$ WATCHDOG_PID=$$ exec "$0" serve`, r.command().Path)
		serve.Dir, serve.ExtraFiles, serve.Stdout, serve.Stderr = r.dir, files, &r.log, &r.log
		serve.Env = append(append(slices.Clone(r.env), "LISTEN_FDS=2", "LISTEN_FDNAMES=admin:public"), env...)
		if err := serve.Start(); err != nil {
			r.t.Fatal(err)
		}
		r.serve = serve
		r.t.Cleanup(func() {
			if serve.ProcessState == nil {
				_ = serve.Process.Kill()
				_ = serve.Wait()
			}
		})
	}
}

// TestRestart restarts a process whose sockets systemd holds, several times and without a
// drain, while clients ask all the time: each gets its feed, of the process that ends or
// of the next one.
func TestRestart(t *testing.T) {
	t.Parallel()
	require.Time(t)
	for name, secure := range map[string]bool{"HTTP/1.1": false, "HTTP/2": true} {
		t.Run(name, func(t *testing.T) {
			r := newReloading(t)
			r.server[3] = "drain: 0s"
			start := r.activate()
			if secure {
				r.secure(t)
			}
			start()
			r.until("ready", func() bool { return r.adminBody("/readyz") == "ready\n" })
			asked, stop := r.hammer("/xt/rss.xml", "/xt/sitemap.xml")
			for range 6 {
				before := asked.Load()
				r.until("clients have asked", func() bool { return asked.Load() >= before+100 })
				if took, err := r.end(syscall.SIGTERM); err != nil {
					t.Errorf("the end took %v: %v\n%s", took, err, &r.log)
				}
				start()
			}
			stop()
			if _, err := r.end(syscall.SIGTERM); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestSystemd plays systemd: the sockets are open before the process is, which is
// told apart by their names, and it tells when it is ready, reloads, lives and stops.
func TestSystemd(t *testing.T) {
	t.Parallel()
	r := newReloading(t)
	folder, err := os.MkdirTemp("", "fs") //nolint:usetesting // paths of sockets are short
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(folder)
	path := filepath.Join(folder, "notify")
	notify, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer notify.Close()
	startActivated := r.activate()
	startActivated("NOTIFY_SOCKET="+path, "WATCHDOG_USEC=100000")
	// said waits for a message that begins so.
	said := func(what string) string {
		t.Helper()
		if err := notify.SetReadDeadline(time.Now().Add(patience)); err != nil {
			t.Fatal(err)
		}
		for {
			message := make([]byte, 1<<10)
			n, err := notify.Read(message)
			if err != nil {
				t.Fatalf("%s: %v", what, err)
			}
			if text := string(message[:n]); strings.HasPrefix(text, what) {
				return text
			}
		}
	}
	said("READY=1")
	r.await("早间新闻")
	said("WATCHDOG=1")
	said("WATCHDOG=1")
	reload := func() {
		t.Helper()
		var now, at int64
		if err := func() error {
			up, err := os.ReadFile("/proc/uptime")
			if err != nil {
				return err
			}
			var seconds float64
			_, err = fmt.Sscan(string(up), &seconds)
			now = int64(seconds * 1e6)
			return err
		}(); err != nil {
			t.Fatal(err)
		}
		r.signal(syscall.SIGHUP)
		text := said("RELOADING=1")
		if _, err := fmt.Sscanf(text, "RELOADING=1\nMONOTONIC_USEC=%d\n", &at); err != nil || at < now-1e6 || at > now+int64(patience/time.Microsecond) {
			t.Errorf("%q at %d: %v", text, now, err)
		}
		said("READY=1")
	}
	reload()
	ports := []string{"listen: 127.0.0.1:" + r.port, r.server[1]}
	r.server = append(ports, r.server[2:]...)
	r.write()
	reload() // refused: systemd holds the port
	if status, body := r.reload(); status != http.StatusConflict || !strings.Contains(body, "server.listen") {
		t.Errorf("a port that systemd holds: %d %s", status, body)
	}
	r.await("早间新闻")
	r.signal(syscall.SIGTERM)
	said("STOPPING=1")
	if err := r.serve.Wait(); err != nil {
		t.Errorf("the end: %v\n%s", err, &r.log)
	}
	// The sockets stay systemd's: a client waits for the next process.
	conn, err := net.DialTimeout("tcp", "127.0.0.1:"+r.port, time.Second)
	if err != nil {
		t.Fatal(err)
	}
	conn.Close()
}
