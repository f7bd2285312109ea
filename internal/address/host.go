package address

import (
	"net/netip"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/idna"
)

// hosts follows what browsers do with a name they look up (UTS #46), but
// allows underscores, which test set-ups like.
var hosts = idna.New(idna.MapForLookup(), idna.BidiRule(), idna.Transitional(false),
	idna.StrictDomainName(false), idna.VerifyDNSLength(true))

// maxHost is the longest name that the DNS can carry, in bytes (RFC 1035
// §2.3.4). What is longer is not even mapped: that takes time by the square of
// the length.
const maxHost = 253

// Host returns a host as it is compared here: without a port and one
// trailing dot, in lower case, international names in ASCII (RFC 5891), IPv6
// addresses in brackets. It reports false for what can't be a host.
func Host(host string) (string, bool) {
	host, ok := CutPort(host)
	if !ok || len(strings.TrimSuffix(host, ".")) > maxHost {
		return "", false
	}
	if ip, found := strings.CutPrefix(host, "["); found {
		addr, err := netip.ParseAddr(strings.TrimSuffix(ip, "]"))
		if err != nil || !addr.Is6() || addr.Zone() != "" {
			return "", false
		}
		return "[" + addr.String() + "]", true
	}
	ascii, err := hosts.ToASCII(host)
	ascii = strings.TrimSuffix(ascii, ".")
	// The library makes something of broken UTF-8, and lets one more dot pass.
	if err != nil || !utf8.ValidString(host) || strings.HasSuffix(ascii, ".") {
		return "", false
	}
	if ascii == "" || strings.ContainsFunc(ascii, notInHost) {
		return "", false
	}
	return ascii, true
}

// CutPort returns host without ":port", and false for a port that is none.
// A port may be empty (RFC 3986 §3.2.3).
func CutPort(host string) (string, bool) {
	colon := strings.LastIndexByte(host, ':')
	if colon < 0 || strings.HasSuffix(host, "]") {
		return host, true
	}
	host, port := host[:colon], host[colon+1:]
	if _, err := strconv.ParseUint(port, 10, 16); err != nil && port != "" {
		return "", false
	}
	return host, true
}

func notInHost(r rune) bool {
	return !(r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-' || r == '.' || r == '_')
}
