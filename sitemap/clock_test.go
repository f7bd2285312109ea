package sitemap_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"feedstation/sitemap"
)

func TestLastMod(t *testing.T) {
	shanghai, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Skipf("needs the time zone database: %v", err)
	}
	zone := func(seconds int) *time.Location { return time.FixedZone("", seconds) }
	tests := []struct {
		name string
		time time.Time
		want string
	}{
		{"zero time left out", time.Time{}, ""},
		{"zero time in a zone left out", time.Time{}.In(shanghai), ""},
		{"zone database", published.In(shanghai), "2019-03-11T18:38:14+08:00"},
		{"UTC", published.UTC(), "2019-03-11T10:38:14Z"},
		{"offset zero", published.In(zone(0)), "2019-03-11T10:38:14Z"},
		{"west of Greenwich", published.In(zone(-(3*60 + 30) * 60)), "2019-03-11T07:08:14-03:30"},
		{"easternmost offset", published.In(zone(14 * 60 * 60)), "2019-03-12T00:38:14+14:00"},
		{"offset beyond the schema", published.In(zone(15 * 60 * 60)), "2019-03-11T10:38:14Z"},
		{"offset beyond the schema westward", published.In(zone(-15 * 60 * 60)), "2019-03-11T10:38:14Z"},
		{"local mean time", time.Date(1900, 1, 1, 0, 0, 0, 0, shanghai), "1899-12-31T15:54:17Z"},
		{"unix epoch", time.Unix(0, 0).UTC(), "1970-01-01T00:00:00Z"},
		{"first year", time.Date(1000, 1, 1, 0, 0, 0, 0, time.UTC), "1000-01-01T00:00:00Z"},
		{"last second", time.Date(9999, 12, 31, 23, 59, 59, 999999999, time.UTC), "9999-12-31T23:59:59Z"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			set := read(t, write(t, sitemap.Options{}, sitemap.URL{Loc: page, LastMod: tt.time}))
			if got := set.URLs[0].LastMod; got != tt.want {
				t.Errorf("lastmod of %v = %q, want %q", tt.time, got, tt.want)
			}
		})
	}
}

// What is remembered of one time must not show in the next, whatever their
// zones: the standard library says what is right.
func TestTimes(t *testing.T) {
	zones := []*time.Location{time.UTC, time.FixedZone("", 0), time.FixedZone("", -90*60)}
	for hours := -14; hours <= 14; hours++ {
		zones = append(zones, time.FixedZone("", hours*60*60), time.FixedZone("", hours*60*60-hours/2*60))
	}
	for _, name := range []string{"Asia/Shanghai", "Asia/Kolkata", "America/St_Johns", "Pacific/Apia", "Pacific/Kiritimati", "Europe/Dublin"} {
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Skipf("needs the time zone database: %v", err)
		}
		zones = append(zones, zone)
	}
	rng := rand.New(rand.NewPCG(5, 6))
	var urls []sitemap.URL
	var want []string
	for i := range 20_000 {
		// Moments around midnight and at the turn of years as well as any.
		at := time.Unix(rng.Int64N(250_000_000_000)-2_000_000_000, rng.Int64N(1e9))
		switch i % 4 {
		case 0:
			at = at.Truncate(24 * time.Hour).Add(time.Duration(rng.IntN(3)-1) * time.Second)
		case 1:
			at = time.Date(1000+rng.IntN(9000), time.January, 1, 0, 0, rng.IntN(3)-1+24*60*60, 0, time.UTC)
		}
		at = at.In(zones[rng.IntN(len(zones))])
		if _, offset := at.Zone(); offset%60 != 0 {
			at = at.UTC()
		}
		urls = append(urls, sitemap.URL{Loc: fmt.Sprintf("https://xt.news.example/%d", i), LastMod: at})
		want = append(want, at.Format(time.RFC3339))
	}
	for i, got := range read(t, build(t, sitemap.Options{}, urls...)).URLs {
		if got.LastMod != want[i] {
			t.Errorf("lastmod %d = %s, want %s", i, got.LastMod, want[i])
		}
	}
}

// The second before the first that can be published, the one behind the last,
// and those at which sums of seconds overflow.
func TestTimesRefused(t *testing.T) {
	east, west := time.FixedZone("", 14*60*60), time.FixedZone("", -14*60*60)
	tests := []struct {
		name string
		time time.Time
		want string
	}{
		{"first in the east", time.Date(1000, 1, 1, 0, 0, 0, 0, east), "no error"},
		{"before it", time.Date(999, 12, 31, 23, 59, 59, 999_999_999, east), "year outside 1000 to 9999"},
		{"last in the west", time.Date(9999, 12, 31, 23, 59, 59, 0, west), "no error"},
		{"behind it", time.Date(10_000, 1, 1, 0, 0, 0, 0, west), "year outside 1000 to 9999"},
		{"first in UTC", time.Date(1000, 1, 1, 0, 0, 0, 0, time.UTC), "no error"},
		{"before that", time.Date(999, 12, 31, 23, 59, 59, 0, time.UTC), "year outside 1000 to 9999"},
		{"last in UTC", time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC), "no error"},
		{"behind that", time.Date(10_000, 1, 1, 0, 0, 0, 0, time.UTC), "year outside 1000 to 9999"},
		{"largest", time.Unix(math.MaxInt64, 0).In(east), "year outside 1000 to 9999"},
		{"smallest", time.Unix(math.MinInt64, 0).In(west), "year outside 1000 to 9999"},
		{"where the standard library overflows", time.Unix(math.MaxInt64-62_135_596_800, 0).In(east), "year outside 1000 to 9999"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := sitemap.NewWriter(discard{}, sitemap.Options{})
			want := tt.want
			if want != "no error" {
				want = `url "` + page + `": lastmod: ` + want
			}
			if got := errorText(w.Add(sitemap.URL{Loc: page, LastMod: tt.time})); got != want {
				t.Errorf("Add with %v: %s, want %s", tt.time, got, want)
			}
		})
	}
}
