package demo

import (
	"math/bits"
	"math/rand/v2"
)

// dice are the random numbers of one article. Rand.IntN is not used: its
// results differ between machines of 32 and 64 bits.
type dice struct {
	pcg rand.PCG
}

// reseed starts the sequence of the run's article with that index.
func (d *dice) reseed(seed, index uint64) {
	// Neighbours start far apart: the multiplier is 2^64 divided by the golden
	// ratio, made odd (Knuth, TAOCP 3, §6.4).
	d.pcg.Seed(seed, index*0x9e3779b97f4a7c15)
}

// n returns a number in [0, limit).
func (d *dice) n(limit int) int {
	high, _ := bits.Mul64(d.pcg.Uint64(), uint64(limit))
	return int(high)
}

// within reports true in so many of a thousand cases.
func (d *dice) within(perMille int) bool {
	return d.n(1000) < perMille
}
