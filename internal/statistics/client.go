package statistics

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// Client returns the address of who sent a request, through proxies whose X-Forwarded-For,
// or Forwarded (RFC 7239), is believed: the nearest one that is no proxy. A peer of a
// socket in the file system is a proxy. It is invalid where nobody says.
func Client(r *http.Request, proxies []netip.Prefix) netip.Addr {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err == nil && !trusted(peer.Addr(), proxies) {
		return peer.Addr().Unmap()
	}
	addr := peer.Addr().Unmap() // invalid for a socket's
	for _, hop := range slices.Backward(hops(r.Header)) {
		next, ok := parseHop(hop)
		if !ok {
			break
		}
		if addr = next; !trusted(addr, proxies) {
			break
		}
	}
	return addr
}

func trusted(addr netip.Addr, proxies []netip.Prefix) bool {
	addr = addr.Unmap()
	return slices.ContainsFunc(proxies, func(p netip.Prefix) bool { return p.Contains(addr) })
}

// maxHops is how many proxies are looked at, from the nearest.
const maxHops = 32

// hops returns for whom each proxy says that it asks, the nearest last.
func hops(header http.Header) (all []string) {
	if values := header["X-Forwarded-For"]; values != nil {
		for _, value := range values {
			all = append(all, strings.Split(value, ",")...)
		}
		return all[max(0, len(all)-maxHops):]
	}
	for _, value := range header["Forwarded"] {
		for element := range strings.SplitSeq(value, ",") {
			hop := ""
			for pair := range strings.SplitSeq(element, ";") {
				name, value, _ := strings.Cut(strings.TrimSpace(pair), "=")
				if strings.EqualFold(name, "for") {
					hop = strings.Trim(value, `"`)
				}
			}
			all = append(all, hop)
		}
	}
	return all[max(0, len(all)-maxHops):]
}

// parseHop reads an address, which may have a port.
func parseHop(text string) (netip.Addr, bool) {
	text = strings.TrimSpace(text)
	if withPort, err := netip.ParseAddrPort(text); err == nil {
		return withPort.Addr().Unmap().WithZone(""), true
	}
	addr, err := netip.ParseAddr(strings.TrimSuffix(strings.TrimPrefix(text, "["), "]"))
	return addr.Unmap().WithZone(""), err == nil
}
