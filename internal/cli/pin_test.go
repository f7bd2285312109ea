package cli

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"feedstation/internal/cache"
	"feedstation/internal/durable"
	"feedstation/internal/network"
)

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
		{name: "after", before: nothing, run: hinder, want: []string{"manifest.json"}},
		{"without an answer of Redis", []string{redis}, nothing, nothing, []string{"once Redis can be reached", "refused"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			file, copied := filepath.Join(dir, "config.yaml"), filepath.Join(dir, "cache")
			text := "network: {name: n}\nstations: [{id: xt, name: n, url: https://xt.news.example}]\ncache: {dir: " + copied + "}\n"
			if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
			hindrance := filepath.Join(copied, "xt", "manifest.json") // no file
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
