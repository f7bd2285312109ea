//go:build linux

// Package machine boots a machine with systemd for tests: a container whose files are
// those of this machine, in memory once they change, and whose network is this machine's.
//
// It is a test helper: no production package may import it.
package machine

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"feedstation/internal/testkit/require"
	"feedstation/internal/testkit/testserver"
)

// Machine runs until its test ends.
type Machine struct {
	Root string // its files, as seen from here
	t    testing.TB
	pid  string // its first process, as seen from here
}

// Boot starts systemd, and no service but what every other one needs. Where that can't
// be the test is skipped, or fails with FEEDSTATION_REQUIRE=all.
func Boot(t testing.TB) *Machine {
	t.Helper()
	require.Root(t)
	nspawn := require.Binary(t, "systemd-nspawn")
	m := &Machine{t: t, Root: require.Overlay(t, "/")}
	// A package's manual pages need no index, which takes longer than all else.
	if err := os.Remove(filepath.Join(m.Root, "var/lib/man-db/auto-update")); err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	name := fmt.Sprintf("feedstation-test-%d", os.Getpid())
	t.Cleanup(func() { // which systemd-nspawn does where it ends by itself
		if err := os.RemoveAll(filepath.Join("/run/systemd/nspawn/propagate", name)); err != nil {
			t.Errorf("machine: %v", err)
		}
	})
	server, err := testserver.Command{
		Program: nspawn,
		Args: []string{
			"--quiet", "--directory=" + m.Root, "--machine=" + name, "--uuid=" + fmt.Sprintf("%032x", os.Getpid()),
			"--register=no", "--keep-unit", "--link-journal=no", "--console=pipe", "--boot",
			"systemd.unit=sysinit.target", "systemd.show_status=no",
		},
		Answers: m.answers,
	}.Start(t.Context())
	if err != nil {
		t.Fatalf("machine: %v", err)
	}
	t.Cleanup(func() {
		if err := server.Kill(); err != nil {
			t.Errorf("machine: %v", err)
		}
	})
	return m
}

// answers finds the machine's first process, which that of an id has started, and asks
// whether it has booted.
func (m *Machine) answers(ctx context.Context, pid int) error {
	children, err := os.ReadFile(fmt.Sprintf("/proc/%[1]d/task/%[1]d/children", pid))
	if err != nil {
		return err
	}
	m.pid = strings.TrimSpace(string(children))
	if m.pid == "" || strings.Contains(m.pid, " ") {
		return errors.New("not started")
	}
	out, err := m.command(ctx, "systemctl", "is-active", "sysinit.target").CombinedOutput()
	if err != nil {
		return fmt.Errorf("%w: %s", err, out)
	}
	return nil
}

// command is that of a program on the machine, as its root.
func (m *Machine) command(ctx context.Context, args ...string) *exec.Cmd {
	command := exec.CommandContext(ctx, "nsenter", append([]string{"--target", m.pid, "--mount", "--pid", "--uts", "--ipc", "--root", "--wd", "--"}, args...)...)
	command.Env = []string{"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "DEBIAN_FRONTEND=noninteractive"}
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	return command
}

// Try runs a program on the machine and returns what it printed, without the last line
// break.
func (m *Machine) Try(args ...string) (string, error) {
	out, err := m.command(m.t.Context(), args...).CombinedOutput()
	return strings.TrimSuffix(string(out), "\n"), err
}

// Run is Try for what has to succeed.
func (m *Machine) Run(args ...string) string {
	m.t.Helper()
	out, err := m.Try(args...)
	if err != nil {
		m.t.Fatalf("%q: %v\n%s", args, err, out)
	}
	return out
}
