package feed_test

import (
	"fmt"
	"testing"
	"time"

	"feedstation/feed"
)

func TestRhythm(t *testing.T) {
	every := func(gap time.Duration, n int) (list []time.Duration) {
		for i := range n {
			list = append(list, time.Duration(i)*gap)
		}
		return list
	}
	tests := []struct {
		name   string
		before []time.Duration // the last publication
		want   time.Duration
		ttl    int
		perH   int
	}{
		{"no article", nil, 15 * time.Minute, 15, 4},
		{"one article", every(time.Hour, 1), 15 * time.Minute, 15, 4},
		{"every seven minutes", every(7*time.Minute, 30), 7 * time.Minute, 7, 8},
		{"every hour", every(time.Hour, 30), 15 * time.Minute, 15, 4},
		{"every minute", every(time.Minute, 30), time.Minute, 1, 60},
		{"every ten seconds", every(10*time.Second, 60), time.Minute, 1, 60},
		{"all at once", every(0, 30), 15 * time.Minute, 15, 4},
		{"in batches of two", append(every(10*time.Minute, 8), every(10*time.Minute, 8)...), 10 * time.Minute, 10, 6},
		{"a night between", append(every(5*time.Minute, 10), 12*time.Hour, 13*time.Hour), 5 * time.Minute, 5, 12},
		{"only the newest count", append(every(3*time.Minute, 20), every(24*time.Hour, 80)[1:]...), 3 * time.Minute, 3, 20},
		{"between two medians the lower", []time.Duration{0, 2 * time.Minute, 12 * time.Minute}, 2 * time.Minute, 2, 30},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c := bareChannel()
			c.Items = nil
			last := time.Date(2019, 3, 11, 12, 0, 30, 0, shanghai)
			for i, before := range test.before {
				c.Items = append(c.Items, feed.Item{URL: fmt.Sprintf("https://xt.news.example/%d", i), Published: last.Add(-before)})
			}
			channel, err := c.channel()
			if err != nil {
				t.Fatal(err)
			}
			if got := channel.Rhythm(); got != test.want {
				t.Errorf("got %v, want %v", got, test.want)
			}
			d := readRSS(t, c)
			if d.Channel.TTL != test.ttl || d.Channel.Period != "hourly" || d.Channel.Frequency != test.perH {
				t.Errorf("ttl %d, sy: %s %d", d.Channel.TTL, d.Channel.Period, d.Channel.Frequency)
			}
		})
	}
}

// TestRhythmWithoutPublished takes the moment that is known.
func TestRhythmWithoutPublished(t *testing.T) {
	c := bareChannel()
	c.Items = nil
	for i := range 5 {
		c.Items = append(c.Items, feed.Item{
			URL: fmt.Sprintf("https://xt.news.example/%d", i), Updated: time.Date(2019, 3, 11, 12, 4*i, 0, 0, shanghai),
		})
	}
	channel, err := c.channel()
	if err != nil {
		t.Fatal(err)
	}
	if got := channel.Rhythm(); got != 4*time.Minute {
		t.Errorf("got %v", got)
	}
}
