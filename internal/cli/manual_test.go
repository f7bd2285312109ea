package cli

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"feedstation/internal/testkit/require"
)

// printed runs a command and returns what it prints.
func printed(t *testing.T, args ...string) string {
	t.Helper()
	var out, faults bytes.Buffer
	if status := Run(args, Terminal{Stdin: strings.NewReader(""), Stdout: &out, Stderr: &faults}); status != 0 {
		t.Fatalf("%q: status %d\n%s", args, status, &faults)
	}
	return out.String()
}

// Every command that --help lists has a page with its flags, and nothing in it is markup
// by accident.
func TestManual(t *testing.T) {
	dir := t.TempDir()
	printed(t, "manual", dir)
	help := printed(t, "--help")
	_, commands, _ := strings.Cut(help, "Commands:\n")
	pages := 0
	for line := range strings.Lines(commands) {
		name, ok := strings.CutPrefix(line, "  ")
		if !ok || strings.HasPrefix(name, " ") {
			continue
		}
		var words []string
		for word := range strings.FieldsSeq(name) {
			if strings.Trim(word, "abcdefghijklmnopqrstuvwxyz") != "" {
				break // arguments and flags
			}
			words = append(words, word)
		}
		name = strings.Join(words, "-")
		pages++
		page, err := os.ReadFile(filepath.Join(dir, "feedstation-"+name+".1"))
		if err != nil || !strings.Contains(string(page), `\-\-config=FILE`) {
			t.Errorf("the page of %s: %v\n%s", name, err, page)
		}
	}
	files, err := os.ReadDir(dir)
	if err != nil || pages < 10 || len(files) != pages+1 {
		t.Errorf("%d pages of %d commands, %v", len(files), pages, err)
	}
	for _, file := range files {
		if out, err := exec.CommandContext(t.Context(), "man", "--local-file", "--warnings", filepath.Join(dir, file.Name())).CombinedOutput(); err == nil && bytes.Contains(out, []byte("warning")) {
			t.Errorf("%s:\n%s", file.Name(), out)
		}
	}
}

func TestBashCompletion(t *testing.T) {
	bash := require.Binary(t, "bash")
	script := filepath.Join(t.TempDir(), "completion")
	if err := os.WriteFile(script, []byte(printed(t, "completion", "bash")), 0o644); err != nil {
		t.Fatal(err)
	}
	const ask = `source "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _feedstation; echo "${COMPREPLY[*]}"`
	for _, tt := range []struct {
		line []string // the last word is being typed
		want string
	}{
		{[]string{"feedstation", "retr"}, "retract"},
		{[]string{"feedstation", "--con"}, "--config"},
		{[]string{"feedstation", "build", "--acc"}, "--accept-shrink --accept-older"},
		{[]string{"feedstation", "--config", "x", "build", "--o"}, "--out"},
		{[]string{"feedstation", "import", "arti"}, ""}, // names of files, by the shell
		{[]string{"feedstation", "manu"}, ""},
		{[]string{"feedstation", "push", ""}, "status now"},
		{[]string{"feedstation", "push", "now", "--sta"}, "--station"},
		{[]string{"feedstation", "build", "--nothing"}, ""},
	} {
		out, err := exec.CommandContext(t.Context(), bash, append([]string{"-c", ask, script}, tt.line...)...).CombinedOutput()
		if got := strings.TrimSpace(string(out)); err != nil || got != tt.want {
			t.Errorf("%q: %q, %v; want %q", tt.line, got, err, tt.want)
		}
	}
}

// Each flag and command is in the scripts of all shells.
func TestCompletions(t *testing.T) {
	for _, shell := range []string{"bash", "zsh", "fish"} {
		script := printed(t, "completion", shell)
		for _, word := range []string{"build", "retract", "accept-shrink", "notice", "config"} {
			if !strings.Contains(script, word) {
				t.Errorf("%s: no %q", shell, word)
			}
		}
		if path, err := exec.LookPath(shell); err == nil { // where it is installed
			command := exec.CommandContext(t.Context(), path, "-n")
			command.Stdin = strings.NewReader(script)
			if out, err := command.CombinedOutput(); err != nil {
				t.Errorf("%s: %v\n%s", shell, err, out)
			}
		}
	}
}
