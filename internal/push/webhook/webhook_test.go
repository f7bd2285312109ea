package webhook_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"feedstation/internal/edition"
	"feedstation/internal/network"
	"feedstation/internal/push"
	"feedstation/internal/push/webhook"
)

const secret = "0123456789abcdef-hunter2"

var noon = time.Date(2019, 3, 11, 4, 0, 0, 0, time.UTC)

// delivery is a request as a receiver has it that looks at the signature.
type delivery struct {
	id       string
	body     string
	Type     string
	Station  string
	Edition  time.Time
	Articles []map[string]any
}

// receiver takes deliveries and answers.
type receiver struct {
	*httptest.Server
	got    []delivery
	answer http.HandlerFunc
}

func newReceiver(t *testing.T) *receiver {
	r := &receiver{answer: func(http.ResponseWriter, *http.Request) {}}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		body, err := io.ReadAll(request.Body)
		if err != nil {
			t.Error(err)
		}
		d := delivery{id: request.Header.Get("Webhook-Id"), body: string(body)}
		sent := request.Header.Get("Webhook-Timestamp")
		mac := hmac.New(sha256.New, []byte(secret))
		fmt.Fprintf(mac, "%s.%s.%s", d.id, sent, body)
		if got, want := request.Header.Get("Webhook-Signature"), "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil)); got != want {
			t.Errorf("signature %q, want %q", got, want)
		}
		if seconds, err := strconv.ParseInt(sent, 10, 64); err != nil || time.Since(time.Unix(seconds, 0)).Abs() > time.Minute {
			t.Errorf("sent at %q", sent)
		}
		if request.Method != http.MethodPost || request.Header.Get("Content-Type") != "application/json" || request.UserAgent() != "feedstation/test" {
			t.Errorf("%s, header %v", request.Method, request.Header)
		}
		if err := json.Unmarshal(body, &d); err != nil {
			t.Errorf("%v: %s", err, body)
		}
		r.got = append(r.got, d)
		r.answer(w, request)
	}))
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) destination(events ...webhook.Event) *webhook.Receiver {
	return webhook.New(webhook.Settings{
		Name: "webhook search", URL: r.URL + "/hook/T0/path-secret-of-a-chat?key=query-secret", Secret: secret, Key: []byte(secret), Events: events, Agent: "feedstation/test",
	})
}

func stationOf(t *testing.T) *network.Station {
	t.Helper()
	n, err := network.New("n", []*network.Station{{
		ID: "xt", Name: "湘潭站", URL: "https://xt.news.example", Zone: time.FixedZone("", 8*60*60),
		Channels: []network.Channel{{ID: "moment", Name: "时刻新闻"}, {ID: "culture", Name: "文化"}},
	}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return n.Stations[0]
}

func article(id int, updated time.Duration) edition.Article {
	return edition.Article{ID: fmt.Sprint(id), Published: noon, Updated: noon.Add(updated), Address: fmt.Sprintf("https://xt.news.example/%d.html", id)}
}

// editionOf has articles in the feeds of the station, and those with odd ids in a channel's.
func editionOf(at time.Time, articles ...edition.Article) *edition.Edition {
	documents, contents := map[string]*edition.Document{}, map[string]*edition.Document{}
	for _, channel := range []string{"", "moment"} {
		var lines []byte
		items := []map[string]any{}
		for i, a := range articles {
			if channel != "" && i%2 == 1 {
				continue
			}
			lines = a.AppendTo(lines)
			items = append(items, map[string]any{
				"id": a.KnownBy(), "url": a.Address, "title": "第" + a.ID + "条 <&>", "summary": "摘要", "content_html": "<p>long</p>",
				"authors": []map[string]string{{"name": "王小明"}}, "tags": []string{"读书"},
			})
		}
		text, err := json.Marshal(map[string]any{"items": items})
		if err != nil {
			panic(err)
		}
		documents[network.FeedPath(channel, network.JSON)] = edition.NewDocument("application/feed+json", text, noon)
		contents[network.FeedPath(channel, network.RSS)] = edition.NewDocument("text/plain; charset=utf-8", lines, noon)
	}
	return edition.New("xt", at, "1", documents).WithContents(contents)
}

// A receiver is told what the served edition has of what changed.
func TestDelivery(t *testing.T) {
	station := stationOf(t)
	guid := article(3, 0)
	guid.GUID = "urn:3"
	before := editionOf(noon, article(1, 0), article(2, 0))
	after := editionOf(noon.Add(time.Minute), article(1, time.Hour), guid)
	diff, err := edition.Diff(before, after)
	if err != nil {
		t.Fatal(err)
	}
	change := push.Change{Station: station, Before: before, After: after, Difference: diff}
	changed := map[string]any{
		"id": "1", "url": "https://xt.news.example/1.html", "status": "changed", "title": "第1条 <&>", "summary": "摘要",
		"authors": []any{map[string]any{"name": "王小明"}}, "tags": []any{"读书"}, "channels": []any{"moment"},
		"published": "2019-03-11T12:00:00+08:00", "updated": "2019-03-11T13:00:00+08:00",
	}
	came := map[string]any{
		"id": "3", "url": "https://xt.news.example/3.html", "status": "published", "title": "第3条 <&>", "summary": "摘要",
		"authors": []any{map[string]any{"name": "王小明"}}, "tags": []any{"读书"},
		"published": "2019-03-11T12:00:00+08:00", "updated": "2019-03-11T12:00:00+08:00",
	}
	gone := map[string]any{"id": "2", "url": "https://xt.news.example/2.html", "status": "gone", "published": "2019-03-11T12:00:00+08:00"}
	for _, tt := range []struct {
		name   string
		events []webhook.Event
		want   []map[string]any
	}{
		{"all", nil, []map[string]any{changed, gone, came}},
		{"what came", []webhook.Event{webhook.Published}, []map[string]any{came}},
		{"what is gone or changed", []webhook.Event{webhook.Gone, webhook.Changed}, []map[string]any{changed, gone}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newReceiver(t)
			d := r.destination(tt.events...)
			notices := d.Notices(change)
			answer := d.Send(t.Context(), station, after, notices)
			if answer.Err != nil || len(answer.Outcomes) != len(tt.want) || slices.ContainsFunc(answer.Outcomes, func(o push.Outcome) bool { return o != push.Told }) {
				t.Fatalf("answer %+v", answer)
			}
			if len(r.got) != 1 {
				t.Fatalf("%d requests", len(r.got))
			}
			got := r.got[0]
			if diff := cmp.Diff(tt.want, got.Articles); diff != "" || got.Type != "articles" || got.Station != "xt" || !got.Edition.Equal(after.Watermark()) {
				t.Errorf("%s\n(-want +got):\n%s", got.body, diff)
			}
			// Once more it is the same delivery, whatever order it comes in.
			slices.Reverse(notices)
			d.Send(t.Context(), station, after, notices)
			if again := r.got[1]; again.id != got.id || again.body != got.body || !strings.HasPrefix(got.id, "msg_") {
				t.Errorf("%s was repeated as %s", got.id, again.id)
			}
		})
	}
}

// What is elsewhere is told of by the station that has it, and by nobody who was not asked.
func TestNotices(t *testing.T) {
	station := stationOf(t)
	later, elsewhere, inFolder, inOld := article(2, 0), article(3, 0), article(4, 0), article(5, 0)
	later.Unlisted, later.Later = true, true
	elsewhere.Address = "https://cs.news.example/3.html"
	inFolder.Address = "https://xt.news.example/zz/4.html"
	inOld.Address = "https://xt.news.example/old/5.html"
	n, err := network.New("n", []*network.Station{
		station, {ID: "zz", Name: "株洲站", URL: "https://xt.news.example/zz"}, {ID: "old", Name: "旧站", URL: "https://xt.news.example/old", Former: network.Former{Closed: true}},
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	after := editionOf(noon)
	for _, tt := range []struct {
		name     string
		all      bool
		stations []string
		want     string
	}{
		{"a station", false, nil, "1 3 4 5"},
		{"of the whole network", true, nil, "1 5"},
		{"named", false, []string{"xt"}, "1 3 4 5"},
		{"another one", false, []string{"cs"}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := webhook.New(webhook.Settings{Stations: tt.stations, Network: n})
			of := *station
			of.All = tt.all
			var ids []string
			for _, n := range d.Notices(push.Change{Station: &of, After: after, Difference: edition.Difference{Came: []edition.Article{article(1, 0), later, elsewhere, inFolder, inOld}}}) {
				ids = append(ids, n.ID)
				if !n.New || n.Gone || n.Version != push.Version(article(1, 0)) || !n.Seen.Equal(noon) {
					t.Errorf("%+v", n)
				}
			}
			if got := strings.Join(ids, " "); got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}

// A request has the articles of one edition, at most a hundred: of many, what was sent in
// the first is not sent again where a later one fails.
func TestDivided(t *testing.T) {
	station := stationOf(t)
	r := newReceiver(t)
	r.answer = func(w http.ResponseWriter, _ *http.Request) {
		if len(r.got) == 3 {
			w.WriteHeader(http.StatusBadGateway)
		}
	}
	d := r.destination()
	var notices []push.Notice
	for i := range 250 {
		seen := noon.Add(time.Duration(i%2) * time.Minute)
		notices = append(notices, push.Notice{Address: fmt.Sprint("https://xt.news.example/", i), Version: "0", ID: fmt.Sprint(i), Published: noon, Seen: seen})
	}
	answer := d.Send(t.Context(), station, editionOf(noon), notices)
	told := 0
	for i, outcome := range answer.Outcomes {
		if outcome == push.Told {
			told++
			if i%2 == 1 {
				t.Errorf("%d was told before those of the edition before", i)
			}
		}
	}
	if told != 125 || len(r.got) != 3 || len(r.got[0].Articles) != 100 || len(r.got[1].Articles) != 25 || answer.Err == nil {
		t.Errorf("%d told in %d requests: %v", told, len(r.got), answer.Err)
	}
}

// What becomes of answers.
func TestAnswers(t *testing.T) {
	for _, tt := range []struct {
		name   string
		status int
		header []string
		want   push.Outcome
		broken bool
		pause  time.Duration
		err    string
	}{
		{"done", 200, nil, push.Told, false, 0, "<nil>"},
		{"accepted", 202, nil, push.Told, false, 0, "<nil>"},
		{"done, and cut off", 200, []string{"Content-Length", "900000"}, push.Told, false, 0, "<nil>"},
		{"nothing to say", 204, nil, push.Told, false, 0, "<nil>"},
		{"moved", 307, []string{"Location", "/other"}, push.Retry, false, 0, "307 Temporary Redirect"},
		{"not understood", 400, nil, push.Retry, false, 0, "400 Bad Request: said [secret] to /hook/T0/[secret]?[secret] more"},
		{"not let in", 401, nil, push.Retry, false, 0, "401 Unauthorized"},
		{"wants no more", 410, nil, push.Retry, true, 0, "the receiver wants no more: 410 Gone"},
		{"too many", 429, []string{"Retry-After", "60"}, push.Retry, false, time.Minute, "429 Too Many Requests"},
		{"its own fault", 500, nil, push.Retry, false, 0, "500 Internal Server Error"},
		{"not now", 503, []string{"Retry-After", "60"}, push.Retry, false, time.Minute, "503 Service Unavailable"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newReceiver(t)
			r.answer = func(w http.ResponseWriter, request *http.Request) {
				for i := 0; i < len(tt.header); i += 2 {
					w.Header().Set(tt.header[i], tt.header[i+1])
				}
				w.WriteHeader(tt.status)
				if tt.status != http.StatusNoContent {
					fmt.Fprint(w, "said ", secret, " to ", request.URL, strings.Repeat(" more", 100_000))
				}
			}
			answer := r.destination().Send(t.Context(), stationOf(t), editionOf(noon, article(1, 0)), []push.Notice{{ID: "1", Published: noon, Version: "0"}})
			pause := time.Until(answer.Pause)
			if answer.Outcomes[0] != tt.want || answer.Broken != tt.broken || answer.Station || len(r.got) != 1 ||
				answer.Pause.IsZero() != (tt.pause == 0) || tt.pause > 0 && (pause > tt.pause || pause < tt.pause-5*time.Second) {
				t.Errorf("answer %+v, %d requests", answer, len(r.got))
			}
			if got := fmt.Sprint(answer.Err); !strings.HasPrefix(got, tt.err) || strings.Contains(got, "hunter2") || strings.Contains(got, "query") || strings.Contains(got, "path") || len(got) > 300 {
				t.Errorf("error %q, want %q", got, tt.err)
			}
		})
	}
}

// Nobody who does not answer is waited for, and no error has the address.
func TestAway(t *testing.T) {
	r := newReceiver(t)
	d := r.destination()
	ctx, cancel := context.WithCancel(t.Context())
	r.answer = func(_ http.ResponseWriter, request *http.Request) { cancel(); <-request.Context().Done() }
	notices := []push.Notice{{ID: "1", Published: noon, Version: "0"}}
	if answer := d.Send(ctx, stationOf(t), editionOf(noon), notices); answer.Outcomes[0] != push.Retry || !errors.Is(answer.Err, context.Canceled) {
		t.Errorf("hanging: %+v", answer)
	}
	r.Close()
	answer := d.Send(t.Context(), stationOf(t), editionOf(noon), notices)
	if text := fmt.Sprint(answer.Err); answer.Outcomes[0] != push.Retry || strings.Contains(text, "hook") || strings.Contains(text, "query") {
		t.Errorf("away: %+v", answer)
	}
}
