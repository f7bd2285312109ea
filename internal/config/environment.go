package config

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"feedstation/internal/suggest"
)

const (
	prefix     = "FEEDSTATION"
	fileSuffix = "_FILE"
	// fileVariable names the file itself, like --config.
	fileVariable = "FEEDSTATION_CONFIG"
)

// testVariables tell the tests what there is, and what must not be skipped: see
// CONTRIBUTING.md.
var testVariables = []string{
	"FEEDSTATION_REQUIRE", "FEEDSTATION_AXE", "FEEDSTATION_PICTURES", "FEEDSTATION_SYSTEMS", "FEEDSTATION_ARCHIVE", "FEEDSTATION_ARTICLES", "FEEDSTATION_REDIS_SERVER",
}

// target is a value that a variable can set.
type target struct {
	variable string
	path     string
	typ      reflect.Type
	mapping  *yaml.Node // the innermost one that is there; nil: something else is in its place
	keys     []string   // from there to the value
	optional bool       // it is in a section that may be left out
}

// environment lays variables over the tree of the file.
type environment struct {
	*report
	set       map[string]string     // by variable
	variables map[*yaml.Node]string // of the nodes that were put into the tree
	targets   []target
}

func newEnvironment(r *report, environ []string) *environment {
	e := &environment{report: r, set: map[string]string{}, variables: map[*yaml.Node]string{}}
	for _, assignment := range environ {
		name, value, _ := strings.Cut(assignment, "=")
		if strings.HasPrefix(name, prefix+"_") && !slices.Contains(testVariables, name) && name != fileVariable {
			e.set[name] = value
		}
	}
	return e
}

// apply puts what the variables set into the tree of a document, and warns of
// those that are none of its values.
func (e *environment) apply(root *yaml.Node) {
	e.collect(target{variable: prefix, typ: reflect.TypeFor[document](), mapping: mappingOf(root)})
	taken := map[string]string{} // paths by variable
	for _, t := range e.targets {
		other, twice := taken[t.variable]
		taken[t.variable] = t.path
		text, from, ok := e.read(t, taken)
		switch {
		case !ok || text == "" && t.optional: // which one compose file has for all
		case twice:
			e.add(place{variable: from}, t.path, fmt.Errorf("%s has the same variable", other))
		case t.mapping != nil:
			e.put(t, e.note(written(t.typ, text), from))
		}
	}
	known := slices.Sorted(maps.Keys(taken))
	for _, name := range slices.Sorted(maps.Keys(e.set)) {
		if _, ok := taken[name]; ok {
			continue
		}
		text := "no key has this variable"
		if meant, ok := suggest.Nearest(name, known); ok {
			text += fmt.Sprintf(" (did you mean %s?)", meant)
		}
		e.warnings = append(e.warnings, fault{place{variable: name}, "", errors.New(text)})
	}
}

// read returns the text that is set for a target and the variable that has it,
// and notes that of a file as taken.
func (e *environment) read(t target, taken map[string]string) (text, from string, ok bool) {
	text, ok = e.set[t.variable]
	if t.typ != reflect.TypeFor[Secret]() {
		return text, t.variable, ok
	}
	from = t.variable + fileSuffix
	taken[from] = t.path
	file := e.set[from]
	switch {
	case file == "":
		return text, t.variable, ok
	case ok:
		e.add(place{variable: from}, t.path, fmt.Errorf("%s is set as well: want only one of them", t.variable))
		return text, t.variable, true
	}
	data, open, err := e.report.read(file)
	if err != nil {
		e.add(place{variable: from}, t.path, err)
		return "", "", false
	}
	if open {
		e.warnings = append(e.warnings, fault{place{variable: from}, t.path, errors.New("all users of this machine may read or write that file: chmod o-rw")})
	}
	text = strings.TrimSuffix(strings.TrimSuffix(string(data), "\n"), "\r")
	if text == "" { // nobody names a file to have no secret
		e.add(place{variable: from}, t.path, fmt.Errorf("%s is empty", file))
	}
	return text, from, true
}

// Variable returns the text of a variable, or of the file that the one with _FILE behind
// it names; empty: neither is set.
func Variable(environ []string, name string) (string, error) {
	e := newEnvironment(newReport(""), environ)
	text, _, _ := e.read(target{variable: name, typ: reflect.TypeFor[Secret]()}, map[string]string{})
	return text, e.err()
}

// note remembers that a node and its parts come from a variable.
func (e *environment) note(node *yaml.Node, variable string) *yaml.Node {
	e.variables[node] = variable
	for _, part := range node.Content {
		e.variables[part] = variable
	}
	return node
}

// put sets the value of a target, and creates the mappings on the way to it.
func (e *environment) put(t target, value *yaml.Node) {
	mapping, last := t.mapping, len(t.keys)-1
	for _, key := range t.keys[:last] {
		next := find(mapping, key)
		if next == nil {
			next = e.note(&yaml.Node{Kind: yaml.MappingNode}, e.variables[value])
			mapping.Content = append(mapping.Content, &yaml.Node{Kind: yaml.ScalarNode, Tag: textTag, Value: key}, next)
		}
		mapping = next
	}
	key := t.keys[last]
	if old := find(mapping, key); old != nil {
		i := slices.Index(mapping.Content, old)
		mapping.Content[i] = value
		return
	}
	mapping.Content = append(mapping.Content, &yaml.Node{Kind: yaml.ScalarNode, Tag: textTag, Value: key}, value)
}

// collect notes the values that lie within at, whose typ is a struct.
func (e *environment) collect(at target) {
	for field := range at.typ.Fields() {
		key := field.Tag.Get("key")
		inner := target{
			variable: at.variable + "_" + variable(key), path: join(at.path, key), typ: field.Type,
			mapping: at.mapping, keys: append(slices.Clone(at.keys), key), optional: at.optional,
		}
		var node *yaml.Node
		if at.mapping != nil && len(at.keys) == 0 {
			node = find(at.mapping, key)
		}
		e.collectValue(inner, node)
	}
}

// collectValue notes the value of a key, which has a node if it is there.
func (e *environment) collectValue(at target, node *yaml.Node) {
	if at.typ.Kind() == reflect.Pointer && !isScalar(at.typ) {
		at.typ = at.typ.Elem()
		at.optional = at.optional || at.typ.Kind() == reflect.Struct
	}
	if isScalar(at.typ) {
		e.targets = append(e.targets, at)
		return
	}
	switch at.typ.Kind() {
	case reflect.Slice:
		e.collectList(at, node)
		return
	case reflect.Map: // its keys are no part of a variable's name
		return
	}
	if field, ok := alone(at.typ); ok {
		node = e.collectAlone(at, field, node)
	}
	if node != nil {
		at.mapping, at.keys = mappingOf(node), nil
	}
	e.collect(at)
}

// collectAlone notes the value that may stand in place of a mapping, under the variable
// of that. Where the environment has other keys of it as well, it becomes a mapping.
func (e *environment) collectAlone(at target, field reflect.StructField, node *yaml.Node) *yaml.Node {
	key := field.Tag.Get("key")
	inner := slices.ContainsFunc(slices.Collect(maps.Keys(e.set)), func(name string) bool { return strings.HasPrefix(name, at.variable+"_") })
	if inner && node != nil && node.Kind == yaml.ScalarNode && kind(node) != nothing {
		value := *node
		*node = yaml.Node{Kind: yaml.MappingNode, Line: node.Line, Content: []*yaml.Node{{Kind: yaml.ScalarNode, Tag: textTag, Value: key, Line: node.Line}, &value}}
	}
	at.typ = field.Type.Elem()
	switch {
	case node != nil && node.Kind == yaml.MappingNode:
		at.mapping, at.keys = node, []string{key}
	case inner:
		at.keys = append(slices.Clone(at.keys), key)
	}
	e.targets = append(e.targets, at)
	return node
}

func (e *environment) collectList(at target, node *yaml.Node) {
	if isScalar(at.typ.Elem()) || at.typ.Elem().Kind() != reflect.Struct {
		e.targets = append(e.targets, at)
		return
	}
	if node == nil || node.Kind != yaml.SequenceNode {
		return
	}
	for i, element := range node.Content {
		mapping := mappingOf(element)
		if mapping == nil {
			continue
		}
		if id := find(mapping, "id"); id != nil && id.Kind == yaml.ScalarNode {
			e.collect(target{
				variable: at.variable + "_" + variable(id.Value), path: fmt.Sprintf("%s[%d]", at.path, i),
				typ: at.typ.Elem(), mapping: mapping,
			})
		}
	}
}

// mappingOf returns node if it is a mapping, and nil if not.
func mappingOf(node *yaml.Node) *yaml.Node {
	if node.Kind != yaml.MappingNode {
		return nil
	}
	return node
}

// variable returns a key or an id as it stands in the name of a variable.
func variable(name string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z':
			return r - 'a' + 'A'
		case r >= 'A' && r <= 'Z', r >= '0' && r <= '9':
			return r
		}
		return '_'
	}, name)
}
