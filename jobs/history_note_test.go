package jobs

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"feedstation/internal/network"
)

// A run names each station once, however often that was published, and no more than ten.
func TestAccountNamesStationsOnce(t *testing.T) {
	for _, tt := range []struct {
		stations int
		want     []string
	}{
		{2, []string{"s00", "s01"}},
		{12, []string{"s00", "s01", "s02", "s03", "s04", "s05", "s06", "s07", "s08", "s09"}},
	} {
		n := new(note)
		for i := range 3 * tt.stations {
			n.built(&Report{Station: &network.Station{ID: fmt.Sprintf("s%02d", i%tt.stations)}, Published: i/tt.stations > 0, Changed: 1})
		}
		a := n.account()
		if diff := cmp.Diff(tt.want, a.Published); diff != "" || a.Stations != tt.stations || a.Changed != 2*tt.stations {
			t.Errorf("%d stations, %d changed, of %d (-want +got):\n%s", a.Stations, a.Changed, tt.stations, diff)
		}
	}
}
