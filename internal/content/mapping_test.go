package content_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"feedstation/internal/content"
	"feedstation/internal/network"
)

func networkOf(t *testing.T, stations ...*network.Station) *network.Network {
	t.Helper()
	n, err := network.New("湘江新闻网", stations, nil)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// onePlain is a network of one station with two channels.
func onePlain(t *testing.T) *network.Network {
	return networkOf(t, &network.Station{ID: "xt", URL: "https://xt.news.example", Channels: []network.Channel{{ID: "moment"}, {ID: "culture"}}})
}

// posts makes a plain table of the articles of xt, which has no station, no second relation
// and names of its own.
func (e *engine) posts(t *testing.T) map[string]string {
	t.Helper()
	e.exec(t, "DELETE FROM articles WHERE station <> 'xt'")
	e.exec(t, "DELETE FROM article_channels WHERE channel = 'moment' AND article_id IN (SELECT a.article_id FROM (SELECT article_id FROM article_channels WHERE channel = 'culture') a)")
	mark := map[string]string{content.Postgres: `"`, content.MySQL: "`", content.SQLiteReadOnly: `"`}[e.name]
	e.exec(t, strings.ReplaceAll(`CREATE TABLE posts AS SELECT id AS "Nr", url AS permalink, title AS headline, published AS "publishedAt", updated AS edited,
		modified_at AS "order", expires AS gone, status AS state, noindex AS hidden, body AS html, authors AS byline, tags, images, source, 'x' AS language,
		(SELECT c.channel FROM article_channels c WHERE c.article_id = articles.id) AS category FROM articles`, `"`, mark))
	return map[string]string{
		"id": "Nr", "url": "permalink", "title": "headline", "published": "publishedAt", "updated": "edited", "modified_at": "order", "expires": "gone",
		"status": "state", "noindex": "hidden", "body": "html", "authors": "byline", "language": "", "channel": "category",
	}
}

// TestOthersMap holds that a plain table needs no view.
func TestOthersMap(t *testing.T) {
	others(t, func(t *testing.T, e *engine) {
		at := now().Truncate(time.Second)
		ids := e.fill(t, "a%02d", at)
		called := e.posts(t)
		plain := func(o *content.Options) {
			o.Articles, o.ArticleChannels, o.Map, o.Network = "posts", "none", called, onePlain(t)
		}
		want := ask(t, e.store(t), at.Add(-time.Minute), ids...)
		if diff := cmp.Diff(want, ask(t, e.store(t, plain), at.Add(-time.Minute), ids...)); diff != "" {
			t.Errorf("(-usual +plain):\n%s", diff)
		}
		if len(want.Latest) != 3 || len(want.OfChannel) != 1 || len(want.Rare) != 1 {
			t.Errorf("%d articles, %d, %d of channels", len(want.Latest), len(want.OfChannel), len(want.Rare))
		}
		found, err := e.store(t, plain).Inspect(t.Context())
		if err != nil || len(found) != 4 {
			t.Fatalf("Inspect = %v, %v, want four indexes", found, err)
		}
		for _, f := range found {
			if e.name == content.MySQL {
				f.Statement = strings.NewReplacer("`category`", "`category`(64)").Replace(f.Statement)
			}
			e.exec(t, f.Statement)
		}
		if left, err := e.store(t, plain).Inspect(t.Context()); err != nil || e.name != content.MySQL && left != nil {
			t.Errorf("with the indexes: %v, %v", left, err)
		}
	})
}

// TestOthersMapChannels holds that the second relation has names of its own, too, and that
// a network without channels needs none.
func TestOthersMapChannels(t *testing.T) {
	others(t, func(t *testing.T, e *engine) {
		at := now().Truncate(time.Second)
		ids := e.fill(t, "a%02d", at)
		want := ask(t, e.store(t), at.Add(-time.Minute), ids...)
		e.exec(t, "CREATE TABLE placed AS SELECT article_id AS post, channel AS term FROM article_channels")
		got := ask(t, e.store(t, func(o *content.Options) {
			o.ArticleChannels, o.Map = "placed", map[string]string{"article_id": "post", "channel": "term"}
		}), at.Add(-time.Minute), ids...)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-usual +renamed):\n%s", diff)
		}
		none := ask(t, e.store(t, func(o *content.Options) {
			o.ArticleChannels = "missing"
			o.Network = networkOf(t, &network.Station{ID: "xt", URL: "https://xt.news.example"}, &network.Station{ID: "cs", URL: "https://cs.news.example"})
		}), at.Add(-time.Minute), ids...)
		for i := range want.Latest {
			want.Latest[i].Channels = nil
		}
		if diff := cmp.Diff(want.Latest, none.Latest); diff != "" || none.OfChannel != nil || none.Rare != nil {
			t.Errorf("without channels: %v, %v (-want +got):\n%s", none.OfChannel, none.Rare, diff)
		}
	})
}

// TestServerMapFaults holds what is said of a map that does not fit.
func TestServerMapFaults(t *testing.T) {
	servers(t, func(t *testing.T, e *engine) {
		e.fill(t, "a%02d", now())
		called := e.posts(t)
		tests := []struct {
			name   string
			change func(map[string]string)
			want   string
		}{
			{"a misspelt column", func(m map[string]string) { m["body"] = "htlm" }, `fatal: posts.htlm: no such column, which content.map has for body (did you mean "html"?) | `},
			{"a column that is missing", func(m map[string]string) { delete(m, "url") }, "fatal: posts.url: the column is missing; if permalink is it: content.map: {url: permalink} | "},
			{"another", func(m map[string]string) { delete(m, "published") }, "fatal: posts.published: the column is missing; if PUBLISHED is it: content.map: {published: PUBLISHED} | "},
			{"a column of another type", func(m map[string]string) { m["status"] = "publishedAt" }, "fatal: posts.PUBLISHED: is TIME, want text or a number or boolean for status | "},
			{"a column that can be done without", func(m map[string]string) { m["tags"] = "publishedAt" }, "note: posts.PUBLISHED: is TIME, want text or json for tags: it is not read | "},
			{"channels that are nowhere", func(m map[string]string) { delete(m, "channel") }, "fatal: none: no such table or view, or no right to SELECT from it: GRANT SELECT ON none; if a column of posts has the channel: content.map: {channel: category} | "},
		}
		for _, tt := range tests {
			changed := maps.Clone(called)
			tt.change(changed)
			s := e.store(t, func(o *content.Options) {
				o.Articles, o.ArticleChannels, o.Map, o.Network = "posts", "none", changed, onePlain(t)
			})
			names := strings.NewReplacer("PUBLISHED", "publishedAt", "TIME", "timestamp with time zone")
			if e.name == content.MySQL {
				names = strings.NewReplacer("PUBLISHED", "publishedat", "TIME", "datetime")
			}
			if got := findings(t, s); !slices.Contains(got, names.Replace(tt.want)) {
				t.Errorf("%s: %q, want %q", tt.name, got, names.Replace(tt.want))
			}
		}
	})
}

func TestMapFaults(t *testing.T) {
	for name, tt := range map[string]struct {
		called map[string]string
		want   string
	}{
		"no column of the contract": {map[string]string{"headline": "title"}, `content: map: no column of the contract: "headline"`},
		"no name":                   {map[string]string{"title": `a"b`}, `content: map: title: not a column's name: "a\"b"`},
		"nothing":                   {map[string]string{"url": ""}, "content: map: url: articles need it"},
	} {
		_, err := content.OpenWith(t.Context(), content.Options{Driver: content.Postgres, DSN: "postgres://a@db.example/b", Map: tt.called})
		if err == nil || err.Error() != tt.want {
			t.Errorf("%s: %v, want %s", name, err, tt.want)
		}
	}
}
