package article

import (
	"bytes"
	"encoding/json"
	"reflect"
	"regexp"
	"strings"
)

// first decodes the first element of a list.
func (s *strict) first(raw json.RawMessage, place string, into reflect.Value) error {
	var list []json.RawMessage
	if err := json.Unmarshal(raw, &list); err != nil || len(list) == 0 {
		return err
	}
	return s.value(list[0], place, into)
}

// named makes an object of a text: an outlet of its name or address, a picture of its
// address.
func (s *strict) named(text, place string, into reflect.Value) error {
	text = strings.TrimSpace(text)
	isAddress := strings.HasPrefix(text, "http://") || strings.HasPrefix(text, "https://")
	switch object := into.Addr().Interface().(type) {
	case *Source:
		if isAddress {
			object.URL = text
		} else {
			object.Name = text
		}
	case *Image:
		object.URL = text
	case *Enclosure:
		object.URL = text
	default:
		s.add(place, "want an object, got string")
	}
	return nil
}

// listOf makes a list of a value that is none: of a text of names or addresses, of a
// single object, of addresses by their language.
func (s *strict) listOf(raw json.RawMessage, text, place string, into reflect.Value) error {
	var parts []string
	switch list := into.Addr().Interface().(type) {
	case *[]string:
		if raw[0] == 't' || raw[0] == 'f' {
			break
		}
		switch raw[0] {
		case '{':
			name, ok := nameOf(raw)
			if !ok && !isEmpty(raw) {
				s.add(place, "want a list, got object")
			}
			parts = []string{name}
		case '"':
			parts = split(text, place)
		default:
			parts = []string{string(raw)}
		}
		for _, part := range parts {
			if part != "" {
				*list = append(*list, part)
			}
		}
		return nil
	case *[]Image, *[]Enclosure:
		if raw[0] == '"' && strings.Trim(text, " 0123456789") != "" { // a number is the key of a picture
			for _, part := range addresses(text) {
				element := reflect.New(into.Type().Elem()).Elem()
				if err := s.named(part, place, element); err != nil {
					return err
				}
				into.Set(reflect.Append(into, element))
			}
			return nil
		}
		if isEmpty(raw) {
			return nil
		}
		if raw[0] == '{' {
			return s.value(append(append(json.RawMessage{'['}, raw...), ']'), place, into)
		}
	case *[]Alternate:
		if raw[0] == '{' {
			return s.alternates(raw, place, into)
		}
	}
	if strings.TrimSpace(text) == "" && raw[0] == '"' {
		return nil
	}
	got := map[byte]string{'"': "string", '{': "object", 't': "bool", 'f': "bool"}[raw[0]]
	if got == "" || raw[0] == '"' && strings.Trim(text, " 0123456789") == "" {
		got = "number"
	}
	s.add(place, "want a list, got %s", got)
	return nil
}

// isEmpty reports whether a value is an object without members.
func isEmpty(raw json.RawMessage) bool {
	return raw[0] == '{' && len(bytes.Trim(raw, "{} \t\r\n")) == 0
}

// alternates decodes an alternate that is alone, or addresses by language.
func (s *strict) alternates(raw json.RawMessage, place string, into reflect.Value) error {
	var object map[string]json.RawMessage
	if err := json.Unmarshal(raw, &object); err != nil {
		return err
	}
	for name := range object {
		_, known := fields[reflect.TypeFor[Alternate]()][name]
		_, alias := aliases[reflect.TypeFor[Alternate]()][name]
		if known || alias {
			return s.value(append(append(json.RawMessage{'['}, raw...), ']'), place, into)
		}
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	if _, err := d.Token(); err != nil {
		return err
	}
	for d.More() { // in their order
		name, err := d.Token()
		if err != nil {
			return err
		}
		a := Alternate{Lang: name.(string)} // nothing else comes between { and :
		var address json.RawMessage
		if err := d.Decode(&address); err != nil {
			return err
		}
		if err := s.value(address, place+"."+a.Lang, reflect.ValueOf(&a.URL).Elem()); err != nil {
			return err
		}
		into.Set(reflect.Append(into, reflect.ValueOf(a)))
	}
	return nil
}

// split divides a text of names. Those of authors are also joined by "and" and "&";
// what has no other sign between its words is one name: "Li Si" is.
func split(text, place string) (names []string) {
	signs := ",，;；、|\n"
	if place == "authors" {
		text = joins.ReplaceAllString(text, ",")
	}
	for _, name := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(signs, r) }) {
		if name = strings.TrimSpace(name); place == "tags" {
			name = strings.TrimSpace(strings.Trim(name, "#"))
		}
		if name != "" {
			names = append(names, name)
		}
	}
	return names
}

var joins = regexp.MustCompile(`(?i)\s+(?:and|和|&)\s+`)

// addresses divides a text of addresses: by lines, and by commas or spaces where an
// address begins behind each.
func addresses(text string) (list []string) {
	for line := range strings.SplitSeq(text, "\n") {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		parts := strings.FieldsFunc(line, func(r rune) bool { return strings.ContainsRune(", ;|", r) })
		whole := true
		for _, part := range parts {
			whole = whole && (strings.HasPrefix(part, "http://") || strings.HasPrefix(part, "https://") || strings.HasPrefix(part, "/"))
		}
		if !whole {
			parts = []string{line}
		}
		list = append(list, parts...)
	}
	return list
}
