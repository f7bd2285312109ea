package jobs_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"

	"feedstation/feed"
	"feedstation/internal/article"
	"feedstation/internal/edition"
	"feedstation/internal/network"
	"feedstation/internal/press"
	"feedstation/internal/server"
	"feedstation/jobs"
)

// Served has the shelf be what a server serves from.
func (s *shelf) Served(station string) (*edition.Edition, bool) { return s.Current(station) }

// reading is a version of a feed as a reader has it.
type reading struct {
	etag  string
	head  string            // of the document, with what is behind the items
	items map[string]string // by address
	order []string          // addresses
	size  int
}

// subscriber keeps every version that a feed had, as do the readers that have not asked since.
type subscriber struct {
	path     string
	versions []reading
	gone     map[string]int // how many versions there were when an article was withdrawn that the last one had
}

// newsroom is a history of a station, and those who read its feeds.
type newsroom struct {
	*world
	random      *rand.Rand
	options     jobs.Options
	articles    []article.Article
	subscribers []*subscriber
	server      http.Handler
	deltas      int
	whole       map[string]int // answers with the whole feed to who asked for a delta, by reason
}

// TestDeltas holds that whatever happens in a newsroom, what a reader has of a feed and
// what it gets with A-IM: feed are the feed, in every encoding; that it gets nothing of
// which it has the same bytes; and that none is told what is new to whom a withdrawal is.
func TestDeltas(t *testing.T) {
	histories(t, []uint64{0, 1, 2, 3, 4, 5}, func(t *testing.T, seed uint64) {
		in(t, func(w *world) {
			n := &newsroom{world: w, random: rand.New(rand.NewPCG(seed, 1)), whole: map[string]int{}}
			n.options = jobs.Options{Options: press.Options{
				Feed:   network.Feed{Items: 8, MaxItems: 12, Window: time.Duration(seed%2) * 6 * time.Hour, FullText: true},
				Deltas: true, Notices: seed == 3, NoticeFor: 12 * time.Hour, Version: "deltas",
			}, Overlap: overlap, MaxAge: 6 * time.Hour}
			if seed >= 4 { // with archives, whose feeds have what is in none, and change when one is closed
				n.options.Archives = press.Archives{Items: 5, Depth: 3}
			}
			n.start()
			for _, path := range []string{"/rss.xml", "/atom.xml", "/moment/rss.xml", "/moment/atom.xml"} {
				n.subscribers = append(n.subscribers, &subscriber{path: path, gone: map[string]int{}})
			}
			for range 8 {
				n.write()
			}
			w.refresh()
			for range 100 {
				time.Sleep(time.Duration(n.random.IntN(40)+1) * time.Minute)
				gone := n.step()
				w.refresh()
				for _, s := range n.subscribers {
					n.read(s, gone)
				}
			}
			if n.deltas < 100 || n.whole["withdrawn"] == 0 {
				t.Errorf("%d deltas, whole feeds %v", n.deltas, n.whole)
			}
		})
	})
}

// start has a process begin.
func (n *newsroom) start() {
	n.restart(n.options)
	n.server = server.New(n.network, n.editions, nil, nil).WithDeltas()
}

// write has a new article, of a second of its own.
func (n *newsroom) write() {
	time.Sleep(time.Second)
	a := newArticle("xt", len(n.articles)+1, 0)
	a.Body = "<p>" + strings.Repeat(fmt.Sprint(a.ID, "。"), n.random.IntN(200)+1) + "</p>"
	if n.random.IntN(3) == 0 && len(n.articles) > 0 { // which is taken out with the other article
		a.NextURL = n.articles[n.random.IntN(len(n.articles))].URL
	}
	n.articles = append(n.articles, a)
	n.put(a)
}

// step does something to the store or to the process, and returns the address of the article
// that is withdrawn by it.
func (n *newsroom) step() (gone string) {
	a := &n.articles[len(n.articles)-1-n.random.IntN(min(len(n.articles), 10))]
	switch n.random.IntN(14) {
	default:
		n.write()
		return ""
	case 1: // which no reader is told of as a change
		a.Body += fmt.Sprintf("<p>%d</p>", n.random.Int())
	case 2:
		a.Title, a.Updated = fmt.Sprint("标题", n.random.Int()), time.Now().Truncate(time.Second)
	case 3, 4:
		if a.Status == article.Published {
			a.Status = article.Withdrawn
			gone = a.URL
		} else {
			a.Status = article.Published
		}
	case 5:
		a.Channels = [][]string{{"moment"}, {"culture"}}[n.random.IntN(2)]
	case 6:
		time.Sleep(5 * time.Hour)
		return ""
	case 7: // another process goes on with what is stored
		n.editions = n.editions.reopened(n.t)
		n.start()
		return ""
	case 8:
		n.write()
		a = &n.articles[len(n.articles)-1]
		a.Published = a.Published.Add(-time.Duration(n.random.IntN(300)) * time.Minute)
		for slices.ContainsFunc(n.articles[:len(n.articles)-1], func(b article.Article) bool { return a.Published.Equal(b.Published) }) {
			a.Published = a.Published.Add(time.Second)
		}
		a.Updated = a.Published
	case 9:
		one := edition.Retraction{Station: "xt", ID: a.ID, At: time.Now(), State: edition.Held, Notice: n.options.Notices}
		if err := n.editions.Retract(n.t.Context(), one); err != nil {
			n.t.Fatal(err)
		}
		e := n.edition("xt")
		if next := press.Redact(n.network, e, n.editions.Retractions()); next != e {
			if err := n.editions.Publish(n.t.Context(), next); err != nil {
				n.t.Fatal(err)
			}
			for _, s := range n.subscribers { // before anything is built
				n.read(s, a.URL)
			}
		}
		return a.URL
	}
	n.put(*a)
	return gone
}

var addressOf = regexp.MustCompile(`<(?:link>|link rel="alternate" type="text/html" href=")([^<"]+)`)

// parse returns a document of a feed as a reader has it.
func (n *newsroom) parse(path, etag string, body []byte) reading {
	n.t.Helper()
	mediaType := feed.RSSType
	if strings.HasSuffix(path, string(network.Atom)) {
		mediaType = feed.AtomType
	}
	head, items, tail, err := feed.Split(mediaType, body)
	if err != nil {
		n.t.Fatal(err)
	}
	r := reading{etag: etag, head: string(head) + string(tail), items: map[string]string{}, size: len(body)}
	for _, item := range items {
		address := string(addressOf.FindSubmatch(item)[1])
		r.items[address], r.order = string(item), append(r.order, address)
	}
	return r
}

// ask asks for a feed, with what a reader has; "" for nothing.
func (n *newsroom) ask(path, coding, has string) (*http.Response, []byte) {
	n.t.Helper()
	r := httptest.NewRequest(http.MethodGet, "https://xt.news.example"+path, http.NoBody)
	r.Header.Set("Accept-Encoding", coding+", identity;q=0")
	if has != "" {
		r.Header.Set("If-None-Match", has)
		r.Header.Set("A-IM", "feed")
	}
	w := httptest.NewRecorder()
	n.server.ServeHTTP(w, r)
	return w.Result(), plain(n.t, w.Header().Get("Content-Encoding"), w.Body)
}

func plain(t *testing.T, coding string, body io.Reader) []byte {
	t.Helper()
	var err error
	switch coding {
	case "gzip":
		body, err = gzip.NewReader(body)
	case "br":
		body = brotli.NewReader(body)
	case "zstd":
		body, err = zstd.NewReader(body, zstd.WithDecoderConcurrency(1))
	}
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(body)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// read notes the version of a feed, where it is a new one, and has those who have an older
// one ask for what is new.
func (n *newsroom) read(s *subscriber, gone string) {
	n.t.Helper()
	coding := []string{"gzip", "br", "zstd"}[n.random.IntN(3)]
	response, body := n.ask(s.path, coding, "")
	now := n.parse(s.path, response.Header.Get("Etag"), body)
	if len(s.versions) > 0 {
		last := s.versions[len(s.versions)-1]
		if bare(last.etag) == bare(now.etag) {
			return
		}
		if _, had := last.items[gone]; had && now.items[gone] != last.items[gone] {
			s.gone[gone] = len(s.versions)
		}
	}
	for _, age := range []int{1, 2, 3, 1 + n.random.IntN(edition.MaxVersions), edition.MaxVersions} {
		if age <= len(s.versions) {
			n.readSince(s, now, len(s.versions)-age, coding)
		}
	}
	s.versions = append(s.versions, now)
}

// bare is an ETag without its encoding.
func bare(etag string) string { return etag[:33] }

func (n *newsroom) readSince(s *subscriber, now reading, at int, coding string) {
	n.t.Helper()
	has := s.versions[at]
	response, body := n.ask(s.path, coding, has.etag)
	what := fmt.Sprintf("%s, %d versions behind, in %s", s.path, len(s.versions)-at, coding)
	if bare(has.etag) == bare(now.etag) {
		if response.StatusCode != http.StatusNotModified {
			n.t.Fatalf("%s: %s to who has the feed", what, response.Status)
		}
		return
	}
	withdrawn := false
	for _, version := range s.gone {
		withdrawn = withdrawn || at < version
	}
	got := n.parse(s.path, response.Header.Get("Etag"), body)
	if got.etag != now.etag {
		n.t.Fatalf("%s: ETag %s; want that of the whole feed, %s", what, got.etag, now.etag)
	}
	if response.StatusCode == http.StatusOK {
		if got.size != now.size {
			n.t.Fatalf("%s: %d bytes, want %d", what, got.size, now.size)
		}
		n.whole[map[bool]string{true: "withdrawn", false: "other"}[withdrawn]]++
		return
	}
	n.deltas++
	if cc := response.Header.Get("Cache-Control"); response.StatusCode != http.StatusIMUsed || withdrawn || got.head != now.head || 2*got.size >= now.size || cc != "no-store, im" || len(got.order) == 0 {
		n.t.Fatalf("%s: %s, %d bytes of %d, %s; after a withdrawal: %t; the same head: %t", what, response.Status, got.size, now.size, cc, withdrawn, got.head == now.head)
	}
	if age := len(s.versions) - at; age >= edition.MaxVersions {
		n.t.Errorf("%s: a delta", what)
	}
	n.mustJoin(what, s.versions[at:], got, now)
}

// mustJoin holds that what a reader has, the first of some versions, and what it got are the
// feed as it is now.
func (n *newsroom) mustJoin(what string, versions []reading, got, now reading) {
	n.t.Helper()
	has := versions[0]
	for address, item := range got.items {
		if !slices.ContainsFunc(versions, func(r reading) bool { return r.items[address] != item }) {
			n.t.Errorf("%s: %s is in the delta and is as it was", what, address)
		}
	}
	joined := slices.Clone(got.order)
	for _, address := range has.order {
		if !slices.Contains(joined, address) {
			joined, got.items[address] = append(joined, address), has.items[address]
		}
	}
	slices.SortStableFunc(joined, func(a, b string) int { return n.published(b).Compare(n.published(a)) })
	if len(joined) < len(now.order) || !slices.Equal(joined[:len(now.order)], now.order) && !n.options.Notices { // which may be older than what has left
		n.t.Fatalf("%s: joined\n%v\nwant\n%v", what, joined, now.order)
	}
	for address, item := range now.items {
		if !bytes.Equal([]byte(got.items[address]), []byte(item)) {
			n.t.Fatalf("%s: %s is\n%s\nwant\n%s", what, address, got.items[address], item)
		}
	}
}

func (n *newsroom) published(address string) time.Time {
	i := slices.IndexFunc(n.articles, func(a article.Article) bool { return a.URL == address })
	return n.articles[i].Published
}
