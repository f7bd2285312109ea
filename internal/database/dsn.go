// Package database reads what says where a database is: its address, and names in it. An
// error names the part that is wrong, and how to write it, without the password.
package database

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// quoted is an address as a secret's file should not have it.
var quoted = regexp.MustCompile(`^(?s:".*"|'.*')$`)

// assigned is an address as a file of environment variables has it.
var assigned = regexp.MustCompile(`^(?:export )?[A-Z][A-Z0-9_]*=`)

// adoNET is an address of keywords with semicolons between them.
var adoNET = regexp.MustCompile(`(?i)^(?:server|data source|host|port|database|user|user id|uid)\s*=[^;']*;\s*[a-z]`)

// faultOfForm returns what is wrong with an address as a whole; empty: nothing.
func faultOfForm(dsn, want string) string {
	trimmed := strings.TrimSpace(dsn)
	scheme, _, isURL := strings.Cut(trimmed, "://")
	switch {
	case trimmed != dsn:
		return "begins or ends with a space or a line break: remove it"
	case quoted.MatchString(dsn):
		return "is in quotes: remove them"
	case strings.HasPrefix(scheme, "jdbc:"):
		return "is an address of JDBC; " + want
	case assigned.MatchString(dsn):
		return "is an assignment to a variable: keep what is behind the ="
	case adoNET.MatchString(dsn):
		return "has semicolons, as an address of ADO.NET; " + want
	case isURL && strings.ContainsRune(scheme, '+'):
		return "has a driver of another program in its scheme; " + want
	}
	return ""
}

func oneOf(values ...string) func(string) string {
	return func(value string) string {
		if slices.Contains(values, value) {
			return ""
		}
		last := len(values) - 1
		return strings.Join(values[:last], ", ") + " or " + values[last]
	}
}

func number(value string) string {
	if _, err := strconv.ParseUint(value, 10, 31); err != nil {
		return "a whole number"
	}
	return ""
}

func ports(value string) string {
	for port := range strings.SplitSeq(value, ",") {
		if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
			return "1 to 65535"
		}
	}
	return ""
}

func duration(value string) string {
	if _, err := time.ParseDuration(value); err != nil {
		return "a duration such as 30s"
	}
	return ""
}
