package server_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"feedstation/internal/server"
)

func portalHandler(t testing.TB) http.Handler {
	t.Helper()
	n, editions := portal(t)
	return server.New(n, editions, nil, nil)
}

// client is one that keeps requesting until its port is closed.
type client struct {
	http.Client
	answers, lastOnes int // of all answers, those that were the last on their connection
}

func (c *client) run(t *testing.T, name string, stopped *time.Time) {
	defer c.CloseIdleConnections()
	for {
		asked := time.Now()
		r, err := c.Get("http://xt.news.example/rss.xml")
		if errors.Is(err, syscall.ECONNREFUSED) && !stopped.IsZero() {
			return // as a balancer that has not heard of the end yet
		}
		if err != nil {
			t.Errorf("%s: after %d answers: %v", name, c.answers, err)
			return
		}
		body, err := io.ReadAll(r.Body)
		if r.StatusCode != 200 || err != nil || string(body) != string(feedBody) {
			t.Errorf("%s: asked at %v: status %d, %d bytes, %v", name, asked, r.StatusCode, len(body), err)
			return
		}
		if err := r.Body.Close(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		c.answers++
		if r.Close {
			c.lastOnes++
		}
	}
}

// TestGracefulEnd lets clients request on kept and on new connections through
// the drain and the end: no request fails that found the port open.
func TestGracefulEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := serve(t, slow(portalHandler(t), 100*time.Millisecond))
		var stopped time.Time
		var clients sync.WaitGroup
		all := map[string]*client{}
		for i := range 6 {
			c := &client{Client: http.Client{Transport: &http.Transport{DialContext: s.dial, DisableKeepAlives: i%2 == 1}}}
			name := fmt.Sprintf("client %d (keep-alive %t)", i, i%2 == 0)
			all[name] = c
			clients.Go(func() {
				time.Sleep(time.Duration(i) * 13 * time.Millisecond) // so that each is somewhere else at the end
				c.run(t, name, &stopped)
			})
		}
		time.Sleep(3 * time.Second)
		synctest.Wait()
		s.drain.Start()
		time.Sleep(5*time.Second + 50*time.Millisecond)
		stopped = time.Now()
		s.stop()
		if err := <-s.done; err != nil {
			t.Errorf("Serve: %v", err)
		}
		if took := time.Since(stopped); took > time.Second {
			t.Errorf("the end took %v", took)
		}
		clients.Wait()
		for name, c := range all {
			keepsAlive := strings.Contains(name, "true")
			if c.answers < 75 || keepsAlive && (c.lastOnes < 48 || c.lastOnes > 55) || !keepsAlive && c.lastOnes != c.answers {
				t.Errorf("%s: %d answers, %d of them the last on their connection", name, c.answers, c.lastOnes)
			}
		}
	})
}

// TestEndWithoutDrain ends while requests are open on real connections, as
// Ctrl-C does: they are answered.
func TestEndWithoutDrain(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	const requests = 8
	var inside sync.WaitGroup
	inside.Add(requests)
	release := make(chan struct{})
	h := portalHandler(t)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	done := make(chan error, 1)
	go func() {
		done <- server.Serve(ctx, slog.New(slog.DiscardHandler), server.Listener{Listener: listener}, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			inside.Done()
			<-release
			h.ServeHTTP(w, r)
		}), new(server.Drain))
	}()
	var clients sync.WaitGroup
	for range requests {
		clients.Go(func() {
			got := raw(t, listener.Addr().String(), "GET /robots.txt HTTP/1.1\r\nHost: xt.news.example\r\n\r\n")
			if body := bodyOf(t, got); got.StatusCode != 200 || string(body) != string(tinyBody) {
				t.Errorf("status %d, body %q", got.StatusCode, body)
			}
		})
	}
	inside.Wait()
	stop()
	for conn, err := net.Dial("tcp", listener.Addr().String()); err == nil; conn, err = net.Dial("tcp", listener.Addr().String()) {
		conn.Close() // until the port is closed
	}
	select {
	case err := <-done:
		t.Errorf("Serve returned before the open requests: %v", err)
	default:
	}
	close(release)
	clients.Wait()
	if err := <-done; err != nil {
		t.Errorf("Serve: %v", err)
	}
}

func TestEndWaitsForNobodyLong(t *testing.T) {
	tests := []struct {
		name string
		send []string // on a connection each
		want time.Duration
		log  string
	}{
		{name: "no connection"},
		{name: "silence", send: []string{""}, want: 5 * time.Second},
		{name: "half a request", send: []string{"GET /rss.xml HTTP/1.1\r\nHost:"}, want: 5 * time.Second},
		{
			name: "answers that do not end",
			send: []string{"GET /rss.xml HTTP/1.1\r\nHost: xt.news.example\r\n\r\n", "GET /robots.txt HTTP/1.1\r\nHost: xt.news.example\r\n\r\n"},
			want: 20 * time.Second, log: "level=WARN msg=\"open requests cut off\" after=20s\n",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := serve(t, slow(portalHandler(t), time.Hour))
				for _, text := range tt.send {
					conn, err := s.dial(t.Context(), "", "")
					if err != nil {
						t.Fatal(err)
					}
					defer conn.Close()
					go io.Copy(io.Discard, conn)
					if _, err := io.WriteString(conn, text); err != nil {
						t.Fatal(err)
					}
				}
				synctest.Wait()
				stopped := time.Now()
				s.stop()
				if err := <-s.done; err != nil {
					t.Errorf("Serve: %v", err)
				}
				if took := time.Since(stopped); took < tt.want || took > tt.want+time.Second {
					t.Errorf("the end took %v, want %v", took, tt.want)
				}
				if _, err := s.dial(t.Context(), "", ""); !errors.Is(err, syscall.ECONNREFUSED) {
					t.Errorf("the listener is open still: %v", err)
				}
				if got := s.log.String(); got != tt.log {
					t.Errorf("log %q, want %q", got, tt.log)
				}
			})
		})
	}
}

func TestServeEndedBefore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		stop()
		p := newPipes()
		if err := server.Serve(ctx, slog.New(slog.DiscardHandler), server.Listener{Listener: p}, portalHandler(t), new(server.Drain)); err != nil {
			t.Errorf("Serve: %v", err)
		}
		if _, err := p.Accept(); !errors.Is(err, net.ErrClosed) {
			t.Errorf("the listener is open still: %v", err)
		}
	})
}

// TestListenerHandedOn closes the listener while a client is connected that has asked
// nothing yet: it is answered, also after the end has begun.
func TestListenerHandedOn(t *testing.T) {
	for _, ended := range []bool{false, true} {
		t.Run(fmt.Sprintf("ended %t", ended), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := serve(t, portalHandler(t))
				conn, err := s.dial(t.Context(), "", "")
				if err != nil {
					t.Fatal(err)
				}
				defer conn.Close()
				if err := s.Close(); err != nil {
					t.Fatal(err)
				}
				if ended {
					s.stop()
				}
				time.Sleep(time.Second)
				if _, err := io.WriteString(conn, "GET /rss.xml HTTP/1.1\r\nHost: xt.news.example\r\nConnection: close\r\n\r\n"); err != nil {
					t.Fatal(err)
				}
				got, err := http.ReadResponse(bufio.NewReader(conn), nil)
				if err != nil {
					t.Fatal(err)
				}
				if body := bodyOf(t, got); got.StatusCode != 200 || string(body) != string(feedBody) {
					t.Errorf("status %d, %d bytes", got.StatusCode, len(body))
				}
				s.stop()
				if err := <-s.done; err != nil {
					t.Errorf("Serve: %v", err)
				}
			})
		})
	}
}

// TestServeFails holds that a listener that fails ends the server.
func TestServeFails(t *testing.T) {
	if err := server.Serve(t.Context(), slog.New(slog.DiscardHandler), server.Listener{Listener: brokenListener{}}, portalHandler(t), new(server.Drain)); !errors.Is(err, syscall.EINVAL) {
		t.Errorf("Serve: %v, want %v", err, syscall.EINVAL)
	}
}

// brokenListener accepts nothing.
type brokenListener struct{}

func (brokenListener) Accept() (net.Conn, error) { return nil, syscall.EINVAL }
func (brokenListener) Close() error              { return nil }
func (brokenListener) Addr() net.Addr            { return new(net.TCPAddr) }

// TestOptionsOfTheServer holds that net/http's own answer to OPTIONS * is off.
func TestOptionsOfTheServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := serve(t, portalHandler(t))
		conn, err := s.dial(t.Context(), "", "")
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		if _, err := io.WriteString(conn, "OPTIONS * HTTP/1.1\r\nHost: xt.news.example\r\n\r\n"); err != nil {
			t.Fatal(err)
		}
		got, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Fatal(err)
		}
		if body := string(bodyOf(t, got)); got.StatusCode != 204 || got.Header.Get("Access-Control-Allow-Origin") != "*" || body != "" {
			t.Errorf("status %d, header %v, body %q", got.StatusCode, got.Header, body)
		}
	})
}
