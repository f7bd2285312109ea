package websub

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"feedstation/internal/edition"
)

// What subscribers are sent of each change (websub.rocks hub 100, 101, 105, 106): of RSS
// and Atom what is new or has changed, and in Atom what was withdrawn; of JSON the whole.
func TestDeliveries(t *testing.T) {
	type sent struct{ rss, atom, json string }
	const nothing = "nothing"
	for _, tt := range []struct {
		name  string
		ids   []string // that are served next; before: 2 1
		other []string // that left the feed and are in the archive
		want  sent
	}{
		{"the same", []string{"2", "1"}, nil, sent{nothing, nothing, nothing}},
		{"a new article", []string{"3", "2", "1"}, nil, sent{"3", "3", "1 2 3"}},
		{"two new ones", []string{"4", "3", "2", "1"}, nil, sent{"3 4", "3 4", "1 2 3 4"}},
		{"a changed one", []string{"2", "1:b"}, nil, sent{"1", "1", "1 2"}},
		{"one that has gone to the archive", []string{"3", "2"}, []string{"1"}, sent{"3", "3", "2 3"}},
		{"one that went to the archive alone", []string{"2"}, []string{"1"}, sent{nothing, nothing, "2"}},
		{"a withdrawn one", []string{"2"}, nil, sent{nothing, "-1", "2"}},
		{"a withdrawn one and a new one", []string{"3", "2"}, nil, sent{"3", "-1 3", "2 3"}},
		{"another order", []string{"1", "2"}, nil, sent{nothing, nothing, "1 2"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			in(t, func(w *world) {
				w.serve("2", "1")
				w.sleep(tick)
				for topic, host := range map[string]string{ownRSS: "rss.example", ownAtom: "atom.example", ownJSON: "json.example"} {
					w.subscribe(topic, "https://"+host+"/cb?k=hunter2", "hub.secret", "s3cret")
				}
				w.sleep(time.Minute)
				e := w.edition(tt.ids, tt.other)
				w.note(func() { w.served = e })
				w.sleep(time.Second)
				for host, want := range map[string]string{"rss.example": tt.want.rss, "atom.example": tt.want.atom, "json.example": tt.want.json} {
					if want == nothing {
						w.wantGot("nothing", host)
						continue
					}
					got := w.take(host)
					if len(got) != 1 || articlesIn(got[0].body) != want {
						t.Errorf("%s was sent %d: %+v, want %q", host, len(got), got, want)
						continue
					}
					w.wantDelivery(host, got[0])
				}
			})
		})
	}
}

// wantDelivery checks the form of a delivery.
func (w *world) wantDelivery(host string, d delivery) {
	w.t.Helper()
	format, _, _ := strings.Cut(host, ".")
	topic := map[string]string{"rss": ownRSS, "atom": ownAtom, "json": ownJSON}[format]
	want := map[string]string{
		"Content-Type": map[string]string{"rss": "application/rss+xml; charset=utf-8", "atom": "application/atom+xml; charset=utf-8", "json": "application/feed+json; charset=utf-8"}[format],
		"Link":         `<` + hubURL + `>; rel="hub", <` + topic + `>; rel="self"`, "X-Hub-Signature": sign("s3cret", []byte(d.body)), "User-Agent": "feedstation/1",
	}
	for name, value := range want {
		if d.header.Get(name) != value {
			w.t.Errorf("%s: %s %q, want %q", host, name, d.header.Get(name), value)
		}
	}
	if d.query != "k=hunter2" {
		w.t.Errorf("%s: query %q", host, d.query)
	}
	if format == "atom" && strings.Count(d.body, "</feed>") != 1 || format == "rss" && !strings.HasSuffix(d.body, "</channel></rss>") {
		w.t.Errorf("%s: %s", host, d.body)
	}
}

// A withdrawn article is said to be so once, with a moment that is not before its last
// change (RFC 6721 §3), and not if it is back.
func TestTombstones(t *testing.T) {
	in(t, func(w *world) {
		w.serve("2", "1:bbbb")
		w.sleep(tick)
		w.subscribe(ownAtom, "https://atom.example/cb")
		reader := w.friend("atom.example")
		w.serve("2")
		w.sleep(time.Second)
		got := w.take("atom.example")
		if len(got) != 1 || strings.Count(got[0].body, "<at:deleted-entry") != 1 || !strings.Contains(got[0].body, `<at:deleted-entry xmlns:at="http://purl.org/atompub/tombstones/1.0" ref="https://xt.news.example/1" when="2026-03-10T12:04:00Z"></at:deleted-entry></feed>`) {
			t.Errorf("sent %+v", got)
		}
		w.note(func() { reader.receive = status(500, "") }) // for a while
		w.serve("3", "2")
		w.sleep(time.Second)
		w.serve("3")
		w.sleep(time.Second)
		w.serve("3", "2")
		w.sleep(time.Second)
		w.serve("3", "2:b")
		w.sleep(time.Second)
		w.serve("3", "2:bb")
		w.note(func() { reader.receive = nil })
		w.take("atom.example")
		w.sleep(time.Minute)
		w.wantGot("once it takes them", "atom.example", "2 3")
	})
}

// What could not be delivered is tried again, later and later, with what is served then;
// after the last try it waits for the next change.
func TestRetries(t *testing.T) {
	in(t, func(w *world) {
		w.slowly(time.Second)
		w.subscribe(ownRSS, "https://reader.example/cb")
		reader := w.friend("reader.example")
		w.note(func() { reader.receive = status(503, "") })
		w.sleep(time.Minute)
		w.serve("2", "1")
		w.sleep(48 * time.Hour)
		var gaps []time.Duration
		var bodies []string
		last := time.Duration(0)
		for _, d := range w.take("reader.example") {
			gaps, last = append(gaps, (d.at-last).Round(5*time.Second)), d.at
			bodies = append(bodies, articlesIn(d.body))
		}
		if want := fmt.Sprint([]time.Duration{gaps[0], 5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour}); fmt.Sprint(gaps) != want {
			t.Errorf("tried after %v, want %s", gaps, want)
		}
		if fmt.Sprint(bodies) != "[2 2 2 2 2 2]" || w.count() != 1 {
			t.Errorf("sent %q, %d subscriptions", bodies, w.count())
		}
		w.serve("3", "2", "1")
		w.sleep(3 * time.Second)
		w.wantGot("the next change", "reader.example", "2 3")
		w.serve("4", "3", "2", "1")
		w.sleep(time.Hour)
		w.wantGot("a change soon after", "reader.example")
		w.note(func() { reader.receive = nil })
		w.sleep(5 * time.Hour)
		w.wantGot("in time", "reader.example", "2 3 4")
		w.serve("5", "4", "3", "2", "1")
		w.sleep(3 * time.Second)
		w.wantGot("it works again", "reader.example", "5")
	})
}

// What answers mean.
func TestAnswers(t *testing.T) {
	for _, tt := range []struct {
		name    string
		receive http.HandlerFunc
		tries   int // in a minute
		left    int // subscriptions
	}{
		{"200", status(200, "thanks"), 1, 1},
		{"204", status(204, ""), 1, 1},
		{"5 MB", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.Copy(w, io.LimitReader(endless{}, 5<<20)) }, 1, 1},
		{"410", status(410, ""), 1, 0},
		{"404", status(404, ""), 2, 1},
		{"a redirect", header("Location", "http://169.254.169.254/", status(307, "")), 2, 1},
		{"500", status(500, ""), 2, 1},
		{"no answer", hang, 2, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			in(t, func(w *world) {
				w.subscribe(ownRSS, "https://reader.example/cb")
				w.setReceive("reader.example", tt.receive)
				w.serve("2", "1")
				w.sleep(time.Minute)
				if got := w.take("reader.example"); len(got) != tt.tries || w.count() != tt.left {
					t.Errorf("tried %d times, %d subscriptions; want %d and %d", len(got), w.count(), tt.tries, tt.left)
				}
				if w.friend("169.254.169.254").got != nil {
					t.Error("a redirect was followed")
				}
				w.serve("3", "2", "1")
				w.sleep(10 * time.Second)
				if got := w.take("reader.example"); tt.left == 0 && len(got) > 0 {
					t.Errorf("sent after the end: %+v", got)
				}
			})
		})
	}
}

// endless is a reader without an end.
type endless struct{}

func (endless) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// Who may fetch the feed instead of reading what it is sent is told once every process
// serves it; all others at once.
func TestFetchersAreToldLater(t *testing.T) {
	in(t, func(w *world) {
		w.subscribe(ownRSS, "https://newsblur.example/cb", "hub.verify_token", "tok")
		w.subscribe(ownRSS, "https://feedbin.example/cb")
		w.sleep(time.Minute)
		changed := time.Since(w.began)
		w.serve("2", "1")
		w.sleep(time.Minute)
		for host, want := range map[string][2]time.Duration{"newsblur.example": {3 * time.Second, 3500 * time.Millisecond}, "feedbin.example": {0, 200 * time.Millisecond}} {
			got := w.take(host)
			if len(got) != 1 || got[0].at-changed < want[0] || got[0].at-changed > want[1] {
				t.Errorf("%s was told after %v, want %v", host, got, want)
			}
		}
	})
}

// What a subscriber has is not known after it has missed too much, nor after a restart
// at which another edition was served: then it is sent the whole feed.
func TestUnknownVersions(t *testing.T) {
	in(t, func(w *world) {
		w.subscribe(ownRSS, "https://reader.example/cb")
		w.sleep(2 * time.Second)
		w.stop()
		w.serve("2", "1")
		w.start()
		w.sleep(time.Second)
		w.wantGot("after a restart", "reader.example", "1 2")
		reader := w.friend("reader.example")
		w.note(func() { reader.receive = status(503, "") })
		for i := range maxVersions + 2 {
			w.serve("3:"+strings.Repeat("b", i), "2", "1")
			w.sleep(time.Second)
		}
		w.note(func() { reader.receive = nil })
		w.take("reader.example")
		w.sleep(10 * time.Minute)
		w.wantGot("after many versions", "reader.example", "1 2 3")
	})
}

// No edition, one of before a channel was there, and one that is pinned back.
func TestEditions(t *testing.T) {
	in(t, func(w *world) {
		w.note(func() { w.served = nil })
		w.subscribe(ownRSS, "https://reader.example/cb")
		w.sleep(time.Minute)
		w.wantGot("no edition", "reader.example")
		w.serve("1")
		w.sleep(time.Second)
		w.wantGot("the first", "reader.example", "1")
		w.serve("2", "1:b")
		w.sleep(time.Second)
		w.wantGot("the next", "reader.example", "1 2")
		w.serve("1")
		w.sleep(time.Second)
		w.wantGot("back to the first", "reader.example", "1")
		w.note(func() { w.served = edition.New("xt", noon, "build", map[string]*edition.Document{}) })
		w.sleep(time.Minute)
		w.wantGot("one without feeds", "reader.example")
	})
}

// Only who leads the station delivers.
func TestLeads(t *testing.T) {
	in(t, func(w *world) {
		var leads atomic.Bool
		w.settings.Leads = func(string) bool { return leads.Load() }
		w.set()
		w.subscribe(ownRSS, "https://reader.example/cb")
		w.serve("2", "1")
		w.sleep(time.Minute)
		if w.wantGot("another leads", "reader.example"); w.count() != 1 {
			t.Error("not subscribed where nothing is delivered")
		}
		leads.Store(true)
		w.sleep(time.Second)
		w.wantGot("it leads", "reader.example", "1 2")
		w.settings.Builds = false
		w.set()
		w.serve("3", "2", "1")
		w.sleep(time.Minute)
		w.wantGot("it builds nothing", "reader.example")
	})
}

// Whose topic is none any more is told so, and is not told of anything else.
func TestDenied(t *testing.T) {
	const moment = "https://xt.news.example/moment/rss.xml"
	for _, tt := range []struct {
		name   string
		change func(w *world)
		denied []string
	}{
		{"a channel is closed", func(w *world) { w.station.Channels[0].Closed = true }, []string{moment}},
		{"the hub is off", func(w *world) { w.settings.Own = false }, []string{ownRSS, moment}},
		{"the station has moved", func(w *world) {
			w.station.URL, w.station.Hub = "https://new.news.example", "https://new.news.example/websub"
		}, []string{ownRSS, moment}},
		{"a name has changed", func(w *world) { w.station.Name = "湘潭" }, nil},
	} {
		for _, restart := range []bool{false, true} {
			t.Run(fmt.Sprint(tt.name, " restart ", restart), func(t *testing.T) {
				in(t, func(w *world) {
					w.subscribe(ownRSS, "https://own.example/cb?k=1")
					w.subscribe(moment, "https://moment.example/cb?k=1")
					w.sleep(2 * time.Second)
					tt.change(w)
					if restart {
						w.stop()
						w.start()
					} else {
						w.set()
					}
					w.sleep(time.Second)
					var denied []string
					for _, host := range []string{"own.example", "moment.example"} {
						for _, q := range w.asked(host) {
							if q.Get("hub.mode") == "denied" && q.Get("hub.reason") != "" && q.Get("k") == "1" {
								denied = append(denied, q.Get("hub.topic"))
							}
						}
					}
					if fmt.Sprint(denied) != fmt.Sprint(tt.denied) {
						t.Errorf("denied %q, want %q", denied, tt.denied)
					}
					w.stop()
					w.start()
					w.sleep(time.Minute)
					if n := len(w.asked("own.example")) + len(w.asked("moment.example")); n != 2+len(tt.denied) {
						t.Errorf("asked %d times", n)
					}
				})
			})
		}
	}
}
