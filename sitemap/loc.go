package sitemap

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
)

var (
	errNotAbsolute = errors.New("not an absolute http(s) URL")
	errLong        = fmt.Errorf("longer than %d bytes", MaxLoc)
)

// locator writes addresses as URIs (RFC 3986). It remembers the last origin,
// scheme and authority, because those of one sitemap hardly ever differ.
type locator struct {
	given   []byte // as in the caller's address
	encoded []byte
}

// Loc returns an address as sitemaps publish it, before XML escaping. The error is
// that of a [URLError].
func Loc(address string) (string, error) {
	var l locator
	var buf [256]byte // most addresses need no more
	loc, n, err := l.appendLoc(buf[:0], address)
	switch {
	case err != nil:
		return "", err
	case n < minLoc:
		return "", errShort
	case string(loc) == address:
		return address, nil
	}
	return unescape(loc), nil
}

// appendLoc appends s, percent-encoded and XML-escaped, and returns the number
// of bytes before escaping.
func (l *locator) appendLoc(b []byte, s string) ([]byte, int, error) {
	if len(s) > MaxLoc {
		return nil, 0, errLong
	}
	end := len(l.given)
	if !l.knows(s) {
		var err error
		if end, err = l.learn(s); err != nil {
			return nil, 0, err
		}
	}
	start := len(b)
	b = append(b, l.encoded...)
	b, escapes := appendRest(b, s[end:])
	n := len(b) - start - escapes
	if n > MaxLoc {
		return nil, 0, errLong
	}
	return b, n, nil
}

// knows reports whether s has the origin of the address before it.
func (l *locator) knows(s string) bool {
	n := len(l.given)
	return n > 0 && len(s) >= n && s[:n] == string(l.given) &&
		(len(s) == n || isDelimiter(s[n]))
}

// learn checks and encodes the origin of s and returns its length.
func (l *locator) learn(s string) (int, error) {
	scheme := schemeLen(s)
	if scheme == 0 {
		return 0, errNotAbsolute
	}
	end := scheme
	for end < len(s) && !isDelimiter(s[end]) {
		end++
	}
	l.given = l.given[:0] // known only once it is encoded
	encoded, err := appendAuthority(append(l.encoded[:0], s[:scheme]...), s[scheme:end])
	if err != nil {
		return 0, err
	}
	l.given, l.encoded = append(l.given, s[:end]...), encoded
	return end, nil
}

// schemeLen returns the length of "http://" or "https://" before s, or 0.
func schemeLen(s string) int {
	for _, scheme := range [...]string{"https://", "http://"} {
		if len(s) >= len(scheme) && strings.EqualFold(s[:len(scheme)], scheme) {
			return len(scheme)
		}
	}
	return 0
}

// isDelimiter reports whether c ends an authority, RFC 3986 §3.2.
func isDelimiter(c byte) bool { return c == '/' || c == '?' || c == '#' }

// appendRest appends path, query and fragment. It returns by how many bytes
// XML escaping lengthened them.
func appendRest(b []byte, s string) ([]byte, int) {
	escapes, done, fragment := 0, 0, false
	for i := 0; i < len(s); i++ {
		c := s[i]
		if uriBytes[c] {
			continue
		}
		switch {
		case c == '%' && i+2 < len(s) && isHex(s[i+1]) && isHex(s[i+2]):
			continue
		case c == '#' && !fragment:
			fragment = true
			continue
		}
		b = append(b, s[done:i]...)
		done = i + 1
		if c == '&' || c == '\'' {
			b = append(b, entities[c]...)
			escapes += len(entities[c]) - 1
			continue
		}
		const hex = "0123456789ABCDEF"
		b = append(b, '%', hex[c>>4], hex[c&15])
	}
	return append(b, s[done:]...), escapes
}

func isAlphanumeric(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}

// uriBytes are the bytes that path, query and fragment have in common (RFC
// 3986 §3.3 to §3.5) and that XML leaves alone.
var uriBytes = func() (t [256]bool) {
	for c := range t {
		t[c] = isAlphanumeric(byte(c))
	}
	for _, c := range []byte("-._~!$()*+,;=:@/?") {
		t[c] = true
	}
	return t
}()

// unescape resolves the entities that a loc can have.
func unescape(loc []byte) string {
	if bytes.IndexByte(loc, '&') < 0 {
		return string(loc)
	}
	return fromXML.Replace(string(loc))
}

var fromXML = strings.NewReplacer("&amp;", "&", "&apos;", "'")
