package demo

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"testing"
	"time"

	"feedstation/internal/network"
)

// Equal arguments give equal articles across versions too: benchmarks and
// bug reports name a seed. A change of the texts or of the order in which
// they are read changes these digests.
func TestDigests(t *testing.T) {
	small, large := small(t), large(t)
	tests := []struct {
		name    string
		network *network.Network
		count   int
		seed    uint64
		until   time.Time
		want    string
	}{
		{"small", small, 300, 1, until, "e06ebd1d6ba163e1d5828e073589982d"},
		{"small, another seed", small, 3000, 20260101, until, "660f8c3c107d124c10e4a388df4a8447"},
		{"large", large, 6000, 7, until, "0d0dd527df9f10127108c58fd123fd51"},
		{"large, in June", large, 2000, 1, time.Date(2019, 6, 30, 23, 59, 59, 0, time.UTC), "4256c1f43d8584048f148c0acbd8589e"},
		{"one article", small, 1, 0, until, "259da251c42cf7638d57cd2c30914e5f"},
		{"English names", newNetwork(t, station("xt", "Xiangtan Station", "weather", "food")), 500, 1 << 63, until, "cb9c0d7e859cf7bf0968412f85d44aa5"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			hash := sha256.New()
			encoder := json.NewEncoder(hash)
			for a := range Articles(tt.network, tt.count, tt.seed, tt.until) {
				if err := encoder.Encode(imported(a)); err != nil {
					t.Fatal(err)
				}
			}
			if got := hex.EncodeToString(hash.Sum(nil)[:16]); got != tt.want {
				t.Errorf("digest %s, want %s", got, tt.want)
			}
		})
	}
}
