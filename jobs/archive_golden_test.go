package jobs_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"feedstation/internal/article"
	"feedstation/internal/network"
)

var update = flag.Bool("update", false, "write the golden files")

// golden compares with a file in testdata.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
	for _, smell := range []string{"&amp;amp;", "0001-01-01", "%!", "<nil>"} {
		if bytes.Contains(got, []byte(smell)) {
			t.Errorf("%s has %q", name, smell)
		}
	}
}

// A feed, its archives from the newest to the oldest and an archive of a channel, in each
// format, with the header that names the same neighbours.
func TestArchivesAsGoldens(t *testing.T) {
	in(t, func(w *world) {
		o := archived(2, 3)
		o.Notices, o.NoticeFor = true, 24*time.Hour
		w.restart(o)
		all := several("xt", 1, 9)
		for i := range all {
			all[i].NextURL = fmt.Sprintf("https://xt.news.example/content/%d.html", i)
		}
		all[2].Body, all[2].Authors, all[2].Tags = "<p>“读书 &amp; 生活”，一起来。😀</p>", []string{"李明"}, []string{"读书"}
		all[4].Updated = all[4].Published.Add(90 * time.Minute)
		all[5].Enclosures = []article.Enclosure{{URL: "https://xt.news.example/6.mp3", Type: "audio/mpeg", Bytes: 5000, Seconds: 60}}
		w.put(all...)
		w.refresh()
		time.Sleep(time.Minute)
		all[6].Status = article.Withdrawn // of which feeds have notices, and archives nothing
		w.put(all[6])
		w.refresh()
		paths := w.archivePaths("xt", "")
		if len(paths) != 3 {
			t.Fatalf("archives %q", paths)
		}
		for name, path := range map[string]string{"feed": "/rss.xml", "newest": paths[0], "middle": paths[1], "oldest": paths[2], "channel": w.archivePaths("xt", "moment")[0]} {
			for _, format := range network.Formats() {
				at := path[:len(path)-len(network.RSS)] + string(format)
				d := w.document("xt", at)
				golden(t, "archives/"+name+"-"+string(format), []byte(document(w.edition("xt"), at)))
				golden(t, "archives/"+name+"-"+string(format)+".header", fmt.Appendf(nil, "Cache-Control: %s\nContent-Type: %s\nLast-Modified: %s\nLink: %s\n", d.CacheControl()[0], d.ContentType()[0], d.LastModified()[0], d.Link()[0]))
			}
		}
	})
}
