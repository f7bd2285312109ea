// Package testserver runs the servers that tests need: on ports that stay
// theirs, as processes that end with the test program however that ends.
//
// It is a test helper: no production package may import it.
package testserver

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"time"
)

const (
	patience = time.Minute          // from a server's start to its first answer
	interval = 5 * time.Millisecond // between two questions
)

// Command is what starts a server.
type Command struct {
	Program string
	Args    []string
	Dir     string              // empty: the test's
	Env     []string            // nil: the test's
	User    *syscall.Credential // nil: the test's
	// Answers asks the server, which has a process of that id, and returns why
	// it can't be used yet.
	Answers func(ctx context.Context, pid int) error
	// Patience is how long it may take to answer; 0: a minute.
	Patience time.Duration
}

// Process is a server that runs. Its methods are for one goroutine at a time.
type Process struct {
	cmd  *exec.Cmd
	log  bytes.Buffer  // all it wrote; to be read once gone is closed
	gone chan struct{} // closed when it has ended and was waited for
}

// Start returns when the server answers. When it doesn't in time, or
// before ctx ends, or ends first, the error tells what it wrote. It outlives ctx:
// a test's context ends before its cleanups run, which may still need the server.
func (c Command) Start(ctx context.Context) (*Process, error) {
	p := &Process{gone: make(chan struct{})}
	p.cmd = exec.CommandContext(context.WithoutCancel(ctx), c.Program, c.Args...)
	p.cmd.Dir, p.cmd.Env = c.Dir, c.Env
	p.cmd.Stdout, p.cmd.Stderr = &p.log, &p.log
	p.cmd.SysProcAttr = attributes(c.User)
	started := make(chan error)
	go func() {
		// A process is told when the thread ends that started it, so the thread
		// waits for the process.
		runtime.LockOSThread()
		defer close(p.gone)
		err := p.cmd.Start()
		started <- err
		if err == nil {
			_ = p.cmd.Wait() // nobody asks a server in tests to end well
		}
	}()
	if err := <-started; err != nil {
		return nil, fmt.Errorf("start %s: %w", c.Program, err)
	}
	if err := p.await(ctx, c.Answers, cmp.Or(c.Patience, patience)); err != nil {
		err = errors.Join(err, p.Kill())
		return nil, fmt.Errorf("start %s: %w\n%s", c.Program, err, p.log.String())
	}
	return p, nil
}

func (p *Process) await(ctx context.Context, answers func(context.Context, int) error, patience time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	tick := time.NewTicker(interval)
	defer tick.Stop()
	for {
		err := answers(ctx, p.cmd.Process.Pid)
		if err == nil {
			return nil
		}
		select {
		case <-p.gone:
			return fmt.Errorf("it ended at once: %v", p.cmd.ProcessState)
		case <-ctx.Done():
			return fmt.Errorf("no answer: %w", errors.Join(ctx.Err(), err))
		case <-tick.C:
		}
	}
}

// Kill ends the process with SIGKILL, stopped or not, and its children, and
// waits until it is gone. Of one that is gone it does nothing.
func (p *Process) Kill() error {
	select {
	case <-p.gone:
		return nil // its id may be another's
	default:
	}
	// A child that is stopped would not see that the first process has ended, and
	// would keep the pipe open that all of them write into.
	err := p.signal(syscall.SIGKILL)
	<-p.gone
	return err
}

// Stop freezes the process and its children with SIGSTOP: the system still takes
// connections, and nothing answers until Cont. It returns once all stand still.
func (p *Process) Stop() error {
	if err := p.signal(syscall.SIGSTOP); err != nil {
		return err
	}
	for deadline := time.Now().Add(patience); !stopped(p.cmd.Process.Pid); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			return errors.New("it does not stop")
		}
	}
	return nil
}

// Cont lets a stopped process go on.
func (p *Process) Cont() error { return p.signal(syscall.SIGCONT) }

// signal sends a signal to the process and its children. It stands still first,
// so that it has no more of them.
func (p *Process) signal(s syscall.Signal) error {
	pid := p.cmd.Process.Pid
	if err := p.cmd.Process.Signal(syscall.SIGSTOP); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	for _, pid := range append(children(pid), pid) {
		if err := syscall.Kill(pid, s); err != nil && !errors.Is(err, syscall.ESRCH) { // it has ended meanwhile
			return fmt.Errorf("%v: %w", s, err)
		}
	}
	return nil
}
