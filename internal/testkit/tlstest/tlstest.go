// Package tlstest gives tests an authority of their own, which servers and clients
// have their certificates of.
//
// It is a test helper: no production package may import it.
package tlstest

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
	"testing"
	"time"
)

// Authority issues certificates.
type Authority struct {
	CA          string // file with its certificate, in PEM
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
	dir         string
	issued      int64
}

// Pair is the files of a certificate and its private key, in PEM.
type Pair struct{ Cert, Key string }

// New returns an authority whose files go with the test.
func New(t testing.TB) *Authority {
	t.Helper()
	a := &Authority{dir: t.TempDir()}
	template := a.template("tlstest")
	template.IsCA, template.KeyUsage = true, x509.KeyUsageCertSign
	a.certificate, a.key = template, nil
	signed, key := a.sign(t, template)
	certificate, err := x509.ParseCertificate(signed)
	if err != nil {
		t.Fatalf("tlstest: %v", err)
	}
	a.certificate, a.key = certificate, key
	a.CA = a.write(t, "ca.pem", "CERTIFICATE", signed)
	return a
}

// Issue returns a certificate of names and IP addresses, for servers and clients. The
// first name is that of its subject.
func (a *Authority) Issue(t testing.TB, names ...string) Pair {
	t.Helper()
	template := a.template(names[0])
	template.KeyUsage = x509.KeyUsageDigitalSignature
	template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}
	for _, name := range names {
		if ip := net.ParseIP(name); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
		} else {
			template.DNSNames = append(template.DNSNames, name)
		}
	}
	signed, key := a.sign(t, template)
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatalf("tlstest: %v", err)
	}
	return Pair{a.write(t, names[0]+".pem", "CERTIFICATE", signed), a.write(t, names[0]+".key", "PRIVATE KEY", private)}
}

func (a *Authority) template(name string) *x509.Certificate {
	a.issued++
	return &x509.Certificate{
		SerialNumber: big.NewInt(a.issued), Subject: pkix.Name{CommonName: name}, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
}

// sign makes a key and its certificate; the first is signed by itself.
func (a *Authority) sign(t testing.TB, template *x509.Certificate) ([]byte, *ecdsa.PrivateKey) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatalf("tlstest: %v", err)
	}
	signer := a.key
	if signer == nil {
		signer = key
	}
	signed, err := x509.CreateCertificate(rand.Reader, template, a.certificate, key.Public(), signer)
	if err != nil {
		t.Fatalf("tlstest: %v", err)
	}
	return signed, key
}

func (a *Authority) write(t testing.TB, name, kind string, data []byte) string {
	t.Helper()
	file := filepath.Join(a.dir, name)
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: data}), 0o600); err != nil {
		t.Fatalf("tlstest: %v", err)
	}
	return file
}
