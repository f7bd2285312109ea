package content

import (
	"slices"
	"strings"
)

// kind is what a column's type amounts to.
type kind int

const (
	otherKind kind = iota // nothing that can be read
	textKind
	jsonKind
	listKind // PostgreSQL's arrays and rows
	numberKind
	boolKind
	timeKind  // of times that stand for one moment
	clockKind // of times without a zone, and of days
	enumKind
	uuidKind
	bytesKind // keys that are bytes
	anyKind   // values of any type: what the contract has first
	nullKind  // of a view's NULL that has no type: as good as missing
)

// column is a column as it is there.
type column struct {
	name   string // as queries have it, a.title
	native string // the type by the engine's name
	kind   kind   // otherKind, too, for a column that is not there
	// collation is MySQL's name of how texts compare; empty: they don't, or are
	// bytes.
	collation string
	form      form   // of a column of times
	stored    layout // of a column of times that are texts, or in another program's SQLite file
	mixed     bool   // some of its times have another layout
	always    string // what a column that is not there has in each row; empty: nothing
}

func (c column) missing() bool { return c.native == "" || c.kind == nullKind }

// wanted is a column of the contract.
type wanted struct {
	name     string
	required bool
	kinds    []kind
}

// kept reports whether a column whose type can't be read is a fault. Any other is as
// good as missing; without these an article would show that must not.
func (w wanted) kept() bool {
	return w.required || slices.Contains([]string{"status", "expires", "noindex"}, w.name)
}

// The columns that the contract has, and what they can be.
func articleColumns() []wanted {
	keys := []kind{textKind, numberKind, uuidKind, enumKind, bytesKind}
	texts := []kind{textKind, numberKind, uuidKind, enumKind}
	lists := []kind{textKind, jsonKind, listKind, enumKind}
	times := []kind{timeKind, clockKind, numberKind, textKind}
	return []wanted{
		{"id", true, keys},
		{"station", true, keys},
		{"url", true, texts},
		{"title", true, texts},
		{"published", true, times},
		{"modified_at", true, times},
		{"updated", false, times},
		{"expires", false, times},
		{"language", false, texts},
		{"status", false, []kind{textKind, numberKind, boolKind, enumKind}},
		{"noindex", false, []kind{boolKind, numberKind, textKind, enumKind}},
		{"images", false, lists},
		{"enclosures", false, lists},
		{"alternates", false, lists},
		{"authors", false, lists},
		{"editor", false, texts},
		{"source", false, lists},
		{"tags", false, lists},
		{"rights", false, texts},
		{"original_url", false, texts},
		{"next_url", false, texts},
		{"summary", false, texts},
		{"body", false, texts},
		{"guid", false, texts},
		{"lead_image", false, texts},
		{"news", false, []kind{boolKind, numberKind, textKind, enumKind}},
	}
}

func channelColumns() []wanted {
	keys := articleColumns()[0].kinds
	return []wanted{{"article_id", true, keys}, {"channel", true, keys}}
}

// typesOf names the types that the kinds stand for.
func (s *Store) typesOf(kinds []kind) string {
	names := map[kind]string{textKind: "text", jsonKind: "json", numberKind: "a number", boolKind: "boolean", uuidKind: "uuid", timeKind: s.dialect.timeType()}
	var list []string
	times := slices.Contains(kinds, timeKind) // which may be numbers or texts
	for _, k := range kinds {
		if name := names[k]; name != "" && !(times && (k == numberKind || k == textKind)) {
			list = append(list, name)
		}
	}
	return strings.Join(list, " or ")
}
