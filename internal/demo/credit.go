package demo

import (
	"strconv"

	"feedstation/internal/article"
)

// credit says who wrote the article, who answers for it and where it comes
// from.
func (w *writer) credit(a *article.Article, d *desk) {
	v := w.fill.voice
	first := w.dice.n(9)
	a.Authors = make([]string, 1+w.dice.n(2)*w.dice.n(3))
	for i := range a.Authors {
		a.Authors[i] = staff(v, d, first+i)
	}
	a.Editor = staff(v, d, 20+w.dice.n(3))

	a.Source = d.source
	switch {
	case w.dice.within(120):
		a.Source = v.outlets[w.dice.n(len(v.outlets))]
		a.OriginalURL = a.Source.URL + "/" + strconv.Itoa(a.Published.Year()) + "/" + a.ID
		a.Rights = v.syndicated(a.Source.Name)
	case w.dice.within(800):
		a.Rights = v.own(a.Source.Name)
	}
}

// staff returns one of a station's people, who differ from those of the others.
func staff(v *voice, d *desk, number int) string {
	return v.people[(d.number*61+number*101)%len(v.people)]
}

// pictures adds none to four pictures, with captions of the story as far as it
// has them.
func (w *writer) pictures(a *article.Article, d *desk, v *version) {
	n := w.howMany()
	if n == 0 {
		return
	}
	folder := ""
	if w.dice.within(500) {
		folder = d.station.Address(a.Published.Format("/img/2006/01/02/"))
	}
	a.Images = make([]article.Image, n)
	captions := len(v.captions)
	first := w.dice.n(captions)
	for i := range a.Images {
		caption := w.fill.voice.scenes[max(i-captions, 0)]
		if i < captions {
			caption = v.captions[(first+i)%captions]
		}
		a.Images[i] = w.image(folder+a.ID+"-"+strconv.Itoa(i+1), caption)
		a.Images[i].Credit = a.Authors[i%len(a.Authors)]
	}
}

// howMany returns a number of pictures: mostly none or one, at most four.
func (w *writer) howMany() int {
	switch roll := w.dice.n(100); {
	case roll < 32:
		return 0
	case roll < 68:
		return 1
	case roll < 86:
		return 2
	case roll < 95:
		return 3
	default:
		return 4
	}
}

// recording lets one article in fifty be heard.
func (w *writer) recording(a *article.Article, d *desk) {
	if !w.dice.within(20) {
		return
	}
	const bytesPerSecond = 96_000 / 8
	seconds := 60 + w.dice.n(600)
	a.Enclosures = []article.Enclosure{{
		URL:     d.station.Address("/audio/" + a.ID + ".mp3"),
		Type:    "audio/mpeg",
		Bytes:   int64(seconds)*bytesPerSecond + int64(w.dice.n(bytesPerSecond)),
		Seconds: seconds,
		Title:   w.fill.voice.listen + a.Title,
	}}
}

// image makes up a picture; the name is its address without the ending.
func (w *writer) image(name string, caption template) article.Image {
	i := article.Image{URL: name + ".jpg", Type: "image/jpeg", Caption: w.plain(caption)}
	switch roll := w.dice.n(20); {
	case roll == 0:
		i.URL, i.Type = name+".png", "image/png"
	case roll < 4:
		i.URL, i.Type = name+".webp", "image/webp"
	}
	switch w.dice.n(4) {
	case 0:
		i.Width, i.Height = 800, 1200
	case 1:
		i.Width, i.Height = 1600, 900
	default:
		i.Width, i.Height = 1200, 800
	}
	i.Bytes = int64(i.Width * i.Height / (5 + w.dice.n(6)))
	i.Bytes += int64(w.dice.n(4096))
	return i
}
