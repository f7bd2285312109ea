package content_test

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"

	"feedstation/internal/content"
	"feedstation/internal/testkit/sqltest"
	"feedstation/internal/testkit/tlstest"
)

// TestMySQL8Users reads as a user that MySQL 8 lets in by each of its ways: with and
// without TLS, and again, when the server knows the password.
func TestMySQL8Users(t *testing.T) {
	const serverName = "db.internal.example"
	own := sqltest.MariaDB(t)
	e := newEngine(t, content.MySQL, own)
	at := now().Add(-time.Hour)
	e.write(t, e.db, at, story("1", at, in("xt", "moment")))
	database := ""
	if err := e.db.QueryRowContext(t.Context(), "SELECT database()").Scan(&database); err != nil {
		t.Fatal(err)
	}
	authority := tlstest.New(t)
	load := func(p tlstest.Pair) tls.Certificate {
		pair, err := tls.LoadX509KeyPair(p.Cert, p.Key)
		if err != nil {
			t.Fatal(err)
		}
		return pair
	}
	trusted := x509.NewCertPool()
	if text, err := os.ReadFile(authority.CA); err != nil || !trusted.AppendCertsFromPEM(text) {
		t.Fatal(err)
	}
	server := &tls.Config{Certificates: []tls.Certificate{load(authority.Issue(t, serverName))}, ClientCAs: trusted, ClientAuth: tls.VerifyClientCertIfGiven, MinVersion: tls.VersionTLS12}
	client := &tls.Config{RootCAs: trusted, ServerName: serverName, Certificates: []tls.Certificate{load(authority.Issue(t, "reader"))}, MinVersion: tls.VersionTLS12}
	anonymous := &tls.Config{RootCAs: trusted, ServerName: serverName, MinVersion: tls.VersionTLS12}
	stranger := &tls.Config{ServerName: serverName, MinVersion: tls.VersionTLS12}
	refusal := func(number uint16, text string) *mysql.MySQLError {
		return &mysql.MySQLError{Number: number, SQLState: [5]byte([]byte("HY000")), Message: text}
	}
	for _, tt := range []struct {
		name     string
		door     *sqltest.Door
		tls      *tls.Config
		password string // empty: the user's
		want     string
		ways     []string // of the first connection and of a later one
	}{
		{name: "caching_sha2_password, RSA", door: &sqltest.Door{Plugin: sqltest.CachingSHA2}, ways: []string{"full, RSA", "fast"}},
		{name: "caching_sha2_password, TLS", door: &sqltest.Door{Plugin: sqltest.CachingSHA2, TLS: server, X509: true}, tls: client, ways: []string{"full, TLS", "fast"}},
		{name: "sha256_password, RSA", door: &sqltest.Door{Plugin: sqltest.SHA256}, ways: []string{"full, RSA", "full, RSA"}},
		{name: "sha256_password, TLS", door: &sqltest.Door{Plugin: sqltest.SHA256, TLS: server, X509: true}, tls: client, ways: []string{"full, TLS", "full, TLS"}},
		{name: "another password, RSA", door: &sqltest.Door{Plugin: sqltest.CachingSHA2}, password: "CANARY", want: "refuses the user or the password of content.dsn"},
		{name: "another password, TLS", door: &sqltest.Door{Plugin: sqltest.SHA256, TLS: server}, tls: client, password: "CANARY", want: "refuses the user or the password of content.dsn"},
		{name: "no certificate", door: &sqltest.Door{Plugin: sqltest.CachingSHA2, TLS: server, X509: true}, tls: anonymous, want: "refuses the user"},
		{name: "another authority", door: &sqltest.Door{Plugin: sqltest.CachingSHA2, TLS: server}, tls: stranger, want: "unknown authority"},
		{name: "no TLS there", door: &sqltest.Door{Plugin: sqltest.CachingSHA2}, tls: client, want: "the server has no TLS"},
		{name: "TLS required", door: &sqltest.Door{Plugin: sqltest.CachingSHA2, Refuse: refusal(3159, "Connections using insecure transport are prohibited while --require_secure_transport=ON.")}, want: "the server wants TLS"},
		{name: "expired", door: &sqltest.Door{Plugin: sqltest.CachingSHA2, Refuse: refusal(1862, "Your password has expired.")}, want: "the password of the user has expired"},
		{name: "locked", door: &sqltest.Door{Plugin: sqltest.CachingSHA2, Refuse: refusal(3118, "Access denied for user. Account is locked.")}, want: "the account of the user is locked"},
		{name: "another host", door: &sqltest.Door{Plugin: sqltest.CachingSHA2, Refuse: refusal(1130, "Host '10.0.0.1' is not allowed to connect")}, want: "the user may not connect from this host"},
		{name: "a plugin of somebody else", door: &sqltest.Door{Plugin: "authentication_ldap_sasl_client"}, want: "of a kind that is not known here"},
		{name: "the password as it is", door: &sqltest.Door{Plugin: "mysql_clear_password"}, want: "allowCleartextPasswords=true"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			o := e.options
			password := tt.password
			if password == "" {
				password = sqltest.Password
			}
			o.DSN = fmt.Sprintf("reader:%s@tcp(%s)/%s", password, tt.door.Open(t, own), database)
			o.TLS, o.Timeout = tt.tls, 20*time.Second
			checkTLS(t, o, tt.want)
			if tt.ways == nil {
				return
			}
			first := len(tt.door.Ways())
			checkTLS(t, o, "")
			ways := tt.door.Ways()
			if len(ways) <= first || !slices.Equal([]string{ways[0], ways[first]}, tt.ways) {
				t.Errorf("came in by %q, want %q and later %q", strings.Join(ways, ", then "), tt.ways[0], tt.ways[1])
			}
		})
	}
}
