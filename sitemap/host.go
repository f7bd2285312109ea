package sitemap

import (
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/idna"
)

var (
	errNoHost   = errors.New("no host")
	errUserinfo = errors.New("user information in a public address")
)

// appendAuthority appends host and port of an http address, in ASCII.
func appendAuthority(b []byte, s string) ([]byte, error) {
	if strings.Contains(s, "@") {
		return nil, errUserinfo
	}
	host, port := s, ""
	if i := strings.LastIndexByte(s, ':'); i > strings.LastIndexByte(s, ']') {
		host, port = s[:i], s[i:]
	}
	if host == "" {
		return nil, errNoHost
	}
	host, err := asciiHost(host)
	if err != nil {
		return nil, err
	}
	if port != "" && !isPort(port[1:]) {
		return nil, fmt.Errorf("bad port %.200q", port[1:])
	}
	return append(append(b, host...), port...), nil
}

// maxHost is the longest name that the DNS can carry, in bytes (RFC 1035 §2.3.4).
const maxHost = 253

// asciiHost checks a host name or address. It converts one in other scripts as
// a browser would (UTS #46) and leaves an ASCII one as it is.
func asciiHost(host string) (string, error) {
	if strings.HasPrefix(host, "[") && strings.HasSuffix(host, "]") {
		ip, err := netip.ParseAddr(host[1 : len(host)-1])
		if err != nil || !ip.Is6() || ip.Zone() != "" {
			return "", fmt.Errorf("bad host %.200q", host)
		}
		return host, nil
	}
	if len(strings.TrimSuffix(host, ".")) > maxHost { // which idna would take long to convert
		return "", fmt.Errorf("bad host %.200q", host)
	}
	ascii := host
	if !isASCII(host) {
		if !utf8.ValidString(host) { // which idna would replace
			return "", fmt.Errorf("bad host %.200q", host)
		}
		var err error
		if ascii, err = idna.Lookup.ToASCII(host); err != nil {
			return "", fmt.Errorf("bad host %.200q", host)
		}
	}
	if !isHostname(ascii) {
		return "", fmt.Errorf("bad host %.200q", host)
	}
	return ascii, nil
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// isHostname reports whether s is a name that the DNS can carry (RFC 1035
// §2.3.4): letters, digits, hyphens and, as in use, underscores.
func isHostname(s string) bool {
	s = strings.TrimSuffix(s, ".")
	if len(s) > maxHost {
		return false
	}
	for label := range strings.SplitSeq(s, ".") {
		if label == "" || len(label) > 63 {
			return false
		}
		for i := range len(label) {
			if c := label[i]; c != '-' && c != '_' && !isAlphanumeric(c) {
				return false
			}
		}
	}
	return true
}

// isPort reports whether s is a port number.
func isPort(s string) bool {
	n, err := strconv.ParseUint(s, 10, 16)
	return err == nil && n > 0
}
