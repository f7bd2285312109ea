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
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"feedstation/internal/edition"
	"feedstation/internal/network"
	"feedstation/internal/server"
	"feedstation/internal/statistics"
)

// benchFeed is a feed of 50 articles in full text.
func benchFeed() *edition.Document {
	var body strings.Builder
	for i := range 50 {
		fmt.Fprintf(&body, "<item><title>第%d条</title><guid>https://xt.news.example/%d.html</guid><description>", i, i*7919)
		for j := range 100 {
			fmt.Fprintf(&body, "岁月不居,时节如流。%d年%d月,湘江之春 %x &amp; more. ", 2000+j*i%26, j%12+1, i*j*7919)
		}
		body.WriteString("</description></item>\n")
	}
	return edition.NewDocument(rssType, []byte(body.String()), noon)
}

// BenchmarkServe measures requests over real connections that are kept alive,
// beside a bare handler that writes the same bytes with the same header fields;
// the goal is nine tenths of its requests a second, and 0.98 of those without statistics
// where they are counted.
func BenchmarkServe(b *testing.B) {
	d := benchFeed()
	n, err := network.New("湘江新闻网", []*network.Station{{ID: "xt", URL: "https://xt.news.example"}}, []string{"localhost"})
	if err != nil {
		b.Fatal(err)
	}
	named, err := network.New("湘江新闻网", []*network.Station{{
		ID: "xt", URL: "https://xt.news.example", CacheKeys: network.CacheKeys{SurrogateKey: true, CacheTag: true},
	}}, []string{"localhost"})
	if err != nil {
		b.Fatal(err)
	}
	observed := func(n *network.Network, observe server.Observer) func(context.Context, net.Listener) error {
		return func(ctx context.Context, listener net.Listener) error {
			h := server.New(n, stands{"xt": edition.New("xt", noon, "4711", map[string]*edition.Document{"/rss.xml": d})}, nil, observe)
			return server.Serve(ctx, slog.New(slog.DiscardHandler), server.Listener{Listener: listener}, h, new(server.Drain))
		}
	}
	ours, counted, keyed := observed(n, nil), observed(n, counting(b, n)), observed(named, nil)
	gzip := "GET /rss.xml HTTP/1.1\r\nHost: xt.news.example\r\nUser-Agent: bench\r\nAccept-Encoding: gzip, deflate\r\n"
	matching := gzip + "If-None-Match: " + d.ETag(edition.Gzip)[0] + "\r\n"

	for _, bm := range []struct {
		name    string
		serve   func(context.Context, net.Listener) error
		request string
	}{
		{"feedstation/gzip", ours, gzip},
		{"counted/gzip", counted, strings.Replace(gzip, "bench", "Miniflux/2.3.5", 1)},
		{"keyed/gzip", keyed, gzip}, // for caches in front
		{"bare/gzip", bare(d, http.StatusOK), gzip},
		{"feedstation/304", ours, matching},
		{"counted/304", counted, strings.Replace(matching, "bench", "Miniflux/2.3.5", 1)},
		{"keyed/304", keyed, matching},
		{"bare/304", bare(d, http.StatusNotModified), matching},
	} {
		b.Run(bm.name, func(b *testing.B) {
			listener, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				b.Fatal(err)
			}
			ctx, stop := context.WithCancel(b.Context())
			done := make(chan error, 1)
			go func() { done <- bm.serve(ctx, listener) }()
			b.ReportAllocs()
			b.ResetTimer()
			b.RunParallel(func(pb *testing.PB) { request(b, listener.Addr().String(), bm.request+"\r\n", pb) })
			b.StopTimer()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "requests/s")
			stop()
			if err := <-done; err != nil {
				b.Error(err)
			}
		})
	}
}

// counting returns what counts requests, until the benchmark is over.
func counting(b *testing.B, n *network.Network) server.Observer {
	r := statistics.New(slog.New(slog.DiscardHandler))
	r.Set(statistics.Settings{Days: 30, Zone: time.UTC, Stations: n.Stations, Prover: statistics.NewProver(nil, nil)})
	ctx, stop := context.WithCancel(b.Context())
	var running sync.WaitGroup
	running.Go(func() { r.Run(ctx) })
	b.Cleanup(func() {
		stop()
		running.Wait()
		b.Logf("%d requests were not counted", r.Dropped())
	})
	observe := r.Observer(n, nil)
	return func(r *http.Request, target network.Target, sent server.Sent) { observe(r, target, sent.Status) }
}

// request sends a request again and again on one connection. All answers are as
// long as the first, so that little of the time is the client's.
func request(b *testing.B, address, text string, pb *testing.PB) {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		b.Error(err)
		return
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(time.Minute)); err != nil {
		b.Error(err)
		return
	}
	var answer []byte
	for pb.Next() {
		if _, err := io.WriteString(conn, text); err != nil {
			b.Error(err)
			return
		}
		if answer == nil {
			if answer, err = first(conn); err != nil {
				b.Error(err)
				return
			}
			continue
		}
		if _, err := io.ReadFull(conn, answer); err != nil {
			b.Error(err)
			return
		}
	}
}

// first reads the first answer on a connection, and returns room for another
// one of the same length.
func first(conn net.Conn) ([]byte, error) {
	counted := &counter{Reader: conn}
	reader := bufio.NewReaderSize(counted, 16)
	r, err := http.ReadResponse(reader, nil)
	if err != nil {
		return nil, err
	}
	if _, err := io.Copy(io.Discard, r.Body); err != nil {
		return nil, err
	}
	if reader.Buffered() > 0 {
		return nil, fmt.Errorf("%d bytes behind the answer", reader.Buffered())
	}
	return make([]byte, counted.n), nil
}

// counter counts what is read.
type counter struct {
	io.Reader
	n int
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.n += n
	return n, err
}

// bare answers every request with the document in gzip, without looking at it.
func bare(d *edition.Document, status int) func(context.Context, net.Listener) error {
	v, err := d.Variant(edition.Gzip)
	if err != nil {
		panic(err) // it is in memory
	}
	vary, sniff, origin, encoding := []string{"Accept-Encoding"}, []string{"nosniff"}, []string{"*"}, []string{"gzip"}
	h := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		header := w.Header()
		header["Cache-Control"] = d.CacheControl()
		header["Vary"] = vary
		header["Etag"] = d.ETag(edition.Gzip)
		header["Last-Modified"] = d.LastModified()
		header["X-Content-Type-Options"] = sniff
		header["Access-Control-Allow-Origin"] = origin
		if status == http.StatusNotModified {
			w.WriteHeader(status)
			return
		}
		header["Content-Type"] = d.ContentType()
		header["Content-Length"] = v.ContentLength
		header["Content-Encoding"] = encoding
		w.WriteHeader(status)
		w.Write(v.Body)
	})
	return func(ctx context.Context, listener net.Listener) error {
		s := &http.Server{Handler: h}
		context.AfterFunc(ctx, func() { s.Close() })
		if err := s.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			return err
		}
		return nil
	}
}

// BenchmarkHalfOpen measures a client that requests in turn on a kept and on a
// new connection, beside others that begin requests and never end them and come
// again when they are closed. The goal is a p99 of 50 ms beside 2,000.
func BenchmarkHalfOpen(b *testing.B) {
	for _, beside := range []int{0, 2000} {
		b.Run(fmt.Sprint(beside), func(b *testing.B) {
			address := listen(b, portalHandler(b))
			ctx, stop := context.WithCancel(b.Context())
			var others sync.WaitGroup
			open := make(chan struct{}, beside)
			for i := range beside {
				others.Go(func() { stay(ctx, address, "GET /rss.xml HTTP/1.1\r\nHost"[:i%27], open) })
			}
			for range beside {
				<-open
			}
			kept := &http.Client{Transport: &http.Transport{}}
			anew := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
			var took []time.Duration
			for b.Loop() {
				for _, client := range []*http.Client{kept, anew} {
					begun := time.Now()
					if err := ask(client, address); err != nil {
						b.Fatal(err)
					}
					took = append(took, time.Since(begun))
				}
			}
			slices.Sort(took)
			for _, p := range []int{50, 99} {
				b.ReportMetric(float64(took[len(took)*p/100])/1e6, fmt.Sprintf("p%d-ms", p))
			}
			stop()
			others.Wait()
			kept.CloseIdleConnections()
		})
	}
}

// stay keeps a connection with half a request open, a new one when it is
// closed, until ctx ends. It tells when the first one is open.
func stay(ctx context.Context, address, half string, open chan<- struct{}) {
	for first := true; ctx.Err() == nil; first = false {
		conn, err := net.Dial("tcp", address)
		if first {
			open <- struct{}{}
		}
		if err != nil {
			return // the benchmark itself will meet the reason
		}
		unblock := context.AfterFunc(ctx, func() { conn.Close() })
		io.WriteString(conn, half)
		io.Copy(io.Discard, conn)
		unblock()
		conn.Close()
	}
}

func ask(client *http.Client, address string) error {
	r, err := http.NewRequest(http.MethodGet, "http://"+address+"/xt/rss.xml", http.NoBody)
	if err != nil {
		return err
	}
	r.Host = "localhost"
	answer, err := client.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return errors.New(answer.Status)
	}
	_, err = io.Copy(io.Discard, answer.Body)
	return err
}
