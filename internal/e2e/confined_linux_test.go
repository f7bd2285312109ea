package e2e

import (
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"feedstation/internal/testkit/redistest"
	"feedstation/internal/testkit/require"
)

// The unit leaves the program all system calls that it makes: it builds, serves, follows
// changes, is configured anew and stops.
func TestServiceWithinItsCalls(t *testing.T) {
	t.Parallel()
	require.File(t, "/usr/share/doc/python3-seccomp/copyright", "python3-seccomp")
	program := buildProgram(t)
	confine, err := filepath.Abs("testdata/seccomp/confine.py")
	if err != nil {
		t.Fatal(err)
	}
	p := newProcess(t, "xt.news.example", "FEEDSTATION_CACHE_REDIS_ADDRS="+redistest.Start(t).Addr())
	p.put(1, "早间新闻")
	p.program = filepath.Join(p.dir, "confined")
	script := "#!/bin/sh\nexec /usr/bin/python3 " + confine + " " + strings.Join(unitCalls(t), ",") + " " + program + " \"$@\"\n"
	if err := os.WriteFile(p.program, []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	p.start()
	p.await("早间新闻")
	p.put(2, "午间新闻")
	p.await("午间新闻")
	p.isReady("127.0.0.1")
	if err := p.serve.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	p.put(3, "晚间新闻")
	p.await("晚间新闻")
	if _, err := p.end(os.Interrupt); err != nil {
		t.Error(err)
	}
	if log := p.log.String(); !strings.Contains(log, "configuration reloaded") || strings.Contains(log, "level=WARN") || strings.Contains(log, "level=ERROR") {
		t.Errorf("want a reload and no warning:\n%s", log)
	}
}

// unitCalls returns the system calls that the unit allows, in order.
func unitCalls(t *testing.T) []string {
	t.Helper()
	unit, err := os.ReadFile("../../deploy/package/feedstation.service")
	if err != nil {
		t.Fatal(err)
	}
	calls := map[string]bool{}
	for line := range strings.Lines(string(unit)) {
		groups, ok := strings.CutPrefix(strings.TrimSpace(line), "SystemCallFilter=")
		groups, refused := strings.CutPrefix(groups, "~")
		if !ok {
			continue
		}
		for group := range strings.FieldsSeq(groups) {
			for _, call := range callsOf(t, group) {
				calls[call] = !refused
			}
		}
	}
	maps.DeleteFunc(calls, func(_ string, allowed bool) bool { return !allowed })
	if !calls["openat"] || calls["setuid"] {
		t.Fatalf("%d calls, among them setuid %t", len(calls), calls["setuid"])
	}
	return slices.Sorted(maps.Keys(calls))
}

// callsOf returns the system calls of a group, and of those in it.
func callsOf(t *testing.T, group string) (calls []string) {
	t.Helper()
	if !strings.HasPrefix(group, "@") {
		return []string{group}
	}
	out, err := exec.CommandContext(t.Context(), require.Binary(t, "systemd-analyze"), "syscall-filter", "--no-pager", group).Output()
	if err != nil {
		t.Fatalf("%s: %v", group, err)
	}
	for line := range strings.Lines(string(out)) {
		name := strings.TrimSpace(line)
		if name != "" && name != group && !strings.HasPrefix(name, "#") {
			calls = append(calls, callsOf(t, name)...)
		}
	}
	return calls
}
