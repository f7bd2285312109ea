package baidu

import (
	"testing"
	"testing/synctest"
	"time"
)

func TestNextDay(t *testing.T) {
	for now, want := range map[string]string{
		"2026-11-29T12:00:00+08:00": "2026-11-30T00:05:00+08:00",
		"2026-11-29T23:59:59+08:00": "2026-11-30T00:05:00+08:00",
		"2026-11-30T00:00:00+08:00": "2026-11-30T00:05:00+08:00", // a clock may be ahead of Baidu's
		"2026-11-30T00:05:00+08:00": "2026-12-01T00:05:00+08:00",
		"2026-12-31T20:00:00-08:00": "2027-01-02T00:05:00+08:00",
		"2026-11-29T15:59:59Z":      "2026-11-30T00:05:00+08:00",
	} {
		at, err := time.Parse(time.RFC3339, now)
		if err != nil {
			t.Fatal(err)
		}
		if got := nextDay(at).Format(time.RFC3339); got != want {
			t.Errorf("nextDay(%s) = %s, want %s", now, got, want)
		}
	}
}

// What is left is that of a day: on the next one nothing is known.
func TestQuotaOfADay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := New(Options{Reserve: 2}, nil)
		take := func(n, want int) {
			t.Helper()
			if got := d.take("site", n, time.Now()); got != want {
				t.Errorf("take %d: %d, want %d", n, got, want)
			}
		}
		take(100, 1)
		if got := d.left("site", 9, time.Now()); got != 7 {
			t.Errorf("%d may be sent, want 7", got)
		}
		take(3, 3)
		take(100, 4)
		take(100, 0)
		time.Sleep(24 * time.Hour)
		take(100, 1)
		d.left("site", 1, time.Now())
		take(100, 0)
		d.unknown("site")
		take(100, 1)
	})
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"", "null", "{}", `{"remain":1,"success":1}`, `{"remain":-1,"success":-1}`, `{"remain":1e3,"success":1}`, `{"success_daily":1,"remain_daily":2}`,
		`{"remain":99998,"success":2,"not_same_site":[],"not_valid":["*"]}`, `{"not_same_site":7}`, `{"error":401,"message":"token is not valid"}`, `[1]`,
	} {
		f.Add([]byte(seed), true)
		f.Add([]byte(seed), false)
	}
	f.Fuzz(func(t *testing.T, body []byte, daily bool) {
		r, err := parse(body, daily)
		if err == nil && r.remain != nil && *r.remain < 0 {
			t.Errorf("parse(%q): %d are left", body, *r.remain)
		}
		message(body)
	})
}
