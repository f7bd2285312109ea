package sitemap_test

import (
	"strings"
	"testing"

	"feedstation/sitemap"
)

func TestAddressAsPublished(t *testing.T) {
	tests := []struct {
		name    string
		address string
		want    string // "": an error
	}{
		{"plain", "https://xt.news.example/content/1.html", "https://xt.news.example/content/1.html"},
		{"Chinese", "https://中文.example/新闻 1.html", "https://xn--fiq228c.example/%E6%96%B0%E9%97%BB%201.html"},
		{"escaped in XML only", "https://xt.news.example/?a='1'&b=2", "https://xt.news.example/?a='1'&b=2"},
		{"relative", "/content/1.html", ""},
		{"too short", "http://a.b", ""},
		{"too long", "https://xt.news.example/" + strings.Repeat("a", sitemap.MaxLoc), ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := sitemap.Loc(tt.address)
			if got != tt.want || (err == nil) != (tt.want != "") {
				t.Errorf("Loc(%q) = %q, %v; want %q", tt.address, got, err, tt.want)
			}
		})
	}
}
