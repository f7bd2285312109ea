package export

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/andybalholm/brotli"

	"feedstation/internal/edition"
	"feedstation/internal/network"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// served are editions by station.
type served map[string]*edition.Edition

func (s served) Served(station string) (*edition.Edition, bool) {
	e, ok := s[station]
	return e, ok
}

// of returns an edition of texts by path, which changed at noon.
func of(station string, texts map[string]string) *edition.Edition {
	documents := map[string]*edition.Document{}
	for path, text := range texts {
		documents[path] = edition.NewDocument("application/rss+xml; charset=utf-8", []byte(text), noon)
	}
	return edition.New(station, noon, "build", documents)
}

func stations(t *testing.T, ids ...string) *network.Network {
	t.Helper()
	var all []*network.Station
	for _, id := range ids {
		all = append(all, &network.Station{ID: id, Name: id, URL: "https://" + id + ".news.example", Language: "zh-CN", Zone: time.UTC})
	}
	n, err := network.New("n", all, nil)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

var texts = map[string]string{"/rss.xml": "news", "/moment/rss.xml": "moment", "/sitemaps/2026-03.xml": strings.Repeat("month ", 100)}

func writeTo(t *testing.T, dir string, n *network.Network, s served) {
	t.Helper()
	if err := Write(t.Context(), dir, os.Getenv, n, s); err != nil {
		t.Fatal(err)
	}
}

// tree returns the files of a folder by name.
func tree(t *testing.T, dir string) map[string]fs.FileInfo {
	t.Helper()
	found := map[string]fs.FileInfo{}
	err := filepath.WalkDir(dir, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		info, err := os.Lstat(name)
		found[strings.TrimPrefix(name, dir+"/")] = info
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func read(t *testing.T, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// wantTexts checks that each document is there in all encodings, and nothing else.
func wantTexts(t *testing.T, dir string, want map[string]string) {
	t.Helper()
	names := []string{listName}
	for path, text := range want {
		name := filepath.Join(dir, path)
		for _, suffix := range suffixes {
			names = append(names, path[1:]+suffix)
		}
		unzipped, err := gzip.NewReader(bytes.NewReader(read(t, name+".gz")))
		if err != nil {
			t.Fatal(err)
		}
		for encoding, body := range []io.Reader{bytes.NewReader(read(t, name)), unzipped, brotli.NewReader(bytes.NewReader(read(t, name+".br")))} {
			if got, err := io.ReadAll(body); err != nil || string(got) != text {
				t.Errorf("%s%s: %q, %v; want %q", path, suffixes[encoding], got, err, text)
			}
		}
	}
	var got []string
	for name := range tree(t, dir) {
		got = append(got, name)
	}
	slices.Sort(got)
	slices.Sort(names)
	if !slices.Equal(got, names) {
		t.Errorf("there are\n%q, want\n%q", got, names)
	}
}

func TestWrite(t *testing.T) {
	dir, n := t.TempDir(), stations(t, "xt")
	xt := filepath.Join(dir, "xt")
	writeTo(t, dir, n, served{"xt": of("xt", texts)})
	wantTexts(t, xt, texts)
	for name, info := range tree(t, xt) {
		if name != listName && !info.ModTime().Equal(noon) {
			t.Errorf("%s was modified at %v; want %v, when the document changed", name, info.ModTime(), noon)
		}
		if info.Mode() != 0o644 {
			t.Errorf("%s has the mode %v", name, info.Mode())
		}
	}
	sums := exec.CommandContext(t.Context(), "sha256sum", "--check", "--strict", "--quiet", listName)
	sums.Dir = xt
	if out, err := sums.CombinedOutput(); err != nil {
		t.Errorf("sha256sum: %v\n%s", err, out)
	}

	before := tree(t, xt)
	changed := map[string]string{"/rss.xml": "other news", "/moment/rss.xml": "moment", "/atom.xml": "a"}
	for range 2 {
		writeTo(t, dir, n, served{"xt": of("xt", changed)})
		wantTexts(t, xt, changed)
	}
	after := tree(t, xt)
	for name, info := range after {
		old, was := before[name]
		if same := was && os.SameFile(old, info); same != strings.HasPrefix(name, "moment/") {
			t.Errorf("%s: untouched is %t", name, same)
		}
	}
	writeTo(t, dir, n, served{"xt": of("xt", changed)})
	for name, info := range tree(t, xt) {
		if !os.SameFile(info, after[name]) {
			t.Errorf("%s was written, and nothing had changed", name)
		}
	}
}

// No file is said to have changed at a time to come.
func TestWriteFromAClockAhead(t *testing.T) {
	dir := t.TempDir()
	d := edition.NewDocument("text/plain", []byte("x"), time.Now().Add(time.Hour))
	writeTo(t, dir, stations(t, "xt"), served{"xt": edition.New("xt", noon, "build", map[string]*edition.Document{"/rss.xml": d})})
	if at := tree(t, dir)["xt/rss.xml"].ModTime(); at.After(time.Now()) {
		t.Errorf("modified at %v", at)
	}
}

// Whatever has happened to the files, the next export has them as they should be.
func TestWriteMends(t *testing.T) {
	for _, tt := range []struct {
		name  string
		spoil func(xt string) error
	}{
		{"a body", func(xt string) error { return os.WriteFile(filepath.Join(xt, "rss.xml"), []byte("news!"), 0o644) }},
		{"a body of the same length and time", func(xt string) error {
			return errors.Join(os.WriteFile(filepath.Join(xt, "rss.xml"), []byte("swen"), 0o644), os.Chtimes(filepath.Join(xt, "rss.xml"), noon, noon))
		}},
		{"a twin", func(xt string) error { return os.Truncate(filepath.Join(xt, "moment/rss.xml.gz"), 5) }},
		{"Brotli", func(xt string) error { return os.WriteFile(filepath.Join(xt, "rss.xml.br"), nil, 0o644) }},
		{"a time", func(xt string) error {
			return os.Chtimes(filepath.Join(xt, "moment/rss.xml"), noon, noon.Add(time.Hour))
		}},
		{"gone", func(xt string) error { return os.RemoveAll(filepath.Join(xt, "moment")) }},
		{"a twin gone", func(xt string) error { return os.Remove(filepath.Join(xt, "rss.xml.br")) }},
		{"the list of a former version", func(xt string) error {
			names := "rss.xml\nrss.xml.gz\nmoment/rss.xml\nsitemaps/2026-03.xml\nold.xml\n"
			for _, name := range []string{"rss.xml.br", "moment/rss.xml.gz", "moment/rss.xml.br", "sitemaps/2026-03.xml.gz", "sitemaps/2026-03.xml.br"} {
				if err := os.Remove(filepath.Join(xt, name)); err != nil {
					return err
				}
			}
			return errors.Join(os.WriteFile(filepath.Join(xt, listName), []byte(names), 0o644), os.WriteFile(filepath.Join(xt, "old.xml"), nil, 0o644))
		}},
		{"stopped after a part", func(xt string) error {
			list, err := os.ReadFile(filepath.Join(xt, listName))
			for _, line := range strings.Split(string(list), "\n")[:3] {
				list = []byte(strings.Replace(string(list), line[:64], unwritten, 1))
			}
			return errors.Join(err, os.WriteFile(filepath.Join(xt, listName), list, 0o644), os.WriteFile(filepath.Join(xt, "rss.xml.tmp-ABC"), nil, 0o644))
		}},
		{"a link", func(xt string) error {
			return errors.Join(os.Remove(filepath.Join(xt, "rss.xml")), os.Symlink("moment/rss.xml", filepath.Join(xt, "rss.xml")))
		}},
		{"a list that names what is not ours", func(xt string) error {
			file, err := os.OpenFile(filepath.Join(xt, listName), os.O_APPEND|os.O_WRONLY, 0)
			if err != nil {
				return err
			}
			_, err = file.WriteString(unwritten + "  ../../mine\n" + unwritten + "  /etc/mine\n")
			return errors.Join(err, file.Close())
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir, n, s := t.TempDir(), stations(t, "xt"), served{"xt": of("xt", texts)}
			mine := filepath.Join(filepath.Dir(dir), "mine")
			if err := os.WriteFile(mine, nil, 0o644); err != nil {
				t.Fatal(err)
			}
			writeTo(t, dir, n, s)
			if err := tt.spoil(filepath.Join(dir, "xt")); err != nil {
				t.Fatal(err)
			}
			writeTo(t, dir, n, s)
			wantTexts(t, filepath.Join(dir, "xt"), texts)
			for name, info := range tree(t, filepath.Join(dir, "xt")) {
				if name != listName && (!info.Mode().IsRegular() || !info.ModTime().Equal(noon)) {
					t.Errorf("%s: %v of %v", name, info.Mode(), info.ModTime())
				}
			}
			read(t, mine)
		})
	}
}

// What was written for a station goes with it; the files of others stay.
func TestWriteRemovesStations(t *testing.T) {
	dir := t.TempDir()
	writeTo(t, dir, stations(t, "xt", "cs"), served{"xt": of("xt", texts), "cs": of("cs", texts)})
	if err := errors.Join(os.WriteFile(filepath.Join(dir, "xt", "mine.txt"), nil, 0o644), os.Mkdir(filepath.Join(dir, "others"), 0o755)); err != nil {
		t.Fatal(err)
	}
	writeTo(t, dir, stations(t, "zz"), nil)
	if got := tree(t, dir); len(got) != 1 || got["xt/mine.txt"] == nil {
		t.Errorf("there are %v; want mine alone", got)
	}
	if _, err := os.Stat(filepath.Join(dir, "cs")); err == nil {
		t.Error("an empty folder is left")
	}
	if _, err := os.Stat(filepath.Join(dir, "others")); err != nil {
		t.Error(err)
	}
}
