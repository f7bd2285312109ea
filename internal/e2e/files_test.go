//go:build linux

package e2e

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"feedstation/internal/testkit/require"
)

// stranger is an account that owns nothing.
const stranger = 65534

func chownAll(t *testing.T, dir string, uid, gid int) {
	t.Helper()
	err := filepath.WalkDir(dir, func(name string, _ fs.DirEntry, err error) error {
		return errors.Join(err, os.Lchown(name, uid, gid))
	})
	if err != nil {
		t.Fatal(err)
	}
}

// fillUp takes all room, or all files, of a file system.
func fillUp(t *testing.T, dir string) {
	t.Helper()
	for i := 0; ; i++ {
		err := os.WriteFile(filepath.Join(dir, fmt.Sprint("ballast", i)), bytes.Repeat([]byte("x"), 4096), 0o644)
		if errors.Is(err, syscall.ENOSPC) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// A process that starts where its folder takes no writes serves what is there,
// says so once and in /status, and stores again when it can. Where there is
// nothing it ends with the reason.
func TestRestartWhereNothingCanBeWritten(t *testing.T) {
	t.Parallel()
	require.Time(t)
	require.Root(t)
	program := readableProgram(t)
	tests := []struct {
		name   string
		disk   func(t *testing.T) string
		hinder func(t *testing.T, disk, copied string)
		mend   func(t *testing.T, disk string) // nil: can't be
	}{
		{
			"no room", func(t *testing.T) string { return require.Mount(t, "size=2m") },
			func(t *testing.T, disk, _ string) { fillUp(t, disk) }, removeBallast,
		},
		{
			"no files", func(t *testing.T) string { return require.Mount(t, "nr_inodes=200") },
			func(t *testing.T, disk, _ string) { fillUp(t, disk) }, removeBallast,
		},
		{
			"read-only", func(t *testing.T) string { return require.Mount(t, "size=2m") },
			func(t *testing.T, disk, _ string) { require.ReadOnly(t, disk, true) },
			func(t *testing.T, disk string) { require.ReadOnly(t, disk, false) },
		},
		{
			"no permission", func(t *testing.T) string { return t.TempDir() },
			func(t *testing.T, _, copied string) { chmodFolders(t, copied, 0o555) }, nil,
		},
		{
			"another account's of the group", func(t *testing.T) string { return t.TempDir() },
			func(t *testing.T, _, copied string) {
				chownAll(t, copied, 0, stranger)
			}, nil,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			disk := tt.disk(t)
			open(t, disk)
			copied := filepath.Join(disk, "cache")
			p := newProcess(t, "xt.news.example", "FEEDSTATION_CACHE_DIR="+copied)
			open(t, p.dir)
			p.put(1, "年度读书节开幕")
			p.run("build")
			place := "local copy     " + copied + ": "
			if out, _ := p.check(); tt.name == "no room" && !strings.Contains(out, place+"only ") {
				t.Errorf("check of a small disk:\n%s", out)
			}
			chownAll(t, p.dir, stranger, stranger)
			chownAll(t, copied, stranger, stranger)
			tt.hinder(t, disk, copied)
			p.as, p.program = &syscall.Credential{Uid: stranger, Gid: stranger}, program
			if out, err := p.check(); err == nil || !strings.Contains(out, place+"can't be written: ") {
				t.Errorf("check: %v\n%s", err, out)
			}
			p.start()
			p.await("年度读书节开幕")
			p.awaitStatusText("local copy not writable")
			if tt.mend != nil {
				tt.mend(t, disk)
				p.awaitStatusText("")
			}
			if _, err := p.end(os.Interrupt); err != nil {
				t.Errorf("the end: %v\n%s", err, &p.log)
			}
			if n := strings.Count(p.log.String(), `msg="local copy not writable, serving from memory"`); n != 1 {
				t.Errorf("said %d times; want once:\n%s", n, &p.log)
			}

			// With nothing to serve it does not start.
			if tt.name == "no permission" {
				chmodFolders(t, copied, 0o755)
			}
			if tt.mend != nil && tt.name == "read-only" {
				require.ReadOnly(t, disk, false)
			}
			if err := os.RemoveAll(filepath.Join(copied, "xt")); err != nil {
				t.Fatal(err)
			}
			tt.hinder(t, disk, copied)
			refused := p.command("serve")
			var log bytes.Buffer
			refused.Stderr = &log
			if err := refused.Run(); err == nil || !strings.Contains(log.String(), copied) {
				t.Errorf("started with nothing to serve: %v\n%s", err, &log)
			}
		})
	}
}

// readableProgram returns a copy of the program that all accounts can run.
func readableProgram(t *testing.T) string {
	t.Helper()
	found, err := exec.LookPath("feedstation")
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(found)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	open(t, dir)
	name := filepath.Join(dir, "feedstation")
	if err := os.WriteFile(name, text, 0o755); err != nil {
		t.Fatal(err)
	}
	return name
}

func removeBallast(t *testing.T, disk string) {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(disk, "ballast*"))
	for _, name := range names {
		err = errors.Join(err, os.Remove(name))
	}
	if err != nil {
		t.Fatal(err)
	}
}

func chmodFolders(t *testing.T, dir string, mode fs.FileMode) {
	t.Helper()
	for _, name := range []string{dir, filepath.Join(dir, "xt")} {
		if err := os.Chmod(name, mode); err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
	}
}

// open lets all accounts into a test's folder, and those above it.
func open(t *testing.T, dir string) {
	t.Helper()
	if err := errors.Join(os.Chmod(dir, 0o777), os.Chmod(filepath.Dir(dir), 0o755)); err != nil {
		t.Fatal(err)
	}
}

// awaitStatusText waits until /status tells of a problem, or of none.
func (p *process) awaitStatusText(problem string) {
	p.t.Helper()
	var last string
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		response, err := p.client.Get("http://127.0.0.1:" + p.admin + "/status")
		if err != nil {
			continue
		}
		var body bytes.Buffer
		_, err = body.ReadFrom(response.Body)
		response.Body.Close()
		last = body.String()
		has := strings.Contains(last, `"problems"`)
		if err == nil && response.StatusCode == http.StatusOK && (problem == "" && !has || problem != "" && has && strings.Contains(last, problem)) {
			return
		}
	}
	p.t.Fatalf("no problem %q in /status within %s:\n%s", problem, patience, last)
}

// An export is killed at many moments, while articles come and go and stations
// close: the next one that ends leaves what the editions have, and what others
// have put there.
func TestExportSurvivesKills(t *testing.T) {
	t.Parallel()
	require.Time(t)
	rounds := 25
	if testing.Short() {
		rounds = 5
	}
	p := newProcess(t, "xt.news.example")
	config, err := os.ReadFile(filepath.Join(p.dir, "config.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	both := strings.Replace(string(config), "stations:\n", "stations:\n  - {id: cs, name: 长沙站, url: \"https://cs.news.example\"}\n", 1)
	closed := strings.Replace(both, "cs.news.example\"", "cs.news.example\", closed: true", 1)
	configs := []string{string(config), both, closed}
	out := filepath.Join(p.dir, "out")
	for _, name := range []string{"xt/mine.txt", "xt/sitemaps/mine.tmp-1", "cs/mine.txt", "others/index.html"} {
		name = filepath.Join(out, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o755), os.WriteFile(name, []byte("mine"), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	random := rand.New(rand.NewPCG(11, 12))
	configure := func(text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(p.dir, "config.yaml"), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	began := time.Now()
	p.putMonth(0, 1)
	p.run("build", "--out", out)
	took := time.Since(began)
	for round := range rounds {
		p.putMonth(round, 1+random.IntN(12)) // leaves the month that it was in
		configure(configs[random.IntN(len(configs))])
		build := p.command("build", "--out", out)
		if err := build.Start(); err != nil {
			t.Fatal(err)
		}
		<-time.After(took/2 + time.Duration(random.Int64N(int64(took))))
		_ = build.Process.Kill()
		_ = build.Wait()
	}
	for _, config := range configs {
		configure(config)
		p.run("build", "--out", out)
		fresh := filepath.Join(t.TempDir(), "out")
		p.run("build", "--out", fresh)
		want := append(filesIn(t, fresh), "cs/mine.txt", "others/index.html", "xt/mine.txt", "xt/sitemaps/mine.tmp-1")
		slices.Sort(want)
		if got := filesIn(t, out); !slices.Equal(got, want) {
			t.Errorf("there are\n%q, want\n%q", got, want)
		}
		for _, name := range filesIn(t, fresh) {
			a, _ := os.ReadFile(filepath.Join(out, name))
			b, _ := os.ReadFile(filepath.Join(fresh, name))
			if !bytes.Equal(a, b) {
				t.Errorf("%s differs", name)
			}
		}
	}
}

// putMonth imports the one article of xt, which is then of another month.
func (p *process) putMonth(round, month int) {
	p.t.Helper()
	line := fmt.Sprintf(`{"id":"1","station":"xt","channels":["moment"],"url":"https://xt.news.example/1.html","title":"第%d轮","published":"2025-%02d-01T08:00:00+08:00"}`, round, month)
	file := filepath.Join(p.dir, "article.jsonl")
	if err := os.WriteFile(file, []byte(line), 0o644); err != nil {
		p.t.Fatal(err)
	}
	p.run("import", file)
}

func filesIn(t *testing.T, dir string) (names []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(name string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			names = append(names, strings.TrimPrefix(name, dir+"/"))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(names)
	return names
}

// Root takes an article down, pins and builds in the folder of a service whose
// account has laid links to what is root's: nothing there is read, written or
// removed, and what root writes is the service's.
func TestRootWorksInFolderOfAnother(t *testing.T) {
	t.Parallel()
	require.Root(t)
	p := newProcess(t, "xt.news.example")
	p.put(1, "年度读书节开幕")
	p.run("build", "--out", "out")
	outside := t.TempDir()
	for _, name := range []string{"shadow", "1.json", strings.Repeat("a", 64) + ".doc"} {
		if err := os.WriteFile(filepath.Join(outside, name), []byte("root's"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	copied, out := filepath.Join(p.dir, "var/cache"), filepath.Join(p.dir, "out")
	chownAll(t, copied, stranger, stranger)
	chownAll(t, out, stranger, stranger)
	p.run("retract", "--station", "xt", "--id", "1")
	kept, err := p.command("pin", "xt").Output()
	first := regexp.MustCompile(`(?m)^(20\S+ \S+) +\d+ *$`).FindSubmatch(kept)
	if err != nil || first == nil {
		t.Fatalf("pin lists %q, %v", kept, err)
	}
	p.run("pin", "xt", string(first[1]))
	p.run("build", "--out", "out")
	for _, dir := range []string{copied, out} {
		err := filepath.WalkDir(dir, func(name string, entry fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			info, err := entry.Info()
			if err == nil && info.Sys().(*syscall.Stat_t).Uid != stranger {
				t.Errorf("%s is not the folder's owner's", name)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for name, target := range map[string]string{
		filepath.Join(copied, "xt"): outside, filepath.Join(out, "xt"): outside, filepath.Join(copied, "retracted.lock"): filepath.Join(outside, "new"),
	} {
		if err := errors.Join(os.RemoveAll(name), os.Symlink(target, name), os.Lchown(name, stranger, stranger)); err != nil {
			t.Fatal(err)
		}
	}
	for _, args := range [][]string{
		{"retract", "--station", "xt", "--id", "2"}, {"pin", "xt", string(first[1])}, {"build", "--out", "out"}, {"build"},
	} {
		if text, err := p.command(args...).CombinedOutput(); err == nil && args[0] != "build" || len(args) == 3 && err == nil {
			t.Errorf("feedstation %q has worked through links:\n%s", args, text)
		}
	}
	for _, name := range filesIn(t, outside) {
		if text, err := os.ReadFile(filepath.Join(outside, name)); err != nil || string(text) != "root's" {
			t.Errorf("%s is %q, %v", name, text, err)
		}
	}
	if names := filesIn(t, outside); len(names) != 3 {
		t.Errorf("outside are %q", names)
	}
}

// TestRetractReachesFiles takes articles down over HTTP: the files that were written
// from the local copy are without them a moment later, or /status says that they are not.
func TestRetractReachesFiles(t *testing.T) {
	t.Parallel()
	p := newProcess(t, "xt.news.example", "FEEDSTATION_SERVER_ADMIN_TOKEN="+token)
	for i, title := range []string{"早间新闻", "午间新闻", "晚间新闻"} {
		p.put(i+1, title)
	}
	out := filepath.Join(p.dir, "out")
	p.run("build", "--out", out)
	p.start()
	p.await("晚间新闻")
	shows := func(text string) bool {
		return strings.Contains(string(readFile(t, filepath.Join(out, "xt/rss.xml"))), text)
	}
	if !shows("早间新闻") {
		t.Fatal("the files are without it from the beginning")
	}
	p.ask("/-/retract", `{"id": "1"}`)
	p.until("the files are without it", func() bool { return !shows("早间新闻") && shows("午间新闻") })
	p.until("all is well", func() bool { return !strings.Contains(p.adminBody("/status"), "problems") })

	// What is no file of ours is in the way.
	inTheWay := filepath.Join(out, "xt/sitemap.xml")
	if err := errors.Join(os.Remove(inTheWay), os.Mkdir(inTheWay, 0o755)); err != nil {
		t.Fatal(err)
	}
	p.ask("/-/retract", `{"id": "2"}`)
	p.until("it is told", func() bool { return strings.Contains(p.adminBody("/status"), "files of build --out may still show") })
	if err := os.Remove(inTheWay); err != nil {
		t.Fatal(err)
	}
	p.ask("/-/retract", `{"id": "3"}`)
	p.until("the files are without it", func() bool { return !shows("午间新闻") && !shows("晚间新闻") })
	p.until("all is well again", func() bool { return !strings.Contains(p.adminBody("/status"), "problems") })
}
