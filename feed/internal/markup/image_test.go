package markup

import "testing"

func TestBodyImages(t *testing.T) {
	const one = `<img src="` + dir + `1.jpg" alt="">`
	checkBodies(t, []bodyTest{
		{"data-src", `<img data-src="1.jpg">`, one},
		{"data-original beside a placeholder", `<img src="/img/loading.gif" data-original="1.jpg">`, one},
		{"data-src beside another picture", `<img src="/skin/default.jpg" data-src="1.jpg">`, one},
		{"data: placeholder", `<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=" data-lazy-src="1.jpg">`, one},
		{"the most used attribute first", `<img data-url="3.jpg" data-original="2.jpg" data-src="1.jpg">`, one},
		{"forum", `<img src="static/image/common/none.gif" file="1.jpg">`, one},
		{"Chinese with a space", `<img data-src="图 1.jpg">`, `<img src="` + dir + `%E5%9B%BE%201.jpg" alt="">`},
		{"a setting is no address", `<img src="1.jpg" data-lazy="true" data-url="{{x}}">`, one},
		{"lazy placeholder in the lazy attribute", `<img src="1.jpg" data-src="loading.gif">`, one},
		{"script in the lazy attribute", `a<img src="1.jpg" data-src="javascript:x/y">`, "a" + one},
		{"data-srcset", `<img src="data:x" srcset="data:x 1x" data-srcset="1.jpg 1x, 2.jpg 2x">`, `<img src="` + dir + `1.jpg" srcset="` + dir + `1.jpg 1x, ` + dir + `2.jpg 2x" alt="">`},
		{"lazy source", `<picture><source data-srcset="1.webp" type="image/webp"><img data-src="1.jpg"></picture>`, `<picture><source srcset="` + dir + `1.webp" type="image/webp">` + one + `</picture>`},
		{"lazy film", `<video data-src="1.mp4"></video>`, `<video src="` + dir + `1.mp4" controls=""></video>`},
		{"placeholder alone", `a<img src="/img/loading.gif"><img src="blank.gif"><img src="1x1.gif"><img src="about:blank">`, "a"},
		{"numbers are no placeholders", `<img src="1.png">`, `<img src="` + dir + `1.png" alt="">`},
		{"photographs of like names", `<img src="blank.jpg"><img src="track.jpg?1"><img src="count.png?v=2">`, `<img src="` + dir + `blank.jpg" alt=""><img src="` + dir + `track.jpg?1" alt=""><img src="` + dir + `count.png?v=2" alt="">`},

		{"noscript behind the lazy picture", `<img data-src="1.jpg"><noscript><img src="1.jpg"></noscript>`, one},
		{"noscript with another size", `<img data-src="1.jpg"> <noscript><img src="1.jpg?w=300"></noscript>`, one},
		{"noscript before the lazy picture", `<noscript><img src="1.jpg"></noscript><img src="data:x" data-src="1.jpg?w=300">`, one},
		{"noscript behind the noscript of a lazy picture", `<img data-src="1.jpg"><noscript><img src="1.jpg"></noscript><noscript><img src="2.jpg"></noscript>`, one + `<img src="` + dir + `2.jpg" alt="">`},
		{"noscript alone", `<noscript><img src="1.jpg"></noscript>`, one},
		{"noscript behind a placeholder", `<img src="loading.gif"><noscript><img src="1.jpg"></noscript>`, one},
		{"noscript elsewhere", `<img data-src="1.jpg"><p>a</p><noscript><img src="1.jpg"></noscript>`, one + "<p>a</p>"},
		{"two with noscript", `<img data-src="1.jpg"><noscript><img src="1.jpg"></noscript><img data-src="2.jpg"><noscript><img src="2.jpg"></noscript>`, one + `<img src="` + dir + `2.jpg" alt="">`},
		{"two with noscript before", `<noscript><img src="1.jpg"></noscript><img data-src="1.jpg"><noscript><img src="2.jpg"></noscript><img data-src="2.jpg">`, one + `<img src="` + dir + `2.jpg" alt="">`},
		{"another picture in noscript", `<img src="1.jpg"><noscript><img src="2.jpg"></noscript>`, one + `<img src="` + dir + `2.jpg" alt="">`},
		{"a picture that is really there twice", `<img src="1.jpg"><img src="1.jpg">`, one + one},
		{"text in noscript", "a<noscript>请启用脚本<p>x</p></noscript>b", "ab"},
		{"noscript without an end", "a<noscript>b<p>c", "ab<p>c</p>"},

		{"one pixel", `a<img src="1.gif" width="1" height="1"><img src=2.gif width=1px>`, "a"},
		{"no pixel", `a<img src="1.gif" width=0 height=0>`, "a"},
		{"a size by mistake", `<img src="1.jpg" width="600" height="0">`, `<img src="` + dir + `1.jpg" alt="" width="600">`},
		{"hidden", `a<img src="1.jpg" style="display: NONE"><img src=2.jpg hidden><img src=3.jpg style="visibility:hidden;x">`, "a"},
		{"small by style", `a<img src="1.jpg" style="width:1px;height:1px"><img src=2.jpg style="height:0!important">`, "a"},
		{"in something hidden", `a<div style="display:none"><img src="1.jpg"></div><p style='left:-9999px'><img src=2.jpg>b</p>`, "a"},
		{"pixel in noscript", `a<noscript><img src="/tr?id=1&ev=x" height="1" width="1" style="display:none"></noscript>`, "a"},
		{"moved away in noscript", `a<noscript><div><img src="/watch/123" style="position:absolute; left:-9999px;"></div></noscript>`, "a"},
		{"hidden in noscript", `a<noscript><div style="display:none"><img src="/watch/123"></div></noscript><noscript><p hidden>x<i><img src=2.jpg></noscript>` + `<noscript><img src="1.jpg"></noscript>`, "a" + one},
		{"beacons", `a<img src="//a.example/hm.gif?si=1"><img src="/pixel.gif?x"><img src="/tr?id=1"><img src="/stat.php?id=1"><img src="/__utm.gif?x=1"><img src="/b.gif?x"><img srcset="/pixel.gif?x 1x">`, "a"},
		{"animations are no beacons", `<img src="hm.gif"><img src="log.gif">`, `<img src="` + dir + `hm.gif" alt=""><img src="` + dir + `log.gif" alt="">`},
	})
}
