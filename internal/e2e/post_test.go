package e2e

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"feedstation/internal/testkit/redistest"
	"feedstation/internal/testkit/require"
)

// posted is what a process answered to a request for articles.
type posted struct {
	status   int
	replayed bool
	Stored   int
	Refused  int
	Served   *bool
}

// request sends a request to the admin listener; a failure is status 0.
func (p *process) request(method, path, body string, header ...string) (answer posted, text string) {
	p.t.Helper()
	r, err := http.NewRequestWithContext(p.t.Context(), method, "http://127.0.0.1:"+p.admin+path, strings.NewReader(body))
	if err != nil {
		p.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Content-Type", "application/jsonl")
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	response, err := p.client.Do(r)
	if err != nil {
		return posted{}, err.Error()
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	if err != nil {
		return posted{}, err.Error()
	}
	if err := json.Unmarshal(data, &answer); err != nil {
		p.t.Errorf("%s %s: %s: %s", method, path, response.Status, data)
	}
	answer.status, answer.replayed = response.StatusCode, response.Header.Get("Idempotency-Replayed") == "true"
	return answer, string(data)
}

// mustPost posts articles of which all are stored and, with ?wait=served, served.
func (p *process) mustPost(query, body string, header ...string) {
	p.t.Helper()
	answer, text := p.request("POST", "/-/articles"+query, body, header...)
	if answer.status != http.StatusOK || answer.Refused > 0 || query != "" && (answer.Served == nil || !*answer.Served) {
		p.t.Fatalf("%d %s", answer.status, text)
	}
}

func news(id int, title string) string {
	return fmt.Sprintf(`{"id":"%d","station":"xt","channels":["moment"],"url":"https://xt.news.example/content/%[1]d.html","title":%q,"published":%q}`+"\n",
		id, title, time.Now().UTC().Format(time.RFC3339))
}

// postEnv has nothing but requests cause a refresh.
var postEnv = []string{"FEEDSTATION_SERVER_ADMIN_TOKEN=" + token, "FEEDSTATION_JOBS_REFRESH=@every 1h", "FEEDSTATION_JOBS_AUDIT=@every 1h"}

// TestPost has articles served a moment after they are posted, and gone a moment after
// they are removed.
func TestPost(t *testing.T) {
	t.Parallel()
	require.Time(t)
	p := newProcess(t, "xt.news.example", postEnv...)
	p.put(1, "第1条")
	p.start()
	p.await("第1条")
	stop := watch(t, p)
	defer stop()

	p.mustPost("?wait=served", news(2, "第2条"))
	if len(p.shows("/content/2.html")) == 0 {
		t.Error("article 2 is not served after the answer says so")
	}
	var took []time.Duration
	for id := 3; id < 13; id++ {
		began := time.Now()
		p.mustPost("", news(id, fmt.Sprintf("第%d条", id)))
		p.until(fmt.Sprint("article ", id), func() bool { return strings.Contains(p.body("/rss.xml"), fmt.Sprintf("/content/%d.html", id)) })
		took = append(took, time.Since(began))
	}
	slices.Sort(took)
	t.Logf("an article is served %s (median), %s (slowest) after the request begins", took[len(took)/2], took[len(took)-1])

	answer, text := p.request("DELETE", "/-/articles/2?wait=served", "")
	if answer.status != http.StatusOK || answer.Served == nil || !*answer.Served {
		t.Errorf("DELETE: %d %s", answer.status, text)
	}
	p.mustNotShow("/content/2.html")
	if answer, text = p.request("DELETE", "/-/articles/2", ""); answer.status != http.StatusNotFound {
		t.Errorf("DELETE of one that is gone: %d %s", answer.status, text)
	}
}

// TestPostKeys repeats a request with a key after an end and after a kill, when the
// article has changed since: it is answered as before, and changes nothing.
func TestPostKeys(t *testing.T) {
	t.Parallel()
	require.Time(t)
	p := newProcess(t, "xt.news.example", postEnv...)
	p.put(1, "第1条")
	p.start()
	p.await("第1条")
	p.mustPost("?wait=served", news(2, "早间新闻"), "Idempotency-Key", "morning")
	early := news(3, "午间新闻")
	p.mustPost("?wait=served", early, "Idempotency-Key", "noon")
	p.mustPost("?wait=served", news(3, "晚间新闻"))

	again := func(what string) {
		t.Helper()
		p.until("an answer "+what, func() bool { // not before the store is open
			answer, text := p.request("POST", "/-/articles", early, "Idempotency-Key", "noon")
			if answer.status == http.StatusOK && (!answer.replayed || answer.Stored != 1) {
				t.Errorf("%s: %+v %s", what, answer, text)
			}
			return answer.status == http.StatusOK
		})
		p.mustPost("?wait=served", news(4, what))
		if feed := p.body("/rss.xml"); strings.Contains(feed, "午间新闻") || !strings.Contains(feed, "晚间新闻") {
			t.Errorf("%s: the former article is back", what)
		}
	}
	again("again")
	p.kill()
	p.start()
	p.await("晚间新闻")
	again("after a kill")
}

// TestPostKilled kills a process while articles are posted: what was answered is
// stored, and a request that was not answered can be sent again.
func TestPostKilled(t *testing.T) {
	t.Parallel()
	require.Time(t)
	p := newProcess(t, "xt.news.example", postEnv...)
	p.put(1, "第1条")
	p.start()
	p.await("第1条")
	var answered []int
	for round := range 3 {
		var all sync.WaitGroup
		var count atomic.Int32
		all.Go(func() {
			for id := 100 * (round + 1); ; id++ {
				answer, _ := p.request("POST", "/-/articles", news(id, fmt.Sprintf("第%d条", id)), "Idempotency-Key", fmt.Sprint(id))
				if answer.status != http.StatusOK {
					return
				}
				answered = append(answered, id)
				count.Add(1)
			}
		})
		p.until("some answers", func() bool { return count.Load() > 7 })
		p.kill() // in the middle of some request
		all.Wait()
		p.start()
		p.until("an answer", func() bool {
			answer, _ := p.request("POST", "/-/articles?wait=served", news(10+round, "again"), "Idempotency-Key", fmt.Sprint("round", round))
			return answer.status == http.StatusOK
		})
	}
	feed := p.body("/rss.xml")
	for _, id := range answered {
		if !strings.Contains(feed, fmt.Sprintf("/content/%d.html", id)) {
			t.Errorf("article %d was stored, and is not there", id)
		}
	}
}

// TestPostTwoProcesses has two processes share a store and Redis: whichever is asked,
// the articles are served there when it says so, and soon by the other.
func TestPostTwoProcesses(t *testing.T) {
	t.Parallel()
	shared := redistest.Start(t)
	env := append([]string{"FEEDSTATION_CACHE_REDIS_ADDRS=" + shared.Addr(), "FEEDSTATION_CACHE_REDIS_POLL=100ms"}, postEnv...)
	a := newProcess(t, "xt.news.example", env...)
	b := newProcess(t, "xt.news.example", append(env, "FEEDSTATION_CONTENT_DSN="+a.dir+"/var/content.db")...)
	follower := newProcess(t, "xt.news.example", append(env, "FEEDSTATION_JOBS_ENABLED=false")...)
	a.put(1, "第1条")
	a.start()
	a.await("第1条")
	b.start()
	follower.start()
	b.await("第1条")
	follower.await("第1条")
	b.until("its content store is open", func() bool { // what it serves is of Redis
		answer, _ := b.request("POST", "/-/articles", news(1, "第1条"))
		return answer.status == http.StatusOK
	})
	stop := watch(t, a, b, follower)
	defer stop()
	for id := 2; id < 8; id++ {
		asked, other := a, b
		if id%2 == 0 {
			asked, other = b, a
		}
		asked.mustPost("?wait=served", news(id, fmt.Sprintf("第%d条", id)))
		if len(asked.shows(fmt.Sprintf("/content/%d.html", id))) == 0 {
			t.Errorf("article %d is not served after the answer says so", id)
		}
		other.await(fmt.Sprintf("/content/%d.html", id))
		follower.await(fmt.Sprintf("/content/%d.html", id))
	}
	if answer, text := follower.request("POST", "/-/articles", news(9, "第9条")); answer.status != http.StatusConflict {
		t.Errorf("one that builds nothing: %d %s", answer.status, text)
	}
}
