package config

import (
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v4"
)

const shipped = "../../config.yaml"

// leftOut matches the # before a key that the shipped file leaves out.
var leftOut = regexp.MustCompile(`(?m)^( *)#([a-z0-9_]+:)`)

func shippedText(t *testing.T) []byte {
	t.Helper()
	data, err := os.ReadFile(shipped)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestShipped(t *testing.T) {
	c, err := Load(shipped, nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Warnings) > 0 {
		t.Errorf("warnings: %q", c.Warnings)
	}
	if c.Content.Demo == 0 || c.Cache.Redis != nil {
		t.Error("does not run as it is: want demo articles and no Redis")
	}
	if len(c.Network.Stations) < 5 {
		t.Errorf("%d stations, want at least 5", len(c.Network.Stations))
	}
	www, ok := c.Network.Station("www")
	if !ok || !www.All {
		t.Fatal("no station www of all stations")
	}
	for _, s := range c.Network.Stations {
		if !strings.HasPrefix(s.URL, "https://") || !strings.HasSuffix(s.URL, ".news.example") {
			t.Errorf("station %s: %s is not on a reserved host", s.ID, s.URL)
		}
		if n := len(s.Channels); n < 3 || n > 6 {
			t.Errorf("station %s: %d channels, want 3 to 6", s.ID, n)
		}
		for _, channel := range s.Channels {
			if !www.HasChannel(channel.ID) {
				t.Errorf("station %s: www has no channel %s", s.ID, channel.ID)
			}
		}
	}
}

// TestShippedKeys takes the # away from all keys that the shipped file leaves
// out: they exist, they have their defaults, and none is missing.
func TestShippedKeys(t *testing.T) {
	text := shippedText(t)
	complete := leftOut.ReplaceAll(text, []byte("$1$2"))
	got, err := Parse("config.yaml", complete, nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Warnings) > 0 {
		t.Errorf("warnings: %q", got.Warnings)
	}

	asShipped, err := Parse("config.yaml", text, nil)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(asShipped.Network, got.Network, values); diff != "" {
		t.Errorf("keys of stations that are not their defaults (-left out +set):\n%s", diff)
	}
	want, err := Load("testdata/minimal.yaml", []string{"FEEDSTATION_CACHE_REDIS_ADDRS=127.0.0.1:6379", "FEEDSTATION_CONTENT_DEMO=300"})
	if err != nil {
		t.Fatal(err)
	}
	want.Network, want.Zone, want.Files = got.Network, got.Zone, nil
	got.Files = nil
	if diff := cmp.Diff(want, got, values); diff != "" {
		t.Errorf("values that are not the defaults (-default +shipped):\n%s", diff)
	}

	var node yaml.Node
	if err := yaml.Load(complete, &node); err != nil {
		t.Fatal(err)
	}
	written := map[string]bool{}
	writtenKeys(node.Content[0], "", written)
	for _, key := range structKeys(reflect.TypeFor[document](), "") {
		if !written[key] {
			t.Errorf("%s is not in the shipped file", key)
		}
	}
}

// TestShippedComments compares the defaults that comments name with those that
// there are.
func TestShippedComments(t *testing.T) {
	said := regexp.MustCompile(`(?m)^ *([a-z_]+):.*; default ([^:\s]+)(:.*)?$`)
	defaults := map[string][]string{}
	structDefaults(reflect.TypeFor[document](), defaults)
	matches := said.FindAllStringSubmatch(string(shippedText(t)), -1)
	if len(matches) < 10 {
		t.Errorf("only %d comments name a default", len(matches))
	}
	for _, match := range matches {
		key, value := match[1], strings.Trim(match[2], `"`)
		if value == "these" {
			continue
		}
		if !slices.ContainsFunc(defaults[key], func(text string) bool { return strings.HasPrefix(text, value) }) {
			t.Errorf("%s: the comment says that the default is %s, want one of %q", key, value, defaults[key])
		}
	}
}

// writtenKeys notes the keys of a document, those of lists with [].
func writtenKeys(node *yaml.Node, path string, into map[string]bool) {
	switch node.Kind {
	case yaml.MappingNode:
		for i := 0; i < len(node.Content); i += 2 {
			key := join(path, node.Content[i].Value)
			into[key] = true
			writtenKeys(node.Content[i+1], key, into)
		}
	case yaml.SequenceNode:
		for _, element := range node.Content {
			writtenKeys(element, path+"[]", into)
		}
	}
}

func structKeys(typ reflect.Type, path string) []string {
	var keys []string
	for field := range typ.Fields() {
		key := join(path, field.Tag.Get("key"))
		if key == "content.id" { // of contents alone
			continue
		}
		keys = append(keys, key)
		if field.Type == reflect.TypeFor[[]Source]() || field.Type == reflect.TypeFor[[]Content]() || // see TestSourceKeys; they have those of content
			field.Type == reflect.TypeFor[[]Purger]() || field.Type == reflect.TypeFor[[]Webhook]() { // docs/operating.md has them
			continue
		}
		if inner, suffix, ok := innerStruct(field.Type); ok {
			keys = append(keys, structKeys(inner, key+suffix)...)
		}
	}
	return keys
}

func structDefaults(typ reflect.Type, into map[string][]string) {
	for field := range typ.Fields() {
		if text, ok := field.Tag.Lookup("default"); ok {
			into[field.Tag.Get("key")] = append(into[field.Tag.Get("key")], text)
		}
		if inner, _, ok := innerStruct(field.Type); ok {
			structDefaults(inner, into)
		}
	}
}

// innerStruct returns the struct that a section or a list of mappings is made of.
func innerStruct(typ reflect.Type) (inner reflect.Type, suffix string, ok bool) {
	if isScalar(typ) {
		return nil, "", false
	}
	switch typ.Kind() {
	case reflect.Slice:
		typ, suffix = typ.Elem(), "[]"
		if isScalar(typ) {
			return nil, "", false
		}
	case reflect.Pointer:
		typ = typ.Elem()
	}
	return typ, suffix, typ.Kind() == reflect.Struct
}
