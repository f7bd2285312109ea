package main

import (
	"context"
	"fmt"
	"net"

	"feedstation/internal/testkit/testserver"
)

// program is a server that runs until the stage is closed.
type program struct {
	command testserver.Command
	process *testserver.Process
	pid     int
}

// start starts a server and returns when it takes connections on addr.
func (s *stage) start(addr string, c testserver.Command) *program {
	p := &program{}
	c.Answers = func(ctx context.Context, pid int) error {
		p.pid = pid
		conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", addr)
		if err != nil {
			return err
		}
		return conn.Close()
	}
	p.command = c
	if err := p.begin(s.ctx); err != nil {
		s.Fatal(err)
	}
	s.Cleanup(func() {
		if err := p.process.Kill(); err != nil {
			s.Errorf("%v", err)
		}
	})
	return p
}

func (p *program) begin(ctx context.Context) (err error) {
	p.process, err = p.command.Start(ctx)
	return err
}

// restart kills the server and starts it again.
func (p *program) restart(ctx context.Context) error {
	if err := p.process.Kill(); err != nil {
		return fmt.Errorf("restart %s: %w", p.command.Program, err)
	}
	return p.begin(ctx)
}

// address returns one that nobody else is given.
func (s *stage) address() string { return testserver.Addr(testserver.Port(s)) }
