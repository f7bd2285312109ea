package ingest

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"io/fs"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/tidwall/gjson"
)

// filesKind is a folder of JSON Lines and of Markdown with front matter, read as a whole
// whenever one of its files has changed.
func filesKind(Settings) Kind {
	k := Kind{Changes: "files:", Complete: true, Size: 1 << 30, Fields: map[string]string{}}
	for _, name := range []string{
		"id", "station", "channels", "url", "guid", "title", "summary", "body", "authors", "editor", "source", "published", "updated", "expires", "images",
		"enclosures", "tags", "alternates", "language", "rights", "original_url", "next_url", "status", "noindex", "news", "modified", "terms",
	} {
		k.Fields[name] = name
	}
	return k
}

// settle is how long a file has to be left alone before it is read: who writes one
// in place is not done before.
const settle = 2 * time.Second

// folder reads the files below a folder, as the answer of a system that lists them all.
type folder struct {
	dir      string
	base     *url.URL // what addresses are relative to
	link     string   // of pages whose front matter has no address; empty: as Hugo has them
	maxBytes int64
}

// file is one that is to be read.
type file struct {
	name string // with slashes, below the folder
	info fs.FileInfo
}

// get implements getter. The ETag is of the names, sizes and times of all files.
func (f *folder) get(ctx context.Context, _ string, _ map[string]string, known validators) (*answer, error) {
	files, err := f.files()
	if err != nil {
		return nil, err
	}
	h, young := fnv.New128a(), false
	for _, file := range files {
		fmt.Fprintf(h, "%q %d %d\n", file.name, file.info.Size(), file.info.ModTime().UnixNano())
		young = young || time.Since(file.info.ModTime()).Abs() < settle
	}
	a := &answer{url: &url.URL{Path: f.dir}, validators: validators{ETag: hex.EncodeToString(h.Sum(nil))}, partial: young}
	switch {
	case known.ETag == a.validators.ETag:
		a.notModified = true
		return a, nil
	case young && known.ETag != "":
		a.notModified, a.validators = true, known
		return a, nil
	case young:
		a.validators = validators{} // it is read again
	}
	var items []any
	total := int64(0)
	for _, file := range files {
		if total += file.info.Size(); total > f.maxBytes {
			return nil, &contentError{fmt.Sprintf("the files are larger than %d bytes (max_bytes)", f.maxBytes)}
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		text, err := os.ReadFile(filepath.Join(f.dir, filepath.FromSlash(file.name)))
		if err != nil {
			return nil, err
		}
		if path.Ext(file.name) == ".jsonl" {
			lines, whole := jsonLines(file.name, text)
			items, a.partial = append(items, lines...), a.partial || !whole
			continue
		}
		items = append(items, f.page(file, text))
	}
	if a.body, err = json.Marshal(items); err != nil {
		return nil, err
	}
	return a, nil
}

// files lists what is read, in the order of its names. What begins with a dot is left
// out, and so are the pages of lists that Hugo has.
func (f *folder) files() (files []file, err error) {
	err = filepath.WalkDir(f.dir, func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case name != f.dir && strings.HasPrefix(entry.Name(), "."):
			if entry.IsDir() {
				return filepath.SkipDir
			}
			return nil
		case entry.IsDir() || strings.HasPrefix(entry.Name(), "_index."):
			return nil
		case !slices.Contains([]string{".md", ".markdown", ".jsonl"}, path.Ext(entry.Name())):
			return nil
		}
		info, err := os.Stat(name) // of what a link leads to
		if err != nil {
			return err
		}
		below, err := filepath.Rel(f.dir, name)
		if err == nil && info.Mode().IsRegular() {
			files = append(files, file{filepath.ToSlash(below), info})
		}
		return err
	})
	return files, err
}

// jsonLines returns the articles of a file in the import format; not whole: a line is
// broken, and may be any of those that are missing.
func jsonLines(name string, text []byte) (items []any, whole bool) {
	whole = len(text) > 0
	for r, err := range Lines(name, bytes.NewReader(text)) {
		if err == nil {
			err = r.Err
		}
		text := bytes.TrimSpace(r.Text)
		switch {
		case err == nil && len(text) == 0:
		case err == nil && gjson.ValidBytes(text) && gjson.GetBytes(text, "id").String() != "":
			items = append(items, json.RawMessage(bytes.Clone(text)))
		default:
			whole = false
			items = append(items, map[string]any{"id": r.String(), "_fault": "broken line"})
		}
	}
	return items, whole
}
