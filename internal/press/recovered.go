package press

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"golang.org/x/sync/errgroup"
)

// PanicError is the error of what has panicked. It wraps nothing: a panic is a
// failure even with context.Canceled.
type PanicError struct {
	Value any
	Stack []byte
}

func (e *PanicError) Error() string { return fmt.Sprintf("panicked: %v", e.Value) }

// Recovered runs what may panic and returns the panic as an error.
func Recovered(run func() error) (err error) {
	defer func() {
		if value := recover(); value != nil {
			err = &PanicError{Value: value, Stack: debug.Stack()}
		}
	}()
	return run()
}

// inParallel runs what may panic for each of n, as many at a time as there are processors,
// and returns the first error.
func inParallel(n int, run func(i int) error) error {
	var work errgroup.Group
	work.SetLimit(runtime.GOMAXPROCS(0))
	for i := range n {
		work.Go(func() error { return Recovered(func() error { return run(i) }) })
	}
	return work.Wait()
}
