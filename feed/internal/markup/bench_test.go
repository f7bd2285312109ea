package markup

import (
	"fmt"
	"strings"
	"testing"
)

// BenchmarkBody measures bodies of 4 KB: news as most are, the same from an old
// editor with its spans and styles, and text that is half links.
func BenchmarkBody(b *testing.B) {
	const paragraph = "这一年，园区坚持“创新引领、开放崛起”的战略，以招商引资和项目建设为着力点，各项工作有力推进。"
	var links strings.Builder
	for i := range 40 {
		fmt.Fprintf(&links, `<li><a href="/a/%d.html?a=1&amp;b=2" target="_blank">雨湖工业集中区</a> <b>"new"</b></li>`, i)
	}
	bodies := []struct{ name, body string }{
		{"news", strings.Repeat("<p>　　"+paragraph+"</p>\n<p>"+paragraph+`<a href="/topic/2019">专题</a></p>`+"\n"+
			`<figure><img src="loading.gif" data-src="1.jpg" alt=""><figcaption>图为文艺汇演。</figcaption></figure>`+"\n<p>&nbsp;</p>\n", 8)},
		{"old", strings.Repeat(`<p style="text-indent:2em;"><span style="font-size:16px;">`+paragraph+`</span></p><p align="center">`+
			`<img border=0 src="/upload/1.jpg" width="600" height="400"/></p><p><br/></p>`, 12)},
		{"links", links.String()},
	}
	for _, body := range bodies {
		b.Run(body.name, func(b *testing.B) {
			base := page(b)
			b.SetBytes(int64(len(body.body)))
			b.ReportAllocs()
			for b.Loop() {
				Body(body.body, base)
			}
		})
	}
}

func BenchmarkSummary(b *testing.B) {
	s := strings.Repeat("<p>这一年，园区坚持“创新引领、开放崛起”的战略，以招商引资和项目建设为着力点。</p>\n", 37)
	b.ReportAllocs()
	for b.Loop() {
		Summary(s)
	}
}
