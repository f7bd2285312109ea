package config

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestCertificate warns of certificates that clients refuse, and of keys that others
// can read.
func TestCertificate(t *testing.T) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	key := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
	tomorrow := time.Now().Add(24 * time.Hour)
	past := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		name  string
		names []string
		until time.Time
		mode  os.FileMode
		want  []string
	}{
		{"well", []string{"xt.news.example", "cs.news.example"}, tomorrow, 0o600, nil},
		{"all of a domain", []string{"*.news.example"}, tomorrow, 0o640, nil},
		{"expired", []string{"*.news.example"}, past, 0o600, []string{"server.tls.cert: cert.pem expired on 2026-03-01"}},
		{"one host is missing", []string{"xt.news.example"}, tomorrow, 0o600, []string{"server.tls.cert: cert.pem is not for cs.news.example, and perhaps not for others"}},
		{"open", []string{"*.news.example"}, tomorrow, 0o644, []string{"server.tls.key: all users of this machine may read or write that file: chmod o-rw"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			template := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: tt.names, NotBefore: past.AddDate(-1, 0, 0), NotAfter: tt.until}
			der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
			if err != nil {
				t.Fatal(err)
			}
			for name, data := range map[string][]byte{"cert.pem": pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), "key.pem": key} {
				if err := os.WriteFile(name, data, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if err := os.Chmod("key.pem", tt.mode); err != nil {
				t.Fatal(err)
			}
			c, err := Parse("f.yaml", []byte(city), []string{"FEEDSTATION_SERVER_TLS_CERT=cert.pem", "FEEDSTATION_SERVER_TLS_KEY=key.pem"})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, warning := range c.Warnings {
				_, warning, _ = strings.Cut(warning, ": ")
				got = append(got, warning)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("warnings (-want +got):\n%s", diff)
			}
			if len(c.Files) != 2 {
				t.Errorf("files: %v", c.Files)
			}
		})
	}
}
