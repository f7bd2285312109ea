package push

import (
	"testing"

	"feedstation/internal/store"
	"feedstation/internal/store/storetest"
)

func TestMemory(t *testing.T) {
	storetest.Swapper(t, func(*testing.T) store.Swapper { return newMemory() })
}
