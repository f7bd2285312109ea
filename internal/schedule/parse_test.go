package schedule_test

import (
	"testing"
	"time"

	"feedstation/internal/schedule"
)

func TestParseRefuses(t *testing.T) {
	const (
		short  = `the interval is shorter than one second: write "@every 1s" or longer`
		count  = `: write minute, hour, day of month, month and day of week, without seconds, or "@every 30s"`
		known  = `unknown shorthand: write @yearly, @annually, @monthly, @weekly, @daily, @midnight, @hourly or "@every 30s"`
		values = `, like "1", "1,3", "1-5" or "*/2"`
		zone   = `write a name of the IANA database, like "CRON_TZ=Asia/Shanghai"`
		assign = `write a time zone as "CRON_TZ=Asia/Shanghai"`
		every  = `is not an interval: write "@every 30s" or "@every 1h30m"`
	)
	for _, tt := range []struct {
		name string
		spec string
		want string
	}{
		{"empty", "", `"": want 5 fields, got 0` + count},
		{"space", "  ", `"  ": want 5 fields, got 0` + count},
		{"few fields", "0 3 * *", `"0 3 * *": want 5 fields, got 4` + count},
		{"seconds field", "0 0 3 * * *", `"0 0 3 * * *": want 5 fields, got 6` + count},

		{"interval of 0", "@every 0s", `"@every 0s": ` + short},
		{"negative interval", "@every -1h", `"@every -1h": ` + short},
		{"sub-second interval", "@every 100ms", `"@every 100ms": ` + short},
		{"almost a second", "@every 999999999ns", `"@every 999999999ns": ` + short},
		{
			"fraction of a second", "@every 1500ms",
			`"@every 1500ms": the interval is not in whole seconds: write "@every 1s" or longer`,
		},
		{"no interval", "@every", `"@every": "" ` + every},
		{"days", "@every 1d", `"@every 1d": "1d" ` + every},
		{"words", "@every 5 minutes", `"@every 5 minutes": "5 minutes" ` + every},
		{"too long", "@every 9999999h", `"@every 9999999h": "9999999h" ` + every},

		{"shorthand", "@fortnightly", `"@fortnightly": ` + known},
		{"case", "@Hourly", `"@Hourly": ` + known},
		{"not at a start", "@reboot", `"@reboot": ` + known},
		{"interval alone", "30s", `"30s": write "@every 30s"`},
		{"interval without a unit", "30", `"30": write "@every 30s"`},
		{"interval without @", "every 1h30m", `"every 1h30m": write "@every 1h30m"`},
		{"interval without a space", "@every30s", `"@every30s": write "@every 30s"`},
		{"interval in a zone", "CRON_TZ=UTC 5m", `"CRON_TZ=UTC 5m": write "@every 5m"`},
		{"shorthand without @", "hourly", `"hourly": write "@hourly"`},
		{"shorthand and more", "@hourly 5", `"@hourly 5": want 5 fields, got 2` + count},

		{"tz alone", "TZ=UTC", `"TZ=UTC": unknown setting "TZ": ` + assign},
		{"empty tz alone", "TZ=", `"TZ=": unknown setting "TZ": ` + assign},
		{"tz", "TZ=Asia/Shanghai 0 3 * * *", `"TZ=Asia/Shanghai 0 3 * * *": unknown setting "TZ": ` + assign},
		{"unknown zone alone", "CRON_TZ=X", `"CRON_TZ=X": unknown time zone "X": ` + zone},
		{"zone alone", "CRON_TZ=UTC", `"CRON_TZ=UTC": want 5 fields, got 0` + count},
		{"empty zone", "CRON_TZ= 0 3 * * *", `"CRON_TZ= 0 3 * * *": unknown time zone "": ` + zone},
		{"unknown zone", "CRON_TZ=Mars/Base 0 3 * * *", `"CRON_TZ=Mars/Base 0 3 * * *": unknown time zone "Mars/Base": ` + zone},
		{"zone of the process", "CRON_TZ=Local 0 3 * * *", `"CRON_TZ=Local 0 3 * * *": unknown time zone "Local": ` + zone},
		{"zone as a file", "CRON_TZ=../UTC 0 3 * * *", `"CRON_TZ=../UTC 0 3 * * *": unknown time zone "../UTC": ` + zone},

		{"minute", "60 * * * *", `"60 * * * *": minute "60": write values within 0-59` + values},
		{"hour", "0 24 * * *", `"0 24 * * *": hour "24": write values within 0-23` + values},
		{"day of month", "0 0 0 * *", `"0 0 0 * *": day of month "0": write values within 1-31` + values},
		{"month", "0 0 1 13 *", `"0 0 1 13 *": month "13": write values within 1-12 or jan-dec` + values},
		{"day of week", "0 0 * * 8", `"0 0 * * 8": day of week "8": write values within 0-7 or sun-sat` + values},
		{"range from 7", "0 0 * * 7-2", `"0 0 * * 7-2": day of week "7-2": write values within 0-7 or sun-sat` + values},
		{"range beyond 7", "0 0 * * 9-7", `"0 0 * * 9-7": day of week "9-7": write values within 0-7 or sun-sat` + values},
		{"no step", "0 0 * * 1-7/0", `"0 0 * * 1-7/0": day of week "1-7/0": write values within 0-7 or sun-sat` + values},
		{"first fault", "x 99 * * *", `"x 99 * * *": minute "x": write values within 0-59` + values},
		{"backwards", "0 18-8 * * *", `"0 18-8 * * *": hour "18-8": write values within 0-23` + values},
		{"lone comma", ", * * * *", `", * * * *": minute ",": write values within 0-59` + values},
		{"trailing comma", "1, * * * *", `"1, * * * *": minute "1,": write values within 0-59` + values},
		{"star to number", "*-5 * * * *", `"*-5 * * * *": minute "*-5": write values within 0-59` + values},
		{"sign", "+5 * * * *", `"+5 * * * *": minute "+5": write values within 0-59` + values},
		{"wide digits", "５ * * * *", `"５ * * * *": minute "５": write values within 0-59` + values},

		{"30 February", "0 0 30 2 *", `"0 0 30 2 *": never fires: the day of month 30 is in no month of 2`},
		{"31st of short months", "0 0 31 apr,jun *", `"0 0 31 apr,jun *": never fires: the day of month 31 is in no month of apr,jun`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, err := schedule.Parse(tt.spec)
			if err == nil {
				t.Fatalf("accepted, first due %v", s.Next(noon))
			}
			if got := err.Error(); got != tt.want {
				t.Errorf("error\n%s\nwant\n%s", got, tt.want)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	for _, spec := range []string{
		"@every 30s", "@every 1s500ms", "@every 2562047h", "@hourly", "@",
		"TZ=UTC", "TZ=", "CRON_TZ=X", "CRON_TZ= ", "CRON_TZ=Europe/Berlin 30 2 * * *",
		"CRON_TZ=America/Santiago 0 0 * * 1-7/2", "CRON_TZ=Australia/Lord_Howe 0 3 * * *",
		"CRON_TZ=Pacific/Apia 0 0 30 12 *", "CRON_TZ=Pacific/Chatham 0 3 * * *", "CRON_TZ=Africa/Casablanca 59 23 31 3 ?",
		"*/5 8-18 1,15 jan-jun 5-7", "0 0 29 2 *", "0 0 30 2 *", ", , , , ,", "0 0 * * 7/9223372036854775807",
	} {
		f.Add(spec, uint32(1774746000)) // 2026-03-29T01:00:00Z
	}
	f.Add("0 0 29 2 *", uint32(3982003200)) // after the leap day of 2096
	f.Fuzz(func(t *testing.T, spec string, unix uint32) {
		s, err := schedule.Parse(spec)
		if err != nil {
			return
		}
		at := time.Unix(int64(unix), 0).UTC()
		for range 3 {
			next := s.Next(at)
			if !next.After(at) {
				t.Fatalf("%q is due at %v after %v", spec, next, at)
			}
			if next.Nanosecond() != 0 {
				t.Fatalf("%q is due at %v, not on a second", spec, next)
			}
			at = next
		}
	})
}
