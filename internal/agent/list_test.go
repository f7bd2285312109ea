package agent_test

import (
	"net/netip"
	"strings"
	"testing"

	"feedstation/internal/agent"
)

func TestParseList(t *testing.T) {
	const address4, address6 = "192.0.2.17", "2001:db8::17"
	tests := []struct {
		name, text string
		has        []string
		err        string
	}{
		{"prefixes", `{"creationTime": "2026-11-01T00:00:00", "prefixes": [{"ipv4Prefix": "192.0.2.0/27"}, {"ipv6Prefix": "2001:db8::/64"}]}`, []string{address4, address6, "::ffff:192.0.2.17"}, ""},
		{"another form", `{"ranges": {"v4": ["192.0.2.17"]}, "note": "as of 2026"}`, []string{address4}, ""},
		{"a list", `["192.0.2.0/24"]`, []string{address4}, ""},
		{"lines", "# ours\n192.0.2.0/24 # all\n\n2001:db8::/32\r\n", []string{address4, address6}, ""},
		{"host bits", `["192.0.2.17/24"]`, []string{"192.0.2.200"}, ""},
		{"no prefixes, as Google's former addresses", `{"creationTime": "2026-04-01T00:00:00", "prefixes": []}`, nil, "no ranges of addresses"},
		{"moved", `{"message": "this list has moved"}`, nil, "no ranges of addresses"},
		{"a page", "<html><body>Not found</body></html>", nil, "no ranges of addresses"},
		{"nothing", "", nil, "no ranges of addresses"},
		{"cut off", `{"prefixes": [{"ipv4Prefix": "192.0.2.0/27"`, nil, "no ranges of addresses"},
		{"everybody", `{"prefixes": [{"ipv4Prefix": "192.0.2.0/27"}, {"ipv4Prefix": "0.0.0.0/0"}]}`, nil, "0.0.0.0/0 is too broad for a crawler"},
		{"everybody with IPv6", `["::/0"]`, nil, "::/0 is too broad for a crawler"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			list, err := agent.ParseList([]byte(tt.text))
			if got := message(err); got != tt.err {
				t.Fatalf("error %q, want %q", got, tt.err)
			}
			for _, address := range tt.has {
				if !list.Has(netip.MustParseAddr(address)) {
					t.Errorf("lacks %s", address)
				}
			}
			if list.Has(netip.MustParseAddr("198.51.100.1")) || list.Has(netip.Addr{}) {
				t.Error("has an address of somebody else")
			}
			if (list.Len() > 0) != (err == nil) {
				t.Errorf("%d ranges", list.Len())
			}
		})
	}
}

func message(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func FuzzParseList(f *testing.F) {
	f.Add([]byte(`{"prefixes": [{"ipv4Prefix": "192.0.2.0/27"}]}`))
	f.Add([]byte("192.0.2.0/24\n::ffff:192.0.2.1"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if list, err := agent.ParseList(data); err == nil && list.Len() == 0 {
			t.Errorf("%q: a list without ranges", data)
		}
	})
}

func TestOwns(t *testing.T) {
	google, _ := agent.Named("Googlebot")
	names := []string{"crawl-192-0-2-1.googlebot.com.", "GEO.Google.COM", "googlebot.com.evil.example", "evilgooglebot.com", "googlebot.com"}
	if got := strings.Join(google.Owns(names), " "); got != "crawl-192-0-2-1.googlebot.com. GEO.Google.COM" {
		t.Errorf("owns %s", got)
	}
}
