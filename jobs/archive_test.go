package jobs_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"feedstation/internal/edition"
	"feedstation/internal/network"
	"feedstation/internal/press"
	"feedstation/internal/testkit/require"
	"feedstation/jobs"
)

// archived are options with feeds of so many articles and archives of as many.
func archived(items, depth int) jobs.Options {
	o := options
	o.Feed = network.Feed{Items: items, MaxItems: items, FullText: true}
	o.Archives = press.Archives{Items: items, Depth: depth}
	return o
}

// archivePaths returns the paths in RSS of a channel's archives, newest first.
func (w *world) archivePaths(station, channel string) (paths []string) {
	cuts, _ := cutsOf(w.edition(station), channel)
	for _, cut := range cuts {
		paths = append(paths, network.ArchivePath(channel, cut, network.RSS))
	}
	return paths
}

// idsAt returns the ids of the contents at a path, in their order.
func (w *world) idsAt(station, path string) (ids []string) {
	w.t.Helper()
	contents, ok := w.edition(station).Contents(path)
	if !ok {
		w.t.Fatalf("%s has no contents of %s", station, path)
	}
	for a, err := range edition.Articles(contents) {
		if err != nil {
			w.t.Fatal(err)
		}
		ids = append(ids, a.ID)
	}
	return ids
}

func idsFrom(first, n int) (ids []string) {
	for i := range n {
		ids = append(ids, fmt.Sprint(first+i))
	}
	return ids
}

// jsonOf returns the path of an archive in JSON, by that in RSS.
func jsonOf(path string) string { return strings.TrimSuffix(path, "rss.xml") + "feed.json" }

func atomOf(path string) string { return strings.TrimSuffix(path, "rss.xml") + "atom.xml" }

// What a feed has no more is in archives that lead from one to the next, in all formats,
// and in the header.
func TestArchives(t *testing.T) {
	in(t, func(w *world) {
		w.restart(archived(3, 3))
		w.put(several("xt", 1, 17)...) // 1 is the newest
		w.refresh()
		paths := w.archivePaths("xt", "")
		if len(paths) != 3 {
			t.Fatalf("archives %q", paths)
		}
		// 17 are 5 archives of 3, and 2 that are in none: the newest 3 archives are kept.
		w.want("the feed", feedURLs(w.body("xt", "/feed.json")), urlsOf("xt", 1, 3))
		for i, path := range paths {
			w.want(path, w.idsAt("xt", path), idsFrom(3+3*i, 3))
			w.want(jsonOf(path), feedURLs(w.body("xt", jsonOf(path))), urlsOf("xt", 3+3*i, 3))
		}
		const host = "https://xt.news.example"
		for _, tt := range []struct {
			path string
			has  []string
			not  []string
		}{
			{"/rss.xml", []string{`rel="prev-archive" type="application/rss+xml" href="` + host + paths[0] + `"`}, []string{"fh:archive", "next-archive", `rel="current"`}},
			{"/atom.xml", []string{`<link rel="prev-archive" type="application/atom+xml" href="` + host + atomOf(paths[0]) + `"`}, []string{"fh:archive"}},
			{"/feed.json", []string{`"next_url":"` + host + jsonOf(paths[0]) + `"`}, nil},
			{paths[0], []string{"<fh:archive>", `xmlns:fh="http://purl.org/syndication/history/1.0"`, `rel="self" type="application/rss+xml" href="` + host + paths[0], `rel="current" type="application/rss+xml" href="` + host + `/rss.xml"`, `rel="prev-archive" type="application/rss+xml" href="` + host + paths[1]}, []string{"next-archive"}},
			{paths[1], []string{`rel="prev-archive" type="application/rss+xml" href="` + host + paths[2], `rel="next-archive" type="application/rss+xml" href="` + host + paths[0]}, nil},
			{atomOf(paths[1]), []string{"<fh:archive>", "<id>" + host + "/atom.xml</id>", `rel="next-archive" type="application/atom+xml" href="` + host + atomOf(paths[0])}, nil},
			{paths[2], []string{`rel="next-archive"`, "<content:encoded>"}, []string{"prev-archive"}},
			{jsonOf(paths[1]), []string{`"next_url":"` + host + jsonOf(paths[2]), `"feed_url":"` + host + jsonOf(paths[1])}, nil},
			{jsonOf(paths[2]), nil, []string{`"next_url"`}},
		} {
			body := w.body("xt", tt.path)
			for _, text := range tt.has {
				if !strings.Contains(body, text) {
					t.Errorf("%s has no %s:\n%s", tt.path, text, body)
				}
			}
			for _, text := range tt.not {
				if strings.Contains(body, text) {
					t.Errorf("%s has %s", tt.path, text)
				}
			}
		}
		d := w.document("xt", paths[1])
		if got, want := d.CacheControl()[0], "public, max-age=3600, stale-while-revalidate=3600, stale-if-error=86400"; got != want {
			t.Errorf("Cache-Control %q, want %q", got, want)
		}
		for document, want := range map[string][]string{
			paths[1]:   {host + paths[1] + `>; rel="self"`, host + `/rss.xml>; rel="current"`, host + paths[2] + `>; rel="prev-archive"`, host + paths[0] + `>; rel="next-archive"`},
			"/rss.xml": {host + paths[0] + `>; rel="prev-archive"`, host + `/rss.xml>; rel="self"`},
		} {
			link := w.document("xt", document).Link()[0]
			for _, one := range want {
				if !strings.Contains(link, one) {
					t.Errorf("%s: Link %q has no %s", document, link, one)
				}
			}
		}
		if e := w.edition("xt"); e.Absent(network.ArchivePath("", network.CutOf(time.Now().Add(-100*time.Hour), "1"), network.RSS)) != edition.Over {
			t.Error("an archive beyond the depth is not over")
		}
		if paths := w.archivePaths("www", ""); len(paths) != 3 {
			t.Errorf("the station of all has the archives %q", paths)
		}
		if paths := w.archivePaths("xt", "culture"); len(paths) != 0 {
			t.Errorf("an empty channel has the archives %q", paths)
		}
	})
}

// urlsOf returns the addresses of articles.
func urlsOf(station string, first, n int) (urls []string) {
	for _, id := range idsFrom(first, n) {
		urls = append(urls, fmt.Sprintf("https://%s.news.example/content/%s.html", station, id))
	}
	return urls
}

// Each change costs the documents that it is in: a new article closes an archive now and
// then, which changes its neighbour's link and, at the depth, the oldest one's.
func TestArchivesChangeLittle(t *testing.T) {
	in(t, func(w *world) {
		w.restart(archived(3, 3))
		w.put(several("xt", 101, 17)...)
		w.refresh()
		archives := func(paths []string) []string {
			return slices.DeleteFunc(paths, func(path string) bool {
				return !strings.HasPrefix(path, "/archive/") && !strings.HasPrefix(path, "-/archive/")
			})
		}
		all := func(paths ...string) (list []string) {
			for _, path := range paths {
				list = append(list, path, atomOf(path), jsonOf(path))
			}
			slices.Sort(list)
			return list
		}
		paths := w.archivePaths("xt", "")
		next := func() []string {
			return archives(w.changes("xt", func() {
				time.Sleep(time.Minute)
				w.refresh()
			}))
		}
		time.Sleep(time.Second)
		w.put(newArticle("xt", 1, 0))
		w.want("with the third article in none", next(), nil)

		w.put(newArticle("xt", 2, 0))
		got := next()
		closed := w.archivePaths("xt", "")
		want := slices.Concat(all(closed[0]), []string{paths[0], atomOf(paths[0])}, all(paths[1]))
		for _, gone := range all(paths[2]) {
			want = append(want, "-"+gone)
		}
		slices.Sort(want)
		w.want("with the fourth", got, want)
		w.want("archives", closed, append([]string{closed[0]}, paths[:2]...))
		w.want("of the new one", w.idsAt("xt", closed[0]), []string{"1", "101", "102"})

		edited := newArticle("xt", 104, 0)
		edited.Published = time.Now().Add(-100 * time.Hour)
		for _, a := range several("xt", 101, 17) {
			if a.ID == "104" {
				edited = a
			}
		}
		edited.Published, edited.Updated = w.published("104"), time.Now()
		edited.Title = "改了"
		w.put(edited)
		w.want("with an edit", next(), all(w.holder("104")))

		late := newArticle("xt", 3, 0)
		late.Published, late.Updated = w.published("104").Add(time.Second), time.Now()
		w.put(late)
		w.want("with a late one", next(), all(w.holder("104")))
		w.want("which it grows", w.idsAt("xt", w.holder("104")), []string{"103", "3", "104", "105"})

		w.exec("DELETE FROM articles WHERE id = '105'")
		w.want("with one deleted", next(), all(w.holder("104")))
		w.want("which it shrinks", w.idsAt("xt", w.holder("104")), []string{"103", "3", "104"})
		w.want("the archives are", w.archivePaths("xt", ""), closed)

		for i := range 4 {
			late := newArticle("xt", 10+i, 0)
			late.Published = w.published("104").Add(time.Duration(-i-1) * time.Second)
			w.put(late)
		}
		next()
		w.want("one that has grown to twice its size keeps its name", w.archivePaths("xt", "")[:2], closed[:2])
		w.want("for the newer half", w.idsAt("xt", closed[1]), []string{"103", "3", "104"})
		w.want("and the others are before", w.idsAt("xt", w.archivePaths("xt", "")[2]), []string{"10", "11", "12", "13"})
	})
}

// published returns when an article of the embedded store was published.
func (w *world) published(id string) time.Time {
	w.t.Helper()
	for _, contents := range w.edition("xt").AllContents() {
		for a, err := range edition.Articles(contents) {
			if err == nil && a.ID == id {
				return a.Published
			}
		}
	}
	w.t.Fatalf("no article %s", id)
	return time.Time{}
}

// holder returns the path of the archive of a station's own feed that has an article.
func (w *world) holder(id string) string {
	w.t.Helper()
	for _, path := range w.archivePaths("xt", "") {
		if slices.Contains(w.idsAt("xt", path), id) {
			return path
		}
	}
	w.t.Fatalf("no archive has %s", id)
	return ""
}

// What comes one by one ends in the same archives as what is built at once, in every
// process, and without archives nothing is otherwise.
func TestArchivesAreCountedFromTheOldest(t *testing.T) {
	require.Time(t)
	in(t, func(w *world) {
		o := archived(4, 5)
		w.restart(o)
		for i := range 30 {
			w.put(newArticle("xt", i, 0))
			if i%7 == 0 || i > 20 {
				w.refresh()
			}
			time.Sleep(time.Minute)
		}
		w.refresh()
		first, second := w.whole(o), w.whole(o)
		for _, station := range []string{"xt", "www"} {
			if !first.current[station].Equal(second.current[station]) {
				t.Errorf("%s: two processes differ: %v", station, differences(first.current[station], second.current[station]))
			}
			if err := differences(w.edition(station), first.current[station]); err != nil {
				t.Errorf("%s: what came one by one differs: %v", station, err)
			}
		}
		without := o
		without.Archives = press.Archives{}
		off := w.whole(without).current["xt"]
		for path, d := range w.edition("xt").All() {
			other, ok := off.Document(path)
			if ok == network.IsArchive(path) {
				t.Errorf("%s is there without archives: %t", path, ok)
			}
			if ok && path == "/sitemap.xml" && d.Hash() != other.Hash() || ok && strings.HasSuffix(path, ".opml") && d.Hash() != other.Hash() || ok && path == "/robots.txt" && d.Hash() != other.Hash() {
				t.Errorf("%s is another one", path)
			}
		}
		w.restart(without)
		w.refresh()
		if err := differences(w.edition("xt"), off); err != nil {
			t.Errorf("switched off: %v", err)
		}
		if w.edition("xt").Unfinished() {
			t.Error("an edition without archives lacks some")
		}
	})
}

// Articles of one second, as where a system knows days only, are in archives by their ids,
// and the feed has those that are in none.
func TestArchivesOfOneSecond(t *testing.T) {
	require.Time(t)
	in(t, func(w *world) {
		o := archived(3, 50)
		w.restart(o)
		day := time.Now().Truncate(24 * time.Hour)
		wanted := map[string]bool{}
		for i := range 40 {
			a := newArticle("xt", i, 0)
			a.Published, a.Updated = day, day
			wanted[a.ID] = true
			w.put(a)
			if i%3 == 0 {
				w.refresh()
			}
			time.Sleep(time.Second)
		}
		w.refresh()
		for _, e := range []*edition.Edition{w.edition("xt"), w.whole(o).current["xt"]} {
			missing := maps.Clone(wanted)
			for _, url := range feedURLs(document(e, "/feed.json")) {
				delete(missing, strings.TrimSuffix(url[strings.LastIndex(url, "/")+1:], ".html"))
			}
			cuts, _ := cutsOf(e, "")
			for _, cut := range cuts {
				d := document(e, network.ArchivePath("", cut, network.JSON))
				if n := len(feedURLs(d)); n >= 6 {
					t.Errorf("%s has %d articles", cut, n)
				}
				for _, url := range feedURLs(d) {
					delete(missing, strings.TrimSuffix(url[strings.LastIndex(url, "/")+1:], ".html"))
				}
			}
			if len(missing) > 0 {
				t.Errorf("%d articles are nowhere: %v", len(missing), slices.Sorted(maps.Keys(missing)))
			}
		}
	})
}

// A take-down leaves the archives at once, without the content store, and stays out when
// they are made again.
func TestArchivesLoseWhatIsTakenDown(t *testing.T) {
	in(t, func(w *world) {
		w.restart(archived(3, 9))
		w.put(several("xt", 1, 17)...)
		w.refresh()
		path := w.holder("8")
		others := w.hashes("xt")
		retraction := edition.Retraction{ID: "8", At: time.Now(), State: edition.Held}
		if err := w.editions.Retract(w.t.Context(), retraction); err != nil {
			t.Fatal(err)
		}
		amended := map[string]*edition.Edition{}
		for station, e := range w.editions.current {
			amended[station] = press.Redact(w.network, e, w.editions.Retractions())
		}
		check := func(when string, e *edition.Edition) {
			t.Helper()
			for path, d := range e.All() {
				if body := document(e, path); strings.Contains(body, "content/8.html") || strings.Contains(body, "第8条") {
					t.Errorf("%s: %s%s shows the article", when, e.Station(), path)
				}
				if hash := others[path]; e.Station() == "xt" && strings.HasPrefix(path, "/archive/") && !strings.HasPrefix(path, strings.TrimSuffix(path, "rss.xml")) && d.Hash() != hash {
					t.Errorf("%s: %s has changed", when, path)
				}
			}
			for path, contents := range e.AllContents() {
				if edition.HasAny(contents, map[string]bool{"8": true}) && !press.IsShard(path) {
					t.Errorf("%s: the contents of %s have the article", when, path)
				}
			}
		}
		check("at once", amended["xt"])
		check("at once", amended["www"])
		if d, _ := amended["xt"].Document(path); d.Headers() != w.document("xt", path).Headers() {
			t.Errorf("%s has other headers than before: %+v", path, d.Headers())
		}
		w.editions.current = amended
		time.Sleep(time.Minute)
		w.refresh()
		check("with the next refresh", w.edition("xt"))
		check("with the next refresh", w.edition("www"))
		if w.edition("xt").Unfinished() {
			t.Error("archives are yet to be made")
		}
		w.want("the others of the archive", w.idsAt("xt", path), slices.DeleteFunc(idsFrom(idOf(t, w.idsAt("xt", path)[0]), 3), func(id string) bool { return id == "8" }))
	})
}

func idOf(t *testing.T, id string) (n int) {
	t.Helper()
	if _, err := fmt.Sscan(id, &n); err != nil {
		t.Fatal(err)
	}
	return n
}

// Archives that a build does not reach wait for the next one, of whichever process: the
// newest is there at once, and one that is linked to and not made yet is known to come.
func TestArchivesWait(t *testing.T) {
	require.Time(t)
	in(t, func(w *world) {
		o := archived(3, 30)
		w.put(several("xt", 1, 40)...)
		build := func(previous *edition.Edition, enough bool) (*edition.Edition, press.Outcome) {
			t.Helper()
			snapshot, err := w.store.Snapshot(w.t.Context())
			if err != nil {
				t.Fatal(err)
			}
			defer snapshot.Close()
			work := press.NewWork()
			work.Everything = previous == nil
			station, _ := w.network.Station("xt")
			e, outcome, err := press.New(w.network, o.Options, noItems{}).Build(w.t.Context(), press.Order{Station: station, Snapshot: snapshot, Previous: previous, Work: &work, Enough: func() bool { return enough }})
			if err != nil {
				t.Fatal(err)
			}
			return e.Published(), outcome
		}
		e, outcome := build(nil, true)
		if outcome.Done() || !e.Unfinished() {
			t.Fatal("nothing is left to be done")
		}
		cuts, _ := cutsOf(e, "")
		if _, ok := e.Document(network.ArchivePath("", cuts[0], network.RSS)); !ok || len(cuts) != 2 {
			t.Fatalf("archives %v", cuts)
		}
		if e.Absent(network.ArchivePath("", cuts[1], network.Atom)) != edition.Pending {
			t.Error("the second archive is not known to come")
		}
		passes := 0
		for ; !outcome.Done(); passes++ {
			time.Sleep(time.Minute)
			e, outcome = build(e, true)
		}
		if passes < 3 {
			t.Errorf("all was done in %d passes", passes)
		}
		whole, _ := build(nil, false)
		if err := differences(e, whole); err != nil {
			t.Errorf("what was made in passes differs: %v", err)
		}
		// A conductor goes on with what another process has left.
		e, _ = build(nil, true)
		w.editions.current = map[string]*edition.Edition{"xt": e}
		w.restart(o)
		if err := refreshAll(w.t.Context(), w.conductor); err != nil {
			t.Fatal(err)
		}
		if err := differences(w.edition("xt"), whole); err != nil {
			t.Errorf("what another process went on with differs: %v", err)
		}
	})
}

// noItems remembers nothing.
type noItems struct{}

func (noItems) Item(uint64) *press.Item           { return nil }
func (noItems) Remember(uint64, int, *press.Item) {}

// What no hint tells of is found by audits: also in the archives of a station that has the
// articles of others.
func TestAuditOfArchives(t *testing.T) {
	require.Time(t)
	in(t, func(w *world) {
		w.restart(archived(2, 40))
		w.put(several("xt", 1, 70)...)
		if err := refreshAll(w.t.Context(), w.conductor); err != nil {
			t.Fatal(err)
		}
		w.deaf = true
		w.exec("DROP TRIGGER IF EXISTS article_deleted", "DELETE FROM articles WHERE id = '60'")
		shows := func(station string) bool {
			for path := range w.edition(station).All() {
				if strings.Contains(document(w.edition(station), path), "content/60.html") {
					return true
				}
			}
			return false
		}
		if !shows("www") || !shows("xt") {
			t.Fatal("the article is nowhere")
		}
		for range 6 {
			time.Sleep(5 * time.Minute)
			if err := w.conductor.Audit(w.t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if shows("xt") || shows("www") {
			t.Errorf("after audits: xt shows it: %t, www: %t", shows("xt"), shows("www"))
		}
	})
}

// Archives of a channel go on under its new id, and a change of the configuration makes
// all of them again.
func TestArchivesOfARenamedChannel(t *testing.T) {
	in(t, func(w *world) {
		o := archived(3, 5)
		w.restart(o)
		w.put(several("xt", 1, 17)...)
		w.refresh()
		before := w.archivePaths("xt", "moment")
		n, err := network.New("湘江新闻网", []*network.Station{
			{ID: "xt", Name: "湘潭站", URL: "https://xt.news.example", Language: "zh-CN", Zone: shanghai, Channels: []network.Channel{{ID: "now", Key: "moment", Name: "现在", Was: []string{"moment"}}}},
		}, nil)
		if err != nil {
			t.Fatal(err)
		}
		w.network = n
		time.Sleep(time.Hour)
		more := newArticle("xt", 100, 0)
		more.Channels = []string{"now"}
		w.put(more)
		w.conductor = w.conduct(w.editions, o, nil)
		if err := refreshAll(w.t.Context(), w.conductor); err != nil {
			t.Fatal(err)
		}
		var want []string
		for _, path := range before {
			want = append(want, "/now"+strings.TrimPrefix(path, "/moment"))
		}
		got := w.archivePaths("xt", "now")
		if len(got) == 0 || !slices.Contains(got, want[0]) {
			t.Errorf("archives %q, before that %q", got, want)
		}
		for _, path := range got {
			if body := w.body("xt", path); !strings.Contains(body, "现在") || strings.Contains(body, "/moment/") {
				t.Errorf("%s is that of the former channel:\n%s", path, body)
			}
		}
	})
}
