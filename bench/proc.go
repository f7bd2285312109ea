package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// tick is the unit of processor time in /proc: 1/100 s on every Linux.
const tick = 10 * time.Millisecond

// usage is what processes and all that they have started have used.
type usage struct {
	processor time.Duration
	peak      float64 // bytes: the sum of the highest that each had resident
}

// used returns the usage of processes and their children.
func used(pids ...int) (usage, error) {
	parents, err := processes()
	if err != nil {
		return usage{}, err
	}
	var u usage
	for pid := range parents {
		if !descends(pid, pids, parents) {
			continue
		}
		ticks, err := ticksOf(pid)
		if err != nil {
			continue // it has ended meanwhile
		}
		u.processor += time.Duration(ticks) * tick
		u.peak += peakOf(pid)
	}
	return u, nil
}

func descends(pid int, roots []int, parents map[int]int) bool {
	for ; pid > 1; pid = parents[pid] {
		if slices.Contains(roots, pid) {
			return true
		}
	}
	return false
}

// processes returns the parents of all processes.
func processes() (map[int]int, error) {
	files, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		return nil, err
	}
	parents := map[int]int{}
	for _, file := range files {
		pid, err := strconv.Atoi(filepath.Base(filepath.Dir(file)))
		if err != nil {
			return nil, err
		}
		if fields, err := stat(pid); err == nil {
			parents[pid], _ = strconv.Atoi(fields[1])
		}
	}
	return parents, nil
}

// stat returns the fields of /proc/PID/stat from the state on, see proc(5).
func stat(pid int) ([]string, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return nil, err
	}
	fields := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
	if len(fields) < 15 {
		return nil, fmt.Errorf("/proc/%d/stat: %q", pid, text)
	}
	return fields, nil
}

// ticksOf returns the time of a process and of its children that have ended.
func ticksOf(pid int) (ticks int64, err error) {
	fields, err := stat(pid)
	if err != nil {
		return 0, err
	}
	for _, field := range fields[11:15] { // utime, stime, cutime, cstime
		n, err := strconv.ParseInt(field, 10, 64)
		if err != nil {
			return 0, err
		}
		ticks += n
	}
	return ticks, nil
}

// peakOf returns the most that a process had resident, in bytes; 0 of one that
// has ended.
func peakOf(pid int) float64 {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	_, rest, _ := bytes.Cut(text, []byte("VmHWM:"))
	kilobytes, _ := strconv.ParseFloat(strings.Fields(string(rest) + " 0")[0], 64)
	return kilobytes * 1024
}
