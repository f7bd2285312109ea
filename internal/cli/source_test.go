package cli

import (
	"path/filepath"
	"slices"
	"testing"

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
