package cli

import (
	"testing"
	"time"

	"feedstation/internal/schedule"
)

// A station may be as old as the timetable has it: over a night and a weekend, too.
func TestFreshness(t *testing.T) {
	friday := time.Date(2026, 3, 13, 20, 59, 0, 0, time.UTC)
	for _, tt := range []struct {
		refresh string
		last    time.Time
		want    time.Duration
	}{
		{"@every 30s", friday, 10*time.Minute + 30*time.Second},
		{"@every 1h", friday.Add(time.Millisecond), time.Hour + 10*time.Minute},
		{"* 8-20 * * 1-5", friday.Add(-time.Hour), 11 * time.Minute},
		{"* 8-20 * * 1-5", friday, 2*24*time.Hour + 11*time.Hour + time.Minute + 10*time.Minute},
		{"CRON_TZ=Asia/Shanghai 0 6 * * *", friday, time.Hour + time.Minute + 10*time.Minute},
	} {
		refresh, err := schedule.Parse(tt.refresh)
		if err != nil {
			t.Fatal(err)
		}
		if got := freshness(refresh, 10*time.Minute, tt.last); got != tt.want {
			t.Errorf("%s after %v: %v, want %v", tt.refresh, tt.last, got, tt.want)
		}
	}
	if got := freshness(schedule.Schedule{}, 10*time.Minute, friday); got != 0 {
		t.Errorf("no schedule: %v", got)
	}
}
