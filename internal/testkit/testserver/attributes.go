//go:build unix && !linux

package testserver

import "syscall"

// attributes are of a process that runs as somebody.
func attributes(who *syscall.Credential) *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Credential: who}
}
