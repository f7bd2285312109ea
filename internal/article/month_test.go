package article_test

import (
	"fmt"
	"testing"
	"time"
	_ "time/tzdata" // machines without zone files run this too

	"feedstation/internal/article"
)

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func TestMonth(t *testing.T) {
	tests := []struct {
		name     string
		zone     string
		month    article.Month
		want     string
		from, to string // in UTC
	}{
		{"UTC", "UTC", article.Month{Year: 2019, Month: time.March}, "2019-03", "2019-03-01T00:00:00Z", "2019-04-01T00:00:00Z"},
		{"east of UTC", "Asia/Shanghai", article.Month{Year: 2019, Month: time.March}, "2019-03", "2019-02-28T16:00:00Z", "2019-03-31T16:00:00Z"},
		{"a leap year", "Asia/Shanghai", article.Month{Year: 2020, Month: time.February}, "2020-02", "2020-01-31T16:00:00Z", "2020-02-29T16:00:00Z"},
		{"the end of a year", "Asia/Shanghai", article.Month{Year: 2019, Month: time.December}, "2019-12", "2019-11-30T16:00:00Z", "2019-12-31T16:00:00Z"},
		{"the beginning of a year", "Asia/Shanghai", article.Month{Year: 2020, Month: time.January}, "2020-01", "2019-12-31T16:00:00Z", "2020-01-31T16:00:00Z"},
		{"west of UTC", "America/New_York", article.Month{Year: 2019, Month: time.December}, "2019-12", "2019-12-01T05:00:00Z", "2020-01-01T05:00:00Z"},
		{"clocks change inside", "Europe/Berlin", article.Month{Year: 2019, Month: time.March}, "2019-03", "2019-02-28T23:00:00Z", "2019-03-31T22:00:00Z"},
		{"its first midnight is skipped", "America/Asuncion", article.Month{Year: 2023, Month: time.October}, "2023-10", "2023-10-01T04:00:00Z", "2023-11-01T03:00:00Z"},
		{"the next midnight is skipped", "America/Asuncion", article.Month{Year: 2023, Month: time.September}, "2023-09", "2023-09-01T04:00:00Z", "2023-10-01T04:00:00Z"},
		{"its first midnight is there twice", "Asia/Gaza", article.Month{Year: 2004, Month: time.October}, "2004-10", "2004-09-30T21:00:00Z", "2004-10-31T22:00:00Z"},
		{"long ago", "UTC", article.Month{Year: 987, Month: time.May}, "0987-05", "0987-05-01T00:00:00Z", "0987-06-01T00:00:00Z"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			z := zone(t, tt.zone)
			from, to := tt.month.Bounds(z)
			if got := from.UTC().Format(time.RFC3339); got != tt.from {
				t.Errorf("from %s, want %s", got, tt.from)
			}
			if got := to.UTC().Format(time.RFC3339); got != tt.to {
				t.Errorf("to %s, want %s", got, tt.to)
			}
			if got := tt.month.String(); got != tt.want {
				t.Errorf("String() = %q, want %q", got, tt.want)
			}
		})
	}
}

// TestMonthsMeet holds that MonthOf and Bounds agree on where a month ends, in
// zones that change their clocks in every known manner.
func TestMonthsMeet(t *testing.T) {
	for _, name := range []string{
		"UTC", "Asia/Shanghai", "Asia/Kolkata", "Pacific/Kiritimati", "Pacific/Apia", "America/St_Johns", "Europe/London",
		"America/Havana", "America/Asuncion", "America/Sao_Paulo", "Africa/Casablanca", "Australia/Lord_Howe", "Asia/Gaza",
	} {
		t.Run(name, func(t *testing.T) {
			z := zone(t, name)
			for month := (article.Month{Year: 1985, Month: time.January}); month.Year < 2040; {
				from, to := month.Bounds(z)
				next := article.MonthOf(to, z)
				if got := article.MonthOf(from, z); got != month {
					t.Errorf("%s begins at %v, which is in %s", month, from, got)
				}
				if got := article.MonthOf(to.Add(-1), z); got != month {
					t.Errorf("%s ends at %v, and before that it is %s", month, to, got)
				}
				if start, _ := next.Bounds(z); !start.Equal(to) || !from.Before(to) {
					t.Errorf("%s is from %v to %v, the next begins at %v", month, from, to, start)
				}
				if next == month {
					t.Fatalf("%s does not end", month)
				}
				month = next
			}
		})
	}
}

func ExampleMonthOf() {
	t := time.Date(2019, 2, 28, 16, 30, 0, 0, time.UTC)
	fmt.Println(article.MonthOf(t, time.UTC), article.MonthOf(t, time.FixedZone("", 8*60*60)))
	// Output: 2019-02 2019-03
}
