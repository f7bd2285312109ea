package sqltest

import "syscall"

// attributes are of a process that runs as somebody and dies with the test.
func attributes(who *syscall.Credential) *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Credential: who, Pdeathsig: syscall.SIGKILL}
}
