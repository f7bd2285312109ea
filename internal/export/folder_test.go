package export

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"feedstation/internal/network"
)

// A folder in a station's folder that is a link, however deep, is not followed, and neither
// is that of a station that is no more.
func TestWriteFollowsNoLinks(t *testing.T) {
	const deep = "/moment/archive/20260301T120000Z-1a2b3c4d/rss.xml"
	for _, link := range []string{"moment", "moment/archive", "moment/archive/20260301T120000Z-1a2b3c4d"} {
		t.Run(link, func(t *testing.T) {
			dir, outside := t.TempDir(), t.TempDir()
			s := served{"xt": of("xt", map[string]string{deep: "old news"})}
			writeTo(t, dir, stations(t, "xt"), s)
			at := filepath.Join(dir, "xt", link)
			if err := errors.Join(os.Rename(at, filepath.Join(outside, "moved")), os.Symlink(filepath.Join(outside, "moved"), at)); err != nil {
				t.Fatal(err)
			}
			before := tree(t, outside)
			for what, texts := range map[string]map[string]string{"wrote": {deep: "changed"}, "removed": {"/rss.xml": "news"}} {
				s["xt"] = of("xt", texts)
				if err := Write(t.Context(), dir, os.Getenv, stations(t, "xt"), s); err == nil || !strings.Contains(err.Error(), "a link") {
					t.Errorf("%s through a link: %v", what, err)
				}
			}
			if err := Write(t.Context(), dir, os.Getenv, stations(t, "cs"), s); err == nil {
				t.Error("removed through a link")
			}
			for name, info := range tree(t, outside) {
				if !os.SameFile(info, before[name]) {
					t.Errorf("%s was written", name)
				}
			}
			if len(before) != len(tree(t, outside)) {
				t.Error("outside something was removed")
			}
		})
	}
}

// foldersIn returns the folders of a folder by name.
func foldersIn(t *testing.T, dir string) (names []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(name string, entry fs.DirEntry, err error) error {
		if err == nil && entry.IsDir() && name != dir {
			names = append(names, strings.TrimPrefix(name, dir+"/"))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// Folders are as deep as archives of channels, and as many: those that are left empty go,
// also what an export that was killed has made, and those with files of others stay.
func TestWriteDeepFolders(t *testing.T) {
	dir, n := t.TempDir(), stations(t, "xt")
	xt := filepath.Join(dir, "xt")
	archive := func(channel string, i int) string {
		return network.ArchivePath(channel, network.CutOf(noon.Add(time.Duration(i)*time.Hour), "1"), network.RSS)
	}
	all := map[string]string{"/rss.xml": "news", "/sport/rss.xml": "sport"}
	for i := range 2 * maxOpen {
		all[archive("", i)], all[archive("moment", i)] = fmt.Sprint("archive ", i), fmt.Sprint("moment's ", i)
	}
	for range 2 {
		writeTo(t, dir, n, served{"xt": of("xt", all)})
		wantTexts(t, xt, all)
	}
	if got := len(foldersIn(t, xt)); got != 1+1+2*maxOpen+2+2*maxOpen {
		t.Errorf("%d folders", got)
	}
	mine := filepath.Join(xt, path.Dir(archive("moment", 3)), "mine.txt")
	if err := errors.Join(os.WriteFile(mine, nil, 0o644), os.RemoveAll(filepath.Join(xt, path.Dir(archive("", 7)))), os.RemoveAll(filepath.Join(xt, path.Dir(archive("", 0)), "rss.xml"))); err != nil {
		t.Fatal(err)
	}
	few := map[string]string{"/rss.xml": "news", archive("", 1): "archive 1"}
	writeTo(t, dir, n, served{"xt": of("xt", few)})
	if err := os.Remove(mine); err != nil { // which is there
		t.Fatal(err)
	}
	wantTexts(t, xt, few)
	want := []string{"archive", path.Dir(archive("", 1))[1:], "moment", "moment/archive", path.Dir(archive("moment", 3))[1:]}
	if got := foldersIn(t, xt); !slices.Equal(got, want) {
		t.Errorf("folders %q, want %q", got, want)
	}

	// Killed when it had made some of the folders of a file.
	list, err := os.OpenFile(filepath.Join(xt, listName), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	_, err = list.WriteString(unwritten + "  " + archive("culture", 1)[1:] + "\n" + unwritten + "  " + archive("sport", 1)[1:] + "\n")
	if err := errors.Join(err, list.Close(), os.Mkdir(filepath.Join(xt, "culture"), 0o755), os.MkdirAll(filepath.Join(xt, path.Dir(archive("sport", 1))), 0o755)); err != nil {
		t.Fatal(err)
	}
	writeTo(t, dir, n, served{"xt": of("xt", few)})
	if got := foldersIn(t, xt); !slices.Equal(got, want) {
		t.Errorf("after it was killed: folders %q, want %q", got, want)
	}
}
