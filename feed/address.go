package feed

import (
	"mime"
	"net/mail"
	"path"
	"strings"
	"unicode"

	"golang.org/x/net/idna"
)

// address returns s as an ASCII URI: what RFC 3986 does not allow is percent
// encoded, a host in another script becomes punycode. An s that needs nothing
// is returned itself.
func address(s string) string {
	if isURI(s) {
		return s
	}
	s = text(s)
	start, end := authority(s)
	return escapeURI(s[:start], "") + escapeAuthority(s[start:end]) + escapeURI(s[end:], "")
}

// web returns address(s), or "" when that is not an absolute http(s) URL.
func web(s string) string {
	if a := address(s); isWeb(a) {
		return a
	}
	return ""
}

func isWeb(uri string) bool {
	scheme, rest, ok := strings.Cut(uri, "://")
	return ok && (strings.EqualFold(scheme, "https") || strings.EqualFold(scheme, "http")) &&
		rest != "" && !strings.ContainsRune("/?#", rune(rest[0]))
}

// scheme returns the scheme of s with its colon, or "" (RFC 3986 §3.1).
func scheme(s string) string {
	for i := range len(s) {
		switch c := s[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z':
		case i > 0 && ('0' <= c && c <= '9' || c == '+' || c == '-' || c == '.'):
		case i > 0 && c == ':':
			return s[:i+1]
		default:
			return ""
		}
	}
	return ""
}

// authority returns where the authority of s begins and ends: an empty span at
// the start when it has none (RFC 3986 §3.2).
func authority(s string) (start, end int) {
	start = len(scheme(s))
	if !strings.HasPrefix(s[start:], "//") {
		return 0, 0
	}
	start += len("//")
	if n := strings.IndexAny(s[start:], "/?#"); n >= 0 {
		return start, start + n
	}
	return start, len(s)
}

func escapeAuthority(s string) string {
	i := strings.LastIndexByte(s, '@') + 1
	j := len(s)
	if colon := strings.LastIndexByte(s, ':'); colon >= i && strings.Trim(s[colon+1:], "0123456789") == "" {
		j = colon
	}
	host, err := idna.Lookup.ToASCII(s[i:j])
	if err != nil {
		host = s[i:j]
	}
	return escapeURI(s[:i], "") + escapeURI(host, "[]") + escapeURI(s[j:], "")
}

// escapeURI percent encodes what a URI can't hold, but for the characters of
// also. Tabs and line ends inside an address are dropped, as browsers do.
func escapeURI(s, also string) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(s) {
		switch c := s[i]; {
		case isURIByte(c), strings.IndexByte(also, c) >= 0, isEscape(s[i:]):
			b.WriteByte(c)
		case c == '\t', c == '\n':
		default:
			b.WriteByte('%')
			b.WriteByte(hex[c>>4])
			b.WriteByte(hex[c&15])
		}
	}
	return b.String()
}

func isURI(s string) bool {
	for i := range len(s) {
		if !isURIByte(s[i]) && !isEscape(s[i:]) {
			return false
		}
	}
	return true
}

// isURIByte reports whether c is reserved or unreserved (RFC 3986 §2.2, §2.3).
// The brackets are not counted: they are allowed around an IPv6 address only.
func isURIByte(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' ||
		strings.IndexByte("-._~:/?#@!$&'()*+,;=", c) >= 0
}

// isEscape reports whether s begins with a percent-encoded byte.
func isEscape(s string) bool {
	return len(s) >= 3 && s[0] == '%' && isHex(s[1]) && isHex(s[2])
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}

// email returns s when it is one bare ASCII address, else "".
func email(s string) string {
	s = text(s)
	a, err := mail.ParseAddress(s)
	if err != nil || a.Address != s || strings.ContainsFunc(s, func(r rune) bool { return r > unicode.MaxASCII }) {
		return ""
	}
	return s
}

// language returns s as a BCP 47 tag (zh_CN becomes zh-CN), or "" when it does
// not have the form of one.
func language(s string) string {
	s = strings.ReplaceAll(text(s), "_", "-")
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

// mediaType returns the declared media type if it is one, else what the
// extension of uri tells. The table is our own: that of package mime depends
// on the machine.
func mediaType(declared, uri string) string {
	declared = text(declared)
	if t, _, err := mime.ParseMediaType(declared); err == nil && strings.Contains(t, "/") {
		return declared
	}
	switch extension(uri) {
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

// extension returns the file extension of a URI's path, in lower case.
func extension(uri string) string {
	_, end := authority(uri)
	p := uri[end:]
	if i := strings.IndexAny(p, "?#"); i >= 0 {
		p = p[:i]
	}
	return strings.ToLower(path.Ext(p))
}
