// Package faultproxy is the bad network between a program and a server that a
// test has started: a TCP proxy on the loopback that delays, cuts and freezes
// what goes through it.
package faultproxy

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"sync"
	"testing"
	"time"
)

// Proxy passes connections on to a server. Its methods may be called at any
// time, and hold for the connections that there are and for later ones.
type Proxy struct {
	listener net.Listener
	work     sync.WaitGroup

	mu     sync.Mutex
	target string
	delay  time.Duration
	refuse bool
	thawed chan struct{} // closed, unless the proxy is frozen
	cut    bool          // after that many bytes more
	left   int
	every  int // and again; 0: once
	age    int // how often it has forgotten
	conns  map[*net.TCPConn]bool
}

// New returns a proxy to host:port that ends with the test.
func New(t testing.TB, target string) *Proxy {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatalf("faultproxy: %v", err)
	}
	p := &Proxy{listener: listener, target: target, thawed: make(chan struct{}), conns: map[*net.TCPConn]bool{}}
	close(p.thawed)
	ctx := t.Context() // it ends before the cleanups begin
	p.work.Go(func() { p.accept(ctx) })
	t.Cleanup(func() {
		if err := listener.Close(); err != nil {
			t.Errorf("faultproxy: %v", err)
		}
		p.Reset()
		p.work.Wait()
	})
	return p
}

// Addr returns the proxy's own host:port.
func (p *Proxy) Addr() string { return p.listener.Addr().String() }

// Switch passes connections on to another server, and resets those that there are: a
// fail-over.
func (p *Proxy) Switch(target string) {
	p.mu.Lock()
	p.target = target
	p.mu.Unlock()
	p.Reset()
}

func (p *Proxy) server() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.target
}

// SetDelay makes what is sent from now on arrive so much later, in both
// directions.
func (p *Proxy) SetDelay(d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.delay = d
}

// Refuse tells whether new connections are reset as soon as they are made.
func (p *Proxy) Refuse(refuse bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.refuse = refuse
}

// Freeze tells whether nothing passes: connections stay as they are, new ones
// are accepted, and nobody answers. What was sent meanwhile arrives after the
// thaw.
func (p *Proxy) Freeze(freeze bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	select {
	case <-p.thawed:
		if freeze {
			p.thawed = make(chan struct{})
		}
	default:
		if !freeze {
			close(p.thawed)
		}
	}
}

// Forget lets nothing more pass on the connections that there are, and tells neither
// side: a firewall that has forgotten them.
func (p *Proxy) Forget() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.age++
}

// CutAfter resets all connections, once, when the server has sent n bytes more.
func (p *Proxy) CutAfter(n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cut, p.left, p.every = true, n, 0
}

// CutEvery resets all connections each time when the server has sent n bytes more; 0: no
// more.
func (p *Proxy) CutEvery(n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cut, p.left, p.every = n > 0, n, n
}

// Reset cuts all connections that there are, with RST on both sides.
func (p *Proxy) Reset() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for conn := range p.conns {
		reset(conn)
	}
	clear(p.conns)
}

// reset closes a connection with RST; what goes wrong with it, has gone.
func reset(conn *net.TCPConn) {
	_ = conn.SetLinger(0)
	_ = conn.Close()
}

func (p *Proxy) accept(ctx context.Context) {
	for {
		conn, err := p.listener.Accept()
		if err != nil {
			return
		}
		client := conn.(*net.TCPConn)
		if p.keep(ctx, client) {
			p.work.Go(func() { p.pass(ctx, client) })
		}
	}
}

// keep makes a connection one of those that Reset cuts. It is cut at once where
// there are to be none.
func (p *Proxy) keep(ctx context.Context, conn *net.TCPConn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.refuse || ctx.Err() != nil {
		reset(conn)
		return false
	}
	p.conns[conn] = true
	return true
}

// pass connects a client to the server until one of them ends.
func (p *Proxy) pass(ctx context.Context, client *net.TCPConn) {
	defer p.drop(client)
	if !p.wait(ctx, p.due()) {
		return
	}
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", p.server())
	if err != nil {
		reset(client)
		return
	}
	server := conn.(*net.TCPConn)
	if !p.keep(ctx, server) {
		return
	}
	defer p.drop(server)
	p.mu.Lock()
	age := p.age
	p.mu.Unlock()
	var directions sync.WaitGroup
	directions.Go(func() { p.copy(ctx, server, client, age, false) })
	directions.Go(func() { p.copy(ctx, client, server, age, true) })
	directions.Wait()
}

func (p *Proxy) drop(conn *net.TCPConn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.conns, conn)
	_ = conn.Close() // it may have been reset
}

// piece is what one side has sent, and when it is to arrive.
type piece struct {
	data []byte
	due  time.Time
	err  error // after the data
}

// underWay is how many pieces of a connection are on their way at most, in one
// direction.
const underWay = 64

// copy passes on what one side sends, and its end. A delay makes the way longer,
// not narrower: pieces travel one behind the other.
func (p *Proxy) copy(ctx context.Context, to, from *net.TCPConn, age int, answers bool) {
	way := make(chan piece, underWay)
	ended := make(chan struct{})
	p.work.Go(func() { p.depart(way, ended, from) })
	defer close(ended)
	for next := range way {
		if !p.wait(ctx, next.due) {
			return
		}
		n, cut := p.allowed(len(next.data), age, answers)
		if _, err := to.Write(next.data[:n]); err != nil {
			reset(from)
			return
		}
		if cut {
			p.Reset()
			return
		}
		if next.err != nil {
			if !errors.Is(next.err, io.EOF) {
				reset(to)
			}
			_ = to.CloseWrite()
		}
	}
}

// depart sends what one side says on its way, until its end or that of the
// other side.
func (p *Proxy) depart(way chan<- piece, ended <-chan struct{}, from *net.TCPConn) {
	defer close(way)
	buffer := make([]byte, 64<<10)
	for {
		n, err := from.Read(buffer)
		select {
		case way <- piece{bytes.Clone(buffer[:n]), p.due(), err}:
		case <-ended:
			return
		}
		if err != nil {
			return
		}
	}
}

// allowed returns how many bytes of a piece may pass, and whether to cut then.
func (p *Proxy) allowed(n, age int, answers bool) (int, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if age < p.age {
		return 0, false
	}
	if !answers || !p.cut {
		return n, false
	}
	if n < p.left {
		p.left -= n
		return n, false
	}
	n = p.left
	p.cut, p.left = p.every > 0, p.every
	return n, true
}

// due returns when what is sent now arrives.
func (p *Proxy) due() time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	return time.Now().Add(p.delay)
}

// wait waits until a piece may go on; not, if the test has ended.
func (p *Proxy) wait(ctx context.Context, due time.Time) bool {
	select {
	case <-time.After(time.Until(due)):
	case <-ctx.Done():
		return false
	}
	p.mu.Lock()
	thawed := p.thawed
	p.mu.Unlock()
	select {
	case <-thawed:
		return true
	case <-ctx.Done():
		return false
	}
}
