package sitemap_test

import (
	"bytes"
	"errors"
	"iter"
	"slices"
	"strings"
	"testing"
	"time"

	"feedstation/sitemap"

	"github.com/google/go-cmp/cmp"
)

const (
	indexHead = `<?xml version="1.0" encoding="UTF-8"?>` + "\n" +
		`<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">` + "\n"
	indexTail = "</sitemapindex>\n"
)

// entries yields a sitemap n times.
func entries(n int) iter.Seq[sitemap.Entry] {
	e := sitemap.Entry{Loc: "https://xt.news.example/sitemaps/2019-03.xml", LastMod: published}
	return func(yield func(sitemap.Entry) bool) {
		for range n {
			if !yield(e) {
				return
			}
		}
	}
}

func TestIndex(t *testing.T) {
	const loc = "https://xt.news.example/sitemaps/2019-03.xml"
	tests := []struct {
		name    string
		entries []sitemap.Entry
		want    string
	}{
		{
			"one",
			[]sitemap.Entry{{Loc: loc, LastMod: published}},
			indexHead + "<sitemap><loc>" + loc + "</loc><lastmod>2019-03-11T18:38:14+08:00</lastmod></sitemap>\n" + indexTail,
		},
		{
			"without lastmod",
			[]sitemap.Entry{{Loc: loc}},
			indexHead + "<sitemap><loc>" + loc + "</loc></sitemap>\n" + indexTail,
		},
		{
			"escaped and encoded",
			[]sitemap.Entry{{Loc: "https://湘潭.example/地图.xml?a='1'&b=<2>"}},
			indexHead + "<sitemap><loc>https://xn--p7w0w.example/%E5%9C%B0%E5%9B%BE.xml?a=&apos;1&apos;&amp;b=%3C2%3E</loc></sitemap>\n" + indexTail,
		},
		{
			"order kept",
			[]sitemap.Entry{{Loc: loc + "?2"}, {Loc: loc + "?1"}},
			indexHead + "<sitemap><loc>" + loc + "?2</loc></sitemap>\n<sitemap><loc>" + loc + "?1</loc></sitemap>\n" + indexTail,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var buf bytes.Buffer
			if err := sitemap.Index(&buf, slices.Values(tt.entries)); err != nil {
				t.Fatal(err)
			}
			smell(t, buf.Bytes())
			if diff := cmp.Diff(tt.want, buf.String()); diff != "" {
				t.Errorf("index (-want +got):\n%s", diff)
			}
		})
	}
}

func TestIndexErrors(t *testing.T) {
	full := errors.New("disk is full")
	tests := []struct {
		name    string
		entries iter.Seq[sitemap.Entry]
		room    int
		want    string
	}{
		{"empty", entries(0), 1 << 30, "sitemap has no URL"},
		{"one too many", entries(50_001), 1 << 30, "sitemap is full"},
		{"relative", slices.Values([]sitemap.Entry{{Loc: "/1.xml"}}), 1 << 30, `url "/1.xml": not an absolute http(s) URL`},
		{
			"date in year 1",
			slices.Values([]sitemap.Entry{{Loc: page, LastMod: time.Time{}.Add(1)}}),
			1 << 30, `url "` + page + `": lastmod: year outside 1000 to 9999`,
		},
		{"writer fails at the end", entries(1), 10, "disk is full"},
		{"writer fails on the way", entries(2_000), 100_000, "disk is full"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := sitemap.Index(&disk{room: tt.room, err: full}, tt.entries)
			if got := errorText(err); got != tt.want {
				t.Errorf("Index: %s, want %s", got, tt.want)
			}
		})
	}
}

func TestIndexLimits(t *testing.T) {
	t.Run("entries", func(t *testing.T) {
		var buf bytes.Buffer
		if err := sitemap.Index(&buf, entries(50_000)); err != nil {
			t.Fatal(err)
		}
		if got := bytes.Count(buf.Bytes(), []byte("<sitemap>")); got != 50_000 {
			t.Errorf("%d entries, want 50000", got)
		}
	})
	t.Run("bytes", func(t *testing.T) {
		long := func(yield func(sitemap.Entry) bool) {
			loc := "https://xt.news.example/" + strings.Repeat("&", 2000)
			for yield(sitemap.Entry{Loc: loc}) {
			}
		}
		var size counter
		if err := sitemap.Index(&size, long); !errors.Is(err, sitemap.ErrFull) {
			t.Errorf("Index: %v, want ErrFull", err)
		}
		if size > sitemap.MaxBytes || size < sitemap.MaxBytes-100_000 {
			t.Errorf("gave up after %d bytes, want some %d", size, sitemap.MaxBytes)
		}
	})
}
