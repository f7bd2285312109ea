package edition

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

const itemStart = "<item>"

// bodyOf returns a feed that changed at some time.
func bodyOf(changed int, items []string) []byte {
	return fmt.Appendf(nil, "<rss>%d%s</rss>", changed, strings.Join(items, ""))
}

// noise is text of which little is repeated.
var noise = func() string {
	data := make([]byte, 1<<17)
	rand.NewChaCha8([32]byte{1}).Read(data)
	return hex.EncodeToString(data)
}()

// itemOf returns an item of about so many bytes.
func itemOf(id, size int) string {
	from := id * 997 % (len(noise) - size)
	return fmt.Sprintf("%s%d: %s", itemStart, id, noise[from:from+size])
}

// TestCompressBody has items come and go: what is compressed says what the body
// says, and is the same bytes whatever was there before.
func TestCompressBody(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var items []string
		var known []segment
		for step := range 4 {
			for range rapid.IntRange(0, 12).Draw(t, "new") {
				i := rapid.IntRange(0, len(items)).Draw(t, "where")
				items = slices.Insert(items, i, itemOf(rapid.IntRange(0, 50).Draw(t, "id"), rapid.IntRange(0, 20<<10).Draw(t, "size")))
			}
			if n := len(items); n > 0 {
				i := rapid.IntRange(0, n-1).Draw(t, "gone")
				items = slices.Delete(items, i, i+1)
			}
			body := bodyOf(step, items)
			data, segments := compressBody(body, itemStart, known)
			var text bytes.Buffer
			if _, err := gunzip(&text, data); err != nil || !bytes.Equal(text.Bytes(), body) {
				t.Fatalf("step %d: %d bytes, %v; want %d", step, text.Len(), err, len(body))
			}
			if alone, _ := compressBody(body, itemStart, nil); !bytes.Equal(alone, data) {
				t.Fatalf("step %d: %d bytes; %d without what was known", step, len(data), len(alone))
			}
			known = segments
		}
	})
}

// TestCompressBodyTakesOver has an article come to a feed and one leave: what is
// in between is taken over.
func TestCompressBodyTakesOver(t *testing.T) {
	for name, size := range map[string]int{"short": 3 << 10, "long": 12 << 10, "very long": 40 << 10} {
		t.Run(name, func(t *testing.T) {
			var items []string
			for id := range 150 {
				items = append(items, itemOf(id, size))
			}
			_, before := compressBody(bodyOf(1, items[1:]), itemStart, nil)
			_, after := compressBody(bodyOf(2, items[:149]), itemStart, before)
			taken := 0
			for _, s := range after {
				if find(before, s.key, int(s.size)).deflated != nil {
					taken++
				}
			}
			if taken < len(after)*3/4 || len(after) < 10 {
				t.Errorf("%d of %d segments are taken over", taken, len(after))
			}
		})
	}
}

// TestCompressBodySize bounds what segments cost.
func TestCompressBodySize(t *testing.T) {
	var items []string
	for id := range 150 {
		items = append(items, itemOf(id%40, 3<<10)) // some of which are repeated
	}
	body := bodyOf(1, items)
	whole, _ := compressBody(body, "", nil)
	if data, segments := compressBody(body, itemStart, nil); len(data) > len(whole)*105/100 {
		t.Errorf("%d bytes in %d segments, %d in one", len(data), len(segments), len(whole))
	}
}
