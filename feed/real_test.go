package feed_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode"

	"feedstation/feed"
)

// TestGoldenRealArticle renders one real article of a real station. Its
// sentences are not ours to publish: each Han character is written as the same
// one. Lines are broken between elements and paragraphs, so that a person can
// read the rest and compare it.
func TestGoldenRealArticle(t *testing.T) {
	c := emptyChannel()
	c.Items, c.Updated = []feed.Item{realItem(t)}, time.Time{}
	for _, d := range documents() {
		t.Run(d.name, func(t *testing.T) {
			doc, err := d.render(c)
			if err != nil {
				t.Fatal(err)
			}
			checkForm(t, d.name, doc)
			checkGolden(t, "real."+d.name, append(bytes.Map(maskHan, broken(t, d.name, doc)), '\n'))
		})
	}
}

// broken breaks the lines of a document.
func broken(t *testing.T, format string, doc []byte) []byte {
	if format != "json" {
		return betweenElements.ReplaceAll(doc, []byte("$1\n$2"))
	}
	var indented bytes.Buffer
	if err := json.Indent(&indented, doc, "", "  "); err != nil {
		t.Fatal(err)
	}
	return bytes.ReplaceAll(indented.Bytes(), []byte(`\n`), []byte("\\n\n"))
}

var betweenElements = regexp.MustCompile(`(>)(<[^/])`)

func maskHan(r rune) rune {
	if unicode.Is(unicode.Han, r) {
		return '字'
	}
	return r
}

// sharedFile reads a file of the shared data beside the repository.
func sharedFile(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "shared", "data", name))
	switch {
	case errors.Is(err, fs.ErrNotExist) && os.Getenv("FEEDSTATION_REQUIRE") != "all":
		t.Skip("needs shared/data/" + name + " beside the repository, which is not there")
	case err != nil:
		t.Fatal(err)
	}
	return data
}

// realItem reads the article, from a host of ours.
func realItem(t *testing.T) feed.Item {
	t.Helper()
	data := sharedFile(t, "articles-xt.jsonl")
	var a struct {
		Channels            []string
		URL, Title, Summary string
		Body                string
		Authors             []string
		Editor, Rights      string
		Source              feed.Source
		Published           time.Time
		Images              []feed.Image
	}
	if err := json.Unmarshal(data, &a); err != nil {
		t.Fatal(err)
	}
	address, err := url.Parse(a.URL)
	if err != nil {
		t.Fatal(err)
	}
	ours := strings.NewReplacer(address.Host, "xt.news.example").Replace
	item := feed.Item{
		URL: ours(a.URL), Title: a.Title, Summary: a.Summary, Body: a.Body, Authors: a.Authors, Editor: a.Editor, Rights: a.Rights,
		Source: feed.Source{Name: a.Source.Name, URL: ours(a.Source.URL)}, Published: a.Published, Updated: a.Published, Images: a.Images,
	}
	for _, channel := range a.Channels {
		item.Categories = append(item.Categories, feed.Category{Term: channel, Scheme: "https://xt.news.example/", Label: "时刻新闻"})
	}
	return item
}
