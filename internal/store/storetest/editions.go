package storetest

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"feedstation/internal/edition"
)

// Text returns the edition of a number, as of so many minutes after Noon.
func Text(number int) *edition.Edition {
	return Print(number, fmt.Sprint("text ", number))
}

// Listing returns an edition of a month with those articles; one behind a minus
// may not be in its sitemap, as with noindex.
func Listing(station string, at time.Time, ids ...string) *edition.Edition {
	const path = "/sitemaps/2026-03.xml"
	var lines, body []byte
	for _, id := range ids {
		id, unlisted := strings.CutPrefix(id, "-")
		lines = edition.Article{ID: id, Published: Noon, Updated: Noon, Address: "https://xt.news.example/" + id, Unlisted: unlisted}.AppendTo(lines)
		body = append(body, id+" "...)
	}
	documents := map[string]*edition.Document{path: edition.NewDocument("text/xml", body, at)}
	contents := edition.Revision{Newest: at, AsOf: at}.ReviseContent(edition.NewContents(lines), nil)
	return edition.New(station, at, "build", documents).WithContents(map[string]*edition.Document{path: contents})
}

// Counted returns the edition of a number: of its documents some are as in the
// edition before, and some come back.
func Counted(number int64) *edition.Edition {
	documents, records := map[string]*edition.Document{}, map[string]*edition.Document{}
	for i := range int64(4) {
		path := fmt.Sprintf("/sitemaps/%d.xml", i)
		documents[path] = edition.NewDocument("text/xml", fmt.Append(nil, i, " of ", number-number%(i+1)), Noon)
		records[path] = edition.NewDocument("text/plain", fmt.Append(nil, "record ", i, " of ", number%(i+2)), Noon)
	}
	return edition.New("xt", Noon.Add(time.Duration(number)*time.Millisecond), "build", documents).WithContents(records)
}

// Large returns the edition of a station with a long archive, in which one
// edition has few documents other than the one before.
func Large(documents, version int) *edition.Edition {
	all := map[string]*edition.Document{}
	for i := range documents {
		text := fmt.Sprint("document ", i)
		if i < 20 {
			text += fmt.Sprint(" version ", version)
		}
		all[fmt.Sprintf("/sitemaps/%d.xml", i)] = edition.NewDocument("text/xml; charset=utf-8", []byte(text), Noon)
	}
	return edition.New("xt", Noon.Add(time.Duration(version)*time.Minute), "build", all)
}

// Tree returns what is in a folder, with the content of files.
func Tree(t *testing.T, dir string) map[string]string {
	t.Helper()
	found := map[string]string{}
	err := filepath.WalkDir(dir, func(name string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := os.ReadFile(name)
		found[strings.TrimPrefix(name, dir+"/")] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// Plant puts files of others into a folder.
func Plant(t *testing.T, dir string, names ...string) {
	t.Helper()
	for _, name := range names {
		name = filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o755), os.WriteFile(name, []byte("others'"), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
}

// At is the watermark of Text.
func At(number int) time.Time { return Text(number).Watermark() }

// CountOf is the number that Counted has made an edition of.
func CountOf(e *edition.Edition) int64 { return e.Watermark().Sub(Noon).Milliseconds() }
