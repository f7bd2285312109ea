package network

import "feedstation/internal/address"

// NormalizeHost returns a host as it is compared here, see [address.Host].
func NormalizeHost(host string) (string, bool) { return address.Host(host) }
