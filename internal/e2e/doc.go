// Package e2e is the tests of whole programs: a script for each command as a
// stranger would run it, nights of failures, fleets of processes, and, with the
// build tag archive, what an archive of a million articles costs. It has no code
// of its own.
package e2e
