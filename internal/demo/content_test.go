package demo

import (
	"errors"
	"io"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"feedstation/internal/article"
	"feedstation/internal/network"
)

const many = 20_000

func TestArticles(t *testing.T) {
	n := large(t)
	addresses := map[string]bool{}
	var last time.Time
	index := 0
	for a := range Articles(n, many, 5, until) {
		if a.ID != strconv.Itoa(firstID+index) {
			t.Fatalf("article %d has the id %s", index, a.ID)
		}
		index++
		if err := a.Validate(); err != nil {
			t.Errorf("%s: %v", a.ID, err)
		}
		if a.Published.Before(last) || a.Published.After(until) {
			t.Errorf("%s: published %s, after %s; want no step back and nothing after %s", a.ID, a.Published, last, until)
		}
		last = a.Published
		if a.Updated.Before(a.Published) || a.Updated.After(until) {
			t.Errorf("%s: updated %s, published %s", a.ID, a.Updated, a.Published)
		}
		checkPlace(t, n, &a)
		checkCredit(t, &a)
		checkImages(t, &a)
		if index%4 == 0 { // parsing takes longer than writing
			checkText(t, &a)
		}
		if a.NextURL != "" && !addresses[a.NextURL] {
			t.Errorf("%s: next_url %s is not an earlier article that is shown", a.ID, a.NextURL)
		}
		if a.Status == article.Published {
			addresses[a.URL] = true
		}
	}
	if index != many {
		t.Errorf("%d articles, want %d", index, many)
	}
}

func checkPlace(t *testing.T, n *network.Network, a *article.Article) {
	t.Helper()
	s, ok := n.Station(a.Station)
	if !ok {
		t.Fatalf("%s: unknown station %q", a.ID, a.Station)
	}
	if want := s.URL + a.Published.In(s.Zone).Format("/content/2006/01/02/") + a.ID + ".html"; a.URL != want {
		t.Errorf("%s: url %s, want %s", a.ID, a.URL, want)
	}
	if _, offset := a.Published.Zone(); offset != 8*60*60 {
		t.Errorf("%s: published %s, not in the station's zone", a.ID, a.Published)
	}
	if least := min(1, len(s.Channels)); len(a.Channels) < least || len(a.Channels) > 3 {
		t.Errorf("%s: %d channels", a.ID, len(a.Channels))
	}
	for i, c := range a.Channels {
		if !s.HasChannel(c) || slices.Contains(a.Channels[:i], c) {
			t.Errorf("%s: channels %q of station %s", a.ID, a.Channels, s.ID)
		}
	}
	if a.Language != "" && a.Language != "en" {
		t.Errorf("%s: language %q on a Chinese station", a.ID, a.Language)
	}
}

func checkCredit(t *testing.T, a *article.Article) {
	t.Helper()
	if len(a.Authors) < 1 || len(a.Authors) > 3 || repeats(a.Authors) || slices.Contains(a.Authors, "") {
		t.Errorf("%s: authors %q", a.ID, a.Authors)
	}
	if a.Editor == "" {
		t.Errorf("%s: no editor", a.ID)
	}
	if len(a.Tags) < 2 || len(a.Tags) > 5 || repeats(a.Tags) || slices.Contains(a.Tags, "") {
		t.Errorf("%s: tags %q", a.ID, a.Tags)
	}
	for _, address := range []string{a.Source.URL, a.OriginalURL, a.NextURL} {
		if u, err := url.Parse(address); err != nil || address != "" && !strings.HasSuffix(u.Hostname(), ".example") {
			t.Errorf("%s: %q is not on a reserved host", a.ID, address)
		}
	}
	if a.Source.Name == "" || (a.OriginalURL != "") != !strings.HasSuffix(a.Source.URL, "news.example/") {
		t.Errorf("%s: source %v, original %q", a.ID, a.Source, a.OriginalURL)
	}
}

func checkImages(t *testing.T, a *article.Article) {
	t.Helper()
	if len(a.Images) > 4 {
		t.Errorf("%s: %d images", a.ID, len(a.Images))
	}
	endings := map[string]string{"image/jpeg": ".jpg", "image/png": ".png", "image/webp": ".webp"}
	for i, image := range a.Images {
		if image.Caption == "" || image.Credit == "" || image.Width < 1 || image.Height < 1 || image.Bytes < 1 ||
			!strings.HasSuffix(image.URL, endings[image.Type]) {
			t.Errorf("%s: images[%d]: %+v", a.ID, i, image)
		}
		if !strings.HasPrefix(image.URL, a.ID) && !strings.Contains(image.URL, "://"+a.Station+".news.example/img/") {
			t.Errorf("%s: images[%d].url: %s", a.ID, i, image.URL)
		}
	}
	for i, e := range a.Enclosures {
		if e.Type != "audio/mpeg" || e.Seconds < 60 || e.Bytes < int64(e.Seconds)*12_000 || !strings.Contains(e.Title, a.Title) {
			t.Errorf("%s: enclosures[%d]: %+v", a.ID, i, e)
		}
	}
}

func checkText(t *testing.T, a *article.Article) {
	t.Helper()
	if p := strings.Count(a.Body, "<p>"); p < 3 || p > 8 {
		t.Errorf("%s: %d paragraphs", a.ID, p)
	}
	for _, bad := range []string{"&amp;amp;", "0001-01-01", "%!", "<nil>", "{", "}", "\uFFFD"} {
		if strings.Contains(a.Body+a.Title+a.Summary, bad) {
			t.Errorf("%s: %q in %s %s", a.ID, bad, a.Title, a.Body)
		}
	}
	for _, text := range []string{a.Title, a.Summary, a.Body} {
		if strings.Count(text, "“") != strings.Count(text, "”") {
			t.Errorf("%s: unbalanced quotation marks: %s", a.ID, text)
		}
	}
	sources, err := parseBody(a.Body)
	if err != nil {
		t.Errorf("%s: %v\n%s", a.ID, err, a.Body)
	}
	for i, source := range sources {
		if source != a.Images[i].URL {
			t.Errorf("%s: figure %d shows %s, want %s", a.ID, i, source, a.Images[i].URL)
		}
	}
}

// parseBody returns the sources of the images of a body, and an error when its
// elements do not nest or a character stands there that HTML wants escaped.
func parseBody(body string) (sources []string, err error) {
	tokens := html.NewTokenizer(strings.NewReader(body))
	var open []string
	for {
		switch tokens.Next() {
		case html.ErrorToken:
			if !errors.Is(tokens.Err(), io.EOF) {
				return nil, tokens.Err()
			}
			if len(open) > 0 {
				return nil, errors.New("not closed: " + strings.Join(open, " "))
			}
			return sources, nil
		case html.TextToken:
			raw := string(tokens.Raw())
			if html.EscapeString(html.UnescapeString(raw)) != raw {
				return nil, errors.New("not escaped: " + raw)
			}
		case html.StartTagToken:
			token := tokens.Token()
			if token.Data != "img" {
				open = append(open, token.Data)
				continue
			}
			sources = append(sources, token.Attr[0].Val)
		case html.EndTagToken:
			name := tokens.Token().Data
			if len(open) == 0 || open[len(open)-1] != name {
				return nil, errors.New("</" + name + "> closes nothing")
			}
			open = open[:len(open)-1]
		default:
			return nil, errors.New("not an element: " + string(tokens.Raw()))
		}
	}
}

func repeats(list []string) bool {
	sorted := slices.Sorted(slices.Values(list))
	return len(slices.Compact(sorted)) != len(list)
}

func TestShares(t *testing.T) {
	// Of a thousand articles, with room for chance.
	tests := []struct {
		name     string
		low, top float64
		has      func(*article.Article) bool
	}{
		{"english", 105, 135, func(a *article.Article) bool { return a.Language == "en" }},
		{"summary", 470, 530, func(a *article.Article) bool { return a.Summary != "" }},
		{"updated later", 130, 165, func(a *article.Article) bool { return a.Updated.After(a.Published) }},
		{"withdrawn", 3, 7, func(a *article.Article) bool { return a.Status == article.Withdrawn }},
		{"draft", 3, 7, func(a *article.Article) bool { return a.Status == article.Draft }},
		{"noindex", 3, 7, func(a *article.Article) bool { return a.NoIndex }},
		{"no picture", 280, 360, func(a *article.Article) bool { return len(a.Images) == 0 }},
		{"four pictures", 40, 60, func(a *article.Article) bool { return len(a.Images) == 4 }},
		{"relative picture", 280, 400, func(a *article.Article) bool {
			return len(a.Images) > 0 && strings.HasPrefix(a.Images[0].URL, a.ID)
		}},
		{"recording", 12, 28, func(a *article.Article) bool { return len(a.Enclosures) > 0 }},
		{"syndicated", 100, 140, func(a *article.Article) bool { return a.OriginalURL != "" }},
		{"next", 220, 280, func(a *article.Article) bool { return a.NextURL != "" }},
		{"rights", 780, 870, func(a *article.Article) bool { return a.Rights != "" }},
		{"several authors", 280, 380, func(a *article.Article) bool { return len(a.Authors) > 1 }},
		{"heading", 200, 400, func(a *article.Article) bool { return strings.Contains(a.Body, "<h2>") }},
		{"list", 50, 300, func(a *article.Article) bool { return strings.Contains(a.Body, "<ul>") }},
		{"table", 10, 150, func(a *article.Article) bool { return strings.Contains(a.Body, "<table>") }},
		{"quotation", 100, 300, func(a *article.Article) bool { return strings.Contains(a.Body, "<blockquote>") }},
		{"figure", 600, 720, func(a *article.Article) bool { return strings.Contains(a.Body, "<figure>") }},
		{"ruby", 1, 30, func(a *article.Article) bool { return strings.Contains(a.Body, "<ruby>") }},
		{"ampersand", 5, 80, func(a *article.Article) bool { return strings.Contains(a.Body, "&amp;") }},
		{"astral plane", 100, 400, func(a *article.Article) bool {
			return strings.ContainsFunc(a.Body, func(r rune) bool { return r > 0xFFFF })
		}},
		{"correspondent", 80, 150, func(a *article.Article) bool { return strings.Contains(a.Body, "通讯员") }},
		{"in an all station", 1, 20, func(a *article.Article) bool { return a.Station == "www" }},
	}
	count := make([]int, len(tests))
	size := 0
	for a := range Articles(large(t), many, 6, until) {
		size += len(a.Body)
		for i, tt := range tests {
			if tt.has(&a) {
				count[i]++
			}
		}
	}
	for i, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := float64(count[i]) * 1000 / many; got < tt.low || got > tt.top {
				t.Errorf("%.1f of a thousand, want %.0f to %.0f", got, tt.low, tt.top)
			}
		})
	}
	if mean := size / many; mean < 900 || mean > 1800 {
		t.Errorf("a body has %d bytes on average, want 900 to 1800", mean)
	}
}
