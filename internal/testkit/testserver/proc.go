package testserver

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
)

// What follows reads /proc. On a system without it no child is known, and a
// process is taken to stand still at once.

// stopped reports whether no thread of a process runs.
func stopped(pid int) bool {
	threads, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/stat", pid))
	for _, thread := range threads {
		if t, err := readStat(thread); err == nil && t.state != "T" {
			return false
		}
	}
	return true
}

// children returns the processes that a process has started and that run.
func children(pid int) (pids []int) {
	paths, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, path := range paths {
		if p, err := readStat(path); err == nil && p.parent == pid {
			pids = append(pids, p.id)
		}
	}
	return pids
}

// stat is what /proc tells of a process or a thread, see proc(5).
type stat struct {
	id     int
	state  string
	parent int
}

// readStat fails when the process has ended.
func readStat(path string) (s stat, err error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return s, err
	}
	// id (name) state parent …; the name may hold anything.
	if _, err := fmt.Sscan(string(text), &s.id); err != nil {
		return s, err
	}
	_, err = fmt.Sscan(string(text[bytes.LastIndexByte(text, ')')+1:]), &s.state, &s.parent)
	return s, err
}
