package server_test

import (
	"bufio"
	"bytes"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"feedstation/internal/edition"
	"feedstation/internal/server"
	"feedstation/internal/testkit/doctest"
)

// TestTimeouts holds how long a connection may take for what.
func TestTimeouts(t *testing.T) {
	const request = "GET /robots.txt HTTP/1.1\r\nHost: xt.news.example\r\n"
	tests := []struct {
		name   string
		send   string
		answer string        // its body
		want   time.Duration // until the server closes
	}{
		{"silence", "", "", 5 * time.Second},
		{"half a header", request, "", 5 * time.Second},
		{"idle after an answer", request + "\r\n", string(tinyBody), 75 * time.Second},
		{"a body that does not come", request + "Content-Length: 5\r\n\r\n", noBody, 5 * time.Second},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := serve(t, portalHandler(t))
				conn, err := s.dial(t.Context(), "", "")
				if err != nil {
					t.Fatal(err)
				}
				defer conn.Close()
				begun := time.Now()
				if tt.send != "" {
					if _, err := io.WriteString(conn, tt.send); err != nil {
						t.Fatal(err)
					}
				}
				reader := bufio.NewReader(conn)
				if tt.answer != "" {
					answer, err := http.ReadResponse(reader, nil)
					if err != nil {
						t.Fatal(err)
					}
					if body := bodyOf(t, answer); string(body) != tt.answer {
						t.Errorf("body %q", body)
					}
				}
				if rest, err := io.ReadAll(reader); err != nil || len(rest) > 0 && !strings.Contains(string(rest), "408") {
					t.Errorf("at the end: %q, %v", rest, err)
				}
				if took := time.Since(begun); took < tt.want || took > tt.want+time.Second {
					t.Errorf("closed after %v, want %v", took, tt.want)
				}
			})
		})
	}
}

// TestSlowReader holds how long an answer may take to be read.
func TestSlowReader(t *testing.T) {
	tests := []struct {
		name  string
		after time.Duration
		whole bool
	}{
		{"in time", 59 * time.Second, true},
		{"too late", 61 * time.Second, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := serve(t, portalHandler(t))
				conn, err := s.dial(t.Context(), "", "")
				if err != nil {
					t.Fatal(err)
				}
				defer conn.Close()
				if _, err := io.WriteString(conn, "GET /rss.xml HTTP/1.1\r\nHost: xt.news.example\r\nConnection: close\r\n\r\n"); err != nil {
					t.Fatal(err)
				}
				time.Sleep(tt.after)
				got, err := io.ReadAll(conn)
				if whole := bytes.HasSuffix(got, feedBody); err != nil || whole != tt.whole {
					t.Errorf("%d bytes, whole: %t, %v; want %t", len(got), whole, err, tt.whole)
				}
			})
		})
	}
}

// TestSlowReaderOfMuch holds how long a large answer may take to be read: 30 s,
// and a second for each 16 KiB.
func TestSlowReaderOfMuch(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	body := make([]byte, 3<<20)
	for i := range body {
		body[i] = byte('a' + random.IntN(16)) // which gzip halves
	}
	d := edition.NewDocument(xmlType, body, noon)
	if !d.Has(edition.Gzip, false) {
		t.Fatal("gzip makes it larger")
	}
	tests := []struct {
		name, encoding string
		size           int
		late           time.Duration
		whole          bool
	}{
		{"in time", "identity", len(body), -time.Second, true},
		{"too late", "identity", len(body), 2 * time.Second, false},
		{"in time, gzip", "gzip", len(doctest.Gzip(t, d)), -time.Second, true},
		{"too late, gzip", "gzip", len(doctest.Gzip(t, d)), 2 * time.Second, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n, editions := portal(t)
				editions["xt"] = edition.New("xt", noon, "4711", map[string]*edition.Document{"/sitemap.xml": d})
				s := serve(t, server.New(n, editions, nil, nil))
				conn, err := s.dial(t.Context(), "", "")
				if err != nil {
					t.Fatal(err)
				}
				defer conn.Close()
				if _, err := io.WriteString(conn, "GET /sitemap.xml HTTP/1.1\r\nHost: xt.news.example\r\nConnection: close\r\nAccept-Encoding: "+tt.encoding+"\r\n\r\n"); err != nil {
					t.Fatal(err)
				}
				time.Sleep(30*time.Second + time.Duration(tt.size>>14)*time.Second + tt.late)
				got, err := io.ReadAll(conn)
				if whole := len(got) > tt.size; err != nil || whole != tt.whole {
					t.Errorf("%d of %d bytes, %v; whole: want %t", len(got), tt.size, err, tt.whole)
				}
			})
		})
	}
}

func TestHeaderLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := serve(t, portalHandler(t))
		client := http.Client{Transport: &http.Transport{DialContext: s.dial, DisableKeepAlives: true}}
		for size, want := range map[int]int{8 << 10: 200, 64 << 10: 431} {
			request := httptest.NewRequest(http.MethodGet, "http://xt.news.example/robots.txt", nil)
			request.RequestURI = ""
			request.Header.Set("Cookie", strings.Repeat("a", size))
			r, err := client.Do(request)
			if err != nil {
				t.Errorf("%d bytes: %v", size, err)
				continue
			}
			if r.StatusCode != want {
				t.Errorf("%d bytes: status %d, want %d", size, r.StatusCode, want)
			}
			if err := r.Body.Close(); err != nil {
				t.Error(err)
			}
		}
	})
}
