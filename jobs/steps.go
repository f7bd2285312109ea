package jobs

import "time"

// stepSize is how far the machine's clock and the monotonic one may drift apart
// between two looks before the clock counts as set: slewing stays below it.
const stepSize = time.Second

// steps notices when the machine's clock is set, or the machine has slept.
type steps struct {
	wall    time.Time // at the last look
	elapsed time.Time // the same moment by the monotonic clock
}

func newSteps(now time.Time) *steps { return &steps{now.Round(0), time.Now()} }

// since returns by how much the clock has been set since the last look; 0: it
// has not been.
func (s *steps) since(now time.Time) time.Duration {
	at := time.Now()
	step := now.Round(0).Sub(s.wall) - at.Sub(s.elapsed)
	s.wall, s.elapsed = now.Round(0), at
	if step.Abs() <= stepSize {
		return 0
	}
	return step
}
