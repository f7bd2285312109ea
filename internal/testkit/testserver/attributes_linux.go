package testserver

import "syscall"

// attributes are of a process that runs as somebody and dies with the test program.
func attributes(who *syscall.Credential) *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Credential: who, Pdeathsig: syscall.SIGKILL}
}
