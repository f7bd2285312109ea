package demo

import (
	"bytes"
	"encoding/json"
	"flag"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"feedstation/internal/article"
	"feedstation/internal/network"
)

var update = flag.Bool("update", false, "write the golden files")

var china = time.FixedZone("", 8*60*60)

// until is a Friday afternoon.
var until = time.Date(2026, 11, 20, 15, 4, 5, 600, china)

func station(id, name string, channels ...string) *network.Station {
	s := &network.Station{ID: id, Name: name, URL: "https://" + id + ".news.example", Language: "zh-CN", Zone: china}
	for _, c := range channels {
		s.Channels = append(s.Channels, network.Channel{ID: c, Name: c})
	}
	return s
}

func newNetwork(t testing.TB, stations ...*network.Station) *network.Network {
	t.Helper()
	n, err := network.New("湘江新闻网", stations, nil)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func small(t testing.TB) *network.Network {
	return newNetwork(t, station("xt", "湘潭站", "moment", "culture", "weather"), station("hy", "衡阳站", "society", "sports"))
}

// large has an `all` station and fourteen others, one of them without channels.
func large(t testing.TB) *network.Network {
	whole := station("www", "湘江新闻网", "moment")
	whole.All = true
	stations := []*network.Station{whole}
	channels := []string{
		"moment", "politics", "culture", "society", "economy", "sports", "education", "health", "tech", "travel",
		"weather", "traffic", "rumour",
	}
	for i, name := range []string{
		"长沙站", "株洲站", "湘潭站", "衡阳站", "邵阳站", "岳阳站", "常德站", "张家界站", "益阳站", "郴州站", "永州站",
		"怀化站", "娄底站", "湘西站",
	} {
		stations = append(stations, station("s"+strconv.Itoa(i), name, channels[:(i*3)%len(channels)]...))
	}
	return newNetwork(t, stations...)
}

func TestGolden(t *testing.T) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	for a := range first(Articles(small(t), 300, 1, until), 3) {
		if err := encoder.Encode(imported(a)); err != nil {
			t.Fatal(err)
		}
	}
	golden := filepath.Join("testdata", "first.json")
	if *update {
		if err := os.WriteFile(golden, text.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), text.String()); diff != "" {
		t.Errorf("%s (-want +got):\n%s", golden, diff)
	}
}

// line is an article as it is imported.
type line struct {
	ID          string              `json:"id"`
	Station     string              `json:"station"`
	Channels    []string            `json:"channels,omitempty"`
	URL         string              `json:"url"`
	Title       string              `json:"title"`
	Summary     string              `json:"summary,omitempty"`
	Body        string              `json:"body"`
	Authors     []string            `json:"authors"`
	Editor      string              `json:"editor"`
	Source      article.Source      `json:"source"`
	Published   time.Time           `json:"published"`
	Updated     time.Time           `json:"updated"`
	Expires     time.Time           `json:"expires,omitzero"`
	Images      []article.Image     `json:"images,omitempty"`
	Enclosures  []article.Enclosure `json:"enclosures,omitempty"`
	Tags        []string            `json:"tags"`
	Language    string              `json:"language,omitempty"`
	Rights      string              `json:"rights,omitempty"`
	OriginalURL string              `json:"original_url,omitempty"`
	NextURL     string              `json:"next_url,omitempty"`
	Status      string              `json:"status"`
	NoIndex     bool                `json:"noindex,omitempty"`
}

func imported(a article.Article) line {
	return line{
		ID: a.ID, Station: a.Station, Channels: a.Channels, URL: a.URL,
		Title: a.Title, Summary: a.Summary, Body: a.Body,
		Authors: a.Authors, Editor: a.Editor, Source: a.Source,
		Published: a.Published, Updated: a.Updated, Expires: a.Expires,
		Images: a.Images, Enclosures: a.Enclosures, Tags: a.Tags,
		Language: a.Language, Rights: a.Rights, OriginalURL: a.OriginalURL, NextURL: a.NextURL,
		Status: string(a.Status), NoIndex: a.NoIndex,
	}
}

// What the generator writes survives the import format: nothing that it sets
// has no name there.
func TestImport(t *testing.T) {
	for a := range Articles(large(t), 200, 1, until) {
		text, err := json.Marshal(imported(a))
		if err != nil {
			t.Fatal(err)
		}
		got, _, err := article.Decode(text)
		if err != nil {
			t.Fatalf("%v: %s", err, text)
		}
		if diff := cmp.Diff(a, got); diff != "" {
			t.Fatalf("%s (-written +imported):\n%s", a.ID, diff)
		}
	}
}

// first yields the first n articles and so leaves the sequence early.
func first(articles iter.Seq[article.Article], n int) iter.Seq[article.Article] {
	return func(yield func(article.Article) bool) {
		for a := range articles {
			if n--; !yield(a) || n == 0 {
				return
			}
		}
	}
}

func TestEqualRuns(t *testing.T) {
	tests := []struct {
		name  string
		seed  uint64
		count int
		want  bool
	}{
		{name: "same arguments", seed: 7, count: 2000, want: true},
		{name: "another seed", seed: 8, count: 2000, want: false},
	}
	base := slices.Collect(Articles(large(t), 2000, 7, until))
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := slices.Collect(Articles(large(t), tt.count, tt.seed, until))
			same := func(a, b article.Article) bool { return cmp.Equal(a, b) }
			if equal := slices.EqualFunc(base, got, same); equal != tt.want {
				t.Errorf("equal: %t, want %t", equal, tt.want)
			}
		})
	}

	t.Run("the same sequence twice", func(t *testing.T) {
		articles := Articles(small(t), 500, 7, until)
		if diff := cmp.Diff(slices.Collect(articles), slices.Collect(articles)); diff != "" {
			t.Errorf("first and second pass differ:\n%s", diff)
		}
	})
}

func TestCounts(t *testing.T) {
	whole := station("www", "湘江新闻网")
	whole.All = true
	tests := []struct {
		name     string
		stations []*network.Station
		count    int
		want     int
	}{
		{name: "none", stations: []*network.Station{station("xt", "湘潭站")}, count: 0, want: 0},
		{name: "negative", stations: []*network.Station{station("xt", "湘潭站")}, count: -1, want: 0},
		{name: "one", stations: []*network.Station{station("xt", "湘潭站")}, count: 1, want: 1},
		{name: "no station", count: 10, want: 0},
		{name: "only an all station", stations: []*network.Station{whole}, count: 10, want: 10},
		{name: "without a zone", stations: []*network.Station{{ID: "xt", URL: "https://xt.news.example"}}, count: 10, want: 10},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := slices.Collect(Articles(newNetwork(t, tt.stations...), tt.count, 1, until))
			if len(got) != tt.want {
				t.Fatalf("%d articles, want %d", len(got), tt.want)
			}
			for _, a := range got {
				if err := a.Validate(); err != nil {
					t.Errorf("%s: %v", a.ID, err)
				}
			}
		})
	}
}

func TestTitlesDoNotRepeat(t *testing.T) {
	oneChannel := newNetwork(t, station("xt", "湘潭站", "weather"))
	tests := []struct {
		name    string
		network *network.Network
		count   int
		seed    uint64
	}{
		{name: "small", network: small(t), count: 1000, seed: 1},
		{name: "another seed", network: small(t), count: 1000, seed: 2},
		{name: "large", network: large(t), count: 1000, seed: 1},
		{name: "the beginning of many", network: large(t), count: 30_000, seed: 3},
		{name: "one channel", network: oneChannel, count: 1000, seed: 4},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			seen := map[string]string{}
			for a := range first(Articles(tt.network, tt.count, tt.seed, until), 1000) {
				if other, ok := seen[a.Title]; ok {
					t.Errorf("%s and %s: %q", other, a.ID, a.Title)
				}
				seen[a.Title] = a.ID
			}
		})
	}
}

// Newcomers see fifty articles at a time. Neighbours that differ only in their
// numbers would look made by a machine.
func TestNeighboursDiffer(t *testing.T) {
	digits := strings.NewReplacer("0", "", "1", "", "2", "", "3", "", "4", "", "5", "", "6", "", "7", "", "8", "", "9", "")
	var recent []string
	for a := range Articles(small(t), 300, 1, until) {
		shape := digits.Replace(a.Title)
		if slices.Contains(recent, shape) {
			t.Errorf("%s: %q is too close to another of the last fifty", a.ID, a.Title)
		}
		recent = append(recent, shape)
		recent = recent[max(0, len(recent)-50):]
	}
}

func BenchmarkArticles(b *testing.B) {
	b.ReportAllocs()
	n := large(b)
	for b.Loop() {
		for range Articles(n, 20_000, 1, until) {
		}
	}
	b.ReportMetric(20_000*float64(b.N)/b.Elapsed().Seconds(), "articles/s")
}
