package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// Bounds of what is read, far above any portal's needs: a thousand stations
// with fifty channels each are 300,000 values.
const (
	maxBytes  = 4 << 20
	maxDepth  = 64
	maxValues = 500_000
)

// parse returns the root of the YAML document with its aliases written out, or
// nil when data is none; the report says why.
func (r *report) parse(data []byte) *yaml.Node {
	if line, err := checkText(data); err != nil {
		r.add(place{line: line}, "", err)
		return nil
	}
	loader, err := yaml.NewLoader(bytes.NewReader(data))
	if err != nil {
		r.add(place{}, "", err)
		return nil
	}
	var first, second yaml.Node
	err = loader.Load(&first)
	if errors.Is(err, io.EOF) {
		return &yaml.Node{Kind: yaml.MappingNode, Line: 1} // nothing but comments
	}
	if err != nil {
		r.syntax(data, err)
		return nil
	}
	switch err = loader.Load(&second); {
	case err == nil:
		r.add(place{line: second.Line}, "", errors.New("a second YAML document: want a single one"))
	case !errors.Is(err, io.EOF):
		r.syntax(data, err)
		return nil
	}
	root, err := (&expander{open: map[*yaml.Node]bool{}}).expand(first.Content[0], 0)
	if err != nil {
		var at *misplaced
		errors.As(err, &at)
		r.add(place{line: at.line}, "", err)
		return nil
	}
	return root
}

// checkText reports the first line that is no text. The YAML parser does not
// say where it is.
func checkText(data []byte) (line int, err error) {
	for text := range bytes.Lines(data) {
		line++
		if !utf8.Valid(text) {
			return line, errors.New("not UTF-8")
		}
		for _, char := range string(text) {
			if isControl(char) {
				return line, fmt.Errorf("a control character (%U)", char)
			}
		}
	}
	return 0, nil
}

// syntax reports what the YAML parser refused.
func (r *report) syntax(data []byte, err error) {
	var load *yaml.LoadError
	if !errors.As(err, &load) {
		r.add(place{}, "", fmt.Errorf("broken YAML: %w", err))
		return
	}
	message := load.Message
	if load.Stage == yaml.ComposerStage {
		// The parser's own words quote what stands behind the *, which may be a
		// password without quotes.
		message = "an alias of nothing: a value that begins with * needs quotes"
	}
	if load.ContextMsg != "" && load.ContextMark.Line != load.Mark.Line {
		message += fmt.Sprintf(" (%s that began on line %d)", load.ContextMsg, load.ContextMark.Line)
	}
	r.add(place{line: load.Mark.Line}, "", errors.New("broken YAML: "+message+hint(data, load.Mark.Line, load.Mark.Column)))
}

// hint says what the character at a place (from 1) of the file needs.
func hint(data []byte, line, column int) string {
	lines := bytes.Split(data, []byte("\n"))
	if line < 1 || line > len(lines) {
		return ""
	}
	text := []rune(string(lines[line-1]))
	if column < 1 || column > len(text) {
		return ""
	}
	switch char := text[column-1]; char {
	case '\t':
		return ": indent with spaces, not with tabs"
	case '@', '`', '%':
		return fmt.Sprintf(": a value that begins with %c needs quotes", char)
	}
	return ""
}

// expander writes out aliases. It copies what they stand for, since the
// environment may override the value in one place and not in the other.
type expander struct {
	open   map[*yaml.Node]bool // anchors around the present node
	values int
}

// misplaced is an error with the line it is on.
type misplaced struct {
	line int
	text string
}

func (m *misplaced) Error() string { return m.text }

func (e *expander) expand(node *yaml.Node, depth int) (*yaml.Node, error) {
	line := node.Line
	if node.Kind == yaml.AliasNode {
		node = node.Alias
	}
	e.values++
	switch {
	case e.open[node]:
		return nil, &misplaced{line, "an alias inside of what it stands for"}
	case depth > maxDepth:
		return nil, &misplaced{line, fmt.Sprintf("values inside of values, more than %d deep", maxDepth)}
	case e.values > maxValues:
		return nil, &misplaced{line, fmt.Sprintf("more than %d values, with those that aliases stand for", maxValues)}
	}
	if node.Anchor != "" {
		e.open[node] = true
		defer delete(e.open, node)
	}
	whole := *node
	whole.Content = make([]*yaml.Node, len(node.Content))
	for i, part := range node.Content {
		var err error
		if whole.Content[i], err = e.expand(part, depth+1); err != nil {
			return nil, err
		}
	}
	return &whole, nil
}

// find returns the value of a mapping's key, or nil.
func find(mapping *yaml.Node, key string) *yaml.Node {
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		if k := mapping.Content[i]; k.Kind == yaml.ScalarNode && k.Value == key {
			return mapping.Content[i+1]
		}
	}
	return nil
}

// isMerge reports whether a key is YAML 1.1's <<.
func isMerge(key *yaml.Node) bool {
	return key.Kind == yaml.ScalarNode && key.ShortTag() == "!!merge"
}

const nothing = "nothing"

// kind names what a node is, in the words of the faults.
func kind(node *yaml.Node) string {
	switch {
	case node.Kind == yaml.MappingNode:
		return "a mapping"
	case node.Kind == yaml.SequenceNode:
		return "a list"
	case node.ShortTag() == "!!null":
		return nothing
	}
	return "a single value"
}

// tagged reports whether a tag stands before the value in the file.
func tagged(node *yaml.Node) bool {
	return node.Style&yaml.TaggedStyle != 0
}
