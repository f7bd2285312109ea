package indexnow_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"feedstation/internal/edition"
	"feedstation/internal/network"
	"feedstation/internal/push"
	"feedstation/internal/push/client"
	"feedstation/internal/push/indexnow"
	"feedstation/internal/testkit/enginetest"
)

var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

const (
	present = "present-key-2f6b31e0"
	former  = "former-key-91c05d77"
)

// desk is a station with a public address, an engine and the destination that tells it.
type desk struct {
	t           *testing.T
	site        *enginetest.Site
	engine      *enginetest.IndexNow
	destination *indexnow.Destination
	station     *network.Station
	articles    []edition.Article
}

func newDesk(t *testing.T, folder string) *desk {
	t.Helper()
	d := &desk{t: t, site: enginetest.NewSite(t), engine: enginetest.NewIndexNow(t)}
	d.tell(d.engine.Endpoint)
	d.station = d.at(d.site.URL+folder, present)
	d.site.Put("/"+present+".txt", enginetest.Says(http.StatusOK, present))
	for i := range 3 {
		at := noon.Add(time.Duration(i) * time.Minute)
		d.articles = append(d.articles, edition.Article{ID: fmt.Sprint(i), Published: at, Updated: at, Address: fmt.Sprintf("%s/%d.html", d.station.URL, i)})
	}
	return d
}

// tell has the destination be that of an endpoint.
func (d *desk) tell(endpoint string) {
	d.destination = indexnow.New(endpoint, 30, client.New("feedstation/test", 2*time.Second, present, former))
}

// at returns a station.
func (d *desk) at(address string, keys ...string) *network.Station {
	d.t.Helper()
	n, err := network.New("湘江新闻网", []*network.Station{{ID: "xt", URL: address, Keys: keys, Zone: time.UTC}}, nil)
	if err != nil {
		d.t.Fatal(err)
	}
	return n.Stations[0]
}

func (d *desk) notices() (all []push.Notice) {
	for _, a := range d.articles {
		all = append(all, push.Notice{Address: a.Address, Version: push.Version(a), ID: a.ID, Published: a.Published, Seen: noon})
	}
	return all
}

func (d *desk) send(notices ...push.Notice) push.Answer {
	if notices == nil {
		notices = d.notices()
	}
	return d.destination.Send(d.t.Context(), d.station, enginetest.Edition("xt", "2026-11", d.articles...), notices)
}

// outcome returns the one of all notices.
func outcome(t *testing.T, a push.Answer, n int) push.Outcome {
	t.Helper()
	if len(a.Outcomes) != n || len(slices.Compact(slices.Clone(a.Outcomes))) != 1 {
		t.Fatalf("outcomes %v, want one of all %d", a.Outcomes, n)
	}
	return a.Outcomes[0]
}

func TestSend(t *testing.T) {
	d := newDesk(t, "")
	if a := d.send(); outcome(t, a, 3) != push.Told || a.Err != nil || !a.Pause.IsZero() {
		t.Fatalf("answer %+v", a)
	}
	got := d.engine.Got()
	want := enginetest.Submission{
		Host: strings.TrimPrefix(d.site.URL, "http://"), Key: present, KeyLocation: d.site.URL + "/" + present + ".txt",
		URLList: []string{d.site.URL + "/2.html", d.site.URL + "/1.html", d.site.URL + "/0.html"}, // the newest first
	}
	if len(got) != 1 || got[0].Header.Get("User-Agent") != "feedstation/test" {
		t.Fatalf("told %+v", got)
	}
	got[0].Header, got[0].At = nil, time.Time{}
	if diff := cmp.Diff(want, got[0]); diff != "" {
		t.Errorf("told (-want +got):\n%s", diff)
	}
	d.site.Asked()
	if a := d.send(); outcome(t, a, 3) != push.Told || len(d.site.Asked()) > 1 { // the engine's own look
		t.Error("the key file is looked at again")
	}
}

// Every answer, and what it means.
func TestAnswers(t *testing.T) {
	code := func(code string) string {
		return fmt.Sprintf(`{"errorCode":%q,"message":"no key at https://xt.news.example/%s.txt"}`, code, present)
	}
	says := enginetest.Says
	tests := []struct {
		name    string
		answer  enginetest.Answer
		outcome push.Outcome
		pause   time.Duration
		station bool
		broken  bool
		err     string // in which there is no host
	}{
		{"200", says(200, ""), push.Told, 0, false, false, ""},
		{"202, the key is looked at later", says(202, ""), push.Told, 0, false, false, ""},
		{"204", says(204, ""), push.Told, 0, false, false, ""},
		{"200 and a body too large", says(200, strings.Repeat("x", 1<<20)), push.Told, 0, false, false, ""},
		{"200 and a body that hangs", enginetest.HangsLater(200), push.Told, 0, false, false, ""},
		{"400", says(400, code("InvalidRequestParameters")), push.Dropped, 0, false, false, `400 Bad Request: {"errorCode":"InvalidRequestParameters","message":"no key at https://xt.news.example/[secret].txt"}`},
		{"400 without JSON", says(400, "<html>"), push.Dropped, 0, false, false, "400 Bad Request: <html>"},
		{"403, verification goes on", says(403, code("SiteVerificationNotCompleted")), push.Retry, 0, true, false, `403 Forbidden: {"errorCode":"SiteVerificationNotCompleted","message":"no key at https://xt.news.example/[secret].txt"}`},
		{"403, no key", says(403, code("KeyNotFound")), push.Retry, 0, true, false, `403 Forbidden: {"errorCode":"KeyNotFound","message":"no key at https://xt.news.example/[secret].txt"}`},
		{"403 without a code", says(403, "forbidden"), push.Retry, 0, true, false, "403 Forbidden: forbidden"},
		{"403, burned", says(403, code("UserForbiddedToAccessSite")), push.Retry, 0, true, true, `403 Forbidden: {"errorCode":"UserForbiddedToAccessSite","message":"no key at https://xt.news.example/[secret].txt"} (the key is refused for good, raise the station's indexnow_rotation)`},
		{"405", says(405, ""), push.Dropped, 0, false, false, "405 Method Not Allowed"},
		{"413", says(413, ""), push.Dropped, 0, false, false, "413 Request Entity Too Large"},
		{"422", says(422, code("InvalidRequestParameters")), push.Dropped, 0, false, false, `422 Unprocessable Entity: {"errorCode":"InvalidRequestParameters","message":"no key at https://xt.news.example/[secret].txt"}`},
		{"429", says(429, ""), push.Retry, 15 * time.Minute, false, false, "429 Too Many Requests"},
		{"429 and when", says(429, "", "Retry-After", "120"), push.Retry, 2 * time.Minute, false, false, "429 Too Many Requests"},
		{"429 and a date", says(429, "", "Retry-After", time.Now().Add(time.Hour).UTC().Format(http.TimeFormat)), push.Retry, time.Hour, false, false, "429 Too Many Requests"},
		{"429 and a year", says(429, "", "Retry-After", "4294967295"), push.Retry, 24 * time.Hour, false, false, "429 Too Many Requests"},
		{"429 and nonsense", says(429, "", "Retry-After", "soon"), push.Retry, 15 * time.Minute, false, false, "429 Too Many Requests"},
		{"500", says(500, "oops"), push.Retry, 0, false, false, "500 Internal Server Error: oops"},
		{"503 and when", says(503, "", "Retry-After", "60"), push.Retry, time.Minute, false, false, "503 Service Unavailable"},
		{"404", says(404, ""), push.Retry, 0, false, false, "404 Not Found"},
		{"a redirect", says(302, "", "Location", "https://engine.example/?key="+present), push.Retry, 0, false, false, "302 Found: to https://engine.example/?key=[secret]"},
		{"nothing", enginetest.BreaksOff, push.Retry, 0, false, false, "EOF"},
		{"never", enginetest.Hangs, push.Retry, 0, false, false, "no answer in time"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t, "")
			d.engine.Next(tt.answer)
			a := d.send()
			if got := outcome(t, a, 3); got != tt.outcome {
				t.Errorf("outcome %v, want %v", got, tt.outcome)
			}
			got := ""
			if a.Err != nil {
				got = strings.TrimPrefix(a.Err.Error(), strings.TrimPrefix(d.engine.Endpoint, "http://")[:len("127.0.0.1")])
				if _, after, ok := strings.Cut(a.Err.Error(), ": "); ok && strings.HasPrefix(a.Err.Error(), "127.0.0.1:") {
					got = after
				}
			}
			if got != tt.err || a.Station != tt.station || a.Broken != tt.broken {
				t.Errorf("error %q, station %t, broken %t; want %q, %t, %t", got, a.Station, a.Broken, tt.err, tt.station, tt.broken)
			}
			if pause := time.Until(a.Pause).Round(time.Minute); !a.Pause.IsZero() && pause != tt.pause || a.Pause.IsZero() && tt.pause != 0 {
				t.Errorf("pause until %s, want for %s", a.Pause, tt.pause)
			}
			if n := len(d.engine.Got()); n != 1 {
				t.Errorf("%d requests, want 1", n)
			}
		})
	}
}

// A key that can't be verified has its station wait, longer each time.
func TestVerification(t *testing.T) {
	d := newDesk(t, "")
	want := []time.Duration{15 * time.Minute, time.Hour, 6 * time.Hour, 24 * time.Hour}
	for _, body := range []string{`{"errorCode":"SiteVerificationNotCompleted"}`, `{"errorCode":"KeyNotFound"}`, "forbidden"} {
		d.engine.Next(enginetest.Says(403, body))
		if a := d.send(); outcome(t, a, 3) != push.Retry || !a.Station || !slices.Equal(a.Steps, want) {
			t.Errorf("%s: answer %+v", body, a)
		}
	}
	if a := d.send(); outcome(t, a, 3) != push.Told || a.Steps != nil {
		t.Fatalf("answer %+v", a)
	}
}

// A key is used once its file is at the public address; until then the former one is.
func TestKeyFile(t *testing.T) {
	says := enginetest.Says
	tests := []struct {
		name, folder string
		keys         []string
		files        map[string]enginetest.Answer
		key, at      string // empty: none is used
		err          string
	}{
		{"present", "", []string{present}, map[string]enginetest.Answer{"/" + present + ".txt": says(200, present)}, present, "/" + present + ".txt", ""},
		{"with a line break", "", []string{present}, map[string]enginetest.Answer{"/" + present + ".txt": says(200, present+"\n")}, "", "", "key file not seen at ROOT/{key}.txt: its text is not the key"},
		{"at the root, of a folder", "/city", []string{present}, map[string]enginetest.Answer{"/" + present + ".txt": says(200, present)}, present, "/" + present + ".txt", ""},
		{"in the folder alone", "/city", []string{present}, map[string]enginetest.Answer{"/city/" + present + ".txt": says(200, present)}, present, "/city/" + present + ".txt", ""},
		{"not yet there", "", []string{present, former}, map[string]enginetest.Answer{"/" + former + ".txt": says(200, former)}, former, "/" + former + ".txt", ""},
		{"nowhere", "", []string{present, former}, nil, "", "", "key file not seen at ROOT/{key}.txt: 404 Not Found: not here"},
		{"nowhere, of a folder", "/city", []string{present}, nil, "", "", "key file not seen at ROOT/{key}.txt: 404 Not Found: not here"},
		{"another text", "", []string{present}, map[string]enginetest.Answer{"/" + present + ".txt": says(200, "<html>")}, "", "", "key file not seen at ROOT/{key}.txt: its text is not the key"},
		{"of another key", "", []string{present}, map[string]enginetest.Answer{"/" + present + ".txt": says(200, former)}, "", "", "key file not seen at ROOT/{key}.txt: its text is not the key"},
		{"endless", "", []string{present}, map[string]enginetest.Answer{"/" + present + ".txt": says(200, strings.Repeat(" ", 1<<20))}, "", "", "key file not seen at ROOT/{key}.txt: its text is not the key"},
		{"elsewhere", "", []string{present}, map[string]enginetest.Answer{"/" + present + ".txt": says(301, "", "Location", "/"+present+".TXT")}, "", "", "key file not seen at ROOT/{key}.txt: 301 Moved Permanently: to /[secret].TXT"},
		{"out of order", "", []string{present}, map[string]enginetest.Answer{"/" + present + ".txt": says(503, "")}, "", "", "key file not seen at ROOT/{key}.txt: 503 Service Unavailable"},
		{"hanging", "", []string{present}, map[string]enginetest.Answer{"/" + present + ".txt": enginetest.Hangs}, "", "", "key file not seen at ROOT/{key}.txt: HOST: no answer in time"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t, tt.folder)
			d.site.Put("/"+present+".txt", nil)
			d.station = d.at(d.site.URL+tt.folder, tt.keys...)
			for path, file := range tt.files {
				d.site.Put(path, file)
			}
			a := d.send()
			if tt.key == "" {
				got := strings.ReplaceAll(strings.ReplaceAll(a.Err.Error(), d.site.URL, "ROOT"), strings.TrimPrefix(d.site.URL, "http://"), "HOST")
				if outcome(t, a, 3) != push.Retry || got != tt.err || !a.Station || a.Pause.IsZero() || len(d.engine.Got()) > 0 {
					t.Errorf("%+v, want %q", a, tt.err)
				}
				return
			}
			if got := d.engine.Got(); outcome(t, a, 3) != push.Told || len(got) != 1 || got[0].Key != tt.key || got[0].KeyLocation != d.site.URL+tt.at {
				t.Errorf("%+v: told %+v", a, got)
			}
		})
	}
}

// A rotation: the former key goes on until the file of the new one is seen. What an engine
// says of the former one breaks nothing.
func TestRotation(t *testing.T) {
	d := newDesk(t, "")
	d.station = d.at(d.site.URL, present, former)
	d.site.Put("/"+present+".txt", nil)
	d.site.Put("/"+former+".txt", enginetest.Says(200, former))
	burned := enginetest.Says(403, `{"errorCode":"UserForbiddedToAccessSite"}`)
	d.engine.Next(burned)
	if a := d.send(); a.Broken || !a.Station || a.Steps == nil || outcome(t, a, 3) != push.Retry {
		t.Errorf("the former key is burned: %+v", a)
	}
	d.site.Put("/"+present+".txt", enginetest.Says(200, present))
	if a := d.send(); outcome(t, a, 3) != push.Told {
		t.Errorf("the new key is there: %+v", a)
	}
	var keys []string
	for _, s := range d.engine.Got() {
		keys = append(keys, s.Key)
	}
	if want := []string{former, present}; !slices.Equal(keys, want) {
		t.Errorf("keys %q, want %q", keys, want)
	}

	// An engine does not find it any more: it is looked for again.
	d.engine.Next(enginetest.Says(403, `{"errorCode":"KeyNotFound"}`))
	d.send()
	d.site.Put("/"+present+".txt", nil)
	if a := d.send(); outcome(t, a, 3) != push.Told || d.engine.Got()[3].Key != former {
		t.Errorf("the file has gone: %+v", a)
	}
}

// What may not be told is not, and spoils nothing.
func TestSift(t *testing.T) {
	d := newDesk(t, "/city")
	stray := func(id, address string) push.Notice {
		return push.Notice{ID: id, Address: address, Published: noon, Seen: noon}
	}
	hidden := d.articles[0]
	hidden.ID, hidden.Unlisted = "hidden", true
	d.articles = append(d.articles, hidden)
	notices := slices.Concat(d.notices()[:3], []push.Notice{
		stray("0", "https://www.news.example/city/0.html"),
		stray("0", strings.Replace(d.site.URL, "http:", "https:", 1)+"/city/0.html"),
		stray("0", d.site.URL+"/other/0.html"),
		stray("0", d.site.URL+".evil.example/city/0.html"),
		stray("0", "mailto:editor@news.example"),
		stray("0", ""),
		stray("hidden", d.station.URL+"/hidden.html"),
		stray("unknown", d.station.URL+"/unknown.html"),
		{ID: "gone", Address: d.station.URL + "/gone.html", Gone: true, Published: noon, Seen: noon.Add(time.Hour)},
	})
	a := d.send(notices...)
	want := slices.Concat([]push.Outcome{push.Told, push.Told, push.Told}, slices.Repeat([]push.Outcome{push.Dropped}, 8), []push.Outcome{push.Told})
	if diff := cmp.Diff(want, a.Outcomes); diff != "" || a.Err != nil {
		t.Errorf("%v: outcomes (-want +got):\n%s", a.Err, diff)
	}
	if got := d.engine.Got(); len(got) != 1 || !slices.Equal(got[0].URLList, []string{d.station.URL + "/gone.html", d.station.URL + "/2.html", d.station.URL + "/1.html", d.station.URL + "/0.html"}) {
		t.Errorf("told %+v", got)
	}
	if a := d.send(notices[4:8]...); outcome(t, a, 4) != push.Dropped || len(d.engine.Got()) != 1 {
		t.Errorf("nothing is left: %+v", a)
	}
	d.station = d.at(d.site.URL)
	if a := d.send(); outcome(t, a, 4) != push.Dropped || a.Err == nil || len(d.engine.Got()) != 1 {
		t.Errorf("without a key: %+v", a)
	}
}

func TestNotices(t *testing.T) {
	d := newDesk(t, "")
	article := func(id string, change func(*edition.Article)) edition.Article {
		a := edition.Article{ID: id, Published: noon, Updated: noon, Address: d.site.URL + "/" + id}
		if change != nil {
			change(&a)
		}
		return a
	}
	unlisted := func(a *edition.Article) { a.Unlisted = true }
	later := func(a *edition.Article) { a.Unlisted, a.Later = true, true }
	c := push.Change{Station: d.station, After: enginetest.Edition("xt", "2026-11"), Difference: edition.Difference{
		Came: []edition.Article{article("came", nil), article("noindex", unlisted), article("later", later), article("elsewhere", func(a *edition.Article) { a.Address = "https://yy.news.example/1" })},
		Changed: []edition.Article{
			article("changed", func(a *edition.Article) { a.Updated = noon.Add(time.Hour) }), article("taken", func(a *edition.Article) { a.Address = d.site.URL + "/shared" }),
			article("国", func(a *edition.Article) { a.Address = d.site.URL + "/国" }),
		},
		Left: []edition.Article{article("left", nil), article("was noindex", unlisted), article("was later", later), article("sharing", func(a *edition.Article) { a.Address = d.site.URL + "/shared" })},
	}}
	version := fmt.Sprint(noon.Unix())
	at := c.After.Watermark()
	want := []push.Notice{
		{Address: d.site.URL + "/came", Version: version, New: true, ID: "came", Published: noon, Seen: at},
		{Address: d.site.URL + "/later", Version: version, New: true, ID: "later", Published: noon, Seen: at},
		{Address: d.site.URL + "/changed", Version: fmt.Sprint(noon.Add(time.Hour).Unix()), ID: "changed", Published: noon, Seen: at},
		{Address: d.site.URL + "/shared", Version: version, ID: "taken", Published: noon, Seen: at},
		{Address: d.site.URL + "/" + url.PathEscape("国"), Version: version, ID: "国", Published: noon, Seen: at},
		{Address: d.site.URL + "/left", Version: version, Gone: true, ID: "left", Published: noon, Seen: at},
	}
	if diff := cmp.Diff(want, d.destination.Notices(c)); diff != "" {
		t.Errorf("notices (-want +got):\n%s", diff)
	}
	c.Station = d.at(d.site.URL)
	if got := d.destination.Notices(c); got != nil {
		t.Errorf("without a key: %+v", got)
	}
}

func TestPolicy(t *testing.T) {
	d := newDesk(t, "")
	if got, want := d.destination.Policy(), (push.Policy{Batch: 10_000, Every: 10 * time.Minute, Life: 24 * time.Hour, Rate: 30, Rated: "indexnow"}); got != want {
		t.Errorf("policy %+v, want %+v", got, want)
	}
	d.tell("https://api.indexnow.org/indexnow")
	if got := d.destination.Name(); got != "indexnow api.indexnow.org" {
		t.Errorf("name %q", got)
	}
}

// No secret is in an error, whatever happens.
func TestSecrets(t *testing.T) {
	d := newDesk(t, "")
	for _, endpoint := range []string{"http://127.0.0.1:1/" + present, "http://" + present + ".invalid/indexnow", "http://127.0.0.1:1/%zz" + present} {
		d.tell(endpoint)
		a := d.send()
		if outcome(t, a, 3) != push.Retry || a.Err == nil || strings.Contains(a.Err.Error(), present) {
			t.Errorf("%+v", a)
		}
	}
}
