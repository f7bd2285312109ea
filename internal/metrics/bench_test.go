//go:build unix

package metrics_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"feedstation/internal/edition"
	"feedstation/internal/network"
	"feedstation/internal/server"
)

// BenchmarkScrape measures what an operator's Prometheus costs a process of 140 stations;
// the goal is 20 ms and 500 KB.
func BenchmarkScrape(b *testing.B) {
	p := newPortal(b, 140)
	p.some()
	h := p.admin.Handler()
	size, began := 0, processorTime(b)
	for b.Loop() {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "http://127.0.0.1:8081/metrics", nil))
		size = w.Body.Len()
	}
	b.ReportMetric((processorTime(b)-began).Seconds()*1000/float64(b.N), "processor-ms/scrape")
	b.ReportMetric(float64(size)/1000, "KB/scrape")
}

// processorTime returns how long the process has been computing: other programs of the
// machine make no difference to it.
func processorTime(b *testing.B) time.Duration {
	b.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// BenchmarkObserve measures what counting costs a request.
func BenchmarkObserve(b *testing.B) {
	p := newPortal(b, 140)
	target, sent := network.Target{Station: p.network.Stations[70], Path: "/moment/rss.xml"}, server.Sent{Status: 200, Encoding: edition.Gzip, Bytes: 24_000}
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			p.meter.Observe(nil, target, sent)
		}
	})
}

// BenchmarkServing compares requests over real connections with the same ones that nobody
// counts, in turns of one run, by the time of the processor; the goal is 0.98 of their
// number.
func BenchmarkServing(b *testing.B) {
	p := newPortal(b, 140)
	for _, bm := range []struct{ name, header string }{
		{"200", "Accept-Encoding: gzip\r\n"}, {"304", "Accept-Encoding: gzip\r\nIf-None-Match: *\r\n"},
	} {
		b.Run(bm.name, func(b *testing.B) {
			request := "GET /rss.xml HTTP/1.1\r\nHost: station070.news.example\r\nUser-Agent: bench\r\n" + bm.header + "\r\n"
			plain, counted := connect(b, p.handler(nil)), connect(b, p.handler(p.meter.Observe))
			const turn = 500
			var plainTime, countedTime time.Duration
			took := func(ask func(*testing.B, string), n int) time.Duration {
				began := processorTime(b)
				for range n {
					ask(b, request)
				}
				return processorTime(b) - began
			}
			took(plain, turn)
			took(counted, turn)
			for b.Loop() {
				plainTime += took(plain, turn)
				countedTime += took(counted, 2*turn)
				plainTime += took(plain, turn)
			}
			b.ReportMetric(plainTime.Seconds()/countedTime.Seconds(), "of-plain")
		})
	}
}

// connect serves on a real port, and returns what asks there on a connection that is
// kept.
func connect(b *testing.B, h http.Handler) func(b *testing.B, request string) {
	b.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	ctx, stop := context.WithCancel(b.Context())
	var serving sync.WaitGroup
	serving.Go(func() {
		if err := server.Serve(ctx, slog.New(slog.DiscardHandler), server.Listener{Listener: listener}, h, new(server.Drain)); err != nil {
			b.Error(err)
		}
	})
	conn, err := net.Dial("tcp", listener.Addr().String())
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		conn.Close()
		stop()
		serving.Wait()
	})
	reader := bufio.NewReader(conn)
	var length int
	return func(b *testing.B, request string) {
		if _, err := io.WriteString(conn, request); err != nil {
			b.Fatal(err)
		}
		if length > 0 { // all answers are as long as the first
			if _, err := reader.Discard(length); err != nil {
				b.Fatal(err)
			}
			return
		}
		var err error
		if length, err = first(reader); err != nil {
			b.Fatal(err)
		}
	}
}

// first reads an answer and returns its length.
func first(reader *bufio.Reader) (length int, err error) {
	body := 0
	for {
		line, err := reader.ReadString('\n')
		if err != nil {
			return 0, err
		}
		length += len(line)
		if name, value, _ := strings.Cut(line, ": "); name == "Content-Length" {
			if _, err := fmt.Sscan(value, &body); err != nil {
				return 0, err
			}
		}
		if line == "\r\n" {
			_, err = reader.Discard(body)
			return length + body, err
		}
	}
}
