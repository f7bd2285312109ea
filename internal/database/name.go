package database

import (
	"fmt"
	"strings"
	"unicode"
)

// maxName bounds each part of a name: MySQL takes 64 characters, PostgreSQL 63
// bytes, and would silently cut what is longer.
const maxName = 63

// CheckName reports, as an error, what no sane relation is called, with its schema before
// a dot or without.
func CheckName(text string) error {
	schema, relation, ok := strings.Cut(text, ".")
	if !ok {
		relation = schema
	}
	if !IsIdentifier(relation) || ok && !IsIdentifier(schema) {
		return fmt.Errorf("not a relation's name such as articles or news.articles: %q", text)
	}
	return nil
}

// IsIdentifier reports whether a text may be the name of a relation, a column or a channel.
func IsIdentifier(text string) bool {
	strange := func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("_$-", r)
	}
	return text != "" && len(text) <= maxName && !strings.ContainsFunc(text, strange)
}
