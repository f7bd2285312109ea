package schedule

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
)

// parts are the five fields of a crontab line, in order, with their values.
var parts = [...]struct{ name, values string }{
	{"minute", "0-59"},
	{"hour", "0-23"},
	{"day of month", "1-31"},
	{"month", "1-12 or jan-dec"},
	{"day of week", "0-7 or sun-sat"},
}

var shorthands = []string{"@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"}

var weekdays = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

// list is the grammar of a field. It is narrower than cron's, which reads
// "*-5" as "*", "+5" as "5" and "," as no value at all.
var list = func() *regexp.Regexp {
	const element = `(\*|\?|[0-9A-Za-z]+(-[0-9A-Za-z]+)?)(/[0-9]+)?`
	return regexp.MustCompile(`^` + element + `(,` + element + `)*$`)
}()

// leapYear begins a year in which every schedule fires that ever does.
var leapYear = time.Date(2024, time.January, 1, 0, 0, 0, 0, time.UTC)

// parse reads a schedule that is split at its spaces. cron's parser, which may
// panic, sees only what was checked before, and never a zone.
func parse(fields []string) (Schedule, error) {
	zone := time.UTC
	if len(fields) > 0 && strings.Contains(fields[0], "=") {
		var err error
		if zone, err = parseZone(fields[0]); err != nil {
			return Schedule{}, err
		}
		fields = fields[1:]
	}
	if len(fields) > 0 && fields[0] == "@every" {
		every, err := parseEvery(strings.Join(fields[1:], " "))
		return Schedule{every: every}, err
	}

	if text := meant(fields); text != "" {
		return Schedule{}, fmt.Errorf("write %q", text)
	}
	line, err := crontab(fields)
	if err != nil {
		return Schedule{}, err
	}
	// Without a zone, the rule follows the location of the times it is given.
	rule, err := cron.ParseStandard(line)
	if err != nil {
		return Schedule{}, err
	}
	s := Schedule{rule: rule, zone: zone}
	if s.Next(leapYear).IsZero() {
		return Schedule{}, fmt.Errorf("never fires: the day of month %s is in no month of %s", fields[2], fields[3])
	}
	return s, nil
}

// parseZone reads an assignment CRON_TZ=Zone.
func parseZone(assignment string) (*time.Location, error) {
	key, name, _ := strings.Cut(assignment, "=")
	if key != "CRON_TZ" {
		return nil, fmt.Errorf(`unknown setting %q: write a time zone as "CRON_TZ=Asia/Shanghai"`, key)
	}
	// time.LoadLocation takes "" for UTC and "Local" for that of the process.
	zone, err := time.LoadLocation(name)
	if err != nil || name == "" || name == "Local" {
		return nil, fmt.Errorf(`unknown time zone %q: write a name of the IANA database, like "CRON_TZ=Asia/Shanghai"`, name)
	}
	return zone, nil
}

// parseEvery reads the interval of "@every".
func parseEvery(text string) (time.Duration, error) {
	interval, err := time.ParseDuration(text)
	switch {
	case err != nil:
		return 0, fmt.Errorf(`%q is not an interval: write "@every 30s" or "@every 1h30m"`, text)
	case interval < time.Second:
		return 0, errors.New(`the interval is shorter than one second: write "@every 1s" or longer`)
	case interval%time.Second != 0:
		return 0, fmt.Errorf(`the interval is not in whole seconds: write "@every %s" or longer`, interval.Truncate(time.Second))
	}
	return interval, nil
}

// meant returns the schedule that a text is but for its @, @every or unit; empty: it is
// none.
func meant(fields []string) string {
	text := strings.Join(fields, " ")
	bare := strings.TrimPrefix(text, "@")
	if slices.Contains(shorthands, "@"+bare) && bare == text {
		return "@" + bare
	}
	interval := strings.TrimSpace(strings.TrimPrefix(bare, "every"))
	if number(interval) > 0 {
		interval += "s"
	}
	if _, err := parseEvery(interval); err != nil {
		return ""
	}
	return "@every " + interval
}

// crontab writes a shorthand or five fields as cron reads them, or says which
// part is wrong.
func crontab(fields []string) (string, error) {
	if len(fields) == 1 && strings.HasPrefix(fields[0], "@") {
		if !slices.Contains(shorthands, fields[0]) {
			return "", fmt.Errorf(`unknown shorthand: write %s or "@every 30s"`, strings.Join(shorthands, ", "))
		}
		return fields[0], nil
	}
	if len(fields) != len(parts) {
		return "", fmt.Errorf(`want 5 fields, got %d: write minute, hour, day of month, month and day of week, without seconds, or "@every 30s"`, len(fields))
	}
	line := slices.Clone(fields)
	line[4] = sundays(line[4])
	for i, field := range fields {
		// Alone among stars, so that a refusal is about this field.
		alone := []string{"*", "*", "*", "*", "*"}
		alone[i] = line[i]
		_, err := cron.ParseStandard(strings.Join(alone, " "))
		if err != nil || !list.MatchString(field) {
			return "", fmt.Errorf(`%s %q: write values within %s, like "1", "1,3", "1-5" or "*/2"`,
				parts[i].name, field, parts[i].values)
		}
	}
	return strings.Join(line, " "), nil
}

// sundays writes the elements that end on day 7 in the days that cron knows,
// 0 to 6. What is wrong stays as it is, for cron to refuse.
func sundays(field string) string {
	elements := strings.Split(field, ",")
	for i, element := range elements {
		days, step, stepped := strings.Cut(element, "/")
		low, high, ranged := strings.Cut(days, "-")
		if !ranged {
			high = low
		}
		if !stepped {
			step = "1"
		}
		day, width := weekday(low), number(step)
		if weekday(high) != 7 || day < 0 || width < 1 {
			continue
		}
		var written []string
		for ; day <= 7; day += min(width, 7) {
			written = append(written, strconv.Itoa(day%7))
		}
		if len(written) > 0 {
			elements[i] = strings.Join(written, ",")
		}
	}
	return strings.Join(elements, ",")
}

// weekday returns the number of a day of the week, or -1.
func weekday(text string) int {
	if day := slices.Index(weekdays, strings.ToLower(text)); day >= 0 {
		return day
	}
	return number(text)
}

// number returns a natural number, or -1.
func number(text string) int {
	n, err := strconv.ParseUint(text, 10, 31)
	if err != nil {
		return -1
	}
	return int(n)
}
