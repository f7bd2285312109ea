// Package address writes the web addresses of pages in one spelling, so that one
// page is one entry wherever articles are compared or listed.
package address

import (
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"unicode/utf8"
)

// ErrUserinfo is of an address with the name, or the password, of a user.
var ErrUserinfo = errors.New("user information in a public address")

var (
	errNotAbsolute = errors.New("not an absolute http(s) URL")
	errHost        = errors.New("not a valid host")
)

// Normal returns an absolute http(s) address in the one spelling that RFC 3986
// §6.2.2 and §6.2.3 give it: scheme and host in lower case, international hosts in
// ASCII, no default port, no dot segments, no percent-encoding where none is needed
// and capitals in the rest, a path of at least "/". The result is ASCII, without a
// fragment, which is a place in a page. An address that is normal is returned
// itself, without being copied.
//
// The error is of an address that is not absolute, of another scheme, with user
// information, or with characters in its host that no host has. A host of the right
// characters that the DNS can't have, as with a hyphen first, is only put into lower
// case. A percent sign that begins no escape is one, as browsers have it.
func Normal(s string) (string, error) {
	if IsNormal(s) {
		return s, nil
	}
	u, err := url.Parse(EscapePercent(s))
	switch {
	case err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "":
		return "", fmt.Errorf("%w: %q", errNotAbsolute, s)
	case u.User != nil:
		return "", fmt.Errorf("%w: %q", ErrUserinfo, s)
	}
	host, ok := Host(u.Host)
	if !ok {
		if host = strings.ToLower(u.Hostname()); strings.ContainsFunc(host, notInHost) {
			return "", fmt.Errorf("%w: %q", errHost, s)
		}
	}
	if port := strings.TrimLeft(u.Port(), "0"); port != "" && port != defaultPorts[u.Scheme] {
		host += ":" + port
	}
	// Where RawPath has what it may not, EscapedPath is made of Path, which has lost what
	// was escaped.
	path := removeDots(Escape(cmp.Or(u.RawPath, u.EscapedPath())))
	if path == "" {
		path = "/"
	}
	if u.RawQuery != "" || u.ForceQuery {
		path += "?" + Escape(u.RawQuery)
	}
	return u.Scheme + "://" + host + path, nil
}

var defaultPorts = map[string]string{"http": "80", "https": "443"}

// IsNormal reports whether an address has the usual form of one that is normal, as
// nearly all have: an archive has millions. It is false for some that are.
func IsNormal(s string) bool {
	rest, ok := strings.CutPrefix(s, "https://")
	if !ok {
		if rest, ok = strings.CutPrefix(s, "http://"); !ok {
			return false
		}
	}
	end := strings.IndexByte(rest, '/')
	if end <= 0 || rest[0] == '.' || rest[end-1] == '.' {
		return false
	}
	for i := range end {
		if c := rest[i]; !(c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-' || c == '.' && rest[i+1] != '.') {
			return false
		}
	}
	for i := end; i < len(rest); i++ {
		switch c := rest[i]; {
		case c == '%':
			if !isNeeded(rest[i:]) {
				return false
			}
			i += 2
		case !allowed[c] || c == '.' && rest[i-1] == '/':
			return false
		}
	}
	return true
}

// isNeeded reports whether s begins with a percent-encoded byte as it is normal: in
// capitals, of a byte that can't stand for itself (RFC 3986 §2.3).
func isNeeded(s string) bool {
	return len(s) >= 3 && isUpperHex(s[1]) && isUpperHex(s[2]) && !unreserved[unhex(s[1])<<4|unhex(s[2])]
}

// EscapePercent escapes the percent signs that begin no escape, as in the name
// 满100%减50.html: package net/url refuses all of the address.
func EscapePercent(s string) string {
	if strings.IndexByte(s, '%') < 0 {
		return s
	}
	var b strings.Builder
	for i := range len(s) {
		b.WriteByte(s[i])
		if s[i] == '%' && !(len(s) >= i+3 && isHex(s[i+1]) && isHex(s[i+2])) {
			b.WriteString("25")
		}
	}
	return b.String()
}

// Escape encodes what a path or a query can't hold, and decodes what need not be
// encoded. A percent sign that begins no escape is one.
func Escape(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c == '%' && len(s) >= i+3 && isHex(s[i+1]) && isHex(s[i+2]):
			c = unhex(s[i+1])<<4 | unhex(s[i+2])
			i += 2
			if unreserved[c] {
				b.WriteByte(c)
				continue
			}
		case allowed[c]:
			b.WriteByte(c)
			continue
		}
		const hex = "0123456789ABCDEF"
		b.WriteByte('%')
		b.WriteByte(hex[c>>4])
		b.WriteByte(hex[c&15])
	}
	return b.String()
}

// Readable returns an address that is normal with letters outside ASCII in its path and
// query, as browsers show them and some stores have them, in place of their escapes.
// Without any that are UTF-8 it is the address itself.
func Readable(normal string) string {
	var b strings.Builder
	for i := 0; i < len(normal); i++ {
		c := normal[i]
		if c == '%' && len(normal) >= i+3 && normal[i+1] >= '8' {
			c = unhex(normal[i+1])<<4 | unhex(normal[i+2])
			i += 2
		}
		b.WriteByte(c)
	}
	if s := b.String(); utf8.ValidString(s) {
		return s
	}
	return normal
}

// removeDots removes the dot segments of an absolute path (RFC 3986 §5.2.4).
func removeDots(path string) string {
	if !strings.Contains(path, "/.") {
		return path
	}
	var kept []string
	segments := strings.Split(strings.TrimPrefix(path, "/"), "/")
	for i, segment := range segments {
		last := i == len(segments)-1
		switch segment {
		case ".", "..":
			if segment == ".." && len(kept) > 0 {
				kept = kept[:len(kept)-1]
			}
			if last {
				kept = append(kept, "")
			}
		default:
			kept = append(kept, segment)
		}
	}
	return "/" + strings.Join(kept, "/")
}

func isUpperHex(c byte) bool { return '0' <= c && c <= '9' || 'A' <= c && c <= 'F' }

func isHex(c byte) bool { return isUpperHex(c) || 'a' <= c && c <= 'f' }

func unhex(c byte) byte {
	if c <= '9' {
		return c - '0'
	}
	return c&^0x20 - 'A' + 10
}

// unreserved are the bytes that mean the same with and without percent-encoding
// (RFC 3986 §2.3), allowed those that a path and a query can hold (§3.3, §3.4).
var (
	unreserved = table("-._~")
	allowed    = table("-._~!$&'()*+,;=:@/?")
)

func table(marks string) (t [256]bool) {
	for _, c := range []byte(marks + "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") {
		t[c] = true
	}
	return t
}
