package server_test

import (
	"bufio"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"
)

// sink is an answer that nobody keeps.
type sink struct {
	header http.Header
	status int
}

func (s *sink) Header() http.Header         { return s.header }
func (s *sink) Write(p []byte) (int, error) { return len(p), nil }
func (s *sink) WriteHeader(status int)      { s.status = status }

// inUse returns the bytes and the goroutines that are in use.
func inUse() (bytes int64, goroutines int) {
	runtime.GC()
	runtime.GC() // what pools keep is gone after the second
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc), runtime.NumGoroutine()
}

// strange returns a request that nobody has made before, and the status of the
// answer.
func strange(random *rand.Rand) (request string, status int) {
	n := random.Uint64()
	var host, target string
	switch n % 5 {
	case 0:
		host, target, status = fmt.Sprintf("h%x.example", n), "/rss.xml", http.StatusMisdirectedRequest
	case 1:
		host, target, status = fmt.Sprintf("xt.news.example:%d", n%60_000), fmt.Sprintf("/%x/rss.xml", n), http.StatusNotFound
	case 2:
		host, target, status = "localhost", fmt.Sprintf("/%x/rss.xml", n), http.StatusNotFound
	case 3:
		host, target, status = "xt.news.example", fmt.Sprintf("/sitemap.xml?%x", n), http.StatusNotAcceptable
	case 4:
		host, target, status = "XT.News.Example.", fmt.Sprintf("/life/%x", n), http.StatusPermanentRedirect
	}
	return fmt.Sprintf("GET %s HTTP/1.1\r\nHost: %s\r\nX-%x: %x\r\nIf-Match: \"%x\"\r\nAccept-Encoding: x%x, *;q=0\r\n\r\n", target, host, n, n, n, n), status
}

// direct asks a handler.
func direct(t *testing.T, h http.Handler, random *rand.Rand, requests int) {
	t.Helper()
	for range requests {
		text, status := strange(random)
		r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(text)))
		if err != nil {
			t.Fatal(err)
		}
		w := &sink{header: http.Header{}}
		if h.ServeHTTP(w, r); w.status != status {
			t.Fatalf("%q: status %d, want %d", text, w.status, status)
		}
	}
}

// connected asks on one connection.
func connected(t *testing.T, conn net.Conn, random *rand.Rand, requests int) {
	t.Helper()
	if err := conn.SetDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	reader := bufio.NewReader(conn)
	for range requests {
		text, status := strange(random)
		if _, err := io.WriteString(conn, text); err != nil {
			t.Fatal(err)
		}
		r, err := http.ReadResponse(reader, nil)
		if err != nil {
			t.Fatal(err)
		}
		if bodyOf(t, r); r.StatusCode != status {
			t.Fatalf("%q: status %d, want %d", text, r.StatusCode, status)
		}
	}
}

// TestNothingGrows holds that what clients ask for leaves nothing behind.
func TestNothingGrows(t *testing.T) {
	h := portalHandler(t)
	random := rand.New(rand.NewPCG(1, 2))
	t.Run("handler", func(t *testing.T) {
		holdsNothing(t, 100_000, func(requests int) { direct(t, h, random, requests) })
	})
	t.Run("connection", func(t *testing.T) {
		conn, err := net.Dial("tcp", listen(t, h)) // to be used at once: silent ones are cut
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		holdsNothing(t, 5_000, func(requests int) { connected(t, conn, random, requests) })
	})
}

// holdsNothing holds that so many requests leave nothing behind.
func holdsNothing(t *testing.T, requests int, ask func(requests int)) {
	t.Helper()
	ask(requests / 100) // what is made once is there then
	before, goroutines := inUse()
	ask(requests)
	after, now := inUse()
	t.Logf("%d requests: %d bytes and %d goroutines more", requests, after-before, now-goroutines)
	if after-before > 256<<10 || now > goroutines {
		t.Errorf("%d requests: %d bytes and %d goroutines more", requests, after-before, now-goroutines)
	}
}
