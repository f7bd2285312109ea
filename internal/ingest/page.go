package ingest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/BurntSushi/toml"
	"github.com/tidwall/gjson"
	"go.yaml.in/yaml/v4"
)

// page returns the item of a file of Markdown, and its text. Its id is that of the front matter, or
// the file's name without what ends it: a file that is moved is another article. One
// that can't be read has an id and why, so that its article stays as it is.
func (f *folder) page(file file, text []byte) (item map[string]any, body []byte) {
	below := strings.TrimSuffix(file.name, path.Ext(file.name))
	bundle := path.Base(below) == "index" && below != "index"
	if bundle {
		below = path.Dir(below)
	}
	front, body, err := frontMatter(text)
	if err != nil {
		return map[string]any{"id": below, "_fault": err.Error()}, nil
	}
	p := &matter{front: front, item: map[string]any{"id": below, "modified": file.info.ModTime().Format(time.RFC3339)}}
	p.place(below)
	p.fill()
	if bundle && p.item["images"] == nil {
		if picture := f.picture(below); picture != "" {
			p.item["images"] = []any{picture}
		}
	}
	if p.own && f.link != "" {
		data, err := json.Marshal(p.item)
		if err != nil {
			return map[string]any{"id": below, "_fault": err.Error()}, nil
		}
		p.item["url"] = link(f.link, gjson.ParseBytes(data))
	}
	f.resolve(p.item)
	return p.item, body
}

// resolve makes the addresses of pictures absolute: those in a bundle are relative to
// their page.
func (f *folder) resolve(item map[string]any) {
	page, err := f.base.Parse(fmt.Sprint(item["url"]))
	if err != nil {
		return // the reader says so
	}
	absolute := func(value any) any {
		if text, ok := value.(string); ok {
			if u, err := page.Parse(text); err == nil {
				return u.String()
			}
		}
		return value
	}
	switch images := item["images"].(type) {
	case string:
		item["images"] = []any{absolute(images)}
	case []any:
		for i, image := range images {
			if object, ok := image.(map[string]any); ok {
				object["url"] = absolute(object["url"])
			} else {
				images[i] = absolute(image)
			}
		}
	}
}

// frontMatter parts a file: YAML between ---, TOML between +++, or a JSON object.
func frontMatter(text []byte) (front map[string]any, body []byte, err error) {
	text = bytes.ReplaceAll(bytes.TrimPrefix(text, []byte("\ufeff")), []byte("\r\n"), []byte("\n"))
	front = map[string]any{}
	if bytes.HasPrefix(text, []byte("{")) {
		decoder := json.NewDecoder(bytes.NewReader(text))
		decoder.UseNumber()
		err := decoder.Decode(&front)
		return front, text[decoder.InputOffset():], err
	}
	for mark, read := range map[string]func([]byte, map[string]any) error{"---": fromYAML, "+++": fromTOML} {
		rest, ok := bytes.CutPrefix(text, []byte(mark+"\n"))
		if !ok {
			continue
		}
		inside, body, ok := bytes.Cut(append([]byte("\n"), rest...), []byte("\n"+mark+"\n"))
		if !ok {
			if inside, ok = bytes.CutSuffix(inside, []byte("\n"+mark)); !ok {
				return nil, nil, errors.New("the front matter has no end")
			}
		}
		return front, body, read(inside, front)
	}
	return nil, nil, errors.New("no front matter")
}

func fromYAML(text []byte, into map[string]any) error {
	var node yaml.Node
	if err := yaml.Unmarshal(text, &node); err != nil {
		return err
	}
	if len(node.Content) == 0 {
		return errors.New("the front matter is empty")
	}
	values, ok := fromNode(node.Content[0]).(map[string]any)
	if !ok {
		return errors.New("the front matter is no list of fields")
	}
	maps.Copy(into, values)
	return nil
}

// fromNode leaves times as they are written: those without a zone are of the source's.
func fromNode(n *yaml.Node) any {
	switch n.Kind {
	case yaml.MappingNode:
		values := map[string]any{}
		for i := 0; i+1 < len(n.Content); i += 2 {
			values[n.Content[i].Value] = fromNode(n.Content[i+1])
		}
		return values
	case yaml.SequenceNode:
		list := make([]any, len(n.Content))
		for i, child := range n.Content {
			list[i] = fromNode(child)
		}
		return list
	case yaml.AliasNode:
		return fromNode(n.Alias)
	}
	switch n.ShortTag() {
	case "!!null":
		return nil
	case "!!bool":
		return strings.EqualFold(n.Value, "true")
	}
	return n.Value
}

func fromTOML(text []byte, into map[string]any) error {
	if err := toml.Unmarshal(text, &into); err != nil {
		return err
	}
	for name, value := range into {
		at, ok := value.(time.Time)
		if !ok {
			continue
		}
		switch at.Location().String() { // as the library names those without a zone
		case "datetime-local":
			into[name] = at.Format(time.DateTime)
		case "date-local":
			into[name] = at.Format(time.DateOnly)
		}
	}
	return nil
}

// matter makes an item of front matter.
type matter struct {
	front map[string]any // names in lower case after place
	item  map[string]any
	own   bool // the address is made of the file's name
}

var datedName = regexp.MustCompile(`^(\d{4}-\d{1,2}-\d{1,2})-(.+)$`)

// place notes what the file's name says: folders, and Jekyll's date.
func (m *matter) place(below string) {
	lower := map[string]any{}
	for name, value := range m.front {
		lower[strings.ToLower(name)] = value
	}
	m.front = lower
	dir, name := path.Split(below)
	if match := datedName.FindStringSubmatch(name); match != nil {
		m.item["published"], name = match[1], match[2]
	}
	if slug := m.text("slug"); slug != "" {
		name = slug
	}
	m.item["slug"], m.item["path"] = name, dir+name
	section, _, nested := strings.Cut(below, "/")
	if nested && section != "_posts" && section != "_drafts" {
		m.item["section"] = section
		m.item["terms"] = []any{section}
	}
	if section == "_drafts" {
		m.item["status"] = "draft"
	}
}

// fill fills in the fields, from the names that Hugo, Jekyll and their themes have.
func (m *matter) fill() {
	for field, names := range map[string][]string{
		"id": {"id"}, "title": {"title"}, "published": {"publishdate", "date"}, "modified": {"lastmod", "last_modified_at", "updated"},
		"updated": {"lastmod", "last_modified_at", "updated"}, "expires": {"expirydate", "expires"}, "summary": {"summary", "description", "excerpt"},
		"authors": {"authors", "author"}, "tags": {"tags", "keywords"}, "images": {"images", "image", "featured_image", "cover", "thumbnail"},
		"language": {"language", "lang"}, "editor": {"editor"}, "source": {"source"}, "rights": {"rights", "copyright"},
		"original_url": {"original_url", "canonicalurl", "canonical_url"}, "station": {"station"}, "channels": {"channels"}, "status": {"status"}, "noindex": {"noindex"}, "news": {"news"},
		"url": {"url", "permalink"},
	} {
		for _, name := range names {
			if value := m.front[name]; value != nil && value != "" {
				m.item[field] = value
				break
			}
		}
	}
	if address, ok := m.item["url"].(string); ok && strings.Contains(address, "/:") {
		delete(m.item, "url") // a pattern of Jekyll's
	}
	if m.item["url"] == nil {
		m.own = true
		m.item["url"] = "/" + strings.ToLower(strings.TrimPrefix(fmt.Sprint(m.item["path"]), "_posts/")) + "/"
	}
	if authors, ok := m.item["authors"].(map[string]any); ok {
		m.item["authors"] = authors["name"]
	}
	if cover, ok := m.item["images"].(map[string]any); ok {
		m.item["images"] = []any{map[string]any{"url": firstOf(cover, "url", "image", "src", "path"), "caption": firstOf(cover, "caption", "alt")}}
	}
	if m.is("draft", "true") || m.is("published", "false") {
		m.item["status"] = "draft"
	}
	terms, _ := m.item["terms"].([]any)
	for _, name := range []string{"categories", "category"} {
		switch value := m.front[name].(type) {
		case []any:
			terms = append(terms, value...)
		case string: // Jekyll parts them by spaces
			terms = append(terms, value)
			for term := range strings.FieldsSeq(value) {
				terms = append(terms, term)
			}
		}
	}
	if terms != nil {
		m.item["terms"] = terms
	}
	if date, _, _ := strings.Cut(fmt.Sprint(m.item["published"]), "T"); len(date) >= len(time.DateOnly) {
		m.item["year"], m.item["month"], m.item["day"] = date[:4], date[5:7], date[8:10]
	}
}

func (m *matter) text(name string) string {
	text, _ := m.front[name].(string)
	return text
}

func (m *matter) is(name, text string) bool { return fmt.Sprint(m.front[name]) == text }

func firstOf(values map[string]any, names ...string) any {
	for _, name := range names {
		if value := values[name]; value != nil && value != "" {
			return value
		}
	}
	return nil
}

// picture returns the picture of a page bundle that Hugo would take: feature, else cover
// or thumbnail. It lies beside the page.
func (f *folder) picture(bundle string) string {
	entries, err := os.ReadDir(filepath.Join(f.dir, filepath.FromSlash(bundle)))
	if err != nil {
		return "" // it is read again when the page changes
	}
	for _, word := range []string{"feature", "cover", "thumbnail"} {
		for _, entry := range entries {
			if strings.Contains(entry.Name(), word) && slices.Contains([]string{".jpg", ".jpeg", ".png", ".webp", ".gif", ".avif"}, path.Ext(entry.Name())) {
				return entry.Name()
			}
		}
	}
	return ""
}
