package edition

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// What two texts have in common is left out in whole lines, and nothing else is.
func TestWithoutCommon(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lines := rapid.Map(rapid.SliceOfN(rapid.SampledFrom([]string{"a\n", "aa\n", "b\n", "ba\n"}), 0, 6), func(lines []string) string { return strings.Join(lines, "") })
		a, b := lines.Draw(t, "a"), lines.Draw(t, "b")
		restA, restB := withoutCommon([]byte(a), []byte(b))
		shared := len(a) - len(restA)
		isWhole := func(n int) bool { // n bytes before what is left, the others behind it
			return (n == 0 || a[n-1] == '\n') && a == a[:n]+string(restA)+a[n+len(restA):] && b == a[:n]+string(restB)+a[n+len(restA):]
		}
		if !anyUpTo(shared, isWhole) {
			t.Fatalf("%q and %q have %q and %q alone", a, b, restA, restB)
		}
		for _, rest := range [][]byte{restA, restB} {
			if len(rest) > 0 && rest[len(rest)-1] != '\n' {
				t.Fatalf("%q and %q: %q is no whole line", a, b, rest)
			}
		}
	})
}

func anyUpTo(most int, is func(n int) bool) bool {
	for n := range most + 1 {
		if is(n) {
			return true
		}
	}
	return false
}

// BenchmarkDiff compares two editions with a month of 30,000 articles, of which one is new.
func BenchmarkDiff(b *testing.B) {
	at := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	of := func(n int) *Edition {
		var text []byte
		for i := range n {
			published := at.Add(time.Duration(i) * time.Minute)
			text = Article{
				ID: fmt.Sprint(i), Published: published, Updated: published, Address: fmt.Sprintf("https://xt.news.example/content/2026/03/%d.html", i),
			}.AppendTo(text)
		}
		return New("xt", at, "", nil).WithContents(map[string]*Document{"/sitemaps/2026-03.xml": Revision{AsOf: at, Items: n}.ReviseContent(NewContents(text), nil)})
	}
	before, after := of(30_000), of(30_001)
	b.ReportAllocs()
	for b.Loop() {
		if d, err := Diff(before, after); err != nil || len(d.Came) != 1 {
			b.Fatal(len(d.Came), err)
		}
	}
}
