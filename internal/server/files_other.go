//go:build !unix

package server

// connectionLimit returns how many connections a listener may have open. No
// limit of open files is known here.
func connectionLimit() int { return maxConnections }
