package config

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
)

// TestEveryKey has each key of the configuration refuse what is of another kind, or nothing
// that can be meant, with the line and the key.
func TestEveryKey(t *testing.T) {
	keys := 0
	everyKey(reflect.TypeFor[document](), "", "%s", func(path, document string, typ reflect.Type) {
		keys++
		for _, value := range refused(typ) {
			_, err := Parse("f.yaml", fmt.Appendf(nil, document, value), nil)
			if err == nil || !strings.Contains(fmt.Sprint("\n", err), "\nf.yaml:1: "+path+": ") && !strings.Contains(fmt.Sprint("\n", err), "\nf.yaml:1: "+path+"[0]: ") {
				t.Errorf("%s: %s: want a fault of that key, got %v", path, value, err)
			}
		}
	})
	if keys < 200 {
		t.Errorf("only %d keys", keys)
	}
}

// refused returns values that no key of a type takes.
func refused(typ reflect.Type) []string {
	s, scalar := scalars[typ]
	if typ.Kind() == reflect.Pointer && !scalar {
		return refused(typ.Elem())
	}
	switch {
	case scalar && s.want == wantText:
		return []string{"{a: b}", "[[a]]", "null", "true", "12", "2026-01-01", `"  "`}
	case scalar && s.want == wantKey:
		return []string{"{a: b}", "[[a]]", "null", "true", "1.5", "2026-01-01"}
	case scalar:
		return []string{"{a: b}", "[[a]]", "null", `"x y"`, `"  "`, "1.5"}
	case typ.Kind() == reflect.Slice:
		return []string{"{a: b}", "null", "12", `""`, "[[a]]", "[null]"}
	}
	return []string{"[[a]]", "null", "12", `"  "`}
}

// everyKey calls each with every key within a struct: its path, and a document that has
// nothing but that key, with a value in the place of %s.
func everyKey(typ reflect.Type, path, document string, each func(path, document string, typ reflect.Type)) {
	for field := range typ.Fields() {
		key := field.Tag.Get("key")
		at, doc := join(path, key), fmt.Sprintf(document, "{"+key+": %s}")
		each(at, doc, field.Type)
		inner, suffix, ok := innerStruct(field.Type)
		switch {
		case ok && suffix != "":
			everyKey(inner, at+"[0]", fmt.Sprintf(doc, "[%s]"), each)
		case ok:
			everyKey(inner, at, doc, each)
		}
	}
}
