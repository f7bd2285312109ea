package e2e

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"feedstation/internal/testkit/require"
	"feedstation/internal/testkit/testserver"
)

// writePair writes a certificate of its own authority, for some hosts, and its key.
func writePair(t *testing.T, dir string, serial int64, hosts ...string) (cert, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(serial), DNSNames: hosts, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	text, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	write := func(name, kind string, data []byte) string {
		name = filepath.Join(dir, name)
		if err := os.WriteFile(name, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: data}), 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	return write("cert.pem", "CERTIFICATE", der), write("key.pem", "PRIVATE KEY", text)
}

// TestServeTLS has the public listener speak TLS with files, and with others after a
// reload; then none, and HTTP/2 without it.
func TestServeTLS(t *testing.T) {
	t.Parallel()
	r := newReloading(t)
	dir := t.TempDir()
	cert, key := writePair(t, dir, 1, "xt.news.example")
	plain := r.server
	r.server = append(slices.Clone(plain), "tls: {cert: "+cert+", key: "+key+"}")
	r.write()
	r.start()

	// get asks as a client that knows the certificate in the file.
	get := func(change func(*http.Transport)) (*http.Response, error) {
		t.Helper()
		roots := x509.NewCertPool()
		text, err := os.ReadFile(cert)
		if err != nil || !roots.AppendCertsFromPEM(text) {
			t.Fatal(err)
		}
		transport := &http.Transport{
			TLSClientConfig: &tls.Config{RootCAs: roots}, ForceAttemptHTTP2: true, DisableKeepAlives: true,
			DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
				return new(net.Dialer).DialContext(ctx, "tcp", "127.0.0.1:"+r.port)
			},
		}
		scheme := "https"
		if change != nil {
			change(transport)
		}
		if transport.TLSClientConfig == nil {
			scheme = "http"
		}
		response, err := (&http.Client{Timeout: patience, Transport: transport}).Get(scheme + "://xt.news.example/rss.xml")
		if err == nil {
			response.Body.Close()
		}
		return response, err
	}
	r.until("the feed is served", func() bool { response, err := get(nil); return err == nil && response.StatusCode == http.StatusOK })
	response, err := get(nil)
	if err != nil {
		t.Fatal(err)
	}
	if response.Proto != "HTTP/2.0" || response.TLS.Version != tls.VersionTLS13 || response.TLS.PeerCertificates[0].SerialNumber.Int64() != 1 {
		t.Errorf("%s, %x, certificate %v", response.Proto, response.TLS.Version, response.TLS.PeerCertificates[0].SerialNumber)
	}
	for name, tt := range map[string]struct {
		change func(*http.Transport)
		proto  string
	}{
		"HTTP/1.1": {func(t *http.Transport) { t.ForceAttemptHTTP2 = false }, "HTTP/1.1"},
		"TLS 1.2":  {func(t *http.Transport) { t.TLSClientConfig.MaxVersion = tls.VersionTLS12 }, "HTTP/2.0"},
		"TLS 1.1": {func(t *http.Transport) {
			t.TLSClientConfig.MaxVersion, t.TLSClientConfig.MinVersion = tls.VersionTLS11, tls.VersionTLS10
		}, ""},
		"no TLS": {func(t *http.Transport) { t.TLSClientConfig = nil }, "HTTP/1.0"},
	} {
		response, err := get(tt.change)
		switch {
		case tt.proto == "" && err == nil:
			t.Errorf("%s: %s", name, response.Status)
		case tt.proto != "" && (err != nil || response.Proto != tt.proto):
			t.Errorf("%s: %v, %v; want %s", name, response, err, tt.proto)
		}
	}

	// A certificate that was renewed is read by a reload, one that was half written is
	// not: its key is another one's.
	before, err := os.ReadFile(key)
	if err != nil {
		t.Fatal(err)
	}
	writePair(t, dir, 2, "xt.news.example", "yy.news.example")
	after, err := os.ReadFile(key)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(key, before, 0o600); err != nil {
		t.Fatal(err)
	}
	if status, body := r.reload(); status != http.StatusConflict || !strings.Contains(body, "private key does not match public key") {
		t.Errorf("half a certificate: %d %s", status, body)
	}
	if err := os.WriteFile(key, after, 0o600); err != nil {
		t.Fatal(err)
	}
	r.mustReload()
	if response, err = get(nil); err != nil || response.TLS.PeerCertificates[0].SerialNumber.Int64() != 2 {
		t.Errorf("after a reload: %v, %v", response, err)
	}

	r.server = append(slices.Clone(plain), "h2c: true")
	r.write()
	r.mustReload()
	for proto, change := range map[string]func(*http.Transport){
		"HTTP/1.1": func(t *http.Transport) { t.TLSClientConfig = nil },
		"HTTP/2.0": func(t *http.Transport) {
			t.TLSClientConfig, t.Protocols = nil, new(http.Protocols)
			t.Protocols.SetUnencryptedHTTP2(true)
		},
	} {
		if response, err := get(change); err != nil || response.StatusCode != http.StatusOK || response.Proto != proto {
			t.Errorf("without TLS: %v, %v; want %s", response, err, proto)
		}
	}
	if took, err := r.end(syscall.SIGTERM); err != nil {
		t.Errorf("the end took %v: %v\n%s", took, err, &r.log)
	}
	if !strings.Contains(r.log.String(), `msg=tls certificates=`+cert+` names="xt.news.example, yy.news.example"`) {
		t.Errorf("the log does not tell of the certificate:\n%s", &r.log)
	}
}

// TestReloadHTTP2 has each reload bring another server on the same socket, while clients
// ask in HTTP/2 and in HTTP/1.1: the server before leaves them to the next one.
func TestReloadHTTP2(t *testing.T) {
	t.Parallel()
	require.Time(t)
	r := newReloading(t)
	r.server[3] = "drain: 0s"
	r.secure(t)
	r.start()
	r.until("ready", func() bool { return r.adminBody("/readyz") == "ready\n" })
	asked, stop := r.hammer("/xt/rss.xml", "/readyz")
	server := r.server
	for i := range 10 {
		r.server = append(slices.Clip(server), "h2c: "+strconv.FormatBool(i%2 == 0))
		r.write()
		r.mustReload()
		before := asked.Load()
		r.until("clients have asked", func() bool { return asked.Load() >= before+50 })
	}
	stop()
}

// TestRedirectWithoutTLS moves the public listener to another port, with TLS, while
// clients ask on the first one, where those without TLS are led to it from then on.
func TestRedirectWithoutTLS(t *testing.T) {
	t.Parallel()
	r := newReloading(t)
	cert, key := writePair(t, t.TempDir(), 1, "xt.news.example")
	secure := strconv.Itoa(testserver.Port(t))
	r.server[3] = "drain: 0s"
	before := r.server
	r.write()
	r.start()
	r.await("早间新闻")
	_, stop := r.hammer("/livez", "/readyz")
	client := &http.Client{
		Timeout: patience, Transport: &http.Transport{DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	answers := func(host, path string, status int, location string) {
		t.Helper()
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://127.0.0.1:"+r.port+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Host = host
		response, err := client.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if got := response.Header.Get("Location"); response.StatusCode != status || got != location {
			t.Errorf("%s%s: %s to %q; want %d to %q", host, path, response.Status, got, status, location)
		}
	}
	for range 3 {
		r.server = append([]string{"listen: 127.0.0.1:" + secure}, append(slices.Clone(before[1:]), "tls: {cert: "+cert+", key: "+key+", redirect: 127.0.0.1:"+r.port+"}")...)
		r.write()
		r.mustReload()
		answers("xt.news.example", "/moment/rss.xml?a=b", http.StatusPermanentRedirect, "https://xt.news.example/moment/rss.xml?a=b")
		answers("localhost:"+r.port, "/xt/rss.xml", http.StatusPermanentRedirect, "https://localhost:"+secure+"/xt/rss.xml")
		answers("evil.example", "/rss.xml", http.StatusMisdirectedRequest, "")
		pair, err := tls.Dial("tcp", "127.0.0.1:"+secure, &tls.Config{InsecureSkipVerify: true})
		if err != nil {
			t.Fatal(err)
		}
		pair.Close()
		r.server = before
		r.write()
		r.mustReload()
		answers("xt.news.example", "/moment/rss.xml", http.StatusOK, "")
	}
	stop()
	r.until("the other port is closed", func() bool {
		_, err := net.DialTimeout("tcp", "127.0.0.1:"+secure, time.Second)
		return errors.Is(err, syscall.ECONNREFUSED)
	})
	// Of two new listeners that can't both be opened, none is.
	r.server = append([]string{"listen: 127.0.0.1:" + secure}, append(slices.Clone(before[1:]), "tls: {cert: "+cert+", key: "+key+", redirect: 192.0.2.1:"+r.port+"}")...)
	r.write()
	if status, body := r.reload(); status != http.StatusConflict || !strings.Contains(body, "server.tls.redirect: ") {
		t.Errorf("an address of another machine: %d %s", status, body)
	}
	if _, err := net.DialTimeout("tcp", "127.0.0.1:"+secure, time.Second); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("what was opened stays open: %v", err)
	}
	answers("xt.news.example", "/moment/rss.xml", http.StatusOK, "")
}
