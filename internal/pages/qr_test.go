package pages

import (
	"fmt"
	"image"
	"image/color"
	"strings"
	"testing"

	goqr "github.com/piglig/go-qr"
)

// TestCode holds that a QR code says the address of which it is, whatever its length.
func TestCode(t *testing.T) {
	for _, address := range []string{
		"https://xt.news.example/feeds/moment.html", "http://a.example/feeds.html", "https://xn--fiq228c.example:8443/feeds/a--b.html",
		"https://www.news.example/" + strings.Repeat("folder/", 20) + "feeds/moment.html",
	} {
		c := codeOf(address)
		if got, err := goqr.Decode(picture(t, c)); err != nil || got != address {
			t.Errorf("%s: %q, %v", address, got, err)
		}
	}
	if c := codeOf("https://www.news.example/" + strings.Repeat("folder/", 40)); c != nil {
		t.Errorf("a code of %d modules", c.Width)
	}
}

// picture draws the path of a code.
func picture(t *testing.T, c *code) image.Image {
	t.Helper()
	const scale = 4
	m := image.NewGray(image.Rect(0, 0, c.Width*scale, c.Width*scale))
	for i := range m.Pix {
		m.Pix[i] = 0xff
	}
	x, y := 0, 0
	path := strings.NewReplacer("M", "\nM", "m", "\nm", "h", " ").Replace(string(c.Path))
	for line := range strings.Lines(strings.TrimSpace(path)) {
		var kind rune
		var toX, toY, run int
		if _, err := fmt.Sscanf(line, "%c%d %d %d", &kind, &toX, &toY, &run); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		if kind == 'm' {
			toX, toY = x+toX, y+toY
		}
		for i := range run * scale {
			for j := range scale {
				m.Set(toX*scale+i, toY*scale+j, color.Black)
			}
		}
		x, y = toX+run, toY
	}
	return m
}
