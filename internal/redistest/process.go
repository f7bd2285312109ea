package redistest

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

const (
	patience = 10 * time.Second     // from a server's start to its first answer
	interval = 2 * time.Millisecond // between two questions
)

// process is a running redis-server, be it a server or a sentinel.
type process struct {
	cmd  *exec.Cmd
	log  bytes.Buffer  // all it wrote; to be read once gone is closed
	gone chan struct{} // closed when it has ended and was waited for
}

// launch starts binary, with more options than the address, and returns when it
// answers on addr. When it doesn't within patience, or ends first, the error
// tells what it wrote.
func launch(ctx context.Context, binary, addr string, options ...string) (*process, error) {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, err
	}
	p := &process{gone: make(chan struct{})}
	// A test's context ends before its cleanups run, and those may still talk to
	// the server: it must not end with ctx.
	p.cmd = exec.CommandContext(context.WithoutCancel(ctx), binary,
		append(options, "--port", port, "--bind", host, "--daemonize", "no")...)
	p.cmd.Stdout, p.cmd.Stderr = &p.log, &p.log
	if err := p.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", binary, err)
	}
	go func() {
		defer close(p.gone)
		// How it ended does not matter: nobody asks a server in tests to end well.
		_ = p.cmd.Wait()
	}()
	if err := p.await(ctx, addr); err != nil {
		err = fmt.Errorf("start %s on %s: %w", binary, addr, errors.Join(err, p.kill()))
		return nil, fmt.Errorf("%w\n%s", err, p.log.String())
	}
	return p, nil
}

// await asks the server until it answers.
func (p *process) await(ctx context.Context, addr string) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	tick := time.NewTicker(interval)
	defer tick.Stop()
	for {
		err := p.ask(ctx, addr)
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

// ask succeeds when this very process answers on addr. PING would not do: when
// the port was taken, another test's server may answer there.
func (p *process) ask(ctx context.Context, addr string) error {
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, "tcp", addr)
	if err != nil {
		return err
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(time.Second)); err != nil {
		return err
	}
	if _, err := io.WriteString(conn, "INFO server\r\n"); err != nil {
		return err
	}
	// The reply is a bulk string: $LENGTH, then so many bytes.
	r := bufio.NewReader(io.LimitReader(conn, 64<<10))
	head, err := r.ReadString('\n')
	if err != nil {
		return err
	}
	size, err := strconv.Atoi(strings.TrimSpace(strings.TrimPrefix(head, "$")))
	if err != nil {
		return fmt.Errorf("unexpected reply %q", head)
	}
	info, err := io.ReadAll(io.LimitReader(r, int64(size)))
	if err != nil {
		return err
	}
	if !strings.Contains(string(info), fmt.Sprintf("process_id:%d\r\n", p.cmd.Process.Pid)) {
		return errors.New("another server answers")
	}
	return nil
}

// kill ends the process, stopped or not, and waits until it is gone.
func (p *process) kill() error {
	err := p.cmd.Process.Kill()
	if errors.Is(err, os.ErrProcessDone) {
		err = nil
	}
	<-p.gone
	return err
}
