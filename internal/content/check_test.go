package content_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"feedstation/internal/article"
	"feedstation/internal/content"
	"feedstation/internal/network"
)

func TestCheck(t *testing.T) {
	dir := odd(t)
	at := time.Now()
	s := open(t, filepath.Join(dir, "content.db"))
	put(t, s, story("1", at), story("2", at, in("yy")), story("3", at, in("yy"), status(article.Withdrawn)), story("4", at, in("aa")))
	n, err := network.New("湘江新闻网", []*network.Station{{ID: "xt", URL: "https://xt.news.example"}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	first(t, filepath.Join(dir, "earlier")).Close()
	tests := []struct {
		name string
		file string
		want content.Findings
		err  string
	}{
		{name: "an earlier program's", file: "earlier", want: content.Findings{Summary: "from an earlier version; the first command that needs it updates its tables"}},
		{name: "not there", file: "none", want: content.Findings{Summary: "does not exist yet; the first command that needs it creates it"}},
		{name: "not there, nor its folder", file: "var/none", want: content.Findings{Summary: "does not exist yet; the first command that needs it creates it"}},
		{name: "empty", file: "empty", want: content.Findings{Summary: "empty; the first command that needs it creates its tables"}},
		{name: "in use", file: "content.db", want: content.Findings{
			Summary: "4 articles of 3 stations",
			Faults: []string{
				`articles.station: 1 article of station "aa", which is not in the configuration: if it is one of these, its key says so`,
				`articles.station: 2 articles of station "yy", which is not in the configuration: if it is one of these, its key says so`,
			},
		}},
		{name: "a text", file: "text", err: "content: DIR/text: " + notAStore},
		{name: "a folder", file: "folder", err: "content: DIR/folder: " + cantOpen},
		{name: "below a file", file: "text/content.db", err: "content: DIR/text/content.db: " + cantOpen},
		{name: "another program's", file: "foreign", err: "content: DIR/foreign: " + foreignStore},
		{name: "a newer program's", file: "newer", err: "content: DIR/newer: " + newerStore},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			file := filepath.Join(dir, tt.file)
			before, files := bytesOf(t, file), names(t, dir)
			got, err := survey(t, file, n, func(*article.Article) {})
			text := ""
			if err != nil {
				text = strings.ReplaceAll(err.Error(), dir, "DIR")
			}
			if diff := cmp.Diff(tt.err, text); diff != "" {
				t.Errorf("error (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
			if bytesOf(t, file) != before {
				t.Error("the file was changed")
			}
			if diff := cmp.Diff(files, names(t, dir)); diff != "" {
				t.Errorf("files (-before +after):\n%s", diff)
			}
		})
	}
}

// survey looks at an embedded store as check does.
func survey(t *testing.T, file string, n *network.Network, each func(*article.Article)) (content.Findings, error) {
	t.Helper()
	s, summary, err := content.Peek(t.Context(), content.Options{Driver: content.SQLite, DSN: file})
	if s == nil {
		return content.Findings{Summary: summary}, err
	}
	defer s.Close()
	return s.Survey(t.Context(), n, each)
}

// TestCheckLeavesNothing looks at a store that nobody has open: a file that a
// privileged user's check leaves behind would lock the others out.
func TestCheckLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "content.db")
	s, err := content.Open(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	put(t, s, story("1", time.Now()))
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	n, err := network.New("n", []*network.Station{{ID: "xt", URL: "https://xt.news.example"}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	before := bytesOf(t, file)
	var shown []string
	got, err := survey(t, file, n, func(a *article.Article) { shown = append(shown, a.ID) })
	if diff := cmp.Diff([]string{"1"}, shown); diff != "" {
		t.Errorf("articles (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(content.Findings{Summary: "1 article of 1 station"}, got); diff != "" || err != nil {
		t.Errorf("findings, %v (-want +got):\n%s", err, diff)
	}
	if diff := cmp.Diff([]string{"content.db"}, names(t, dir)); diff != "" || bytesOf(t, file) != before {
		t.Errorf("files, or their content (-want +got):\n%s", diff)
	}
}

func names(t *testing.T, dir string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}
