package text

import (
	"net/netip"
	"net/url"
	"strings"

	"golang.org/x/net/idna"
)

// MaxAddress is the length above which an address is taken for a mistake, in
// bytes.
const MaxAddress = 4 << 10

// maxHost is the longest name that the DNS can carry, in bytes (RFC 1035 §2.3.4).
// A longer one is not mapped, which takes time by the square of the length.
const maxHost = 253

// Resolve returns ref as an absolute http, https, mailto or tel address,
// against base if it is relative, and "" when it is none. It repairs what
// browsers repair: white space around, line ends inside, backslashes for
// slashes, other characters than ASCII. Base may be nil.
func Resolve(base *url.URL, ref string) string {
	if len(ref) > MaxAddress {
		return ""
	}
	if s := resolvePlain(base, ref); s != "" {
		return s
	}
	return resolve(base, ref)
}

func resolve(base *url.URL, ref string) string {
	ref = Join(ref)
	switch s := strings.ToLower(Scheme(ref)); s {
	case "http:", "https:", "":
		ref = forwardSlashes(ref)
		if s == "" && (base == nil || base.Host == "") || s != "" && !strings.HasPrefix(ref[len(s):], "//") {
			return ""
		}
		if s == "" && ref != "" && strings.IndexByte("/?#", ref[0]) < 0 {
			ref = "./" + ref // a colon in a relative path is not the end of a scheme
		}
	case "mailto:", "tel:":
		u, err := url.Parse(s + Address(ref[len(s):]))
		if err != nil || u.Opaque == "" || len(u.String()) > MaxAddress {
			return ""
		}
		return u.String()
	default:
		return ""
	}
	u, err := url.Parse(Address(ref))
	if err != nil {
		return ""
	}
	if u.Scheme == "" {
		u = base.ResolveReference(u)
	}
	if s := u.String(); hasHost(u) && len(s) <= MaxAddress {
		return s
	}
	return ""
}

// resolvePlain is Resolve for most addresses of articles, whole ones and paths from
// the root: those in which there is nothing to repair nor to decode. It returns ""
// for others. Parsing and writing them took a third of the time for a body of links.
func resolvePlain(base *url.URL, ref string) string {
	host, path, origin := "", ref, ""
	if strings.HasPrefix(ref, "/") {
		if base == nil || base.Scheme == "" || base.User != nil {
			return ""
		}
		host, origin = base.Host, base.Scheme+"://"+base.Host
	} else {
		rest, ok := strings.CutPrefix(ref, "https://")
		if !ok {
			if rest, ok = strings.CutPrefix(ref, "http://"); !ok {
				return ""
			}
		}
		n := strings.IndexByte(rest, '/')
		if n < 0 {
			return ""
		}
		host, path = rest[:n], rest[n:]
	}
	if !isPlainHost(host) || !isPlainPath(path) || len(origin)+len(ref) > MaxAddress {
		return ""
	}
	return origin + ref
}

// isPlainHost reports whether s is a name in lower case without a port.
func isPlainHost(s string) bool {
	for i := range len(s) {
		if c := s[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '.' {
			return false
		}
	}
	return s != "" && len(s) <= maxHost
}

// isPlainPath reports whether s is a path from the root, with a query or without,
// of characters that stand for themselves. One with a full stop in front of a name,
// which could lead upwards, is not plain.
func isPlainPath(s string) bool {
	query := false
	for i := 1; i < len(s); i++ {
		switch c := s[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-', c == '_', c == '~':
		case c == '/', c == '.':
			if s[i-1] == '/' && !query {
				return false
			}
		case c == '?':
			if query || i == len(s)-1 {
				return false
			}
			query = true
		case c == '=', c == '&':
		default:
			return false
		}
	}
	return true
}

// Join returns an address as a browser reads it: cleaned, without white space
// around it and line ends inside.
func Join(ref string) string {
	ref = strings.Trim(Clean(ref), " \t\n")
	if strings.ContainsAny(ref, "\t\n") {
		ref = strings.NewReplacer("\t", "", "\n", "").Replace(ref)
	}
	return ref
}

// Web returns s as an absolute http(s) address in ASCII, or "" when it is none.
func Web(s string) string {
	if a := Resolve(nil, s); IsWeb(a) {
		return a
	}
	return ""
}

// IsWeb reports whether uri is an http or https address with a host.
func IsWeb(uri string) bool {
	scheme, rest, ok := strings.Cut(uri, "://")
	return ok && (strings.EqualFold(scheme, "https") || strings.EqualFold(scheme, "http")) &&
		rest != "" && !strings.ContainsRune("/?#", rune(rest[0]))
}

// Address returns s as an ASCII URI of any scheme or none: what RFC 3986 does
// not allow is percent encoded, a host in another script becomes punycode. An s
// that needs nothing is returned itself.
func Address(s string) string {
	if isURI(s) {
		return s
	}
	s = Trim(s)
	start, end := authority(s)
	return escapeURI(s[:start], "") + escapeAuthority(s[start:end]) + escapeURI(s[end:], "")
}

// Scheme returns the scheme of s with its colon, or "" (RFC 3986 §3.1).
func Scheme(s string) string {
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

// forwardSlashes turns backslashes before the query into slashes (WHATWG URL
// §4.4, special schemes).
func forwardSlashes(s string) string {
	path, rest := s, ""
	if i := strings.IndexAny(s, "?#"); i >= 0 {
		path, rest = s[:i], s[i:]
	}
	if strings.IndexByte(path, '\\') < 0 {
		return s
	}
	return strings.ReplaceAll(path, `\`, "/") + rest
}

// hasHost reports whether u leads to an ASCII name or an IP address.
func hasHost(u *url.URL) bool {
	s := u.Hostname()
	if strings.Contains(s, ":") {
		ip, err := netip.ParseAddr(s)
		return err == nil && ip.Zone() == "" && strings.HasPrefix(u.Host, "[")
	}
	for i := range len(s) {
		if !isURIByte[s[i]] || strings.IndexByte("/?#@!$&'()*+,;=", s[i]) >= 0 {
			return false
		}
	}
	return s != "" && len(strings.TrimSuffix(s, ".")) <= maxHost
}

// authority returns where the authority of s begins and ends: an empty span at
// the start when it has none (RFC 3986 §3.2).
func authority(s string) (start, end int) {
	start = len(Scheme(s))
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
	host := s[i:j]
	if len(strings.TrimSuffix(host, ".")) <= maxHost {
		if ascii, err := idna.Lookup.ToASCII(host); err == nil {
			host = ascii
		}
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
		case isURIByte[c], strings.IndexByte(also, c) >= 0, isEscape(s[i:]):
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
		if !isURIByte[s[i]] && !isEscape(s[i:]) {
			return false
		}
	}
	return true
}

// isURIByte tells which bytes are reserved or unreserved (RFC 3986 §2.2, §2.3).
// The brackets are not counted: they are allowed around an IPv6 address only.
var isURIByte = func() (t [256]bool) {
	const set = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~:/?#@!$&'()*+,;="
	for i := range len(set) {
		t[set[i]] = true
	}
	return t
}()

// isEscape reports whether s begins with a percent-encoded byte.
func isEscape(s string) bool {
	return len(s) >= 3 && s[0] == '%' && isHex(s[1]) && isHex(s[2])
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}
