package redistest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"feedstation/internal/testkit/testserver"
)

// Secured is a server that also listens with TLS, where only one user is let in.
type Secured struct {
	*Server
	TLSAddr            string // host:port
	CA                 string // file with the certificate to trust, in PEM
	Username, Password string
}

// StartSecured is Start for a server with TLS and a user, who may use the keys
// that begin with f: and no others.
func StartSecured(t testing.TB) *Secured {
	t.Helper()
	s := &Secured{Username: "feedstation", Password: "geheim-湘江-6379"}
	ca, key := certificate(t)
	secure := testserver.Port(t)
	s.CA, s.TLSAddr = ca, testserver.Addr(secure)
	s.Server = start(t, append(keepNothing(t),
		"--tls-port", strconv.Itoa(secure), "--tls-cert-file", ca, "--tls-key-file", key, "--tls-ca-cert-file", ca, "--tls-auth-clients", "no",
		"--user", s.Username, "on", ">"+s.Password, "~feedstation:*", "+@all", "-@dangerous")...)
	return s
}

// certificate writes a certificate of 127.0.0.1 that is its own authority.
func certificate(t testing.TB) (certificateFile, keyFile string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatalf("redistest: %v", err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "redistest"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	signed, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatalf("redistest: %v", err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatalf("redistest: %v", err)
	}
	dir := t.TempDir()
	write := func(name, kind string, data []byte) string {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: data}), 0o600); err != nil {
			t.Fatalf("redistest: %v", err)
		}
		return file
	}
	return write("certificate.pem", "CERTIFICATE", signed), write("key.pem", "PRIVATE KEY", private)
}
