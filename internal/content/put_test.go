package content_test

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"feedstation/internal/article"
	"feedstation/internal/content"
)

func cancelled(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	return ctx
}

// full is an article with every field set.
func full() article.Article {
	at := time.Date(2019, 3, 11, 10, 38, 14, 250_000_000, time.UTC)
	return article.Article{
		ID: "5207683", Station: "xt", Channels: []string{"culture", "moment"},
		URL:   "https://xt.news.example/content/2019/03/11/5207683.html",
		Title: "湘江之春 🌸 “三月三” \x00 it's 100%", Summary: "<p>一句话</p>", Body: strings.Repeat("<p>正文 &amp; 𠮷野家 مرحبا</p>\n", 1000),
		Authors: []string{"张三", `Li "Si"`}, Editor: "王五", Source: article.Source{Name: "湘潭日报", URL: "https://paper.news.example/a1.html"},
		Published: at, Updated: at.Add(time.Hour), Expires: at.AddDate(100, 0, 0),
		Images: []article.Image{
			{URL: "1.jpg", Caption: "文艺汇演", Credit: "赵六 摄", Width: 800, Height: 600, Type: "image/jpeg", Bytes: 1 << 40},
			{URL: "https://img.news.example/2.png"},
		},
		Enclosures: []article.Enclosure{{URL: "1.mp3", Type: "audio/mpeg", Bytes: 2345678, Seconds: 95, Title: "听新闻"}},
		Tags:       []string{"雨湖区", "招商引资"}, Language: "zh-CN", Rights: "© 湘潭日报",
		OriginalURL: "https://paper.news.example/2019/0311/a1.html", NextURL: "https://xt.news.example/content/2019/03/11/5207684.html",
		Alternates: []article.Alternate{{Lang: "en", URL: "https://en.news.example/1.html"}, {Lang: "x-default", URL: "https://xt.news.example/1.html?a=1&b=%3C2%3E"}},
		Status:     article.Published, NoIndex: true, GUID: "news:5207683",
	}
}

func TestPutRoundTrip(t *testing.T) {
	bare := story("1", time.Date(1985, 1, 1, 0, 0, 0, 0, time.UTC))
	before1970 := story("2", time.Date(1950, 10, 1, 7, 0, 0, 0, time.UTC))
	empty := bare
	empty.Channels, empty.Authors, empty.Images, empty.Enclosures, empty.Tags, empty.Alternates = []string{}, []string{}, []article.Image{}, []article.Enclosure{}, []string{}, []article.Alternate{}
	elsewhere := bare
	elsewhere.Published = bare.Published.In(time.FixedZone("", 8*60*60)).Add(999_999) // less than a millisecond
	unsorted := full()
	unsorted.Channels = []string{"moment", "culture", "moment"}
	tests := []struct {
		name string
		put  article.Article
		want article.Article
	}{
		{"every field", full(), full()},
		{"required fields alone", bare, bare},
		{"empty lists are none", empty, bare},
		{"before 1970", before1970, before1970},
		{"another zone, and milliseconds", elsewhere, bare},
		{"channels are a set", unsorted, full()},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := open(t, filepath.Join(t.TempDir(), "content.db"))
			put(t, s, tt.put)
			if diff := cmp.Diff([]article.Article{tt.want}, latest(t, s, []string{"xt"}, "", 9)); diff != "" {
				t.Errorf("articles (-want +got):\n%s", diff)
			}
		})
	}
}

func TestPutReplaces(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "content.db"))
	first := full()
	put(t, s, first)
	next := story(first.ID, first.Published.Add(time.Minute), in("cs", "headlines"))
	put(t, s, next)
	if got := latest(t, s, []string{"xt", "cs"}, "", 9); !cmp.Equal(got, []article.Article{next}) {
		t.Errorf("articles (-want +got):\n%s", cmp.Diff([]article.Article{next}, got))
	}
	for channel, want := range map[string]int{"headlines": 1, "culture": 0, "moment": 0} {
		if got := latest(t, s, []string{"cs"}, channel, 9); len(got) != want {
			t.Errorf("%s: articles %q, want %d", channel, ids(got), want)
		}
	}

	twice := story("2", first.Published)
	renamed := twice
	renamed.Title = "改"
	put(t, s, twice, renamed)
	if got := latest(t, s, []string{"xt"}, "", 9); !cmp.Equal(got, []article.Article{renamed}) {
		t.Errorf("one id twice in a sequence (-want +got):\n%s", cmp.Diff([]article.Article{renamed}, got))
	}
}

// TestPutOthers holds that an article with the guid of another one is stored without
// it, and that an article may keep its own or give it up.
func TestPutOthers(t *testing.T) {
	at := time.Date(2019, 3, 11, 0, 0, 0, 0, time.UTC)
	with := func(id, guid string) article.Article {
		return story(id, at, func(a *article.Article) { a.GUID = guid })
	}
	s := open(t, filepath.Join(t.TempDir(), "content.db"))
	for _, tt := range []struct {
		name string
		put  []article.Article
		odd  []string
		want []string // id and guid
	}{
		{"each once", []article.Article{with("1", "a"), with("2", "b"), with("3", ""), with("4", "")}, nil, []string{"1 a", "2 b", "3 ", "4 "}},
		{"the same again", []article.Article{with("1", "a"), with("2", "b")}, nil, []string{"1 a", "2 b", "3 ", "4 "}},
		{
			"another's",
			[]article.Article{with("3", "a"), with("4", "c"), with("5", "c")},
			[]string{`guid: "a" is that of article 1`, `guid: "c" is that of article 4`},
			[]string{"1 a", "2 b", "3 ", "4 c", "5 "},
		},
		{"one that was given up before", []article.Article{with("1", ""), with("3", "a")}, nil, []string{"1 ", "2 b", "3 a", "4 c", "5 "}},
		{"in capitals", []article.Article{with("1", "A")}, nil, []string{"1 A", "2 b", "3 a", "4 c", "5 "}},
		{"another's in place of its own", []article.Article{with("2", "a")}, []string{`guid: "a" is that of article 3`}, []string{"1 A", "2 ", "3 a", "4 c", "5 "}},
	} {
		var odd []string
		n, err := s.PutOthers(t.Context(), all(tt.put, nil), func(f article.Fault) { odd = append(odd, f.Error()) })
		if err != nil || n != len(tt.put) || !slices.Equal(odd, tt.odd) {
			t.Errorf("%s: %d stored, %q odd, %v, want %q", tt.name, n, odd, err, tt.odd)
		}
		var got []string
		for _, a := range latest(t, s, []string{"xt"}, "", 9) {
			got = append(got, a.ID+" "+a.GUID)
		}
		slices.Sort(got)
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s: stored %q, want %q", tt.name, got, tt.want)
		}
	}
	if _, err := s.Put(t.Context(), all([]article.Article{with("5", "a")}, nil)); err == nil || err.Error() != `content: article 5: guid: "a" is that of article 3` {
		t.Errorf("Put of another's: %v", err)
	}
}

func TestPutAllOrNothing(t *testing.T) {
	at := time.Date(2019, 3, 11, 0, 0, 0, 0, time.UTC)
	fault := errors.New("line 3: broken")
	tests := []struct {
		name string
		put  func(*content.Store) (int, error)
		want string
	}{
		{
			name: "an error of the sequence",
			put: func(s *content.Store) (int, error) {
				return s.Put(t.Context(), all([]article.Article{story("1", at), story("2", at)}, fault))
			},
			want: "line 3: broken",
		},
		{
			name: "an error of the store",
			put: func(s *content.Store) (int, error) {
				return s.Put(t.Context(), all([]article.Article{story("1", at), story("2", at, status("deleted")), story("3", at)}, nil))
			},
			want: "content: article 2: constraint failed: CHECK constraint failed: status IN ('published', 'draft', 'withdrawn') (275)",
		},
		{
			name: "given up",
			put: func(s *content.Store) (int, error) {
				ctx, cancel := context.WithCancel(t.Context())
				return s.Put(ctx, func(yield func(article.Article, error) bool) {
					if yield(story("1", at), nil) {
						cancel()
						yield(story("2", at), nil)
					}
				})
			},
			want: "context canceled",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := open(t, filepath.Join(t.TempDir(), "content.db"))
			put(t, s, story("1", at, in("xt", "moment")))
			n, err := tt.put(s)
			if n != 0 || err == nil || err.Error() != tt.want {
				t.Errorf("Put = %d, %v, want %s", n, err, tt.want)
			}
			if got := latest(t, s, []string{"xt"}, "moment", 9); len(got) != 1 || got[0].ID != "1" {
				t.Errorf("articles %q", ids(got))
			}
			put(t, s, story("4", at)) // the store is not blocked
		})
	}
}

// TestDelete holds that another tool's delete leaves nothing of an article.
func TestDelete(t *testing.T) {
	file := filepath.Join(t.TempDir(), "content.db")
	s := open(t, file)
	put(t, s, story("1", time.Now()), story("2", time.Now()))
	db := foreign(t, file)
	exec(t, db, "INSERT INTO article_channels VALUES ('1', 'moment'), ('1', 'culture'), ('2', 'moment')")
	exec(t, db, "DELETE FROM articles WHERE id = '1'")
	var left int
	if err := db.QueryRowContext(t.Context(), "SELECT count(*) FROM article_channels").Scan(&left); err != nil || left != 1 {
		t.Errorf("%d channels left, %v; want that of the other article", left, err)
	}
}
