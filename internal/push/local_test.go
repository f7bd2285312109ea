package push

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"feedstation/internal/store"
	"feedstation/internal/store/storetest"
)

func openLocal(t *testing.T, dir string) *local {
	t.Helper()
	l := newLocal(slog.New(slog.DiscardHandler), dir)
	t.Cleanup(func() {
		if err := l.close(); err != nil {
			t.Error(err)
		}
	})
	return l
}

func TestLocal(t *testing.T) {
	storetest.Swapper(t, func(t *testing.T) store.Swapper { return openLocal(t, t.TempDir()) })
}

// Two processes have the same file; one that removes it leaves the other with a new one.
func TestLocalShared(t *testing.T) {
	dir := t.TempDir()
	a, b := openLocal(t, dir), openLocal(t, dir)
	want := func(l *local, want string) {
		t.Helper()
		texts, err := l.Texts(t.Context(), "xt", []string{"a"})
		if err != nil || texts[0] != want {
			t.Fatalf("%q, %v, want %q", texts, err, want)
		}
	}
	put := func(l *local, old, text string) {
		t.Helper()
		made, _, _, err := l.Swap(t.Context(), "xt", []store.Swap{{Key: "a", Old: old, New: text, Pending: true}})
		if err != nil || !made[0] {
			t.Fatal(made, err)
		}
	}
	put(a, "", "one")
	want(b, "one")
	put(b, "one", "two")
	want(a, "two")
	if err := os.RemoveAll(filepath.Join(dir, FolderName)); err != nil {
		t.Fatal(err)
	}
	want(a, "")
	put(a, "", "three")
	want(a, "three")
}

// A damaged file is moved aside, and said so.
func TestLocalDamaged(t *testing.T) {
	for name, damage := range map[string]func(text []byte) []byte{
		"head":  func(text []byte) []byte { return append([]byte("no database at all"), text[18:]...) },
		"pages": func(text []byte) []byte { copy(text[4096:], bytes.Repeat([]byte{0xff}, len(text)-4096)); return text },
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			l := openLocal(t, dir)
			if _, _, _, err := l.Swap(t.Context(), "xt", []store.Swap{{Key: "a", New: strings.Repeat("x", 10_000)}}); err != nil {
				t.Fatal(err)
			}
			if err := l.close(); err != nil {
				t.Fatal(err)
			}
			file := filepath.Join(dir, FolderName, fileName)
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, damage(text), 0o600); err != nil {
				t.Fatal(err)
			}
			var log bytes.Buffer
			l.log = slog.New(slog.NewTextHandler(&log, nil))
			if all, err := l.All(t.Context(), "xt"); err != nil || len(all) > 0 {
				t.Fatalf("%d texts, %v", len(all), err)
			}
			if _, err := os.Stat(filepath.Join(dir, FolderName, asideName)); err != nil || !strings.Contains(log.String(), "moved aside") {
				t.Errorf("%v, logged %s", err, log.String())
			}
		})
	}
}
