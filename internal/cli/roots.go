package cli

import (
	// An image made from scratch has no certificate authorities of its own: without
	// them no source, database or object store could be asked over TLS. Where the
	// system has some, they count and these do not. 160 KB.
	_ "golang.org/x/crypto/x509roots/fallback"
)
