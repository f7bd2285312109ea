package config

import "testing"

// TestListeners tells which pairs of listeners can be up at the same time.
func TestListeners(t *testing.T) {
	tests := []struct {
		name, listen, admin string
		want                bool
	}{
		{"two ports", "127.0.0.1:8080", "127.0.0.1:8081", true},
		{"same", "127.0.0.1:8080", "127.0.0.1:8080", false},
		{"free ports", "127.0.0.1:0", "127.0.0.1:0", true},
		{"all interfaces", ":8080", "127.0.0.1:8080", false},
		{"all interfaces of IPv4", "0.0.0.0:8080", "127.0.0.1:8080", false},
		{"all interfaces of IPv6", "[::]:8080", "[::1]:8080", false},
		{"another interface", "192.0.2.1:8080", "127.0.0.1:8080", true},
		{"another loopback address", "127.0.0.2:8080", "127.0.0.1:8080", true},
		{"name of the loopback", "localhost:8080", "127.0.0.1:8080", false},
		{"address of the loopback", "127.0.0.1:8080", "localhost:8080", false},
		{"name of the host", "www.news.example:8080", "127.0.0.1:8080", true},
		{"IPv6 written as IPv4", "127.0.0.1:8080", "[::ffff:127.0.0.1]:8081", true},
		{"admin elsewhere", "127.0.0.1:8080", "192.0.2.1:8081", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Parse("f.yaml", []byte(city), []string{"FEEDSTATION_SERVER_LISTEN=" + tt.listen, "FEEDSTATION_SERVER_ADMIN=" + tt.admin})
			if (err == nil) != tt.want {
				t.Errorf("listen %s, admin %s: %v, want allowed: %t", tt.listen, tt.admin, err, tt.want)
			}
		})
	}
}
