package press

import (
	"fmt"
	"runtime/debug"
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
