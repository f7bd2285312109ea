//go:build unix

package server

import "syscall"

// connectionLimit returns how many connections a listener may have open. Go has
// raised the limit of open files as far as it may at the process's start.
func connectionLimit() int {
	var files syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &files); err != nil {
		return maxConnections
	}
	return int(max(1, min(maxConnections, files.Cur-min(otherFiles, files.Cur/2))))
}
