package testserver

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

var errSilent = errors.New("silent")

func TestStartTellsWhy(t *testing.T) {
	tests := []struct {
		name string
		args []string
		want []string
	}{
		{"no such program", []string{"/none/server"}, []string{"start /none/server: ", "no such file"}},
		{"it ends", []string{"sh", "-c", "echo the port is taken; exit 3"}, []string{"it ended at once: exit status 3", "the port is taken"}},
		{"it says nothing", []string{"sh", "-c", "echo starting; exec sleep 1000"}, []string{"no answer: context deadline exceeded", "silent", "starting"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
			defer cancel()
			_, err := Command{Program: tt.args[0], Args: tt.args[1:], Answers: func(context.Context, int) error { return errSilent }}.Start(ctx)
			for _, want := range tt.want {
				if err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("%v, want it to say %q", err, want)
				}
			}
		})
	}
}

// family is a server with a child, which does nothing.
func family(t *testing.T) *Process {
	t.Helper()
	p, err := Command{Program: "sh", Args: []string{"-c", "sleep 1000 & wait"}, Answers: func(_ context.Context, pid int) error {
		if len(children(pid)) == 0 {
			return errSilent
		}
		return nil
	}}.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Kill() })
	return p
}

func TestProcess(t *testing.T) {
	p := family(t)
	members := append(children(p.cmd.Process.Pid), p.cmd.Process.Pid)
	all := func(state string) bool {
		for _, pid := range members {
			if s, err := readStat(filepath.Join("/proc", strconv.Itoa(pid), "stat")); err != nil || (s.state == "T") != (state == "T") {
				return false
			}
		}
		return true
	}
	if err := p.Stop(); err != nil {
		t.Fatal(err)
	}
	await(t, "all stand still", func() bool { return all("T") })
	if err := p.Cont(); err != nil {
		t.Fatal(err)
	}
	await(t, "all go on", func() bool { return all("S") })
	if err := p.Stop(); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := p.Kill(); err != nil {
			t.Fatal(err)
		}
	}
	await(t, "all are gone", func() bool { return gone(members...) })
}

// TestEndsWithTheProgram kills a test program that has a server.
func TestEndsWithTheProgram(t *testing.T) {
	const variable = "FEEDSTATION_TEST_SERVER"
	if file := os.Getenv(variable); file != "" {
		if err := os.WriteFile(file, []byte(strconv.Itoa(family(t).cmd.Process.Pid)+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		select {}
	}
	file := filepath.Join(t.TempDir(), "pid")
	c := exec.Command(os.Args[0], "-test.run=^TestEndsWithTheProgram$")
	c.Env = append(os.Environ(), variable+"="+file)
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	var pid int
	await(t, "the server runs", func() bool {
		text, _ := os.ReadFile(file)
		id, whole := strings.CutSuffix(string(text), "\n")
		pid, _ = strconv.Atoi(id)
		return whole
	})
	if gone(pid) {
		t.Fatal("the server is not there")
	}
	c.Process.Kill()
	c.Wait()
	await(t, "the server is gone", func() bool { return gone(pid) })
}

// gone reports whether processes have ended, whether or not they were waited for.
func gone(pids ...int) bool {
	for _, pid := range pids {
		if s, err := readStat(filepath.Join("/proc", strconv.Itoa(pid), "stat")); err == nil && s.state != "Z" {
			return false
		}
	}
	return true
}

func await(t *testing.T, what string, reached func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !reached(); time.Sleep(interval) {
		if time.Now().After(deadline) {
			t.Fatalf("not within %s: %s", patience, what)
		}
	}
}
