package demo

import (
	"strconv"
	"testing"
	"time"

	"feedstation/internal/article"
)

func TestSpread(t *testing.T) {
	tests := []struct {
		name       string
		count      int
		oldest     time.Duration // about, before the end
		leastMonth int
	}{
		{name: "small", count: 300, oldest: 35 * 24 * time.Hour, leastMonth: 2},
		{name: "middle", count: 3_000, oldest: 180 * 24 * time.Hour, leastMonth: 6},
		{name: "more", count: 10_000, oldest: 322 * 24 * time.Hour, leastMonth: 10},
	}
	n := large(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var oldest, last time.Time
			months := map[article.Month]int{}
			channels := map[string]int{}
			recent := map[string]int{}
			seconds, minutes, halves := 0, 0, [2]int{}
			for a := range Articles(n, tt.count, 1, until) {
				switch {
				case oldest.IsZero():
					oldest = a.Published
				case a.Published.Equal(last):
					seconds++
				case a.Published.Truncate(time.Minute).Equal(last.Truncate(time.Minute)):
					minutes++
				}
				last = a.Published
				months[article.MonthOf(a.Published, china)]++
				for _, c := range a.Channels {
					channels[a.Station+"/"+c]++
				}
				if until.Sub(a.Published) < 48*time.Hour {
					recent[a.Station]++
				}
				if until.Sub(a.Published) < tt.oldest/2 {
					halves[1]++
				} else {
					halves[0]++
				}
			}
			if age := until.Sub(oldest); age > tt.oldest+24*time.Hour || age < tt.oldest*9/10 {
				t.Errorf("the oldest is %s old, want about %s", age, tt.oldest)
			}
			if len(months) < tt.leastMonth {
				t.Errorf("%d months, want at least %d", len(months), tt.leastMonth)
			}
			for _, s := range n.Stations {
				if !s.All && recent[s.ID] == 0 {
					t.Errorf("station %s has nothing of the last 48 hours", s.ID)
				}
				for _, c := range s.Channels {
					if !s.All && channels[s.ID+"/"+c.ID] == 0 {
						t.Errorf("channel %s/%s has nothing", s.ID, c.ID)
					}
				}
			}
			if seconds < tt.count/40 || minutes < tt.count/40 {
				t.Errorf("%d articles in the second of the one before, %d in its minute", seconds, minutes)
			}
			if halves[1] < halves[0]*3/2 {
				t.Errorf("%d articles in the older half of the time and %d in the younger", halves[0], halves[1])
			}
		})
	}
}

func TestArchiveDays(t *testing.T) {
	tests := []struct {
		count int
		want  int64
	}{
		{0, 2},
		{30, 5},
		{300, 35},
		{3_000, 180},
		{1_000_000, 3650},
		{20_000_000, 3650},
	}
	for _, tt := range tests {
		t.Run(strconv.Itoa(tt.count), func(t *testing.T) {
			if got := archiveDays(tt.count); got != tt.want {
				t.Errorf("%d articles cover %d days, want %d", tt.count, got, tt.want)
			}
		})
	}
}

// Of a million articles only the ends are looked at: planning them is cheap,
// writing them is not.
func TestMillion(t *testing.T) {
	const count = 1_000_000
	times := newTimetable(count, until, china)
	var dice dice
	var last int64
	recent := 0
	for rank := count - 1; rank >= 0; rank-- {
		dice.reseed(1, uint64(rank))
		next := times.next(&dice, rank, last)
		if rank == count-1 {
			if age := time.Duration(until.Unix()-next) * time.Second; age < 3640*24*time.Hour || age > 3651*24*time.Hour {
				t.Errorf("the oldest is %s old, want ten years", age)
			}
		} else if next < last {
			t.Fatalf("rank %d: %d after %d", rank, next, last)
		}
		if last = next; until.Unix()-next < 48*3600 {
			recent++
		}
	}
	if last > until.Unix() || until.Unix()-last > 3600 {
		t.Errorf("the newest is %d seconds before the end", until.Unix()-last)
	}
	// Google News wants less than a thousand a station in two days, and each of
	// fourteen stations has some.
	if recent < 1000 || recent > 5000 {
		t.Errorf("%d articles in the last 48 hours", recent)
	}
}

func TestWorkingTime(t *testing.T) {
	zones := []*time.Location{time.UTC, china, time.FixedZone("", -9*60*60-1800)}
	for _, zone := range zones {
		for _, start := range []time.Time{until, time.Date(1969, 12, 30, 0, 0, 0, 0, zone)} {
			t.Run(zone.String()+start.Format(" 2006"), func(t *testing.T) {
				times := newTimetable(1, start, zone)
				lastWork := times.work(start.Unix() - 1)
				for unix := start.Unix(); unix < start.Unix()+3*day; unix += 97 {
					work := times.work(unix)
					if work < lastWork {
						t.Fatalf("work goes back at %d", unix)
					}
					lastWork = work
					// At night ten minutes of clock are one of work.
					if back := times.clock(work); back > unix || back < unix-10 {
						t.Fatalf("%d becomes %d", unix, back)
					}
				}
			})
		}
	}
}

func TestNightIsQuiet(t *testing.T) {
	night, total := 0, 0
	for a := range Articles(small(t), 3_000, 1, until) {
		if total++; a.Published.Hour() < 6 {
			night++
		}
	}
	if night == 0 || night > total/20 {
		t.Errorf("%d of %d articles before six in the morning", night, total)
	}
}
