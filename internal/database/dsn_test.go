package database

import (
	"strings"
	"testing"
)

// TestFaultsOfDSN holds that the error of an address names the part that is wrong, and
// how to write it, without the password.
func TestFaultsOfDSN(t *testing.T) {
	const password = "percent-encoded"
	const Postgres, MySQL = "postgres", "mysql"
	for _, tt := range []struct{ name, driver, dsn, want string }{
		{"# and / in the password", Postgres, "postgres://u:CANARY#a/ss@db.example:5432/n", "the password has a character that has to be " + password},
		{"/ in the password", Postgres, "postgres://u:CANARY/s@db.example:5432/n", "the password has a character that has to be " + password},
		{"@ in the password", Postgres, "postgres://u:CANARY@s@db.example/n", "the password has a character that has to be " + password},
		{": in the password", Postgres, "postgres://u:CANARY:s@db.example:1/n?sslmode=verify", "the password has a character that has to be " + password},
		{"% in the password", Postgres, "postgres://u:CANARY%s@db.example/n", "the password has a character that has to be " + password},
		{"a space in the password", Postgres, "postgres://u:CANARY s@db.example/n", "the password has a character that has to be " + password},
		{"no @", Postgres, "postgres://u:CANARY", "want @ between the password and the host"},
		{"a port that is none", Postgres, "postgres://u:CANARY@db.example:54321x/n", "port: want 1 to 65535"},
		{"a port that is too high", Postgres, "postgres://u:CANARY@db.example:654321/n", "port: want 1 to 65535"},
		{"a port among the keywords", Postgres, "host=db.example port=pg password=CANARY", `port: want 1 to 65535, got "pg"`},
		{"a file that is not there", Postgres, "postgres://u@db.example/n?sslmode=verify-ca&sslrootcert=/none.pem", "open /none.pem: no such file"},
		{"a certificate that is not there", Postgres, "host=db.example sslmode=require sslcert=/none.pem sslkey=/none.key", "/none.key: no such file"},
		{"a wrong value", Postgres, "postgres://u@db.example/n?sslmode=verify", "sslmode: want disable, allow, prefer, require, verify-ca or verify-full, got"},
		{"a wrong value among the keywords", Postgres, "host=db.example sslmode='on'", `sslmode: want disable, allow, prefer, require, verify-ca or verify-full, got "on"`},
		{"a wrong mode", Postgres, "postgres://u@db.example/n?default_query_exec_mode=fast", "default_query_exec_mode: want cache_statement"},
		{"a wrong timeout", Postgres, "postgres://u@db.example/n?connect_timeout=10s", `connect_timeout: want a whole number, got "10s"`},
		{"a wrong pool", Postgres, "postgres://u@db.example/n?pool_max_conns=many", "pool_max_conns: want a whole number"},
		{"a wrong duration", Postgres, "postgres://u@db.example/n?pool_max_conn_lifetime=10", "pool_max_conn_lifetime: want a duration such as 30s"},
		{"quotes", Postgres, `"postgres://u:CANARY@db.example/n"`, "is in quotes: remove them"},
		{"single quotes", Postgres, `'host=db.example password=CANARY'`, "is in quotes: remove them"},
		{"JDBC's form", Postgres, "jdbc:postgresql://db.example/n?user=u&password=CANARY", "is an address of JDBC; want postgres://"},
		{"ADO.NET's form", Postgres, "Server=db.example;Database=n;User Id=u;Password=CANARY;", "has semicolons, as an address of ADO.NET; want postgres://"},
		{"keywords with semicolons", Postgres, "host=db.example;user=u;password=CANARY", "has semicolons"},
		{"a line of a file of variables", Postgres, "DATABASE_URL=postgres://u:CANARY@db.example/n", "is an assignment to a variable"},
		{"ADO.NET's form for MySQL", MySQL, "Server=db.example;Uid=u;Pwd=CANARY;", "has semicolons, as an address of ADO.NET; want user:password@tcp"},
		{"SQLAlchemy's form", Postgres, "postgresql+psycopg2://u:CANARY@db.example/n", "driver of another program"},
		{"two line breaks", Postgres, "postgres://u:CANARY@db.example/n\n", "ends with a space or a line break"},
		{"a space before it", Postgres, " host=db.example", "begins or ends with a space"},
		{"MySQL's form", Postgres, "u:CANARY@tcp(db.example:3306)/n", "want postgres://user:password@host:5432/database"},
		{"a file in the scheme's place", Postgres, "mysql://u:CANARY@db.example/n", "want postgres://"},

		{"a URL", MySQL, "mysql://u:CANARY@db.example:3306/n", "is a URL; want user:password@tcp(host:3306)/database"},
		{"JDBC's form for MySQL", MySQL, "jdbc:mysql://db.example/n?password=CANARY", "is an address of JDBC; want user:password@tcp"},
		{"quotes for MySQL", MySQL, `"u:CANARY@tcp(db.example:3306)/n"`, "is in quotes"},
		{"a line break for MySQL", MySQL, "u:CANARY@tcp(db.example:3306)/n\n", "line break"},
		{"no tcp", MySQL, "u:CANARY@db.example:3306/n", "host: want tcp(host:3306)/database"},
		{"no closing bracket", MySQL, "u:CANARY@tcp(db.example:3306/n", "host: want tcp(host:3306)/database"},
		{"no database", MySQL, "u:CANARY@tcp(db.example:3306)", "host: want tcp(host:3306)/database"},
		{"an authority of its own", MySQL, "u:CANARY@tcp(db.example:3306)/n?tls=custom", "content.tls_ca"},
		{"a timeout without a unit", MySQL, "u:CANARY@tcp(db.example:3306)/n?timeout=10", "timeout: want a duration such as 30s"},
		{"neither true nor false", MySQL, "u:CANARY@tcp(db.example:3306)/n?parseTime=yes", "parseTime: want true or false"},
		{"a key of the server", MySQL, "u:CANARY@tcp(db.example:3306)/n?serverPubKey=own", "serverPubKey: want it left out"},
		{"PostgreSQL's form", MySQL, "host=db.example password=CANARY", "host: want tcp(host:3306)/database"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := parse(tt.driver, tt.dsn)
			if err == nil {
				t.Fatal("it is taken")
			}
			if !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%v, want %s", err, tt.want)
			}
			if strings.Contains(err.Error(), "CANARY") {
				t.Errorf("it shows the password: %v", err)
			}
		})
	}
	for _, tt := range []struct{ name, driver, dsn string }{
		{"nothing, as libpq reads the environment", Postgres, ""},
		{"percent-encoded", Postgres, "postgres://u:p%40%3A%2F%3F%23%25@db.example:5432/n"},
		{"keywords", Postgres, "host=db.example password='p@s/s:w#r?d%4'"},
		{"as libpq reads it", Postgres, "postgres://u#v:p?s[s#s@db.example/n"},
		{"keywords with semicolons in the password", Postgres, "host=db.example password='p;s' user=u"},
		{"IPv6", Postgres, "postgres://u:p@[::1]:5432/n"},
		{"a socket", Postgres, "postgres:///n?host=/run/postgresql"},
		{"two hosts", Postgres, "postgres://u:p@a.example:1,b.example:2/n?target_session_attrs=primary"},
		{"MySQL as it is", MySQL, "u:p@s/s:w#r?d%4@tcp(db.example:3306)/n"},
		{"MySQL's socket", MySQL, "u:p@unix(/run/mysqld/mysqld.sock)/n"},
		{"MySQL on IPv6", MySQL, "u:p@tcp([::1]:3306)/n?tls=skip-verify"},
		{"MySQL without a host", MySQL, "u:p@/n"},
	} {
		if err := parse(tt.driver, tt.dsn); err != nil {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}

// parse reads an address of a kind of server.
func parse(driver, dsn string) error {
	if driver == "postgres" {
		_, err := ParsePostgres(dsn, false)
		return err
	}
	_, err := ParseMySQL(dsn, false)
	return err
}

// TestVerified holds that an address can't say less of encryption than what is configured
// beside it.
func TestVerified(t *testing.T) {
	if _, err := ParsePostgres("host=db.example sslmode=disable", true); err == nil || !strings.HasPrefix(err.Error(), "sslmode: remove it") {
		t.Errorf("PostgreSQL: %v", err)
	}
	if _, err := ParseMySQL("u@tcp(db.example:3306)/n?tls=skip-verify", true); err == nil || !strings.HasPrefix(err.Error(), "tls: remove it") {
		t.Errorf("MySQL: %v", err)
	}
}

// TestMySQLOptions holds that what accounts of MySQL 8 need of the driver can be said.
func TestMySQLOptions(t *testing.T) {
	for _, option := range []string{"allowCleartextPasswords=true", "allowNativePasswords=false", "tls=true", "tls=preferred", "allowFallbackToPlaintext=true", "connectionAttributes=a:b", "compress=true"} {
		if _, err := ParseMySQL("u:geheim@tcp(127.0.0.1:1)/n?"+option, false); err != nil {
			t.Errorf("%s: %v", option, err)
		}
	}
}
