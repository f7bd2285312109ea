package jobs_test

import (
	"strings"
	"testing"
	"time"

	"feedstation/internal/network"
	"feedstation/internal/testkit/doctest"
)

// A feed names one hub beside one address of its own, in the header and in itself, and
// no other document names it (W3C WebSub §4). A subscriber may use any hub that it finds,
// and stop at the header.
func TestFeedsNameTheHub(t *testing.T) {
	const hub = "https://hub.example/"
	in(t, func(w *world) {
		xt, _ := w.network.Station("xt")
		xt.Profiles, xt.Channels[0].Profiles = []string{"msn"}, []string{"flipboard"}
		w.put(newArticle("xt", 1, time.Hour))
		w.refresh()
		for path, d := range w.edition("xt").All() {
			if strings.Contains(string(doctest.Body(t, d))+d.Headers().Link, `hub`) {
				t.Errorf("%s names a hub without one", path)
			}
		}

		xt.Hub = hub
		w.restart(options)
		w.refresh()
		forms := map[network.Format][2]string{ // of the hub, and of the feed itself
			network.RSS:  {`<atom:link rel="hub" href="` + hub + `"`, `<atom:link rel="self" type="application/rss+xml" href="%"`},
			network.Atom: {`<link rel="hub" href="` + hub + `"`, `<link rel="self" type="application/atom+xml" href="%"`},
			network.JSON: {`"hubs":[{"type":"WebSub","url":"` + hub + `"}]`, `"feed_url":"%"`},
		}
		feeds := map[string][2]string{}
		for _, channel := range append([]network.Channel{{}}, xt.Channels...) {
			for format, form := range forms {
				feeds[network.FeedPath(channel.ID, format)] = form
			}
		}
		for path, d := range w.edition("xt").All() {
			body, link := string(doctest.Body(t, d)), d.Headers().Link
			form, isFeed := feeds[path]
			if !isFeed {
				if strings.Contains(body+link, hub) {
					t.Errorf("%s names the hub", path)
				}
				continue
			}
			delete(feeds, path)
			self := strings.Replace(form[1], "%", xt.Address(path), 1)
			for _, text := range []string{form[0], self, `rel="hub"`, `rel="self"`} {
				if want := strings.Contains(path, ".xml") || !strings.HasPrefix(text, "rel="); want && strings.Count(body, text) != 1 {
					t.Errorf("%s has %d times %s:\n%s", path, strings.Count(body, text), text, body)
				}
			}
			for _, text := range []string{`<` + hub + `>; rel="hub"`, `<` + xt.Address(path) + `>; rel="self"`, `rel="hub"`, `rel="self"`} {
				if strings.Count(link, text) != 1 {
					t.Errorf("the header of %s has %d times %s: %s", path, strings.Count(link, text), text, link)
				}
			}
		}
		for path := range feeds {
			t.Errorf("%s is missing", path)
		}
		hy, _ := w.network.Station("hy")
		if hy != nil && strings.Contains(w.body("hy", "/rss.xml"), "hub") {
			t.Error("another station names the hub")
		}
	})
}
