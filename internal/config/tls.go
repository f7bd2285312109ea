package config

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"strings"
)

// percentEncode is what most addresses lack that can't be read.
const percentEncode = "; in a password @ is written %40, : %3A, / %2F, ? %3F, # %23 and % %25"

// tlsFiles are the keys of a section for connections to a server with TLS.
type tlsFiles struct{ ca, cert, key, serverName string }

// keyFault is a fault of one of the keys.
type keyFault struct {
	key string
	err error
}

func (f *keyFault) Error() string { return f.key + ": " + f.err.Error() }
func (f *keyFault) Unwrap() error { return f.err }

// validate reports the key that is wrong.
func (f tlsFiles) validate(r *report, path string) {
	_, err := f.config(path)
	if fault, ok := errors.AsType[*keyFault](err); ok {
		r.value(fault.key, "%w", fault.err)
		return
	}
	for _, file := range []string{f.ca, f.cert, f.key} { // see Config.Files
		if file == "" {
			continue
		}
		if _, _, err := r.read(file); err != nil {
			r.value(strings.TrimSuffix(path, "."), "%w", err)
		}
	}
}

// config returns how a server is known, and who we are to it. The certificate is read
// for each connection, so that one that is renewed is used at once. Path is the section
// of the keys.
func (f tlsFiles) config(path string) (*tls.Config, error) {
	c := &tls.Config{MinVersion: tls.VersionTLS12, ServerName: f.serverName}
	if f.ca != "" {
		text, err := os.ReadFile(f.ca)
		if err != nil {
			return nil, &keyFault{path + "tls_ca", err}
		}
		c.RootCAs = x509.NewCertPool()
		if !c.RootCAs.AppendCertsFromPEM(text) {
			return nil, &keyFault{path + "tls_ca", fmt.Errorf("%s has no certificate in PEM", f.ca)}
		}
	}
	switch {
	case f.cert == "" && f.key == "":
		return c, nil
	case f.cert == "":
		return nil, &keyFault{path + "tls_cert", errors.New("missing: the certificate of tls_key")}
	case f.key == "":
		return nil, &keyFault{path + "tls_key", errors.New("missing: the private key of tls_cert")}
	}
	if _, err := tls.LoadX509KeyPair(f.cert, f.key); err != nil {
		return nil, &keyFault{path + "tls_cert", err}
	}
	c.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
		pair, err := tls.LoadX509KeyPair(f.cert, f.key)
		return &pair, err
	}
	return c, nil
}
