//go:build unix

package jobs_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"feedstation/feed"
	"feedstation/internal/article"
	"feedstation/internal/edition"
	"feedstation/internal/testkit/processor"
)

// BenchmarkRefreshFloor compares a refresh after one new article of ten channels, as that
// of BenchmarkRefresh, with what it can't do without: reading the row, preparing the item,
// compressing the feeds and pages that have changed (of sitemaps most stays), and three
// fsyncs. It does so in turns of one run; the goal is 1.6 times.
func BenchmarkRefreshFloor(b *testing.B) {
	w := newRefreshed(b, options, time.Hour)
	folder := b.TempDir()
	var refreshes, floors spent
	for b.Loop() {
		a := w.put(0)
		before, _ := w.editions.Current("xt")
		refreshes.add(b, w.refresh)
		after, _ := w.editions.Current("xt")
		changed := map[string]string{}
		for path, d := range after.All() {
			if !strings.HasPrefix(path, "/sitemaps/") && documentOf(before, path) != d {
				changed[path] = document(after, path)
			}
		}
		if len(changed) < 2*3 {
			b.Fatalf("%d documents have changed, want those of two feeds and more", len(changed))
		}
		floors.add(b, func() {
			w.readAndPrepare(b, a)
			size := 0
			for path, text := range changed {
				d, _ := after.Document(path)
				if edition.NewContent(d.MediaType(), []byte(text)).Hash() != d.Hash() {
					b.Fatalf("%s is another document", path)
				}
				size += int(d.Compressed())
			}
			writeSynced(b, folder, make([]byte, size))
		})
	}
	b.ReportMetric(refreshes.processor.Seconds()*1000/float64(b.N), "refresh-cpu-ms")
	b.ReportMetric(refreshes.processor.Seconds()/floors.processor.Seconds(), "×floor-cpu")
	b.ReportMetric(refreshes.wall.Seconds()*1000/float64(b.N), "refresh-ms")
	b.ReportMetric(refreshes.wall.Seconds()/floors.wall.Seconds(), "×floor")
}

// spent is how long something took in all, by the clock and of the processor.
type spent struct{ wall, processor time.Duration }

func (s *spent) add(b *testing.B, do func()) {
	b.Helper()
	began, computed := time.Now(), processor.Time(b)
	do()
	s.wall += time.Since(began)
	s.processor += processor.Time(b) - computed
}

// readAndPrepare reads an article and makes an item of it.
func (w *refreshed) readAndPrepare(b *testing.B, head article.Article) {
	b.Helper()
	snapshot, err := w.store.Snapshot(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	defer snapshot.Close()
	whole, err := snapshot.Whole(b.Context(), []article.Article{head})
	if err != nil || len(whole) != 1 {
		b.Fatal(whole, err)
	}
	a := whole[0]
	if _, err := feed.Prepare(feed.Item{URL: a.URL, Title: a.Title, Body: a.Body, Published: a.Published, Updated: a.Updated}); err != nil {
		b.Fatal(err)
	}
}

// writeSynced writes what documents and a manifest are, and waits for the disk thrice: for
// both and for the folder.
func writeSynced(b *testing.B, folder string, documents []byte) {
	b.Helper()
	for name, data := range map[string][]byte{"documents": documents, "manifest": make([]byte, 4<<10)} {
		file, err := os.Create(filepath.Join(folder, name))
		if err != nil {
			b.Fatal(err)
		}
		if _, err := file.Write(data); err != nil {
			b.Fatal(err)
		}
		syncAndClose(b, file)
	}
	open, err := os.Open(folder)
	if err != nil {
		b.Fatal(err)
	}
	syncAndClose(b, open)
}

func syncAndClose(b *testing.B, file *os.File) {
	b.Helper()
	if err := file.Sync(); err != nil {
		b.Fatal(err)
	}
	if err := file.Close(); err != nil {
		b.Fatal(err)
	}
}
