package server_test

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// What hostile clients get: status line and header fields, without Date.
const (
	malformed = `HTTP/1.1 400 Bad Request
Connection: close
Content-Type: text/plain; charset=utf-8
` // of net/http itself
	tooLarge = `HTTP/1.1 431 Request Header Fields Too Large
Connection: close
Content-Type: text/plain; charset=utf-8
`
	unimplemented = `HTTP/1.1 501 Not Implemented
Connection: close
Content-Type: text/plain; charset=utf-8
`
	wrongVersion = `HTTP/1.1 505 HTTP Version Not Supported
Connection: close
Content-Type: text/plain; charset=utf-8
`
	misdirected = `HTTP/1.1 421 Misdirected Request
Access-Control-Allow-Origin: *
Access-Control-Expose-Headers: ETag, Link, Last-Modified
Cache-Control: no-store
Content-Length: 26
Content-Type: text/plain; charset=utf-8
X-Content-Type-Options: nosniff
`
	absent = `HTTP/1.1 404 Not Found
Access-Control-Allow-Origin: *
Access-Control-Expose-Headers: ETag, Link, Last-Modified
Cache-Control: public, max-age=60
Content-Length: 34
Content-Type: text/plain; charset=utf-8
X-Content-Type-Options: nosniff
`
	bodyRefused = `HTTP/1.1 400 Bad Request
Access-Control-Allow-Origin: *
Access-Control-Expose-Headers: ETag, Link, Last-Modified
Cache-Control: no-store
Connection: close
Content-Length: 47
Content-Type: text/plain; charset=utf-8
X-Content-Type-Options: nosniff
`
	methodRefused = `HTTP/1.1 405 Method Not Allowed
Access-Control-Allow-Origin: *
Allow: GET, HEAD, OPTIONS
Cache-Control: no-store
Connection: close
Content-Length: 32
Content-Type: text/plain; charset=utf-8
X-Content-Type-Options: nosniff
`
)

// robots is the answer with the station's robots.txt, the last on its
// connection unless it is kept.
func robots(kept bool) string {
	d := documents()["/robots.txt"]
	last := "Connection: close\n"
	if kept {
		last = ""
	}
	return fmt.Sprintf(`HTTP/1.1 200 OK
Access-Control-Allow-Origin: *
Access-Control-Expose-Headers: ETag, Link, Last-Modified
Cache-Control: %s
%sContent-Length: %d
Content-Type: text/plain; charset=utf-8
Etag: %s
Last-Modified: %s
Vary: Accept-Encoding
X-Content-Type-Options: nosniff
`, d.CacheControl()[0], last, d.Size(), d.ETag(0)[0], d.LastModified()[0])
}

// TestHostileClients sends bytes that no good client sends. It also holds what
// net/http does about them: nothing is done here where it is right by itself.
func TestHostileClients(t *testing.T) {
	const (
		get     = "GET /robots.txt HTTP/1.1\r\n"
		host    = "Host: xt.news.example\r\n"
		end     = "\r\n"
		next    = get + host + end // is it taken for a request?
		chunked = "Transfer-Encoding: chunked\r\n"
	)
	kept, last := robots(true), robots(false)
	old := func(answer string) string { return strings.Replace(answer, "HTTP/1.1", "HTTP/1.0", 1) }
	tests := []struct {
		name string
		send string
		want string // all answers until the connection is closed
	}{
		{"nothing hostile", next, kept},
		{"two requests at once", next + next, kept + kept},
		{"two requests, the first the last", get + host + "Connection: close\r\n" + end + next, last},

		{"two hosts", get + host + "Host: evil.example\r\n" + end + next, malformed},
		{"two equal hosts", get + host + host + end + next, malformed},
		{"no host", get + end + next, malformed},
		{"a host with a user and a path", get + "Host: user@a/..\r\n" + end + next, malformed},
		{"a host with markup", get + "Host: a\"><script>\r\n" + end + next, malformed},
		{"a host in two lines", get + "Host: xt.news.example\r\n evil.example\r\n" + end + next, malformed},
		{"a host beyond ASCII", get + "Host: 中文.example\r\n" + end + next, malformed},
		{"a space before the colon", get + "Host : xt.news.example\r\n" + end + next, malformed},
		{"a space before another colon", get + host + "Transfer-Encoding : chunked\r\n" + end + next, malformed},
		{"a line without a colon", get + host + "evil\r\n" + end + next, malformed},
		{"a NUL in a field", get + host + "X-A: \x00\r\n" + end + next, malformed},
		{"a CR in a field", get + host + "X-A: a\rb\r\n" + end + next, malformed},

		{"absolute form, unknown host", "GET http://evil.example/robots.txt HTTP/1.1\r\n" + host + end, misdirected},
		{"absolute form beats Host", "GET http://xt.news.example/robots.txt HTTP/1.1\r\nHost: evil.example\r\n" + end, kept},
		{"absolute form with a user", "GET http://xt.news.example@evil.example/robots.txt HTTP/1.1\r\n" + host + end, misdirected},
		{"absolute form, another scheme", "GET file://xt.news.example/robots.txt HTTP/1.1\r\n" + host + end, kept},
		{"absolute form without host", "GET http:///robots.txt HTTP/1.1\r\nHost: evil.example\r\n" + end, misdirected},
		{"a host that is too long", get + "Host: " + strings.Repeat("a.", 10_000) + "example\r\n" + end, misdirected},
		{"a host in Punycode that is too long", get + "Host: xn--" + strings.Repeat("a", 15_000) + "\r\n" + end, misdirected},
		{"absolute form, a host that is too long", "GET http://" + strings.Repeat("中", 5000) + "/ HTTP/1.1\r\n" + host + end, misdirected},
		{"absolute form, an escaped host that is too long", "GET http://" + strings.Repeat("%E4%B8%AD", 2000) + "/ HTTP/1.1\r\n" + host + end, misdirected},
		{"authority form", "GET xt.news.example/robots.txt HTTP/1.1\r\n" + host + end, malformed},
		{"empty host", get + "Host:\r\n" + end, misdirected},
		{"HTTP/1.0 without host", "GET /robots.txt HTTP/1.0\r\n" + end, old(strings.Replace(misdirected, "Content-L", "Connection: close\nContent-L", 1))},
		{"a host in other words", get + "Host: XT.News.Example.:8080\r\n" + end, kept},
		{"a host with two dots behind", get + "Host: xt.news.example..\r\n" + end, misdirected},
		{"a host with a NUL", get + "Host: xt.news.example%00\r\n" + end, misdirected},
		{"a host inside another", get + "Host: xt.news.example.evil.example\r\n" + end, misdirected},

		{"chunks and a length", get + host + "Content-Length: 5\r\n" + chunked + end + "0\r\n\r\n" + next, bodyRefused},
		{"chunks, a bare LF in the line", get + host + chunked + end + "2;\nxx\r\n0\r\n\r\n" + next, bodyRefused},
		{"chunks without an end", get + host + chunked + end + "ffffffffffffffff\r\n" + next, bodyRefused},
		{"chunks in HTTP/1.0", "GET /robots.txt HTTP/1.0\r\nConnection: keep-alive\r\n" + host + chunked + end + "0\r\n\r\n" + next, old(last)},
		{"chunks and a length in HTTP/1.0", "GET /robots.txt HTTP/1.0\r\nConnection: keep-alive\r\n" + host + chunked + "Content-Length: 0\r\n" + end + next, old(last)},
		{"a body in HTTP/1.0", "GET /robots.txt HTTP/1.0\r\nConnection: keep-alive\r\n" + host + "Content-Length: 5\r\n" + end + "hello" + next, old(bodyRefused)},
		{"chunks twice", get + host + chunked + chunked + end + "0\r\n\r\n" + next, unimplemented},
		{"chunks by another name", get + host + "Transfer-Encoding: xchunked\r\n" + end + "0\r\n\r\n" + next, unimplemented},
		{"chunks behind gzip", get + host + "Transfer-Encoding: gzip, chunked\r\n" + end + "0\r\n\r\n" + next, unimplemented},
		{"a length", get + host + "Content-Length: 5\r\n" + end + "hello" + next, bodyRefused},
		{"a length of more than comes", get + host + "Content-Length: 500\r\n" + end + next, bodyRefused},
		{"two unequal lengths", get + host + "Content-Length: 0\r\nContent-Length: 5\r\n" + end + next, malformed},
		{"a length below zero", get + host + "Content-Length: -1\r\n" + end + next, malformed},
		{"a length with a sign", get + host + "Content-Length: +0\r\n" + end + next, malformed},
		{"a list of lengths", get + host + "Content-Length: 0, 0\r\n" + end + next, malformed},
		{"a body with another method", "POST /robots.txt HTTP/1.1\r\n" + host + "Content-Length: 5\r\n" + end + "hello" + next, methodRefused},
		{"chunks with another method", "POST /robots.txt HTTP/1.1\r\n" + host + chunked + end + "0\r\n\r\n" + next, methodRefused},

		{"a field in two lines", get + host + "X-A: a\r\n\tb\r\n" + end, kept},
		{"a field before the first", get + " X-A: a\r\n" + host + end + next, malformed},
		{"lines with LF alone", strings.ReplaceAll(next, "\r\n", "\n"), kept},
		{"an upgrade", get + host + "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA\r\n" + end, kept},
		{"the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + next, methodRefused},
		{"HTTP/3.0", "GET /robots.txt HTTP/3.0\r\n" + host + end + next, wrongVersion},
		{"HTTP/0.9", "GET /robots.txt\r\n" + end + next, malformed},
		{"TLS", "\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03\r\n\r\n" + next, malformed},
		{"empty lines", "\r\n\r\n" + next, malformed},
		{"a method with a space", "GE T /robots.txt HTTP/1.1\r\n" + host + end + next, malformed},

		{"a long header", get + host + "Cookie: " + strings.Repeat("evil", 16<<10) + "\r\n" + end + next, tooLarge},
		{"many fields", get + host + strings.Repeat("X-A: evil\r\n", 10_000) + end + next, tooLarge},
		{"a long path", "GET /" + strings.Repeat("evil", 16<<10) + " HTTP/1.1\r\n" + host + end + next, tooLarge},

		{"dots", "GET /a/../../etc/passwd HTTP/1.1\r\n" + host + end, absent},
		{"dots to a document", "GET /a/../robots.txt HTTP/1.1\r\n" + host + end, absent},
		{"dots escaped", "GET /a/%2e%2e/%2fetc HTTP/1.1\r\n" + host + end, absent},
		{"backslashes", "GET /..\\..\\robots.txt HTTP/1.1\r\n" + host + end, absent},
		{"another host in the path", "GET //evil.example/robots.txt HTTP/1.1\r\n" + host + end, absent},
		{"line breaks escaped", "GET /robots.txt%00%0d%0aSet-Cookie:evil=1 HTTP/1.1\r\n" + host + end, absent},
		{"a NUL in the path", "GET /robots.txt\x00 HTTP/1.1\r\n" + host + end + next, malformed},
		{"a percent sign alone", "GET /robots.txt% HTTP/1.1\r\n" + host + end + next, malformed},
		{"ranges that overlap", get + host + "Range: bytes=0-,0-,0-,0-\r\n" + end, kept},
	}
	address := start(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := exchange(t, address, tt.send)
			if diff := cmp.Diff(tt.want, heads(t, got)); diff != "" {
				t.Errorf("answers (-want +got):\n%s", diff)
			}
			if bytes.Contains(got, []byte("evil")) || bytes.Contains(got, []byte("Set-Cookie")) || bytes.Contains(got, []byte("script")) {
				t.Errorf("the request is in the answer:\n%s", got)
			}
		})
	}
}

// exchange sends bytes and nothing more, and returns what comes until the
// server closes. Where that has not read all, the end may be a reset.
func exchange(t *testing.T, address, send string) []byte {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(conn, send); err != nil && !gone(err) {
		t.Fatal(err)
	}
	if err := conn.(*net.TCPConn).CloseWrite(); err != nil && !gone(err) {
		t.Fatal(err)
	}
	got, err := io.ReadAll(conn)
	if err != nil && !gone(err) {
		t.Fatalf("after %q: %v", got, err)
	}
	return got
}

func gone(err error) bool {
	return errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE) || errors.Is(err, syscall.ENOTCONN)
}

// heads returns the status lines and the header fields, in order and without
// Date, of all answers.
func heads(t *testing.T, answers []byte) string {
	t.Helper()
	var all bytes.Buffer
	for reader := bufio.NewReader(bytes.NewReader(answers)); ; {
		if _, err := reader.Peek(1); errors.Is(err, io.EOF) {
			return strings.ReplaceAll(all.String(), "\r", "")
		}
		r, err := http.ReadResponse(reader, nil)
		if err != nil {
			t.Fatalf("%q: %v", answers, err)
		}
		bodyOf(t, r)
		r.Header.Del("Date")
		for _, name := range []string{"Connection", "Content-Length"} { // which the client takes out
			switch {
			case name == "Connection" && r.Close:
				r.Header.Set(name, "close")
			case name == "Content-Length" && r.ContentLength >= 0:
				r.Header.Set(name, fmt.Sprint(r.ContentLength))
			}
		}
		status, _, _ := strings.Cut(r.Status, ": ") // net/http may go on about a fault
		fmt.Fprintf(&all, "%s %s\n", r.Proto, status)
		if err := r.Header.Write(&all); err != nil {
			t.Fatal(err)
		}
	}
}
