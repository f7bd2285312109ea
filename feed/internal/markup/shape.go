package markup

import (
	"strings"

	"feedstation/feed/internal/text"
)

// shape is what an attribute's value looks like.
type shape uint8

const (
	noAddress   shape = iota
	someAddress       // of nothing that is known not to be a picture
	pictureFile       // with a picture's extension, or its format in the query
)

// shapeOf tells what a value looks like. It is never an address with braces,
// as templates and JSON have them.
func shapeOf(s string) shape {
	if len(s) < 5 || len(s) > text.MaxAddress || strings.ContainsAny(s, "{}<>\"\n") || strings.Contains(s, "%7B") || strings.Contains(s, "%7b") {
		return noAddress
	}
	switch strings.ToLower(text.Scheme(s)) {
	case "", "http:", "https:":
	default:
		return noAddress
	}
	path, query, _ := strings.Cut(s, "?")
	path, _, _ = strings.Cut(path, "#")
	name := strings.ToLower(path[strings.LastIndexByte(path, '/')+1:])
	switch ext := extensionIn(name); {
	case isPictureType(ext) && (!strings.Contains(s, " ") || strings.HasSuffix(name, ext)):
		return pictureFile
	case isPictureType(formatIn(query)) && !strings.Contains(s, " "):
		return pictureFile
	case isFileType(ext):
		return noAddress
	}
	if strings.IndexByte(s, '/') >= 0 && !strings.Contains(s, " ") {
		return someAddress
	}
	return noAddress
}

// extensionIn returns the extension of a file's name in lower case without its
// full stop. A picture's may have a size behind it, as in "1.jpg!w600".
func extensionIn(name string) string {
	for rest := name; ; {
		_, ext, ok := strings.Cut(rest, ".")
		if !ok {
			break
		}
		rest = ext
		if n := strings.IndexFunc(ext, func(r rune) bool { return r > 127 || !isAlphanumeric(byte(r)) }); n > 0 && ext[n] != '.' {
			ext = ext[:n]
		}
		if isPictureType(ext) {
			return ext
		}
	}
	if i := strings.LastIndexByte(name, '.'); i >= 0 {
		return name[i+1:]
	}
	return ""
}

// formatIn returns the picture's format that a query tells.
func formatIn(query string) string {
	for parameter := range strings.SplitSeq(query, "&") {
		switch name, v, _ := strings.Cut(strings.TrimPrefix(parameter, "amp;"), "="); name {
		case "wx_fmt", "format", "fm", "fmt", "f", "ext", "type":
			return strings.ToLower(v)
		}
	}
	return ""
}

func isPictureType(ext string) bool {
	switch ext {
	case "jpg", "jpeg", "png", "gif", "webp", "avif", "bmp", "svg", "jfif", "jxl", "tif", "tiff", "heic":
		return true
	}
	return false
}

// isFileType reports whether a file with the extension is no picture.
func isFileType(ext string) bool {
	switch ext {
	case "html", "htm", "shtml", "xhtml", "pdf", "doc", "docx", "xls", "xlsx", "ppt", "pptx", "zip", "rar", "js", "css", "json", "xml", "txt", "md",
		"mp3", "m4a", "ogg", "wav", "mp4", "m4v", "mov", "webm", "m3u8", "flv", "swf":
		return true
	}
	return false
}
