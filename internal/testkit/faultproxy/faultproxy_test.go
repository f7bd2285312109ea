package faultproxy_test

import (
	"bytes"
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"syscall"
	"testing"
	"time"

	"feedstation/internal/testkit/faultproxy"
)

// echo starts a server that sends back what it gets.
func echo(t *testing.T) (addr string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var work sync.WaitGroup
	work.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			work.Go(func() {
				io.Copy(conn, conn)
				conn.Close()
			})
		}
	})
	t.Cleanup(func() {
		listener.Close()
		work.Wait()
	})
	return listener.Addr().String()
}

func dial(t *testing.T, p *faultproxy.Proxy) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", p.Addr())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

// asked sends a text and returns the answer that comes within a time.
func asked(conn net.Conn, text string, within time.Duration) (string, error) {
	if _, err := io.WriteString(conn, text); err != nil {
		return "", err
	}
	return answer(conn, len(text), within)
}

func answer(conn net.Conn, length int, within time.Duration) (string, error) {
	conn.SetReadDeadline(time.Now().Add(within))
	got := make([]byte, length)
	n, err := io.ReadFull(conn, got)
	return string(got[:n]), err
}

const (
	long  = 10 * time.Second
	short = 50 * time.Millisecond
)

func isTimeout(err error) bool {
	timeout, ok := errors.AsType[net.Error](err)
	return ok && timeout.Timeout()
}

// passes holds that a connection works.
func passes(t *testing.T, conn net.Conn) {
	t.Helper()
	if got, err := asked(conn, "湘江", long); got != "湘江" || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestPasses(t *testing.T) {
	p := faultproxy.New(t, echo(t))
	a, b := dial(t, p), dial(t, p)
	passes(t, a)
	passes(t, b)
	// An end is passed on, after what came before it.
	large := bytes.Repeat([]byte("0123456789abcdef"), 1<<16)
	var sent sync.WaitGroup
	sent.Go(func() {
		a.Write(large)
		a.(*net.TCPConn).CloseWrite()
	})
	a.SetReadDeadline(time.Now().Add(long))
	if got, err := io.ReadAll(a); !bytes.Equal(got, large) || err != nil {
		t.Errorf("%d bytes, %v; want %d", len(got), err, len(large))
	}
	sent.Wait()
	passes(t, b)
}

func TestDelay(t *testing.T) {
	p := faultproxy.New(t, echo(t))
	conn := dial(t, p)
	passes(t, conn)
	p.SetDelay(time.Second)
	began := time.Now()
	passes(t, conn)
	if took := time.Since(began); took < 2*time.Second {
		t.Errorf("there and back took %v", took)
	}
	p.SetDelay(0)
	began = time.Now()
	passes(t, conn)
	if took := time.Since(began); took > time.Second {
		t.Errorf("afterwards, there and back took %v", took)
	}
}

// TestDelayIsNoBottleneck sends so much that it would be on its way for longer
// than anybody waits, if each piece waited for the one before it to arrive.
func TestDelayIsNoBottleneck(t *testing.T) {
	p := faultproxy.New(t, echo(t))
	p.SetDelay(100 * time.Millisecond)
	conn := dial(t, p)
	large := bytes.Repeat([]byte("0123456789abcdef"), 1<<19)
	var sent sync.WaitGroup
	sent.Go(func() { conn.Write(large) })
	if got, err := answer(conn, len(large), long); got != string(large) || err != nil {
		t.Errorf("%d bytes, %v; want %d", len(got), err, len(large))
	}
	conn.Close() // also what is still to be sent
	sent.Wait()
}

func TestReset(t *testing.T) {
	p := faultproxy.New(t, echo(t))
	conn := dial(t, p)
	passes(t, conn)
	p.Reset()
	if _, err := answer(conn, 1, long); !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("error %v, want a reset", err)
	}
	passes(t, dial(t, p))
}

func TestRefuse(t *testing.T) {
	p := faultproxy.New(t, echo(t))
	before := dial(t, p)
	passes(t, before)
	p.Refuse(true)
	refuses(t, p)
	passes(t, before)
	p.Refuse(false)
	passes(t, dial(t, p))
}

func TestFreeze(t *testing.T) {
	p := faultproxy.New(t, echo(t))
	before := dial(t, p)
	passes(t, before)
	p.Freeze(true)
	p.Freeze(true)
	during := dial(t, p)
	for name, conn := range map[string]net.Conn{"before": before, "during": during} {
		if got, err := asked(conn, name, short); got != "" || !isTimeout(err) {
			t.Errorf("connected %s: got %q, %v; want silence", name, got, err)
		}
	}
	p.Freeze(false)
	p.Freeze(false)
	for name, conn := range map[string]net.Conn{"before": before, "during": during} {
		if got, err := answer(conn, len(name), long); got != name || err != nil {
			t.Errorf("connected %s: got %q, %v after the thaw", name, got, err)
		}
		passes(t, conn)
	}
	p.Freeze(true)
	p.Reset()
	if _, err := answer(before, 1, long); !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("error %v, want a reset", err)
	}
}

func TestCutAfter(t *testing.T) {
	p := faultproxy.New(t, echo(t))
	conn := dial(t, p)
	passes(t, conn)
	p.CutAfter(10)
	if got, err := asked(conn, "1234567", long); got != "1234567" || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
	// A reset may overtake what was sent before it.
	got, err := asked(conn, "abcdefg", long)
	if len(got) > 3 || !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("got %q, %v; want at most 3 bytes and a reset", got, err)
	}
	passes(t, dial(t, p))

	p.CutEvery(4)
	for range 2 {
		if got, err := asked(dial(t, p), "abcdefg", long); len(got) > 4 || !errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("got %q, %v; want at most 4 bytes and a reset", got, err)
		}
	}
	p.CutEvery(0)
	passes(t, dial(t, p))
}

// TestNoServer holds that a connection ends when the server can't be reached.
func TestNoServer(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := listener.Addr().String()
	listener.Close()
	refuses(t, faultproxy.New(t, addr))
}

// refuses holds that a new connection is reset.
func refuses(t *testing.T, p *faultproxy.Proxy) {
	t.Helper()
	conn, err := net.Dial("tcp", p.Addr())
	if err == nil {
		defer conn.Close()
		_, err = answer(conn, 1, long)
	}
	if !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("error %v, want a reset", err)
	}
}

func TestForget(t *testing.T) {
	p := faultproxy.New(t, echo(t))
	before := dial(t, p)
	if got, err := asked(before, "1", time.Minute); got != "1" || err != nil {
		t.Fatalf("%q, %v", got, err)
	}
	p.Forget()
	if got, err := asked(before, "2", 50*time.Millisecond); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("a forgotten connection: %q, %v", got, err)
	}
	if got, err := asked(dial(t, p), "3", time.Minute); got != "3" || err != nil {
		t.Errorf("a later one: %q, %v", got, err)
	}
}
