package article

import (
	"fmt"
	"net/url"

	"feedstation/internal/address"
)

// maxHostBytes is the longest name that the DNS can carry (RFC 1035 §2.3.4).
const maxHostBytes = 253

// CheckLength returns an error for an address that is longer than MaxAddressBytes
// or has a longer host than there can be. It does not look at its form.
func CheckLength(page string) error {
	if len(page) <= maxHostBytes { // as nearly all are
		return nil
	}
	if len(page) > MaxAddressBytes {
		return fmt.Errorf("an address of %d bytes, at most %d are allowed", len(page), MaxAddressBytes)
	}
	if u, err := url.Parse(address.EscapePercent(page)); err == nil && len(u.Hostname()) > maxHostBytes {
		return fmt.Errorf("a host of %d bytes, at most %d are allowed", len(u.Hostname()), maxHostBytes)
	}
	return nil
}
