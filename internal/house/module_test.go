package house

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"feedstation/internal/testkit/require"
)

// top is the folder of the main module.
const top = "../.."

// files calls visit with every file below folder that belongs to the
// repository, by its path from there.
func files(t *testing.T, folder string, visit func(path string, content []byte)) {
	t.Helper()
	root := os.DirFS(folder)
	err := fs.WalkDir(root, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		switch entry.Name() {
		case ".git", "var", "dist", "rapid":
			if entry.IsDir() {
				return fs.SkipDir
			}
			return nil // of a second work tree
		}
		if !entry.Type().IsRegular() {
			return nil
		}
		content, err := fs.ReadFile(root, path)
		if err == nil {
			visit(path, content)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// run runs a program in a folder; what it prints is shown when it fails.
func run(t *testing.T, folder string, env []string, name string, args ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Dir, cmd.Env = folder, append(cmd.Environ(), env...)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%s: %v\n%s", cmd, err, out)
	}
}

// Each library builds and passes its tests by its own go.mod, without the other
// modules. With this, go test ./... at the top is all tests of all modules.
func TestLibraries(t *testing.T) {
	for _, library := range []string{"feed", "sitemap"} {
		t.Run(library, func(t *testing.T) {
			t.Parallel()
			// What this test reads decides how long its result is kept.
			files(t, filepath.Join(top, library), func(string, []byte) {})
			args := []string{"test", "-vet=off", "./..."} // make check vets
			if testing.Short() {
				args = append(args, "-short")
			}
			run(t, filepath.Join(top, library), []string{"GOWORK=off"}, "go", args...)
		})
	}
}

// The comparison with others, a module that is none of go.work, builds and passes its
// tests, a short comparison among them.
func TestComparison(t *testing.T) {
	require.Time(t)
	t.Parallel()
	files(t, top, func(string, []byte) {}) // all of it takes part
	run(t, filepath.Join(top, "bench"), []string{"GOWORK=off"}, "go", "test", "-vet=off", "./...")
}

// make rename-module gives the module another path: afterwards nothing has the
// old one, and everything builds.
func TestRenameModule(t *testing.T) {
	require.Time(t)
	t.Parallel()
	folder := t.TempDir()
	files(t, top, func(path string, content []byte) {
		path = filepath.Join(folder, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, content, 0o644); err != nil {
			t.Fatal(err)
		}
	})
	old := modulePath(t)
	const path = "example.org/x/feed-station"
	run(t, folder, nil, "make", "rename-module", "PATH="+path)

	packages := map[string]int{}
	files(t, folder, func(file string, content []byte) {
		for line := range strings.Lines(string(content)) {
			if strings.Contains(line, old+"/internal/") {
				t.Errorf("%s: %s", file, line)
			}
			for _, room := range []string{"feed", "sitemap", "jobs", "internal", "bench"} {
				packages[room] += strings.Count(line, `"`+path+"/"+room)
			}
		}
	})
	for room, imports := range packages {
		if imports == 0 {
			t.Errorf("nobody imports %s/%s", path, room)
		}
	}
	run(t, folder, nil, "go", "list", "-test", "-deps", "work") // finds what is imported
	run(t, filepath.Join(folder, "bench"), []string{"GOWORK=off"}, "go", "list", "-test", "-deps", "./...")
}

// modulePath returns the path of the main module.
func modulePath(t *testing.T) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(top, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	line, _, _ := strings.Cut(string(content), "\n")
	return strings.TrimPrefix(line, "module ")
}
