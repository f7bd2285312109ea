package wire

import (
	"fmt"
	"math/bits"
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
	for i := nextStop(s, 0); i < len(s); i = nextStop(s, i+1) {
		escape, size := jsonEscapes[s[i]], 1
		if s[i] == 0xE2 { // as most quotes begin, too
			if !strings.HasPrefix(s[i+1:], "\x80") || len(s) < i+3 || s[i+2]&^1 != 0xA8 {
				continue
			}
			escape, size = separators[s[i+2]&1], len("\u2028")
		}
		b = append(append(b, s[from:i]...), escape...)
		from = i + size
	}
	b = append(b, s[from:]...)
	return append(b, '"')
}

// nextStop returns the index of the first of jsonStops in s from i on, or its length. It
// looks at eight bytes at once: what is less than a bound, and so what is 0 once the byte
// that it equals is taken from it, borrows from the highest bit of its byte.
func nextStop(s string, i int) int {
	const each, highest = 0x0101010101010101, 0x8080808080808080
	for ; i+8 <= len(s); i += 8 {
		w := s[i : i+8]
		x := uint64(w[0]) | uint64(w[1])<<8 | uint64(w[2])<<16 | uint64(w[3])<<24 | uint64(w[4])<<32 | uint64(w[5])<<40 | uint64(w[6])<<48 | uint64(w[7])<<56
		quote, backslash, e2 := x^each*'"', x^each*'\\', x^each*0xE2
		if stops := ((x-each*0x20)&^x | (quote-each)&^quote | (backslash-each)&^backslash | (e2-each)&^e2) & highest; stops != 0 {
			return i + bits.TrailingZeros64(stops)/8
		}
	}
	for i < len(s) && !jsonStops[s[i]] {
		i++
	}
	return i
}

// separators are what stands for the line and the paragraph separator.
var separators = [2]string{`\u2028`, `\u2029`}
