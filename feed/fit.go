package feed

import "cmp"

// Fitting returns the first of the items, as many as a document of this feed can
// have within MaxBytes: the last ones are left out where the document would be
// larger, down to least items with their full texts, and below that, down to one,
// only where it would be larger without any full text. All formats have room for
// the same ones.
func (f *Feed) Fitting(least int) []*Prepared {
	bare := f.tidy().headBytes(len(f.Items))
	full := bare
	for _, p := range f.Items {
		bare += p.weight.bare
		full += p.weight.bare + p.weight.text
	}
	if f.SummaryOnly {
		full = bare
	}
	n, limit := len(f.Items), cmp.Or(f.MaxBytes, DefaultMaxBytes)
	for ; n > 1 && (bare > limit || full > limit && n > least); n-- {
		last := f.Items[n-1].weight
		bare -= last.bare
		full -= last.bare
		if !f.SummaryOnly {
			full -= last.text
		}
	}
	return f.Items[:n]
}
