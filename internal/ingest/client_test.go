package ingest

import (
	"compress/gzip"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// ask asks an address as a source with such access does, once.
func ask(t *testing.T, access Access, address string) (*answer, error) {
	t.Helper()
	access.Timeout, access.Rate = time.Minute, 1000
	if access.MaxBytes == 0 {
		access.MaxBytes = 1 << 20
	}
	c, err := newClient(access, address)
	if err != nil {
		return nil, err
	}
	defer c.http.CloseIdleConnections()
	return c.try(t.Context(), address, nil, validators{})
}

// identity writes a certificate that signs itself, and its key, as files of PEM.
func identity(t *testing.T) (certificate, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "feeds"}, NotAfter: time.Now().Add(time.Hour)}
	signed, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	encoded, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return pemFile(t, "CERTIFICATE", signed), pemFile(t, "PRIVATE KEY", encoded)
}

func pemFile(t *testing.T, kind string, bytes []byte) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "x.pem")
	if err := os.WriteFile(name, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: bytes}), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// TestClientTLS holds whom a source trusts, and as whom it is known.
func TestClientTLS(t *testing.T) {
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, r.TLS.PeerCertificates[0].Subject.CommonName)
	}))
	server.TLS = &tls.Config{ClientAuth: tls.RequireAnyClientCert, MinVersion: tls.VersionTLS12}
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	defer server.Close()
	ca := pemFile(t, "CERTIFICATE", server.Certificate().Raw)
	certificate, key := identity(t)
	text := filepath.Join(t.TempDir(), "text")
	if err := os.WriteFile(text, []byte("text"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name   string
		access Access
		want   string // of the error; empty: there is none
	}{
		{name: "trusted and known", access: Access{CA: ca, Certificate: certificate, Key: key}},
		{name: "not trusted", access: Access{Certificate: certificate, Key: key}, want: "certificate"},
		{name: "not known", access: Access{CA: ca}, want: "certificate required"},
		{name: "no file", access: Access{CA: ca + "x"}, want: "no such file"},
		{name: "no certificate", access: Access{CA: text}, want: "no certificate in PEM"},
		{name: "no key", access: Access{CA: ca, Certificate: certificate, Key: text}, want: "tls: failed to find any PEM data"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a, err := ask(t, tt.access, server.URL)
			switch {
			case tt.want != "":
				if err == nil || !strings.Contains(err.Error(), tt.want) {
					t.Errorf("got %v, want %q", err, tt.want)
				}
			case err != nil:
				t.Error(err)
			case string(a.body) != "feeds":
				t.Errorf("known as %q", a.body)
			}
		})
	}
}

// TestClientBreaksOff holds that a part of an answer is none.
func TestClientBreaksOff(t *testing.T) {
	for _, length := range []string{"", "1000"} {
		t.Run("length "+length, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				if length != "" {
					w.Header().Set("Content-Length", length)
				}
				fmt.Fprint(w, "[]")
				if err := http.NewResponseController(w).Flush(); err != nil {
					t.Error(err)
				}
				panic(http.ErrAbortHandler)
			}))
			defer server.Close()
			if _, err := ask(t, Access{}, server.URL); err == nil || !strings.Contains(err.Error(), "the answer breaks off") || !passing(err) {
				t.Errorf("got %v", err)
			}
		})
	}
}

// TestClientBomb holds that it is the answer without its compression that is bounded.
func TestClientBomb(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		_, _ = io.Copy(z, io.LimitReader(zeros{}, 10<<20))
		_ = z.Close()
	}))
	defer server.Close()
	if _, err := ask(t, Access{}, server.URL); err == nil || !strings.Contains(err.Error(), "more than 1048576 bytes") {
		t.Errorf("got %v", err)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// TestClientCredentials holds that nobody but the system that they are for is shown
// credentials, whatever it answers.
func TestClientCredentials(t *testing.T) {
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, r.URL.RawQuery, r.Header.Get("Authorization"), r.Header.Get("X-Key"))
	}))
	defer other.Close()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, other.URL+"/", http.StatusFound)
	}))
	defer server.Close()
	for _, access := range []Access{{Username: "feeds", Password: "hunter2hunter2"}, {Token: "tok3n"}, {Token: "tok3n", Header: "X-Key"}} {
		if a, err := ask(t, access, server.URL); err != nil || len(a.body) > 0 {
			t.Errorf("redirected: %v, told %q", err, a.body)
		}
		c, err := newClient(access, server.URL)
		if err != nil {
			t.Fatal(err)
		}
		r, err := c.request(t.Context(), other.URL+"/?key={token}", nil, validators{})
		if err != nil || strings.Contains(fmt.Sprint(r.URL, r.Header), "tok3n") || r.Header.Get("Authorization") != "" {
			t.Errorf("a next page: %v, %v", err, r)
		}
	}
}
