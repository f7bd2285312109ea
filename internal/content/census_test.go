package content_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"feedstation/internal/article"
	"feedstation/internal/content"
	"feedstation/internal/network"
)

// TestEngineSurvey holds that what leaves valid feeds without articles is named.
func TestEngineSurvey(t *testing.T) {
	shanghai := time.FixedZone("Asia/Shanghai", 8*60*60)
	channels := []network.Channel{{ID: "moment"}, {ID: "culture"}}
	n := networkOf(
		t, &network.Station{ID: "www", URL: "https://www.news.example", All: true, Zone: shanghai, Channels: []network.Channel{{ID: "headlines"}, {ID: "moment"}}},
		&network.Station{ID: "xt", URL: "https://xt.news.example", Zone: shanghai, Channels: channels},
		&network.Station{ID: "cs", URL: "https://cs.news.example", Zone: shanghai, Channels: channels},
		&network.Station{ID: "yy", URL: "https://yy.news.example", Zone: shanghai},
	)
	engines(t, func(t *testing.T, e *engine) {
		at := now()
		hour := func(n int) time.Time { return at.Add(time.Duration(n) * time.Hour) }
		untitled := func(a *article.Article) { a.Title = " " }
		e.write(
			t, e.db, at,
			story("x1", hour(-1), in("xt", "moment")), story("x2", hour(-2), in("xt", "momnet", "life")), story("x3", hour(-3), in("xt", "momnet"), untitled),
			story("x4", hour(-4), in("xt", "culture"), status(article.Draft)), story("x5", hour(4), in("xt", "moment")),
			story("x6", hour(-5), in("xt", "headlines")),
		)
		for i := range 12 { // of 8 hours ahead and 4 hours past
			e.write(t, e.db, at, story(fmt.Sprint("c", i), hour(i-4), in("cs", "culture", "moment")))
		}
		s := e.store(t, func(o *content.Options) { o.Network = n })
		findings, err := s.Survey(t.Context(), n, func(*article.Article) {})
		if err != nil {
			t.Fatal(err)
		}
		remedy := "Then what writes them has to name the zone"
		switch e.name {
		case content.SQLite:
			remedy = "Then import with content.timezone: Asia/Shanghai"
		case content.MySQL:
			remedy = "Then set content.timezone: Asia/Shanghai"
		}
		want := []string{
			"articles.title: empty in 1 article of station xt: the beginning of the text stands for it",
			"articles.published: 7 articles of station cs are ahead of the present, none by more than the offset of Asia/Shanghai: is local time stored as UTC? " + remedy,
			"articles.station: no article of station yy",
			"article_channels.channel: no visible article in channel culture of station xt",
			`article_channels.channel: 2 articles of station xt in "momnet", which is no channel of the configuration (did you mean "moment"?)`,
			`article_channels.channel: 1 article of station xt in "life", which is no channel of the configuration`,
		}
		got := slices.DeleteFunc(findings.Notices, func(line string) bool { return strings.Contains(line, "modified_at") })
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("notices (-want +got):\n%s", diff)
		}
	})
}

// TestEngineUntitled holds that an article without a title has the beginning of its text
// for one, in feeds and in sitemaps.
func TestEngineUntitled(t *testing.T) {
	engines(t, func(t *testing.T, e *engine) {
		at := now().Add(-time.Hour)
		with := func(title, summary, body string) func(*article.Article) {
			return func(a *article.Article) { a.Title, a.Summary, a.Body = title, summary, body }
		}
		e.write(
			t, e.db, at, story("1", at, with("", "", "<p>湘江之春开幕。三十位摄影家参加。</p>")), story("2", at, with(" ", "一句话", "<p>正文</p>")),
			story("3", at, with("题", "一句话", "")), story("4", at, with("", "", "")),
		)
		s := e.store(t)
		want := map[string]string{"1": "湘江之春开幕", "2": "一句话", "3": "题", "4": ""}
		present := snapshot(t, s)
		defer present.Close()
		for name, articles := range map[string][]article.Article{
			"Latest": latest(t, s, []string{"xt"}, "", 9), "Listing": listing(t, present, "xt", time.Time{}, at.AddDate(1, 0, 0)),
		} {
			got := map[string]string{}
			for _, a := range articles {
				got[a.ID] = a.Title
				if name == "Listing" && a.Summary+a.Body != "" {
					t.Errorf("%s: texts of %+v", name, a)
				}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", name, diff)
			}
		}
	})
}
