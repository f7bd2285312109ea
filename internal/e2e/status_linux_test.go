package e2e

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// TestStatusWatch watches a process that is fresh, is ended and comes back: on a terminal
// each look is drawn over the one before, elsewhere it follows below.
func TestStatusWatch(t *testing.T) {
	const fresh, gone = "✓ 1 of 1 stations fresh", "status: no answer of a process at 127.0.0.1:"
	const corner = "\x1b[?7l\x1b[H"
	const rows = 3
	for _, tt := range []struct {
		name     string
		terminal bool
	}{{"terminal", true}, {"file", false}} {
		t.Run(tt.name, func(t *testing.T) {
			p := newProcess(t, "xt.news.example")
			p.run("demo", "--articles", "10")
			p.run("build")
			p.start()
			seen, err := os.Create(filepath.Join(p.dir, "seen"))
			if err != nil {
				t.Fatal(err)
			}
			defer seen.Close()
			watch := p.command("status", "--watch")
			watch.Stdout, watch.Stderr = seen, seen
			if tt.terminal {
				showOn(t, watch, seen, rows)
			}
			if err := watch.Start(); err != nil {
				t.Fatal(err)
			}
			defer func() { _ = watch.Process.Kill() }() // it has ended, unless the test fails
			await := func(text string) {
				t.Helper()
				from := len(p.file("seen"))
				p.until("shown: "+text, func() bool { return strings.Contains(p.file("seen")[from:], text) })
			}
			await(fresh)
			await(fresh)
			if _, err := p.end(os.Interrupt); err != nil {
				t.Fatal(err)
			}
			await(gone)
			p.start()
			await(fresh)
			if err := watch.Process.Signal(os.Interrupt); err != nil {
				t.Fatal(err)
			}
			if err := watch.Wait(); err != nil {
				t.Errorf("what was seen last is fresh: %v", err)
			}
			text := p.file("seen")
			if tt.terminal != strings.HasPrefix(text, corner) || !tt.terminal && strings.Contains(text, "\x1b") {
				t.Errorf("control characters: %q", text)
			}
			for frame := range strings.SplitSeq(strings.TrimPrefix(text, corner), corner) {
				if tt.terminal && (strings.Count(frame, "\n") > rows-1 || strings.Count(frame, "\x1b[K") != strings.Count(frame, "\n") || !strings.HasSuffix(frame, "\x1b[J\x1b[?7h")) {
					t.Errorf("not a screen of %d lines: %q", rows, frame)
				}
			}

			// Nobody answers any more: that, too, is what was seen last.
			again := p.command("status", "--watch")
			again.Stdout = seen
			if _, err := p.end(os.Interrupt); err != nil {
				t.Fatal(err)
			}
			if err := again.Start(); err != nil {
				t.Fatal(err)
			}
			await(gone)
			if err := again.Process.Signal(syscall.SIGTERM); err != nil {
				t.Fatal(err)
			}
			if err := again.Wait(); again.ProcessState.ExitCode() != 1 {
				t.Errorf("nobody answers: %v", err)
			}
		})
	}
}

// showOn has a command write to a terminal of so many rows, and what is seen there be
// written to a file.
func showOn(t *testing.T, c *exec.Cmd, seen io.Writer, rows uint16) {
	t.Helper()
	master, slave := terminalPair(t)
	t.Cleanup(func() { slave.Close() })
	if err := unix.IoctlSetWinsize(int(slave.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Row: rows, Col: 80}); err != nil {
		t.Fatal(err)
	}
	c.Stdout, c.Stderr = slave, slave
	go func() { _, _ = io.Copy(seen, master) }() // a terminal's end is an error
}
