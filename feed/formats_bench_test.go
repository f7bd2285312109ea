//go:build unix

package feed_test

import (
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/gorilla/feeds"
)

// gorillaFeed is as much of c as gorilla's own feed can hold.
func gorillaFeed(c *draft) *feeds.Feed {
	f := &feeds.Feed{
		Title:       c.Title,
		Link:        &feeds.Link{Href: c.HomeURL},
		Description: c.Description,
		Author:      &feeds.Author{Name: c.Author, Email: c.Email},
		Updated:     c.Updated,
		Copyright:   c.Rights,
	}
	for _, it := range c.Items {
		f.Add(&feeds.Item{
			Title:       it.Title,
			Link:        &feeds.Link{Href: it.URL},
			Source:      &feeds.Link{Href: it.Source.URL},
			Author:      &feeds.Author{Name: it.Authors[0]},
			Description: it.Summary,
			Id:          it.URL,
			IsPermaLink: "true",
			Updated:     it.Updated,
			Created:     it.Published,
			Content:     it.Body,
		})
	}
	return f
}

// BenchmarkFormats writes all three formats from prepared articles, in turns with
// gorilla's generic feed, which writes less; the goal is eight times as fast. A turn is
// of many feeds, so that each clears the memory that it has taken.
func BenchmarkFormats(b *testing.B) {
	d := benchmarkChannel()
	c, err := d.channel()
	if err != nil {
		b.Fatal(err)
	}
	g := gorillaFeed(d)
	formats := []struct {
		name  string
		write func() ([]byte, error)
	}{{"rss", c.RSS}, {"atom", c.Atom}, {"json", c.JSON}}
	b.Run("beside gorilla", func(b *testing.B) {
		const turn = 20
		var ours, theirs time.Duration
		for b.Loop() {
			runtime.GC() // what one has left is not for the other to clear
			began := processorTime(b)
			for range turn {
				for _, f := range formats {
					if _, err := f.write(); err != nil {
						b.Fatal(err)
					}
				}
			}
			ours += processorTime(b) - began
			runtime.GC()
			began = processorTime(b)
			for range turn {
				for _, render := range []func() (string, error){g.ToRss, g.ToAtom, g.ToJSON} {
					if _, err := render(); err != nil {
						b.Fatal(err)
					}
				}
			}
			theirs += processorTime(b) - began
		}
		n := float64(turn * b.N)
		b.ReportMetric(float64(ours.Microseconds())/n, "feed-µs")
		b.ReportMetric(float64(theirs.Microseconds())/n, "gorilla-µs")
		b.ReportMetric(theirs.Seconds()/ours.Seconds(), "times-gorilla")
	})
	for _, f := range formats {
		b.Run(f.name, func(b *testing.B) {
			doc, err := f.write()
			if err != nil {
				b.Fatal(err)
			}
			b.SetBytes(int64(len(doc)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := f.write(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// processorTime returns how long the process has been computing: other programs of the
// machine make little difference to it.
func processorTime(b *testing.B) time.Duration {
	b.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
