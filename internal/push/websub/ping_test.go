package websub

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"feedstation/internal/edition"
	"feedstation/internal/network"
	"feedstation/internal/push"
	"feedstation/internal/push/client"
)

var noon = time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)

// newStation returns the station xt, with a channel.
func newStation() *network.Station {
	return &network.Station{
		ID: "xt", Name: "湘潭站", URL: "https://xt.news.example", Zone: time.UTC, Hub: "https://xt.news.example/websub", Channels: []network.Channel{{ID: "moment", Name: "时刻"}},
	}
}

// contents returns the contents of articles with these ids; what stands behind a colon is
// another version of one.
func contents(ids ...string) *edition.Document {
	var text []byte
	for _, id := range ids {
		text = newListed(id).AppendTo(text)
	}
	return edition.NewDocument("text/plain; charset=utf-8", text, noon)
}

func newListed(id string) edition.Article {
	id, version, _ := strings.Cut(id, ":")
	return edition.Article{ID: id, Published: noon, Updated: noon.Add(time.Duration(len(version)) * time.Minute), Address: "https://xt.news.example/" + id}
}

// Topics are the feeds whose contents are others, in each format. One whose bytes alone
// are, that is new or is gone is none.
func TestPingNotices(t *testing.T) {
	at := func(minutes int, documents string, own, moment *edition.Document) *edition.Edition {
		of := map[string]*edition.Document{}
		for _, path := range []string{"/rss.xml", "/atom.xml", "/feed.json", "/moment/rss.xml", "/sitemap.xml"} {
			of[path] = edition.NewDocument("text/plain", []byte(documents), noon)
		}
		all := map[string]*edition.Document{"/rss.xml": own}
		if moment != nil {
			all["/moment/rss.xml"] = moment
		}
		return edition.New("xt", noon.Add(time.Duration(minutes)*time.Minute), "build", of).WithContents(all)
	}
	own, channel := []string{"/atom.xml", "/feed.json", "/rss.xml"}, []string{"/moment/atom.xml", "/moment/feed.json", "/moment/rss.xml"}
	for _, tt := range []struct {
		name          string
		before, after *edition.Edition
		want          []string
	}{
		{"nothing", at(0, "a", contents("1"), contents("1")), at(1, "a", contents("1"), contents("1")), nil},
		{"bytes alone", at(0, "a", contents("1"), contents("1")), at(1, "b", contents("1"), contents("1")), nil},
		{"a new article", at(0, "a", contents("1"), contents("1")), at(1, "b", contents("2", "1"), contents("1")), own},
		{"a changed article", at(0, "a", contents("1"), contents("1")), at(1, "b", contents("1:b"), contents("1:b")), []string{"/atom.xml", "/feed.json", "/moment/atom.xml", "/moment/feed.json", "/moment/rss.xml", "/rss.xml"}},
		{"a withdrawn article", at(0, "a", contents("1", "2"), contents("1", "2")), at(1, "b", contents("1", "2"), contents("1")), channel},
		{"a new channel", at(0, "a", contents("1"), nil), at(1, "b", contents("1"), contents("1")), nil},
		{"a channel that is gone", at(0, "a", contents("1"), contents("1")), at(1, "b", contents("1"), nil), nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, n := range NewPing("https://hub.example/", "feedstation/1").Notices(push.Change{Station: newStation(), Before: tt.before, After: tt.after}) {
				got = append(got, n.Path)
				if hash, _ := versionOf(tt.after, topicsOf(newStation())[n.Address].contents); n.Version != hash || n.Address != "https://xt.news.example"+n.Path || !n.Seen.Equal(noon.Add(time.Minute)) || n.ID != "" || n.Gone {
					t.Errorf("notice %+v", n)
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("topics (-want +got):\n%s", diff)
			}
		})
	}
}

// What hubs answer, and what is made of it: see the table of public hubs.
func TestPingAnswers(t *testing.T) {
	const told, again, dropped = push.Told, push.Retry, push.Dropped
	for _, tt := range []struct {
		name   string
		answer http.HandlerFunc // of the first topic; the others are answered with 204
		want   []push.Outcome
		pause  time.Duration // at most; 0: none is asked for
		broken bool
	}{
		{"204 always", status(204, ""), []push.Outcome{told, told}, 0, false},
		{"202", status(202, ""), []push.Outcome{told, told}, 0, false},
		{"nobody subscribes", status(500, "Topic not found\n"), []push.Outcome{told, told}, 0, false},
		{"its own failure", status(500, "fetch: time-out"), []push.Outcome{again, told}, 0, false},
		{"a gateway's failure", status(502, ""), []push.Outcome{again, told}, 0, false},
		{"too many", header("Retry-After", "120", status(429, "")), []push.Outcome{again, again}, 2 * time.Minute, false},
		{"away", header("Retry-After", "3600", status(503, "")), []push.Outcome{again, again}, time.Hour, false},
		{"away for a month", header("Retry-After", "2592000", status(503, "")), []push.Outcome{again, again}, 24 * time.Hour, false},
		{"away, who knows how long", status(503, ""), []push.Outcome{again, again}, time.Millisecond, false},
		{"taken, and cut off", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "9")
			w.WriteHeader(http.StatusAccepted)
		}, []push.Outcome{told, told}, 0, false},
		{"a topic of another customer", status(400, "not yours"), []push.Outcome{dropped, told}, 0, false},
		{"no hub", status(404, ""), []push.Outcome{again, again}, 0, true},
		{"a page", status(405, ""), []push.Outcome{again, again}, 0, true},
		{"who are you", status(401, ""), []push.Outcome{again, again}, 0, true},
		{"it has moved", header("Location", "http://127.0.0.1:1/?key=hunter2", status(308, "")), []push.Outcome{again, again}, 0, true},
		{"it hangs up", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, []push.Outcome{again, again}, time.Millisecond, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var topics []string
			hub := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if err := r.ParseForm(); err != nil || r.Method != http.MethodPost || r.Form.Get("hub.mode") != "publish" || len(r.Form["hub.url"]) != 1 {
					t.Errorf("%s %s %v (%v)", r.Method, r.URL, r.Form, err)
				}
				topics = append(topics, r.Form.Get("hub.url"))
				if len(topics) == 1 {
					tt.answer(w, r)
					return
				}
				w.WriteHeader(http.StatusNoContent)
			}))
			defer hub.Close()
			began := time.Now()
			got := NewPing(hub.URL+"/?key=hunter2", "feedstation/1").Send(t.Context(), newStation(), nil, []push.Notice{{Address: "https://xt.news.example/a"}, {Address: "https://xt.news.example/b"}})
			if diff := cmp.Diff(tt.want, got.Outcomes); diff != "" {
				t.Errorf("outcomes (-want +got):\n%s", diff)
			}
			if got.Broken != tt.broken || got.Pause.IsZero() != (tt.pause == 0) || !got.Pause.IsZero() && (got.Pause.Before(began) || time.Until(got.Pause) > tt.pause) {
				t.Errorf("pause %s, broken %t", got.Pause.Sub(began), got.Broken)
			}
			if failed := tt.want[0] != told; failed != (got.Err != nil) || failed && strings.Contains(got.Err.Error(), "hunter2") {
				t.Errorf("error %v", got.Err)
			}
		})
	}
}

// A hub that hangs costs one time-out, not one a topic.
func TestPingHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := NewPing("https://hub.example/", "feedstation/1")
		p.client = client.Over(transport(func(r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, r.Context().Err()
		}), "feedstation/1", pingTimeout)
		began := time.Now()
		got := p.Send(t.Context(), newStation(), nil, make([]push.Notice, 10))
		if took := time.Since(began); took != pingTimeout || got.Err == nil {
			t.Errorf("gave up after %s: %v", took, got.Err)
		}
		for _, outcome := range got.Outcomes {
			if outcome != push.Retry {
				t.Errorf("outcomes %v", got.Outcomes)
			}
		}
	})
}

// transport is a http.RoundTripper.
type transport func(*http.Request) (*http.Response, error)

func (f transport) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func status(code int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(code)
		_, _ = w.Write([]byte(body))
	}
}

func header(name, value string, next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set(name, value)
		next(w, r)
	}
}
