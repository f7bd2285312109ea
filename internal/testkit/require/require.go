// Package require says what a test needs: programs such as redis-server, the
// shared files beside the repository, or time.
//
// A test that misses a program or a file is skipped with a line that says what
// to install. With FEEDSTATION_REQUIRE=all in the environment it fails instead,
// so that a complete run can't be green because it left something out.
//
// go test -short skips every test that needs a program or time, also where the
// program is installed: a short run is the same on every machine.
//
// It is a test helper: no production package may import it.
package require

import (
	"cmp"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// Binary returns the path of the first of the named programs that this machine
// has. It looks in PATH and then where Debian keeps servers: the system
// directories and the newest PostgreSQL's own.
//
// Without any of them the test is skipped, or fails with FEEDSTATION_REQUIRE=all.
// With -short it is skipped in any case.
func Binary(t testing.TB, names ...string) string {
	t.Helper()
	return binary(t, testing.Short(), names...)
}

func binary(t testing.TB, short bool, names ...string) string {
	t.Helper()
	if len(names) == 0 {
		t.Fatal("require.Binary: no program named")
	}
	if short {
		t.Skip("needs " + strings.Join(names, " or ") + ", which -short does not start")
	}
	for _, name := range names {
		if path, ok := find(name, serverDirs()); ok {
			return path
		}
	}
	line := "needs " + strings.Join(names, " or ") + ", which this machine lacks"
	known := slices.IndexFunc(names, func(name string) bool { return debianPackage(name) != "" })
	if known >= 0 {
		line += " (apt-get install " + debianPackage(names[known]) + ")"
	}
	lack(t, line)
	return ""
}

// Module returns the path of a program of a Go module, which is built from the module
// proxy: its module is none of ours, so that its dependencies are not ours either.
// The package is named with its version.
//
// Without that the test is skipped, or fails with FEEDSTATION_REQUIRE=all. With
// -short it is skipped in any case.
func Module(t testing.TB, program string) string {
	t.Helper()
	if testing.Short() {
		t.Skip("needs " + program + ", which -short does not build")
	}
	dir := t.TempDir()
	build := exec.CommandContext(t.Context(), "go", "install", program)
	build.Env = append(os.Environ(), "GOBIN="+dir, "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		lack(t, "needs "+program+", which can't be built here: "+err.Error()+": "+string(out))
	}
	name, _, _ := strings.Cut(program, "@")
	return filepath.Join(dir, path.Base(name))
}

// Time skips a test that takes more than about a second when -short is given.
// A test that needs a server needs no Time as well.
func Time(t testing.TB) {
	t.Helper()
	if testing.Short() {
		t.Skip("takes long, and -short is given")
	}
}

// Path returns the absolute path of a file or folder of ../shared, the folder
// beside the repository; rel is relative to it and written with slashes.
//
// Where it is absent the test is skipped, or fails with FEEDSTATION_REQUIRE=all.
func Path(t testing.TB, rel string) string {
	t.Helper()
	local, err := filepath.Localize(rel)
	if err != nil {
		t.Fatalf("require.Path: %q: not a path inside the shared folder", rel)
	}
	wd, err := os.Getwd()
	if err != nil {
		t.Fatalf("require.Path: %v", err)
	}
	root, err := moduleRoot(wd)
	if err != nil {
		t.Fatalf("require.Path: %v", err)
	}
	path := filepath.Join(filepath.Dir(root), "shared", local)
	_, err = os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		lack(t, "needs shared/"+rel+" beside the repository, which is not there")
	case err != nil:
		t.Fatalf("require.Path: %v", err)
	}
	return path
}

// File skips a test that needs a file of Debian packages, or fails it with
// FEEDSTATION_REQUIRE=all. With -short the test is skipped in any case.
func File(t testing.TB, path, packages string) {
	t.Helper()
	if testing.Short() {
		t.Skip("needs " + path + ", which -short does not use")
	}
	if _, err := os.Stat(path); err != nil {
		lack(t, "needs "+path+", which this machine lacks (apt-get install "+packages+")")
	}
}

// System returns the folder of a newsroom's system, too large for every machine, which
// .ci/systems has installed below FEEDSTATION_SYSTEMS. Without that variable the test is
// skipped, also with FEEDSTATION_REQUIRE=all, and with -short in any case.
func System(t testing.TB, name string) (dir string) {
	t.Helper()
	root := os.Getenv("FEEDSTATION_SYSTEMS")
	if root == "" || testing.Short() {
		t.Skip("needs " + name + ", which is large (.ci/systems DIR, then FEEDSTATION_SYSTEMS=DIR)")
	}
	dir = filepath.Join(root, name)
	if _, err := os.Stat(dir); err != nil {
		lack(t, "needs "+dir+", which this machine lacks (.ci/systems "+root+", or as CONTRIBUTING.md says)")
	}
	return dir
}

// Named returns the file that a variable of the environment names. Without the variable the
// test is skipped with a line that says how to get it, or fails with
// FEEDSTATION_REQUIRE=all.
func Named(t testing.TB, variable, how string) (file string) {
	t.Helper()
	if file = os.Getenv(variable); file == "" {
		lack(t, "needs "+variable+" ("+how+")")
	}
	return file
}

// lack ends a test for want of something.
func lack(t testing.TB, line string) {
	t.Helper()
	if os.Getenv("FEEDSTATION_REQUIRE") == "all" {
		t.Fatal(line)
	}
	t.Skip(line)
}

// find looks for a program in PATH and then in dirs, in their order.
func find(name string, dirs []string) (string, bool) {
	if path, err := exec.LookPath(name); err == nil {
		return path, true
	}
	for _, dir := range dirs {
		// LookPath also judges whether the file may be executed.
		if path, err := exec.LookPath(filepath.Join(dir, name)); err == nil {
			return path, true
		}
	}
	return "", false
}

// serverDirs lists the folders of servers that Debian keeps out of a user's PATH.
func serverDirs() []string {
	return append(newestFirst("/usr/lib/postgresql/*/bin"), "/usr/local/sbin", "/usr/sbin", "/sbin")
}

// newestFirst returns the folders that match pattern, the highest version
// first; the version is the name of each one's parent, as in 15/bin or 9.6/bin.
func newestFirst(pattern string) []string {
	dirs, err := filepath.Glob(pattern)
	if err != nil {
		return nil
	}
	slices.SortFunc(dirs, func(a, b string) int { return cmp.Compare(version(b), version(a)) })
	return dirs
}

// version reads the version out of a path such as 15/bin; what is none is 0.
func version(dir string) float64 {
	v, err := strconv.ParseFloat(filepath.Base(filepath.Dir(dir)), 64)
	if err != nil {
		return 0
	}
	return v
}

// debianPackage names the Debian package of a program, or "" when it is not
// one of those that the tests are known to need.
func debianPackage(name string) string {
	switch name {
	case "redis-server", "redis-sentinel", "chromium", "pgbouncer", "nginx", "caddy", "dpkg", "rpm", "buildah", "hugo", "gunicorn":
		return name
	case "postgres", "initdb", "pg_ctl":
		return "postgresql"
	case "mariadbd", "mariadb-install-db":
		return "mariadb-server"
	case "xmllint":
		return "libxml2-utils"
	case "varnishd":
		return "varnish"
	case "systemd-analyze":
		return "systemd"
	case "systemd-nspawn":
		return "systemd-container"
	case "qemu-aarch64-static":
		return "qemu-user-static"
	case "promtool":
		return "prometheus"
	case "php":
		return "php-cli"
	case "php-fpm8.2":
		return "php-fpm"
	case "node":
		return "nodejs"
	}
	return ""
}

// moduleRoot returns the nearest folder at or above dir that holds a go.mod.
func moduleRoot(dir string) (string, error) {
	for at := dir; ; {
		if _, err := os.Stat(filepath.Join(at, "go.mod")); err == nil {
			return at, nil
		}
		parent := filepath.Dir(at)
		if parent == at {
			return "", errors.New("no go.mod at or above " + dir)
		}
		at = parent
	}
}
