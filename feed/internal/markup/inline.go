package markup

import (
	"bytes"
	"encoding/base64"
	"image"
	_ "image/gif"  // for their sizes
	_ "image/jpeg" //
	_ "image/png"  //
	"strings"
)

// maxInline bounds the pictures in their own addresses that a body carries, in
// bytes of all of them: a feed is read whole at every visit.
const maxInline = 100 << 10

// inlined returns the data: address s if a feed can carry the picture in it: a
// small one in a format that every reader has, larger than a pixel. Otherwise
// it returns "".
func (w *writer) inlined(s string) string {
	if w.inline+len(s) > maxInline {
		return ""
	}
	kind, data := inlineOf(s)
	if kind == "" {
		return ""
	}
	width, height, ok := sizeOf(kind, data)
	if !ok || width <= 2 && height <= 2 {
		return ""
	}
	return "data:image/" + kind + ";base64," + base64.StdEncoding.EncodeToString(data)
}

// inlineOf returns the format and the bytes of a picture in a data: address, or
// nothing.
func inlineOf(s string) (kind string, data []byte) {
	head, body, ok := strings.Cut(s[len("data:"):], ",")
	kind, ok2 := strings.CutPrefix(strings.ToLower(head), "image/")
	kind, ok3 := strings.CutSuffix(kind, ";base64")
	if !ok || !ok2 || !ok3 {
		return "", nil
	}
	kind, _, _ = strings.Cut(kind, ";")
	if kind == "jpg" {
		kind = "jpeg"
	}
	switch kind {
	case "png", "jpeg", "gif", "webp":
	default:
		return "", nil
	}
	data, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(strings.ReplaceAll(body, " ", ""), "="))
	if err != nil {
		return "", nil
	}
	return kind, data
}

// sizeOf returns the size of a picture in pixels. That of a WebP is not read.
func sizeOf(kind string, data []byte) (width, height int, ok bool) {
	if kind == "webp" {
		return maxWidth, maxWidth, len(data) > 30 && bytes.HasPrefix(data, []byte("RIFF")) && string(data[8:12]) == "WEBP"
	}
	c, format, err := image.DecodeConfig(bytes.NewReader(data))
	return c.Width, c.Height, err == nil && format == kind
}

// isThumbnail reports whether a data: address has a picture so small that it
// stands for another until that is there.
func isThumbnail(s string) bool {
	const small = 100
	if !isInline(s) {
		return false
	}
	width, height, ok := sizeOf(inlineOf(s))
	return ok && width <= small && height <= small
}

// isInline reports whether an address has the picture in it.
func isInline(address string) bool { return strings.HasPrefix(address, "data:") }
