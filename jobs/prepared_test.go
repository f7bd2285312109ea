package jobs

import (
	"strings"
	"testing"

	"feedstation/internal/article"
	"feedstation/internal/press"
)

// However little text the articles have, what is remembered of them is bounded;
// what is asked for again and again stays.
func TestPreparedIsBounded(t *testing.T) {
	for name, a := range map[string]article.Article{
		"bodies":         {Body: strings.Repeat("正文", 1000)},
		"summaries":      {Summary: strings.Repeat("摘要", 1000)},
		"nothing at all": {},
	} {
		var p preparedItems
		prepared := map[uint64]int{}
		const often, n = 0, 100_000
		for i := range uint64(n) {
			for _, head := range []uint64{often, i + 1} {
				if p.Item(head) == nil {
					prepared[head]++
					p.Remember(head, len(a.Body)+len(a.Summary), new(press.Item))
				}
			}
		}
		if got := len(p.young) + len(p.old); got > 2*maxPrepared/preparedRest+2 || got > n/2 {
			t.Errorf("%s: %d of %d items are remembered", name, got, n)
		}
		if prepared[often] != 1 {
			t.Errorf("%s: what is asked for all the time was prepared %d times", name, prepared[often])
		}
	}
}
