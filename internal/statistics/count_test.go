package statistics

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"feedstation/internal/agent"
	"feedstation/internal/network"
)

// reader is a request for a feed of who calls itself so.
func reader(path, userAgent string) request {
	return request{at: noon, kind: network.RSSKind, path: path, answered: true, agent: agent.Parse(userAgent), verdict: Unchecked}
}

var noon = time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)

// from is that of a client, with a salt.
func (r request) from(client uint64, salt string) request {
	r.client, r.salt = client*0x9e3779b97f4a7c15, salt // spread over all bits
	return r
}

func told(n int, id string) string {
	return fmt.Sprintf("Feedbin feed-id:%s - %d subscribers", id, n)
}

func TestSubscribers(t *testing.T) {
	notDocument := func(r request) request { r.answered = false; return r }
	sitemap := func(r request) request { r.kind = network.IndexKind; return r }
	tests := []struct {
		name     string
		requests []request
		want     string // feeds with their subscribers
	}{
		{"nobody", nil, ""},
		{"a hosted reader", []request{reader("/rss.xml", feedly)}, "/rss.xml 462"},
		{"the largest number of a day, never a sum", []request{reader("/rss.xml", told(5, "1")), reader("/rss.xml", told(7, "1")), reader("/rss.xml", told(6, "1"))}, "/rss.xml 7"},
		{"several names of a feed are added", []request{reader("/rss.xml", told(5, "1")), reader("/rss.xml", told(7, "2")), reader("/rss.xml", told(6, "2"))}, "/rss.xml 12"},
		{"several readers are added", []request{reader("/rss.xml", told(5, "1")), reader("/rss.xml", feedly)}, "/rss.xml 467"},
		{"versions of a reader are one", []request{reader("/rss.xml", "Feedly/1.0 (5 subscribers)"), reader("/rss.xml", "Feedly/2.0 (+http://www.feedly.com/poller.html; 7 subscribers)")}, "/rss.xml 7"},
		{"feeds are apart", []request{reader("/rss.xml", told(5, "1")), reader("/atom.xml", told(7, "1"))}, "/atom.xml 7, /rss.xml 5"},
		{"a reader that tells no number", []request{reader("/rss.xml", "Feedly/1.0"), reader("/rss.xml", told(5, "1"))}, "/rss.xml 5"},
		{"numbers of unknown names", []request{reader("/rss.xml", "Great Reader (1000 subscribers)"), reader("/rss.xml", told(5, "1"))}, "/rss.xml 5"},
		{"no number is so large", []request{reader("/rss.xml", "Feedly/1.0 (123456789 subscribers)")}, "/rss.xml 1000000"},
		{"readers that ask for themselves", []request{reader("/rss.xml", miniflux).from(1, "a"), reader("/rss.xml", miniflux).from(2, "a"), reader("/rss.xml", miniflux).from(2, "a")}, "/rss.xml 2"},
		{"and hosted ones", []request{reader("/rss.xml", miniflux).from(1, "a"), reader("/rss.xml", feedly)}, "/rss.xml 463"},
		{"without an address", []request{reader("/rss.xml", miniflux)}, ""},
		{"of two salts the larger", []request{reader("/rss.xml", miniflux).from(1, "a"), reader("/rss.xml", miniflux).from(1, "b"), reader("/rss.xml", miniflux).from(2, "b")}, "/rss.xml 2"},
		{"relays, browsers, libraries and crawlers", []request{
			reader("/rss.xml", "Superfeedr bot/2.0").from(1, "a"), reader("/rss.xml", "FeedFetcher-Google; (5 subscribers)").from(2, "a"),
			reader("/rss.xml", "curl/8").from(3, "a"), reader("/rss.xml", googlebot).from(4, "a"), reader("/rss.xml", "").from(5, "a"),
		}, ""},
		{"what was not answered", []request{notDocument(reader("/rss.xml", feedly)), notDocument(reader("/rss.xml", miniflux).from(1, "a"))}, ""},
		{"what is no feed", []request{sitemap(reader("/sitemap.xml", feedly)), sitemap(reader("/sitemap.xml", miniflux).from(1, "a"))}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			whole, parts := new(Station), [2]*Station{new(Station), new(Station)}
			for i, r := range tt.requests {
				whole.add(r)
				parts[i%2].add(r)
			}
			if got := subscribersOf(t, whole); got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
			merged := new(Station)
			for _, part := range append(parts[:], parts[:]...) { // twice: it is the same
				if err := merged.merge(part); err != nil {
					t.Fatal(err)
				}
			}
			if got := subscribersOf(t, merged); got != tt.want {
				t.Errorf("merged from two processes: %q, want %q", got, tt.want)
			}
			text, err := json.Marshal(merged)
			if err != nil {
				t.Fatal(err)
			}
			var again Station
			if err := json.Unmarshal(text, &again); err != nil {
				t.Fatal(err)
			}
			if got := subscribersOf(t, &again); got != tt.want {
				t.Errorf("kept and read again: %q, want %q", got, tt.want)
			}
		})
	}
}

func subscribersOf(t *testing.T, s *Station) string {
	t.Helper()
	r := reportOf("xt", map[string]map[string]*Station{"2026-11-29": {"xt": s}}, []string{"2026-11-29"})
	var all []string
	sum := 0
	for _, f := range r.Feeds {
		if f.Subscribers > 0 {
			all = append(all, fmt.Sprint(f.Path, " ", f.Subscribers))
			sum += f.Subscribers
		}
	}
	if r.Subscribers != sum || s.subscribers() != sum {
		t.Errorf("the station has %d and %d, its feeds %d", r.Subscribers, s.subscribers(), sum)
	}
	return strings.Join(all, ", ")
}

// A sketch is within three times its error of what it has seen, whatever the number.
func TestSketch(t *testing.T) {
	for _, n := range []uint64{1, 10, 100, 1000, 20_000} {
		s, salt := new(Station), newSalt(randomSecret())
		for i := range n {
			r := reader("/rss.xml", miniflux)
			r.client = salt.hash(netip.AddrFrom4([4]byte{192, byte(i >> 16), byte(i >> 8), byte(i)}), r.agent.Name)
			s.add(r)
		}
		if got := uint64(s.subscribers()); got*100 < n*93 || got*100 > n*107 {
			t.Errorf("%d readers are estimated as %d", n, got)
		}
	}
}

// A household has one address of IPv4, and of IPv6 one network; another salt makes another
// hash, as another reader does.
func TestHash(t *testing.T) {
	a, b := newSalt([]byte("0123456789abcdef")), newSalt([]byte("0123456789abcdeg"))
	hash := func(s salt, address, name string) uint64 { return s.hash(netip.MustParseAddr(address), name) }
	first := hash(a, "2001:db8::1", "Miniflux")
	if hash(a, "2001:db8::ffff:1", "Miniflux") != first {
		t.Error("two addresses of one network differ")
	}
	for _, other := range []uint64{hash(a, "2001:db8:0:1::1", "Miniflux"), hash(a, "2001:db8::1", "FreshRSS"), hash(b, "2001:db8::1", "Miniflux"), hash(a, "192.0.2.1", "Miniflux"), hash(a, "192.0.2.2", "Miniflux")} {
		if other == first || other == 0 {
			t.Errorf("%x is the same as another", other)
		}
	}
	if a.name == b.name || a.hash(netip.Addr{}, "Miniflux") != 0 {
		t.Error("salts of one name, or a hash of nobody")
	}
}

// Who sends any number of names of a feed is given no more memory for that.
func TestFeedIDs(t *testing.T) {
	s := new(Station)
	for i := range 10 * maxFeedIDs {
		s.add(reader("/rss.xml", told(1, fmt.Sprint(i))))
	}
	s.add(reader("/rss.xml", told(5, "0")))
	if n := len(s.Feeds["/rss.xml"].Hosted["Feedbin"]); n != maxFeedIDs || s.subscribers() != maxFeedIDs+4 {
		t.Errorf("%d names, %d subscribers", n, s.subscribers())
	}
}

// TestReport is what is shown of two days.
func TestReport(t *testing.T) {
	crawl := func(at time.Time, userAgent string, v Verdict, kind network.Kind) request {
		return request{at: at, kind: kind, path: "/sitemap.xml", answered: true, agent: agent.Parse(userAgent), verdict: v}
	}
	disregards := crawl(noon, gptbot, Unchecked, network.RSSKind)
	disregards.disregards = true
	first, second := new(Station), new(Station)
	for _, r := range []request{
		reader("/rss.xml", told(5, "1")), reader("/rss.xml", told(1, "2")), reader("/moment/rss.xml", feedly),
		crawl(noon, googlebot, Proved, network.IndexKind), crawl(noon.Add(-time.Hour), googlebot, Proved, network.IndexKind), crawl(noon, googlebot, Forged, network.IndexKind), disregards,
	} {
		first.add(r)
	}
	for _, r := range []request{reader("/rss.xml", told(4, "1")), reader("/rss.xml", "Feedly/1.0 (99999999 subscribers)"), crawl(noon.Add(24*time.Hour), googlebot, Proved, network.IndexKind)} {
		second.add(r)
	}
	got := NewReport(map[string]map[string]*Station{"2026-11-28": {"xt": first}, "2026-11-29": {"xt": second}}, []*network.Station{{ID: "xt"}, {ID: "cs"}}, []string{"2026-11-27", "2026-11-28", "2026-11-29"})
	want := Report{From: "2026-11-27", To: "2026-11-29", Stations: []StationReport{
		{
			Station: "xt", Subscribers: 1_000_004, Days: []DayReport{{"2026-11-27", 0}, {"2026-11-28", 468}, {"2026-11-29", 1_000_004}},
			Feeds: []FeedReport{
				{Path: "/rss.xml", Subscribers: 1_000_004, Hosted: []HostedReport{{"Feedly", 1_000_000, 1, true}, {"Feedbin", 4, 1, false}}},
				{Path: "/moment/rss.xml", Subscribers: 462, Hosted: []HostedReport{{"Feedly", 462, 1, false}}},
			},
			Agents: []AgentReport{
				{"Feedbin", "hosted", Unchecked, 3}, {"Googlebot", "crawler", Proved, 3}, {"Feedly", "hosted", Unchecked, 2}, {"GPTBot", "crawler", Unchecked, 1}, {"Googlebot", "crawler", Forged, 1},
			},
			Crawlers: []CrawlerVisit{
				{Agent: "GPTBot", Verdict: Unchecked, Document: "rss", Visit: Visit{1, noon}},
				{Agent: "Googlebot", Verdict: Proved, Document: "index", Visit: Visit{3, noon.Add(24 * time.Hour)}},
				{Agent: "Googlebot", Verdict: Forged, Document: "index", Visit: Visit{1, noon}},
			},
			Disregarded: []DisregardCount{{"GPTBot", 1}},
		},
		{
			Station: "cs", Days: []DayReport{{"2026-11-27", 0}, {"2026-11-28", 0}, {"2026-11-29", 0}},
			Feeds: []FeedReport{}, Agents: []AgentReport{}, Crawlers: []CrawlerVisit{}, Disregarded: []DisregardCount{},
		},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("report (-want +got):\n%s", diff)
	}
}

// FuzzPart holds that whatever stands where parts are kept is merged, or left out.
func FuzzPart(f *testing.F) {
	s := new(Station)
	for _, r := range []request{reader("/rss.xml", feedly), reader("/rss.xml", miniflux).from(1, "a"), reader("/rss.xml", googlebot)} {
		s.add(r)
	}
	whole, err := json.Marshal(s)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(whole)
	f.Add([]byte(`{"feeds": {"/rss.xml": null, "/atom.xml": {"hosted": {"Feedly": null}, "direct": {"a": null}}}, "requests": {"a": null}, "visits": {"a": {"yes": null}}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		var part Station
		if json.Unmarshal(text, &part) != nil {
			return
		}
		stations := map[string]*Station{}
		mergeAll(stations, map[string]*Station{"xt": &part}, nil)
		stations["xt"].subscribers()
	})
}
