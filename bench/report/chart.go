package report

import (
	"fmt"
	"html"
	"math"
	"strconv"
	"strings"
)

// What a chart looks like, in pixels.
const (
	width  = 860
	labels = 250 // left of the bars
	values = 130 // right of them
	top    = 44
	row    = 30
	bar    = 16
)

// The colours are those of the reader's system, light or dark.
const style = `<style>
text{font:13px system-ui,-apple-system,"Segoe UI",sans-serif;fill:#1f2328}
.title{font-size:15px;font-weight:600}.small{font-size:11px;fill:#59636e}
.back{fill:#fff}.grid{stroke:#d1d9e0}.one{stroke:#59636e}.other{fill:#8c959f}.us{fill:#0969da}.spread{stroke:#1f2328;stroke-width:1.5}
@media(prefers-color-scheme:dark){text{fill:#f0f6fc}.small{fill:#9198a1}
.back{fill:#0d1117}.grid{stroke:#3d444d}.one{stroke:#9198a1}.other{fill:#656c76}.us{fill:#4493f8}.spread{stroke:#f0f6fc}}
</style>`

// chart is a picture under construction.
type chart struct {
	strings.Builder
	low, high float64 // decimal exponents at both ends of the scale
}

// x is where a ratio lies; the scale is logarithmic.
func (c *chart) x(ratio float64) float64 {
	at := (math.Log10(ratio) - c.low) / (c.high - c.low)
	return labels + at*(width-labels-values)
}

func (c *chart) text(class, anchor string, x, y float64, text string) {
	fmt.Fprintf(c, `<text class="%s" text-anchor="%s" x="%.1f" y="%.1f">%s</text>`+"\n", class, anchor, x, y, html.EscapeString(text))
}

func (c *chart) line(class string, x1, y1, x2, y2 float64) {
	fmt.Fprintf(c, `<line class="%s" x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f"/>`+"\n", class, x1, y1, x2, y2)
}

// Chart draws a work as SVG: a bar for each peer from the base, which is 1, to
// the median ratio, and a line from the lowest to the highest ratio.
func (rs Results) Chart(w *Work) string {
	some := rs.Of(w)
	height := float64(top + row*len(some) + 34)
	c := &chart{}
	for _, r := range some {
		if ratio, ok := rs.Ratio(r, w.Base); ok {
			c.low, c.high = min(c.low, math.Floor(math.Log10(ratio.Min))), max(c.high, math.Ceil(math.Log10(ratio.Max)))
		}
	}
	if c.low == c.high {
		c.high++
	}
	fmt.Fprintf(c, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %.0f" width="%d" height="%.0f" role="img" aria-label="%s">`+"\n%s\n",
		width, height, width, height, html.EscapeString(w.Title), style)
	fmt.Fprintf(c, `<rect class="back" width="%d" height="%.0f" rx="6"/>`+"\n", width, height)
	c.text("title", "start", 16, 26, w.Title)
	foot := height - 30
	for exponent := c.low; exponent <= c.high; exponent++ {
		x := c.x(math.Pow(10, exponent))
		class := "grid"
		if exponent == 0 {
			class = "one"
		}
		c.line(class, x, top, x, foot)
		c.text("small", "middle", x, foot+15, "×"+strconv.FormatFloat(math.Pow(10, exponent), 'f', -1, 64))
	}
	better := "to the right is better"
	if w.Less {
		better = "to the left is better"
	}
	c.text("small", "start", 16, foot+15, better)
	for i, r := range some {
		if ratio, ok := rs.Ratio(r, w.Base); ok {
			c.bar(float64(top+row*i), r, ratio)
		}
	}
	c.WriteString("</svg>\n")
	return c.String()
}

func (c *chart) bar(y float64, r Result, ratio Spread) {
	class := "other"
	if strings.HasPrefix(r.Peer, Us) {
		class = "us"
	}
	from, to := min(c.x(1), c.x(ratio.Median)), max(c.x(1), c.x(ratio.Median))
	middle := y + row/2.0
	c.text("", "end", labels-10, middle+4, r.Peer)
	fmt.Fprintf(c, `<rect class="%s" x="%.1f" y="%.1f" width="%.1f" height="%d"/>`+"\n", class, from, middle-bar/2.0, max(to-from, 2), bar)
	c.line("spread", c.x(ratio.Min), middle, c.x(ratio.Max), middle)
	for _, end := range []float64{ratio.Min, ratio.Max} {
		c.line("spread", c.x(end), middle-4, c.x(end), middle+4)
	}
	c.text("", "start", width-values+12, middle+4, "×"+number(ratio.Median))
}
