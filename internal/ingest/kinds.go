package ingest

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
)

// Settings are what a source says of its kind.
type Settings struct {
	URL        string
	Collection string // the type of content
	Include    string // records that come along, with commas between
	// Authenticated says that the source is asked in somebody's name, who may see more
	// than readers may.
	Authenticated bool
	// Fields replace those of the kind, or are added to them.
	Fields map[string]string
	// The rest is of the kind json alone; see config.Source.
	Items, Next, All, Item string
	Size                   int
	Sitemap                string // of the kind feed alone
}

// kinds are all kinds by their names.
func kinds() map[string]func(Settings) Kind {
	return map[string]func(Settings) Kind{
		"wordpress": wordPress, "ghost": ghost, "drupal": drupal, "directus": directus, "strapi": strapi, "json": anyJSON, "feed": feedKind, "files": filesKind,
	}
}

// Kinds are the names of all kinds.
func Kinds() []string { return slices.Sorted(maps.Keys(kinds())) }

// KindOf returns a kind as a source has it.
func KindOf(name string, s Settings) (Kind, error) {
	of, ok := kinds()[name]
	if !ok {
		return Kind{}, fmt.Errorf("no kind of source: %q", name)
	}
	k := of(s)
	k.Size = cmp.Or(s.Size, k.Size)
	if k.Fields == nil {
		k.Fields = map[string]string{}
	}
	if own := s.Fields["id"]; own != "" && own != k.Fields["id"] {
		k.Ranked = "" // it has another order
	}
	maps.Copy(k.Fields, s.Fields)
	return k, nil
}

// anyJSON is an API that the settings describe as a whole.
func anyJSON(s Settings) Kind {
	return Kind{
		Changes: s.URL, List: s.All, Item: s.Item, Items: s.Items, Next: s.Next, Size: 100,
		Header: map[string]string{"Accept": "application/json"}, Complete: true,
	}
}
