package demo

import (
	"html"

	"feedstation/internal/article"
)

// body writes an article's HTML: the lead, some details with what somebody says
// between them, pictures, and now and then a list or a table.
func (w *writer) body(v *version, lead string, images []article.Image) string {
	w.html = w.html[:0]
	w.open("p")
	if len(w.fill.voice.byline) > 0 && w.dice.within(140) {
		w.html = w.fill.append(w.html, w.fill.voice.byline, true)
	}
	w.html = append(w.html, html.EscapeString(lead)...)
	w.close("p")

	images = images[:min(len(images), 1+w.dice.n(2))]
	if len(images) > 0 {
		w.figure(images[0])
	}
	w.details(v, images)
	if len(v.closings) > 0 && w.dice.within(600) {
		w.element("p", w.pick(v.closings))
	}
	return string(w.html)
}

// details writes two to five of the details, in their order, and halfway
// through what interrupts them.
func (w *writer) details(v *version, images []article.Image) {
	rest := min(2+max(w.dice.n(4), w.dice.n(4)), len(v.details))
	half := (rest + 1) / 2
	for i, t := range v.details {
		// Selection sampling (Knuth, TAOCP 2, §3.4.2, algorithm S).
		if w.dice.n(len(v.details)-i) >= rest {
			continue
		}
		w.element("p", t)
		if rest--; rest == half {
			w.interlude(v, images)
		}
	}
	switch {
	case len(v.table) > 0 && w.dice.within(400):
		w.table(v.table)
	case len(v.list) > 0 && w.dice.within(350):
		w.list(v.list)
	}
}

func (w *writer) interlude(v *version, images []article.Image) {
	if len(v.quotes) > 0 && w.dice.within(750) {
		quote := w.pick(v.quotes)
		if w.dice.within(300) {
			w.open("blockquote")
			w.element("p", quote)
			w.close("blockquote")
		} else {
			w.element("p", quote)
		}
	}
	if len(images) > 1 {
		w.figure(images[1])
	}
	if len(v.headings) > 0 && w.dice.within(350) {
		w.element("h2", w.pick(v.headings))
	}
}

func (w *writer) figure(image article.Image) {
	caption := html.EscapeString(image.Caption)
	w.html = append(w.html, `<figure><img src="`...)
	w.html = append(w.html, html.EscapeString(image.URL)...)
	w.html = append(w.html, `" alt="`...)
	w.html = append(w.html, caption...)
	w.html = append(w.html, `"><figcaption>`...)
	w.html = append(w.html, caption...)
	w.html = append(w.html, "</figcaption></figure>\n"...)
}

func (w *writer) list(items []template) {
	w.element("h3", items[0])
	w.open("ul")
	for _, item := range items[1:] {
		w.element("li", item)
	}
	w.close("ul")
}

func (w *writer) table(rows [][]template) {
	w.open("table")
	cell := "th"
	for _, row := range rows {
		w.open("tr")
		for _, t := range row {
			w.element(cell, t)
		}
		w.close("tr")
		cell = "td"
	}
	w.close("table")
}

func (w *writer) element(name string, content template) {
	w.open(name)
	w.html = w.fill.append(w.html, content, true)
	w.close(name)
}

func (w *writer) open(name string) {
	w.html = append(append(append(w.html, '<'), name...), '>')
}

func (w *writer) close(name string) {
	w.html = append(append(append(w.html, "</"...), name...), ">\n"...)
}

func (w *writer) pick(templates []template) template {
	return templates[w.dice.n(len(templates))]
}
