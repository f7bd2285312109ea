package article

import (
	"bytes"
	"encoding/json"
	"errors"
	"reflect"
	"strconv"
	"strings"
)

// strict decodes the objects of the import format. Unlike encoding/json it goes
// on after a fault, compares names exactly and refuses those that are there
// twice. A null stands for an absent value. The errors of its methods are those
// of broken JSON.
type strict struct{ faults }

// object decodes the object that comes next.
func (s *strict) object(d *json.Decoder, place string, into reflect.Value) error {
	if _, err := d.Token(); err != nil {
		return err
	}
	if place != "" {
		place += "."
	}
	known, seen := fields[into.Type()], make([]bool, into.NumField())
	for d.More() {
		token, err := d.Token()
		if err != nil {
			return err
		}
		name := token.(string) // nothing else comes between { and :
		i, ok := known[name]
		switch {
		case !ok:
			s.addField("unknown field %q", place+name)
			err = d.Decode(new(json.RawMessage))
		case seen[i]:
			s.addField("field %q is there twice", place+name)
			err = d.Decode(new(json.RawMessage))
		default:
			seen[i] = true
			err = s.value(d, place+name, into.Field(i))
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
		element, at := reflect.New(into.Type().Elem()).Elem(), place+"["+strconv.Itoa(i)+"]"
		if err := s.value(d, at, element); err != nil {
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

// value decodes the value that comes next.
func (s *strict) value(d *json.Decoder, place string, into reflect.Value) error {
	kind := into.Kind()
	if kind != reflect.Struct && kind != reflect.Slice {
		return s.fit(place, kind, d.Decode(into.Addr().Interface()))
	}
	var raw json.RawMessage
	if err := d.Decode(&raw); err != nil {
		return err
	}
	switch {
	case kind == reflect.Struct && raw[0] == '{':
		return s.object(json.NewDecoder(bytes.NewReader(raw)), place, into)
	case kind == reflect.Slice && raw[0] == '[':
		return s.list(json.NewDecoder(bytes.NewReader(raw)), place, into)
	}
	return s.fit(place, kind, json.Unmarshal(raw, into.Addr().Interface()))
}

// fit notes a value of the wrong type, which stops nothing.
func (s *strict) fit(place string, want reflect.Kind, err error) error {
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		s.add(place, "want %s, got %s", describe(want), wrong.Value)
		return nil
	}
	return err
}

// fields are the fields of the format's objects by their names.
var fields = map[reflect.Type]map[string]int{
	reflect.TypeFor[line]():      fieldsOf(reflect.TypeFor[line]()),
	reflect.TypeFor[Source]():    fieldsOf(reflect.TypeFor[Source]()),
	reflect.TypeFor[Image]():     fieldsOf(reflect.TypeFor[Image]()),
	reflect.TypeFor[Enclosure](): fieldsOf(reflect.TypeFor[Enclosure]()),
	reflect.TypeFor[Alternate](): fieldsOf(reflect.TypeFor[Alternate]()),
}

func fieldsOf(object reflect.Type) map[string]int {
	names := map[string]int{}
	for i := range object.NumField() {
		name, _, _ := strings.Cut(object.Field(i).Tag.Get("json"), ",")
		names[name] = i
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
