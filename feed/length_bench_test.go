package feed_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"feedstation/feed"
)

// BenchmarkPrepareLength shows the time for each byte of an article, which must
// not grow with the length.
func BenchmarkPrepareLength(b *testing.B) {
	body := func(part string) func(*feed.Item, int) {
		return func(it *feed.Item, n int) { it.Body = strings.Repeat(part, n/len(part)) }
	}
	inside := func(before, part, after string) func(*feed.Item, int) {
		return func(it *feed.Item, n int) { it.Body = before + strings.Repeat(part, n/len(part)) + after }
	}
	numbered := func(before, part, after string) func(*feed.Item, int) {
		return func(it *feed.Item, n int) {
			var s strings.Builder
			s.WriteString(before)
			for i := 0; s.Len() < n; i++ {
				fmt.Fprintf(&s, part, i)
			}
			it.Body = s.String() + after
		}
	}
	list := func(n, size int) []string {
		names := make([]string, n/size)
		for i := range names {
			names[i] = fmt.Sprintf("%0*d", size, i)
		}
		return names
	}
	for _, kind := range []struct {
		name string
		set  func(*feed.Item, int)
	}{
		{"text", body("湘潭 ")},
		{"paragraphs", body("<p>湘潭</p>")},
		{"open elements", body("<div>")},
		{"nested", body("<b><i>a")},
		{"end tags", body("</b></p>")},
		{"table cells", body("<table><tr><td>")},
		{"lists", body("<ul><li>a")},
		{"empty", body("<p><b> </b></p>")},
		{"empty inside", inside("<p>", "<b> </b>", "</p>")},
		{"videos", body(`<video src="1.mp4">`)},
		{"videos with texts", body(`<video src="1.mp4">a</video>`)},
		{"muted", body("<form><object>")},
		{"muted and ended", inside("", "<form>", "</form>")},
		{"noscript", body("<noscript><img src=1.jpg>")},
		{"comments", body("<!--")},
		{"declarations", body("<!a")},
		{"tags without an end", body("<a b=")},
		{"quotes without an end", body(`<a b="`)},
		{"less than", body("<")},
		{"raw", body("<xmp></x")},
		{"scripts", body("<script></scrip")},
		{"attributes", numbered("<p ", "a%d=1 ", ">")},
		{"equal attributes", inside("<p ", "a=1 ", ">")},
		{"slashes", inside("<p ", "/", ">")},
		{"srcset", inside(`<img src="1.jpg" srcset="`, "1.jpg x,", `">`)},
		{"srcset of spaces", inside(`<img src="1.jpg" srcset="`, " ,", `">`)},
		{"srcset of schemes", inside(`<img src="1.jpg" srcset="`, "a:b 1x, ", `">`)},
		{"data picture", inside(`<img src="data:image/png;base64,`, "AAAA", `">`)},
		{"style", inside(`<p style="`, "a:b;", `">a</p>`)},
		{"pictures", numbered("", `<img src="%d.jpg">`, "")},
		{"lazy pictures", numbered("", `<img src="loading.gif" data-src="%d.jpg"><noscript><img src="a.jpg"></noscript>`, "")},
		{"references", body("&amp;")},
		{"references without an end", body("&am")},
		{"numbers", body("&#1")},
		{"long number", inside("&#", "1", ";")},
		{"references in a value", inside(`<a href="/?`, "&amp", `">a</a>`)},
		{"ampersands", body("&")},
		{"links", body(`<a href="../1.html">a</a>`)},
		{"upwards", inside(`<a href="`, "a/../", `">a</a>`)},
		{"host", inside(`<a href="https://`, "中", `/">a</a>`)},
		{"accents", inside("e", "\u0301", "")},
		{"joiners", body("👩\u200d")},
		{"flags", body("🇨🇳")},
		{"controls", body("\x00\x01")},
		{"not UTF-8", body("\xff\xe4")},
		{"title", func(it *feed.Item, n int) { it.Title = strings.Repeat("<b>湘&潭 ", n/12) }},
		{"title of accents", func(it *feed.Item, n int) { it.Title = "e" + strings.Repeat("\u0301", n/2) }},
		{"summary", func(it *feed.Item, n int) { it.Summary = strings.Repeat("<p>a", n/4) }},
		{"tags", func(it *feed.Item, n int) { it.Tags = list(n, 8) }},
		{"equal tags", func(it *feed.Item, n int) { it.Tags = slices.Repeat([]string{"tag"}, n/3) }},
		{"authors", func(it *feed.Item, n int) { it.Authors = list(n, 8) }},
		{"images", func(it *feed.Item, n int) {
			for _, name := range list(n, 16) {
				it.Images = append(it.Images, feed.Image{URL: name + ".jpg", Caption: name})
			}
		}},
		{"enclosures", func(it *feed.Item, n int) {
			for _, name := range list(n, 16) {
				it.Enclosures = append(it.Enclosures, feed.Enclosure{URL: name + ".mp4"})
			}
		}},
		{"media type", func(it *feed.Item, n int) {
			it.Images = []feed.Image{{URL: "1.jpg", Type: "image/png" + strings.Repeat("; a*0=b", n/7)}}
		}},
		{"language", func(it *feed.Item, n int) { it.Language = "en" + strings.Repeat("-abcdefgh", n/9) }},
		{"address", func(it *feed.Item, n int) { it.URL += strings.Repeat("中", n/3) }},
		{"host of the address", func(it *feed.Item, n int) { it.URL = "https://" + strings.Repeat("中", n/3) }},
	} {
		for _, length := range []int{1 << 10, 4 << 10, 16 << 10, 64 << 10, 256 << 10, 1 << 20} {
			it := feed.Item{URL: "https://xt.news.example/1.html", Title: "a", Published: time.Date(2019, 3, 11, 12, 0, 0, 0, shanghai)}
			kind.set(&it, length)
			b.Run(fmt.Sprintf("%s/%d", kind.name, length), func(b *testing.B) {
				for b.Loop() {
					_, _ = feed.Prepare(it)
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*length), "ns/B")
			})
		}
	}
}
