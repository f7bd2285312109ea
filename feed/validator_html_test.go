package feed_test

import (
	"net/url"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/html"
)

var markup = regexp.MustCompile(`</?[a-zA-Z][a-zA-Z0-9]*[ />]|&[a-zA-Z#][a-zA-Z0-9]*;`)

func isPlain(n *node) string {
	if m := markup.FindString(n.text); m != "" {
		return m
	}
	return ""
}

// tags applies f to each start tag of an HTML text and returns its complaints.
func tags(f func(html.Token) string) func(*node) string {
	return func(n *node) string {
		var faults []string
		z := html.NewTokenizer(strings.NewReader(n.text))
		for z.Next() != html.ErrorToken {
			if token := z.Token(); token.Type == html.StartTagToken || token.Type == html.SelfClosingTagToken {
				if fault := f(token); fault != "" {
					faults = append(faults, token.String()+": "+fault)
				}
			}
		}
		return strings.Join(faults, ", ")
	}
}

func absolute(token html.Token) string {
	for _, a := range token.Attr {
		switch a.Key {
		case "href", "src", "poster", "cite":
			if u, err := url.Parse(a.Val); err != nil || u.Scheme == "" {
				return "relative"
			}
		}
	}
	return ""
}

// accepted are the elements of HTML that the W3C's validator accepts and that
// news need.
var accepted = strings.Fields("a abbr address article aside audio b bdi bdo blockquote br caption cite code col colgroup dd del details dfn div dl dt " +
	"em figcaption figure footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li mark ol p picture pre q rp rt ruby s samp section small source " +
	"span strong sub summary sup table tbody td tfoot th thead time tr track u ul var video wbr")

func harmless(token html.Token) string {
	if !slices.Contains(accepted, token.Data) {
		return "element"
	}
	for _, a := range token.Attr {
		if a.Key == "style" || strings.HasPrefix(a.Key, "on") || strings.HasPrefix(strings.ToLower(a.Val), "javascript:") {
			return a.Key
		}
	}
	return ""
}
