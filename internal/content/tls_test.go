package content_test

import (
	"crypto/tls"
	"crypto/x509"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"feedstation/internal/content"
	"feedstation/internal/testkit/sqltest"
	"feedstation/internal/testkit/tlstest"
)

// TestDatabaseTLS reads from servers that have a certificate of an authority of their own
// for another name than their address, and ask for one.
func TestDatabaseTLS(t *testing.T) {
	const serverName = "db.internal.example"
	for _, server := range []struct {
		name, refused string
		start         func(testing.TB) *sqltest.Server
	}{
		{content.Postgres, "valid client certificate", sqltest.StartPostgres},
		{content.MySQL, "refuses the user", sqltest.StartMariaDB},
	} {
		t.Run(server.name, func(t *testing.T) {
			t.Parallel()
			authority := tlstest.New(t)
			own := server.start(t)
			own.Secure(t, authority, serverName)
			e := newEngine(t, server.name, own)
			at := now().Add(-time.Hour)
			e.write(t, e.db, at, story("1", at, in("xt", "moment")))
			e.exec(t, "GRANT SELECT ON articles TO guarded")
			e.exec(t, "GRANT SELECT ON article_channels TO guarded")
			database := ""
			if err := e.db.QueryRowContext(t.Context(), map[string]string{content.Postgres: "SELECT current_database()", content.MySQL: "SELECT database()"}[server.name]).Scan(&database); err != nil {
				t.Fatal(err)
			}
			dsn := strings.TrimSuffix(own.DSN("guarded", sqltest.Password, database), "?sslmode=disable")
			client := authority.Issue(t, "guarded")
			pair, err := tls.LoadX509KeyPair(client.Cert, client.Key)
			if err != nil {
				t.Fatal(err)
			}
			trusted := x509.NewCertPool()
			text, err := os.ReadFile(authority.CA)
			if err != nil || !trusted.AppendCertsFromPEM(text) {
				t.Fatal(err)
			}
			whole := func() *tls.Config {
				return &tls.Config{RootCAs: trusted, ServerName: serverName, Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}
			}
			for _, tt := range []struct {
				name, want string
				change     func(c *tls.Config, o *content.Options)
			}{
				{"whole", "", func(*tls.Config, *content.Options) {}},
				{"no authority", "unknown authority", func(c *tls.Config, _ *content.Options) { c.RootCAs = nil }},
				{"no name", "127.0.0.1", func(c *tls.Config, _ *content.Options) { c.ServerName = "" }},
				{"no certificate", server.refused, func(c *tls.Config, _ *content.Options) { c.Certificates = nil }},
				{"not at all", map[string]string{content.Postgres: "reject", content.MySQL: server.refused}[server.name], func(_ *tls.Config, o *content.Options) {
					if o.TLS = nil; server.name == content.Postgres {
						o.DSN += "?sslmode=disable"
					}
				}},
				{"said twice", "remove it", func(_ *tls.Config, o *content.Options) {
					o.DSN += map[string]string{content.Postgres: "?sslmode=require", content.MySQL: "?tls=skip-verify"}[server.name]
				}},
			} {
				t.Run(tt.name, func(t *testing.T) {
					o := e.options
					o.DSN, o.TLS, o.Timeout = dsn, whole(), 20*time.Second
					tt.change(o.TLS, &o)
					checkTLS(t, o, tt.want)
				})
			}
			if server.name == content.Postgres {
				t.Run("as the DSN says", func(t *testing.T) {
					o := e.options
					o.DSN = dsn + "?" + url.Values{"sslmode": {"verify-ca"}, "sslrootcert": {authority.CA}, "sslcert": {client.Cert}, "sslkey": {client.Key}}.Encode()
					checkTLS(t, o, "")
				})
			}
		})
	}
}

// checkTLS holds that a store can be read, or why it can't.
func checkTLS(t *testing.T, o content.Options, want string) {
	t.Helper()
	s, err := content.OpenWith(t.Context(), o)
	if err == nil {
		defer s.Close()
		var present *content.Snapshot
		if present, err = s.Snapshot(t.Context()); err == nil {
			_, err = present.Latest(t.Context(), []string{"xt"}, "", 9)
			present.Close()
		}
	}
	if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
		t.Errorf("%v, want %q", err, want)
	}
}

// TestMariaDBUser lets a user in whose password MariaDB keeps as ed25519 has it.
func TestMariaDBUser(t *testing.T) {
	e := newEngine(t, content.MySQL, sqltest.StartMariaDB(t))
	e.exec(t, "INSTALL SONAME 'auth_ed25519'")
	e.exec(t, "CREATE USER edward@'%' IDENTIFIED VIA ed25519 USING PASSWORD('p@s/s:w#r?d%4')")
	e.exec(t, "GRANT SELECT ON articles TO edward@'%'")
	e.exec(t, "GRANT SELECT ON article_channels TO edward@'%'")
	o := e.options
	o.DSN = strings.Replace(o.DSN, "root:", "edward:p@s/s:w#r?d%4", 1)
	checkTLS(t, o, "")
}
