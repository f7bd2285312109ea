package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"feedstation/internal/edition"
	"feedstation/internal/network"
	"feedstation/jobs"
)

// listName is the file in which a station's folder keeps the names of what was
// written into it: what is gone from the edition goes from the folder, and
// nothing else does.
const listName = ".feedstation-files"

// writeEditions writes the documents of the stations as files.
func writeEditions(dir string, reports []jobs.Report) error {
	for _, r := range reports {
		if r.Edition == nil {
			continue
		}
		if err := writeEdition(filepath.Join(dir, r.Station.ID), r.Edition); err != nil {
			return fmt.Errorf("build: --out: %w", err)
		}
	}
	return nil
}

func writeEdition(dir string, e *edition.Edition) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	var names []string
	for path, d := range e.All() {
		name := strings.TrimPrefix(path, "/")
		if err := writeInto(root, name, d.Body()); err != nil {
			return err
		}
		if err := writeInto(root, name+network.GzipSuffix, d.Variant(edition.Gzip).Body); err != nil {
			return err
		}
		names = append(names, name, name+network.GzipSuffix)
	}
	old, err := root.ReadFile(listName)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for name := range strings.Lines(string(old)) {
		name = strings.TrimSuffix(name, "\n")
		if slices.Contains(names, name) {
			continue
		}
		if err := root.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return writeInto(root, listName, []byte(strings.Join(names, "\n")+"\n"))
}

// writeInto replaces a file as a whole: a server may be reading the folder.
func writeInto(root *os.Root, name string, data []byte) error {
	if err := root.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	temporary := name + ".tmp"
	if err := root.WriteFile(temporary, data, 0o644); err != nil {
		return err
	}
	return root.Rename(temporary, name)
}
