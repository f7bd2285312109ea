//go:build !unix

package disk

import "math"

// look does not know what there is.
func look(string) Room { return Room{Bytes: math.MaxUint64} }
