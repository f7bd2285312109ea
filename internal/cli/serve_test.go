package cli

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"feedstation/internal/cache"
	"feedstation/internal/condition"
	"feedstation/internal/config"
	"feedstation/internal/edition"
	"feedstation/internal/network"
	"feedstation/internal/store/disk"
)

// That the content store can't be opened is told when it begins, when it becomes
// something else, and when it is over.
func TestOpenContentTellsWhatChanges(t *testing.T) {
	dir := t.TempDir()
	folder := filepath.Join(dir, "var")
	file := filepath.Join(folder, "content.db")
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	remove := func(name string) {
		t.Helper()
		if err := os.Remove(name); err != nil {
			t.Fatal(err)
		}
	}
	var log bytes.Buffer
	synctest.Test(t, func(t *testing.T) {
		s := newService(t, slog.New(slog.NewTextHandler(&log, nil)), file)
		began := time.Now()
		write(folder, "no folder")
		opened := make(chan error)
		go func() {
			err := s.awaitContent(t.Context(), s.places.all[0])
			if err == nil {
				err = s.places.close()
			}
			opened <- err
		}()
		told := func(want string) {
			t.Helper()
			time.Sleep(3 * storeRetry)
			synctest.Wait()
			why, ok := s.host.shop.Condition("xt")
			if !ok || !strings.Contains(why.Err.Error(), want) || !why.Since.Equal(began) {
				t.Errorf("%v; want %q since %s", why, want, began)
			}
		}
		told("not a directory")
		remove(folder)
		if err := os.Mkdir(folder, 0o755); err != nil {
			t.Fatal(err)
		}
		write(file, strings.Repeat("no database ", 100))
		told("not a database")
		remove(file)
		if err := <-opened; err != nil {
			t.Fatal(err)
		}
	})
	var lines []string
	for line := range strings.Lines(log.String()) {
		_, line, _ = strings.Cut(line, "level=")
		lines = append(lines, line)
	}
	want := []string{"ERROR msg=\"content store unreachable, ", "ERROR msg=\"content store unreachable, ", "INFO msg=\"content store reachable again\""}
	for i, line := range lines {
		if len(lines) != len(want) || !strings.HasPrefix(line, want[i]) {
			t.Fatalf("the log is\n%s\nwant lines of %q", &log, want)
		}
	}
}

// newService returns a service of a station that has an edition.
func newService(t *testing.T, log *slog.Logger, dsn string) *service {
	t.Helper()
	n, err := network.New("n", []*network.Station{{ID: "xt", Name: "n", URL: "https://xt.news.example", Language: "zh-CN", Zone: time.UTC}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	local, err := disk.Open(t.TempDir(), defaultKeep)
	if err != nil {
		t.Fatal(err)
	}
	editions, err := cache.Open(t.Context(), slog.New(slog.DiscardHandler), []string{"xt"}, local, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := editions.Publish(t.Context(), edition.New("xt", time.Now(), "", nil)); err != nil {
		t.Fatal(err)
	}
	cfg := &config.Config{Network: n, Content: config.Content{Driver: config.SQLite, DSN: config.NewSecret(dsn)}}
	h := &host{in: &invocation{}, log: log, shop: &workshop{conditions: condition.New(log)}}
	places := newWorkplaces(log, cfg, editions)
	h.shop.open(places)
	return &service{host: h, cfg: cfg, editions: editions, places: places}
}
