package article

import (
	"fmt"
	"net/url"
)

// maxHostBytes is the longest name that the DNS can carry (RFC 1035 §2.3.4).
const maxHostBytes = 253

// CheckLength returns an error for an address that is longer than MaxAddressBytes
// or has a longer host than there can be. It does not look at its form.
func CheckLength(address string) error {
	if len(address) <= maxHostBytes { // as nearly all are
		return nil
	}
	if len(address) > MaxAddressBytes {
		return fmt.Errorf("an address of %d bytes, at most %d are allowed", len(address), MaxAddressBytes)
	}
	if u, err := url.Parse(address); err == nil && len(u.Hostname()) > maxHostBytes {
		return fmt.Errorf("a host of %d bytes, at most %d are allowed", len(u.Hostname()), maxHostBytes)
	}
	return nil
}
