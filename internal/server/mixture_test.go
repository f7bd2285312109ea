package server_test

import (
	"bufio"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"feedstation/internal/edition"
	"feedstation/internal/server"
	"feedstation/internal/testkit/doctest"
)

// press is where the editions of a station follow one another.
type press struct {
	current atomic.Pointer[edition.Edition]
	all     sync.Map // by number
}

func (p *press) Served(string) (*edition.Edition, bool) { return p.current.Load(), true }

func (p *press) publish(e *edition.Edition) {
	p.all.Store(numberOf(e), e)
	p.current.Store(e)
}

func (p *press) Current(station string) (*edition.Edition, bool) { return p.Served(station) }

// published returns a document of a published edition, or nil.
func (p *press) published(number int64, path string) *edition.Document {
	e, ok := p.all.Load(number)
	if !ok {
		return nil
	}
	d, _ := e.(*edition.Edition).Document(path)
	return d
}

// run publishes one edition after the other until stop, and returns the last
// one's number.
func (p *press) run(stop <-chan struct{}) int64 {
	for n := numberOf(p.current.Load()) + 1; ; n++ {
		select {
		case <-stop:
			return n - 1
		default:
		}
		p.publish(numbered(n))
	}
}

// numberOf returns the number that numbered has made an edition of.
func numberOf(e *edition.Edition) int64 { return int64(e.Watermark().Sub(noon) / time.Second) }

// mainDocuments are the documents, and their media types, that every edition has.
var mainDocuments = map[string]string{"/sitemap.xml": xmlType, "/rss.xml": rssType, "/robots.txt": textType}

// numbered returns the edition of a number. Each of its documents tells the
// number and its path, and is as new as the number is high. The index names the
// sitemaps that the edition has: one more with every tenth, up to four.
func numbered(number int64) *edition.Edition {
	documents := map[string]*edition.Document{}
	add := func(path, mediaType, text string) {
		body := fmt.Appendf(nil, "%d %s\n%s%d", number, path, text, number)
		documents[path] = edition.NewDocument(mediaType, body, noon.Add(time.Duration(number)*time.Second))
	}
	var index strings.Builder
	for i := range min(4, 1+number/10) {
		child := fmt.Sprintf("/sitemaps/news-%d.xml", i+2)
		add(child, xmlType, "")
		fmt.Fprintln(&index, child)
	}
	texts := map[string]string{"/sitemap.xml": index.String(), "/rss.xml": strings.Repeat(fmt.Sprintf("湘江之春 %d\n", number), 50)}
	for path, mediaType := range mainDocuments {
		add(path, mediaType, texts[path])
	}
	return edition.New("xt", noon.Add(time.Duration(number)*time.Second), "4711", documents)
}

// follower is a client that reads one document after the other on one
// connection, and remembers what it has read.
type follower struct {
	press  *press
	conn   net.Conn
	reader *bufio.Reader
	latest int64             // edition that it has seen
	tags   map[string]string // the last ETag of a path and encoding
	of     map[string]int64  // the edition of an ETag's content

	notModified int
}

// content returns an ETag without what tells the encoding.
func content(tag string) string {
	before, _, _ := strings.Cut(tag, "-")
	return strings.Trim(before, `"`)
}

// read requests a document and checks the answer: whole, of one edition, and of
// none that is older than another answer on the connection. It returns the
// body, or nothing if the client has it.
func (f *follower) read(t *testing.T, path, encoding string, conditional bool) string {
	t.Helper()
	key := path + " " + encoding
	request := fmt.Sprintf("GET %s HTTP/1.1\r\nHost: xt.news.example\r\nAccept-Encoding: %s\r\n", path, encoding)
	if conditional && f.tags[key] != "" {
		request += "If-None-Match: " + f.tags[key] + "\r\n"
	}
	if _, err := io.WriteString(f.conn, request+"\r\n"); err != nil {
		t.Fatal(err)
	}
	r, err := http.ReadResponse(f.reader, nil)
	if err != nil {
		t.Fatal(err)
	}
	tag := r.Header.Get("Etag")
	if r.StatusCode == http.StatusNotModified && conditional {
		f.notModified++
		if number, ok := f.of[content(tag)]; !ok || number < f.latest {
			t.Fatalf("%s: not modified since edition %d, after edition %d", key, number, f.latest)
		}
		return ""
	}
	if r.StatusCode != http.StatusOK {
		t.Fatalf("%s: status %d after edition %d", key, r.StatusCode, f.latest)
	}
	suffix := ""
	switch coding := r.Header.Get("Content-Encoding"); {
	case strings.HasSuffix(path, ".gz"):
		r.Header.Set("Content-Encoding", "gzip")
	case coding != "":
		suffix = "-" + coding
	}
	body := string(decoded(t, r))
	var number int64
	var told string
	if _, err := fmt.Sscanf(body, "%d %s\n", &number, &told); err != nil || told != strings.TrimSuffix(path, ".gz") {
		t.Fatalf("%s: %v: %q", key, err, body)
	}
	if number < f.latest {
		t.Fatalf("%s: edition %d after edition %d", key, number, f.latest)
	}
	want, whole := f.press.published(number, path), f.press.published(number, told)
	if want == nil || body != string(doctest.Body(t, whole)) || !slices.Equal(r.Header["Last-Modified"], want.LastModified()) {
		t.Fatalf("%s: not that of edition %d: %v, %q", key, number, r.Header, body)
	}
	if wantTag := fmt.Sprintf("%q", want.Tag()+suffix); tag != wantTag {
		t.Fatalf("%s: ETag %s, want %s", key, tag, wantTag)
	}
	f.latest, f.tags[key], f.of[content(tag)] = number, tag, number
	return body
}

// TestNoMixtureOfEditions lets clients read while editions follow one another:
// what a client reads is whole, of one edition at a time, never of an older one
// than before, and what an index names is there.
func TestNoMixtureOfEditions(t *testing.T) {
	n, _ := portal(t)
	var p press
	p.publish(numbered(1))
	address := listen(t, server.New(n, &p, nil, nil))
	stop, last := make(chan struct{}), make(chan int64)
	go func() { last <- p.run(stop) }()

	var read, spared atomic.Int64
	t.Run("clients", func(t *testing.T) {
		for i := range 4 {
			t.Run(fmt.Sprint(i), func(t *testing.T) {
				t.Parallel()
				conn, err := net.Dial("tcp", address)
				if err != nil {
					t.Fatal(err)
				}
				defer conn.Close()
				if err := conn.SetDeadline(time.Now().Add(time.Minute)); err != nil {
					t.Fatal(err)
				}
				f := &follower{press: &p, conn: conn, reader: bufio.NewReader(conn), tags: map[string]string{}, of: map[string]int64{}}
				random := rand.New(rand.NewPCG(1, uint64(i)))
				paths := append(slices.Sorted(maps.Keys(mainDocuments)), "/sitemap.xml.gz", "/sitemaps/news-2.xml")
				encodings := []string{"identity", "gzip", "br", "zstd"}
				for n := 0; n < 400 || numberOf(p.current.Load()) < 20; n++ {
					path, encoding := paths[random.IntN(len(paths))], encodings[random.IntN(len(encodings))]
					body := f.read(t, path, encoding, random.IntN(2) == 0)
					read.Add(1)
					if path != "/sitemap.xml" || body == "" {
						continue
					}
					children := strings.Split(body, "\n")
					for _, child := range children[1 : len(children)-1] {
						f.read(t, child, encoding, false)
						read.Add(1)
					}
				}
				spared.Add(int64(f.notModified))
			})
		}
	})
	close(stop)
	t.Logf("%d editions, %d answers, %d of them not modified", <-last, read.Load(), spared.Load())
	if spared.Load() == 0 {
		t.Error("nothing was ever not modified")
	}
}
