package redistest

import (
	"strconv"
	"testing"

	"feedstation/internal/testkit/testserver"
	"feedstation/internal/testkit/tlstest"
)

// Secured is a server that also listens with TLS, asks for a certificate, has one of
// a name that is not its address, and lets only one user in.
type Secured struct {
	*Server
	TLSAddr            string // host:port
	ServerName         string // in its certificate
	Authority          *tlstest.Authority
	Username, Password string
}

// StartSecured is Start for a server with TLS and a user, who may use the keys
// that begin with feedstation: and no others.
func StartSecured(t testing.TB) *Secured {
	t.Helper()
	s := &Secured{Username: "feedstation", Password: "geheim-湘江-6379", ServerName: "redis.internal.example", Authority: tlstest.New(t)}
	secure := testserver.Port(t)
	s.TLSAddr = testserver.Addr(secure)
	certificate := s.Authority.Issue(t, s.ServerName)
	s.Server = start(t, append(keepNothing(t),
		"--tls-port", strconv.Itoa(secure), "--tls-cert-file", certificate.Cert, "--tls-key-file", certificate.Key, "--tls-ca-cert-file", s.Authority.CA,
		"--user", s.Username, "on", ">"+s.Password, "~feedstation:*", "+@all", "-@dangerous")...)
	return s
}
