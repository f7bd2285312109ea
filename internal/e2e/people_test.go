package e2e

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"feedstation/internal/testkit/browser"
	"feedstation/internal/testkit/require"
)

// peopleConfig has a station in Chinese, one in English, one in a language that has no
// words, with a channel in Arabic, one in a folder and without channels, and one of all
// stations with many channels.
const peopleConfig = `
network: {name: 湘江新闻网, timezone: Asia/Shanghai}
stations:
  - id: xt
    name: 湘潭站
    url: http://xt.news.example
    channels: [{id: headlines, name: 莲城要闻}, {id: moment, name: 时刻新闻}, {id: politics, name: 时政}, {id: economy, name: 园区经济}, {id: culture, name: 红色文化}]
  - {id: en, name: Hunan Today, url: "http://en.news.example", language: en, timezone: UTC, channels: [{id: moment, name: News now}]}
  - {id: fr, name: Le Hunan, url: "http://fr.news.example", language: fr, channels: [{id: moment, name: L’instant}, {id: arabic, name: أخبار}]}
  - {id: folder, name: 文件夹站, url: "http://in.news.example/a/folder"}
  - {id: www, name: 湘江新闻网, url: "http://www.news.example", all: true, channels: [%s]}
content: {dsn: content.db}
server: {hosts: [localhost]}
`

// people serves pages for people, with demo articles that end at a fixed time, and returns
// where it listens.
func people(t *testing.T) (address string) {
	t.Helper()
	p := newProcess(t, "xt.news.example")
	var channels []string
	for i := range 60 { // whose names take more than a page
		channels = append(channels, fmt.Sprintf("{id: c%d%s, name: 频道%d%s}", i, strings.Repeat("-long", 12), i, strings.Repeat("之长名", 12)))
	}
	if err := os.WriteFile(filepath.Join(p.dir, "config.yaml"), fmt.Appendf(nil, peopleConfig, strings.Join(channels, ", ")), 0o644); err != nil {
		t.Fatal(err)
	}
	p.run("demo", "--articles", "300", "--seed", "3", "--until", "2026-11-29T16:40:00+08:00")
	p.run("build")
	p.start()
	for deadline := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		status, _, err := fetch("http://127.0.0.1:"+p.admin+"/readyz", "")
		if status == http.StatusOK {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("not ready within %s: %d, %v", patience, status, err)
		}
	}
	return "127.0.0.1:" + p.port
}

// smallTargets names what can be pressed and is smaller than a fingertip (WCAG 2.2,
// 2.5.8), or does not fit the window.
const smallTargets = `[...document.querySelectorAll("a, button")].filter(e => {
	const box = e.getBoundingClientRect();
	return e.checkVisibility() && (box.height < 24 || box.width < 24 || box.right > innerWidth + 1);
}).map(e => e.outerHTML).concat(document.documentElement.scrollWidth > innerWidth ? ["the page is wider than the window"] : [])`

// TestPeople looks at the pages for people in a browser, light and dark, on a phone and on
// a desk, printed, in forced colours and without script.
func TestPeople(t *testing.T) {
	address := people(t)
	b := browser.Start(t, "MAP * "+address+", EXCLUDE localhost", "--unsafely-treat-insecure-origin-as-secure=http://xt.news.example")
	_, port, _ := strings.Cut(address, ":")
	pages := map[string]string{
		"directory":         "http://xt.news.example/feeds.html",
		"preview":           "http://xt.news.example/feeds/moment.html",
		"directory-english": "http://en.news.example/feeds.html",
		"preview-english":   "http://en.news.example/feeds/moment.html",
		"directory-french":  "http://fr.news.example/feeds.html",
		"preview-arabic":    "http://fr.news.example/feeds/arabic.html",
		"directory-folder":  "http://in.news.example/a/folder/feeds.html",
		"directory-all":     "http://www.news.example/feeds.html",
		"directory-last":    "http://www.news.example/feeds-2.html",
		"stations":          "http://localhost:" + port + "/",
		"preview-shared":    "http://localhost:" + port + "/xt/feeds/moment.html",
		"redirected":        "http://xt.news.example/",
		"redirected-folder": "http://in.news.example/a/folder/",
	}
	sizes := map[string]browser.Look{"phone": {Width: 390, Height: 844}, "desktop": {Width: 1280, Height: 900}}
	for page, at := range pages {
		for size, look := range sizes {
			for _, scheme := range []string{"light", "dark"} {
				look.Features = map[string]string{"prefers-color-scheme": scheme}
				t.Run(page+"/"+size+"/"+scheme, func(t *testing.T) {
					b.Open(at, look)
					mustBeQuiet(t, b, at)
					keepPicture(t, b, page+"-"+size+"-"+scheme)
				})
			}
		}
		t.Run(page+"/print", func(t *testing.T) {
			b.Open(at, browser.Look{Width: 800, Height: 1100, Media: "print"})
			var shown int
			if b.Run(&shown, `[...document.querySelectorAll("button, .links")].filter(e => e.checkVisibility()).length`); shown > 0 {
				t.Errorf("%d buttons are printed", shown)
			}
			keepPicture(t, b, page+"-print")
		})
		t.Run(page+"/forced", func(t *testing.T) {
			b.Open(at, browser.Look{Width: 1280, Height: 900, Features: map[string]string{"forced-colors": "active"}})
			mustBeQuiet(t, b, at)
			keepPicture(t, b, page+"-forced")
		})
		t.Run(page+"/without script", func(t *testing.T) {
			b.Open(at, browser.Look{Width: 1280, Height: 900, NoScript: true})
			if said := b.Said(); len(said) > 0 {
				t.Errorf("it says %s", said)
			}
			keepPicture(t, b, page+"-noscript")
		})
	}
}

// mustBeQuiet holds that a page asks its own host alone, says nothing on the console, and
// can be used by a finger.
func mustBeQuiet(t *testing.T, b *browser.Browser, at string) {
	t.Helper()
	if said := b.Said(); len(said) > 0 {
		t.Errorf("it says %s", said)
	}
	host := hostOf(t, at)
	asked := b.Asked()
	for _, address := range asked {
		if hostOf(t, address) != host {
			t.Errorf("it asks for %s", address)
		}
	}
	if len(asked) < 2 {
		t.Errorf("it asked for %s alone", asked)
	}
	var small []string
	if b.Run(&small, smallTargets); len(small) > 0 {
		t.Errorf("too small for a finger, or for the window: %s", small)
	}
}

func hostOf(t *testing.T, address string) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return u.Host
}

// keepPicture writes a picture into the folder that FEEDSTATION_PICTURES names, if it does.
func keepPicture(t *testing.T, b *browser.Browser, name string) {
	t.Helper()
	folder := os.Getenv("FEEDSTATION_PICTURES")
	if folder == "" {
		return
	}
	if err := os.WriteFile(filepath.Join(folder, "pages-"+name+".png"), b.Picture(), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestPeopleCopy presses the button that copies an address.
func TestPeopleCopy(t *testing.T) {
	b := browser.Start(t, "MAP * "+people(t), "--unsafely-treat-insecure-origin-as-secure=http://xt.news.example")
	b.Allow("clipboardReadWrite", "clipboardSanitizedWrite")
	b.Open("http://xt.news.example/feeds/moment.html", browser.Look{Width: 390, Height: 844})
	var got struct{ Text, Button, Said, After string }
	b.Run(&got, `(async () => {
		const button = document.querySelectorAll("button")[1], status = document.querySelector("[role=status]");
		button.click();
		while (!status.textContent) await new Promise(r => setTimeout(r, 10));
		const seen = {Text: await navigator.clipboard.readText(), Button: button.textContent, Said: status.textContent};
		while (status.textContent) await new Promise(r => setTimeout(r, 10));
		return {...seen, After: button.textContent};
	})()`)
	if got.Text != "http://xt.news.example/moment/atom.xml" || got.Button != "已复制" || got.Said != "已复制" || got.After != "复制" {
		t.Errorf("copied: %+v", got)
	}
}

// TestPeopleAxe holds that axe-core, which knows the rules of WCAG 2.2, finds nothing.
func TestPeopleAxe(t *testing.T) {
	axe := axeCore(t)
	address := people(t)
	b := browser.Start(t, "MAP * "+address, "--unsafely-treat-insecure-origin-as-secure=http://xt.news.example")
	for _, at := range []string{
		"http://xt.news.example/feeds.html", "http://xt.news.example/feeds/moment.html", "http://en.news.example/feeds.html",
		"http://fr.news.example/feeds.html", "http://fr.news.example/feeds/arabic.html", "http://in.news.example/a/folder/feeds.html",
		"http://www.news.example/feeds.html", "http://www.news.example/feeds-2.html", "http://localhost/",
	} {
		for _, scheme := range []string{"light", "dark"} {
			for _, width := range []int{390, 1280} {
				t.Run(fmt.Sprintf("%s/%s/%d", at, scheme, width), func(t *testing.T) {
					b.Open(at, browser.Look{Width: width, Height: 900, Features: map[string]string{"prefers-color-scheme": scheme}})
					mustBeAccessible(t, b, axe)
				})
			}
		}
	}
}

// axeCore returns the script of axe-core. Without it the test is skipped, see require.Named.
func axeCore(t *testing.T) string {
	t.Helper()
	return string(readFile(t, require.Named(t, "FEEDSTATION_AXE", "the file axe.min.js of the npm package axe-core 4.14.1")))
}

// mustBeAccessible fails the test where axe-core finds something in the page that is open.
func mustBeAccessible(t *testing.T, b *browser.Browser, axe string) {
	t.Helper()
	b.Run(nil, axe)
	var found []struct {
		ID, Help string
		Nodes    []struct{ HTML, FailureSummary string }
	}
	b.Run(&found, `axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}).then(r => r.violations)`)
	for _, violation := range found {
		t.Errorf("%+v", violation)
	}
}
