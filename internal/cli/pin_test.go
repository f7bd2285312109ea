package cli

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"feedstation/internal/cache"
	"feedstation/internal/durable"
	"feedstation/internal/network"
)

// An editor says when it was right.
func TestChoose(t *testing.T) {
	zone := time.FixedZone("+08", 8*60*60)
	at := func(day, hour, minute, second int) time.Time {
		return time.Date(2026, 3, day, hour, minute, second, 0, zone)
	}
	kept := []cache.KeptEdition{
		{Issued: at(10, 17, 41, 0).UTC()},
		{Issued: at(10, 17, 40, 42).Add(999 * time.Millisecond).UTC()},
		{Issued: at(10, 17, 40, 12).UTC()},
		{Issued: at(9, 23, 50, 0).UTC()},
	}
	tests := []struct {
		text string
		now  time.Time
		want int // how many editions are newer; -1: none
		err  string
	}{
		{"17:40", at(10, 18, 0, 0), 1, ""},
		{"17:40:42", at(10, 18, 0, 0), 1, ""},
		{"17:40:41", at(10, 18, 0, 0), 2, ""},
		{"2026-03-10 17:40:42.999", at(20, 0, 0, 0), 1, ""},
		{"17:40:42.998", at(10, 18, 0, 0), 2, ""},
		{"17:39", at(10, 18, 0, 0), 3, ""},
		{"17:50", at(10, 18, 0, 0), 0, ""},
		{"23:50", at(10, 0, 30, 0), 3, ""}, // yesterday
		{"23:50", at(10, 18, 0, 0), 3, ""},
		{"2026-03-09 23:50", at(20, 0, 0, 0), 3, ""},
		{"2026-03-10T17:40:12", at(20, 0, 0, 0), 2, ""},
		{"3", at(20, 0, 0, 0), -1, `got "3"`},
		{"2026-03-09 23:49", at(20, 0, 0, 0), -1, "no edition as of 2026-03-09 23:49"},
		{"noon", at(20, 0, 0, 0), -1, `want a time of day such as 17:40, or a date and time such as 2026-03-01 17:40, got "noon"`},
		{"25:00", at(20, 0, 0, 0), -1, `got "25:00"`},
		{"", at(20, 0, 0, 0), -1, `got ""`},
	}
	for _, tt := range tests {
		got, err := choose(kept, tt.text, tt.now)
		if slices.Index(kept, got) != tt.want || (err != nil) != (tt.err != "") || err != nil && !strings.Contains(err.Error(), tt.err) {
			t.Errorf("%q at %s: edition of %s, %v; want %d, %q", tt.text, tt.now, got.Watermark, err, tt.want, tt.err)
		}
	}
}

// What a command could not bring into step is an error if it still can't be when
// the work is done, and Redis is to blame only where there is one.
func TestOutOfStep(t *testing.T) {
	const redis = "FEEDSTATION_CACHE_REDIS_ADDRS=127.0.0.1:1" // nobody listens
	nothing := func(string) error { return nil }
	hinder := func(name string) error {
		station := filepath.Dir(name)
		return errors.Join(os.MkdirAll(name, 0o755), os.WriteFile(filepath.Join(station, durable.Marker), nil, 0o644), os.WriteFile(filepath.Join(station, "..", durable.Marker), nil, 0o644))
	}
	for _, tt := range []struct {
		name        string
		environ     []string
		before, run func(hindrance string) error
		want        []string // in the error; none: there is no error
	}{
		{name: "never", before: nothing, run: nothing},
		{name: "before", before: hinder, run: os.Remove},
		{name: "after", before: nothing, run: hinder, want: []string{"current.json"}},
		{"without an answer of Redis", []string{redis}, nothing, nothing, []string{"once Redis is reachable", "refused"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			file, copied := filepath.Join(dir, "config.yaml"), filepath.Join(dir, "cache")
			text := "network: {name: n}\nstations: [{id: xt, name: n, url: https://xt.news.example}]\ncache: {dir: " + copied + "}\n"
			if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
			hindrance := filepath.Join(copied, "xt", "current.json") // no file
			if err := tt.before(hindrance); err != nil {
				t.Fatal(err)
			}
			in := &invocation{terminal: Terminal{Stdout: io.Discard, Stderr: io.Discard, Environ: tt.environ}, configFile: file}
			err := in.withEditions("xt", func(context.Context, *network.Network, *cache.Cache) error { return tt.run(hindrance) })
			if (err != nil) != (len(tt.want) > 0) {
				t.Fatalf("error %v, want %q in it", err, tt.want)
			}
			for _, want := range tt.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("no %q in %v", want, err)
				}
			}
			if err != nil && len(tt.environ) == 0 && strings.Contains(err.Error(), "Redis") {
				t.Errorf("there is no Redis: %v", err)
			}
		})
	}
}
