package console

import (
	"net/http"
	"strings"
)

// explained is the page that says why an article is in a document or not, as a terminal
// does: in a sentence, then in tables.
type explained struct{ Article, Station, Verdict, Tables, Error string }

// longest is how many bytes of what was asked for stand on the page.
const longest = 2000

func (c *console) explain(w http.ResponseWriter, r *http.Request) {
	s := c.source.Status()
	p := c.page(r, "Explain", &s, c.Zone)
	e := explained{Article: cut(strings.TrimSpace(r.FormValue("article")), longest), Station: cut(strings.TrimSpace(r.FormValue("station")), longest)}
	if e.Article != "" {
		text, err := c.Explain(r.Context(), e.Article, e.Station)
		if err != nil {
			e.Error = err.Error()
		}
		e.Verdict, e.Tables, _ = strings.Cut(text, "\n")
		e.Tables = strings.TrimPrefix(e.Tables, "\n")
	}
	p.Content = e
	c.show(w, r, "explain", p)
}
