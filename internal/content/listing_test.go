package content_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"feedstation/internal/article"
	"feedstation/internal/content"
)

func TestListing(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "content.db"))
	from, to := article.Month{Year: 2019, Month: time.March}.Bounds(time.UTC)
	put(
		t, s,
		story("before", from.Add(-time.Millisecond)), story("b first", from), story("a first", from),
		story("last", to.Add(-time.Millisecond)), story("after", to),
		story("other", from, in("cs")), story("hidden", from, status(article.Draft)),
	)
	present := snapshot(t, s)
	if diff := cmp.Diff([]string{"a first", "b first", "last"}, ids(listing(t, present, "xt", from, to))); diff != "" {
		t.Errorf("articles (-want +got):\n%s", diff)
	}
	if got := listing(t, present, "xt", to, from); got != nil {
		t.Errorf("from the end to the beginning: %q", ids(got))
	}
	if got := listing(t, present, "none", from, to); got != nil {
		t.Errorf("of an unknown station: %q", ids(got))
	}
	for range present.Listing(t.Context(), "xt", from, to) {
		break // the rows are closed, or the next query would wait for them
	}
	if got := listing(t, present, "cs", from, to); len(got) != 1 {
		t.Errorf("after a listing that was left: %q", ids(got))
	}
}

// TestListingHasWhatSitemapsNeed holds what listings carry: no people, and texts
// of articles with enclosures only; an inventory has none at all.
func TestListingHasWhatSitemapsNeed(t *testing.T) {
	listed := func(a article.Article) article.Article {
		a.Summary, a.Body, a.Authors, a.Editor, a.Source, a.Tags = "", "", nil, "", article.Source{}, nil
		a.Channels, a.Rights, a.OriginalURL, a.NextURL, a.GUID = nil, "", "", "", ""
		a.Images = addressesOnly(a.Images)
		return a
	}
	silent := full()
	silent.Enclosures = nil
	bare := story("1", full().Published)
	texts := listed(full())
	texts.Summary, texts.Body = full().Summary, full().Body
	tests := []struct {
		name      string
		put       article.Article
		listing   article.Article
		inventory article.Article
	}{
		{"every field", full(), texts, listed(full())},
		{"no enclosures", silent, listed(silent), listed(silent)},
		{"required fields alone", bare, bare, bare},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := open(t, filepath.Join(t.TempDir(), "content.db"))
			put(t, s, tt.put)
			present := snapshot(t, s)
			got := listing(t, present, "xt", tt.put.Published, tt.put.Published.Add(time.Millisecond))
			if diff := cmp.Diff([]article.Article{tt.listing}, got); diff != "" {
				t.Errorf("Listing (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff([]article.Article{tt.inventory}, inventory(t, present)); diff != "" {
				t.Errorf("Inventory (-want +got):\n%s", diff)
			}
		})
	}
}

// TestListingForgets holds that no article has what the one before it had.
func TestListingForgets(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "content.db"))
	first := full()
	second := story("2", first.Published.Add(time.Hour))
	put(t, s, first, second)
	present := snapshot(t, s)
	if got := listing(t, present, "xt", first.Published, second.Published.Add(1e6)); len(got) != 2 || !cmp.Equal(got[1], second) {
		t.Errorf("Listing (-want +got):\n%s", cmp.Diff([]article.Article{first, second}, got))
	}
	if got := latest(t, s, []string{"xt"}, "", 9); len(got) != 2 || !cmp.Equal(got, []article.Article{second, first}) {
		t.Errorf("Latest (-want +got):\n%s", cmp.Diff([]article.Article{second, first}, got))
	}
}

func inventory(t *testing.T, s *content.Snapshot) (articles []article.Article) {
	t.Helper()
	for a, err := range s.Inventory(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		articles = append(articles, a)
	}
	return articles
}

func TestInventory(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "content.db"))
	at := time.Date(2019, 3, 11, 10, 38, 14, 0, time.UTC)
	want := []article.Article{ // of stations, then times, then ids
		story("9", at, in("cs")),
		story("6", at.AddDate(-50, 0, 0)),
		story("1", at),
		story("2", at, status(article.Draft)),
		story("3", at, status(article.Withdrawn)),
		story("4", at, expires(at.Add(time.Hour))),
		story("5", at.AddDate(100, 0, 0)),
		story("0", at.Add(-time.Hour), in("zz")),
	}
	put(t, s, want[4], want[7], want[2], want[6], want[0], want[3], want[1], want[5])
	present := snapshot(t, s)
	if diff := cmp.Diff(want, inventory(t, present)); diff != "" {
		t.Errorf("articles (-want +got):\n%s", diff)
	}
	for range present.Inventory(t.Context()) {
		break // the rows are closed, or the next query would wait for them
	}
	if got := inventory(t, present); len(got) != len(want) {
		t.Errorf("after one that was left: %q", ids(got))
	}
	if faults := present.Faults(); faults != nil {
		t.Errorf("faults: %v", faults)
	}
}

func TestMonths(t *testing.T) {
	shanghai := time.FixedZone("", 8*60*60)
	at := func(text string) time.Time {
		t.Helper()
		at, err := time.Parse(time.RFC3339, text)
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	s := open(t, filepath.Join(t.TempDir(), "content.db"))
	put(
		t, s,
		story("1", at("1962-05-01T00:00:00Z")),
		story("2", at("1999-12-31T15:59:59.999Z")), story("3", at("1999-12-31T16:00:00Z")), // midnight in Shanghai
		story("4", at("2019-02-28T16:00:00Z")), story("5", at("2019-03-01T00:00:00Z")), story("6", at("2019-03-31T15:59:59.999Z")),
		story("7", at("2019-03-31T16:00:00Z"), status(article.Withdrawn)),
		story("8", time.Now().AddDate(1, 0, 0)), // embargoed
		story("9", at("2010-01-01T00:00:00Z"), in("cs")),
	)
	tests := []struct {
		name    string
		station string
		zone    *time.Location
		want    string
	}{
		{"in UTC, with gaps of years", "xt", time.UTC, "[2019-03 2019-02 1999-12 1962-05]"},
		{"east of UTC", "xt", shanghai, "[2019-04 2019-03 2000-01 1999-12 1962-05]"},
		{"west of UTC", "xt", time.FixedZone("", -8*60*60), "[2019-03 2019-02 1999-12 1962-04]"},
		{"another station", "cs", time.UTC, "[2010-01]"},
		{"no articles", "yy", time.UTC, "[]"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			present := snapshot(t, s)
			months, err := present.Months(t.Context(), tt.station, tt.zone)
			if got := fmt.Sprint(months); got != tt.want || err != nil {
				t.Errorf("Months = %s, %v, want %s", got, err, tt.want)
			}
			for known := range months {
				all, err := present.Months(t.Context(), tt.station, tt.zone, months[known])
				if got := fmt.Sprint(all); got != tt.want || err != nil {
					t.Errorf("Months with %s known = %s, %v, want %s", months[known], got, err, tt.want)
				}
			}
		})
	}
}

// TestMonthsMeetListings holds that the months' listings are all articles, each
// once, where clocks skip the midnight between two months.
func TestMonthsMeetListings(t *testing.T) {
	zone, err := time.LoadLocation("America/Asuncion")
	if err != nil {
		t.Skip(err)
	}
	change := time.Date(2023, 10, 1, 4, 0, 0, 0, time.UTC)
	s := open(t, filepath.Join(t.TempDir(), "content.db"))
	put(t, s, story("1", change.Add(-30*time.Minute)), story("2", change.Add(-time.Millisecond)), story("3", change), story("4", change.Add(30*time.Minute)))
	present := snapshot(t, s)
	months, err := present.Months(t.Context(), "xt", zone)
	if err != nil {
		t.Fatal(err)
	}
	if known, err := present.Months(t.Context(), "xt", zone, months...); !slices.Equal(known, months) || err != nil {
		t.Errorf("months besides %v are %v, %v", months, known, err)
	}
	var got []string
	for _, m := range months {
		from, to := m.Bounds(zone)
		for _, a := range listing(t, present, "xt", from, to) {
			got = append(got, m.String()+" "+a.ID)
		}
	}
	if diff := cmp.Diff([]string{"2023-10 3", "2023-10 4", "2023-09 1", "2023-09 2"}, got); diff != "" {
		t.Errorf("articles (-want +got):\n%s", diff)
	}
}

// addressesOnly returns images as lists have them.
func addressesOnly(images []article.Image) (bare []article.Image) {
	for _, image := range images {
		bare = append(bare, article.Image{URL: image.URL})
	}
	return bare
}

// A listing of articles with translations is whole, in order and without the hidden ones
// where it is more than is held at a time.
func TestListingHoldsSome(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "content.db"))
	from := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	body := strings.Repeat("读", 150_000)
	var want []string
	var all []article.Article
	for i := range 50 {
		a := story(fmt.Sprint(100+i), from.Add(time.Duration(i)*time.Minute), func(a *article.Article) {
			a.Body, a.Enclosures = body, []article.Enclosure{{URL: "https://xt.news.example/1.mp4", Type: "video/mp4", Bytes: 1}}
			if i >= 2 {
				a.Alternates = []article.Alternate{{Lang: "en", URL: "https://xt.news.example/hidden.html"}, {Lang: "fr", URL: "https://other.example/"}}
			}
		})
		all, want = append(all, a), append(want, a.ID)
	}
	put(t, s, append(all, story("hidden", from.AddDate(-1, 0, 0), status(article.Withdrawn)))...)
	got := listing(t, snapshot(t, s), "xt", from, from.Add(24*time.Hour))
	if diff := cmp.Diff(want, ids(got)); diff != "" {
		t.Errorf("articles (-want +got):\n%s", diff)
	}
	for i, a := range got {
		if n := len(a.Alternates); n != min(i/2, 1) {
			t.Errorf("%s has %d translations", a.ID, n)
		}
	}
}
