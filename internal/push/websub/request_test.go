package websub

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"feedstation/internal/network"
)

// What is taken, and what is refused with which words (websub.rocks hub 100 to 106, and
// what others send).
func TestRequests(t *testing.T) {
	const only = "You may only subscribe to "
	long := "https://reader.example/" + strings.Repeat("a", 2000)
	for _, tt := range []struct {
		name string
		form []string // over a plain subscription to the station's RSS
		want int
		text string // in the answer
	}{
		{"plain", nil, 202, ""},
		{"Atom", []string{"hub.topic", ownAtom}, 202, ""},
		{"JSON", []string{"hub.topic", ownJSON}, 202, ""},
		{"a channel", []string{"hub.topic", "https://xt.news.example/moment/rss.xml"}, 202, ""},
		{"a secret", []string{"hub.secret", strings.Repeat("s", 199)}, 202, ""},
		{"a long secret", []string{"hub.secret", strings.Repeat("s", 200)}, 400, "hub.secret"},
		{"unknown parameters", []string{"hub.foo", "bar", "foo", "bar"}, 202, ""},
		{"a lease that is no number", []string{"hub.lease_seconds", "a week"}, 202, ""},
		{"a lease of nothing", []string{"hub.lease_seconds", "-1"}, 202, ""},
		{"NewsBlur", []string{"hub.verify", "async", "hub.verify_token", "hunter2", "hub.lease_seconds", "2592000"}, 202, ""},
		{"FreshRSS", []string{"hub.verify", "sync"}, 202, ""},
		{"unsubscribe", []string{"hub.mode", "unsubscribe"}, 202, ""},
		{"publish", []string{"hub.mode", "publish", "hub.url", ownRSS}, 400, "nobody else publishes"},
		{"no mode", []string{"hub.mode", ""}, 400, "hub.mode"},
		{"another mode", []string{"hub.mode", "denied"}, 400, "hub.mode"},
		{"no topic", []string{"hub.topic", ""}, 400, only + ownRSS + " "},
		{"another site", []string{"hub.topic", "https://other.example/rss.xml"}, 400, only + ownRSS + " "},
		{"another scheme", []string{"hub.topic", "http://xt.news.example/atom.xml"}, 400, only + ownAtom + " "},
		{"with a query", []string{"hub.topic", ownJSON + "?utm_source=x"}, 400, only + ownJSON + " "},
		{"a channel under another host", []string{"hub.topic", "https://feeds.example/xt/moment/atom.xml"}, 400, only + ownAtom + " "},
		{"a channel that is not there", []string{"hub.topic", "https://xt.news.example/nothing/atom.xml"}, 400, only + ownAtom + " "},
		{"a channel over http", []string{"hub.topic", "http://xt.news.example:80/moment/atom.xml"}, 400, only + "https://xt.news.example/moment/atom.xml "},
		{"a document that is no feed", []string{"hub.topic", "https://xt.news.example/sitemap.xml"}, 400, only + ownRSS + " "},
		{"no address", []string{"hub.topic", "\x00"}, 400, only + ownRSS + " "},
		{"unsubscribe from elsewhere", []string{"hub.mode", "unsubscribe", "hub.topic", "https://other.example/rss.xml"}, 400, only},
		{"no callback", []string{"hub.callback", ""}, 400, "missing"},
		{"a callback with a query", []string{"hub.callback", "https://reader.example/cb?k=1&x=%2F"}, 202, ""},
		{"a callback at a port", []string{"hub.callback", "http://reader.example:8080/cb"}, 202, ""},
		{"a long callback", []string{"hub.callback", long}, 400, "2000"},
		{"a callback with a user", []string{"hub.callback", "https://user:hunter2@reader.example/cb"}, 400, "no user"},
		{"a callback with a fragment", []string{"hub.callback", "https://reader.example/cb#a"}, 400, "no fragment"},
		{"a callback with an empty fragment", []string{"hub.callback", "https://reader.example/cb#"}, 400, "no fragment"},
		{"a callback of a file", []string{"hub.callback", "file:///etc/passwd"}, 400, "http(s)"},
		{"a callback of gopher", []string{"hub.callback", "gopher://reader.example/"}, 400, "http(s)"},
		{"a callback without a host", []string{"hub.callback", "http:///cb"}, 400, "http(s)"},
		{"a callback that is none", []string{"hub.callback", "http:reader.example"}, 400, "http(s)"},
		{"a callback with a line", []string{"hub.callback", "http://reader.example/\r\nHost: x"}, 400, "http(s)"},
		{"a callback here", []string{"hub.callback", "https://xt.news.example/websub"}, 400, "this site"},
		{"a callback here, spelt otherwise", []string{"hub.callback", "http://XT.NEWS.EXAMPLE.:8080/"}, 400, "this site"},
		{"a callback at a shared host", []string{"hub.callback", "https://feeds.example/"}, 400, "this site"},
		{"a long token", []string{"hub.verify_token", strings.Repeat("t", 2001)}, 400, "too long"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			in(t, func(w *world) {
				got := w.post(append([]string{"hub.mode", "subscribe", "hub.topic", ownRSS, "hub.callback", "https://reader.example/cb"}, tt.form...)...)
				if got.Code != tt.want || !strings.Contains(got.Body.String(), tt.text) || tt.want == 202 && got.Body.Len() > 0 {
					t.Errorf("%d %q, want %d and %q", got.Code, got.Body, tt.want, tt.text)
				}
				w.sleep(2 * tick)
				if asked := len(w.asked("reader.example")) + len(w.asked("reader.example:8080")); (asked == 1) != (tt.want == 202) {
					t.Errorf("the callback was asked %d times", asked)
				}
			})
		})
	}
}

// Requests that are no subscription, and those for other paths.
func TestRequestForms(t *testing.T) {
	const form = "application/x-www-form-urlencoded"
	body := url.Values{"hub.mode": {"subscribe"}, "hub.topic": {ownRSS}, "hub.callback": {"https://reader.example/cb"}}.Encode()
	for _, tt := range []struct {
		name, method, target, contentType, body string
		want                                    int
	}{
		{"a form", "POST", hubURL, form, body, 202},
		{"with a charset", "POST", hubURL, form + "; charset=UTF-8", body, 202},
		{"on a shared host", "POST", "https://feeds.example/xt/websub", form, body, 202},
		{"in the query", "POST", hubURL + "?" + body, form, "", 400},
		{"a page", "GET", hubURL, "", "", 405},
		{"a head", "HEAD", hubURL, "", "", 405},
		{"JSON", "POST", hubURL, "application/json", "{}", 415},
		{"no type", "POST", hubURL, "", body, 415},
		{"too much", "POST", hubURL, form, body + "&x=" + strings.Repeat("x", maxRequest), 413},
		{"broken", "POST", hubURL, form, "%zz", 400},
		{"another path", "POST", "https://xt.news.example/x/websub", form, body, 404},
		{"another host", "POST", "https://other.example/websub", form, body, 404},
		{"a path behind it", "POST", hubURL + "/", form, body, 404},
	} {
		t.Run(tt.name, func(t *testing.T) {
			in(t, func(w *world) {
				r := httptest.NewRequest(tt.method, tt.target, strings.NewReader(tt.body))
				r.Header.Set("Content-Type", tt.contentType)
				answer := httptest.NewRecorder()
				w.handler.ServeHTTP(answer, r)
				if answer.Code != tt.want || tt.want == 405 && answer.Header().Get("Allow") != "POST" {
					t.Errorf("%d %s %v, want %d", answer.Code, answer.Body, answer.Header(), tt.want)
				}
			})
		})
	}
}

// The hub of a station in a folder is there, and takes its feeds alone.
func TestFolders(t *testing.T) {
	in(t, func(w *world) {
		w.station.URL, w.station.Hub = "https://www.news.example/xt", "https://www.news.example/xt/websub"
		w.set()
		for topic, want := range map[string]int{"https://www.news.example/xt/rss.xml": 202, "https://www.news.example/rss.xml": 400, "http://www.news.example/xt/moment/rss.xml": 400} {
			r := httptest.NewRequest(http.MethodPost, w.station.Address(network.HubPath), strings.NewReader(url.Values{
				"hub.mode": {"subscribe"}, "hub.topic": {topic}, "hub.callback": {"https://reader.example/cb"},
			}.Encode()))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			answer := httptest.NewRecorder()
			if w.handler.ServeHTTP(answer, r); answer.Code != want {
				t.Errorf("%s: %d %s, want %d", topic, answer.Code, answer.Body, want)
			}
			if strings.Contains(topic, "moment") && !strings.Contains(answer.Body.String(), " https://www.news.example/xt/moment/rss.xml ") {
				t.Errorf("%s: %s", topic, answer.Body)
			}
		}
	})
}

// Who confirms is subscribed, nobody else.
func TestVerification(t *testing.T) {
	for _, tt := range []struct {
		name    string
		confirm http.HandlerFunc
		want    int
	}{
		{"the challenge", confirm, 1},
		{"with another status of success", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(201); confirm(w, r) }, 1},
		{"another challenge", status(200, "abc"), 0},
		{"nothing", status(200, ""), 0},
		{"the challenge and more", func(w http.ResponseWriter, r *http.Request) { confirm(w, r); fmt.Fprintln(w) }, 0},
		{"the query", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, r.URL.RawQuery) }, 0},
		{"not found", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(404); confirm(w, r) }, 0},
		{"a redirect", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Location", "http://10.0.0.1/")
			w.WriteHeader(302)
			confirm(w, r)
		}, 0},
		{"five megabytes", func(w http.ResponseWriter, r *http.Request) { confirm(w, r); fmt.Fprint(w, strings.Repeat("x", 5<<20)) }, 0},
		{"no answer", hang, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			in(t, func(w *world) {
				w.setConfirm("reader.example", tt.confirm)
				if got := w.post("hub.mode", "subscribe", "hub.topic", ownRSS, "hub.callback", "https://reader.example/cb?k=hunter2", "hub.verify_token", "tok"); got.Code != 202 {
					t.Fatalf("%d %s", got.Code, got.Body)
				}
				if w.count() != 0 {
					t.Error("subscribed before it was verified")
				}
				w.sleep(time.Minute)
				if w.count() != tt.want {
					t.Errorf("%d subscriptions, want %d", w.count(), tt.want)
				}
				asked := w.asked("reader.example")
				if len(asked) != 1 {
					t.Fatalf("asked %d times", len(asked))
				}
				challenge := asked[0].Get("hub.challenge")
				asked[0].Del("hub.challenge")
				if want := "hub.lease_seconds=864000&hub.mode=subscribe&hub.topic=" + url.QueryEscape(ownRSS) + "&hub.verify_token=tok&k=hunter2"; asked[0].Encode() != want || len(challenge) < 26 {
					t.Errorf("asked %s with challenge %q, want %s", asked[0].Encode(), challenge, want)
				}
			})
		})
	}
}

// A lease is what was asked for, within bounds, and ends.
func TestLeases(t *testing.T) {
	const day = 24 * time.Hour
	for asked, want := range map[string]time.Duration{"": 10 * day, "7200": day, "864000": 10 * day, "1296000": 15 * day, "2592000": 15 * day, "99999999999999": 10 * day, "0": 10 * day} {
		t.Run(asked, func(t *testing.T) {
			in(t, func(w *world) {
				w.slowly(10 * time.Second)
				w.subscribe(ownRSS, "https://reader.example/cb", "hub.lease_seconds", asked)
				if got := w.asked("reader.example")[0].Get("hub.lease_seconds"); got != fmt.Sprint(int(want.Seconds())) {
					t.Errorf("granted %s, want %s", got, want)
				}
				w.sleep(want - time.Minute)
				w.serve("2", "1")
				w.sleep(10 * time.Second)
				w.wantGot("before the end", "reader.example", "2")
				w.sleep(time.Minute)
				w.serve("3", "2", "1")
				w.sleep(time.Minute)
				if w.wantGot("after it", "reader.example"); w.count() != 0 {
					t.Errorf("%d subscriptions", w.count())
				}
			})
		})
	}
}

// A renewal takes the place of what was agreed before, with its secret or none, once it
// is verified (websub.rocks hub 103); so does the end (104).
func TestRenewal(t *testing.T) {
	in(t, func(w *world) {
		reader := w.friend("reader.example")
		news := 1
		next := func(when string, signed bool) {
			t.Helper()
			news++
			w.serve(fmt.Sprint(news), "1")
			w.sleep(time.Second)
			got := w.take("reader.example")
			if len(got) != 1 || (got[0].header.Get("X-Hub-Signature") != "") != signed {
				t.Errorf("%s: %+v", when, got)
			}
		}
		w.subscribe(ownRSS, "https://reader.example/cb", "hub.secret", "first")
		next("subscribed", true)
		w.note(func() { reader.confirm = status(404, "") })
		w.sleep(verifyEvery)
		w.subscribe(ownRSS, "https://reader.example/cb")
		next("a renewal that is not confirmed", true)
		w.sleep(verifyEvery)
		if w.subscribe(ownRSS, "https://reader.example/cb", "hub.mode", "unsubscribe"); w.count() != 1 {
			t.Error("ended by somebody else")
		}
		next("an end that is not confirmed", true)
		w.note(func() { reader.confirm = confirm })
		w.sleep(verifyEvery)
		w.subscribe(ownRSS, "https://reader.example/cb")
		if next("renewed without a secret", false); w.count() != 1 {
			t.Errorf("%d subscriptions", w.count())
		}
		w.sleep(verifyEvery)
		w.subscribe(ownRSS, "https://reader.example/cb", "hub.mode", "unsubscribe")
		if asked := w.asked("reader.example")[len(w.asked("reader.example"))-1]; asked.Get("hub.mode") != "unsubscribe" || asked.Has("hub.lease_seconds") {
			t.Errorf("asked %v", asked)
		}
		w.serve("9", "1")
		w.sleep(time.Minute)
		if w.wantGot("ended", "reader.example"); w.count() != 0 {
			t.Errorf("%d subscriptions", w.count())
		}
		w.subscribe(ownRSS, "https://reader.example/cb")
		w.sleep(time.Minute)
		w.wantGot("again, with nothing new", "reader.example")
		w.serve("8", "9", "1")
		w.sleep(time.Second)
		w.wantGot("again", "reader.example", "8")
	})
}
