package sitemap_test

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"feedstation/sitemap"
)

// A lenient file with a page of which something can't be published is, byte for
// byte, the file of that page without it.
func TestLenient(t *testing.T) {
	good := sitemap.Video{Thumbnail: "https://img.news.example/1.jpg", Title: "三月三", Description: "湘江两岸", Content: "https://img.news.example/1.mp4"}
	bad := good
	bad.Content = page
	zh, en := sitemap.Alternate{Lang: "zh-Hans", Loc: page}, sitemap.Alternate{Lang: "en", Loc: page + "?en"}
	many := make([]string, sitemap.MaxImages+1)
	videos := make([]sitemap.Video, sitemap.MaxVideos+1)
	alternates := make([]sitemap.Alternate, sitemap.MaxAlternates+1)
	for i := range many {
		many[i] = fmt.Sprintf("https://img.news.example/%d.jpg", i)
		videos[i] = good
		alternates[i] = sitemap.Alternate{Lang: fmt.Sprintf("de-x-%d", i), Loc: page}
	}
	moment := time.Date(2019, 3, 11, 10, 38, 14, 0, time.UTC)
	plain := sitemap.URL{Loc: page, LastMod: moment}
	with := func(change func(*sitemap.URL)) sitemap.URL {
		u := plain
		change(&u)
		return u
	}
	tests := []struct {
		name      string
		opts      sitemap.Options
		url, want sitemap.URL
	}{
		{"lastmod", everything, sitemap.URL{Loc: page, LastMod: moment.AddDate(9000, 0, 0)}, sitemap.URL{Loc: page}},
		{"image", everything, with(func(u *sitemap.URL) { u.Images = []string{"1.jpg", many[0], "mailto:a@b.example"} }), with(func(u *sitemap.URL) { u.Images = many[:1] })},
		{"image twice", everything, with(func(u *sitemap.URL) { u.Images = []string{many[0], many[1], many[0]} }), with(func(u *sitemap.URL) { u.Images = many[:2] })},
		{"too many images", everything, with(func(u *sitemap.URL) { u.Images = append([]string{"1.jpg"}, many...) }), with(func(u *sitemap.URL) { u.Images = many[:sitemap.MaxImages] })},
		{"video", everything, with(func(u *sitemap.URL) { u.Videos = []sitemap.Video{bad, good, {}} }), with(func(u *sitemap.URL) { u.Videos = []sitemap.Video{good} })},
		{"too many videos", everything, with(func(u *sitemap.URL) { u.Videos = videos }), with(func(u *sitemap.URL) { u.Videos = videos[:sitemap.MaxVideos] })},
		{"alternate", everything, with(func(u *sitemap.URL) {
			u.Alternates = []sitemap.Alternate{{Lang: "zh_CN", Loc: page}, zh, {Lang: "fr", Loc: "/fr"}, en}
		}), with(func(u *sitemap.URL) { u.Alternates = []sitemap.Alternate{zh, en} })},
		{"language twice", everything, with(func(u *sitemap.URL) {
			u.Alternates = []sitemap.Alternate{zh, en, {Lang: "EN", Loc: page + "?other"}}
		}), with(func(u *sitemap.URL) { u.Alternates = []sitemap.Alternate{zh, en} })},
		{"a single alternate is left", everything, with(func(u *sitemap.URL) { u.Alternates = []sitemap.Alternate{zh, {Lang: "fr", Loc: "/fr"}} }), plain},
		{"too many alternates", everything, with(func(u *sitemap.URL) { u.Alternates = alternates }), with(func(u *sitemap.URL) { u.Alternates = alternates[:sitemap.MaxAlternates] })},
		{"extensions that the file lacks", sitemap.Options{}, with(func(u *sitemap.URL) {
			u.Images, u.Videos, u.Alternates = many[:2], videos[:1], []sitemap.Alternate{zh, en}
		}), plain},
		{"larger than a file", sitemap.Options{MaxBytes: 1000, Images: true}, with(func(u *sitemap.URL) { u.Images = many[:50] }), plain},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if err := sitemap.NewWriter(io.Discard, tt.opts).Add(tt.url); err == nil && !strings.Contains(tt.name, "twice") && tt.name != "a single alternate is left" {
				t.Error("a strict writer takes the page")
			}
			lenient := tt.opts
			lenient.Lenient = true
			next := sitemap.URL{Loc: page + "/next", Images: tt.want.Images}
			want, got := write(t, tt.opts, tt.want, next), write(t, lenient, tt.url, next)
			if diff := cmp.Diff(string(want), string(got)); diff != "" {
				t.Errorf("lenient (-want +got):\n%.2000s", diff)
			}
		})
	}
}

func TestLenientRefuses(t *testing.T) {
	opts := everything
	opts.Lenient = true
	for name, u := range map[string]sitemap.URL{
		"address": {Loc: "/content/1.html"},
		"news":    {Loc: page, News: &sitemap.News{Name: "湘江新闻网"}},
	} {
		t.Run(name, func(t *testing.T) {
			var refused *sitemap.URLError
			if err := sitemap.NewWriter(io.Discard, opts).Add(u); !errors.As(err, &refused) {
				t.Errorf("error %v, want a *URLError", err)
			}
		})
	}
}

// Whatever a page links to, a lenient writer takes it, and what it writes a
// strict one takes as well: it reads back as one page.
func TestLenientTakesAll(t *testing.T) {
	opts := everything
	opts.Lenient = true
	text := rapid.OneOf(rapid.String(), rapid.Just(page), rapid.Just("https://img.news.example/1.jpg"), rapid.Just("zh-Hans"), rapid.Just("en"))
	video := rapid.Custom(func(t *rapid.T) sitemap.Video {
		return sitemap.Video{
			Thumbnail: text.Draw(t, "thumbnail"), Title: text.Draw(t, "title"), Description: text.Draw(t, "description"),
			Content: text.Draw(t, "content"), Seconds: rapid.Int().Draw(t, "seconds"), Published: time.Unix(rapid.Int64().Draw(t, "published"), 0),
		}
	})
	alternate := rapid.Custom(func(t *rapid.T) sitemap.Alternate {
		return sitemap.Alternate{Lang: text.Draw(t, "lang"), Loc: text.Draw(t, "loc")}
	})
	rapid.Check(t, func(rt *rapid.T) {
		u := sitemap.URL{
			Loc: page, LastMod: time.Unix(rapid.Int64().Draw(rt, "lastmod"), 0),
			Images: rapid.SliceOf(text).Draw(rt, "images"), Videos: rapid.SliceOf(video).Draw(rt, "videos"),
			Alternates: rapid.SliceOf(alternate).Draw(rt, "alternates"),
		}
		doc := build(t, opts, u)
		if urls := read(t, doc).URLs; len(urls) != 1 || urls[0].Loc != page {
			rt.Fatalf("%d pages in\n%s", len(urls), doc)
		}
	})
}
