package wire

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// JSON writes values of one type.
type JSON struct {
	t    reflect.Type
	body appender
}

// NewJSON returns a writer for the struct type of v, or of what v points to.
func NewJSON(v any) *JSON {
	t := indirect(reflect.TypeOf(v))
	return &JSON{t: t, body: jsonValue(t)}
}

// Append appends v as an encoder of encoding/json would that escapes no HTML.
// It panics if v is not of the writer's type, nor a pointer to it.
func (j *JSON) Append(b []byte, v any) []byte {
	value := reflect.Indirect(reflect.ValueOf(v))
	if value.Type() != j.t {
		panic(fmt.Sprintf("wire: a writer for %s was given a %s", j.t, value.Type()))
	}
	return j.body(b, value)
}

// jsonField is a field of a struct as its tag has it.
type jsonField struct {
	index     []int
	t         reflect.Type
	name      string
	omitEmpty bool
}

func jsonValue(t reflect.Type) appender {
	switch t.Kind() {
	case reflect.Pointer:
		value := jsonValue(t.Elem())
		return func(b []byte, v reflect.Value) []byte {
			if v.IsNil() {
				return append(b, "null"...)
			}
			return value(b, v.Elem())
		}
	case reflect.Slice:
		value := jsonValue(t.Elem())
		return func(b []byte, v reflect.Value) []byte {
			if v.IsNil() {
				return append(b, "null"...)
			}
			b = append(b, '[')
			for i := range v.Len() {
				if i > 0 {
					b = append(b, ',')
				}
				b = value(b, v.Index(i))
			}
			return append(b, ']')
		}
	case reflect.Struct:
		return jsonObject(t)
	}
	return scalar(t, appendJSONString)
}

func jsonObject(t reflect.Type) appender {
	type member struct {
		jsonField
		key   string
		value appender
	}
	var members []member
	for _, f := range jsonFields(t) {
		members = append(members, member{f, string(appendJSONString(nil, f.name)) + ":", jsonValue(f.t)})
	}
	return func(b []byte, v reflect.Value) []byte {
		b = append(b, '{')
		first := true
		for i := range members {
			m := &members[i]
			field := fieldOf(v, m.index)
			if m.omitEmpty && isEmpty(field) {
				continue
			}
			if !first {
				b = append(b, ',')
			}
			first = false
			b = append(b, m.key...)
			b = m.value(b, field)
		}
		return append(b, '}')
	}
}

// jsonFields returns the fields of a struct and of those embedded in it, in the
// order in which encoding/json writes them. Of several with one name the least
// embedded counts.
func jsonFields(t reflect.Type) []jsonField {
	all := jsonCandidates(t)
	return slices.DeleteFunc(slices.Clone(all), func(f jsonField) bool {
		return slices.ContainsFunc(all, func(other jsonField) bool {
			return other.name == f.name && len(other.index) < len(f.index)
		})
	})
}

func jsonCandidates(t reflect.Type) []jsonField {
	var list []jsonField
	for i := range t.NumField() {
		field := t.Field(i)
		tag := field.Tag.Get("json")
		switch {
		case tag == "-" || !field.IsExported() && !field.Anonymous:
		case field.Anonymous && tag == "":
			for _, f := range jsonCandidates(field.Type) {
				f.index = append([]int{i}, f.index...)
				list = append(list, f)
			}
		default:
			name, options, _ := strings.Cut(tag, ",")
			if name == "" {
				name = field.Name
			}
			list = append(list, jsonField{index: []int{i}, t: field.Type, name: name, omitEmpty: options == "omitempty"})
		}
	}
	return list
}

// jsonEscapes has what stands for each byte that can't be in a string.
var jsonEscapes = func() (t [256]string) {
	for c := range 0x20 {
		t[c] = fmt.Sprintf(`\u%04x`, c)
	}
	for c, escape := range map[byte]string{'"': `\"`, '\\': `\\`, '\b': `\b`, '\f': `\f`, '\n': `\n`, '\r': `\r`, '\t': `\t`} {
		t[c] = escape
	}
	return t
}()

// jsonStops tells the bytes to look at: those and the first of U+2028 and
// U+2029, which end a line in older JavaScript.
var jsonStops = func() (t [256]bool) {
	for c, escape := range jsonEscapes {
		t[c] = escape != ""
	}
	t[0xE2] = true
	return t
}()

func appendJSONString(b []byte, s string) []byte {
	b = append(b, '"')
	from := 0
	for i := 0; i < len(s); i++ {
		c := s[i]
		if !jsonStops[c] {
			continue
		}
		escape, size := jsonEscapes[c], 1
		if c == 0xE2 { // as most quotes begin, too
			if !strings.HasPrefix(s[i+1:], "\x80") || len(s) < i+3 || s[i+2]&^1 != 0xA8 {
				continue
			}
			escape, size = separators[s[i+2]&1], len("\u2028")
		}
		b = append(append(b, s[from:i]...), escape...)
		from = i + size
		i = from - 1
	}
	b = append(b, s[from:]...)
	return append(b, '"')
}

// separators are what stands for the line and the paragraph separator.
var separators = [2]string{`\u2028`, `\u2029`}
