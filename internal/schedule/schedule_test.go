package schedule_test

import (
	"fmt"
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // the zones below, on a machine without them too

	"github.com/google/go-cmp/cmp"
	"github.com/robfig/cron/v3"

	"feedstation/internal/schedule"
)

var _ cron.Schedule = schedule.Schedule{}

// noon is a Wednesday.
var noon = time.Date(2026, time.July, 1, 12, 0, 0, 0, time.UTC)

func TestNext(t *testing.T) {
	for _, tt := range []struct {
		name string
		spec string
		from time.Time
		want []string
	}{
		{"seconds", "@every 30s", noon, []string{"2026-07-01T12:00:30Z", "2026-07-01T12:01:00Z"}},
		{"one second", "@every 1s", noon, []string{"2026-07-01T12:00:01Z"}},
		{"long interval", "@every 1h30m", noon, []string{"2026-07-01T13:30:00Z", "2026-07-01T15:00:00Z"}},
		{"interval needs no zone", "CRON_TZ=Europe/Berlin @every 1m", noon, []string{"2026-07-01T12:01:00Z"}},
		{"yearly", "@yearly", noon, []string{"2027-01-01T00:00:00Z"}},
		{"annually", "@annually", noon, []string{"2027-01-01T00:00:00Z"}},
		{"monthly", "@monthly", noon, []string{"2026-08-01T00:00:00Z"}},
		{"weekly", "@weekly", noon, []string{"2026-07-05T00:00:00Z"}},
		{"daily", "@daily", noon, []string{"2026-07-02T00:00:00Z"}},
		{"midnight", "@midnight", noon, []string{"2026-07-02T00:00:00Z"}},
		{"hourly", "@hourly", noon, []string{"2026-07-01T13:00:00Z"}},
		{"steps", "*/20 * * * *", noon, []string{"2026-07-01T12:20:00Z", "2026-07-01T12:40:00Z", "2026-07-01T13:00:00Z"}},
		{"spaces", "  5  3 * *\t* ", noon, []string{"2026-07-02T03:05:00Z"}},
		{"names", "0 0 * feb MON-tue", noon, []string{"2027-02-01T00:00:00Z", "2027-02-02T00:00:00Z"}},
		{"either day", "0 0 13 * 5", noon, []string{"2026-07-03T00:00:00Z", "2026-07-10T00:00:00Z", "2026-07-13T00:00:00Z"}},
		{"question mark", "0 0 ? * 5", noon, []string{"2026-07-03T00:00:00Z"}},
		{
			"utc for a local time", "0 3 * * *", noon.In(time.FixedZone("CST", 8*60*60)),
			[]string{"2026-07-02T11:00:00+08:00"},
		},
		{"zone", "CRON_TZ=Asia/Shanghai 0 3 * * *", noon, []string{"2026-07-01T19:00:00Z"}},
		{"zone and shorthand", "CRON_TZ=Asia/Shanghai @daily", noon, []string{"2026-07-01T16:00:00Z"}},
		{"leap day", "0 0 29 2 *", noon, []string{"2028-02-29T00:00:00Z", "2032-02-29T00:00:00Z"}},
		{
			"leap days around 2100", "0 0 29 2 *", time.Date(2096, time.March, 1, 0, 0, 0, 0, time.UTC),
			[]string{"2104-02-29T00:00:00Z"},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, err := schedule.Parse(tt.spec)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, next(s, tt.from, len(tt.want))); diff != "" {
				t.Errorf("times due (-want +got):\n%s", diff)
			}
			if got, want := s.String(), strings.TrimSpace(tt.spec); got != want {
				t.Errorf("String() = %q, want %q", got, want)
			}
		})
	}
}

// Sunday is 7 as well as 0: alone, in lists, in ranges and with steps.
func TestSunday(t *testing.T) {
	for _, tt := range []struct {
		days string
		want string
	}{
		{"0", "Sun"},
		{"7", "Sun"},
		{"07", "Sun"},
		{"7-7", "Sun"},
		{"7/2", "Sun"},
		{"1,7", "Mon Sun"},
		{"7,3", "Wed Sun"},
		{"0,7", "Sun"},
		{"5-7", "Fri Sat Sun"},
		{"fri-7", "Fri Sat Sun"},
		{"0-7", "Mon Tue Wed Thu Fri Sat Sun"},
		{"0-7/7", "Sun"},
		{"1-7/2", "Mon Wed Fri Sun"},
		{"2-7/2", "Tue Thu Sat"},
		{"1-7/2147483647", "Mon"},
		{"1-7/3,5", "Mon Thu Fri Sun"},
		{"1-5", "Mon Tue Wed Thu Fri"},
		{"*/2", "Tue Thu Sat Sun"},
	} {
		t.Run(tt.days, func(t *testing.T) {
			s, err := schedule.Parse("0 0 * * " + tt.days)
			if err != nil {
				t.Fatal(err)
			}
			var days []string
			monday := time.Date(2026, time.July, 6, 0, 0, 0, 0, time.UTC)
			for at := s.Next(monday.Add(-time.Second)); at.Before(monday.AddDate(0, 0, 7)); at = s.Next(at) {
				days = append(days, at.Format("Mon"))
			}
			if got := strings.Join(days, " "); got != tt.want {
				t.Errorf("due on %s, want %s", got, tt.want)
			}
		})
	}
}

func TestZeroIsNeverDue(t *testing.T) {
	var s schedule.Schedule
	if got := s.Next(noon); !got.IsZero() {
		t.Errorf("Next = %v, want the zero time", got)
	}
	if _, ok := s.ClockChange(noon); ok {
		t.Error("the zero schedule follows a clock")
	}
}

// A schedule in UTC knows no change of the clock. In a zone it is due whenever
// the clock shows the time, be that never or twice on the day of the change.
func TestClockChange(t *testing.T) {
	for _, tt := range []struct {
		name   string
		spec   string
		from   string // a day, UTC
		change string // of the clock, in UTC; empty: none
		want   []string
	}{
		{
			"utc", "30 2 * * *", "2026-03-28", "",
			[]string{"2026-03-28T02:30:00Z", "2026-03-29T02:30:00Z", "2026-03-30T02:30:00Z"},
		},
		{
			"utc by name", "CRON_TZ=UTC 30 2 * * *", "2026-03-28", "",
			[]string{"2026-03-28T02:30:00Z", "2026-03-29T02:30:00Z"},
		},
		{"interval", "CRON_TZ=Europe/Berlin @every 24h", "2026-03-28", "", []string{"2026-03-29T00:00:00Z"}},
		{
			"zone without changes", "CRON_TZ=Asia/Shanghai 30 2 * * *", "2026-03-28", "",
			[]string{"2026-03-28T18:30:00Z", "2026-03-29T18:30:00Z"},
		},
		{
			"skipped in spring", "CRON_TZ=Europe/Berlin 30 2 * * *", "2026-03-28", "2026-03-29T01:00:00Z",
			[]string{"2026-03-28T01:30:00Z", "2026-03-30T00:30:00Z"},
		},
		{
			"twice in autumn", "CRON_TZ=Europe/Berlin 30 2 * * *", "2026-10-24", "2026-10-25T01:00:00Z",
			[]string{"2026-10-24T00:30:00Z", "2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z", "2026-10-26T01:30:00Z"},
		},
		{
			"no midnight", "CRON_TZ=America/Santiago 0 0 * * *", "2026-09-05", "2026-09-06T04:00:00Z",
			[]string{"2026-09-05T04:00:00Z", "2026-09-07T03:00:00Z"},
		},
		{
			"no change at this time", "CRON_TZ=Australia/Lord_Howe 0 3 * * *", "2026-10-02", "2026-10-03T15:30:00Z",
			[]string{"2026-10-02T16:30:00Z", "2026-10-03T16:00:00Z", "2026-10-04T16:00:00Z"},
		},
		{
			"first second of the new offset", "CRON_TZ=Europe/Berlin 0 3 29 3 *", "2026-03-28", "2026-03-29T01:00:00Z",
			[]string{"2026-03-29T01:00:00Z", "2027-03-29T01:00:00Z"},
		},
		{
			"every half hour", "CRON_TZ=Europe/Berlin */30 * * * *", "2026-03-29", "2026-03-29T01:00:00Z",
			[]string{"2026-03-29T00:30:00Z", "2026-03-29T01:00:00Z", "2026-03-29T01:30:00Z"},
		},
		// From 2038 on, time zones are computed from a rule in every form of their
		// database, and ZoneBounds has ends of years among the bounds.
		{
			"end of a year", "CRON_TZ=Europe/Berlin 30 0 1 1 *", "2039-11-30", "2040-03-25T01:00:00Z",
			[]string{"2039-12-31T23:30:00Z", "2040-12-31T23:30:00Z"},
		},
		{
			"last day of a leap year", "CRON_TZ=Europe/Berlin 30 0 * * *", "2040-12-31", "2041-03-31T01:00:00Z",
			[]string{"2040-12-31T23:30:00Z", "2041-01-01T23:30:00Z"},
		},
		// What cron itself makes of these three: a search without end, a time
		// that is not after the last one, and no time at all.
		{
			"a day left out", "CRON_TZ=Pacific/Apia 1 0 14 12 *", "2011-12-14", "2011-12-30T10:00:00Z",
			[]string{"2011-12-14T10:01:00Z", "2012-12-13T10:01:00Z"},
		},
		{
			"change within an hour", "CRON_TZ=Pacific/Chatham 0 3 * * *", "2027-04-03", "2027-04-03T14:00:00Z",
			[]string{"2027-04-03T13:15:00Z", "2027-04-03T14:15:00Z", "2027-04-04T14:15:00Z"},
		},
		{
			"first of a month without midnight", "CRON_TZ=America/Asuncion 29 1 9 1 *", "1975-07-20", "1975-10-01T04:00:00Z",
			[]string{"1976-01-09T04:29:00Z", "1977-01-09T04:29:00Z"},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, err := schedule.Parse(tt.spec)
			if err != nil {
				t.Fatal(err)
			}
			from, err := time.Parse(time.DateOnly, tt.from)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, next(s, from, len(tt.want))); diff != "" {
				t.Errorf("times due (-want +got):\n%s", diff)
			}
			var change string
			if at, ok := s.ClockChange(from); ok {
				change = at.UTC().Format(time.RFC3339)
			}
			if change != tt.change {
				t.Errorf("ClockChange = %q, want %q", change, tt.change)
			}
		})
	}
}

// next formats the n times after from at which s is due.
func next(s schedule.Schedule, from time.Time, n int) []string {
	var times []string
	for range n {
		from = s.Next(from)
		times = append(times, from.Format(time.RFC3339))
	}
	return times
}

func ExampleParse() {
	s, err := schedule.Parse("CRON_TZ=Asia/Shanghai 30 5 * * 1-5")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(s.Next(time.Date(2026, time.July, 3, 0, 0, 0, 0, time.UTC)))

	_, err = schedule.Parse("@every 100ms")
	fmt.Println(err)
	// Output:
	// 2026-07-05 21:30:00 +0000 UTC
	// "@every 100ms": the interval is shorter than one second: write "@every 1s" or longer
}
