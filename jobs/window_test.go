package jobs_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"feedstation/internal/network"
	"feedstation/internal/testkit/require"
	"feedstation/jobs"
)

// windowed are options with what feeds have.
func windowed(feed network.Feed) jobs.Options {
	o := options
	feed.FullText = true
	o.Feed = feed
	return o
}

func (w *world) urls(station, path string) []string { return feedURLs(w.body(station, path)) }

// A reader that asks every hour misses none of a station that publishes 120 an
// hour, nor in the feed of all stations.
func TestWindowLosesNone(t *testing.T) {
	require.Time(t)
	const hours, perHour = 6, 120
	in(t, func(w *world) {
		w.restart(windowed(network.Feed{Items: 50, Window: 24 * time.Hour, MaxItems: 500}))
		seen := map[string]map[string]bool{"/xt": {}, "/www": {}, "/xt/moment": {}}
		for hour := range hours {
			for minute := range 60 {
				w.put(newArticle("xt", hour*perHour+2*minute, 0), newArticle("xt", hour*perHour+2*minute+1, 0))
				time.Sleep(time.Minute)
			}
			w.refresh()
			for feed, urls := range seen {
				station, channel, _ := strings.Cut(feed[1:], "/")
				for _, url := range w.urls(station, network.FeedPath(channel, network.JSON)) {
					urls[url] = true
				}
			}
		}
		for feed, urls := range seen {
			if len(urls) != hours*perHour {
				t.Errorf("%s: %d of %d articles were seen", feed, len(urls), hours*perHour)
			}
		}
	})
}

// What a feed has is a time and a number; the numbers go before the time. Windows
// begin with full hours, so that articles leave once an hour.
func TestWindow(t *testing.T) {
	require.Time(t)
	tests := []struct {
		name string
		feed network.Feed
		ago  []time.Duration // of the articles, newest first
		want []int           // how many are there then, and after each further hour
	}{
		{"fewer than it may have", network.Feed{Items: 3, Window: 2 * time.Hour, MaxItems: 9}, hoursAgo(9, 10), []int{2, 2}},
		{"old ones, as many as it must have", network.Feed{Items: 3, Window: 2 * time.Hour, MaxItems: 9}, hoursAgo(9, 10, 11, 12), []int{3, 3}},
		{"new ones leave one after the other", network.Feed{Items: 1, Window: 2 * time.Hour, MaxItems: 9}, hoursAgo(.1, .6, 1.1, 1.6, 9), []int{4, 3, 1, 1, 1}},
		{"but not those that it must have", network.Feed{Items: 3, Window: 2 * time.Hour, MaxItems: 9}, hoursAgo(.1, .6, 1.1, 1.6, 9), []int{4, 3, 3, 3}},
		{"no more than it may have", network.Feed{Items: 1, Window: 24 * time.Hour, MaxItems: 2}, hoursAgo(.1, .6, 1.1), []int{2, 2}},
		{"no window", network.Feed{Items: 2, MaxItems: 9}, hoursAgo(.1, .2, .3, .4), []int{2, 2}},
		{"shorter than an hour", network.Feed{Items: 1, Window: time.Minute, MaxItems: 9}, hoursAgo(.01, .02, .4), []int{3, 1, 1}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			in(t, func(w *world) { // it is noon, half past
				time.Sleep(30 * time.Minute)
				w.restart(windowed(tt.feed))
				for i, ago := range tt.ago {
					w.put(newArticle("xt", i, ago))
				}
				w.refresh()
				got := []int{len(w.urls("xt", "/feed.json"))}
				for range tt.want[1:] {
					for range 60 {
						time.Sleep(time.Minute)
						before := w.edition("xt")
						w.refresh()
						if time.Now().Add(-tt.feed.Window).Minute() != 0 && w.edition("xt") != before {
							t.Errorf("an edition at %s", time.Now())
						}
					}
					got = append(got, len(w.urls("xt", "/feed.json")))
				}
				if diff := cmp.Diff(tt.want, got); diff != "" {
					t.Errorf("articles (-want +got):\n%s", diff)
				}
				hashes := w.hashes("xt")
				time.Sleep(time.Minute)
				w.restart(windowed(tt.feed)) // who knows nothing builds the same
				if err := w.conductor.Build(w.t.Context(), nil, func(jobs.Report) {}); err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(hashes, w.hashes("xt")); diff != "" {
					t.Errorf("another build (-first +second):\n%s", diff)
				}
			})
		})
	}
}

func hoursAgo(hours ...float64) (ago []time.Duration) {
	for _, h := range hours {
		ago = append(ago, time.Duration(h*float64(time.Hour)))
	}
	return ago
}

// A station and a channel have their own, and a summary feed has no full text.
func TestWindowOfStationAndChannel(t *testing.T) {
	in(t, func(w *world) {
		xt, _ := w.network.Station("xt")
		xt.Feed = network.Feed{Items: 4, MaxItems: 4, FullText: true}
		xt.Channels[0].Feed = network.Feed{Items: 2, MaxItems: 2}
		for i := range 9 {
			a, b := newArticle("xt", i, time.Duration(i)*time.Hour), newArticle("yy", 10+i, time.Duration(i)*time.Hour)
			a.Channels = []string{"moment", "culture"}
			w.put(a, b)
		}
		w.restart(windowed(network.Feed{Items: 6, MaxItems: 6}))
		w.refresh()
		for _, tt := range []struct {
			station, channel string
			items            int
			full             bool
		}{{"xt", "", 4, true}, {"xt", "moment", 2, false}, {"xt", "culture", 4, true}, {"yy", "", 6, true}, {"www", "moment", 6, true}} {
			path := network.FeedPath(tt.channel, network.RSS)
			if n := w.document(tt.station, path).Items(); n != tt.items {
				t.Errorf("%s%s has %d articles, want %d", tt.station, path, n, tt.items)
			}
			if full := strings.Contains(w.body(tt.station, path), "<content:encoded>"); full != tt.full {
				t.Errorf("%s%s has full texts: %t", tt.station, path, full)
			}
		}
	})
}

// A window that has more articles than its feed is told of, once, until it has all
// again; nothing else is wrong with the station.
func TestWindowCutIsNoted(t *testing.T) {
	in(t, func(w *world) {
		w.restart(windowed(network.Feed{Items: 2, Window: 24 * time.Hour, MaxItems: 3}))
		problems := func() (all []string) {
			for _, c := range w.conductor.Conditions() {
				all = append(all, c.String())
			}
			return all
		}
		for i := range 3 {
			w.put(newArticle("xt", i, time.Duration(i)*time.Hour))
		}
		w.refresh()
		w.want("with room", problems(), nil)
		w.put(newArticle("xt", 9, time.Minute))
		w.refresh()
		want := "feed lacks articles of its window: %s: /rss.xml has 3 articles since 2026-03-10T03:00:00Z, not all since 2026-03-09T04:00:00Z; " +
			"/moment/rss.xml has 3 articles since 2026-03-10T03:00:00Z, not all since 2026-03-09T04:00:00Z: see feeds.max_items and feeds.window"
		all := []string{fmt.Sprintf(want, "www"), fmt.Sprintf(want, "xt")}
		got := problems()
		slices.Sort(got)
		w.want("without", got, all)
		if why, ok := w.conductor.Condition("xt"); ok {
			t.Errorf("the station itself is said to be %q", why.State)
		}
		time.Sleep(30 * time.Minute)
		w.refresh() // in which nothing is built
		if n := len(problems()); n != 2 {
			t.Errorf("%d problems after a refresh that found nothing", n)
		}
		time.Sleep(24 * time.Hour)
		w.refresh()
		w.want("a day later", problems(), nil)
	})
}

// A refresh after one new article reads that article, however many a feed has, and
// once for all feeds that carry it; where nothing is taken on trust, each is read.
func TestRefreshReadsWhatIsNew(t *testing.T) {
	in(t, func(w *world) {
		o := windowed(network.Feed{Items: 50, Window: 24 * time.Hour, MaxItems: 500})
		w.restart(o)
		var mu sync.Mutex // stations are built side by side
		read := map[string]int{}
		w.reading = func(ids []string) {
			mu.Lock()
			defer mu.Unlock()
			for _, id := range ids {
				read[id]++
			}
		}
		for i := range 300 {
			w.put(newArticle("xt", i, time.Duration(i)*time.Minute))
		}
		w.refresh()
		if len(read) != 300 {
			t.Errorf("%d articles were read at first, want 300", len(read))
		}
		clear(read)
		time.Sleep(time.Minute)
		edited := newArticle("xt", 200, 201*time.Minute)
		edited.Title = "更正"
		w.put(newArticle("xt", 1000, 0), edited)
		w.refresh()
		if diff := cmp.Diff(map[string]int{"1000": 2, "200": 2}, read); diff != "" {
			t.Errorf("articles read by the station and that of all (-want +got):\n%s", diff)
		}
		if n := len(w.urls("xt", "/moment/feed.json")); n != 301 || !strings.Contains(w.body("xt", "/moment/rss.xml"), "更正") {
			t.Errorf("the feed has %d articles", n)
		}
		clear(read)
		time.Sleep(o.MaxAge)
		w.refresh()
		if len(read) != 301 {
			t.Errorf("%d articles were read again after the longest time, want 301", len(read))
		}
	})
}

// A row that no article can be made from leaves its place to an older one, also
// where the feed is as long as it may be.
func TestWindowWithBrokenRows(t *testing.T) {
	in(t, func(w *world) {
		for i := range 9 {
			w.put(newArticle("xt", i, time.Duration(i)*time.Hour))
		}
		w.exec("UPDATE articles SET expires = -9000000000000000 WHERE id IN ('0', '2')")
		w.restart(windowed(network.Feed{Items: 3, MaxItems: 3}))
		w.refresh()
		var ids []string
		for _, url := range w.urls("xt", "/feed.json") {
			ids = append(ids, strings.TrimSuffix(url[strings.LastIndexByte(url, '/')+1:], ".html"))
		}
		w.want("articles", ids, []string{"1", "3", "4"})
	})
}
