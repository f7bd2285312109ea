package article

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"reflect"
	"strconv"
	"strings"
)

// strict decodes the objects of the import format. Unlike encoding/json it goes
// on after a fault, compares names exactly and refuses those that are there
// twice. A null stands for an absent value. The errors of its methods are those
// of broken JSON.
type strict struct{ faults }

// line decodes a line.
func (s *strict) line(data []byte, into *line) error {
	d := json.NewDecoder(bytes.NewReader(data))
	if err := s.object(d, "", reflect.ValueOf(into).Elem()); err != nil {
		return broken(data, err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("more than one JSON value on the line")
	}
	return nil
}

// object decodes the object that comes next. A member's usual other name stands for it
// where it is not there itself.
func (s *strict) object(d *json.Decoder, place string, into reflect.Value) error {
	if _, err := d.Token(); err != nil {
		return err
	}
	if place != "" {
		place += "."
	}
	known, seen, other := fields[into.Type()], make([]bool, into.NumField()), make([]bool, into.NumField())
	for d.More() {
		token, err := d.Token()
		if err != nil {
			return err
		}
		var raw json.RawMessage
		if err := d.Decode(&raw); err != nil {
			return err
		}
		name := token.(string) // nothing else comes between { and :
		i, ok := known[name]
		alias, isAlias := aliases[into.Type()][name]
		switch {
		case ok && seen[i]:
			s.addField("field %q is there twice", place+name)
		case ok:
			seen[i] = true
			if other[i] {
				into.Field(i).SetZero()
			}
			err = s.value(raw, place+name, into.Field(i))
		case isAlias && !seen[alias] && !other[alias]:
			other[alias] = true
			err = s.value(raw, place+name, into.Field(alias))
		case !isAlias:
			s.addField("unknown field %q", place+name)
		}
		if err != nil {
			return err
		}
	}
	_, err := d.Token()
	return err
}

// list decodes the list that comes next.
func (s *strict) list(d *json.Decoder, place string, into reflect.Value) error {
	if _, err := d.Token(); err != nil {
		return err
	}
	for i := 0; d.More(); i++ {
		var raw json.RawMessage
		if err := d.Decode(&raw); err != nil {
			return err
		}
		element, at := reflect.New(into.Type().Elem()).Elem(), place+"["+strconv.Itoa(i)+"]"
		if err := s.value(raw, at, element); err != nil {
			return err
		}
		// On a line the others keep their numbers, until all that is wrong is known.
		if !s.lenient || !s.at[at] {
			into.Set(reflect.Append(into, element))
		}
	}
	_, err := d.Token()
	return err
}

// value decodes a JSON value.
func (s *strict) value(raw json.RawMessage, place string, into reflect.Value) error {
	switch kind := into.Kind(); {
	case raw[0] == 'n': // null
		return nil
	case kind == reflect.Struct && raw[0] == '{':
		return s.object(json.NewDecoder(bytes.NewReader(raw)), place, into)
	case kind == reflect.Slice && raw[0] == '[':
		return s.list(json.NewDecoder(bytes.NewReader(raw)), place, into)
	}
	return s.other(raw, place, into)
}

// fields are the fields of the format's objects by their names.
var fields = map[reflect.Type]map[string]int{
	reflect.TypeFor[line]():      fieldsOf(reflect.TypeFor[line]()),
	reflect.TypeFor[Source]():    fieldsOf(reflect.TypeFor[Source]()),
	reflect.TypeFor[Image]():     fieldsOf(reflect.TypeFor[Image]()),
	reflect.TypeFor[Enclosure](): fieldsOf(reflect.TypeFor[Enclosure]()),
	reflect.TypeFor[Alternate](): fieldsOf(reflect.TypeFor[Alternate]()),
}

// aliases are the names that other systems have for the same. Those of an article
// itself are for content.map: a misspelt one would go unnoticed.
var aliases = map[reflect.Type]map[string]int{
	reflect.TypeFor[Source](): aliasesOf(reflect.TypeFor[Source](), map[string]string{"title": "name", "href": "url", "link": "url"}),
	reflect.TypeFor[Image](): aliasesOf(reflect.TypeFor[Image](), map[string]string{
		"src": "url", "href": "url", "alt": "caption", "title": "caption", "description": "caption", "author": "credit",
		"copyright": "credit", "mime": "type", "mime_type": "type", "size": "bytes", "filesize": "bytes", "length": "bytes",
	}),
	reflect.TypeFor[Enclosure](): aliasesOf(reflect.TypeFor[Enclosure](), map[string]string{
		"src": "url", "href": "url", "mime": "type", "mime_type": "type", "size": "bytes", "filesize": "bytes", "length": "bytes", "duration": "seconds",
	}),
	reflect.TypeFor[Alternate](): aliasesOf(reflect.TypeFor[Alternate](), map[string]string{
		"hreflang": "lang", "language": "lang", "locale": "lang", "href": "url", "link": "url",
	}),
}

func fieldsOf(object reflect.Type) map[string]int {
	names := map[string]int{}
	for i := range object.NumField() {
		name, _, _ := strings.Cut(object.Field(i).Tag.Get("json"), ",")
		names[name] = i
	}
	return names
}

func aliasesOf(object reflect.Type, of map[string]string) map[string]int {
	known, names := fieldsOf(object), map[string]int{}
	for alias, name := range of {
		names[alias] = known[name]
	}
	return names
}

// describe names what a field holds in the format's words.
func describe(kind reflect.Kind) string {
	switch kind {
	case reflect.Slice:
		return "a list"
	case reflect.Struct:
		return "an object"
	case reflect.Bool:
		return "true or false"
	case reflect.Int, reflect.Int64:
		return "a whole number"
	default:
		return "a " + kind.String()
	}
}
