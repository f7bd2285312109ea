package statistics

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"net/netip"
	"time"
)

const (
	// sharedSaltLife is how long after it was made Redis forgets a salt.
	sharedSaltLife = 48 * time.Hour
	// saltLife is how long after its day began a process forgets it, and so less than 48
	// hours after it was made.
	saltLife = 36 * time.Hour
	// saltAhead is how long before a day its salt is agreed on.
	saltAhead = 10 * time.Minute
)

const saltBytes = 16

// salt makes hashes of addresses that mean nothing without it.
type salt struct {
	secret []byte
	name   string // tells it from others, and says nothing of it
	agreed bool   // all processes have it
}

func newSalt(secret []byte) salt {
	sum := sha256.Sum256(append([]byte("name of a salt "), secret...))
	return salt{secret, base64.RawURLEncoding.EncodeToString(sum[:6]), false}
}

func randomSecret() []byte {
	secret := make([]byte, saltBytes)
	rand.Read(secret) // which does not fail
	return secret
}

// checkSecret fails for what is no salt of ours.
func checkSecret(secret []byte) error {
	if len(secret) != saltBytes {
		return fmt.Errorf("statistics: a salt of %d bytes", len(secret))
	}
	return nil
}

// hash returns what stands for a client in a sketch: of IPv6 a household's network, since
// a machine there has many addresses.
func (s salt) hash(addr netip.Addr, reader string) uint64 {
	if !addr.IsValid() {
		return 0
	}
	if addr.Is6() {
		if prefix, err := addr.Prefix(64); err == nil {
			addr = prefix.Addr()
		}
	}
	var text [saltBytes + 16 + 64]byte // enough for any reader's name
	bytes := addr.As16()
	sum := sha256.Sum256(append(append(append(text[:0], s.secret...), bytes[:]...), reader...))
	return max(binary.BigEndian.Uint64(sum[:]), 1)
}
