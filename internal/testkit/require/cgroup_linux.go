package require

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Limits are what the processes of a [Cgroup] may use together; zero: without a limit.
type Limits struct {
	Memory int64   // bytes, swap and the page cache included
	CPU    float64 // processors, over 100 ms
}

// cgroupRoot is where control groups are, cgroups(7).
const cgroupRoot = "/sys/fs/cgroup"

// cgroupPeriod is that of the quota of processor time.
const cgroupPeriod = 100 * time.Millisecond

// Cgroup is a control group, of version 2 or 1, until the test ends.
type Cgroup struct {
	dirs []string // one, or in version 1 one a controller
	v2   bool
}

// NewCgroup returns a control group without processes. Where none may be made the test
// is skipped, or fails with FEEDSTATION_REQUIRE=all.
func NewCgroup(t testing.TB, limits Limits) *Cgroup {
	t.Helper()
	g := new(Cgroup)
	_, err := os.Stat(filepath.Join(cgroupRoot, "cgroup.controllers"))
	g.v2 = err == nil
	t.Cleanup(func() {
		if err := g.remove(); err != nil {
			t.Error(err)
		}
	})
	if err := g.make(limits); err != nil {
		lack(t, "needs a control group (root, and "+cgroupRoot+" writable): "+err.Error())
	}
	return g
}

// make makes the folders and writes the limits.
func (g *Cgroup) make(limits Limits) error {
	quota := strconv.FormatInt(int64(limits.CPU*float64(cgroupPeriod.Microseconds())), 10)
	if g.v2 {
		// No controller is there for children unless this says so.
		err := os.WriteFile(filepath.Join(cgroupRoot, "cgroup.subtree_control"), []byte("+memory +cpu"), 0)
		dir, mkdirErr := g.mkdir("")
		if err := errors.Join(err, mkdirErr); err != nil {
			return err
		}
		if limits.Memory > 0 {
			err = errors.Join(err, set(dir, "memory.max", fmt.Sprint(limits.Memory)), optional(set(dir, "memory.swap.max", "0")))
		}
		if limits.CPU > 0 {
			err = errors.Join(err, set(dir, "cpu.max", fmt.Sprint(quota, " ", cgroupPeriod.Microseconds())))
		}
		return err
	}
	if limits.Memory > 0 {
		dir, err := g.mkdir("memory")
		if err = errors.Join(err, set(dir, "memory.limit_in_bytes", fmt.Sprint(limits.Memory))); err != nil {
			return err
		}
		if err := optional(set(dir, "memory.memsw.limit_in_bytes", fmt.Sprint(limits.Memory))); err != nil {
			return err
		}
	}
	if limits.CPU > 0 {
		dir, err := g.mkdir("cpu")
		if err = errors.Join(err, set(dir, "cpu.cfs_period_us", fmt.Sprint(cgroupPeriod.Microseconds()))); err != nil {
			return err
		}
		return set(dir, "cpu.cfs_quota_us", quota)
	}
	return nil
}

func (g *Cgroup) mkdir(controller string) (dir string, err error) {
	if dir, err = os.MkdirTemp(filepath.Join(cgroupRoot, controller), "feedstation-test-"); err == nil {
		g.dirs = append(g.dirs, dir)
	}
	return dir, err
}

func set(dir, name, value string) error {
	return os.WriteFile(filepath.Join(dir, name), []byte(value), 0)
}

// optional is for what kernels are built without.
func optional(err error) error {
	if errors.Is(err, os.ErrNotExist) || errors.Is(err, os.ErrPermission) {
		return nil
	}
	return err
}

// Wrap writes a program that runs another one in the group, into a folder.
func (g *Cgroup) Wrap(t testing.TB, dir, program string) (wrapper string) {
	t.Helper()
	var script strings.Builder
	script.WriteString("#!/bin/sh\nset -e\n")
	for _, dir := range g.dirs {
		fmt.Fprintf(&script, "echo $$ >'%s/cgroup.procs'\n", dir)
	}
	fmt.Fprintf(&script, "exec '%s' \"$@\"\n", program)
	wrapper = filepath.Join(dir, "in-cgroup")
	if err := os.WriteFile(wrapper, []byte(script.String()), 0o755); err != nil {
		t.Fatal(err)
	}
	return wrapper
}

// Peak returns the most memory that the group has had, in bytes; 0: the kernel does not
// tell.
func (g *Cgroup) Peak() int64 {
	for _, dir := range g.dirs {
		for _, name := range []string{"memory.peak", "memory.max_usage_in_bytes"} {
			text, err := os.ReadFile(filepath.Join(dir, name))
			if err != nil {
				continue
			}
			if peak, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64); err == nil {
				return peak
			}
		}
	}
	return 0
}

// remove removes the group, whose processes have ended: a moment later the kernel knows.
func (g *Cgroup) remove() (err error) {
	for _, dir := range g.dirs {
		fault := syscall.Rmdir(dir)
		for deadline := time.Now().Add(time.Second); errors.Is(fault, syscall.EBUSY) && time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
			fault = syscall.Rmdir(dir)
		}
		if fault != nil {
			err = errors.Join(err, fmt.Errorf("remove %s: %w", dir, fault))
		}
	}
	return err
}
