//go:build unix

package server

import "syscall"

// connectionLimits returns how many connections the public and the admin
// listener may have open, together fewer than the process may have files. Go has
// raised the limit of open files as far as it may at the process's start.
func connectionLimits() (public, admin int) {
	var files syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &files); err != nil {
		return maxConnections, otherFiles / adminShare
	}
	other := min(otherFiles, files.Cur/2)
	return int(max(1, min(maxConnections, files.Cur-other))), int(max(1, other/adminShare))
}
