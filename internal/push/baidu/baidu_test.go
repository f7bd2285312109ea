package baidu_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"feedstation/internal/edition"
	"feedstation/internal/network"
	"feedstation/internal/push"
	"feedstation/internal/push/baidu"
	"feedstation/internal/push/client"
	"feedstation/internal/testkit/enginetest"
)

var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

const (
	token = "kHpLyVxWwGuR3Tz8"
	site  = "https://xt.news.example"
)

// desk is a station, Baidu, and the destination that tells it.
type desk struct {
	t           *testing.T
	baidu       *enginetest.Baidu
	options     baidu.Options
	destination *baidu.Destination
	station     *network.Station
	articles    []edition.Article
}

// newDesk has a station with n articles, and Baidu a quota.
func newDesk(t *testing.T, n, quota int) *desk {
	t.Helper()
	d := &desk{t: t, baidu: enginetest.NewBaidu(t, token, map[string]int{site: quota})}
	d.options = baidu.Options{Endpoint: d.baidu.Endpoint, Token: token, Sites: map[string]string{"xt": site}}
	d.restart()
	network, err := network.New("湘江新闻网", []*network.Station{{ID: "xt", URL: site, Zone: time.UTC}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	d.station = network.Stations[0]
	for i := range n {
		at := noon.Add(time.Duration(i) * time.Second)
		d.articles = append(d.articles, edition.Article{ID: fmt.Sprint(i), Published: at, Updated: at, Address: page(i)})
	}
	return d
}

func page(i int) string { return fmt.Sprintf("%s/%d.html", site, i) }

// restart has the destination know nothing.
func (d *desk) restart() {
	d.destination = baidu.New(d.options, client.New("feedstation/test", 2*time.Second, token))
}

// send sends the notices of the articles, as the outbox does: those that are to be told
// again are left.
func (d *desk) send() push.Answer {
	d.t.Helper()
	if len(d.articles) == 0 {
		d.t.Fatal("nothing is left")
	}
	var notices []push.Notice
	for _, a := range d.articles {
		notices = append(notices, push.Notice{Address: a.Address, Version: push.Version(a), ID: a.ID, Published: a.Published, Seen: noon})
	}
	a := d.destination.Send(d.t.Context(), d.station, enginetest.Edition("xt", "2026-11", d.articles...), notices)
	if len(a.Outcomes) != len(notices) {
		d.t.Fatalf("outcomes %v of %d notices", a.Outcomes, len(notices))
	}
	var left []edition.Article
	for i, outcome := range a.Outcomes {
		if outcome == push.Retry {
			left = append(left, d.articles[i])
		}
	}
	d.articles = left
	return a
}

// pages returns what Baidu was told, of each request.
func (d *desk) pages() (all [][]string) {
	for _, p := range d.baidu.Got() {
		all = append(all, p.Pages)
	}
	return all
}

// midnight reports whether a moment is shortly after midnight in China, next.
func midnight(at time.Time) bool {
	china := at.In(time.FixedZone("", 8*60*60))
	return china.Hour() == 0 && china.Minute() == 5 && china.Second() == 0 && time.Until(at) > 0 && time.Until(at) <= 24*time.Hour+5*time.Minute
}

// The newest address tells what is left of the quota; then so many go as there is room for.
func TestQuota(t *testing.T) {
	d := newDesk(t, 12, 10)
	d.options.Reserve = 3
	d.restart()
	a := d.send()
	if !midnight(a.Pause) || !a.Station || a.Broken || a.Err == nil || a.Err.Error() != "the quota of the day is used up" {
		t.Errorf("%+v", a)
	}
	want := [][]string{{page(11)}, {page(10), page(9), page(8), page(7), page(6), page(5)}}
	if diff := cmp.Diff(want, d.pages()); diff != "" {
		t.Errorf("told (-want +got):\n%s", diff)
	}
	if a := d.send(); !midnight(a.Pause) || len(d.baidu.Got()) != 2 || len(d.articles) != 5 {
		t.Errorf("the rest: %+v, %d are left", a, len(d.articles))
	}

	got := d.baidu.Got()[1]
	if q := got.Query; q.Get("site") != site || q.Get("token") != token || q.Has("type") {
		t.Errorf("query %v", q)
	}
	if want := int64(len(strings.Join(got.Pages, "\n"))); got.Length != want || got.Header.Get("Content-Type") != "text/plain" || got.Header.Get("User-Agent") != "feedstation/test" {
		t.Errorf("length %d, want %d; header %v", got.Length, want, got.Header)
	}
}

// A restart does not know what is left, and is told by one address, or that it is nothing.
func TestQuotaAfterRestart(t *testing.T) {
	d := newDesk(t, 5, 3)
	if a := d.send(); !midnight(a.Pause) || !a.Station || len(d.articles) != 2 {
		t.Errorf("none is left: %+v", a)
	}
	d.restart()
	a := d.send()
	if !midnight(a.Pause) || !a.Station || a.Broken || !strings.HasPrefix(a.Err.Error(), "the quota of the day is used up: 400 Bad Request: ") || len(d.articles) != 2 {
		t.Errorf("over: %+v, %d are left", a, len(d.articles))
	}
}

// As many as fit in a request.
func TestBatches(t *testing.T) {
	d := newDesk(t, 2001, 100_000)
	d.send()
	if got := d.pages(); len(got) != 2 || len(got[0]) != 1 || len(got[1]) != 2000 || len(d.articles) != 0 {
		t.Errorf("%d requests, %d are left", len(got), len(d.articles))
	}
	if got, want := d.destination.Policy(), (push.Policy{Batch: 2000, Every: 10 * time.Minute, Life: 48 * time.Hour, Once: true, Rate: 30}); got != want {
		t.Errorf("policy %+v, want %+v", got, want)
	}
}

// The faster way has a quota of its own.
func TestDaily(t *testing.T) {
	d := newDesk(t, 6, 8)
	d.options.Daily = true
	d.restart()
	if a := d.send(); !midnight(a.Pause) || len(d.articles) != 2 {
		t.Errorf("%+v, %d are left", a, len(d.articles))
	}
	if got := d.baidu.Got()[1]; got.Query.Get("type") != "daily" || len(got.Pages) != 3 {
		t.Errorf("told %+v", got)
	}
}

// Addresses that Baidu does not take are said, and not sent again.
func TestRefused(t *testing.T) {
	d := newDesk(t, 3, 100)
	d.baidu.Next(enginetest.Says(200, `{"remain":99,"success":1}`), enginetest.Says(200, fmt.Sprintf(`{"remain":98,"success":0,"not_same_site":[%q],"not_valid":[%q]}`, page(0), page(1))))
	a := d.send()
	want := fmt.Sprintf("1 of 2 addresses are not of the site as it is verified, the first is %s\n1 of 2 addresses are not valid, the first is %s", page(0), page(1))
	if !slices.Equal(a.Outcomes, []push.Outcome{push.Dropped, push.Dropped, push.Told}) || a.Err == nil || a.Err.Error() != want || !a.Pause.IsZero() {
		t.Errorf("%+v, want %s", a, want)
	}

	// Another site than the verified one.
	d = newDesk(t, 1, 100)
	d.options.Sites["xt"] = "https://www.xt.news.example"
	d.baidu = enginetest.NewBaidu(t, token, map[string]int{"https://www.xt.news.example": 10})
	d.options.Endpoint = d.baidu.Endpoint
	d.restart()
	if a := d.send(); a.Outcomes[0] != push.Dropped || a.Err == nil || !strings.HasPrefix(a.Err.Error(), "1 of 1 addresses are not of the site as it is verified") {
		t.Errorf("%+v", a)
	}
}

// Every answer, and what it means.
func TestAnswers(t *testing.T) {
	says := enginetest.Says
	message := func(status int, text string) enginetest.Answer {
		return says(status, fmt.Sprintf(`{"error":%d,"message":%q}`, status, text))
	}
	const unknown = " (it is not known whether 1 addresses were taken, they are not sent again)"
	const today = -1 // until midnight
	tests := []struct {
		name    string
		answer  enginetest.Answer
		outcome push.Outcome
		pause   time.Duration
		station bool
		broken  bool
		err     string
	}{
		{"taken", says(200, `{"remain":4999998,"success":1}`), push.Told, 0, false, false, ""},
		{"with what it does not know", says(200, `{"remain":9,"success":1,"not_valid":null,"success_daily":0,"remain_daily":10,"x":[1]}`), push.Told, 0, false, false, ""},
		{"the last", says(200, `{"remain":0,"success":1}`), push.Told, today, true, false, "the quota of the day is used up"},
		{"less than nothing left", says(200, `{"remain":-5,"success":1}`), push.Told, today, true, false, "the quota of the day is used up"},
		{"nothing said of the quota", says(200, `{"success":1}`), push.Told, 0, false, false, ""},
		{"not taken", says(200, `{"remain":9,"success":0}`), push.Told, 0, false, false, "0 of 1 addresses were taken"},
		{"not JSON", says(200, "<html>"), push.Dropped, 15 * time.Minute, false, false, "the answer can't be read: invalid character '<' looking for beginning of value" + unknown},
		{"nothing said", says(200, "{}"), push.Dropped, 15 * time.Minute, false, false, "the answer does not say what was taken" + unknown},
		{"too large", says(200, strings.Repeat(" ", 1<<20)), push.Dropped, 15 * time.Minute, false, false, "the answer can't be read: unexpected end of JSON input" + unknown},
		{"hangs in the answer", enginetest.HangsLater(200), push.Dropped, 15 * time.Minute, false, false, "HOST: context deadline exceeded (Client.Timeout or context cancellation while reading body)" + unknown},
		{"over quota", message(400, "over quota"), push.Retry, today, true, false, "the quota of the day is used up: 400 Bad Request: {\"error\":400,\"message\":\"over quota\"}"},
		{"another site", message(400, "site error"), push.Retry, 0, true, true, "400 Bad Request: {\"error\":400,\"message\":\"site error\"} (the account has no site https://xt.news.example: see the station's baidu)"},
		{"nothing sent", message(400, "empty content"), push.Dropped, 0, true, false, "400 Bad Request: {\"error\":400,\"message\":\"empty content\"}"},
		{"too many", message(400, "only 2000 urls are allowed once"), push.Dropped, 0, true, false, "400 Bad Request: {\"error\":400,\"message\":\"only 2000 urls are allowed once\"}"},
		{"something else", message(400, "token "+token+" sends too often"), push.Retry, time.Hour, true, false, "400 Bad Request: {\"error\":400,\"message\":\"token [secret] sends too often\"}"},
		{"400 without JSON", says(400, "bad"), push.Retry, time.Hour, true, false, "400 Bad Request: bad"},
		{"no token", message(401, "token is not valid"), push.Retry, 0, true, true, "401 Unauthorized: {\"error\":401,\"message\":\"token is not valid\"}"},
		{"no such page", says(404, ""), push.Retry, time.Hour, true, false, "404 Not Found"},
		{"no such method", says(405, ""), push.Dropped, 0, true, false, "405 Method Not Allowed"},
		{"no length", says(411, ""), push.Dropped, 0, true, false, "411 Length Required"},
		{"too long", says(413, ""), push.Dropped, 0, true, false, "413 Request Entity Too Large"},
		{"another length", says(422, ""), push.Dropped, 0, true, false, "422 Unprocessable Entity"},
		{"too often", says(429, "", "Retry-After", "600"), push.Retry, 10 * time.Minute, true, false, "429 Too Many Requests"},
		{"a redirect", says(302, "", "Location", "https://ziyuan.baidu.example/?token="+token), push.Retry, time.Hour, true, false, "302 Found: to https://ziyuan.baidu.example/?token=[secret]"},
		{"an error of its own", message(500, "internal error"), push.Dropped, 15 * time.Minute, false, false, "500 Internal Server Error: {\"error\":500,\"message\":\"internal error\"}" + unknown},
		{"a proxy's error", says(502, ""), push.Dropped, 15 * time.Minute, false, false, "502 Bad Gateway" + unknown},
		{"nothing", enginetest.BreaksOff, push.Dropped, 15 * time.Minute, false, false, "HOST: EOF" + unknown},
		{"never", enginetest.Hangs, push.Dropped, 15 * time.Minute, false, false, "HOST: no answer in time" + unknown},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t, 1, 100)
			d.baidu.Next(tt.answer)
			a := d.send()
			got := ""
			if a.Err != nil {
				got = strings.ReplaceAll(a.Err.Error(), strings.TrimSuffix(strings.TrimPrefix(d.baidu.Endpoint, "http://"), "/urls"), "HOST")
			}
			if a.Outcomes[0] != tt.outcome || got != tt.err || a.Station != tt.station || a.Broken != tt.broken {
				t.Errorf("%+v\ngot  %q\nwant %q, outcome %v, station %t, broken %t", a, got, tt.err, tt.outcome, tt.station, tt.broken)
			}
			if tt.pause == today {
				if !midnight(a.Pause) {
					t.Errorf("pause until %s, want midnight", a.Pause)
				}
			} else if pause := time.Until(a.Pause).Round(time.Minute); !a.Pause.IsZero() && pause != tt.pause || a.Pause.IsZero() && tt.pause != 0 {
				t.Errorf("pause until %s, want for %s", a.Pause, tt.pause)
			}
			if n := len(d.baidu.Got()); n != 1 {
				t.Errorf("%d requests, want 1", n)
			}
		})
	}
}

// What nobody was asked may be asked again.
func TestUnsent(t *testing.T) {
	for _, endpoint := range []string{"http://127.0.0.1:1/urls", "http://baidu.invalid/urls", "https://" + strings.TrimPrefix(enginetest.NewSite(t).URL, "http://") + "/urls"} {
		d := newDesk(t, 2, 100)
		d.options.Endpoint = endpoint
		d.restart()
		a := d.send()
		if !slices.Equal(a.Outcomes, []push.Outcome{push.Retry, push.Retry}) || a.Err == nil || strings.Contains(a.Err.Error(), token) || strings.Contains(a.Err.Error(), "site=") {
			t.Errorf("%s: %+v", endpoint, a)
		}
	}
}

func TestNotices(t *testing.T) {
	d := newDesk(t, 3, 100)
	noindex := edition.Article{ID: "noindex", Published: noon, Updated: noon, Address: site + "/noindex", Unlisted: true}
	c := push.Change{Station: d.station, After: enginetest.Edition("xt", "2026-11"), Difference: edition.Difference{
		Came: []edition.Article{d.articles[0], noindex}, Changed: d.articles[1:2], Left: d.articles[2:],
	}}
	var got []string
	for _, n := range d.destination.Notices(c) {
		got = append(got, n.Address)
		if n.Gone {
			t.Errorf("of what has gone: %+v", n)
		}
	}
	if want := []string{page(0), page(1)}; !slices.Equal(got, want) {
		t.Errorf("notices %q, want %q", got, want)
	}
	delete(d.options.Sites, "xt")
	d.restart()
	if got := d.destination.Notices(c); got != nil {
		t.Errorf("a station without a site: %+v", got)
	}
	if a := d.send(); !slices.Equal(a.Outcomes, []push.Outcome{push.Dropped, push.Dropped, push.Dropped}) || a.Err == nil || len(d.baidu.Got()) > 0 {
		t.Errorf("a station without a site: %+v", a)
	}
}

// An address that no request has room for keeps no other one from being sent.
func TestLongAddress(t *testing.T) {
	d := newDesk(t, 2, 100)
	d.articles[1].Address = site + "/" + strings.Repeat("x", 3000)
	a := d.send()
	if !slices.Equal(a.Outcomes, []push.Outcome{push.Told, push.Dropped}) || a.Err == nil || len(a.Err.Error()) > 200 || !slices.Equal(d.pages()[0], []string{page(0)}) {
		t.Errorf("%+v", a)
	}
}
