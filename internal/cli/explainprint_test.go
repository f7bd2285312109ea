package cli

import (
	"testing"

	"feedstation/internal/explain"
)

// The first line names each document that leaves the article out with its own reason.
func TestSentence(t *testing.T) {
	out := func(path, reason string) explain.Verdict {
		return explain.Verdict{Station: "xt", Path: path, Reason: reason, LeftOut: true}
	}
	in := explain.Verdict{Station: "www", Path: "/rss.xml", In: true}
	served := []explain.Document{{Station: "www", Path: "/rss.xml"}, {Station: "www", Path: "/atom.xml"}}
	for _, tt := range []struct {
		name      string
		verdicts  []explain.Verdict
		documents []explain.Document
		want      string
	}{
		{"nothing", nil, nil, "Nothing is known of 1."},
		{"everywhere", []explain.Verdict{in}, served, "1 is served everywhere it may be: in 2 documents of www."},
		{"nowhere", []explain.Verdict{out("/rss.xml", "status: draft"), out("/sitemaps/news.xml", "status: draft")}, nil, "1 is served nowhere: status: draft"},
		{"nowhere for two reasons", []explain.Verdict{out("/rss.xml", "pin: of noon"), out("/sitemaps/news.xml", "noindex: true")}, nil, "1 is served nowhere: left out of xt/rss.xml: pin: of noon; of xt/sitemaps/news.xml: noindex: true"},
		{
			"by two reasons",
			[]explain.Verdict{in, out("/rss.xml", "pin: of noon"), out("/sitemaps/news.xml", "host: other.example"), out("/moment/rss.xml", "pin: of noon")},
			served,
			"1 is left out of xt/rss.xml and xt/moment/rss.xml: pin: of noon; of xt/sitemaps/news.xml: host: other.example; it is in 2 documents of www.",
		},
		{"too old", []explain.Verdict{{Station: "xt", Path: "/rss.xml", Reason: "newest: older"}}, nil, "1 is in no document, and may be in none: it is too old."},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := sentence(&explain.Explanation{ID: "1", Verdicts: tt.verdicts, Documents: tt.documents}); got != tt.want {
				t.Errorf("%s\nwant %s", got, tt.want)
			}
		})
	}
}
