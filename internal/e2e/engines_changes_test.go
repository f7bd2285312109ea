package e2e

import (
	"fmt"
	"time"

	"feedstation/internal/article"
)

func (w *writers) station() string { return stationIDs()[w.random.IntN(3)] }

// article returns a new one.
func (w *writers) article(station string) article.Article {
	w.made++
	a := article.Article{ID: fmt.Sprintf("n%04d", w.made), Station: station, Status: article.Published, Published: w.published()}
	a.URL = fmt.Sprintf("https://%s.news.example/%s.html", station, a.ID)
	a.Title, a.Updated, a.Channels = "新闻 "+a.ID, a.Published, w.channels()
	return a
}

func (w *writers) channels() (channels []string) {
	for _, channel := range []string{"moment", "culture", "none"} {
		if w.random.IntN(3) == 0 {
			channels = append(channels, channel)
		}
	}
	return channels
}

// published returns a time of publication, hours away from when an article
// leaves the news: of these days, of these months, of the next moment or of
// tomorrow.
func (w *writers) published() time.Time {
	hours := func(least, most int) time.Duration {
		return time.Duration(least)*time.Hour + time.Duration(w.random.Int64N(int64(most-least)*3_600_000))*time.Millisecond
	}
	switch dice := w.random.IntN(10); {
	case dice < 3:
		return w.start.Add(-hours(1, 40))
	case dice < 8:
		return w.start.Add(-hours(60, 4000))
	case dice < 9:
		return w.nextMoment()
	default:
		return w.start.Add(hours(20, 60))
	}
}

// nextMoment returns a time that is soon over.
func (w *writers) nextMoment() time.Time {
	at := w.now().Add(time.Duration(w.random.IntN(60)) * time.Millisecond)
	if at.After(w.soon) {
		w.soon = at
	}
	return at
}

// traceless reports whether nothing may be done that leaves no trace in what is
// there afterwards. The embedded store keeps where articles have been.
func (w *writers) traceless() bool { return w.hinted && w.engine.start != nil }

// change changes something of an article, or several things.
func (w *writers) change(a *article.Article) {
	for again := true; again; again = w.random.IntN(3) == 0 {
		dice := w.random.IntN(8)
		if w.traceless() && 1 <= dice && dice <= 3 {
			dice = 0
		}
		switch dice {
		case 0:
			a.Title += "·改"
			a.Updated = w.start.Add(-time.Duration(w.random.IntN(1000)) * time.Second)
		case 1:
			a.Station = w.station()
		case 2:
			a.Station = w.station()
			a.URL = fmt.Sprintf("https://%s.news.example/%s.html", a.Station, a.ID)
		case 3:
			a.Published = w.published()
		case 4:
			a.Status = []article.Status{article.Published, article.Draft, article.Withdrawn}[w.random.IntN(3)]
		case 5:
			a.Expires = []time.Time{{}, w.start.Add(-time.Hour), w.nextMoment(), w.start.Add(24 * time.Hour)}[w.random.IntN(4)]
		case 6:
			a.Channels = w.channels()
		case 7:
			a.NoIndex = !a.NoIndex
		}
	}
	if a.Updated.Before(a.Published) {
		a.Updated = a.Published
	}
}
