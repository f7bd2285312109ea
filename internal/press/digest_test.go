package press

import (
	"fmt"
	"hash/maphash"
	"reflect"
	"slices"
	"testing"
	"time"

	"feedstation/internal/article"
)

// value is something that can be set, and the way to it.
type value struct {
	name string
	in   func(root reflect.Value) reflect.Value
}

// values returns all that can be set in a type: each field, each field of a
// list's elements.
func values(t reflect.Type, name string, in func(reflect.Value) reflect.Value) []value {
	var all []value
	switch {
	case t == reflect.TypeFor[time.Time]():
	case t.Kind() == reflect.Struct:
		for i := range t.NumField() {
			field := func(root reflect.Value) reflect.Value { return in(root).Field(i) }
			all = append(all, values(t.Field(i).Type, name+"."+t.Field(i).Name, field)...)
		}
		return all
	case t.Kind() == reflect.Slice:
		element := func(root reflect.Value) reflect.Value { return in(root).Index(1) }
		all = values(t.Elem(), name+"[1]", element)
	}
	return append(all, value{name, in})
}

// fullArticle has something in each field, and three elements in each list.
func fullArticle() article.Article {
	var a article.Article
	fill(reflect.ValueOf(&a).Elem(), "a")
	return a
}

func fill(v reflect.Value, text string) {
	switch {
	case v.Type() == reflect.TypeFor[time.Time]():
		v.Set(reflect.ValueOf(noon.Add(time.Duration(len(text)) * time.Hour)))
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i), fmt.Sprint(text, i))
		}
	case v.Kind() == reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 3, 3))
		for i := range 3 {
			fill(v.Index(i), fmt.Sprint(text, i))
		}
	case v.Kind() == reflect.String:
		v.SetString(text)
	case v.CanInt():
		v.SetInt(int64(len(text)))
	}
}

// alter returns what a value can become, one step away.
func alter(t *testing.T, v reflect.Value) []reflect.Value {
	t.Helper()
	var others []reflect.Value
	add := func(other any) { others = append(others, reflect.ValueOf(other).Convert(v.Type())) }
	switch {
	case v.Type() == reflect.TypeFor[time.Time]():
		at := v.Interface().(time.Time)
		add(at.Add(time.Millisecond))
		add(time.Time{})
	case v.Kind() == reflect.String:
		add(v.String() + "x")
		add("")
		add(v.String()[1:])
	case v.CanInt():
		add(v.Int() + 1)
		add(0)
		add(v.Int() | 1<<31)
	case v.Kind() == reflect.Bool:
		add(!v.Bool())
	case v.Kind() == reflect.Slice:
		others = append(others, reflect.Zero(v.Type()), v.Slice(0, 2), v.Slice(1, 3))
		swapped := reflect.MakeSlice(v.Type(), 3, 3)
		for i, j := range []int{1, 0, 2} {
			swapped.Index(i).Set(v.Index(j))
		}
		others = append(others, swapped, reflect.Append(v.Slice3(0, 3, 3), reflect.Zero(v.Type().Elem())))
	default:
		t.Fatalf("no way to alter %s", v.Type())
	}
	return slices.DeleteFunc(others, func(other reflect.Value) bool { return reflect.DeepEqual(other.Interface(), v.Interface()) })
}

// Whatever changes in an article, a feed that has it is rendered again.
func TestDigestOfEachField(t *testing.T) {
	seed := maphash.MakeSeed()
	all := values(reflect.TypeFor[article.Article](), "Article", func(root reflect.Value) reflect.Value { return root })
	if len(all) < 40 {
		t.Fatalf("%d values in an article", len(all))
	}
	seen := map[uint64]string{digest(seed, []article.Article{fullArticle()}): "the article as it was"}
	for _, v := range all {
		a := fullArticle()
		for i := range alter(t, v.in(reflect.ValueOf(&a).Elem())) {
			a := fullArticle()
			changed := v.in(reflect.ValueOf(&a).Elem())
			changed.Set(alter(t, changed)[i])
			sum := digest(seed, []article.Article{a})
			name := fmt.Sprintf("%s = %v", v.name, changed)
			if before, ok := seen[sum]; ok {
				t.Errorf("%s has the digest of %s", name, before)
			}
			seen[sum] = name
		}
	}
}

func TestDigestOfEqualArticles(t *testing.T) {
	seed := maphash.MakeSeed()
	a, b := fullArticle(), fullArticle()
	b.Published, b.Updated = b.Published.In(time.FixedZone("", 8*60*60)), b.Updated.Local()
	b.Tags = append(make([]string, 0, 100), b.Tags...)
	if digest(seed, []article.Article{a, {}}) != digest(seed, []article.Article{b, {}}) {
		t.Error("equal articles have different digests")
	}
	if digest(seed, []article.Article{{Tags: []string{}}}) != digest(seed, []article.Article{{}}) {
		t.Error("no list and an empty one have different digests")
	}
}

// A text that moves from one field to the next, from one element to the next or
// from one article to the next is another feed.
func TestDigestOfMovedTexts(t *testing.T) {
	seed := maphash.MakeSeed()
	texts := slices.DeleteFunc(values(reflect.TypeFor[article.Article](), "Article", func(root reflect.Value) reflect.Value { return root }),
		func(v value) bool {
			a := fullArticle()
			return v.in(reflect.ValueOf(&a).Elem()).Kind() != reflect.String
		})
	if len(texts) < 25 {
		t.Fatalf("%d texts in an article", len(texts))
	}
	seen := map[uint64]string{}
	note := func(name string, articles ...article.Article) {
		t.Helper()
		sum := digest(seed, articles)
		if before, ok := seen[sum]; ok {
			t.Errorf("%s has the digest of %s", name, before)
		}
		seen[sum] = name
	}
	for i, first := range texts {
		for _, second := range texts[i+1:] {
			for split := range len("text") + 1 {
				a := fullArticle()
				root := reflect.ValueOf(&a).Elem()
				first.in(root).SetString("text"[:split])
				second.in(root).SetString("text"[split:])
				note(fmt.Sprintf("%q in %s, %q in %s", "text"[:split], first.name, "text"[split:], second.name), a)
			}
		}
	}
	one, two := article.Article{ID: "1", NoIndex: true}, article.Article{ID: "2"}
	note("none")
	note("empty", article.Article{})
	note("two empty", article.Article{}, article.Article{})
	note("one", one)
	note("one, two", one, two)
	note("two, one", two, one)
	note("tags", article.Article{Tags: []string{"ab"}})
	note("more tags", article.Article{Tags: []string{"a", "b"}})
	note("a channel and a tag", article.Article{Channels: []string{"a"}, Tags: []string{"b"}})
	note("channels", article.Article{Channels: []string{"a", "b"}})
}
