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

	"feedstation/internal/article"
	"feedstation/internal/content"
	"feedstation/internal/network"
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
	for round := range 20 {
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
	exec(t, foreign(t, filepath.Join(dir, "foreign")), "CREATE TABLE articles (id)")
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
	newerStore   = "the store is of a newer feedstation (version 99, this program knows 1): use that one"
	foreignStore = "the database is another program's; name another file in content.dsn"
	notAStore    = "the file is not a feedstation store; name another in content.dsn (file is not a database (26))"
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

func TestCheck(t *testing.T) {
	dir := odd(t)
	at := time.Now()
	s := open(t, filepath.Join(dir, "content.db"))
	put(t, s, story("1", at), story("2", at, in("yy")), story("3", at, in("yy"), status(article.Withdrawn)), story("4", at, in("aa")))
	n, err := network.New("湘江新闻网", []*network.Station{{ID: "xt", URL: "https://xt.news.example"}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name string
		file string
		want content.Findings
		err  string
	}{
		{name: "not there", file: "none", want: content.Findings{Summary: "not there yet; the first command that needs it creates it"}},
		{name: "not there, nor its folder", file: "var/none", want: content.Findings{Summary: "not there yet; the first command that needs it creates it"}},
		{name: "empty", file: "empty", want: content.Findings{Summary: "empty; the first command that needs it creates its tables"}},
		{name: "in use", file: "content.db", want: content.Findings{
			Summary: "4 articles of 3 stations",
			Faults: []string{
				`articles.station: 1 articles of "aa", which the configuration does not have`,
				`articles.station: 2 articles of "yy", which the configuration does not have`,
			},
		}},
		{name: "a text", file: "text", err: "content: DIR/text: " + notAStore},
		{name: "a folder", file: "folder", err: "content: DIR/folder: " + cantOpen},
		{name: "below a file", file: "text/content.db", err: "content: DIR/text/content.db: " + cantOpen},
		{name: "another program's", file: "foreign", err: "content: DIR/foreign: " + foreignStore},
		{name: "a newer program's", file: "newer", err: "content: DIR/newer: " + newerStore},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			file := filepath.Join(dir, tt.file)
			before, files := bytesOf(t, file), names(t, dir)
			got, err := content.Check(t.Context(), file, n)
			text := ""
			if err != nil {
				text = strings.ReplaceAll(err.Error(), dir, "DIR")
			}
			if diff := cmp.Diff(tt.err, text); diff != "" {
				t.Errorf("error (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
			if bytesOf(t, file) != before {
				t.Error("the file was changed")
			}
			if diff := cmp.Diff(files, names(t, dir)); diff != "" {
				t.Errorf("files (-before +after):\n%s", diff)
			}
		})
	}
}

// TestCheckLeavesNothing looks at a store that nobody has open: a file that a
// privileged user's check leaves behind would lock the others out.
func TestCheckLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "content.db")
	s, err := content.Open(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	put(t, s, story("1", time.Now()))
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	n, err := network.New("n", []*network.Station{{ID: "xt", URL: "https://xt.news.example"}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	before := bytesOf(t, file)
	got, err := content.Check(t.Context(), file, n)
	if diff := cmp.Diff(content.Findings{Summary: "1 articles of 1 stations"}, got); diff != "" || err != nil {
		t.Errorf("findings, %v (-want +got):\n%s", err, diff)
	}
	if diff := cmp.Diff([]string{"content.db"}, names(t, dir)); diff != "" || bytesOf(t, file) != before {
		t.Errorf("files, or their content (-want +got):\n%s", diff)
	}
}

func names(t *testing.T, dir string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}
