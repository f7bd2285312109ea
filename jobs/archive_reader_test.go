package jobs_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"feedstation/internal/article"
	"feedstation/internal/edition"
	"feedstation/internal/network"
	"feedstation/internal/press"
	"feedstation/internal/testkit/require"
)

// historian reads a feed and then its archives, a document at a time, while the newsroom
// goes on.
type historian struct {
	met  map[string]int       // how often articles were met, by address
	here map[string]time.Time // articles that have been there all the time, with their publication
	next string               // path; empty: the feed has not been read yet
}

// archiveRoom is a newsroom whose archives are read.
type archiveRoom struct {
	*world
	random   *rand.Rand
	station  string
	articles map[string]article.Article // that are there
	gone     map[string]bool            // addresses that have been withdrawn
	id       int
	readers  []*historian
	walked   int
	log      []string
}

func (n *archiveRoom) note(format string, args ...any) {
	n.log = append(n.log, time.Now().UTC().Format("01-02 15:04:05 ")+fmt.Sprintf(format, args...))
}

func (n *archiveRoom) fail(format string, args ...any) {
	n.t.Helper()
	n.t.Fatalf("%s\nafter\n%s", fmt.Sprintf(format, args...), strings.Join(n.log, "\n"))
}

// arrive adds an article that was published so long ago.
func (n *archiveRoom) arrive(ago time.Duration) {
	n.id++
	a := newArticle("xt", n.id, ago)
	if n.random.IntN(3) == 0 { // as a system that knows hours only
		a.Published = a.Published.Truncate(time.Hour)
	}
	if n.random.IntN(4) == 0 {
		a.Station, a.URL = "yy", strings.ReplaceAll(a.URL, "xt.", "yy.")
	}
	n.put(a)
	n.articles[a.ID] = a
	n.note("%s comes, published %s", a.ID, a.Published.UTC())
}

// any returns one of the articles that are there.
func (n *archiveRoom) any() (a article.Article, ok bool) {
	ids := slices.Sorted(maps.Keys(n.articles))
	if len(ids) == 0 {
		return a, false
	}
	return n.articles[ids[n.random.IntN(len(ids))]], true
}

func (n *archiveRoom) leave(a article.Article) {
	delete(n.articles, a.ID)
	n.gone[a.URL] = true
	for _, r := range n.readers {
		delete(r.here, a.URL)
	}
}

// operate does something to the articles.
func (n *archiveRoom) operate() {
	switch n.random.IntN(9) {
	case 0, 1, 2, 3, 4:
		n.arrive(0)
	case 5:
		n.arrive(time.Duration(n.random.IntN(200)) * time.Hour)
	case 6:
		if a, ok := n.any(); ok {
			a.Title, a.Updated = a.Title+"。", time.Now()
			n.put(a)
			n.articles[a.ID] = a
			n.note("%s is edited", a.ID)
		}
	case 7:
		if a, ok := n.any(); ok {
			a.Status = article.Withdrawn
			n.put(a)
			n.leave(a)
			n.note("%s is withdrawn", a.ID)
		}
	case 8:
		a, ok := n.any()
		if !ok || n.random.IntN(3) > 0 {
			return
		}
		if n.random.IntN(2) == 0 {
			n.exec(fmt.Sprintf("DELETE FROM articles WHERE id = '%s'", a.ID))
			n.note("%s is deleted", a.ID)
		} else {
			retraction := edition.Retraction{ID: a.ID, URL: a.URL, At: time.Now(), State: edition.Held}
			if err := n.editions.Retract(n.t.Context(), retraction); err != nil {
				n.fail("%v", err)
			}
			for station, e := range n.editions.current {
				n.editions.current[station] = press.Redact(n.network, e, n.editions.Retractions())
			}
			n.note("%s is taken down", a.ID)
		}
		n.leave(a)
	}
}

// refreshed refreshes and holds that archives change with their own articles, and with
// their neighbours' addresses.
func (n *archiveRoom) refreshed() {
	before := n.editions.current[n.station]
	if err := refreshAll(n.t.Context(), n.conductor); err != nil {
		n.fail("%v", err)
	}
	after := n.editions.current[n.station]
	for path, d := range after.All() {
		if strings.Contains(document(after, path), "0001-01-01") {
			n.fail("%s has no time", path)
		}
		channel, cut, _, ok := network.ParseArchivePath(path)
		if !ok || before == nil {
			continue
		}
		old, there := before.Document(path)
		if !there || old.Hash() == d.Hash() {
			continue
		}
		at := network.ArchivePath(channel, cut, network.RSS)
		is, _ := after.Contents(at)
		was, _ := before.Contents(at)
		if is.Hash() == was.Hash() && slices.Equal(linksIn(old), linksIn(d)) && was.Made() != "" {
			n.fail("%s has changed, and neither its articles nor its neighbours have:\n%s\n%s", path, document(before, path), document(after, path))
		}
	}
	for path, d := range after.All() {
		if before != nil {
			if old, ok := before.Document(path); ok && old == d {
				continue // which was looked at
			}
		}
		for address := range n.gone {
			if strings.Contains(document(after, path), address) {
				n.fail("%s shows %s", path, address)
			}
		}
	}
}

// linksIn returns the addresses of the neighbours of an archive.
func linksIn(d *edition.Document) (links []string) {
	for link := range strings.SplitSeq(d.Link()[0], ", ") {
		if strings.Contains(link, "-archive") {
			links = append(links, link)
		}
	}
	return links
}

// read has a reader read its next document.
func (n *archiveRoom) read(r *historian) {
	e := n.editions.current[n.station]
	path := r.next
	if path == "" {
		path = "/feed.json"
		_, floor := cutsOf(e, "")
		for id, a := range n.articles {
			if at := network.CutOf(a.Published, id); (floor == nil || at.Compare(*floor) > 0) && (a.Station == n.station || n.station == "www") {
				r.here[a.URL] = a.Published
			}
		}
	}
	_, ok := e.Document(path)
	switch absent := e.Absent(path); {
	case ok:
	case absent == edition.Over:
		n.finish(r, e)
		return
	case absent == edition.Pending:
		return // it comes again
	default:
		n.fail("there is no %s, and it is not over", path)
	}
	var feed struct {
		Next  string `json:"next_url"`
		Items []struct {
			URL string `json:"url"`
		} `json:"items"`
	}
	if err := json.Unmarshal([]byte(document(e, path)), &feed); err != nil {
		n.fail("%s: %v", path, err)
	}
	for _, item := range feed.Items {
		r.met[item.URL]++
	}
	if feed.Next == "" {
		n.finish(r, e)
		return
	}
	station, _ := n.network.Station(n.station)
	r.next = strings.TrimPrefix(feed.Next, station.URL)
}

// finish holds that a reader has met all that was there all the time, and begins anew.
func (n *archiveRoom) finish(r *historian, e *edition.Edition) {
	_, floor := cutsOf(e, "")
	for url, published := range r.here {
		id := strings.TrimSuffix(url[strings.LastIndex(url, "/")+1:], ".html")
		if over := floor != nil && network.CutOf(published, id).Compare(*floor) <= 0; r.met[url] == 0 && !over {
			n.fail("a reader has not met %s, which was there all the time", url)
		}
	}
	if r.next != "" {
		n.walked++
	}
	*r = historian{met: map[string]int{}, here: map[string]time.Time{}}
}

// TestArchivesAreRead holds that whoever walks the archives meets each article that is
// there all the time, whatever happens meanwhile.
func TestArchivesAreRead(t *testing.T) {
	require.Time(t)
	histories(t, []uint64{0, 2, 3, 1}, func(t *testing.T, seed uint64) {
		in(t, func(w *world) {
			n := &archiveRoom{
				world: w, random: rand.New(rand.NewPCG(seed, 5)), station: []string{"xt", "www"}[seed%2],
				articles: map[string]article.Article{}, gone: map[string]bool{},
			}
			for range 3 {
				n.readers = append(n.readers, &historian{met: map[string]int{}, here: map[string]time.Time{}})
			}
			w.restart(archived(3+int(seed%3), []int{4, 8, 100}[seed%3]))
			for range 10 * int(seed%4) {
				n.arrive(time.Duration(n.random.IntN(2000)) * time.Hour)
			}
			for range 120 {
				for range n.random.IntN(3) {
					n.operate()
					time.Sleep(time.Duration(n.random.IntN(40)) * time.Minute)
				}
				if n.random.IntN(30) == 0 {
					n.note("restart")
					taken := n.editions.taken
					n.editions = n.editions.reopened(w.t)
					n.editions.taken = taken
					w.restart(archived(3+int(seed%3), []int{4, 8, 100}[seed%3]))
				}
				n.note("refresh")
				n.refreshed()
				n.read(n.readers[n.random.IntN(len(n.readers))])
			}
			t.Logf("%d walks over archives, %d articles", n.walked, len(n.articles))
			if n.walked < 3 {
				n.t.Errorf("%d walks", n.walked)
			}
		})
	})
}
