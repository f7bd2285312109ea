package content

import (
	"fmt"
	"strings"
	"unicode"
)

// name is a relation's, with its schema where one was given.
type name struct{ schema, relation string }

// maxName bounds each part of a name: MySQL takes 64 characters, PostgreSQL 63
// bytes, and would silently cut what is longer.
const maxName = 63

// parseName reads a relation or schema.relation. What no sane relation is
// called is refused here, and the rest is quoted by the dialects: a
// configuration can't smuggle a statement in.
func parseName(text string) (name, error) {
	schema, relation, ok := strings.Cut(text, ".")
	if !ok {
		schema, relation = "", text
	}
	if !isIdentifier(relation) || ok && !isIdentifier(schema) {
		return name{}, fmt.Errorf("not a relation's name such as articles or news.articles: %q", text)
	}
	return name{schema, relation}, nil
}

func isIdentifier(text string) bool {
	strange := func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("_$-", r)
	}
	return text != "" && len(text) <= maxName && !strings.ContainsFunc(text, strange)
}

// String returns the name as it is configured.
func (n name) String() string {
	if n.schema == "" {
		return n.relation
	}
	return n.schema + "." + n.relation
}

// quoted returns the name between a dialect's marks, which no name contains.
func (n name) quoted(mark string) string {
	if n.schema == "" {
		return mark + n.relation + mark
	}
	return mark + n.schema + mark + "." + mark + n.relation + mark
}
