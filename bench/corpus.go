package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"time"

	"feedstation/internal/article"
	"feedstation/internal/config"
	"feedstation/internal/demo"
)

// feedItems is how many articles each feed has.
const feedItems = 50

// station is the one whose feed and sitemap are compared.
const (
	station = "xt"
	host    = "xt.news.example"
)

// settings is the configuration of all runs of feedstation; what differs comes
// from the environment.
const settings = `network: {name: 湘江新闻网, timezone: Asia/Shanghai}
stations:
  - id: xt
    name: 湘潭站
    url: https://xt.news.example
    channels: [{id: headlines, name: 要闻}, {id: moment, name: 时刻新闻}, {id: culture, name: 文化}]
content: {driver: sqlite, dsn: content.db}
feeds: {items: 50, window: 0s}
log: {level: warn}
`

// line is an article in the import format, as far as peers have a use for it.
type line struct {
	ID        string    `json:"id"`
	Station   string    `json:"station"`
	Channels  []string  `json:"channels"`
	URL       string    `json:"url"`
	Title     string    `json:"title"`
	Summary   string    `json:"summary"`
	Body      string    `json:"body"`
	Authors   []string  `json:"authors"`
	Published time.Time `json:"published"`
	Updated   time.Time `json:"updated"`
	Tags      []string  `json:"tags,omitempty"`
	Language  string    `json:"language,omitempty"`
	Status    string    `json:"status"`
}

// corpus yields the demo articles, the oldest first. All are published: what the
// demo withdraws says nothing of peers that know no such thing.
func corpus(settingsFile string, n int, until time.Time) (iter.Seq[line], error) {
	cfg, err := config.Load(settingsFile, nil)
	if err != nil {
		return nil, err
	}
	return func(yield func(line) bool) {
		for a := range demo.Articles(cfg.Network, n, 1, until) {
			if !yield(newLine(&a)) {
				return
			}
		}
	}, nil
}

func newLine(a *article.Article) line {
	return line{
		ID: a.ID, Station: a.Station, Channels: a.Channels, URL: a.URL, Title: a.Title, Summary: a.Summary, Body: a.Body,
		Authors: a.Authors, Published: a.Published, Updated: a.Updated, Tags: a.Tags, Language: a.Language, Status: "published",
	}
}

// write writes a corpus as JSON Lines.
func write(file string, lines iter.Seq[line]) (err error) {
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	w := bufio.NewWriter(f)
	encoder := json.NewEncoder(w)
	for l := range lines {
		if err := encoder.Encode(l); err != nil {
			return err
		}
	}
	return w.Flush()
}

// read reads a corpus.
func read(file string) ([]line, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var lines []line
	for decoder := json.NewDecoder(bufio.NewReader(f)); decoder.More(); {
		var l line
		if err := decoder.Decode(&l); err != nil {
			return nil, err
		}
		lines = append(lines, l)
	}
	return lines, nil
}

// library holds corpora by size, each written once.
type library struct {
	dir   string
	until time.Time
	files map[int]string
}

func newLibrary(dir string) (*library, error) {
	l := &library{dir: dir, until: time.Now().Truncate(time.Second), files: map[int]string{}}
	return l, os.WriteFile(l.settings(), []byte(settings), 0o644)
}

func (l *library) settings() string { return filepath.Join(l.dir, "config.yaml") }

func (l *library) file(n int) (string, error) {
	if file, ok := l.files[n]; ok {
		return file, nil
	}
	lines, err := corpus(l.settings(), n, l.until)
	if err != nil {
		return "", err
	}
	file := filepath.Join(l.dir, fmt.Sprintf("%d.jsonl", n))
	if err := write(file, lines); err != nil {
		return "", err
	}
	l.files[n] = file
	return file, nil
}
