package e2e

import (
	"bufio"
	"errors"
	"io"
	"net"
	"net/http"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"feedstation/internal/testkit/faultproxy"
	"feedstation/internal/testkit/redistest"
)

// nightsEnd has processes told to end in the midst of their work.
func nightsEnd(t *testing.T) {
	t.Run("in order", endInOrder)
	t.Run("second signal", endAtOnce)
	t.Run("all silent", endInSilence)
}

// endInOrder ends a process that builds: readiness turns, it serves on for
// server.drain and gives its leases back, an open request is answered, what it
// was building is left.
func endInOrder(t *testing.T) {
	const drain = 3 * time.Second
	server := redistest.Start(t)
	d := postgresRoom.open(t)
	d.exec(`ALTER TABLE articles ADD COLUMN body text NOT NULL DEFAULT ''`)
	d.exec(`INSERT INTO articles SELECT n, 'xt', 'https://xt.news.example/content/' || n || '.html', 'x', now() - n * interval '1 month', 'published', now(),
		CASE WHEN n <= 10 THEN repeat('夜间快讯', 2500) ELSE '' END FROM generate_series(1, 100) n`)
	slow := faultproxy.New(t, d.server.Addr())
	slow.SetDelay(10 * time.Millisecond)
	p := d.near(slow.Addr(), single(server), "FEEDSTATION_SERVER_DRAIN="+drain.String())
	p.start()
	p.await("/content/1.html")
	if s, err := p.status(); err != nil || s.Pending == 0 {
		t.Fatalf("nothing is being built: %+v, %v", s, err)
	}
	conn := p.open(t)
	defer conn.Close()
	began := time.Now()
	p.life.Add(1)
	p.signal(syscall.SIGTERM)
	status := http.StatusOK
	for status == http.StatusOK {
		var err error
		if status, _, err = fetch("http://127.0.0.1:"+p.admin+"/readyz", ""); err != nil {
			t.Fatal(err)
		}
	}
	turned := time.Since(began)
	for server.Do("EXISTS", leaseKey) != int64(0) {
		if time.Since(began) > drain {
			t.Fatal("the lease is not given back")
		}
	}
	released := time.Since(began)
	served := 0
	for ; time.Since(began) < drain/2; served++ {
		response, _, err := p.get("/xt/rss.xml")
		if err != nil && time.Since(began) >= drain {
			break
		}
		if err != nil || response.StatusCode != http.StatusOK || !response.Close {
			t.Fatalf("%v after the signal: %+v, %v", time.Since(began), response, err)
		}
	}
	s, err := p.status()
	if busy := time.Since(began) >= drain; !busy && err != nil || err == nil && s.Pending == 0 {
		t.Errorf("the build went on: %d months pending, %v", s.Pending, err)
	}
	for {
		other, err := net.Dial("tcp", "127.0.0.1:"+p.port)
		if err != nil {
			break
		}
		other.Close()
		time.Sleep(5 * time.Millisecond)
	}
	closed := time.Since(began)
	if closed < drain {
		t.Errorf("served for %v; want %v", closed, drain)
	}
	answers := wholeAnswers(t, conn)
	if answers == 0 || answers == wishes {
		t.Errorf("%d answers of %d; want the one that was open to be the last", answers, wishes)
	}
	took, err := p.wait(began)
	_, stopping, _ := strings.Cut(p.log.String(), "msg=stopping")
	if err != nil || took > drain+patience/2 || strings.Contains(stopping, "level=ERROR") {
		t.Errorf("the end took %v: %v\n%s", took, err, &p.log)
	}
	p.start() // for it was not done
	p.await("/content/1.html")
	if again, err := p.status(); err != nil || again.Pending == 0 {
		t.Errorf("%d months pending after the next start, %v; %d were", again.Pending, err, s.Pending)
	}
	t.Logf("readiness turned after %v, leases given back after %v, %d answers and %d on an open connection, port closed after %v, ended after %v; %d months were pending", turned, released, served, answers, closed, took, s.Pending)
}

// wishes are more documents than are on the way at a time, and fewer requests
// than a server reads at once: one unread resets the connection in the end.
const wishes = 60

// open asks for a large document again and again, so that an answer stays open
// until it is read.
func (p *process) open(t *testing.T) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", "127.0.0.1:"+p.port)
	if err == nil {
		_, err = io.WriteString(conn, strings.Repeat("GET /xt/rss.xml HTTP/1.1\r\nHost: localhost\r\n\r\n", wishes))
	}
	if err != nil {
		t.Fatal(err)
	}
	pause(300 * time.Millisecond) // until no more can be on the way
	return conn
}

// wholeAnswers reads what comes until the end, which must not be within an
// answer, and returns how many there were.
func wholeAnswers(t *testing.T, conn net.Conn) (n int) {
	t.Helper()
	reader := bufio.NewReader(conn)
	for ; ; n++ {
		if _, err := reader.Peek(1); err != nil {
			return n // no answer has begun
		}
		response, err := http.ReadResponse(reader, nil)
		if err != nil {
			t.Errorf("open request: %v", err)
			return n
		}
		body, err := io.ReadAll(response.Body)
		if err != nil || response.StatusCode != http.StatusOK || !strings.HasSuffix(strings.TrimSpace(string(body)), "</rss>") {
			t.Errorf("open request: %s, %d of %d bytes, %v", response.Status, len(body), response.ContentLength, err)
			return n
		}
	}
}

// endAtOnce tells a process twice.
func endAtOnce(t *testing.T) {
	p := newProcess(t, "xt.news.example", "FEEDSTATION_SERVER_DRAIN=1m")
	p.put(1, "早间新闻")
	p.start()
	p.await("早间新闻")
	p.signal(syscall.SIGTERM)
	for {
		if status, _, err := fetch("http://127.0.0.1:"+p.admin+"/readyz", ""); err != nil || status != http.StatusOK {
			break
		}
	}
	p.await("早间新闻")
	took, err := p.end(syscall.SIGTERM)
	exit, ok := errors.AsType[*exec.ExitError](err)
	if !ok || exit.ExitCode() != 1 || took > prompt {
		t.Errorf("the end took %v: %v\n%s", took, err, &p.log)
	}
}

// endInSilence ends a process whose Redis has stopped and whose database does
// not answer what it was asked: it waits for neither.
func endInSilence(t *testing.T) {
	d := postgresRoom.open(t)
	proxy := faultproxy.New(t, d.server.Addr())
	server := redistest.Start(t)
	d.write(1, "第1条新闻")
	p := d.near(proxy.Addr(), single(server), "FEEDSTATION_CACHE_REDIS_POLL=100ms")
	p.start()
	p.awaitNewest(1)
	server.Stop()
	proxy.Freeze(true)
	time.Sleep(1500 * time.Millisecond) // so that a refresh waits
	took, err := p.end(syscall.SIGTERM)
	if err != nil || took > prompt {
		t.Errorf("the end took %v: %v\n%s", took, err, &p.log)
	}
	t.Logf("ended after %v", took)
}
