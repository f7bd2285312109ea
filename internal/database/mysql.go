package database

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/go-sql-driver/mysql"
)

const mysqlForm = "want user:password@tcp(host:3306)/database"

// ParseMySQL is ParsePostgres for MySQL, whose driver takes the password as it is.
func ParseMySQL(dsn string, verified bool) (*mysql.Config, error) {
	config, err := mysql.ParseDSN(dsn)
	switch {
	case err != nil || faultOfForm(dsn, "") != "" || strings.Contains(config.Addr, "@"):
		return nil, faultOfMySQL(dsn)
	case verified && config.Net == "tcp" && config.TLSConfig != "":
		return nil, errors.New("tls: remove it: with content.tls_… the server is always verified")
	}
	return config, nil
}

// server is what follows the last @ in an address of MySQL.
var server = regexp.MustCompile(`^(?:[a-z]+(?:\([^()]*\))?)?/`)

// faultOfMySQL is faultOfPostgres for MySQL.
func faultOfMySQL(dsn string) error {
	if fault := faultOfForm(dsn, mysqlForm); fault != "" {
		return errors.New(fault)
	}
	if strings.Contains(dsn, "://") && !strings.Contains(dsn, "@tcp(") && !strings.Contains(dsn, "@unix(") {
		return errors.New("is a URL; " + mysqlForm + ", with the password as it is, not percent-encoded")
	}
	rest := dsn
	if slash := strings.LastIndexByte(dsn, '/'); slash >= 0 {
		rest = dsn[strings.LastIndexByte(dsn[:slash], '@')+1:]
	}
	if !server.MatchString(rest) {
		return errors.New("host: want tcp(host:3306)/database, or unix(/path/of/the/socket)/database, behind the @")
	}
	_, query, _ := strings.Cut(rest, "?")
	for parameter := range strings.SplitSeq(query, "&") {
		key, value, _ := strings.Cut(parameter, "=")
		if want := faultOfParameter(key, value); want != "" {
			return fmt.Errorf("%s: want %s, got %q", key, want, value)
		}
	}
	return errors.New("not an address of MySQL: " + mysqlForm)
}

func faultOfParameter(key, value string) string {
	switch key {
	case "tls":
		if !slices.Contains([]string{"true", "false", "skip-verify", "preferred", "1", "0", ""}, strings.ToLower(value)) {
			return "true, false, skip-verify or preferred, or content.tls_ca for an authority of its own"
		}
	case "timeout", "readTimeout", "writeTimeout":
		return duration(value)
	case "serverPubKey":
		return "it left out: the key of a server is asked for where caching_sha2_password needs it, and content.tls_ca verifies the server"
	case "maxAllowedPacket":
		return number(value)
	case "loc":
		if _, err := time.LoadLocation(value); err != nil {
			return "a time zone"
		}
	case "allowAllFiles", "allowCleartextPasswords", "allowFallbackToPlaintext", "allowNativePasswords", "allowOldPasswords", "checkConnLiveness",
		"clientFoundRows", "columnsWithAlias", "interpolateParams", "multiStatements", "parseTime", "rejectReadOnly":
		if !slices.Contains([]string{"true", "false", "1", "0", "TRUE", "FALSE", "True", "False"}, value) {
			return "true or false"
		}
	}
	return ""
}
