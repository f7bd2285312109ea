package wordpress

import (
	"encoding/json"
	"slices"
	"strings"
)

// Needs returns the ids of the posts that content shows, each once, and whether it
// shows the attachments of its own post. It may name more than is shown.
func Needs(content string) (ids []int64, attached bool) {
	if strings.Contains(content, "<!-- wp:") {
		z := scanner{s: content}
		for {
			t, ok := z.token()
			if !ok {
				break
			}
			if t.kind != comment {
				continue
			}
			var v struct{ Ref int64 }
			if d, ok := readDelimiter(t.s); ok && d.name == "block" && json.Unmarshal([]byte(d.attributes), &v) == nil && v.Ref > 0 {
				ids = append(ids, v.Ref)
			}
		}
	}
	for rest := content; ; {
		i := strings.IndexByte(rest, '[')
		if i < 0 {
			break
		}
		rest = rest[i:]
		c, ok := readCode(rest, openers)
		if ok && !c.end && (c.how == gallery || c.how == playlist) {
			r := renderer{}
			some := r.ids(attributes(c.attributes))
			attached = attached || some == nil
			ids = append(ids, some...)
		}
		rest = rest[1:]
	}
	slices.Sort(ids)
	return slices.Compact(ids), attached
}
