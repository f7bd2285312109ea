//go:build archive && linux

package e2e

import (
	"fmt"
	"io/fs"
	"net/http"
	"path/filepath"
	"strings"

	"feedstation/internal/edition"
	"feedstation/internal/store"
	"feedstation/internal/store/disk"
)

// level is what one process has, or Redis.
type level struct {
	who    string
	values map[string]float64
}

// The metrics of a process that may not grow.
const (
	residentMetric  = "process_resident_memory_bytes"
	goroutineMetric = "go_goroutines"
	fileMetric      = "process_open_fds"
)

// levels measures all processes, and Redis.
func (s *soak) levels() (all []level) {
	s.Helper()
	for i, p := range s.processes() {
		who := []string{"builder", "follower", "restarted builder", "restarted follower"}[i]
		l := level{who, map[string]float64{}}
		status, body, err := fetch("http://127.0.0.1:"+p.admin+"/metrics", "")
		if err != nil || status != http.StatusOK {
			s.Fatalf("/metrics of %s: %d, %v", who, status, err)
		}
		for line := range strings.Lines(body) {
			for _, name := range []string{residentMetric, goroutineMetric, fileMetric} {
				if value, ok := strings.CutPrefix(line, name+" "); ok {
					l.values[name] = number(s.T, strings.TrimSpace(value))
				}
			}
		}
		p.freeze() // it collects
		l.values["files"], l.values["disk"] = s.folder(filepath.Join(p.dir, "var/cache"))
		l.values["named"], l.values["stored"], l.values["manifests"] = s.kept(p)
		p.thaw()
		all = append(all, l)
	}
	master := s.redis.Master()
	return append(all, level{"redis", map[string]float64{
		"memory": number(s.T, usedMemory(master)), "keys": float64(master.Do("DBSIZE").(int64)),
	}})
}

// folder returns how many files are in a folder, and their bytes.
func (s *soak) folder(dir string) (files, size float64) {
	s.Helper()
	err := filepath.WalkDir(dir, func(_ string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		info, err := entry.Info()
		if err == nil {
			files++
			size += float64(info.Size())
		}
		return err
	})
	if err != nil {
		s.Fatal(err)
	}
	return files, size
}

// kept returns how many documents, contents and lists of archives the editions have that a
// process keeps, their bytes, and how many editions these are.
func (s *soak) kept(p *process) (documents, size, manifests float64) {
	s.Helper()
	local, err := disk.Open(filepath.Join(p.dir, "var/cache"), store.Keep{})
	if err != nil {
		s.Fatal(err)
	}
	for _, station := range []string{"www", "xt", "cs"} {
		kept, err := local.Kept(s.Context(), station)
		if err != nil {
			s.Fatal(err)
		}
		named := map[edition.Hash]bool{}
		for _, m := range kept {
			manifests++
			e, err := local.OpenKept(m, nil)
			if err != nil {
				s.Fatal(err)
			}
			m = e.Manifest() // with what its volumes name
			for object := range m.Objects(e, &edition.Manifest{}) {
				if named[object.Hash()] {
					continue
				}
				packed, err := object.Pack()
				if err != nil {
					s.Fatal(err)
				}
				named[object.Hash()] = true
				size += float64(len(packed))
			}
		}
		documents += float64(len(named))
	}
	return documents, size, manifests
}

// bound is how much of a value there may be in the end.
type bound struct {
	what, value string
	most        func(before, after level) float64
}

// bounds are those of a process. It holds what is asked for in memory, up to 32 MiB, and
// archives grow meanwhile. What the disk has follows from the editions that are kept, of
// which there are as many as store.Keep allows; a station has a few files besides, and a
// manifest names all documents of its edition.
var bounds = []bound{
	{"memory, MB", residentMetric, func(before, _ level) float64 { return 1.5*before.values[residentMetric] + 40*megabyte }},
	{"goroutines", goroutineMetric, func(before, _ level) float64 { return before.values[goroutineMetric] + 15 }},
	{"open files", fileMetric, func(before, _ level) float64 { return before.values[fileMetric] + 15 }},
	{"kept editions", "manifests", func(_, _ level) float64 { return 3 * 30 }},
	{"files on disk", "files", func(_, after level) float64 { return after.values["named"] + after.values["manifests"] + 100 }},
	{"bytes on disk, MB", "disk", func(_, after level) float64 {
		return after.values["stored"] + after.values["manifests"]*400*after.values["named"]/3 + 5*megabyte
	}},
}

// redisBounds are those of Redis: what its editions name, the keys beside them, and
// documents of editions that were overtaken, which stay for an hour.
func redisBounds(follower level) []bound {
	return []bound{
		{"keys", "keys", func(_, _ level) float64 { return 2*follower.values["named"] + 100 }},
		{"memory, MB", "memory", func(before, _ level) float64 {
			return before.values["memory"] + 3*follower.values["stored"] + 10*megabyte
		}},
	}
}

// holdLevels holds the bounds, and prints a table.
func (s *soak) holdLevels(before, after []level) {
	s.Helper()
	fmt.Printf("\n%-44s  %10s  %10s  %10s\n", "level", "before", "after", "bound")
	for i, l := range after {
		those := bounds
		if l.who == "redis" {
			those = redisBounds(after[1])
		}
		for _, b := range those {
			most := b.most(before[i], l)
			scale := 1.0
			if strings.HasSuffix(b.what, "MB") {
				scale = megabyte
			}
			fmt.Printf("%-44s  %10.1f  %10.1f  %10.1f\n", l.who+": "+b.what, before[i].values[b.value]/scale, l.values[b.value]/scale, most/scale)
			if value, ok := l.values[b.value]; !ok || value > most {
				s.Errorf("%s: %s: %.1f (%t); want at most %.1f", l.who, b.what, value/scale, ok, most/scale)
			}
		}
	}
}
