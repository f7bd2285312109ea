//go:build unix

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
	"feedstation/internal/metrics"
	"feedstation/internal/network"
	"feedstation/internal/server"
	"feedstation/internal/statistics"
	"feedstation/internal/testkit/processor"
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

// BenchmarkServe measures requests over real connections that are kept alive, beside a
// bare handler that writes the same bytes with the same header fields, in turns of one
// run, by the time of the processor, which has the client's in it: the median of the ratios
// of rounds, since a machine that becomes slower does so for all that is in a round. The
// bare handler is in a server without any limit, as net/http has it
// by default, and in ours, whose deadlines for slow clients are timers of the runtime's and
// whose limit of connections has to know their states. The goals are 0.98 of that, and where
// requests are counted, for statistics and metrics, 0.98 of those that are not.
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
	handler := func(n *network.Network, observe server.Observer) *server.Handler {
		return server.New(n, stands{"xt": edition.New("xt", noon, "4711", map[string]*edition.Document{"/rss.xml": d})}, nil, observe)
	}
	served := func(h http.Handler) func(context.Context, net.Listener) error {
		return func(ctx context.Context, listener net.Listener) error {
			return server.Serve(ctx, slog.New(slog.DiscardHandler), server.Listener{Listener: listener}, h, new(server.Drain))
		}
	}
	meter := metrics.New("bench", nil)
	meter.Stations(n)
	statistics := counting(b, n)
	counted := func(r *http.Request, target network.Target, sent server.Sent) {
		statistics(r, target, sent)
		meter.Observe(r, target, sent)
	}
	const gzip = "GET /rss.xml HTTP/1.1\r\nHost: xt.news.example\r\nUser-Agent: Miniflux/2.3.5\r\nAccept-Encoding: gzip, deflate\r\n"
	for _, bm := range []struct {
		name, request string
		status        int
	}{
		{"gzip", gzip, http.StatusOK},
		{"304", gzip + "If-None-Match: " + d.ETag(edition.Gzip)[0] + "\r\n", http.StatusNotModified},
	} {
		b.Run(bm.name, func(b *testing.B) {
			ways := []struct {
				name string
				ask  func(n int) time.Duration
				took []time.Duration // by round
			}{
				{name: "bare", ask: asking(b, bm.request, bareServer(bare(d, bm.status)))},
				{name: "limited", ask: asking(b, bm.request, served(bare(d, bm.status)))},
				{name: "handler", ask: asking(b, bm.request, bareServer(handler(n, nil)))},
				{name: "served", ask: asking(b, bm.request, served(handler(n, nil)))},
				{name: "deltas", ask: asking(b, bm.request, served(handler(n, nil).WithDeltas()))},
				{name: "keyed", ask: asking(b, bm.request, served(handler(named, nil)))}, // for caches in front
				{name: "counted", ask: asking(b, bm.request, served(handler(n, counted)))},
			}
			const turn, rounds = 25, 300 // as many as one run needs to decide
			round := func() {
				for i := range ways {
					ways[i].took = append(ways[i].took, ways[i].ask(turn))
				}
				for i := range slices.Backward(ways) {
					ways[i].took[len(ways[i].took)-1] += ways[i].ask(turn)
				}
			}
			for b.Loop() {
				round()
			}
			for len(ways[0].took) < rounds {
				round()
			}
			took := map[string][]time.Duration{}
			for _, way := range ways {
				took[way.name] = way.took
			}
			median := func(of func(round int) float64) float64 {
				var all []float64
				for i := range ways[0].took {
					all = append(all, of(i))
				}
				slices.Sort(all)
				return all[len(all)/2]
			}
			for _, of := range []string{"limited/bare", "handler/bare", "served/limited", "deltas/served", "keyed/served", "counted/served", "counted/bare"} {
				way, beside, _ := strings.Cut(of, "/")
				b.ReportMetric(median(func(i int) float64 { return float64(took[beside][i]) / float64(took[way][i]) }), of)
			}
			bare := median(func(i int) float64 { return took["bare"][i].Seconds() * 1e6 })
			b.ReportMetric(bare/(2*turn), "bare-µs")
		})
	}
}

// asking serves until the benchmark ends, and returns what asks so many times and tells how
// long the processor took.
func asking(b *testing.B, request string, serve func(context.Context, net.Listener) error) func(n int) time.Duration {
	b.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	ctx, stop := context.WithCancel(b.Context())
	var serving sync.WaitGroup
	serving.Go(func() {
		if err := serve(ctx, listener); err != nil {
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
	request += "\r\n"
	if _, err := io.WriteString(conn, request); err != nil {
		b.Fatal(err)
	}
	answer, err := first(conn) // the others are as long, so that little of the time is the client's
	if err != nil {
		b.Fatal(err)
	}
	return func(n int) time.Duration {
		began := processor.Time(b)
		for range n {
			if _, err := io.WriteString(conn, request); err != nil {
				b.Fatal(err)
			}
			if _, err := io.ReadFull(conn, answer); err != nil {
				b.Fatal(err)
			}
		}
		return processor.Time(b) - began
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
func bare(d *edition.Document, status int) http.Handler {
	v, err := d.Variant(edition.Gzip)
	if err != nil {
		panic(err) // it is in memory
	}
	vary, sniff, origin, encoding := []string{"Accept-Encoding"}, []string{"nosniff"}, []string{"*"}, []string{"gzip"}
	exposed := []string{"ETag, Link, Last-Modified"}
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		header := w.Header()
		header["Cache-Control"] = d.CacheControl()
		header["Vary"] = vary
		header["Etag"] = d.ETag(edition.Gzip)
		header["Last-Modified"] = d.LastModified()
		header["X-Content-Type-Options"] = sniff
		header["Access-Control-Allow-Origin"] = origin
		header["Access-Control-Expose-Headers"] = exposed
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
}

// bareServer serves a handler as net/http does when it is told nothing.
func bareServer(h http.Handler) func(context.Context, net.Listener) error {
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
