package console

import (
	"testing"
	"time"
)

func TestClock(t *testing.T) {
	zone := time.FixedZone("+08", 8*60*60)
	now := time.Date(2026, 11, 29, 20, 0, 0, 0, time.UTC) // the 30th there
	for at, want := range map[time.Time]string{
		now: "04:00:00", now.Add(-4 * time.Hour): "00:00:00", now.Add(-5 * time.Hour): "11-29 23:00", now.AddDate(-1, 0, 0): "2025-11-30 04:00", {}: none,
	} {
		if got := clock(&at, now, zone); got != want {
			t.Errorf("%s: %q, want %q", at, got, want)
		}
	}
	if got := clock(nil, now, zone); got != none {
		t.Errorf("nil: %q", got)
	}
}

func TestNumbers(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "< 1 min", 59 * time.Second: "< 1 min", time.Minute: "1 min", 119 * time.Minute: "119 min", 2 * time.Hour: "2 h", 47 * time.Hour: "47 h", 48 * time.Hour: "2 d", 900 * 24 * time.Hour: "900 d",
	} {
		if got := rough(d); got != want {
			t.Errorf("%s: %q, want %q", d, got, want)
		}
	}
	for n, want := range map[int64]string{0: "0", 999: "999", 1000: "1.00 k", 12_345: "12.3 k", 999_999: "1000 k", 1_234_567: "1.23 M", 123_456_789: "123 M"} {
		if got := large(&n); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
	for seconds, want := range map[int64]string{0: "", 30: "30s", 60: "1m", 630: "10m30s", 3600: "1h", 5400: "1h30m"} {
		if got := limitText(seconds); got != want {
			t.Errorf("%d s: %q, want %q", seconds, got, want)
		}
	}
	for text, want := range map[string]string{"abc": "abc", "abcd": "abc…", "停停": "停…", "": ""} {
		if got := cut(text, 3); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	for text, want := range map[string]string{"1": "1", "a b": "'a b'", "it's": `'it'\''s'`, "": "''", "$(x)": "'$(x)'", "-x": "'-x'", "长": "'长'", "a:b/c.d_e-f": "a:b/c.d_e-f"} {
		if got := quote(text); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}
