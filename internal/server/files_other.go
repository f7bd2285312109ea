//go:build !unix

package server

// connectionLimits returns how many connections the public and the admin
// listener may have open. No limit of open files is known here.
func connectionLimits() (public, admin int) { return maxConnections, otherFiles / adminShare }
