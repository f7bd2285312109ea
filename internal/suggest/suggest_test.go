package suggest

import "testing"

func TestNearest(t *testing.T) {
	known := []string{"listen", "admin", "hosts", "drain", "url", "id"}
	tests := []struct{ name, got, want string }{
		{"a letter left out", "lisen", "listen"},
		{"a letter more", "hostss", "hosts"},
		{"another letter", "admim", "admin"},
		{"letters swapped", "ulr", "url"},
		{"two edits", "lsitem", "listen"},
		{"three edits", "lsitemm", ""},
		{"far", "metrics", ""},
		{"two edits of a shorter word", "li", ""},
		{"one letter", "i", "id"},
		{"nothing in common", "ab", ""},
		{"nothing", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, ok := Nearest(tt.got, known)
			if got != tt.want || ok != (tt.want != "") {
				t.Errorf("Nearest(%q) = %q, %t, want %q", tt.got, got, ok, tt.want)
			}
		})
	}
}
