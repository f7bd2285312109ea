package ingest

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"io/fs"
	"maps"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/tidwall/gjson"
)

// filesKind is a folder of JSON Lines and of Markdown with front matter. Its list has the
// items without their texts; those that have changed are asked for.
func filesKind(Settings) Kind {
	const list = "files:"
	k := Kind{Changes: list, List: list, Item: list + "?{ids}", IDs: "&id={id}", Stamp: "_stamp", Complete: true, Size: 500, Fields: map[string]string{}}
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
	id       string   // the path of an item's id
	maxBytes int64
	read     map[string]listed // by the names of files
	of       map[string]string // the files of items, by their ids
}

// listed is what the list has of a file that was of this size and this age.
type listed struct {
	size  int64
	at    time.Time
	items []json.RawMessage
	whole bool // no line is broken
}

// file is one that is to be read.
type file struct {
	name string // with slashes, below the folder
	info fs.FileInfo
}

// get implements getter. The ETag is of the names, sizes and times of all files.
func (f *folder) get(ctx context.Context, address string, _ map[string]string, known validators) (*answer, error) {
	if _, query, ok := strings.Cut(address, "?"); ok {
		return f.whole(ctx, query)
	}
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
	if known.ETag == "" {
		f.read = nil // a comparison looks into all
	}
	items, total, read := []json.RawMessage{}, int64(0), make(map[string]listed, len(files))
	f.of = map[string]string{}
	for _, file := range files {
		if total += file.info.Size(); total > f.maxBytes {
			return nil, &contentError{fmt.Sprintf("the files are larger than %d bytes (max_bytes)", f.maxBytes)}
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		of, ok := f.read[file.name]
		if !ok || of.size != file.info.Size() || !of.at.Equal(file.info.ModTime()) {
			if of, err = f.list(file); err != nil {
				return nil, err
			}
		}
		read[file.name] = of
		items, a.partial = append(items, of.items...), a.partial || !of.whole
		for _, item := range of.items {
			f.of[gjson.GetBytes(item, f.id).String()] = file.name
		}
	}
	f.read = read
	a.body, err = json.Marshal(items)
	return a, err
}

// list reads what the list has of a file: the items without their texts, and a stamp of
// the whole.
func (f *folder) list(file file) (of listed, err error) {
	items, whole, err := f.items(file, false)
	of = listed{size: file.info.Size(), at: file.info.ModTime(), whole: whole}
	for _, item := range items {
		delete(item, "body")
		text, err := json.Marshal(item)
		if err != nil {
			return of, err
		}
		of.items = append(of.items, text)
	}
	return of, err
}

// whole reads items by their ids.
func (f *folder) whole(ctx context.Context, query string) (*answer, error) {
	values, err := url.ParseQuery(query)
	if err != nil {
		return nil, err
	}
	asked, names := map[string]bool{}, map[string]bool{}
	for _, id := range values["id"] {
		asked[id] = true
		if name, ok := f.of[id]; ok {
			names[name] = true
		}
	}
	found := []json.RawMessage{}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		info, err := os.Stat(filepath.Join(f.dir, filepath.FromSlash(name)))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return nil, err
		}
		items, _, err := f.items(file{name, info}, true)
		if err != nil {
			return nil, err
		}
		for _, item := range items {
			text, err := json.Marshal(item)
			if err != nil {
				return nil, err
			}
			if asked[gjson.GetBytes(text, f.id).String()] {
				found = append(found, text)
			}
		}
	}
	a := &answer{url: &url.URL{Path: f.dir}}
	a.body, err = json.Marshal(found)
	return a, err
}

// items reads a file: each item has a stamp of what was read. Texts are only rendered
// where they are wanted.
func (f *folder) items(file file, texts bool) (items []map[string]any, whole bool, err error) {
	text, err := os.ReadFile(filepath.Join(f.dir, filepath.FromSlash(file.name)))
	if err != nil {
		return nil, false, err
	}
	if path.Ext(file.name) == ".jsonl" {
		items, whole = jsonLines(file.name, text)
		return items, whole, nil
	}
	item, body := f.page(file, text)
	item["_stamp"] = sum(fmt.Sprint(string(text), item["url"], item["images"], item["modified"]))
	if texts && body != nil {
		item["body"] = markdown(body)
	}
	return []map[string]any{item}, true, nil
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
func jsonLines(name string, text []byte) (items []map[string]any, whole bool) {
	whole = len(text) > 0
	for r, err := range Lines(name, bytes.NewReader(text)) {
		if err == nil {
			err = r.Err
		}
		text := bytes.TrimSpace(r.Text)
		switch {
		case err == nil && len(text) == 0:
		case err == nil && gjson.ValidBytes(text) && gjson.GetBytes(text, "id").String() != "":
			item := map[string]any{}
			d := json.NewDecoder(bytes.NewReader(text))
			d.UseNumber()
			if err := d.Decode(&item); err == nil {
				item["_stamp"] = sum(string(text))
				items = append(items, item)
				continue
			}
			fallthrough
		default:
			whole = false
			items = append(items, map[string]any{"id": r.String(), "_fault": "broken line"})
		}
	}
	return items, whole
}
