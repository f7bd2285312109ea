package text

import (
	"mime"
	"net/mail"
	"path"
	"strings"
	"unicode"
)

// Trim is [Clean] without the white space around it.
func Trim(s string) string {
	return strings.TrimSpace(Clean(s))
}

// Email returns s when it is one bare ASCII address, else "".
func Email(s string) string {
	s = Trim(s)
	a, err := mail.ParseAddress(s)
	if err != nil || a.Address != s || strings.ContainsFunc(s, func(r rune) bool { return r > unicode.MaxASCII }) {
		return ""
	}
	return s
}

// Language returns s as a BCP 47 tag (zh_CN becomes zh-CN), or "" when it does
// not have the form of one.
func Language(s string) string {
	s = strings.ReplaceAll(Trim(s), "_", "-")
	n := 0
	for sub := range strings.SplitSeq(s, "-") {
		if len(sub) < 1 || len(sub) > 8 || n == 0 && (len(sub) < 2 || strings.ContainsAny(sub, "0123456789")) {
			return ""
		}
		for i := range len(sub) {
			if c := sub[i]; c|0x20 < 'a' || c|0x20 > 'z' {
				if c < '0' || c > '9' {
					return ""
				}
			}
		}
		n++
	}
	return s
}

// MediaType returns the declared media type if it is one, else what the
// extension of uri tells. The table is our own: that of package mime depends
// on the machine.
func MediaType(declared, uri string) string {
	declared = Trim(declared)
	if t, _, err := mime.ParseMediaType(declared); err == nil && strings.Contains(t, "/") {
		return declared
	}
	switch Extension(uri) {
	case ".jpg", ".jpeg":
		return "image/jpeg"
	case ".png":
		return "image/png"
	case ".gif":
		return "image/gif"
	case ".webp":
		return "image/webp"
	case ".avif":
		return "image/avif"
	case ".svg":
		return "image/svg+xml"
	case ".mp3":
		return "audio/mpeg"
	case ".m4a":
		return "audio/mp4"
	case ".mp4", ".m4v":
		return "video/mp4"
	case ".webm":
		return "video/webm"
	case ".pdf":
		return "application/pdf"
	}
	return ""
}

// Extension returns the file extension of a URI's path, in lower case.
func Extension(uri string) string {
	_, end := authority(uri)
	p := uri[end:]
	if i := strings.IndexAny(p, "?#"); i >= 0 {
		p = p[:i]
	}
	return strings.ToLower(path.Ext(p))
}
