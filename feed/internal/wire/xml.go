package wire

import (
	"encoding/xml"
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// XML writes values of one type.
type XML struct {
	name string
	t    reflect.Type
	body appender
}

// NewXML returns a writer for the struct type of v, or of what v points to.
func NewXML(v any) *XML {
	t := indirect(reflect.TypeOf(v))
	name := xmlName(t)
	if name == "" {
		name = t.Name()
	}
	return &XML{name: name, t: t, body: xmlElement(name, t)}
}

// Append appends v as encoding/xml.Marshal would return it. It panics if v is
// not of the writer's type, nor a pointer to it.
func (x *XML) Append(b []byte, v any) []byte {
	value := reflect.Indirect(reflect.ValueOf(v))
	if value.Type() != x.t {
		panic(fmt.Sprintf("wire: a writer for %s was given a %s", x.t, value.Type()))
	}
	return x.body(b, value)
}

// xmlField is a field of a struct as its tag has it.
type xmlField struct {
	index     []int
	t         reflect.Type
	name      string
	mode      string // "" for an element, attr, chardata, cdata, innerxml
	omitEmpty bool
}

// xmlElement returns how an element is written whose value has type t.
func xmlElement(name string, t reflect.Type) appender {
	switch t.Kind() {
	case reflect.Pointer:
		element := xmlElement(name, t.Elem())
		return func(b []byte, v reflect.Value) []byte {
			if v.IsNil() {
				return b
			}
			return element(b, v.Elem())
		}
	case reflect.Slice:
		element := xmlElement(name, t.Elem())
		return func(b []byte, v reflect.Value) []byte {
			for i := range v.Len() {
				b = element(b, v.Index(i))
			}
			return b
		}
	}
	open, end := "<"+name, "</"+name+">"
	content := scalarOrStruct(t)
	return func(b []byte, v reflect.Value) []byte {
		b = append(b, open...)
		b = content(b, v)
		return append(b, end...)
	}
}

// scalarOrStruct returns how what follows the name in a start tag is written.
func scalarOrStruct(t reflect.Type) appender {
	if t.Kind() != reflect.Struct {
		value := scalar(t, appendXMLText)
		return func(b []byte, v reflect.Value) []byte { return value(append(b, '>'), v) }
	}
	var attrs, content []appender
	for _, f := range xmlFields(t) {
		if f.mode == "attr" {
			attrs = append(attrs, f.attribute())
		} else {
			content = append(content, f.content())
		}
	}
	return func(b []byte, v reflect.Value) []byte {
		for _, attr := range attrs {
			b = attr(b, v)
		}
		b = append(b, '>')
		for _, field := range content {
			b = field(b, v)
		}
		return b
	}
}

func (f *xmlField) attribute() appender {
	open, index, omitEmpty := " "+f.name+`="`, f.index, f.omitEmpty
	value := scalar(f.t, appendXMLText)
	return func(b []byte, v reflect.Value) []byte {
		if v = fieldOf(v, index); omitEmpty && isEmpty(v) {
			return b
		}
		b = append(b, open...)
		return append(value(b, v), '"')
	}
}

func (f *xmlField) content() appender {
	var value appender
	switch f.mode {
	case "":
		value = xmlElement(f.name, f.t)
	case "chardata":
		value = scalar(f.t, appendXMLText)
	case "cdata":
		value = scalar(f.t, appendCDATA)
	case "innerxml":
		value = scalar(f.t, func(b []byte, s string) []byte { return append(b, s...) })
	default:
		panic("wire: unsupported tag of " + f.name + ": " + f.mode)
	}
	index, omitEmpty := f.index, f.omitEmpty
	return func(b []byte, v reflect.Value) []byte {
		if v = fieldOf(v, index); omitEmpty && isEmpty(v) {
			return b
		}
		return value(b, v)
	}
}

// xmlFields returns the fields of a struct and of those embedded in it, in the
// order in which encoding/xml writes them. Of several with one name the least
// embedded counts.
func xmlFields(t reflect.Type) []xmlField {
	var list []xmlField
	add := func(f xmlField) {
		for i, other := range list {
			if other.name == f.name && other.mode == f.mode && f.name != "" {
				if len(other.index) <= len(f.index) {
					return
				}
				list = slices.Delete(list, i, i+1)
				break
			}
		}
		list = append(list, f)
	}
	for i := range t.NumField() {
		field := t.Field(i)
		tag := field.Tag.Get("xml")
		switch {
		case field.Name == "XMLName" || tag == "-" || !field.IsExported() && !field.Anonymous:
		case field.Anonymous && tag == "":
			for _, f := range xmlFields(field.Type) {
				f.index = append([]int{i}, f.index...)
				add(f)
			}
		default:
			f := xmlField{index: []int{i}, t: field.Type}
			var options string
			f.name, options, _ = strings.Cut(tag, ",")
			for option := range strings.SplitSeq(options, ",") {
				if option == "omitempty" {
					f.omitEmpty = true
				} else if option != "" {
					f.mode = option
				}
			}
			if f.name == "" && (f.mode == "" || f.mode == "attr") {
				if f.name = xmlName(indirect(field.Type)); f.name == "" {
					f.name = field.Name
				}
			}
			add(f)
		}
	}
	return list
}

// xmlName returns the name that a struct type has of its own, or "".
func xmlName(t reflect.Type) string {
	if t.Kind() != reflect.Struct {
		return ""
	}
	if f, ok := t.FieldByName("XMLName"); ok && f.Type == reflect.TypeFor[xml.Name]() {
		return f.Tag.Get("xml")
	}
	return ""
}

// indirect returns what t points to or is a list of.
func indirect(t reflect.Type) reflect.Type {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	return t
}

var xmlEscapes = [256]string{
	'"': "&#34;", '\'': "&#39;", '&': "&amp;", '<': "&lt;", '>': "&gt;", '\t': "&#x9;", '\n': "&#xA;", '\r': "&#xD;",
}

func appendXMLText(b []byte, s string) []byte {
	return appendEscaped(b, s, &xmlEscapes)
}

// appendCDATA appends a CDATA section, or several where s holds the end of one.
func appendCDATA(b []byte, s string) []byte {
	if s == "" {
		return b
	}
	b = append(b, "<![CDATA["...)
	for {
		before, rest, found := strings.Cut(s, "]]>")
		b = append(b, before...)
		if !found {
			return append(b, "]]>"...)
		}
		b = append(b, "]]]]><![CDATA[>"...)
		s = rest
	}
}
