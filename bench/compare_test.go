package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestMain is also the workers and the yardstick, which are this program.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && (os.Args[1] == "work" || os.Args[1] == "yardstick") {
		main()
		return
	}
	os.Exit(m.Run())
}

// A short comparison with all that needs no other program writes a document with a
// row for each peer.
func TestCompare(t *testing.T) {
	dir := t.TempDir()
	if err := run(t.Context(), []string{"-quick", "-peers", "gorilla,snabb", "-works", "serve,render,build,change", "-out", dir}); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(dir, "comparison.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"feedstation answers ", "feedstation, raw articles renders ", "gorilla/feeds renders ", "snabb/sitemap writes ",
		"feedstation with 1,000 articles takes ", "![304 of a feed](comparison-not-modified.svg)",
	} {
		if !strings.Contains(string(text), want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	for _, other := range []string{"Left out", "Django ", "NaN", "Inf"} {
		if strings.Contains(string(text), "| "+other) {
			t.Errorf("%q in\n%s", other, text)
		}
	}
}

func TestFlags(t *testing.T) {
	for _, args := range [][]string{{"-works", "serve,nonsense"}, {"-nonsense"}, {"argument"}} {
		if _, err := parse(args); err == nil {
			t.Errorf("%q is taken", args)
		}
	}
	o, err := parse([]string{"-quick", "-peers", "hugo,Word", "-works", "build"})
	if err != nil {
		t.Fatal(err)
	}
	b := bench{peers: o.peers}
	for peer, want := range map[string]bool{"Hugo": true, "WordPress": true, "Django": false, us: true, raw: true, bare: true} {
		if b.wanted(peer) != want {
			t.Errorf("%s: wanted %v", peer, !want)
		}
	}
}

// The document has a command that a stranger can run, without the folders of this
// machine.
func TestCommand(t *testing.T) {
	for args, want := range map[string]string{
		"-out ../docs -readme ../README.md":           "make compare",
		"-quick -out /srv/x --readme=/srv/y":          "GOWORK=off go -C bench run . -quick",
		"-peers hugo -out=/srv/x -works build,change": "GOWORK=off go -C bench run . -peers hugo -works build,change",
	} {
		o, err := parse(strings.Fields(args))
		if err != nil {
			t.Fatal(err)
		}
		if got := command(o, strings.Fields(args)); got != want {
			t.Errorf("%s: got %q, want %q", args, got, want)
		}
	}
}

// What this machine lacks is told and left out; what fails is a failure.
func TestInvite(t *testing.T) {
	s, err := newStage(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ended := false
	s.Cleanup(func() { ended = true })
	b := bench{stage: s, size: quick}
	for range 2 {
		if err := b.invite("Hugo", func() error { s.Skip("needs hugo"); return nil }); err != nil {
			t.Error(err)
		}
	}
	if len(b.missing) != 1 || b.missing[0] != "Hugo: missing: needs hugo" {
		t.Errorf("missing: %q", b.missing)
	}
	if err := b.invite("Hugo", func() error { s.Fatal("broken"); return nil }); err == nil || err.Error() != "broken" {
		t.Errorf("a fault of a helper: %v", err)
	}
	if err := b.invite("Hugo", func() error { return io.EOF }); !errors.Is(err, io.EOF) {
		t.Errorf("a fault: %v", err)
	}
	if err := s.close(); err != nil || !ended {
		t.Errorf("close: %v, ended %v", err, ended)
	}
}

// Bodies of known length, in chunks and of none are read to their end, no byte
// further.
func TestReadAnswer(t *testing.T) {
	const (
		whole  = "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello"
		chunks = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\na\r\n0123456789\r\n0\r\n\r\n"
		short  = "HTTP/1.1 304 Not Modified\r\nEtag: \"1\"\r\nContent-Length: 5\r\n\r\n"
	)
	r := bufio.NewReader(strings.NewReader(whole + chunks + short + whole))
	for i, want := range []int{200, 200, 304, 200} {
		if got, err := readAnswer(r); got != want || err != nil {
			t.Errorf("answer %d: %d %v", i, got, err)
		}
	}
	if rest, err := io.ReadAll(r); len(rest) > 0 || err != nil {
		t.Errorf("left: %q %v", rest, err)
	}
	for _, cut := range []string{whole[:len(whole)-1], chunks[:len(chunks)-3], "HTTP/1.1 2", "nonsense\r\n"} {
		if _, err := readAnswer(bufio.NewReader(strings.NewReader(cut))); err == nil {
			t.Errorf("%q is an answer", cut)
		}
	}
}

// The load counts answers of the wanted status alone.
func TestAsk(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Host != host || r.Header.Get("If-None-Match") != "" {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		fmt.Fprint(w, "hello")
	}))
	defer server.Close()
	at := target{addr: server.Listener.Addr().String(), host: host, path: "/rss.xml"}
	l, err := ask(t.Context(), at, http.StatusOK, 20*time.Millisecond)
	if err != nil || l.requests < clients || l.perSecond <= 0 || l.p99 <= 0 {
		t.Errorf("%+v %v", l, err)
	}
	if _, err := ask(t.Context(), at.with("If-None-Match: 1"), http.StatusOK, 20*time.Millisecond); err == nil {
		t.Error("304 counts as 200")
	}
}

// Every peer has the first turn as often as any other.
func TestTurns(t *testing.T) {
	var order []string
	err := turns(t.Context(), 2, 3, func(round, peer int) error {
		order = append(order, fmt.Sprint(round, peer))
		return nil
	})
	if want := "0 0,0 1,0 2,1 2,1 1,1 0"; err != nil || strings.Join(order, ",") != want {
		t.Errorf("%q %v", order, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := turns(ctx, 1, 1, func(int, int) error { return nil }); err == nil {
		t.Error("goes on when it is to stop")
	}
}

// The usage of this process counts what it computes, and is more than that of
// nobody.
func TestUsed(t *testing.T) {
	for began := processorTime(); processorTime()-began < 50*time.Millisecond; {
	}
	u, err := used(os.Getpid())
	if err != nil || u.processor < 20*time.Millisecond || u.peak < 1e6 {
		t.Errorf("%+v %v", u, err)
	}
	if u, err := used(-1); err != nil || u != (usage{}) {
		t.Errorf("nobody: %+v %v", u, err)
	}
}
