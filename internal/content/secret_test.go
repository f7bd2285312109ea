package content

import (
	"fmt"
	"strings"
	"testing"

	"feedstation/internal/database"
	"feedstation/internal/secret"
)

// dsnForms are what a password is written into.
var dsnForms = [...]struct{ driver, before, behind string }{
	{Postgres, "postgres://reader:", "@127.0.0.1:5432/news"},
	{Postgres, "postgres://:", "@127.0.0.1/news?sslmode=disable"},
	{Postgres, "postgresql://reader;", "@127.0.0.1,127.0.0.2/news"},
	{Postgres, "postgres://127.0.0.1/news?user=reader&password=", "&sslmode=disable"},
	{Postgres, "host=127.0.0.1 user=reader password=", " dbname=news"},
	{Postgres, "password='", "' host=127.0.0.1"},
	{Postgres, `"postgres://reader:`, `@127.0.0.1:5432/news"`},
	{MySQL, "reader:", "@tcp(127.0.0.1:3306)/news?timeout=1s"},
	{MySQL, "reader:", "@unix(/run/mysqld.sock)/news"},
	{MySQL, "reader:", "@/news"},
	{MySQL, "mysql://reader:", "@127.0.0.1:3306/news"},
}

// FuzzSecretDSN writes a password with whatever characters into an address of
// each form, and looks for it in all that a driver makes of the address: any of
// it may be repeated in an error.
func FuzzSecretDSN(f *testing.F) {
	for _, c := range []string{"", "@", ":", "/", "?", "#", "%", " ", "'", `"`, "\\", "&", "=", "&x=", ",", "(", ")", "[", "{", "1234/", "@tcp(", "12?", "%40", "%zz", "密"} {
		for form := range dsnForms {
			f.Add(form, "p"+c, c)
			f.Add(form, "12"+c+"3", "")
			f.Add(form, c, "x"+c)
		}
	}
	f.Fuzz(func(t *testing.T, form int, before, behind string) {
		dsn := dsnForms[uint(form)%uint(len(dsnForms))]
		address := dsn.before + before + "CANARY" + behind + dsn.behind
		told := ""
		switch dsn.driver {
		case Postgres:
			config, err := database.ParsePostgres(address, false)
			if err != nil {
				break // refused in our own words
			}
			c := config.ConnConfig
			told = fmt.Sprintf("failed to connect to `user=%s database=%s` host=%s, %q %v", c.User, c.Database, c.Host, c.Database, c.RuntimeParams)
			for _, other := range c.Fallbacks {
				told += " lookup " + other.Host
			}
		case MySQL:
			config, err := database.ParseMySQL(address, false)
			if err != nil {
				break
			}
			told = fmt.Sprintf("dial %s: %s user %q database %s %v %v", config.Net, config.Addr, config.User, config.DBName, config.Params, config.Collation)
		}
		if safe := secret.New(secret.InDSN(address)...).Text(told); strings.Contains(strings.ToUpper(safe), "CANARY") {
			t.Errorf("%q: an error would say %s", address, safe)
		}
	})
}

// TestSecretDSN opens such addresses.
func TestSecretDSN(t *testing.T) {
	for form, dsn := range dsnForms {
		for _, password := range []string{"CANARY", "p@ss-CANARY", "p:CANARY", "12/CANARY", "12?CANARY", "12#CANARY", "p%CANARY", "p CANARY", "p'CANARY", `p"CANARY`, "p&CANARY=x", "p,CANARY"} {
			address := dsn.before + password + dsn.behind
			s, err := OpenWith(t.Context(), Options{Driver: dsn.driver, DSN: address})
			if err == nil {
				defer s.Close()
				err = s.explain(fmt.Errorf("lookup %s: no such host", password))
			}
			if strings.Contains(fmt.Sprintf("%v %+v", err, err), "CANARY") {
				t.Errorf("form %d: %s: %v", form, address, err)
			}
		}
	}
	_, err := OpenWith(t.Context(), Options{Driver: Postgres, DSN: "postgres://reader:p@ss-CANARY@127.0.0.1/news"})
	if err == nil || !strings.Contains(err.Error(), "has to be percent-encoded") || !strings.Contains(err.Error(), "%40") {
		t.Errorf("a password with @: %v, want it refused", err)
	}
}
