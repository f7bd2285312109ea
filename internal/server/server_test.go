package server_test

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"feedstation/internal/edition"
	"feedstation/internal/gzjoin"
	"feedstation/internal/network"
	"feedstation/internal/server"
)

const (
	rssType  = "application/rss+xml; charset=utf-8"
	xmlType  = "application/xml; charset=utf-8"
	textType = "text/plain; charset=utf-8"
)

var noon = time.Date(2019, 3, 11, 12, 0, 0, 0, time.UTC)

// stands are the editions of stations; at newest + an id the newest where another
// one is pinned.
type stands map[string]*edition.Edition

const newest = "newest "

func (s stands) Served(station string) (*edition.Edition, bool) {
	e, ok := s[station]
	return e, ok
}

func (s stands) Current(station string) (*edition.Edition, bool) {
	if e, ok := s[newest+station]; ok {
		return e, true
	}
	return s.Served(station)
}

var (
	feedBody  = []byte(strings.Repeat("<item><title>湘江之春 🌸</title></item>\n", 200))
	tinyBody  = []byte("User-agent: *\n")
	indexBody = []byte(strings.Repeat("<sitemap><loc>https://xt.news.example/sitemaps/2019-03.xml</loc></sitemap>\n", 20))
)

var headers = edition.Headers{
	MaxAge: 5 * time.Minute, StaleIfError: 24 * time.Hour, Link: `<https://xt.news.example/rss.xml>; rel="self"`,
}

// documents are those of the station xt.
func documents() map[string]*edition.Document {
	all := map[string]*edition.Document{
		"/rss.xml":        edition.NewDocument(rssType, feedBody, noon).WithHeaders(headers),
		"/moment/rss.xml": edition.NewDocument(rssType, append(bytes.Clone(feedBody), "<moment/>"...), noon),
		"/sitemap.xml":    edition.NewDocument(xmlType, indexBody, noon),
		"/robots.txt":     edition.NewDocument(textType, tinyBody, edition.Epoch),

		"/sitemaps/2026-03.xml": shard(),
	}
	return all
}

// shard is a document that is there in gzip only.
func shard() *edition.Document {
	chunk := gzjoin.New(indexBody)
	return edition.Revision{Newest: noon, AsOf: noon, Headers: headers}.ReviseContent(edition.Join(xmlType, []*gzjoin.Chunk{&chunk}), nil)
}

// served are all paths of the station xt.
func served() map[string]*edition.Document {
	all := documents()
	all["/sitemap.xml.gz"] = all["/sitemap.xml"].Twin()
	all["/sitemaps/2026-03.xml.gz"] = all["/sitemaps/2026-03.xml"].Twin()
	return all
}

// portal is a network whose station xt has an edition, zz an empty one, and yy
// none yet.
func portal(t testing.TB) (*network.Network, stands) {
	t.Helper()
	n, err := network.New("湘江新闻网", []*network.Station{
		{ID: "xt", Was: []string{"xiangtan"}, URL: "https://xt.news.example", Icon: "https://www.news.example/icon.png", Aliases: network.Aliases{Status: 301, All: network.AliasSet("wordpress")}, Channels: []network.Channel{
			{ID: "moment", Was: []string{"now"}, Name: "时刻新闻"},
			{ID: "society", Was: []string{"people", "life-in-town"}, Name: "社会"},
			{ID: "gossip", Former: network.Former{Closed: true}},
			{ID: "life", Was: []string{"living"}, Former: network.Former{MovedTo: "https://xt.news.example/moment/"}},
		}},
		{ID: "old", URL: "https://old.news.example", Former: network.Former{Closed: true}},
		{ID: "old2", Was: []string{"old1"}, URL: "https://old2.news.example", Former: network.Former{MovedTo: "https://xt.news.example"}},
		{ID: "yy", URL: "https://yy.news.example"},
		{ID: "zz", URL: "https://中文.example"},
	}, []string{"localhost"})
	if err != nil {
		t.Fatal(err)
	}
	return n, stands{
		"xt": edition.New("xt", noon, "4711", documents()),
		"zz": edition.New("zz", noon, "4711", nil),
	}
}

// start serves the portal on a real port and returns its address.
func start(t testing.TB) string {
	t.Helper()
	return listen(t, portalHandler(t))
}

// listen serves on a real port, as the program does, and returns its address.
func listen(t testing.TB, h http.Handler) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context())) // until the clean-up
	done := make(chan error, 1)
	go func() {
		done <- server.Serve(ctx, slog.New(slog.DiscardHandler), server.Listener{Listener: listener}, h, new(server.Drain))
	}()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Errorf("Serve: %v", err)
		}
	})
	return listener.Addr().String()
}

// raw sends bytes as they are and returns the answer to them.
func raw(t testing.TB, address, request string) *http.Response {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(conn, request); err != nil {
		t.Fatal(err)
	}
	method, _, _ := strings.Cut(request, " ")
	answer, err := http.ReadResponse(bufio.NewReader(conn), &http.Request{Method: method})
	if err != nil {
		t.Fatalf("%q: %v", request, err)
	}
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatalf("%q: %v", request, err)
	}
	answer.Body = io.NopCloser(bytes.NewReader(body))
	return answer
}

// get asks for a path of the station xt with header fields, written "Name: value".
func get(t testing.TB, address, method, path string, fields ...string) *http.Response {
	t.Helper()
	head := []string{method + " " + path + " HTTP/1.1", "Host: xt.news.example", "Connection: close"}
	return raw(t, address, strings.Join(append(head, fields...), "\r\n")+"\r\n\r\n")
}

func bodyOf(t testing.TB, r *http.Response) []byte {
	t.Helper()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// decoded returns the body as it was before any encoding.
func decoded(t testing.TB, r *http.Response) []byte {
	t.Helper()
	switch encoding := r.Header.Get("Content-Encoding"); encoding {
	case "":
	case "br":
		r.Body = io.NopCloser(brotli.NewReader(r.Body))
	case "zstd":
		z, err := zstd.NewReader(r.Body, zstd.WithDecoderConcurrency(1))
		if err != nil {
			t.Fatal(err)
		}
		r.Body = z.IOReadCloser()
	case "gzip":
		gz, err := gzip.NewReader(r.Body)
		if err != nil {
			t.Fatal(err)
		}
		r.Body = gz
	default:
		t.Fatalf("Content-Encoding %q", encoding)
	}
	return bodyOf(t, r)
}
