package config

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"unicode"

	"go.yaml.in/yaml/v4"

	"feedstation/internal/suggest"
)

// decoder fills Go values from a YAML tree by their tags: key names the key of
// a field, default is its value where the key is absent, alone marks the field that a
// single value in place of the mapping is for. It reports what does not fit and goes on.
type decoder struct {
	*report
	variables map[*yaml.Node]string // of nodes from the environment
}

// at returns where a node was written.
func (d *decoder) at(node *yaml.Node) place {
	return place{node.Line, d.variables[node]}
}

// decode fills into, which is settable, from the node at path.
func (d *decoder) decode(node *yaml.Node, into reflect.Value, path string) {
	if tagged(node) {
		d.value(path, "a tag (!…) before the value: tags have no meaning here, a text that begins with ! needs quotes")
		return
	}
	if s, ok := scalars[into.Type()]; ok {
		d.scalar(node, s, into, path)
		return
	}
	switch into.Kind() {
	case reflect.Pointer:
		into.Set(reflect.New(into.Type().Elem()))
		d.decode(node, into.Elem(), path)
	case reflect.Struct:
		if field, ok := alone(into.Type()); ok && node.Kind == yaml.ScalarNode && kind(node) != nothing {
			d.defaults(into, path)
			d.decode(node, into.FieldByIndex(field.Index), path)
			return
		}
		d.mapping(node, into, path)
	case reflect.Slice:
		d.list(node, into, path)
	case reflect.Map:
		d.entries(node, into, path)
	default:
		panic(fmt.Sprintf("config: %s: a field of type %s", path, into.Type()))
	}
}

// alone returns the field of a struct for which a single value stands in its place, if
// there is one.
func alone(typ reflect.Type) (reflect.StructField, bool) {
	for field := range typ.Fields() {
		if field.Tag.Get("alone") != "" {
			return field, true
		}
	}
	return reflect.StructField{}, false
}

// mapping fills a struct. Keys that are absent have their defaults.
func (d *decoder) mapping(node *yaml.Node, into reflect.Value, path string) {
	d.defaults(into, path)
	switch got := kind(node); {
	case got == nothing:
		d.value(path, "want a mapping, got nothing: give it keys or delete it")
		return
	case node.Kind != yaml.MappingNode:
		d.value(path, "want a mapping, got %s", got)
		return
	}
	seen := map[string]*yaml.Node{}
	for i := 0; i+1 < len(node.Content); i += 2 {
		key, value := node.Content[i], node.Content[i+1]
		index, ok := d.key(key, into.Type(), path)
		if !ok {
			continue
		}
		if first := seen[key.Value]; first != nil {
			d.add(d.at(key), join(path, key.Value), fmt.Errorf("duplicate key, first on %s", d.at(first).within()))
			continue
		}
		seen[key.Value] = key
		at := d.at(value)
		if value.Kind == yaml.MappingNode && at.variable == "" {
			at.line = key.Line // the line to look at for what the mapping lacks
		}
		d.places[join(path, key.Value)] = at
		d.decode(value, into.Field(index), join(path, key.Value))
	}
}

// entries fills a map from texts to single values. The path of a value has its key
// in quotes.
func (d *decoder) entries(node *yaml.Node, into reflect.Value, path string) {
	if got := kind(node); node.Kind != yaml.MappingNode {
		d.value(path, "want a mapping, got %s", got)
		return
	}
	if len(node.Content) > 0 {
		into.Set(reflect.MakeMap(into.Type()))
	}
	for i := 0; i+1 < len(node.Content); i += 2 {
		key, value := node.Content[i], node.Content[i+1]
		if isMerge(key) || key.Kind != yaml.ScalarNode {
			d.add(d.at(key), path, fmt.Errorf("want a key, got %s", kind(key)))
			continue
		}
		inner := fmt.Sprintf("%s[%s]", path, quote(key.Value))
		if into.MapIndex(reflect.ValueOf(key.Value)).IsValid() {
			d.add(d.at(key), inner, fmt.Errorf("duplicate key, first on %s", d.places[inner].within()))
			continue
		}
		d.places[inner] = d.at(key)
		element := reflect.New(into.Type().Elem()).Elem()
		d.decode(value, element, inner)
		into.SetMapIndex(reflect.ValueOf(key.Value), element)
	}
}

// key returns the index of the field with that key, or reports that there is
// none.
func (d *decoder) key(key *yaml.Node, typ reflect.Type, path string) (int, bool) {
	switch {
	case isMerge(key):
		d.add(d.at(key), path, errors.New("merge keys (<<) are not supported: write the keys, or use an alias for the whole value"))
		return 0, false
	case key.Kind != yaml.ScalarNode:
		d.add(d.at(key), path, fmt.Errorf("want a key, got %s", kind(key)))
		return 0, false
	}
	var known []string
	for i := range typ.NumField() {
		name := typ.Field(i).Tag.Get("key")
		if name == key.Value {
			return i, true
		}
		known = append(known, name)
	}
	text := fmt.Sprintf("unknown key %q", word(key.Value))
	if meant, ok := suggest.Nearest(key.Value, known); ok {
		text += fmt.Sprintf(" (did you mean %q?)", meant)
	}
	d.add(d.at(key), path, errors.New(text))
	return 0, false
}

// word returns what a key begins with. Where the colon or the space behind it
// was forgotten, the rest is a value, which may be a password.
func word(key string) string {
	const longest = 40
	end := strings.IndexFunc(key, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '_' && r != '-' })
	if end < 0 {
		end = len(key)
	}
	if end > longest || end < len(key) {
		return strings.ToValidUTF8(key[:min(end, longest)], "") + "…"
	}
	return key
}

// defaults fills a struct with what its fields have where their keys are absent.
func (d *decoder) defaults(into reflect.Value, path string) {
	typ := into.Type()
	for i := range typ.NumField() {
		field, value := typ.Field(i), into.Field(i)
		text, ok := field.Tag.Lookup("default")
		switch {
		case ok:
			d.decode(written(value.Type(), text), value, join(path, field.Tag.Get("key")))
		case value.Kind() == reflect.Struct && !isScalar(value.Type()):
			d.defaults(value, join(path, field.Tag.Get("key")))
		}
	}
}

func isScalar(typ reflect.Type) bool {
	_, ok := scalars[typ]
	return ok
}

func (d *decoder) list(node *yaml.Node, into reflect.Value, path string) {
	if node.Kind != yaml.SequenceNode {
		d.value(path, "want a list, got %s", kind(node))
		return
	}
	into.Set(reflect.MakeSlice(into.Type(), len(node.Content), len(node.Content)))
	for i, element := range node.Content {
		inner := fmt.Sprintf("%s[%d]", path, i)
		if at := d.at(element); at != (place{}) { // not a default's
			d.places[inner] = at
		}
		d.decode(element, into.Index(i), inner)
	}
}

func (d *decoder) scalar(node *yaml.Node, s scalar, into reflect.Value, path string) {
	tag := node.ShortTag()
	switch got := kind(node); {
	case node.Kind != yaml.ScalarNode || got == nothing:
		d.value(path, "want %s, got %s", s.want, got)
		return
	case s.want == wantText && tag != textTag, s.want == wantKey && tag != textTag && !isDecimal(node):
		d.value(path, "want %s, got %s: put it in quotes", s.want, otherwise(tag))
		return
	}
	parsed, err := s.parse(node.Value)
	switch {
	case err != nil:
		d.value(path, "%w", err)
	case s.tag != textTag && tag == textTag:
		d.value(path, "want %s, got text: leave out the quotes", s.want)
	default:
		into.Set(reflect.ValueOf(parsed))
	}
}

// isDecimal reports whether a node is a number that YAML and a database read alike:
// 010 is not.
func isDecimal(node *yaml.Node) bool {
	_, err := parseInt(node.Value)
	return node.ShortTag() == numberTag && err == nil
}

// otherwise says what YAML takes a value without quotes for. It does not quote
// the value: it may be a password.
func otherwise(tag string) string {
	switch tag {
	case "!!int", "!!float":
		return "a number"
	case "!!bool":
		return "true or false"
	case "!!timestamp":
		return "a time"
	}
	return "something else"
}

// written returns the node that text would be in the file, as a value of typ:
// what stands in a default or in a variable. Lists are separated by commas, or are those
// of JSON: an element may have a comma.
func written(typ reflect.Type, text string) *yaml.Node {
	if typ.Kind() != reflect.Slice {
		return &yaml.Node{Kind: yaml.ScalarNode, Value: text, Tag: scalars[typ].tag}
	}
	list := &yaml.Node{Kind: yaml.SequenceNode}
	if strings.TrimSpace(text) == "" {
		return list
	}
	elements := strings.Split(text, ",")
	var quoted []string
	if json.Unmarshal([]byte(text), &quoted) == nil {
		elements = quoted
	}
	for _, element := range elements {
		list.Content = append(list.Content, written(typ.Elem(), strings.TrimSpace(element)))
	}
	return list
}
