package require

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// recorder is a test that notes how it was ended.
type recorder struct {
	testing.TB
	end string
}

func (*recorder) Helper() {}

func (r *recorder) Skip(args ...any) {
	r.end = "skip: " + args[0].(string)
	runtime.Goexit()
}

func (r *recorder) Fatal(args ...any) {
	r.end = "fatal: " + args[0].(string)
	runtime.Goexit()
}

func (r *recorder) Fatalf(format string, _ ...any) {
	r.end = "fatal: " + format
	runtime.Goexit()
}

// record runs f as a test would run and returns what it returned and how it
// ended, which is "" when it went on to its end.
func record(f func(testing.TB) string) (got, end string) {
	r := &recorder{}
	done := make(chan struct{})
	go func() {
		defer close(done)
		got = f(r)
	}()
	<-done
	return got, r.end
}

// program writes an executable file.
func program(t *testing.T, dir, name string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestBinary(t *testing.T) {
	dir := t.TempDir()
	one, two := program(t, dir, "one"), program(t, dir, "two")
	if err := os.WriteFile(filepath.Join(dir, "text"), nil, 0o644); err != nil {
		t.Fatal(err)
	}

	tests := []struct {
		name    string
		require string
		short   bool
		ask     []string
		want    string
		end     string
	}{
		{name: "found", ask: []string{"one"}, want: one},
		{name: "first of two", ask: []string{"two", "one"}, want: two},
		{name: "second when the first is absent", ask: []string{"none", "one"}, want: one},
		{name: "found when all is required", require: "all", ask: []string{"one"}, want: one},
		{name: "absent", ask: []string{"none"}, end: "skip: needs none, which this machine lacks"},
		{name: "not executable", ask: []string{"text"}, end: "skip: needs text, which this machine lacks"},
		{name: "both absent", ask: []string{"none", "nil"}, end: "skip: needs none or nil, which this machine lacks"},
		{name: "absent but required", require: "all", ask: []string{"none"}, end: "fatal: needs none, which this machine lacks"},
		{name: "another value requires nothing", require: "1", ask: []string{"none"}, end: "skip: needs none, which this machine lacks"},
		{name: "found but short", short: true, ask: []string{"one", "two"}, end: "skip: needs one or two, which -short does not start"},
		{name: "required but short", require: "all", short: true, ask: []string{"none"}, end: "skip: needs none, which -short does not start"},
		{name: "nothing asked", end: "fatal: require.Binary: no program named"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Setenv("PATH", dir)
			t.Setenv("FEEDSTATION_REQUIRE", tt.require)
			got, end := record(func(tb testing.TB) string { return binary(tb, tt.short, tt.ask...) })
			if got != tt.want || end != tt.end {
				t.Errorf("Binary(%q) = %q, %q; want %q, %q", tt.ask, got, end, tt.want, tt.end)
			}
		})
	}
}

func TestBinaryNamesThePackage(t *testing.T) {
	tests := []struct{ name, want string }{
		{"redis-server", "redis-server"},
		{"redis-sentinel", "redis-sentinel"},
		{"postgres", "postgresql"},
		{"mariadbd", "mariadb-server"},
		{"xmllint", "libxml2-utils"},
		{"chromium", "chromium"},
		{"pgbouncer", "pgbouncer"},
		{"promtool", "prometheus"},
		{"unheard-of", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := debianPackage(tt.name); got != tt.want {
				t.Errorf("debianPackage(%q) = %q, want %q", tt.name, got, tt.want)
			}
		})
	}

	// Of all programs known, chromium is the one that no server folder holds.
	t.Setenv("PATH", t.TempDir())
	t.Setenv("FEEDSTATION_REQUIRE", "")
	_, end := record(func(tb testing.TB) string { return binary(tb, false, "chromium") })
	if want := "skip: needs chromium, which this machine lacks (apt-get install chromium)"; end != want {
		t.Errorf("Binary(chromium) ended with %q, want %q", end, want)
	}
}

func TestFindLooksInServerFolders(t *testing.T) {
	root := t.TempDir()
	for _, version := range []string{"9.6", "15", "17"} {
		program(t, filepath.Join(root, version, "bin"), "server")
	}
	t.Setenv("PATH", t.TempDir())

	dirs := newestFirst(filepath.Join(root, "*", "bin"))
	got, ok := find("server", dirs)
	if want := filepath.Join(root, "17", "bin", "server"); !ok || got != want {
		t.Errorf("find in %q = %q, %t, want %q", dirs, got, ok, want)
	}
}

func TestNewestFirst(t *testing.T) {
	root := t.TempDir()
	for _, version := range []string{"9.6", "15", "17", "100", "old"} {
		if err := os.MkdirAll(filepath.Join(root, version, "bin"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	var got []string
	for _, dir := range newestFirst(filepath.Join(root, "*", "bin")) {
		got = append(got, filepath.Base(filepath.Dir(dir)))
	}
	if diff := cmp.Diff([]string{"100", "17", "15", "9.6", "old"}, got); diff != "" {
		t.Errorf("versions (-want +got):\n%s", diff)
	}
}

func TestPath(t *testing.T) {
	parent := t.TempDir()
	file := filepath.Join(parent, "shared", "schemas", "all.xsd")
	work := filepath.Join(parent, "work", "internal", "room")
	for _, dir := range []string{filepath.Dir(file), work} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, path := range []string{file, filepath.Join(parent, "work", "go.mod")} {
		if err := os.WriteFile(path, nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}

	tests := []struct {
		name    string
		wd      string
		require string
		rel     string
		want    string
		end     string
	}{
		{name: "file", wd: work, rel: "schemas/all.xsd", want: file},
		{name: "folder", wd: work, rel: "schemas", want: filepath.Dir(file)},
		{name: "from the root", wd: filepath.Join(parent, "work"), rel: "schemas/all.xsd", want: file},
		{name: "absent", wd: work, rel: "data/x", end: "skip: needs shared/data/x beside the repository, which is not there"},
		{name: "absent but required", wd: work, require: "all", rel: "data/x", end: "fatal: needs shared/data/x beside the repository, which is not there"},
		{name: "outside", wd: work, rel: "../work/go.mod", end: "fatal: require.Path: %q: not a path inside the shared folder"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Chdir(tt.wd)
			t.Setenv("FEEDSTATION_REQUIRE", tt.require)
			got, end := record(func(tb testing.TB) string { return Path(tb, tt.rel) })
			if got != tt.want || end != tt.end {
				t.Errorf("Path(%q) = %q, %q; want %q, %q", tt.rel, got, end, tt.want, tt.end)
			}
		})
	}
}

func TestModuleRootAbsent(t *testing.T) {
	// A volume's root is the one folder that has nothing above it.
	root := filepath.VolumeName(t.TempDir()) + string(filepath.Separator)
	if _, err := os.Stat(filepath.Join(root, "go.mod")); err == nil {
		t.Skip("this machine has a go.mod in its root folder")
	}
	if got, err := moduleRoot(root); err == nil || !strings.Contains(err.Error(), "no go.mod") {
		t.Errorf("moduleRoot(%q) = %q, %v, want an error", root, got, err)
	}
}
