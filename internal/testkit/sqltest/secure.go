package sqltest

import (
	"path/filepath"
	"testing"

	"feedstation/internal/testkit/tlstest"
)

// Secure restarts the server with TLS, with a certificate of an authority for a name. It
// lets the user guarded in with a certificate of that authority alone. Only for a server
// of the test's own.
func (s *Server) Secure(t testing.TB, authority *tlstest.Authority, name string) {
	t.Helper()
	certificate := authority.Issue(t, name)
	own := func(as, file string) string {
		to := filepath.Join(s.dir, as)
		if err := copyFile(file, to, 0o600); err != nil {
			t.Fatalf("sqltest: %v", err)
		}
		if err := give(to, s.who); err != nil {
			t.Fatalf("sqltest: %v", err)
		}
		return to
	}
	s.extra = s.engine.secure(own("ca.pem", authority.CA), own("server.pem", certificate.Cert), own("server.key", certificate.Key))
	s.Restart(t)
}
