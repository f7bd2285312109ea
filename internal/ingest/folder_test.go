package ingest

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"feedstation/internal/article"
	"feedstation/internal/content"
)

// desk is a folder of files and the source that reads them.
type desk struct {
	t      *testing.T
	dir    string
	store  *content.Store
	source *Source
}

func openFolder(t *testing.T, link string) *desk {
	t.Helper()
	d := &desk{t: t, dir: t.TempDir(), store: openStore(t)}
	d.source, _, _ = open(t, d.store, "files", Settings{URL: "https://xt.news.example/"}, nil, func(o *Options) { o.Dir, o.Link = d.dir, link })
	return d
}

// write writes a file a minute ago; nothing: it is removed.
func (d *desk) write(name, text string) {
	d.t.Helper()
	file := filepath.Join(d.dir, name)
	err := os.MkdirAll(filepath.Dir(file), 0o755)
	if err == nil {
		err = os.WriteFile(file, []byte(text), 0o644)
	}
	if err == nil {
		err = os.Chtimes(file, time.Time{}, time.Now().Add(-time.Minute))
	}
	if err != nil {
		d.t.Fatal(err)
	}
}

func (d *desk) remove(name string) {
	d.t.Helper()
	if err := os.RemoveAll(filepath.Join(d.dir, name)); err != nil {
		d.t.Fatal(err)
	}
}

// poll lets a minute pass and reads the folder.
func (d *desk) poll() (changed bool) {
	d.t.Helper()
	time.Sleep(time.Minute)
	return mustRun(d.t, d.source)
}

func newsLine(id int) string {
	return fmt.Sprintf(`{"id":"%d","title":"t%[1]d","url":"https://xt.news.example/%[1]d","published":"2026-11-20T08:00:00Z"}`+"\n", id)
}

func newsLines(from, to int) (text string) {
	for id := from; id <= to; id++ {
		text += newsLine(id)
	}
	return text
}

// TestFilesPages holds what becomes of front matter.
func TestFilesPages(t *testing.T) {
	at := func(text string) time.Time {
		at, err := time.Parse(time.RFC3339, text)
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	for _, tt := range []struct {
		name, file, text string
		beside, link     string
		want             article.Article
		fault            string
	}{
		{
			name: "Hugo, YAML", file: "moment/opening.md",
			text: "---\ntitle: 开幕\ndate: 2026-11-20T08:00:00+08:00\nlastmod: 2026-11-20 09:00:00 +08:00\ntags: [文化, 读书]\nauthors: [林知夏]\ndescription: 摘要\nexpiryDate: 2027-01-01\nimages: [/a.jpg]\n---\n\n读书节**开幕**。\n\n| a | b |\n|---|---|\n| 1 | 2 |\n",
			want: article.Article{
				ID: "cms:moment/opening", Title: "开幕", URL: "https://xt.news.example/moment/opening/", Published: at("2026-11-20T00:00:00Z"), Updated: at("2026-11-20T01:00:00Z"),
				Expires: at("2027-01-01T00:00:00Z"), Tags: []string{"文化", "读书"}, Authors: []string{"林知夏"}, Summary: "摘要", Channels: []string{"moment"},
				Images: []article.Image{{URL: "https://xt.news.example/a.jpg"}},
				Body:   "<p>读书节<strong>开幕</strong>。</p>\n<table>\n<thead>\n<tr>\n<th>a</th>\n<th>b</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td>1</td>\n<td>2</td>\n</tr>\n</tbody>\n</table>\n",
			},
		},
		{
			name: "Hugo, TOML", file: "posts/toml.md",
			text: "+++\ntitle = 'T'\ndate = 2026-11-20T08:00:00\npublishDate = 2026-11-21\nslug = 'other'\ncategories = ['moment']\n[cover]\nimage = 'c.png'\ncaption = 'C'\n+++\n<b>raw</b>\n",
			want: article.Article{
				ID: "cms:posts/toml", Title: "T", URL: "https://xt.news.example/posts/other/", Published: at("2026-11-21T00:00:00Z"), Updated: at("2026-11-21T00:00:00Z"),
				Channels: []string{"moment"}, Body: "<p><b>raw</b></p>\n", Images: []article.Image{{URL: "https://xt.news.example/posts/other/c.png", Caption: "C"}},
			},
		},
		{
			name: "Hugo, JSON", file: "j.md", text: "{\"title\":\"J\",\"date\":\"2026-11-20T08:00:00Z\",\"url\":\"/x/y.html\"}\ntext\n",
			want: article.Article{ID: "cms:j", Title: "J", URL: "https://xt.news.example/x/y.html", Published: at("2026-11-20T08:00:00Z"), Updated: at("2026-11-20T08:00:00Z"), Body: "<p>text</p>\n"},
		},
		{
			name: "Jekyll", file: "_posts/2026-11-20-a-post.markdown", text: "---\r\nlayout: post\r\ntitle: \"P\"\r\ncategories: moment other\r\nauthor: 周晓岚\r\n---\r\ntext\r\n",
			want: article.Article{
				ID: "cms:_posts/2026-11-20-a-post", Title: "P", URL: "https://xt.news.example/a-post/", Published: at("2026-11-20T00:00:00Z"), Updated: at("2026-11-20T00:00:00Z"),
				Authors: []string{"周晓岚"}, Channels: []string{"moment"}, Body: "<p>text</p>\n",
			},
		},
		{
			name: "a bundle with a picture", file: "moment/trip/index.md", text: "---\ntitle: Trip\ndate: 2026-11-20\n---\n![p](p.jpg)\n", beside: "moment/trip/cover-1.jpg",
			want: article.Article{
				ID: "cms:moment/trip", Title: "Trip", URL: "https://xt.news.example/moment/trip/", Published: at("2026-11-20T00:00:00Z"), Updated: at("2026-11-20T00:00:00Z"),
				Channels: []string{"moment"}, Body: "<p><img src=\"p.jpg\" alt=\"p\"></p>\n", Images: []article.Image{{URL: "https://xt.news.example/moment/trip/cover-1.jpg"}},
			},
		},
		{
			name: "an address of the configuration's", file: "moment/trip/index.md", text: "---\ntitle: Trip\ndate: 2026-11-20 08:00:00 +0800\nimage: p.jpg\n---\n", link: "https://xt.news.example/{year}/{month}/{slug}/",
			want: article.Article{
				ID: "cms:moment/trip", Title: "Trip", URL: "https://xt.news.example/2026/11/trip/", Published: at("2026-11-20T00:00:00Z"), Updated: at("2026-11-20T00:00:00Z"),
				Channels: []string{"moment"}, Images: []article.Image{{URL: "https://xt.news.example/2026/11/trip/p.jpg"}},
			},
		},
		{name: "a draft", file: "d.md", text: "---\ntitle: D\ndate: 2026-11-20\ndraft: true\n---\n", fault: hidden},
		{name: "a draft of Jekyll", file: "d.md", text: "---\ntitle: D\ndate: 2026-11-20\npublished: false\n---\n", fault: hidden},
		{name: "no date", file: "d.md", text: "---\ntitle: D\n---\n", fault: "published: missing"},
		{name: "no front matter", file: "d.md", text: "# D\n", fault: "no front matter"},
		{name: "half of front matter", file: "d.md", text: "---\ntitle: D\n", fault: "the front matter has no end"},
		{name: "broken YAML", file: "d.md", text: "---\ntitle: [\n---\n", fault: "yaml"},
		{name: "broken TOML", file: "d.md", text: "+++\ntitle = \n+++\n", fault: "toml"},
		{name: "an empty one", file: "d.md", fault: "no front matter"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := openFolder(t, tt.link)
			d.write(tt.file, tt.text)
			if tt.beside != "" {
				d.write(tt.beside, "picture")
			}
			trial, err := d.source.Try(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			got := trial.Articles
			if tt.fault != "" {
				if left := fmt.Sprint(trial.LeftOut); len(got) != 0 || !strings.Contains(left, tt.fault) {
					t.Errorf("%d articles, left out: %s; want %s", len(got), left, tt.fault)
				}
				return
			}
			want := tt.want
			want.Station, want.Status = "xt", article.Published
			ignored := cmpopts.IgnoreFields(article.Article{}, "Modified", "GUID", "Lead")
			if diff := cmp.Diff([]article.Article{want}, got, ignored, cmpopts.EquateEmpty(), cmpopts.EquateApproxTime(0)); diff != "" {
				t.Errorf("left out: %v (-want +got):\n%s", trial.LeftOut, diff)
			}
		})
	}
}

// TestFilesChanges holds what a change of the folder leads to at the next poll.
func TestFilesChanges(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(d *desk)
		want   []string
	}{
		{"nothing", func(*desk) {}, ids(1, 20)},
		{"a new file", func(d *desk) { d.write("c.jsonl", newsLine(21)) }, ids(1, 21)},
		{"a line less", func(d *desk) { d.write("a.jsonl", newsLines(2, 10)) }, ids(2, 20)},
		{"a file less", func(d *desk) { d.remove("b/b.jsonl") }, ids(1, 15)},
		{"a file of another name", func(d *desk) { d.remove("b/b.jsonl"); d.write("d.jsonl", newsLines(16, 20)) }, ids(1, 20)},
		{"most files less", func(d *desk) { d.remove("a.jsonl"); d.remove("b/b.jsonl") }, ids(1, 20)},
		{"no folder", func(d *desk) { d.remove("") }, ids(1, 20)},
		{"a broken line, which may be any", func(d *desk) { d.write("b/b.jsonl", newsLines(16, 18)+`{"id":"19","tit`) }, ids(1, 20)},
		{"an empty file", func(d *desk) { d.write("b/b.jsonl", "") }, ids(1, 20)},
		{"a broken line beside a new one", func(d *desk) { d.write("b/b.jsonl", newsLines(21, 21)+"x\n") }, ids(1, 21)},
		{"a file that is being written", func(d *desk) {
			d.write("b/b.jsonl", newsLines(16, 17))
			file := filepath.Join(d.dir, "b/b.jsonl")
			if err := os.Chtimes(file, time.Time{}, time.Now().Add(time.Minute)); err != nil { // the time of the next poll
				d.t.Fatal(err)
			}
		}, ids(1, 20)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := openFolder(t, "")
				defer d.store.Close()
				d.write("a.jsonl", newsLines(1, 10))
				d.write("a2.jsonl", newsLines(11, 15))
				d.write("b/b.jsonl", newsLines(16, 20))
				d.write(".hidden.jsonl", newsLine(99))
				mustRun(t, d.source)
				if d.poll() {
					t.Error("an idle poll has changed the store")
				}
				tt.change(d)
				time.Sleep(time.Minute)
				_, err := run(t, d.source)
				if (err != nil) != (tt.name == "no folder") {
					t.Error(err)
				}
				if got := published(t, d.store); !slices.Equal(got, tt.want) {
					t.Errorf("published: %v; want %v", got, tt.want)
				}
			})
		})
	}
}

// TestFolderReadsWhatChanged holds that a change has no other file read, and that a
// comparison reads all.
func TestFolderReadsWhatChanged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(noon.Add(time.Hour)))
		d := openFolder(t, "")
		defer d.store.Close()
		d.write("a.md", "---\ntitle: A\ndate: 2026-11-20\nslug: one\n---\nText A.\n")
		d.write("b.md", "---\ntitle: B\ndate: 2026-11-20\n---\nText B.\n")
		d.poll()
		// Nobody sees from outside that b.md is another one.
		file := filepath.Join(d.dir, "b.md")
		info, err := os.Stat(file)
		if err == nil {
			err = os.WriteFile(file, []byte("---\ntitle: Z\ndate: 2026-11-20\n---\nText Z.\n"), 0o644)
		}
		if err == nil {
			err = os.Chtimes(file, time.Time{}, info.ModTime())
		}
		if err != nil {
			t.Fatal(err)
		}
		bodies := func() (got []string) {
			for _, id := range []string{"a", "b"} {
				a := stored(t, d.store, id)
				got = append(got, a.Title+" "+a.Body)
			}
			return got
		}
		for _, want := range []struct{ a, b string }{{"A2 <p>Text A2.</p>", "B <p>Text B.</p>"}, {"A2 <p>Text A2.</p>", "Z <p>Text Z.</p>"}} {
			d.write("a.md", "---\ntitle: A2\ndate: 2026-11-20\nslug: one\n---\nText A2.\n")
			d.poll()
			if got := bodies(); strings.TrimSpace(got[0]) != want.a || strings.TrimSpace(got[1]) != want.b {
				t.Errorf("%q, want %q", got, want)
			}
			time.Sleep(5 * time.Minute) // the next run compares
			mustRun(t, d.source)
		}
	})
}
