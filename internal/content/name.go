package content

import (
	"strings"

	"feedstation/internal/database"
)

// name is a relation's, with its schema where one was given.
type name struct{ schema, relation string }

// parseName reads a relation or schema.relation, which the dialects quote: a
// configuration can't smuggle a statement in.
func parseName(text string) (name, error) {
	if err := database.CheckName(text); err != nil {
		return name{}, err
	}
	schema, relation, ok := strings.Cut(text, ".")
	if !ok {
		schema, relation = "", text
	}
	return name{schema, relation}, nil
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
