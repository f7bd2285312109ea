package ingest

import (
	"encoding/json"

	"github.com/tidwall/gjson"
)

// picture is an image of the import format.
type picture struct {
	URL     string `json:"url"`
	Caption string `json:"caption,omitempty"`
	Width   int64  `json:"width,omitempty"`
	Height  int64  `json:"height,omitempty"`
	Type    string `json:"type,omitempty"`
	Bytes   int64  `json:"bytes,omitempty"`
}

// pictures makes images of what a source has for them. Those without an address, and
// texts, which are addresses already, are as they were or left out.
func (r values) pictures(of func(gjson.Result) picture) {
	raw, ok := r["images"].(json.RawMessage)
	if !ok {
		return
	}
	var images []any
	for _, m := range gjson.ParseBytes(raw).Array() {
		if m.Type == gjson.String {
			images = append(images, m.String())
		} else if p := of(m); p.URL != "" {
			images = append(images, p)
		}
	}
	if images == nil {
		delete(r, "images")
		return
	}
	r["images"] = images
}
