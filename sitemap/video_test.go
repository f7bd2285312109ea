package sitemap_test

import (
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"feedstation/sitemap"

	"github.com/google/go-cmp/cmp"
	"github.com/rivo/uniseg"
)

// clip returns a video with all fields.
func clip() sitemap.Video {
	return sitemap.Video{
		Thumbnail: "https://img.news.example/lead.jpg", Title: "三月三", Description: "湘江两岸春意浓",
		Content: "https://video.news.example/1.mp4", Seconds: 95, Published: published,
	}
}

func TestVideo(t *testing.T) {
	tests := []struct {
		name   string
		change func(*sitemap.Video)
		want   readVideo
	}{
		{"all fields", func(*sitemap.Video) {}, readVideo{Seconds: "95", Published: "2019-03-11T18:38:14+08:00"}},
		{"required alone", func(v *sitemap.Video) { v.Seconds, v.Published = 0, time.Time{} }, readVideo{}},
		{"one second", func(v *sitemap.Video) { v.Seconds, v.Published = 1, time.Time{} }, readVideo{Seconds: "1"}},
		{"eight hours", func(v *sitemap.Video) { v.Seconds, v.Published = 28_800, time.Time{} }, readVideo{Seconds: "28800"}},
		{
			"addresses encoded",
			func(v *sitemap.Video) {
				v.Thumbnail, v.Content = "https://图片.example/封面.jpg?a&b", "https://湘潭.example/影片.mp4"
				v.Seconds, v.Published = 0, time.Time{}
			},
			readVideo{Thumbnail: "https://xn--wcsw84d.example/%E5%B0%81%E9%9D%A2.jpg?a&b", Content: "https://xn--p7w0w.example/%E5%BD%B1%E7%89%87.mp4"},
		},
		{
			"texts escaped, in one line",
			func(v *sitemap.Video) {
				v.Title, v.Description = " <b>\n]]>\x00 & ", "'a'\t\"b\"\xff"
				v.Seconds, v.Published = 0, time.Time{}
			},
			readVideo{Title: "<b> ]]> &", Description: "'a' \"b\""},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			v := clip()
			tt.change(&v)
			doc := build(t, sitemap.Options{Videos: true}, sitemap.URL{Loc: page, Videos: []sitemap.Video{v}})
			want := tt.want
			for _, field := range []struct {
				want  *string
				given string
			}{
				{&want.Thumbnail, v.Thumbnail}, {&want.Title, v.Title}, {&want.Description, v.Description}, {&want.Content, v.Content},
			} {
				if *field.want == "" {
					*field.want = field.given
				}
			}
			if diff := cmp.Diff([]readVideo{want}, read(t, doc).URLs[0].Videos); diff != "" {
				t.Errorf("video (-want +got):\n%s", diff)
			}
		})
	}
}

func TestVideoRefused(t *testing.T) {
	tests := []struct {
		name   string
		change func(*sitemap.Video)
		want   string
	}{
		{"no thumbnail", func(v *sitemap.Video) { v.Thumbnail = "" }, "no thumbnail"},
		{"relative thumbnail", func(v *sitemap.Video) { v.Thumbnail = "/1.jpg" }, `thumbnail "/1.jpg": not an absolute http(s) URL`},
		{"no title", func(v *sitemap.Video) { v.Title = "" }, "no title"},
		{"blank title", func(v *sitemap.Video) { v.Title = " \u3000\x00" }, "no title"},
		{"title that is blank up to its limit", func(v *sitemap.Video) { v.Title = strings.Repeat("\u3000", 100) + "x" }, "no title"},
		{"no description", func(v *sitemap.Video) { v.Description = "" }, "no description"},
		{"description of control characters", func(v *sitemap.Video) { v.Description = "\x01\ufffe" }, "no description"},
		{"no content", func(v *sitemap.Video) { v.Content = "" }, "no content"},
		{"content without a host", func(v *sitemap.Video) { v.Content = "https:///1.mp4" }, `content "https:///1.mp4": no host`},
		{"stream", func(v *sitemap.Video) { v.Content = "rtmp://video.news.example/1" }, `content "rtmp://video.news.example/1": not an absolute http(s) URL`},
		{"content is the page", func(v *sitemap.Video) { v.Content = page }, "content is the page itself"},
		{"negative", func(v *sitemap.Video) { v.Seconds = -1 }, "not between 0 and 28800 seconds"},
		{"longer than eight hours", func(v *sitemap.Video) { v.Seconds = 28_801 }, "not between 0 and 28800 seconds"},
		{"year 1", func(v *sitemap.Video) { v.Published = time.Time{}.Add(1) }, "publication date: year outside 1000 to 9999"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			bad := clip()
			tt.change(&bad)
			w := sitemap.NewWriter(io.Discard, sitemap.Options{Videos: true})
			err := w.Add(sitemap.URL{Loc: page, Videos: []sitemap.Video{clip(), bad}})
			if got, want := errorText(err), `url "`+page+`": video 2: `+tt.want; got != want {
				t.Errorf("Add: %s, want %s", got, want)
			}
			add(t, w, sitemap.URL{Loc: page, Videos: []sitemap.Video{clip()}})
		})
	}
}

func TestMaxVideos(t *testing.T) {
	videos := make([]sitemap.Video, 1_001)
	for i := range videos {
		videos[i] = clip()
	}
	w := sitemap.NewWriter(io.Discard, sitemap.Options{Videos: true})
	add(t, w, sitemap.URL{Loc: page, Videos: videos[:1_000]})
	if got, want := errorText(w.Add(sitemap.URL{Loc: page, Videos: videos})), `url "`+page+`": more than 1000 videos`; got != want {
		t.Errorf("Add: %s, want %s", got, want)
	}
}

func TestClip(t *testing.T) {
	han := func(n int) string { return strings.Repeat("湘", n) }
	const family = "👨\u200d👩\u200d👧" // five characters, one cluster
	tests := []struct {
		name  string
		title string
		want  string
	}{
		{"short", "三月三", "三月三"},
		{"exactly", han(100), han(100)},
		{"one more", han(101), han(100)},
		{"endless", han(1 << 20), han(100)},
		{"exactly, of entities", strings.Repeat("&", 100), strings.Repeat("&", 100)},
		{"one more, of entities", strings.Repeat("&", 101), strings.Repeat("&", 100)},
		{"exactly, of astral planes", strings.Repeat("𠮷", 100), strings.Repeat("𠮷", 100)},
		{"one more, of astral planes", strings.Repeat("𠮷", 101), strings.Repeat("𠮷", 100)},
		{"white space does not count", " " + han(50) + "\n\t " + han(49) + "\n", han(50) + " " + han(49)},
		{"what is dropped does not count", han(50) + strings.Repeat("\x00\xff", 500) + han(50), han(100)},
		{"words", strings.Repeat("word ", 20) + "wordword", strings.TrimSpace(strings.Repeat("word ", 20))},
		{"word that crosses", strings.Repeat("news ", 19) + "boundary", strings.TrimSpace(strings.Repeat("news ", 19))},
		{"word that ends there", strings.Repeat("news ", 19) + "shore and more", strings.Repeat("news ", 19) + "shore"},
		{"space too far away", "湘 " + han(200), "湘 " + han(98)},
		{"word of 200 letters", strings.Repeat("x", 200), strings.Repeat("x", 100)},
		{"cluster that crosses", han(97) + family + "湘", han(97)},
		{"cluster that ends there", han(95) + family + "湘", han(95) + family},
		{"accent that crosses", han(99) + "e\u0301" + "湘", han(99)},
		{"flag that crosses", han(99) + "🇨🇳" + "湘", han(99)},
		{"flags", strings.Repeat("🇨🇳", 51), strings.Repeat("🇨🇳", 50)},
		{"entity and accent that cross", han(99) + "&\u0301" + "湘", han(99)},
		{"one cluster of all", "e" + strings.Repeat("\u0301", 200), "e" + strings.Repeat("\u0301", 99)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			v := clip()
			v.Title = tt.title
			got := read(t, build(t, sitemap.Options{Videos: true}, sitemap.URL{Loc: page, Videos: []sitemap.Video{v}})).URLs[0].Videos[0].Title
			if got != tt.want {
				t.Errorf("title of %.300q\n got %q\nwant %q", tt.title, got, tt.want)
			}
		})
	}
}

// Wherever the limit falls, a text ends as it would if all its boundaries were
// looked for from its start.
func TestClipBoundaries(t *testing.T) {
	pieces := []string{
		"湘", "潭", "a", "Z", "~", " ", "，", "e\u0301", "각", "ᄀ", "ᅡ", "ᆨ", "👨\u200d👩\u200d👧", "👍🏽", "🇨🇳", "🇩", "\u0600", "\u0903", "क्षि", "\u200d", "\ufe0f", "☺", "𠮷", "\U00016ff0",
	}
	rng := rand.New(rand.NewPCG(7, 8))
	for i := range 200 {
		var s strings.Builder
		for s.Len() < 2_800*3 {
			piece := pieces[rng.IntN(len(pieces))]
			if piece == " " && i%2 == 0 {
				continue
			}
			s.WriteString(piece)
		}
		v := clip()
		v.Title = s.String()[:rng.IntN(1_000)]
		v.Description = s.String()
		got := read(t, build(t, sitemap.Options{Videos: true}, sitemap.URL{Loc: page, Videos: []sitemap.Video{{
			Thumbnail: v.Thumbnail, Title: "t" + v.Title, Description: "d" + v.Description, Content: v.Content,
		}}})).URLs[0].Videos[0]
		checkClipped(t, "t"+v.Title, got.Title, 100)
		checkClipped(t, "d"+v.Description, got.Description, 2_048)
		if t.Failed() {
			return
		}
	}
}

// checkClipped checks that a text is whole, or clipped at a space near the limit
// or at the last boundary of clusters within it.
func checkClipped(t *testing.T, given, got string, limit int) {
	t.Helper()
	whole := oneLine(given)
	n := utf8.RuneCountInString(got)
	switch {
	case !strings.HasPrefix(whole, got) || n > limit:
		t.Errorf("%q became %q", whole, got)
	case utf8.RuneCountInString(whole) <= limit:
		if got != whole {
			t.Errorf("%q was clipped to %q", whole, got)
		}
	case !strings.HasPrefix(whole[len(got):], " "):
		want := lastCluster(whole, limit)
		if want > 0 && got != whole[:want] || want == 0 && n != limit {
			t.Errorf("%q was clipped to %q, want %q", whole, got, whole[:want])
		}
	case n < limit-32:
		t.Errorf("%q was clipped to %d characters", whole, n)
	}
}

// lastCluster returns where the last cluster ends that is within the limit.
func lastCluster(s string, limit int) int {
	end, n, state := 0, 0, -1
	for rest := s; rest != ""; {
		var cluster string
		cluster, rest, _, state = uniseg.FirstGraphemeClusterInString(rest, state)
		if n += utf8.RuneCountInString(cluster); n > limit {
			break
		}
		end += len(cluster)
	}
	return end
}
