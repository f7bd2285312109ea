package ingest

import (
	"cmp"
	"slices"

	"github.com/tidwall/gjson"
)

// Category is what a system files its items under.
type Category struct {
	Key   string // a slug, where there is one
	Name  string
	Items int
}

// categoriesOf returns what an item is filed under, as [termsOf], an object as one. Tags of
// WordPress are none: they are many and change every day.
func categoriesOf(value gjson.Result) (list []Category) {
	for _, v := range value.Array() {
		switch {
		case v.IsArray():
			list = append(list, categoriesOf(v)...)
		case v.IsObject():
			terms := termsOf(v)
			if tag := v.Get("taxonomy").String(); len(terms) > 0 && (tag == "" || tag == "category") {
				list = append(list, Category{Key: terms[0], Name: terms[min(1, len(terms)-1)]})
			}
		default:
			for _, term := range termsOf(v) {
				list = append(list, Category{Key: term, Name: term})
			}
		}
	}
	return list
}

// count adds the categories of an item.
func (t *Trial) count(categories []Category) {
	for _, c := range categories {
		i := slices.IndexFunc(t.Categories, func(known Category) bool { return known.Key == c.Key })
		if i < 0 {
			i = len(t.Categories)
			t.Categories = append(t.Categories, c)
		}
		t.Categories[i].Items++
	}
	slices.SortStableFunc(t.Categories, func(a, b Category) int { return cmp.Compare(b.Items, a.Items) })
}
