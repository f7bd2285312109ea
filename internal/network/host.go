package network

import (
	"net/netip"
	"strings"

	"golang.org/x/net/idna"
)

// hosts follows what browsers do with a name they look up (UTS #46), but
// allows underscores, which test set-ups like.
var hosts = idna.New(idna.MapForLookup(), idna.BidiRule(), idna.Transitional(false), idna.StrictDomainName(false))

// NormalizeHost returns a host as it is compared here: without a port and one
// trailing dot, in lower case, international names in ASCII (RFC 5891). It
// reports false for what can't be a host.
func NormalizeHost(host string) (string, bool) {
	host, ok := cutPort(host)
	if !ok {
		return "", false
	}
	if ip, found := strings.CutPrefix(host, "["); found {
		addr, err := netip.ParseAddr(strings.TrimSuffix(ip, "]"))
		return "[" + addr.String() + "]", err == nil && addr.Is6()
	}
	ascii, err := hosts.ToASCII(strings.TrimSuffix(host, "."))
	if err != nil || ascii == "" || len(ascii) > 253 || strings.ContainsFunc(ascii, notInHost) {
		return "", false
	}
	return ascii, true
}

// cutPort returns host without ":port", and false for a port that is none.
func cutPort(host string) (string, bool) {
	colon := strings.LastIndexByte(host, ':')
	if colon < 0 || strings.HasSuffix(host, "]") {
		return host, true
	}
	port := host[colon+1:]
	digits := strings.Trim(port, "0123456789") == "" && len(port) <= 5
	return host[:colon], digits && !strings.Contains(host[:colon], ":") || digits && strings.HasSuffix(host[:colon], "]")
}

func notInHost(r rune) bool {
	return !(r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-' || r == '.' || r == '_')
}
