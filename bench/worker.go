package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"syscall"
	"time"
)

// A worker is a process that does one kind of work for as long as it is told to:
// it reads {"seconds": 0.5}, works, and writes {"units": 1234, "seconds": 0.5003}.
// The seconds are those of the processor, of all its threads: what else runs on
// the machine makes little difference to them. Workers of all languages speak so,
// so that each measures itself, without the start of its interpreter, and holds a
// memory of its own.
type (
	order struct {
		Seconds float64 `json:"seconds"`
	}
	yield struct {
		Units   int     `json:"units"`
		Seconds float64 `json:"seconds"`
	}
)

// worker is the side of it that gives orders.
type worker struct {
	name   string
	cmd    *exec.Cmd
	orders io.WriteCloser
	answer *bufio.Reader
}

func startWorker(name string, cmd *exec.Cmd) (*worker, error) {
	w := &worker{name: name, cmd: cmd}
	var err error
	if w.orders, err = cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	cmd.Stderr = os.Stderr
	w.answer = bufio.NewReader(out)
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	return w, nil
}

// work returns how much was done in a second of the processor.
func (w *worker) work(ctx context.Context, d time.Duration) (perSecond float64, err error) {
	if err := json.NewEncoder(w.orders).Encode(order{d.Seconds()}); err != nil {
		return 0, fmt.Errorf("%s: %w", w.name, err)
	}
	text, err := w.answer.ReadBytes('\n')
	if err != nil {
		return 0, errors.Join(fmt.Errorf("%s: %w", w.name, err), ctx.Err())
	}
	var r yield
	if err := json.Unmarshal(text, &r); err != nil {
		return 0, fmt.Errorf("%s: %w: %s", w.name, err, text)
	}
	if r.Units == 0 || r.Seconds == 0 {
		return 0, fmt.Errorf("%s: nothing was done: %s", w.name, text)
	}
	return float64(r.Units) / r.Seconds, nil
}

func (w *worker) close() error { return errors.Join(w.orders.Close(), w.cmd.Wait()) }

// obey is the other side: it does turns of work, each of which returns how many
// units it did, until there are no more orders.
func obey(in io.Reader, out io.Writer, turn func() (int, error)) error {
	orders, answers := json.NewDecoder(in), json.NewEncoder(out)
	for {
		var o order
		if err := orders.Decode(&o); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		var done yield
		began := processorTime()
		for done.Seconds < o.Seconds {
			n, err := turn()
			if err != nil {
				return err
			}
			done.Units += n
			done.Seconds = (processorTime() - began).Seconds()
		}
		if err := answers.Encode(done); err != nil {
			return err
		}
	}
}

// processorTime is how long this process has been computing.
func processorTime() time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		panic(err) // the arguments are right
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
