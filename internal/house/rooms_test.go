package house

import (
	"flag"
	"fmt"
	"go/parser"
	"go/token"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the linter's rules")

// testkit is what the tests of all rooms but libraries may import.
const testkit = "internal/testkit"

// room is a row of the table in CONTRIBUTING.md. Rooms are named by their
// folders; the main package is main.go.
type room struct {
	name           string
	all            bool // may import every room
	imports, tests []string
}

// rooms reads the table, in its order.
func rooms(t *testing.T) []room {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(top, "CONTRIBUTING.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, table, found := strings.Cut(string(text), "| room | may import of ours | its tests also |\n|---|---|---|\n")
	if !found {
		t.Fatal("no table of rooms in CONTRIBUTING.md")
	}
	var list []room
	for line := range strings.Lines(table) {
		cells := strings.Split(strings.TrimSpace(line), "|")
		if len(cells) != 5 {
			break
		}
		name := quoted(cells[1])
		if len(name) != 1 || slices.ContainsFunc(list, func(r room) bool { return r.name == name[0] }) {
			t.Errorf("want one room that is there once: %s", line)
			continue
		}
		list = append(list, room{name[0], strings.TrimSpace(cells[2]) == "all", quoted(cells[2]), quoted(cells[3])})
	}
	for _, r := range list {
		for _, other := range slices.Concat(r.imports, r.tests) {
			if !slices.ContainsFunc(list, func(r room) bool { return r.name == other }) {
				t.Errorf("%s may import %s, which is no room", r.name, other)
			}
		}
	}
	return list
}

var code = regexp.MustCompile("`([^`]+)`")

func quoted(cell string) []string {
	var words []string
	for _, match := range code.FindAllStringSubmatch(cell, -1) {
		words = append(words, match[1])
	}
	return words
}

// holds reports whether a folder, by its path from the top, is the room's.
func (r *room) holds(folder string) bool {
	if r.name == "main.go" {
		return folder == "."
	}
	return folder == r.name || strings.HasPrefix(folder, r.name+"/")
}

// may reports whether the room may import another one.
func (r *room) may(other string, inTest bool) bool {
	switch {
	case r.all && (inTest || other != testkit), slices.Contains(r.imports, other):
		return true
	case !inTest:
		return false
	case other == testkit:
		return strings.HasPrefix(r.name, "internal/") || r.name == "jobs"
	}
	return slices.Contains(r.tests, other)
}

func TestImports(t *testing.T) {
	list, prefix := rooms(t), modulePath(t)+"/"
	find := func(folder string) *room {
		i := slices.IndexFunc(list, func(r room) bool { return r.holds(folder) })
		if i < 0 {
			t.Errorf("%s: no row in CONTRIBUTING.md", folder)
			return &room{all: true}
		}
		return &list[i]
	}
	used := map[string]bool{}
	files(t, top, func(file string, content []byte) {
		if path.Ext(file) != ".go" || strings.Contains(file, "testdata/") {
			return
		}
		from := find(path.Dir(file))
		used[from.name] = true
		parsed, err := parser.ParseFile(token.NewFileSet(), file, content, parser.ImportsOnly)
		if err != nil {
			t.Error(err)
			return
		}
		for _, spec := range parsed.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				t.Errorf("%s: %v", file, err)
			}
			folder, ours := strings.CutPrefix(imported, prefix)
			if !ours {
				continue
			}
			to := find(folder)
			if to != from && !from.may(to.name, strings.HasSuffix(file, "_test.go")) {
				t.Errorf("%s imports %s, which the table in CONTRIBUTING.md does not have", file, folder)
			}
		}
	})
	for _, r := range list {
		if !used[r.name] {
			t.Errorf("%s has a row in CONTRIBUTING.md and no file", r.name)
		}
	}
}

// The linter has the rows of the table as rules for what is no test, so that an
// editor shows a wrong import where it stands.
func TestLinterRules(t *testing.T) {
	var rules strings.Builder
	all := rooms(t)
	for _, r := range all {
		if !r.all {
			rules.WriteString(r.rule(modulePath(t), all))
		}
	}
	file := filepath.Join(top, ".golangci.yml")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, found := strings.Cut(string(text), "# Rooms: written by the test in internal/house from the table in CONTRIBUTING.md.\n")
	got, after, ended := strings.Cut(rest, "        # End of rooms.\n")
	if !found || !ended {
		t.Fatal("the comments around the rules are gone")
	}
	if *update {
		text := strings.TrimSuffix(string(text), rest) + rules.String() + "        # End of rooms.\n" + after
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(rules.String(), got); diff != "" {
		t.Errorf("%d bytes into .golangci.yml, which make update-goldens rewrites (-want +got):\n%s", len(before), diff)
	}
}

// rule returns the room's rule of depguard. A longer path decides. The rooms within
// it have rules of their own.
func (r *room) rule(module string, all []room) string {
	files, allow := `"${base-path}/`+r.name+`/**"`, append([]string{r.name}, r.imports...)
	switch {
	case r.name == "main.go":
		files, allow = `"${base-path}/main.go"`, r.imports
	case slices.ContainsFunc(all, func(other room) bool { return strings.HasPrefix(other.name, r.name+"/") }):
		files = `"${base-path}/` + r.name + `/*"`
	}
	var text strings.Builder
	fmt.Fprintf(&text, "        %s:\n          list-mode: lax\n          files: [%s, \"!$test\"]\n          allow:\n",
		strings.NewReplacer("/", "-", ".go", "").Replace(r.name), files)
	for _, other := range allow {
		fmt.Fprintf(&text, "            - %s/%s\n", module, other)
	}
	text.WriteString("          deny:\n")
	for _, folder := range []string{"feed", "sitemap", "jobs", "internal"} {
		if !slices.Contains(allow, folder) {
			fmt.Fprintf(&text, "            - {pkg: %s/%s, desc: see the rooms in CONTRIBUTING.md}\n", module, folder)
		}
	}
	return text.String()
}
