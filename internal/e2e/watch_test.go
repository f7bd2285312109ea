package e2e

import (
	"crypto/sha256"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// watcher asks processes for documents all the time, and holds what clients of
// a fleet rely on, whatever happens to it: every answer is a document; an ETag
// stands for the same bytes in every process; in one process neither the
// edition, nor what documents show, nor a document's Last-Modified goes back;
// what an index names is there. With a desk, also that what it has written is
// shown soon, and that /status says so.
type watcher struct {
	*testing.T
	processes []*process
	desk      *writer       // nil: nothing is known of what is to be shown
	late      time.Duration // how long what was written may be missing
	apart     time.Duration // by how much the times of builders differ that have not seen each other's editions

	mu       sync.Mutex
	bodies   map[string][sha256.Size]byte // by path and ETag
	faults   map[string]int               // by kind
	examples []string
	answers  int
	slowest  time.Duration // answer
	worst    time.Duration // that something was missing
}

// apart is by how much the times of two builders may differ. Changes are told as a
// second apart at least; while each builds for itself, as where Redis is away or
// emptied, more of them come in a second, and a newcomer knows none.
const apart = 5 * time.Second

// watch watches processes, which serve, until the returned function is called or
// the test ends.
func watch(t *testing.T, processes ...*process) (stop func()) {
	t.Helper()
	w := &watcher{T: t, processes: processes, late: 30 * time.Second}
	if len(processes) > 1 {
		w.apart = apart
	}
	return w.start()
}

func (w *watcher) start() (stop func()) {
	w.bodies, w.faults = map[string][sha256.Size]byte{}, map[string]int{}
	done := make(chan struct{})
	var readers sync.WaitGroup
	for _, p := range w.processes {
		r := &reader{
			watcher: w, process: p, client: &http.Client{Timeout: patience, Transport: new(http.Transport)},
			modified: map[string]time.Time{}, etags: map[string]string{}, newest: map[string]int{}, brief: map[string]int{}, owed: map[string]time.Time{},
		}
		readers.Go(func() {
			defer r.client.CloseIdleConnections()
			r.read(done)
		})
	}
	stop = sync.OnceFunc(func() {
		for deadline := time.Now().Add(patience); !w.enough() && time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		}
		close(done)
		readers.Wait()
		w.report()
	})
	w.Cleanup(stop) // before the processes end
	return stop
}

// report fails the test for what was not so, and tells how it was.
func (w *watcher) report() {
	w.Helper()
	w.Logf("%d answers, the slowest after %v; what was written was missing for %v at most", w.answers, w.slowest, w.worst)
	if !w.enough() {
		w.Errorf("only %d answers", w.answers)
	}
	if len(w.faults) > 0 {
		w.Errorf("faults by kind: %v; the first:\n%s", w.faults, strings.Join(w.examples, "\n"))
	}
}

// enough reports whether all has been asked for more than once.
func (w *watcher) enough() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.answers >= 5*len(w.processes)
}

const maxExamples = 12

// fault notes what is not as clients rely on it.
func (r *reader) fault(kind, format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.faults[kind]++
	if len(r.examples) < maxExamples {
		r.examples = append(r.examples, fmt.Sprintf("%s port %s, edition of %s or later: %s: %s",
			time.Now().UTC().Format("15:04:05.000"), r.process.port, r.built.Format("15:04:05.000"), kind, fmt.Sprintf(format, args...)))
	}
}

// reader is a client that knows one process.
type reader struct {
	*watcher
	process *process
	client  *http.Client

	answered int32                // the life in which the process has answered
	modified map[string]time.Time // by path
	etags    map[string]string    // by path and encoding
	newest   map[string]int       // article, by path; of all feeds: ""
	brief    map[string]int       // by path
	built    time.Time            // of which moment the edition is
	owed     map[string]time.Time // what the index names and another process lacks: since when
}

// asked is what a reader asks for in turn: 25 answers a second, among them
// every document in every encoding, twice a second the status, and once
// in two seconds the index with all that it names.
var asked = [...]string{"/xt/rss.xml", "/xt/moment/atom.xml", "/xt/sitemaps/news.xml", "/xt/feed.json"}

func (r *reader) read(done <-chan struct{}) {
	tick := time.NewTicker(40 * time.Millisecond)
	defer tick.Stop()
	for n := 0; ; n++ {
		select {
		case <-done:
			return
		case <-tick.C:
		}
		switch {
		case n%12 == 7:
			r.status()
		case n%48 == 23:
			r.index()
		case n%2 == 0:
			r.document(asked[n/2%len(asked)], "identity")
		default:
			r.document(asked[n/6%len(asked)], []string{"gzip", "br", "zstd"}[n/2%3])
		}
	}
}

// document asks for a document, and whether it is still the same where it was
// asked for before.
func (r *reader) document(path, encoding string) {
	etag := r.etags[path+encoding]
	asked := time.Now()
	response, body := r.get(r.process, path, http.Header{"Accept-Encoding": {encoding}, "If-None-Match": {etag}})
	switch {
	case response == nil:
		return
	case response.StatusCode == http.StatusNotModified && etag != "":
		r.timely(path, asked, r.newest[path])
		return
	case response.StatusCode != http.StatusOK:
		r.fault("status", "%s %s: %s", path, encoding, response.Status)
		return
	}
	r.etags[path+encoding] = response.Header.Get("Etag")
	r.body(path, response, body)
	if encoding == "identity" {
		r.shows(path, asked, string(body))
	}
}

// body holds that of an answer.
func (r *reader) body(path string, response *http.Response, body []byte) {
	etag, sum := response.Header.Get("Etag"), sha256.Sum256(body)
	r.mu.Lock()
	known, ok := r.bodies[path+etag]
	r.bodies[path+etag] = sum
	r.mu.Unlock()
	if etag == "" || ok && known != sum {
		r.fault("bytes", "%s: another document of ETag %s", path, etag)
	}
	modified, err := http.ParseTime(response.Header.Get("Last-Modified"))
	if before := r.modified[path]; err != nil || modified.Before(before.Add(-r.apart)) {
		r.fault("last-modified", "%s: %s after %s: %v", path, modified, before, err)
	}
	r.modified[path] = modified
}

var (
	articleAddress = regexp.MustCompile(`/content/(\d+)\.html`)
	briefAddress   = regexp.MustCompile(`/brief/(\d+)\.html`) // of what is withdrawn soon
)

// numbersIn returns those of the addresses in a document, in no order; 0 where
// there is none.
func numbersIn(body string, addresses *regexp.Regexp) []int {
	numbers := []int{0}
	for _, match := range addresses.FindAllStringSubmatch(body, -1) {
		if n, err := strconv.Atoi(match[1]); err == nil {
			numbers = append(numbers, n)
		}
	}
	return numbers
}

// newestIn returns the highest number of an article that a document names.
func newestIn(body string) int { return slices.Max(numbersIn(body, articleAddress)) }

// shows holds that articles are there that were there: in this document, and in
// a feed also those of all other feeds, which are of the same edition.
func (r *reader) shows(path string, asked time.Time, body string) {
	newest := newestIn(body)
	least := r.newest[path]
	if !strings.Contains(path, "/sitemaps/") {
		least = max(least, r.newest[""])
		r.newest[""] = max(newest, least)
	}
	if newest < least {
		r.fault("mixed", "%s has article %d at most, and %d was shown before", path, newest, least)
	}
	r.newest[path] = max(newest, r.newest[path])
	r.brief[path] = slices.Max(numbersIn(body, briefAddress))
	if all := numbersIn(body, briefAddress); len(slices.Compact(slices.Sorted(slices.Values(all)))) > 2 {
		r.fault("mixed", "%s has the briefs %d, of which each replaces another", path, all)
	}
	r.timely(path, asked, newest)
}

// timely holds that what was written a while ago is there, and what was
// withdrawn is not.
func (r *reader) timely(path string, asked time.Time, newest int) {
	if r.desk == nil {
		return
	}
	if brief := r.brief[path]; brief > 0 {
		if withdrawn, ok := r.desk.writtenAt(brief + every); ok && asked.Sub(withdrawn) > r.late {
			r.fault("withdrawn", "%s has brief %d after %v", path, brief, asked.Sub(withdrawn))
		}
	}
	written, ok := r.desk.writtenAt(newest + 1)
	if !ok {
		return
	}
	missing := asked.Sub(written)
	r.mu.Lock()
	r.worst = max(r.worst, missing)
	r.mu.Unlock()
	if missing > r.late {
		r.fault("late", "%s lacks article %d after %v", path, newest+1, missing)
	}
}

// index holds that all sitemaps that are named are here, and soon elsewhere.
func (r *reader) index() {
	response, body := r.get(r.process, "/xt/sitemap.xml", http.Header{"Accept-Encoding": {"identity"}})
	if response == nil {
		return
	}
	var index struct {
		Locs []string `xml:"sitemap>loc"`
	}
	if err := xml.Unmarshal(body, &index); err != nil || response.StatusCode != http.StatusOK || len(index.Locs) < 2 {
		r.fault("index", "%s, %d sitemaps: %v", response.Status, len(index.Locs), err)
		return
	}
	r.body("/xt/sitemap.xml", response, body)
	before := r.owed
	r.owed = map[string]time.Time{}
	for _, loc := range index.Locs {
		address, err := url.Parse(loc)
		if err != nil {
			r.fault("index", "%v", err)
			continue
		}
		for _, p := range r.processes {
			response, _ := r.get(p, "/xt"+address.Path, http.Header{"Accept-Encoding": {"gzip"}})
			if response == nil || response.StatusCode == http.StatusOK {
				continue
			}
			key := p.port + address.Path
			since, ok := before[key]
			if !ok {
				since = time.Now()
			}
			if r.owed[key] = since; p == r.process || time.Since(since) > r.late {
				r.fault("child", "%s from %s: %s", address.Path, p.port, response.Status)
			}
		}
	}
}

// status holds what /status tells.
func (r *reader) status() {
	life := r.process.life.Load()
	s, err := r.process.status()
	switch {
	case life%2 == 0 || r.process.life.Load() != life || r.answered != life:
	case err != nil:
		r.fault("status", "/status: %v", err)
	case s.Built.Before(r.built):
		r.fault("edition", "of %s after %s", s.Built, r.built)
	case r.desk != nil && time.Duration(s.Age)*time.Second > r.late:
		r.fault("age", "of edition %s: %ds", s.Built, s.Age)
	default:
		r.built = s.Built
	}
}

// get asks a process. There is no response while none is to be expected.
func (r *reader) get(p *process, path string, header http.Header) (*http.Response, []byte) {
	life := p.life.Load()
	if life%2 == 0 {
		return nil, nil
	}
	request, err := http.NewRequest(http.MethodGet, "http://127.0.0.1:"+p.port+path, nil)
	if err != nil {
		panic(err)
	}
	request.Header = header
	asked := time.Now()
	response, err := r.client.Do(request)
	var body []byte
	if err == nil {
		defer response.Body.Close()
		body, err = io.ReadAll(response.Body)
	}
	switch {
	case p.life.Load() != life: // it was ended meanwhile
		return nil, nil
	case p == r.process && r.answered != life && errors.Is(err, syscall.ECONNREFUSED), p != r.process && err != nil:
		return nil, nil // it is being started; its own reader knows better
	case err != nil:
		r.fault("no answer", "%v", err)
		return nil, nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.answers++
	r.slowest = max(r.slowest, time.Since(asked))
	if p == r.process {
		r.answered = life
	}
	return response, body
}

// stationStatus is what /status tells of xt.
type stationStatus struct {
	ID      string
	Built   time.Time // of which moment the edition is
	Age     int64     `json:"age_seconds"`
	Pending int       `json:"pending_months"`
	State   string
	Error   string
}

func (p *process) status() (stationStatus, error) {
	status, body, err := fetch("http://127.0.0.1:"+p.admin+"/status", "")
	if err != nil || status != http.StatusOK {
		return stationStatus{}, fmt.Errorf("%d: %w", status, err)
	}
	var s struct{ Stations []stationStatus }
	if err := json.Unmarshal([]byte(body), &s); err != nil {
		return stationStatus{}, err
	}
	i := slices.IndexFunc(s.Stations, func(s stationStatus) bool { return s.ID == "xt" })
	if i < 0 {
		return stationStatus{}, errors.New("no station xt")
	}
	return s.Stations[i], nil
}

// awaitTrouble waits until something keeps xt from being built.
func (p *process) awaitTrouble() { p.t.Helper(); p.awaitStatus("in trouble", stationStatus.troubled) }

// awaitWell waits until nothing does.
func (p *process) awaitWell() {
	p.t.Helper()
	p.awaitStatus("well", func(s stationStatus) bool { return !s.troubled() })
}

// troubled leaves out an audit that has failed, which the next one will tell of.
func (s stationStatus) troubled() bool {
	return s.Error != "" && s.State != "not audited"
}

func (p *process) awaitStatus(what string, reached func(stationStatus) bool) {
	p.t.Helper()
	for deadline := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		s, err := p.status()
		if err == nil && reached(s) {
			return
		}
		if time.Now().After(deadline) {
			p.t.Fatalf("xt is not %s after %s: %+v, %v", what, patience, s, err)
		}
	}
}
