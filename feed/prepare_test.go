package feed_test

import (
	"cmp"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"feedstation/feed"
)

func TestPrepareFails(t *testing.T) {
	at := time.Date(2019, 3, 11, 12, 0, 0, 0, shanghai)
	tests := []struct {
		name string
		item feed.Item
		err  error
		want string
	}{
		{"no address", feed.Item{URL: " \x00", Title: "x", Published: at}, feed.ErrURL, `feed: item " \x00": URL is not absolute`},
		{"relative address", feed.Item{URL: "/content/1.html", Published: at}, feed.ErrURL, `feed: item "/content/1.html": URL is not absolute`},
		{
			"an address that is too long",
			feed.Item{URL: "https://xt.news.example/" + strings.Repeat("1", 4073), Published: at},
			feed.ErrLong, `feed: item "https://xt.news.example/` + strings.Repeat("1", 176) + `": URL is longer than 4096 bytes`,
		},
		{
			"no date",
			feed.Item{URL: "https://xt.news.example/1"},
			feed.ErrTime, `feed: item "https://xt.news.example/1": neither Published nor Updated is set`,
		},
		{
			"a year that RFC 3339 can't write",
			feed.Item{URL: "https://xt.news.example/1", Published: time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)},
			feed.ErrTime, `feed: item "https://xt.news.example/1": neither Published nor Updated is set`,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := feed.Prepare(test.item)
			var refused *feed.ItemError
			if !errors.As(err, &refused) || refused.URL != test.item.URL || !errors.Is(err, test.err) || err.Error() != test.want {
				t.Errorf("error %v, want %s", err, test.want)
			}
		})
	}
}

// TestSummary holds that an article without a summary has the one that Summary
// makes of its body.
func TestSummary(t *testing.T) {
	long := strings.Repeat("岁月不居，时节如流。", 19)
	tests := []struct {
		name, body, want string
	}{
		{"nothing", "", ""},
		{"no text", `<p>&nbsp;</p><img src="1.jpg"><hr>`, ""},
		{"plain text", " 岁月不居 ", "岁月不居"},
		{"paragraphs", "<p>岁月不居。</p><p>R&amp;D &lt;b&gt;</p>", "岁月不居。 R&D <b>"},
		{"sentences of 120 to 200 characters", "<p>" + long + "时节如流，" + strings.Repeat("湘", 9) + "</p>", long},
		{"no caption", `<figure><img src="1.jpg"><figcaption>图</figcaption></figure><p>文</p>`, "文"},
		{"only a caption", `<figure><img src="1.jpg"><figcaption>图</figcaption></figure>`, "图"},
		{"a film", `<video src="1.mp4">Your browser is too old.</video><p>文</p>`, "文"},
		{"only a film", `<video src="1.mp4">Your browser is too old.</video>`, ""},
		{"a whole page", "<html><head><title>湘潭站</title><style>p{}</style></head><body><p>文</p></body></html>", "文"},
		{"programs and fields", "<script>x()</script><noscript>请启用脚本</noscript><form><textarea>a</textarea></form>文", "a 文"},
		{"a picture between texts", `一<p><img src="1.jpg"></p>二`, "一 二"},
		{"damaged text", "湘\x00\xff&#0;潭\ufffd", "湘潭"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := feed.Summary(test.body); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
			c := bareChannel()
			c.Items[0].Body = test.body
			if got := readAtom(t, c).Entries[0].Summary.Text; got != cmp.Or(test.want, c.Items[0].Title) {
				t.Errorf("the article has %q, want %q", got, test.want)
			}
		})
	}
}

// TestSummaryOfAnything is TestSummary for what breaks feeds, and for random
// news.
func TestSummaryOfAnything(t *testing.T) {
	check := func(t tester, body string) {
		t.Helper()
		c := bareChannel()
		c.Items[0].Body = body
		doc, err := c.JSON()
		if err != nil {
			t.Fatalf("%q: %v", body, err)
		}
		var got struct{ Items []struct{ Summary string } }
		if err := json.Unmarshal(doc, &got); err != nil {
			t.Fatalf("%q: %v", body, err)
		}
		if want := feed.Summary(body); got.Items[0].Summary != want {
			t.Errorf("%q: the article has %q, want %q", body, got.Items[0].Summary, want)
		}
	}
	for _, s := range hostile() {
		check(t, s)
		check(t, "<p>"+strings.Repeat(s, 100)+"</p>")
	}
	rapid.Check(t, func(t *rapid.T) {
		check(t, strings.Join(rapid.SliceOf(rapid.SampledFrom(append(pieces, words...))).Draw(t, "body"), ""))
	})
}

// TestPrepared holds that channels which share an article do not disturb each
// other: each has the bytes that it has alone.
func TestPrepared(t *testing.T) {
	whole := prepared(t, richChannel())
	summaries, small := *whole, *whole
	summaries.SummaryOnly, small.MaxBytes, small.Items = true, 1, whole.Items[:1]
	channels := []*feed.Feed{whole, &summaries, &small}
	var together [3][3][]byte
	var work sync.WaitGroup
	for i, c := range channels {
		for j, format := range documents() {
			work.Go(func() { together[i][j], _ = format.write(c) })
		}
	}
	work.Wait()
	for i, alone := range []func(*draft){
		func(*draft) {},
		func(d *draft) { d.SummaryOnly = true },
		func(d *draft) { d.MaxBytes, d.Items = 1, d.Items[:1] },
	} {
		d := richChannel()
		alone(d)
		for j, format := range documents() {
			want, err := format.render(d)
			if err != nil {
				t.Fatal(err)
			}
			if diff := gocmp.Diff(string(want), string(together[i][j])); diff != "" {
				t.Errorf("channel %d, %s: %s", i, format.name, diff)
			}
		}
	}
}

// TestWithoutNext holds that an item without the next article is as one that never had it.
func TestWithoutNext(t *testing.T) {
	written := func(p *feed.Prepared) (all [3]string) {
		f := feed.Feed{Title: "x", HomeURL: "https://xt.news.example/", AtomURL: "https://xt.news.example/atom.xml", Items: []*feed.Prepared{p}}
		for i, write := range []func() ([]byte, error){f.RSS, f.Atom, f.JSON} {
			text, err := write()
			if err != nil {
				t.Fatal(err)
			}
			all[i] = string(text)
		}
		return all
	}
	for _, editor := range []string{"", "林知夏"} {
		item := feed.Item{URL: "https://xt.news.example/1", OriginalURL: "https://www.news.example/1", Editor: editor, Published: time.Date(2019, 3, 11, 12, 0, 0, 0, shanghai)}
		plain, err := feed.Prepare(item)
		if err != nil {
			t.Fatal(err)
		}
		item.NextURL = "https://xt.news.example/2"
		linked, err := feed.Prepare(item)
		if err != nil {
			t.Fatal(err)
		}
		before := written(linked)
		if before == written(plain) {
			t.Error("no document has the next article")
		}
		if diff := gocmp.Diff(written(plain), written(linked.WithoutNext())); diff != "" {
			t.Errorf("editor %q: (-never had it +without it)\n%s", editor, diff)
		}
		if written(linked) != before {
			t.Error("the item itself has changed")
		}
		if plain.WithoutNext() != plain {
			t.Error("an item without a next article is copied")
		}
	}
}
