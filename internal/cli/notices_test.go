package cli

import (
	"bytes"
	"flag"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite notices.txt")

// licences are the files of a module that have to go with the program.
var licences = regexp.MustCompile(`(?i)^(licen[cs]e|copying|notice|patents)`)

// TestNotices holds that notices.txt has the licences of all that is compiled
// into the program on the common platforms, and nothing else. `make notices`
// writes it.
func TestNotices(t *testing.T) {
	want := notices(t)
	if *update {
		if err := os.WriteFile("notices.txt", want, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if !bytes.Equal([]byte(licenceNotices), want) {
		t.Errorf("notices.txt is not of the modules that are compiled in: run `make notices`\nhas  %q\nwant %q",
			headings([]byte(licenceNotices)), headings(want))
	}
}

// headings are the lines that begin a module.
func headings(text []byte) (found []string) {
	for _, line := range regexp.MustCompile(`(?m)^=+\n(.*)\n=+$`).FindAllSubmatch(text, -1) {
		found = append(found, string(line[1]))
	}
	return found
}

// notices makes the file from the module cache.
func notices(t *testing.T) []byte {
	t.Helper()
	modules := map[string]string{"Go, its standard library": strings.TrimSpace(run(t, "", "env", "GOROOT"))}
	for _, system := range []string{"linux", "darwin", "windows", "freebsd"} {
		list := run(t, system, "list", "-deps", "-f", `{{with .Module}}{{if .Version}}{{.Path}} {{.Version}}	{{.Dir}}{{end}}{{end}}`, "feedstation")
		for line := range strings.Lines(list) {
			if name, dir, ok := strings.Cut(strings.TrimSpace(line), "\t"); ok {
				modules[name] = dir
			}
		}
	}
	var text bytes.Buffer
	text.WriteString("feedstation has the following in its binary. Written by `make notices`.\n")
	for _, name := range slices.Sorted(maps.Keys(modules)) {
		rule := strings.Repeat("=", 79)
		fmt.Fprintf(&text, "\n%s\n%s\n%[1]s\n", rule, name)
		entries, err := os.ReadDir(modules[name])
		if err != nil {
			t.Fatal(err)
		}
		found := 0
		for _, entry := range entries {
			if !entry.Type().IsRegular() || !licences.MatchString(entry.Name()) {
				continue
			}
			body, err := os.ReadFile(filepath.Join(modules[name], entry.Name()))
			if err != nil {
				t.Fatal(err)
			}
			found++
			fmt.Fprintf(&text, "\n--- %s\n\n%s\n", entry.Name(), bytes.TrimSpace(bytes.ReplaceAll(body, []byte("\r\n"), []byte("\n"))))
		}
		if found == 0 {
			t.Errorf("%s: no licence in %s", name, modules[name])
		}
	}
	return text.Bytes()
}

// run runs the go tool for an operating system.
func run(t *testing.T, system string, args ...string) string {
	t.Helper()
	command := exec.CommandContext(t.Context(), "go", args...)
	command.Env = append(os.Environ(), "CGO_ENABLED=0", "GOARCH=amd64")
	if system != "" {
		command.Env = append(command.Env, "GOOS="+system)
	}
	out, err := command.Output()
	if err != nil {
		t.Fatalf("go %s: %v", args, err)
	}
	return string(out)
}
