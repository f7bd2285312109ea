package e2e

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
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

// startPebble starts an authority, to which all hosts are this machine, and which asks
// back on a port. It returns the address of its directory, the file of the authority
// of that server's own certificate, and the address of its root.
func startPebble(t *testing.T, port string) (directory, ca, root string) {
	t.Helper()
	names := strconv.Itoa(testserver.Port(t))
	listen, management := "127.0.0.1:"+strconv.Itoa(testserver.Port(t)), "127.0.0.1:"+strconv.Itoa(testserver.Port(t))
	dir := t.TempDir()
	cert, key := writePair(t, dir, 1, "localhost")
	validation, err := strconv.Atoi(port)
	if err != nil {
		t.Fatal(err)
	}
	config, err := json.Marshal(map[string]any{"pebble": map[string]any{
		"listenAddress": listen, "managementListenAddress": management, "certificate": cert, "privateKey": key,
		"httpPort": validation, "tlsPort": validation,
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
	return "https://localhost:" + listenPort + "/dir", cert, "https://localhost:" + managementPort + "/roots/0"
}

// TestACME has an authority give certificates for the hosts of the stations, when they
// are asked for, and for no others; a reload and a restart go on with them.
func TestACME(t *testing.T) {
	r := newReloading(t)
	directory, ca, root := startPebble(t, r.port)
	r.env = append(r.env, "SSL_CERT_FILE="+ca)
	r.server = append(r.server, "tls: {acme: true, acme_directory: \""+directory+"\", acme_email: editor@www.news.example}")
	r.write()
	r.start()

	authority := x509.NewCertPool()
	if text, err := os.ReadFile(ca); err != nil || !authority.AppendCertsFromPEM(text) {
		t.Fatal(err)
	}
	client := func(roots *x509.CertPool) *http.Client {
		return &http.Client{Timeout: patience, Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, DisableKeepAlives: true}}
	}
	roots := x509.NewCertPool()
	r.until("the authority is there", func() bool {
		response, err := client(authority).Get(root)
		if err != nil {
			return false
		}
		defer response.Body.Close()
		var text bytes.Buffer
		_, err = text.ReadFrom(response.Body)
		block, _ := pem.Decode(text.Bytes())
		return err == nil && block != nil && roots.AppendCertsFromPEM(text.Bytes())
	})
	// serial returns that of the certificate of a host, once there is one.
	serial := func(host string) string {
		t.Helper()
		conn, err := tls.DialWithDialer(&net.Dialer{Timeout: patience}, "tcp", "127.0.0.1:"+r.port, &tls.Config{ServerName: host, RootCAs: roots})
		if err != nil {
			t.Fatalf("%s: %v", host, err)
		}
		defer conn.Close()
		return conn.ConnectionState().PeerCertificates[0].SerialNumber.String()
	}
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
	other := newReloading(t, "SSL_CERT_FILE="+ca)
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
