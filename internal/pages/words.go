package pages

import (
	"fmt"
	"strings"
	"time"
)

// words are those of the pages in one language. Those with a verb are formats.
type words struct {
	language string // BCP 47
	layout   string // of a time

	Subscribe   string // to a station: the directory's title
	About       string // what a feed is
	AllArticles string // the name of a station's own feed
	Channels    string
	Stations    string
	NoArticles  string
	NewestOnes  string
	openIn      string // a link that opens a reader on the device
	copy        string
	copied      string
	OPML        string
	OPMLAbout   string
	PreviewOf   string // what a preview is
	Scan        string // below the QR code
	AboutFeed   string
	Previous    string // page
	Next        string
	Number      string
	Interval    string
	Size        string
	Changed     string

	times    string // with a time zone
	comment  string // in feeds, with the page's address
	link     string // in pages of the station, with the feed's title
	one      string // article
	many     string // articles, with their number
	minutes  string
	minute   string
	stations string // of a network, with its name
}

// Words do not change.
var (
	chinese = words{
		language: "zh", layout: "2006年1月2日 15:04",
		Subscribe: "订阅", About: "订阅源是一个网址：把它交给阅读器，新文章就会自动出现在那里，不用注册，也没有推荐算法。",
		AllArticles: "全部文章", Channels: "频道", Stations: "各站", NoArticles: "暂无文章", NewestOnes: "最新文章",
		openIn: "用阅读器打开", copy: "复制", copied: "已复制",
		OPML: "下载 OPML", OPMLAbout: "一个文件，包含这里的所有订阅源，可导入任何阅读器。",
		PreviewOf: "这是一个订阅源的预览。把下面的地址交给阅读器，就能收到以后的每一篇文章。",
		Scan:      "用手机扫码打开本页", AboutFeed: "关于此订阅源", Previous: "上一页", Next: "下一页", Number: "文章数", Interval: "建议更新间隔", Size: "大小", Changed: "最近变更",
		times: "时间均为 %s。", comment: "这是供阅读器使用的订阅源。请用浏览器打开 %s", link: "订阅 %s", one: "1 篇", many: "%d 篇", minutes: "%d 分钟", minute: "1 分钟",
		stations: "%s · 各站订阅",
	}
	english = words{
		language: "en", layout: "2 January 2006, 15:04",
		Subscribe: "Subscribe", About: "A feed is an address that you give to a reader app: new articles then appear there by themselves, without an account and without an algorithm that chooses.",
		AllArticles: "All articles", Channels: "Channels", Stations: "Stations", NoArticles: "No articles yet", NewestOnes: "Newest articles",
		openIn: "Open in a reader", copy: "Copy", copied: "Copied",
		OPML: "Download OPML", OPMLAbout: "All feeds in one file, which every reader can import.",
		PreviewOf: "This is the preview of a feed. Give one of its addresses to a reader app to receive every article from now on.",
		Scan:      "Scan to open this page on a phone", AboutFeed: "About this feed", Previous: "Previous page", Next: "Next page", Number: "Articles", Interval: "Suggested interval", Size: "Size", Changed: "Last change",
		times: "Times are those of %s.", comment: "This is a feed, for reader apps. Open in a browser: %s", link: "Subscribe to %s", one: "1 article", many: "%d articles", minutes: "%d minutes", minute: "1 minute",
		stations: "Feeds of %s",
	}
)

// wordsOf returns the words of a language, English for one that has none.
func wordsOf(language string) *words {
	if base(language) == chinese.language {
		return &chinese
	}
	return &english
}

// base returns the primary subtag of a language.
func base(language string) string {
	subtag, _, _ := strings.Cut(strings.ToLower(language), "-")
	return subtag
}

func (w *words) count(n int) string {
	if n == 1 {
		return w.one
	}
	return fmt.Sprintf(w.many, n)
}

func (w *words) interval(d time.Duration) string {
	if d <= time.Minute {
		return w.minute
	}
	return fmt.Sprintf(w.minutes, int(d/time.Minute))
}

// bytesText returns a size as people read it.
func bytesText(n int64) string {
	switch {
	case n < 1000:
		return fmt.Sprintf("%d B", n)
	case n < 100_000:
		return fmt.Sprintf("%.1f kB", float64(n)/1000)
	case n < 1_000_000:
		return fmt.Sprintf("%.0f kB", float64(n)/1000)
	}
	return fmt.Sprintf("%.1f MB", float64(n)/1_000_000)
}
