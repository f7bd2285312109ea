package content

import (
	"maps"
	"testing"

	"feedstation/internal/edition"
)

func TestPositionOf(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		want       edition.Position
	}{
		{"nothing", "", nil},
		{"PostgreSQL", "7412345678901234567=83886080", edition.Position{"7412345678901234567": 83886080}},
		{"a standby that has replayed nothing", "7412345678901234567=", nil},
		{"MariaDB", "0-1-77", edition.Position{"0": 77}},
		{"MariaDB of two domains", "0-1-77,5-12-3", edition.Position{"0": 77, "5": 3}},
		{"MySQL", "3e11fa47-71ca-11e1-9e33-c80aa9429562:1-77", edition.Position{"3e11fa47-71ca-11e1-9e33-c80aa9429562": 77}},
		{
			"MySQL with gaps, of two servers", "3e11fa47-71ca-11e1-9e33-c80aa9429562:1-5:9:11-12,\n4e11fa47-71ca-11e1-9e33-c80aa9429562:1",
			edition.Position{"3e11fa47-71ca-11e1-9e33-c80aa9429562": 8, "4e11fa47-71ca-11e1-9e33-c80aa9429562": 1},
		},
		{"MySQL with tags", "3e11:1-5:desk:1-3:night:1", edition.Position{"3e11": 5, "3e11:desk": 3, "3e11:night": 1}},
		{"something else", "0/5000060", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := positionOf(tt.text); !maps.Equal(got, tt.want) {
				t.Errorf("positionOf(%q) = %v, want %v", tt.text, got, tt.want)
			}
		})
	}
}
