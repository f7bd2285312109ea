package cli

import (
	"bytes"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"feedstation/internal/article"
	"feedstation/internal/config"
	"feedstation/internal/content"
	"feedstation/internal/ingest"
	"feedstation/internal/network"
)

// TestSourceKinds holds that the configuration has the kinds that there are.
func TestSourceKinds(t *testing.T) {
	if known := slices.Sorted(slices.Values(config.SourceKinds[:])); !slices.Equal(known, ingest.Kinds()) {
		t.Errorf("config has %q, ingest %q", known, ingest.Kinds())
	}
}

// TestMapColumns holds that the configuration refuses to do without the columns that the
// content store can't do without, and no others.
func TestMapColumns(t *testing.T) {
	const head = `{network: {name: n}, stations: [{id: xt, name: x, url: "https://xt.news.example"}], content: {driver: sqlite_readonly, dsn: cms.sqlite, map: {%s: ""}}}`
	refused := 0
	for _, column := range append(article.Columns(), "article_id", "channel") {
		_, wrong := config.Parse("config.yaml", fmt.Appendf(nil, head, column), nil)
		store, err := content.OpenWith(t.Context(), content.Options{Driver: content.SQLiteReadOnly, DSN: "cms.sqlite", Map: map[string]string{column: ""}})
		if err == nil {
			store.Close()
		} else {
			refused++
		}
		if (wrong != nil) != (err != nil) {
			t.Errorf("%s: the configuration says %v, the store %v", column, wrong, err)
		}
	}
	if refused != 8 {
		t.Errorf("%d columns are refused", refused)
	}
}

// TestKeepIDs holds that a site whose station gets another id stays the source that it
// was: the ids of its articles begin with it.
func TestKeepIDs(t *testing.T) {
	n, err := network.New("n", []*network.Station{
		{ID: "xiangtan", Was: []string{"xt", "x"}, URL: "https://xt.news.example"},
		{ID: "cs", URL: "https://cs.news.example"},
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name   string
		stored string // the source that the store knows; empty: none
		source config.Source
		want   string
	}{
		{"new", "", config.Source{ID: "cms-xiangtan", Station: "xiangtan"}, "cms-xiangtan"},
		{"the present id in the configuration", "cms-xt", config.Source{ID: "cms-xiangtan", Station: "xiangtan"}, "cms-xt"},
		{"an id before the last", "cms-x", config.Source{ID: "cms-xiangtan", Station: "xiangtan"}, "cms-x"},
		{"the former id in the configuration", "cms-xt", config.Source{ID: "cms-xt", Station: "xt"}, "cms-xt"},
		{"the former id in the configuration, after the present one", "cms-xiangtan", config.Source{ID: "cms-xt", Station: "xt"}, "cms-xiangtan"},
		{"another station", "cms-xt", config.Source{ID: "cms-cs", Station: "cs"}, "cms-cs"},
		{"not a site", "cms-xt", config.Source{ID: "cms", Station: "xiangtan"}, "cms"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			store, err := content.Open(t.Context(), filepath.Join(t.TempDir(), "content.db"))
			if err != nil {
				t.Fatal(err)
			}
			defer store.Close()
			if tt.stored != "" {
				if err := store.ChangeSource(t.Context(), tt.stored, &content.SourceChange{State: "{}"}, nil); err != nil {
					t.Fatal(err)
				}
			}
			all := []config.Source{tt.source}
			if err := keepIDs(t.Context(), n, store, all); err != nil {
				t.Fatal(err)
			}
			if all[0].ID != tt.want {
				t.Errorf("got %s, want %s", all[0].ID, tt.want)
			}
		})
	}
}

// TestPassLog holds that a first pass says every few seconds how far it is.
func TestPassLog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, err := content.Open(t.Context(), filepath.Join(t.TempDir(), "content.db"))
		if err != nil {
			t.Fatal(err)
		}
		defer store.Close()
		n, err := network.New("n", []*network.Station{{ID: "xt", URL: "https://xt.news.example"}}, nil)
		if err != nil {
			t.Fatal(err)
		}
		dir := t.TempDir()
		options, err := sourceOptions(n, config.Content{}, config.Source{ID: "pages", Kind: config.Files, URL: "https://xt.news.example/", Dir: dir, Station: "xt", Every: time.Minute, Audit: time.Minute, MaxBytes: 1 << 20})
		if err != nil {
			t.Fatal(err)
		}
		var lines bytes.Buffer
		source, err := ingest.NewSource(slog.New(slog.DiscardHandler), n, store, options)
		if err != nil {
			t.Fatal(err)
		}
		p := newPassLog(slog.New(slog.NewTextHandler(&lines, nil)), source)
		pages := func() (logged int) {
			t.Helper()
			before := lines.Len()
			for range 7 {
				time.Sleep(2 * time.Second)
				p.page(100)
			}
			return strings.Count(lines.String()[before:], "\n")
		}
		options.Dir = filepath.Join(dir, "none")
		broken, err := ingest.NewSource(slog.New(slog.DiscardHandler), n, store, options)
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := broken.Run(t.Context(), nil); err == nil {
			t.Fatal("a folder that is not there was read")
		}
		p.source = broken // whose first pass has not ended
		if got := pages(); got != 2 || !strings.Contains(lines.String(), `msg="first pass of source" component="source pages" articles=300`) {
			t.Errorf("%d lines:\n%s", got, &lines)
		}
		if _, _, err := source.Run(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		p.source = source // whose first pass has
		if got := pages(); got != 0 {
			t.Errorf("%d lines after the first pass:\n%s", got, &lines)
		}
	})
}
