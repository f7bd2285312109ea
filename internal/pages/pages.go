// Package pages makes what people see of feeds: the directory of a station's feeds, a
// preview of each channel's, and the list of all stations. A page is made of what it
// shows alone: it reads no clock, and equal content gives equal bytes.
//
// Pages need nothing of another host, no script and no style of their own: one file of
// style and one script, which copies addresses, stand beside the directory.
package pages

import (
	"bytes"
	"cmp"
	"embed"
	"fmt"
	"html/template"
	"strings"
	"time"

	"feedstation/internal/network"
)

// Media types of the documents.
const (
	Type       = "text/html; charset=utf-8"
	StyleType  = "text/css; charset=utf-8"
	ScriptType = "text/javascript; charset=utf-8"
	IconType   = "image/svg+xml"
)

// maxBytes is what a page has at most, as long as the names of its channels and
// stations leave room.
const maxBytes = 15_000

// What is embedded does not change, nor do the templates once they are parsed.
var (
	//go:embed site
	site embed.FS

	templates = template.Must(template.ParseFS(site, "site/*.html"))
)

// Style returns the style of all pages.
func Style() []byte { return mustRead("site/feeds.css") }

// Script returns the script of all pages.
func Script() []byte { return mustRead("site/feeds.js") }

// Icon returns the icon of all pages: without one, browsers ask for /favicon.ico.
func Icon() []byte { return mustRead("site/feeds.svg") }

func mustRead(name string) []byte {
	text, err := site.ReadFile(name)
	if err != nil {
		panic(err) // it is compiled in
	}
	return text
}

// Item is an article as a page shows it. URL is absolute, the texts are plain.
type Item struct {
	URL, Title, Summary string
	Language            string // BCP 47; empty: the page's
	Published           time.Time
}

// page is what all pages have.
type page struct {
	*words
	Lang      string            // of what the newsroom wrote
	WordsLang template.HTMLAttr // of the words, where that is another; else empty
	NamesLang template.HTMLAttr // and that of what the newsroom wrote
	Title     string
	FeedTitle string // of what it is the page
	Station   string
	Home      string // the station's own page
	Canonical string
	Root      string // from the page to the station's folder
	zone      *time.Location
}

// pageOf returns the page of a channel, or of the station itself.
func pageOf(s *network.Station, channel network.Channel, title string) page {
	w, path := wordsOf(s.Language), network.PreviewPath(channel.ID)
	p := page{
		words: w, Lang: cmp.Or(s.Language, w.language), Title: title, FeedTitle: s.Title(channel), Station: s.Name, Home: s.Address("/"),
		Canonical: s.Address(path), Root: strings.Repeat("../", strings.Count(path, "/")-1), zone: s.Zone,
	}
	if base(p.Lang) != w.language {
		p.WordsLang, p.NamesLang = lang(w.language), lang(p.Lang)
	}
	return p
}

// langOf returns the attribute of a text in that language, "" for the station's.
func (p *page) langOf(language string) template.HTMLAttr {
	if language == "" || language == p.Lang {
		return p.NamesLang
	}
	return lang(language)
}

func lang(language string) template.HTMLAttr {
	return template.HTMLAttr(` lang="` + escape(language) + `"`)
}

// zoneText says of which time zone the times are.
func (p *page) zoneText() string { return fmt.Sprintf(p.times, p.zone) }

func (p *page) moment(t time.Time) template.HTML {
	if t.IsZero() {
		return ""
	}
	t = t.In(p.zone)
	return template.HTML(`<time datetime="` + t.Format(time.RFC3339) + `">` + t.Format(p.layout) + `</time>`)
}

// render executes a template.
func render(name string, data any) []byte {
	var out bytes.Buffer
	out.Grow(maxBytes)
	if err := templates.ExecuteTemplate(&out, name, data); err != nil {
		panic(err) // the data has all that the template names
	}
	return out.Bytes()
}
