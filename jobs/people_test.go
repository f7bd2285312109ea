package jobs_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"feedstation/internal/edition"
	"feedstation/internal/network"
)

// TestPeopleRetract holds that pages show what the feeds show once an article has been
// taken down without the content store: they are those that the next build makes.
func TestPeopleRetract(t *testing.T) {
	wide := options // enough for all, so that no older article moves up
	wide.Feed.Items, wide.Feed.MaxItems, wide.NoticeFor = 500, 500, time.Hour
	tests := []struct {
		name string
		ids  []int
	}{
		{"the newest", []int{1}},
		{"one of the first", []int{7}},
		{"one that pages do not show", []int{28}},
		{"the two newest, one after the other", []int{1, 2}},
		{"the only one of a channel", []int{40}},
		{"most of them", []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20}},
	}
	for _, tt := range tests {
		for _, notice := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, notice %t", tt.name, notice), func(t *testing.T) {
				in(t, func(w *world) {
					for i := range 30 {
						w.put(newArticle("xt", i+1, time.Duration(i+1)*time.Minute))
					}
					only := newArticle("xt", 40, 2*time.Hour)
					only.Channels = []string{"culture"}
					w.put(only)
					w.refreshOf(w.conduct(w.editions, wide, nil))
					before := map[string]*edition.Edition{"xt": w.edition("xt"), "www": w.edition("www")}
					time.Sleep(time.Minute)
					for _, id := range tt.ids {
						r := held("xt", id)
						if r.Notice = notice; notice {
							r.NoticeAt = r.At
						}
						w.retract(r)
						time.Sleep(time.Second)
					}
					withdrawn := map[string]*edition.Edition{"xt": w.edition("xt"), "www": w.edition("www")}
					w.refreshOf(w.conduct(w.editions, wide, nil)) // which remembers nothing
					for station, e := range withdrawn {
						for path := range e.All() {
							if !strings.HasSuffix(path, ".html") {
								continue
							}
							shown, built := document(e, path), document(w.edition(station), path)
							if a, b := timeless(path, []byte(shown)), timeless(path, []byte(built)); string(a) != string(b) {
								t.Errorf("%s%s:\n%s\nis built as\n%s", station, path, a, b)
							}
							for _, id := range tt.ids {
								if strings.Contains(shown, fmt.Sprintf("第%d条新闻", id)) {
									t.Errorf("%s%s shows article %d", station, path, id)
								}
							}
							if feed := strings.Replace(path, "/feeds/", "/", 1); feed != path {
								feed = strings.TrimSuffix(feed, ".html") + "/rss.xml"
								changed := document(before[station], feed) != document(e, feed)
								if (document(before[station], path) != shown) != changed {
									t.Errorf("%s%s has changed: not as %s", station, path, feed)
								}
							}
						}
					}
					if notice && len(tt.ids) == 1 && tt.ids[0] == 7 && !strings.Contains(document(withdrawn["xt"], network.PreviewPath("moment")), "本文已撤回") {
						t.Error("the preview has no notice")
					}
				})
			})
		}
	}
}

// TestPeopleManyChannels holds that the further pages of a directory, which has more
// channels than one has room for, stay where an article is taken down, and that they go
// with the channels.
func TestPeopleManyChannels(t *testing.T) {
	in(t, func(w *world) {
		conduct := func(channels int) {
			t.Helper()
			s := &network.Station{ID: "xt", Name: "湘潭站", URL: "https://xt.news.example", Language: "zh-CN", Zone: shanghai}
			for i := range channels {
				s.Channels = append(s.Channels, network.Channel{ID: fmt.Sprintf("%s%02d", strings.Repeat("a", 60), i), Name: strings.Repeat("频道", 15)})
			}
			var err error
			if w.network, err = network.New("", []*network.Station{s}, nil); err != nil {
				t.Fatal(err)
			}
			w.refreshOf(w.conduct(w.editions, options, nil))
		}
		w.put(newArticle("xt", 1, time.Hour), newArticle("xt", 2, 2*time.Hour))
		conduct(80)
		second := document(w.edition("xt"), network.DirectoryPage(2))
		if !strings.Contains(second, `79.html"`) {
			t.Fatalf("the second page is\n%s", second)
		}
		w.retract(held("xt", 1))
		if strings.Contains(document(w.edition("xt"), network.DirectoryPath), "第1条新闻") || document(w.edition("xt"), network.DirectoryPage(2)) != second {
			t.Error("the pages are not those without the article")
		}
		conduct(20)
		if _, ok := w.edition("xt").Document(network.DirectoryPage(2)); ok {
			t.Error("the second page is still there")
		}
	})
}

// TestPeopleWithoutContents holds that a page goes whose feed can't be read, and that the
// directory does without it.
func TestPeopleWithoutContents(t *testing.T) {
	in(t, func(w *world) {
		w.put(newArticle("xt", 1, time.Hour), newArticle("xt", 2, 2*time.Hour))
		w.refresh()
		e := w.edition("xt")
		contents := map[string]*edition.Document{}
		for path, d := range e.AllContents() {
			if path != network.FeedPath("moment", network.RSS) {
				contents[path] = d
			}
		}
		if err := w.editions.Publish(t.Context(), e.WithContents(contents).Succeeding()); err != nil {
			t.Fatal(err)
		}
		w.retract(held("xt", 1))
		e = w.edition("xt")
		if _, ok := e.Document(network.PreviewPath("moment")); ok {
			t.Error("the preview is there")
		}
		directory := document(e, network.DirectoryPath)
		if strings.Contains(directory, "第1条新闻") || !strings.Contains(directory, "第2条新闻") || !strings.Contains(directory, `<a href="feeds/moment.html"`) {
			t.Errorf("the directory is\n%s", directory)
		}
	})
}
