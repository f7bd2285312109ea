package edition_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"feedstation/internal/edition"
)

// version is the RSS and the Atom of a feed, which have these items.
func version(items ...string) (documents [2]*edition.Document, sums [2][]edition.ItemSum) {
	for format, mediaType := range []string{"application/rss+xml", "application/atom+xml"} {
		documents[format] = edition.NewDocument(mediaType, []byte(strings.Join(items, " ")), time.Unix(0, 0))
		for _, item := range items {
			sums[format] = append(sums[format], edition.SumOf([]byte(mediaType+item)))
		}
	}
	return documents, sums
}

func contentsOf(text []byte) *edition.Document {
	return edition.Revision{AsOf: time.Unix(0, 0)}.ReviseContent(edition.NewContents(text), nil)
}

// next returns the versions of a feed that now has these items, as they are read back from
// contents, and its documents.
func next(t *testing.T, former *edition.Versions, lost bool, items ...string) (*edition.Versions, [2]*edition.Document) {
	t.Helper()
	documents, sums := version(items...)
	versions := edition.NextVersions(former, documents[0], documents[1], sums, lost)
	text := edition.Article{ID: "1", Address: "https://xt.news.example/1"}.AppendTo(nil)
	contents := contentsOf(versions.AppendTo(text))
	read := edition.VersionsOf(contents)
	if !read.Are(documents[0], documents[1]) || read.Items() != len(items) {
		t.Fatalf("%d items are read, of these documents %t", read.Items(), read.Are(documents[0], documents[1]))
	}
	for a, err := range edition.Lines(contents) {
		if err != nil || a.ID != "1" {
			t.Errorf("contents with versions have %q, %v", a.ID, err)
		}
	}
	return read, documents
}

// since returns which items have changed since a version, and whether that is known.
func since(versions *edition.Versions, now, before *edition.Document, items int) ([]bool, bool) {
	tag, _ := edition.TagOf("W/" + before.ETag(edition.Gzip)[0])
	age, ok := versions.Age(now, map[edition.Tag]bool{tag: true, {1}: true})
	var changed []bool
	for i := range items {
		changed = append(changed, ok && versions.Changed(i, age))
	}
	return changed, ok
}

func TestVersions(t *testing.T) {
	var versions *edition.Versions
	var now [2]*edition.Document
	var all [][2]*edition.Document
	for _, items := range [][]string{{"b", "a"}, {"c", "b", "a"}, {"c", "b2", "a"}, {"d", "c", "b2"}} {
		versions, now = next(t, versions, false, items...)
		all = append(all, now)
	}
	for age, want := range [][]bool{3: {true, true, true}, 2: {true, false, true}, 1: {true, false, false}} {
		for format := range 2 {
			got, ok := since(versions, now[format], all[len(all)-1-age][format], 3)
			if ok != (age > 0) || ok && !slices.Equal(got, want) {
				t.Errorf("since %d versions ago, format %d: %t %t; want %t", age, format, ok, got, want)
			}
		}
	}
	if _, ok := since(versions, now[0], all[0][1], 3); ok {
		t.Error("a version is known by the tag of its other format")
	}
	if _, ok := since(versions, all[0][0], all[0][0], 3); ok {
		t.Error("a former document is taken for the current one")
	}

	lost, now := next(t, versions, true, "d", "b2")
	for _, before := range all {
		if _, ok := since(lost, now[0], before[0], 2); ok {
			t.Error("a version of before a withdrawal is known")
		}
	}
	if (*edition.Versions)(nil).Are(now[0], now[1]) || versions.Are(now[0], now[1]) {
		t.Error("other versions are those of the documents")
	}
}

func TestVersionsAreForgotten(t *testing.T) {
	var versions *edition.Versions
	var all [][2]*edition.Document
	for i := range 3 * edition.MaxVersions {
		var documents [2]*edition.Document
		versions, documents = next(t, versions, false, fmt.Sprint("n", i), "old")
		all = append(all, documents)
	}
	now := all[len(all)-1]
	for age := range all {
		changed, ok := since(versions, now[0], all[len(all)-1-age][0], 2)
		if want := age > 0 && age < edition.MaxVersions; ok != want || ok && !slices.Equal(changed, []bool{true, false}) {
			t.Fatalf("since %d versions ago: %t %t", age, ok, changed)
		}
	}
}

func TestNoVersions(t *testing.T) {
	line := string(edition.Article{ID: "1", Address: "https://xt.news.example/1"}.AppendTo(nil))
	for _, text := range []string{
		"", line, line + "\t\t", line + "\t\t\t\n", line + "\t\tAAAA\t\n", line + "\t\t" + strings.Repeat("A", 22) + "\tAAAA\n", line + "\t\t!\t\n",
		line + "\t" + strings.Repeat("A", 22) + "\t\n", line + "\t\t" + strings.Repeat("A", 24) + "\t\n",
	} {
		if v := edition.VersionsOf(contentsOf([]byte(text))); v != nil {
			t.Errorf("%q: %v", text, v)
		}
	}
	documents, _ := version("a")
	if _, ok := (*edition.Versions)(nil).Age(documents[0], nil); ok {
		t.Error("without versions one is known")
	}
}

func TestTagOf(t *testing.T) {
	for text, want := range map[string]bool{
		`"0123456789abcdef0123456789abcdef"`: true, `W/"0123456789abcdef-gzip"`: true, `"0123456789abcde"`: false, `0123456789abcdef0`: false, `"0123456789abcdeg"`: false, "": false, "*": false, `"`: false,
	} {
		if tag, ok := edition.TagOf(text); ok != want || ok && tag != (edition.Tag{0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef}) {
			t.Errorf("%s: %x %t", text, tag, ok)
		}
	}
}
