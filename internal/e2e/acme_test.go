package e2e

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"feedstation/internal/testkit/require"
	"feedstation/internal/testkit/testserver"
)

// pebble is the ACME server that tests use, and the name server that it asks.
const pebble = "github.com/letsencrypt/pebble/v2/cmd/"

const pebbleVersion = "@v2.10.3"

// authority is an ACME server, which asks back on two ports of this machine, whatever
// the host.
type authority struct {
	t         *testing.T
	directory string // its address
	ca        string // file of the authority of its own certificate
	root      string // address of what certificates are signed with
}

// startAuthority starts one that asks back on those ports: HTTP-01, and TLS-ALPN-01.
func startAuthority(t *testing.T, http, alpn string) authority {
	t.Helper()
	names := strconv.Itoa(testserver.Port(t))
	listen, management := "127.0.0.1:"+strconv.Itoa(testserver.Port(t)), "127.0.0.1:"+strconv.Itoa(testserver.Port(t))
	dir := t.TempDir()
	cert, key := writePair(t, dir, 1, "localhost")
	httpPort, err := strconv.Atoi(http)
	if err != nil {
		t.Fatal(err)
	}
	tlsPort, err := strconv.Atoi(alpn)
	if err != nil {
		t.Fatal(err)
	}
	config, err := json.Marshal(map[string]any{"pebble": map[string]any{
		"listenAddress": listen, "managementListenAddress": management, "certificate": cert, "privateKey": key,
		"httpPort": httpPort, "tlsPort": tlsPort,
	}})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "pebble.json")
	if err := os.WriteFile(file, config, 0o600); err != nil {
		t.Fatal(err)
	}
	start := func(program string, env []string, args ...string) {
		t.Helper()
		var log bytes.Buffer
		command := exec.Command(program, args...)
		command.Env, command.Stdout, command.Stderr = append(os.Environ(), env...), &log, &log
		if err := command.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			_ = command.Process.Kill()
			_ = command.Wait()
			if t.Failed() {
				t.Logf("%s:\n%s", filepath.Base(program), &log)
			}
		})
	}
	start(require.Module(t, pebble+"pebble-challtestsrv"+pebbleVersion), nil, "-defaultIPv4", "127.0.0.1", "-defaultIPv6", "",
		"-dnsserver", "127.0.0.1:"+names, "-http01", "", "-https01", "", "-tlsalpn01", "", "-doh", "", "-management", "127.0.0.1:"+strconv.Itoa(testserver.Port(t)))
	start(require.Module(t, pebble+"pebble"+pebbleVersion), []string{"PEBBLE_VA_NOSLEEP=1", "PEBBLE_WFE_NONCEREJECT=0"}, "-config", file, "-dnsserver", "127.0.0.1:"+names)
	_, listenPort, _ := strings.Cut(listen, ":")
	_, managementPort, _ := strings.Cut(management, ":")
	return authority{t, "https://localhost:" + listenPort + "/dir", cert, "https://localhost:" + managementPort + "/roots/0"}
}

// trusted returns what its certificates are verified with, once it runs.
func (a authority) trusted(p *process) *x509.CertPool {
	a.t.Helper()
	own, roots := x509.NewCertPool(), x509.NewCertPool()
	if text, err := os.ReadFile(a.ca); err != nil || !own.AppendCertsFromPEM(text) {
		a.t.Fatal(err)
	}
	client := &http.Client{Timeout: patience, Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: own}, DisableKeepAlives: true}}
	p.until("the authority is there", func() bool {
		response, err := client.Get(a.root)
		if err != nil {
			return false
		}
		defer response.Body.Close()
		text, err := io.ReadAll(response.Body)
		return err == nil && roots.AppendCertsFromPEM(text)
	})
	return roots
}

// serial returns that of the certificate of a host, which has to be there and one of
// those that roots have signed.
func (p *process) serial(port, host string, roots *x509.CertPool) string {
	p.t.Helper()
	conn, err := tls.DialWithDialer(&net.Dialer{Timeout: patience}, "tcp", "127.0.0.1:"+port, &tls.Config{ServerName: host, RootCAs: roots})
	if err != nil {
		p.t.Fatalf("%s: %v", host, err)
	}
	defer conn.Close()
	return conn.ConnectionState().PeerCertificates[0].SerialNumber.String()
}

// TestACME has an authority give certificates for the hosts of the stations, when they
// are asked for, and for no others; a reload and a restart go on with them.
func TestACME(t *testing.T) {
	t.Parallel()
	r := newReloading(t)
	a := startAuthority(t, r.port, r.port)
	r.env = append(r.env, "SSL_CERT_FILE="+a.ca)
	r.server = append(r.server, "tls: {acme: true, acme_directory: \""+a.directory+"\", acme_email: editor@www.news.example}")
	r.write()
	r.start()
	roots := a.trusted(r.process)
	serial := func(host string) string { t.Helper(); return r.serial(r.port, host, roots) }
	r.until("health", func() bool { return strings.Contains(r.adminBody("/readyz"), "ready") })
	first := serial("xt.news.example")
	if _, err := tls.Dial("tcp", "127.0.0.1:"+r.port, &tls.Config{ServerName: "yy.news.example", RootCAs: roots}); err == nil {
		t.Error("a host that no station has got a certificate")
	}
	r.stations = append(r.stations, `{id: yy, name: 岳阳站, url: "https://yy.news.example"}`)
	r.write()
	r.mustReload()
	serial("yy.news.example")
	if again := serial("xt.news.example"); again != first {
		t.Errorf("another certificate after a reload: %s, %s", first, again)
	}
	if told := r.adminBody("/status"); strings.Contains(told, "problems") {
		t.Errorf("status:\n%s", told)
	}
	for _, host := range []string{"xt.news.example", "yy.news.example"} {
		if kept, err := filepath.Glob(filepath.Join(r.dir, "var/cache/.acme", host+"*")); err != nil || len(kept) == 0 {
			t.Errorf("the local copy has no certificate of %s: %v", host, err)
		}
	}
	if took, err := r.end(syscall.SIGTERM); err != nil {
		t.Fatalf("the end took %v: %v\n%s", took, err, &r.log)
	}
	r.start()
	r.until("health", func() bool { return strings.Contains(r.adminBody("/readyz"), "ready") })
	if again := serial("xt.news.example"); again != first {
		t.Errorf("another certificate after a restart: %s, %s", first, again)
	}
	// What the authority refuses is told of the station, by a process of another
	// folder: the authority can't reach it.
	other := newReloading(t, "SSL_CERT_FILE="+a.ca)
	other.server = append(other.server, r.server[len(r.server)-1])
	other.write()
	other.start()
	other.until("health", func() bool { return strings.Contains(other.adminBody("/readyz"), "ready") })
	if _, err := tls.Dial("tcp", "127.0.0.1:"+other.port, &tls.Config{ServerName: "xt.news.example", RootCAs: roots}); err == nil {
		t.Error("a certificate for a listener that the authority can't reach")
	}
	if told := other.adminBody("/status"); !strings.Contains(told, "no certificate, clients of the station can't connect: xt: ") {
		t.Errorf("status:\n%s", told)
	}
}

// TestACMEWithoutTLS has the authority ask back on the listener without TLS alone, since
// it can't reach the other one.
func TestACMEWithoutTLS(t *testing.T) {
	t.Parallel()
	r := newReloading(t)
	plain := strconv.Itoa(testserver.Port(t))
	a := startAuthority(t, plain, strconv.Itoa(testserver.Port(t)))
	r.env = append(r.env, "SSL_CERT_FILE="+a.ca)
	before := r.server
	r.server = append(slices.Clone(before), "tls: {acme: true, acme_directory: \""+a.directory+"\"}")
	r.write()
	r.start()
	roots := a.trusted(r.process)
	r.until("health", func() bool { return strings.Contains(r.adminBody("/readyz"), "ready") })
	r.server = append(slices.Clone(before), "tls: {acme: true, acme_directory: \""+a.directory+"\", redirect: 127.0.0.1:"+plain+"}")
	r.write()
	r.mustReload()
	r.serial(r.port, "xt.news.example", roots)
	for path, want := range map[string]int{"/.well-known/acme-challenge/none": http.StatusNotFound, "/livez": http.StatusOK} {
		if status, _, err := fetch("http://127.0.0.1:"+plain+path, "xt.news.example"); err != nil || status != want {
			t.Errorf("%s: %d, %v; want %d", path, status, err, want)
		}
	}
	if status, _, err := fetch("http://127.0.0.1:"+plain+"/.well-known/acme-challenge/none", "evil.example"); err != nil || status != http.StatusForbidden {
		t.Errorf("a host that is none: %d, %v", status, err)
	}
	if told := r.adminBody("/status"); strings.Contains(told, "problems") {
		t.Errorf("status:\n%s", told)
	}
}
