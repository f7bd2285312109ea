//go:build unix

package server_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"feedstation/internal/server"
)

// allowFewFiles lets the process open 40 files for the test. Connections in
// memory are none.
func allowFewFiles(t *testing.T) {
	t.Helper()
	var before syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &before); err != nil {
		t.Fatal(err)
	}
	now := before
	now.Cur = 40
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &now); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &before); err != nil {
			t.Error(err)
		}
	})
}

// peer is the client's end of a connection.
type peer struct {
	net.Conn
	reader *bufio.Reader
}

func (s *serving) connect(t *testing.T) *peer {
	t.Helper()
	conn, err := s.dial(t.Context(), "", "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	time.Sleep(time.Millisecond) // so that no two are equally old
	return &peer{conn, bufio.NewReader(conn)}
}

func (p *peer) send(t *testing.T, text string) {
	t.Helper()
	if _, err := io.WriteString(p, text); err != nil {
		t.Fatal(err)
	}
}

// ask sends a whole request and reads the answer.
func (p *peer) ask(t *testing.T) {
	t.Helper()
	p.send(t, robotsRequest)
	p.answered(t)
}

func (p *peer) answered(t *testing.T) {
	t.Helper()
	r, err := http.ReadResponse(p.reader, nil)
	if err != nil {
		t.Fatal(err)
	}
	if body := bodyOf(t, r); r.StatusCode != 200 || string(body) != string(tinyBody) {
		t.Errorf("status %d, body %q", r.StatusCode, body)
	}
}

// closed reports whether the server has closed the connection, without an
// answer.
func (p *peer) closed(t *testing.T) bool {
	t.Helper()
	switch err := p.SetReadDeadline(time.Now().Add(time.Microsecond)); {
	case errors.Is(err, io.ErrClosedPipe):
		return true
	case err != nil:
		t.Fatal(err)
	}
	_, err := p.reader.ReadByte()
	if !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatalf("more than nothing: %v", err)
	}
	if err := p.SetReadDeadline(time.Time{}); err != nil {
		t.Fatal(err)
	}
	return false
}

// Connections are counted for as long as they are open.
func TestOpenConnections(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		allowFewFiles(t)
		s := serve(t, portalHandler(t))
		step := func(name string, want int64) {
			t.Helper()
			synctest.Wait()
			if got := s.open.Load(); got != want {
				t.Errorf("%s: %d open, want %d", name, got, want)
			}
		}
		step("none", 0)
		first, second := s.connect(t), s.connect(t)
		first.ask(t)
		step("two", 2)
		if err := first.Close(); err != nil {
			t.Fatal(err)
		}
		step("one is closed", 1)
		for range 2 * server.ConnectionLimit() {
			s.connect(t)
		}
		step("more than allowed", int64(server.ConnectionLimit()))
		if !second.closed(t) {
			t.Error("the oldest is open")
		}
		s.stop()
		if err := <-s.done; err != nil {
			t.Error(err)
		}
		step("the end", 0)
	})
}

const robotsRequest = "GET /robots.txt HTTP/1.1\r\nHost: xt.news.example\r\n\r\n"

const (
	atLimit    = "level=WARN msg=\"at the limit of connections, closing those longest without a request\" component=server error=\"as many connections as are allowed\" limit=20\n"
	belowLimit = "level=INFO msg=\"below the limit of connections again\" component=server\n"
)

// TestConnectionLimit fills a server with connections to its limit, which is 20
// where the process may open 40 files.
func TestConnectionLimit(t *testing.T) {
	silent := func(*testing.T, *peer) {}
	half := func(t *testing.T, p *peer) { p.send(t, "GET /robots.txt HTTP/1.1\r\nHost: xt.") }
	idle := func(t *testing.T, p *peer) { p.ask(t) }
	halfAgain := func(t *testing.T, p *peer) { idle(t, p); half(t, p) }
	tests := []struct {
		name      string
		fill      func(*testing.T, *peer)
		used      int // of the first ones, those that are used once more when all are there
		newcomers int
		between   int   // of the first ones still there, those that are used after the first newcomer
		want      []int // those that are closed
	}{
		{"room", silent, 0, 0, 0, nil},
		{"silence", silent, 0, 1, 0, []int{0}},
		{"silence, many newcomers", silent, 0, 15, 0, []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14}},
		{"half a header", half, 0, 3, 0, []int{0, 1, 2}},
		{"idle", idle, 0, 3, 0, []int{0, 1, 2}},
		{"idle, the first ones used", idle, 5, 3, 0, []int{5, 6, 7}},
		{"idle, some used during the flood", idle, 0, 3, 4, []int{0, 5, 6}},
		{"half a header after an answer", halfAgain, 0, 3, 0, []int{0, 1, 2}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			allowFewFiles(t)
			synctest.Test(t, func(t *testing.T) {
				s := serve(t, portalHandler(t))
				var peers []*peer
				for range 20 {
					p := s.connect(t)
					tt.fill(t, p)
					peers = append(peers, p)
				}
				for _, p := range peers[:tt.used] {
					p.ask(t)
				}
				var log string
				for i := range tt.newcomers {
					p := s.connect(t)
					p.ask(t)
					defer p.ask(t)
					log = atLimit
					for _, p := range peers[1 : 1+tt.between] {
						if i == 0 {
							p.ask(t)
						}
					}
				}
				synctest.Wait()
				var closed []int
				for i, p := range peers {
					if p.closed(t) {
						closed = append(closed, i)
					}
				}
				if diff := cmp.Diff(tt.want, closed); diff != "" {
					t.Errorf("closed (-want +got):\n%s", diff)
				}
				if got := s.log.String(); got != log {
					t.Errorf("log %q, want %q", got, log)
				}
			})
		})
	}
}

// TestAnswersAtTheLimit holds that no answer is cut off for a newcomer in its
// first minute.
func TestAnswersAtTheLimit(t *testing.T) {
	tests := []struct {
		name    string
		takes   time.Duration
		after   time.Duration // the newcomer comes
		refused bool
	}{
		{"in the first minute", 50 * time.Second, 45 * time.Second, true},
		{"after it", 5 * time.Minute, 61 * time.Second, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			allowFewFiles(t)
			synctest.Test(t, func(t *testing.T) {
				// The newcomer's own is quick.
				h, quick := portalHandler(t), "Quick"
				s := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if r.Header[quick] == nil {
						http.NewResponseController(w).SetWriteDeadline(time.Time{})
						slow(h, tt.takes).ServeHTTP(w, r)
						return
					}
					h.ServeHTTP(w, r)
				}))
				var peers []*peer
				for range 20 {
					p := s.connect(t)
					p.send(t, robotsRequest)
					peers = append(peers, p)
				}
				time.Sleep(tt.after)
				newcomer := s.connect(t)
				synctest.Wait()
				if got := newcomer.closed(t); got != tt.refused {
					t.Errorf("the newcomer: closed %t, want %t", got, tt.refused)
				}
				if !tt.refused {
					newcomer.send(t, strings.Replace(robotsRequest, "\r\n\r\n", "\r\n"+quick+": 1\r\n\r\n", 1))
					newcomer.answered(t)
					if !peers[0].closed(t) {
						t.Error("the longest answer goes on")
					}
					peers = peers[1:]
				}
				for _, p := range peers {
					p.answered(t)
				}
			})
		})
	}
}

var lasted = regexp.MustCompile(` duration=\S+`)

// TestLimitIsSaidOnce holds what is logged of a flood.
func TestLimitIsSaidOnce(t *testing.T) {
	allowFewFiles(t)
	synctest.Test(t, func(t *testing.T) {
		s := serve(t, portalHandler(t))
		var want string
		for range 2 {
			for range 100 {
				s.connect(t)
			}
			synctest.Wait()
			want += atLimit
			if got := lasted.ReplaceAllString(s.log.String(), ""); got != want {
				t.Errorf("during the flood: log %q, want %q", got, want)
			}
			time.Sleep(6 * time.Second) // all have been closed then
			synctest.Wait()
			want += belowLimit
			if got := lasted.ReplaceAllString(s.log.String(), ""); got != want {
				t.Errorf("after the flood: log %q, want %q", got, want)
			}
		}
	})
}

// TestHalfOpen holds that requests are answered beside clients that begin some
// and never end them, and that these are closed.
func TestHalfOpen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := serve(t, portalHandler(t))
		var peers []*peer
		for i := range 200 {
			p := s.connect(t)
			if begun := i % len(robotsRequest); begun > 0 {
				p.send(t, robotsRequest[:begun])
			}
			peers = append(peers, p)
		}
		kept, begun := s.connect(t), time.Now()
		for range 50 {
			kept.ask(t)
			s.connect(t).ask(t)
		}
		if took := time.Since(begun); took > time.Second {
			t.Errorf("the answers took %v", took)
		}
		for i, p := range peers {
			if p.closed(t) {
				t.Errorf("connection %d is closed already", i)
			}
		}
		time.Sleep(5*time.Second - time.Since(begun))
		for i, p := range peers {
			if rest, err := io.ReadAll(p.reader); err != nil || len(rest) > 0 && !strings.Contains(string(rest), " 400 ") {
				t.Errorf("connection %d, at the end: %q, %v", i, rest, err)
			}
		}
		if took := time.Since(begun); took > 5*time.Second {
			t.Errorf("the last is closed after %v", took)
		}
		kept.ask(t)
	})
}

// TestAdminConnectionLimit holds that both listeners together leave files to the
// rest of the process: of 40 the public one has 20, the admin one 5.
func TestAdminConnectionLimit(t *testing.T) {
	allowFewFiles(t)
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		s := &serving{pipes: newPipes(), drain: new(server.Drain), stop: stop, done: make(chan error, 1)}
		go func() {
			s.done <- server.ServeAdmin(ctx, slog.New(slog.DiscardHandler), server.Listener{Listener: s.pipes}, portalHandler(t), s.drain)
		}()
		var peers []*peer
		for range 6 {
			peers = append(peers, s.connect(t))
			synctest.Wait()
		}
		for i, p := range peers {
			if closed := p.closed(t); closed != (i == 0) {
				t.Errorf("connection %d: closed %t", i, closed)
			}
		}
		stop()
		if err := <-s.done; err != nil {
			t.Error(err)
		}
	})
}
