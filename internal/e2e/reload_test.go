package e2e

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"feedstation/internal/testkit/require"
	"feedstation/internal/testkit/testserver"
)

// reloadToken opens /-/reload.
const reloadToken = token

// reloading is a process whose configuration changes: all of it is in the file.
type reloading struct {
	*process
	stations []string // lines of the file
	server   []string
	rest     string
	tls      *tls.Config // of clients; nil: the public listener has none
}

func newReloading(t *testing.T, env ...string) *reloading {
	t.Helper()
	p := newProcess(t, "xt.news.example")
	p.env = append(append(os.Environ(), "FEEDSTATION_JOBS_REFRESH=@every 1s"), env...)
	if err := os.Chmod(filepath.Join(p.dir, "config.yaml"), 0o600); err != nil {
		t.Fatal(err)
	}
	r := &reloading{
		process:  p,
		stations: []string{`{id: xt, name: 湘潭站, url: "https://xt.news.example", channels: [{id: moment, name: 时刻新闻}]}`},
		server:   []string{"listen: 127.0.0.1:" + p.port, "admin: 127.0.0.1:" + p.admin, "admin_token: " + reloadToken, "drain: 100ms"},
	}
	r.write()
	r.put(1, "早间新闻")
	return r
}

// write writes the file.
func (r *reloading) write() {
	r.t.Helper()
	var text strings.Builder
	text.WriteString("network: {name: 湘江新闻网, timezone: Asia/Shanghai}\nstations:\n")
	for _, s := range r.stations {
		text.WriteString("  - " + s + "\n")
	}
	text.WriteString("server:\n")
	for _, s := range r.server {
		text.WriteString("  " + s + "\n")
	}
	if err := os.WriteFile(filepath.Join(r.dir, "config.yaml"), []byte(text.String()+r.rest), 0o600); err != nil {
		r.t.Fatal(err)
	}
}

// reload asks for a reload and returns the answer.
func (r *reloading) reload() (status int, body string) {
	r.t.Helper()
	request, err := http.NewRequest(http.MethodPost, "http://127.0.0.1:"+r.admin+"/-/reload", nil)
	if err != nil {
		r.t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+reloadToken)
	status, body, err = send(request)
	if err != nil {
		r.t.Fatal(err)
	}
	return status, body
}

func (r *reloading) mustReload() {
	r.t.Helper()
	if status, body := r.reload(); status != http.StatusOK {
		r.t.Fatalf("reload: %d %s", status, body)
	}
}

// hangUp has the process reload by its signal.
func (r *reloading) hangUp() {
	r.t.Helper()
	before := r.adminBody("/status")
	r.signal(syscall.SIGHUP)
	_, before, _ = strings.Cut(before, `"configured"`)
	before, _, _ = strings.Cut(before, ",")
	r.until("reloaded", func() bool { return !strings.Contains(r.adminBody("/status"), before) })
}

// host asks the public listener as a client of a host does.
func (r *reloading) host(name, path string) (status int, body string) {
	r.t.Helper()
	status, body, err := fetch("http://127.0.0.1:"+r.port+path, name)
	if err != nil {
		r.t.Fatal(err)
	}
	return status, body
}

// secure has the public listener speak TLS.
func (r *reloading) secure(t *testing.T) {
	cert, key := writePair(t, r.dir, 1, "xt.news.example")
	r.server = append(r.server, "tls: {cert: "+cert+", key: "+key+"}")
	r.write()
	r.tls = &tls.Config{RootCAs: x509.NewCertPool(), ServerName: "xt.news.example"}
	r.tls.RootCAs.AppendCertsFromPEM(readFile(t, cert))
}

// hammer has clients ask the public port all the time until stop, on connections that
// they keep and on new ones, with TLS in HTTP/2 as well: each answer has to be 200.
func (r *reloading) hammer(paths ...string) (asked *atomic.Int64, stop func()) {
	r.t.Helper()
	done := make(chan struct{})
	var clients sync.WaitGroup
	asked = new(atomic.Int64)
	for i := range 4 {
		scheme, transport := "http", &http.Transport{DisableKeepAlives: i%2 == 1}
		if r.tls != nil {
			scheme, transport.TLSClientConfig, transport.ForceAttemptHTTP2 = "https", r.tls.Clone(), i < 3
		}
		client := &http.Client{Timeout: patience, Transport: transport}
		clients.Go(func() {
			defer client.CloseIdleConnections()
			for n := i; ; n++ {
				select {
				case <-done:
					return
				default:
				}
				path := paths[n%len(paths)]
				response, err := client.Get(scheme + "://127.0.0.1:" + r.port + path)
				if err != nil {
					r.t.Errorf("client %d: %v", i, err)
					return
				}
				_, err = io.Copy(io.Discard, response.Body)
				if response.Body.Close(); err != nil || response.StatusCode != http.StatusOK || transport.ForceAttemptHTTP2 != (response.ProtoMajor == 2) {
					r.t.Errorf("client %d: %s: %s %s, %v", i, path, response.Proto, response.Status, err)
				}
				asked.Add(1)
			}
		})
	}
	return asked, func() {
		close(done)
		clients.Wait()
		r.t.Logf("%d requests", asked.Load())
	}
}

// TestReload reloads 20 times, by signal and by request, while clients ask all the
// time, on connections that they keep and on new ones: each gets its
// feed.
func TestReload(t *testing.T) {
	require.Time(t)
	r := newReloading(t)
	r.server[3] = "drain: 0s"
	r.write()
	r.start()
	r.await("早间新闻")
	asked, stop := r.hammer("/xt/rss.xml", "/readyz")
	one, fixed := r.stations, r.server
	for i := range 20 {
		r.stations, r.server = one, fixed
		r.rest = []string{"", "feeds: {items: 10}\n", "log: {format: json}\n"}[i%3]
		if i%2 == 0 {
			r.stations = append(slices.Clip(one), `{id: yy, name: 岳阳站, url: "https://yy.news.example"}`)
			r.server = append(slices.Clip(fixed), "h2c: true") // another server on the same socket
		}
		r.write()
		before := asked.Load()
		if i%4 == 0 {
			r.hangUp()
		} else {
			r.mustReload()
		}
		if i%2 == 0 {
			r.until("a new station is served", func() bool { status, _ := r.host("yy.news.example", "/rss.xml"); return status == http.StatusOK })
		} else if status, _ := r.host("yy.news.example", "/rss.xml"); status != http.StatusMisdirectedRequest {
			t.Errorf("a station that was removed: %d", status)
		}
		r.until("clients have asked", func() bool { return asked.Load() > before })
	}
	stop()

	r.stations = append(slices.Clip(one), `{id: yy, name: 岳阳站, url: "https://yy.news.example", closed: true}`)
	r.write()
	r.mustReload()
	if status, _ := r.host("yy.news.example", "/rss.xml"); status != http.StatusGone {
		t.Errorf("a station that was closed: %d", status)
	}
	r.put(2, "午间新闻") // the jobs are those of the last one
	r.await("午间新闻")
	if took, err := r.end(syscall.SIGTERM); err != nil {
		t.Errorf("the end took %v: %v\n%s", took, err, &r.log)
	}
	log := r.log.String()
	for _, want := range []string{`msg=starting version=`, `msg="local copy" dir=var/cache`, `msg=listening listener=server.listen`, `msg="configuration in effect" file=config.yaml stations=1`, `"msg":"configuration reloaded"`, `msg="content store" driver=sqlite dsn=var/content.db`} {
		if !strings.Contains(log, want) {
			t.Errorf("the log has no %s:\n%s", want, log)
		}
	}
}

// TestReloadRefused has each kind of fault in a new configuration: what runs stays as
// it is and the fault is told, and the next one without takes effect.
func TestReloadRefused(t *testing.T) {
	t.Parallel()
	require.Time(t)
	secret := filepath.Join(t.TempDir(), "token")
	writeFile := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	writeFile(secret, reloadToken)
	r := newReloading(t, "FEEDSTATION_SERVER_ADMIN_TOKEN_FILE="+secret)
	r.server = r.server[:2:2]
	r.write()
	taken, err := net.Listen("tcp", "127.0.0.1:"+strconv.Itoa(testserver.Port(t)))
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	foreign := t.TempDir()
	writeFile(filepath.Join(foreign, "others"), "")
	r.start()
	r.await("早间新闻")
	good := *r
	for _, tt := range []struct {
		name  string
		spoil func()
		want  string
		mend  func()
	}{
		{"bad YAML", func() { r.rest = "feeds: [\n" }, "broken YAML", nil},
		{"wrong value", func() { r.rest = "feeds: {items: 0}\njobs: {refresh: soon}\n" }, "feeds.items: want 1 to 500, got 0", nil},
		{"the address of a station twice", func() {
			r.stations = append(slices.Clip(r.stations), `{id: yy, name: 岳阳站, url: "https://xt.news.example"}`)
		}, `is the host of stations[0]`, nil},
		{"a secret that is gone", func() { os.Rename(secret, secret+".away") }, "no such file", func() { os.Rename(secret+".away", secret) }},
		{"a public port that is taken", func() {
			r.server = []string{"listen: " + taken.Addr().String(), r.server[1]}
		}, "server.listen: " + taken.Addr().String() + " is in use by another program", nil},
		{"an admin port that is taken", func() {
			r.server = []string{"listen: 127.0.0.1:" + strconv.Itoa(testserver.Port(t)), "admin: " + taken.Addr().String()}
		}, "server.admin: " + taken.Addr().String() + " is in use by another program", nil},
		{"a socket of systemd that is not there", func() { r.server = []string{"listen: systemd:public", r.server[1]} }, "no socket of the name", nil},
		{"a certificate that is not there", func() { r.server = append(r.server, "tls: {cert: none.pem, key: none.pem}") }, "server.tls.cert: open none.pem", nil},
		{"a folder of others", func() { r.rest = "cache: {dir: " + foreign + "}\n" }, foreign, nil},
		{"a content store that can't be opened", func() { r.rest = "content: {dsn: /dev/null/content.db}\n" }, "not a directory", nil},
		{"a database that is not there", func() {
			r.rest = "content: {driver: postgres, dsn: \"postgres://u:hunter2@127.0.0.1:" + strconv.Itoa(testserver.Port(t)) + "/cms\"}\n"
		}, "refused", nil},
		{"a Redis that is not there", func() { r.rest = "cache: {redis: {addrs: [\"127.0.0.1:" + strconv.Itoa(testserver.Port(t)) + "\"]}}\n" }, "cache.redis: ", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r.t = t
			r.stations, r.server, r.rest = good.stations, slices.Clip(good.server), good.rest
			tt.spoil()
			r.write()
			status, body := r.reload()
			if status != http.StatusConflict || !strings.Contains(body, tt.want) || strings.Contains(body, "hunter2") {
				t.Errorf("%d %s; want %q", status, body, tt.want)
			}
			if status, body := r.host("xt.news.example", "/rss.xml"); status != http.StatusOK || !strings.Contains(body, "早间新闻") {
				t.Errorf("%d %s", status, body)
			}
			told := r.adminBody("/status")
			if !strings.Contains(told, "configuration not reloaded, the one before stays in effect: ") {
				t.Errorf("status:\n%s", told)
			}
			if tt.mend != nil {
				tt.mend()
			}
			r.stations, r.server, r.rest = good.stations, slices.Clip(good.server), good.rest
			r.write()
			r.mustReload()
			if told := r.adminBody("/status"); strings.Contains(told, "problems") {
				t.Errorf("status:\n%s", told)
			}
		})
	}
	r.t = t
	r.put(2, "午间新闻")
	r.await("午间新闻")

	// A file that has changed is told of, once, and that it has been read.
	writeFile(secret, reloadToken+"2")
	r.until("outdated", func() bool {
		return strings.Contains(r.adminBody("/status"), "configuration has changed, reload to have it take effect: "+secret)
	})
	r.mustReload()
	if status, _ := r.reload(); status != http.StatusUnauthorized {
		t.Errorf("the secret before opens still: %d", status)
	}
	writeFile(secret, reloadToken)
	r.until("outdated again", func() bool {
		return strings.Contains(r.tokenBody("/status", reloadToken+"2"), "configuration has changed, reload to have it take effect")
	})
	r.signal(syscall.SIGHUP)
	r.until("well", func() bool { // which the secret of before opens again
		told := r.adminBody("/status")
		return told != "" && !strings.Contains(told, "problems")
	})
	if took, err := r.end(syscall.SIGTERM); err != nil {
		t.Errorf("the end took %v: %v\n%s", took, err, &r.log)
	}
	told, over := strings.Count(r.log.String(), `msg="configuration has changed, reload to have it take effect"`), strings.Count(r.log.String(), `msg="configuration is the one in effect"`)
	if told < 2 || told != over {
		t.Errorf("told %d times that it has changed, and %d times that it is in effect", told, over)
	}
	if strings.Contains(r.log.String(), "hunter2") {
		t.Error("the password is in the log")
	}
}

// TestReloadListeners moves both listeners while the process runs: from ports to
// sockets, and back.
func TestReloadListeners(t *testing.T) {
	t.Parallel()
	require.Time(t)
	r := newReloading(t)
	folder, err := os.MkdirTemp("", "fs") //nolint:usetesting // paths of sockets are short
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(folder)
	public, admin := filepath.Join(folder, "http.sock"), filepath.Join(folder, "admin.sock")
	left, err := net.ListenUnix("unix", &net.UnixAddr{Name: public, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	left.SetUnlinkOnClose(false) // as a process that was killed leaves it
	left.Close()
	ports := slices.Clone(r.server)
	r.start()
	r.await("早间新闻")
	r.server = append([]string{"listen: unix:" + public, "admin: unix:" + admin}, ports[2:]...)
	r.write()
	r.mustReload()
	overSocket := func(path, method, target string) (int, string) {
		t.Helper()
		client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", path)
		}}}
		request, err := http.NewRequest(method, "http://localhost"+target, nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Authorization", "Bearer "+reloadToken)
		response, err := client.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		body, err := io.ReadAll(response.Body)
		if err != nil {
			t.Fatal(err)
		}
		return response.StatusCode, string(body)
	}
	if status, body := overSocket(public, "GET", "/xt/rss.xml"); status != http.StatusOK || !strings.Contains(body, "早间新闻") {
		t.Errorf("over the socket: %d %s", status, body)
	}
	r.until("the port is closed", func() bool {
		_, err := net.DialTimeout("tcp", "127.0.0.1:"+r.port, time.Second)
		return errors.Is(err, syscall.ECONNREFUSED)
	})
	// Another server on the same socket: the path stays.
	r.server = append(r.server, "h2c: true")
	r.write()
	if status, body := overSocket(admin, "POST", "/-/reload"); status != http.StatusOK {
		t.Fatalf("reload: %d %s", status, body)
	}
	r.until("the first server is gone", func() bool {
		sockets, err := os.ReadFile("/proc/net/unix")
		return err != nil || strings.Count(string(sockets), public+"\n") == 1
	})
	if status, _ := overSocket(public, "GET", "/livez"); status != http.StatusOK {
		t.Errorf("over the socket, after another reload: %d", status)
	}
	// One on which somebody listens is refused.
	if out, err := r.command("serve").CombinedOutput(); err == nil || !strings.Contains(string(out), "is in use by another program") {
		t.Errorf("a second process: %v\n%s", err, out)
	}
	r.server = ports
	r.write()
	if status, body := overSocket(admin, "POST", "/-/reload"); status != http.StatusOK {
		t.Fatalf("reload: %d %s", status, body)
	}
	r.await("早间新闻")
	// Another host with the same port.
	r.server = append([]string{"listen: :" + r.port}, ports[1:]...)
	r.write()
	r.mustReload()
	r.await("早间新闻")
	r.server = ports
	r.write()
	r.mustReload()
	r.await("早间新闻")
	r.until("the sockets are gone", func() bool { left, err := os.ReadDir(folder); return err == nil && len(left) == 0 })
}
