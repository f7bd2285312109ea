package content_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	osexec "os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"feedstation/internal/content"
)

func TestOpenAgain(t *testing.T) {
	file := filepath.Join(t.TempDir(), "var", "deep", "content.db")
	at := time.Now().Add(-time.Hour)
	for i := range 3 {
		s, err := content.Open(t.Context(), file)
		if err != nil {
			t.Fatal(err)
		}
		empty, err := s.Empty(t.Context())
		if err != nil || empty != (i == 0) {
			t.Errorf("opened for the %d. time: empty %t, %v", i+1, empty, err)
		}
		put(t, s, story(fmt.Sprint(i), at))
		if got := latest(t, s, []string{"xt"}, "", 9); len(got) != i+1 {
			t.Errorf("opened for the %d. time: articles %q", i+1, ids(got))
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// TestOpenTogether opens new stores from several processes and goroutines at
// the same time. It runs itself as the other process.
func TestOpenTogether(t *testing.T) {
	const variable = "FEEDSTATION_TEST_OPEN"
	together := func(file string) error {
		s, err := content.Open(t.Context(), file)
		if err != nil {
			return err
		}
		_, err = s.Empty(t.Context())
		return errors.Join(err, s.Close())
	}
	if file := os.Getenv(variable); file != "" {
		if err := together(file); err != nil {
			t.Error(err)
		}
		return
	}
	for round := range 10 {
		file := filepath.Join(t.TempDir(), "content.db")
		var work sync.WaitGroup
		for range 2 {
			if round > 2 {
				break // a process takes its time to start
			}
			work.Go(func() {
				process := osexec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestOpenTogether$")
				process.Env = append(os.Environ(), variable+"="+file)
				if out, err := process.CombinedOutput(); err != nil {
					t.Errorf("another process: %v\n%s", err, out)
				}
			})
		}
		for range 4 {
			work.Go(func() {
				if err := together(file); err != nil {
					t.Error(err)
				}
			})
		}
		work.Wait()
	}
}

func TestOpenNames(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	for _, name := range []string{
		"a b.db", "a?b=c&mode=memory.db", "a#b.db", "100%.db", "a%41%20.db", "新闻 内容.db", "a;b'c\".db", "-a:b.db", "file:a.db",
		"relative/content.db", "./here.db", filepath.Join(dir, "绝对 path?", "content#1.db"),
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t, name)
			put(t, s, story("1", time.Now().Add(-time.Hour)))
			if info, err := os.Stat(name); err != nil || info.Size() == 0 {
				t.Errorf("the store is elsewhere: %v", err)
			}
			if got := latest(t, s, []string{"xt"}, "", 9); len(got) != 1 {
				t.Errorf("articles %q", ids(got))
			}
		})
	}
}

// odd are files that are no stores of this program.
func odd(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "text"), []byte(strings.Repeat("岁月不居,时节如流。\n", 100)), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "folder"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "empty"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for name, statements := range map[string]string{
		"foreign": "CREATE TABLE articles (id)",
		// Others count their migrations as well, and may have the same tables.
		"counting":       "CREATE TABLE articles (id); CREATE TABLE article_channels (id); PRAGMA user_version = 4",
		"empty counting": "PRAGMA user_version = 3",
		"marked":         "PRAGMA application_id = 252006674; CREATE TABLE articles (id); CREATE TABLE article_channels (id); CREATE TABLE article_moves (id); PRAGMA user_version = 7",
	} {
		exec(t, foreign(t, filepath.Join(dir, name)), statements)
	}
	s, err := content.Open(t.Context(), filepath.Join(dir, "newer"))
	if err != nil {
		t.Fatal(err)
	}
	exec(t, foreign(t, filepath.Join(dir, "newer")), "PRAGMA user_version = 99")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return dir
}

const (
	newerStore   = "the store was written by a newer feedstation (version 99, this one knows 10): use that one"
	foreignStore = "the file belongs to another program and is not written to; name another in content.dsn, or read its articles with content.driver: sqlite_readonly"
	notAStore    = "the file is not a SQLite database; name another in content.dsn (file is not a database (26))"
	cantOpen     = "the file can't be opened: look at its permissions and its folder's (unable to open database file (14))"
)

func TestOpenFaults(t *testing.T) {
	tests := []struct {
		name string
		file string
		want string // DIR stands for the folder
	}{
		{"a text", "text", "content: DIR/text: " + notAStore},
		{"a folder", "folder", "content: DIR/folder: " + cantOpen},
		{"another program's", "foreign", "content: DIR/foreign: " + foreignStore},
		{"another program's that counts as ours does", "counting", "content: DIR/counting: " + foreignStore},
		{"another program's without tables", "empty counting", "content: DIR/empty counting: " + foreignStore},
		{"another program's with its mark", "marked", "content: DIR/marked: " + foreignStore},
		{"a newer program's", "newer", "content: DIR/newer: " + newerStore},
		{"below a file", "text/content.db", "content: mkdir DIR/text: not a directory"},
		{"far below a file", "text/var/content.db", "content: mkdir DIR/text: not a directory"},
	}
	dir := odd(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			file := filepath.Join(dir, tt.file)
			before := bytesOf(t, file)
			s, err := content.Open(t.Context(), file)
			if err == nil || s != nil {
				t.Fatalf("opened: %v", s)
			}
			if diff := cmp.Diff(tt.want, strings.ReplaceAll(err.Error(), dir, "DIR")); diff != "" {
				t.Errorf("error (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(before, bytesOf(t, file)); diff != "" {
				t.Errorf("the file was changed (-before +after):\n%s", diff)
			}
		})
	}
}

// bytesOf returns what a file holds; nothing, if it is none.
func bytesOf(t *testing.T, file string) string {
	t.Helper()
	if info, err := os.Stat(file); err != nil || info.IsDir() {
		return ""
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestOpenUnwritable(t *testing.T) {
	dir := t.TempDir()
	s, err := content.Open(t.Context(), filepath.Join(dir, "content.db"))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Join(dir, "content.db"), 0o444); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o555); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.Chmod(dir, 0o755); err != nil { // or it can't be removed
			t.Error(err)
		}
	})
	if f, err := os.Create(filepath.Join(dir, "probe")); err == nil {
		t.Skip("this user may write to every folder:", errors.Join(f.Close(), os.Remove(f.Name())))
	}
	for _, name := range []string{"content.db", "new.db", "new/content.db"} {
		_, err := content.Open(t.Context(), filepath.Join(dir, name))
		if err == nil || !strings.Contains(err.Error(), "can't be") && !errors.Is(err, fs.ErrPermission) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestOpenCancelled(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "content.db"))
	ctx := cancelled(t)
	if _, err := s.Snapshot(ctx); !errors.Is(err, ctx.Err()) {
		t.Errorf("Snapshot: %v", err)
	}
	if _, err := s.Empty(ctx); !errors.Is(err, ctx.Err()) {
		t.Errorf("Empty: %v", err)
	}
	if _, err := s.Put(ctx, all(nil, nil)); !errors.Is(err, ctx.Err()) {
		t.Errorf("Put: %v", err)
	}
}

// A file that takes the place of the store's is not taken for it: what is
// written to it would not be seen.
func TestReplacedFile(t *testing.T) {
	dir := t.TempDir()
	file, other := filepath.Join(dir, "content.db"), filepath.Join(dir, "backup.db")
	s := open(t, file)
	if err := open(t, other).Close(); err != nil {
		t.Fatal(err)
	}
	snapshot(t, s).Close()
	if err := os.Rename(other, file); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Snapshot(t.Context()); err == nil || !strings.Contains(err.Error(), "restart feedstation") {
		t.Errorf("Snapshot of a store whose file is another: %v", err)
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Snapshot(t.Context()); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Snapshot of a store whose file is gone: %v", err)
	}
}
