// Package wire writes values as encoding/xml and encoding/json write them, byte
// for byte, without their price: it appends to one slice, and what a type looks
// like is found out once, when its writer is made.
//
// It knows what the structs of feeds are made of: strings, whole numbers,
// booleans, structs, pointers to them, slices and embedded structs, with the
// tags of encoding/xml (attr, chardata, cdata, innerxml, omitempty) and
// encoding/json (omitempty). Making a writer for anything else panics.
//
// Strings must be of valid UTF-8 and of characters that XML allows. The
// standard packages replace others; this one does not look.
package wire

import (
	"fmt"
	"reflect"
	"strconv"
)

// appender appends a value.
type appender func(b []byte, v reflect.Value) []byte

// fieldOf returns the field of a struct, or of one that is embedded in it.
func fieldOf(v reflect.Value, index []int) reflect.Value {
	for _, i := range index {
		v = v.Field(i)
	}
	return v
}

// isEmpty reports whether omitempty leaves v out.
func isEmpty(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.String, reflect.Slice:
		return v.Len() == 0
	case reflect.Struct:
		return false
	}
	return v.IsZero()
}

// scalar returns how a value that is no list and no struct is written, given
// how a string is.
func scalar(t reflect.Type, appendString func([]byte, string) []byte) appender {
	switch t.Kind() {
	case reflect.String:
		return func(b []byte, v reflect.Value) []byte { return appendString(b, v.String()) }
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return func(b []byte, v reflect.Value) []byte { return strconv.AppendInt(b, v.Int(), 10) }
	case reflect.Bool:
		return func(b []byte, v reflect.Value) []byte { return strconv.AppendBool(b, v.Bool()) }
	}
	panic(fmt.Sprintf("wire: unsupported type %s", t))
}

// appendEscaped appends s with the bytes that a table names replaced.
func appendEscaped(b []byte, s string, escapes *[256]string) []byte {
	from := 0
	for i := range len(s) {
		if escape := escapes[s[i]]; escape != "" {
			b = append(append(b, s[from:i]...), escape...)
			from = i + 1
		}
	}
	return append(b, s[from:]...)
}
