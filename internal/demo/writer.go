package demo

import (
	"strconv"
	"strings"
	"time"

	"feedstation/internal/article"
)

// writer writes the articles of a run, one after another.
type writer struct {
	room  *newsroom
	dice  dice
	fill  filler
	until int64 // Unix time after which nothing happens
	html  []byte
	text  []byte

	recent map[string]bool // the last titles
	queue  []string        // the same, in a ring
	oldest int
}

// memory is how many titles are kept from being used again.
const memory = 4096

func newWriter(room *newsroom, until int64) *writer {
	w := &writer{room: room, until: until, recent: make(map[string]bool, memory), queue: make([]string, memory)}
	w.fill.dice = &w.dice
	return w
}

// article writes the article with that index, published at a Unix time.
func (w *writer) article(index int, who assignment, published int64) article.Article {
	station := who.desk.station
	zone := station.Zone
	if zone == nil {
		zone = time.UTC
	}
	a := article.Article{
		ID:        strconv.Itoa(firstID + index),
		Station:   station.ID,
		Published: time.Unix(published, 0).In(zone),
		Status:    article.Published,
		NoIndex:   w.dice.within(5),
	}
	a.URL = station.Address(a.Published.Format("/content/2006/01/02/") + a.ID + ".html")
	a.Updated = w.updated(a.Published)
	switch w.dice.n(200) {
	case 0:
		a.Status = article.Withdrawn
	case 1:
		a.Status = article.Draft
	}

	v := w.tell(&a, who)
	w.credit(&a, who.desk)
	w.pictures(&a, who.desk, v)
	w.recording(&a, who.desk)
	a.Body = w.body(v, w.lead(&a, v), a.Images)

	if who.desk.previous != "" && w.dice.within(250) {
		a.NextURL = who.desk.previous
	}
	if a.Status == article.Published {
		who.desk.previous = a.URL
	}
	return a
}

// updated returns when the article was last changed: for one in seven some
// minutes to a day after its publication.
func (w *writer) updated(published time.Time) time.Time {
	if !w.dice.within(150) {
		return published
	}
	late := 5*60 + w.dice.n(1+w.dice.n(day))
	at := min(published.Unix()+int64(late), w.until)
	return time.Unix(at, 0).In(published.Location())
}

// tell chooses what is told and sets title, language, channels and tags.
func (w *writer) tell(a *article.Article, who assignment) *version {
	english := w.dice.within(120)
	tales := who.beat.zh[a.Published.Month()]
	w.fill.voice, w.fill.place = w.room.zh, who.desk.city
	if english {
		tales = who.beat.en[a.Published.Month()]
		w.fill.voice, w.fill.place = w.room.en, who.desk.cityEN
	}
	w.fill.station, w.fill.date = who.desk.station.Name, a.Published
	if english || !strings.HasPrefix(strings.ToLower(who.desk.station.Language), "zh") {
		a.Language = w.fill.voice.tag
	}

	const attempts = 20
	var t *tale
	var title int
	for range attempts {
		w.fill.article++
		t, title = w.choose(tales)
		t.told[title] = w.fill.article
		a.Title = w.plain(t.titles[title])
		if !w.recent[a.Title] {
			break
		}
	}
	w.remember(a.Title)
	a.Channels = w.channels(t, who)
	a.Tags = w.tags(t)
	return &t.versions[title%len(t.versions)]
}

// choose draws a few titles and returns the one that was not used for longest,
// since chance alone repeats itself more than readers like.
func (w *writer) choose(tales []*tale) (t *tale, title int) {
	for draw := range 8 {
		other := tales[w.dice.n(len(tales))]
		i := w.dice.n(len(other.titles))
		if draw == 0 || other.told[i] < t.told[title] {
			t, title = other, i
		}
	}
	return t, title
}

func (w *writer) plain(t template) string {
	w.text = w.fill.append(w.text[:0], t, false)
	return string(w.text)
}

func (w *writer) remember(title string) {
	delete(w.recent, w.queue[w.oldest])
	w.queue[w.oldest] = title
	w.recent[title] = true
	w.oldest = (w.oldest + 1) % memory
}

// channels returns the beat's channel and up to two others that the tale suits.
func (w *writer) channels(t *tale, who assignment) []string {
	if who.beat.channel == "" {
		return nil
	}
	ids := make([]string, 1, 3)
	ids[0] = who.beat.channel
	for _, other := range who.desk.beats {
		if other != who.beat && len(ids) < 3 && other.topics[t.topic] && w.dice.within(400) {
			ids = append(ids, other.channel)
		}
	}
	return ids
}

// tags returns two to five keywords, the topic first.
func (w *writer) tags(t *tale) []string {
	n := min(2+w.dice.n(4), 1+len(t.tags))
	return append(append(make([]string, 0, n), t.topic.tag), t.tags[:n-1]...)
}

// lead returns the first paragraph and makes it, or its beginning, the summary
// of every second article.
func (w *writer) lead(a *article.Article, v *version) string {
	lead := w.plain(v.lead)
	switch w.dice.n(4) {
	case 0:
		a.Summary = lead
	case 1:
		a.Summary = firstSentence(lead, w.fill.voice.stop)
	}
	return lead
}

// firstSentence returns the text up to its first stop that does not end a
// quotation, or all of it when that is too short to say anything.
func firstSentence(text, stop string) string {
	const short = 60 // bytes
	for at := 0; ; {
		i := strings.Index(text[at:], stop)
		if i < 0 {
			return text
		}
		at += i + len(stop)
		sentence := strings.TrimSpace(text[:at])
		if len(sentence) >= short && strings.Count(sentence, "“") == strings.Count(sentence, "”") {
			return sentence
		}
	}
}
