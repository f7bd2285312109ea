package cli

import (
	"slices"
	"testing"

	"feedstation/internal/config"
	"feedstation/internal/ingest"
)

// TestSourceKinds holds that the configuration has the kinds that there are.
func TestSourceKinds(t *testing.T) {
	if known := slices.Sorted(slices.Values(config.SourceKinds[:])); !slices.Equal(known, ingest.Kinds()) {
		t.Errorf("config has %q, ingest %q", known, ingest.Kinds())
	}
}
