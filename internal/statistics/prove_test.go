package statistics

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"feedstation/internal/agent"
)

// names is a server of names: what it knows by the question, as "PTR 1.2.0.192.in-addr.arpa.".
type names struct {
	records map[string][]string // names or addresses; a single "fail" is a failure of the server
	mu      sync.Mutex
	asked   map[string]int
}

// resolver returns one that asks the server.
func (n *names) resolver(t *testing.T) *net.Resolver {
	t.Helper()
	socket, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	n.asked = map[string]int{}
	var serving sync.WaitGroup
	serving.Go(func() {
		for buffer := make([]byte, 1<<12); ; {
			length, from, err := socket.ReadFrom(buffer)
			if err != nil {
				return
			}
			if answer, err := n.answer(buffer[:length]); err == nil {
				_, _ = socket.WriteTo(answer, from) // who hears nothing asks again
			}
		}
	})
	t.Cleanup(func() { _ = socket.Close(); serving.Wait() })
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", socket.LocalAddr().String())
	}}
}

func (n *names) answer(query []byte) ([]byte, error) {
	var message dnsmessage.Message
	if err := message.Unpack(query); err != nil {
		return nil, err
	}
	q := message.Questions[0]
	key := strings.TrimPrefix(q.Type.String(), "Type") + " " + q.Name.String()
	n.mu.Lock()
	n.asked[key]++
	n.mu.Unlock()
	message.Response, message.Additionals = true, nil
	header := dnsmessage.ResourceHeader{Name: q.Name, Class: q.Class, TTL: 60}
	known := false
	for record := range n.records {
		known = known || strings.HasSuffix(record, " "+q.Name.String())
	}
	for _, value := range n.records[key] {
		if value == "fail." {
			message.RCode, known = dnsmessage.RCodeServerFailure, true
			break
		}
		var body dnsmessage.ResourceBody
		switch q.Type {
		case dnsmessage.TypePTR:
			body = &dnsmessage.PTRResource{PTR: dnsmessage.MustNewName(value)}
		case dnsmessage.TypeA:
			body = &dnsmessage.AResource{A: netip.MustParseAddr(value).As4()}
		case dnsmessage.TypeAAAA:
			body = &dnsmessage.AAAAResource{AAAA: netip.MustParseAddr(value).As16()}
		}
		message.Answers = append(message.Answers, dnsmessage.Resource{Header: header, Body: body})
	}
	if !known {
		message.RCode = dnsmessage.RCodeNameError
	}
	return message.Pack()
}

func named(t *testing.T, name string) *agent.Family {
	t.Helper()
	f, ok := agent.Named(name)
	if !ok {
		t.Fatalf("no family %s", name)
	}
	return f
}

func TestVerdict(t *testing.T) {
	server := &names{records: map[string][]string{
		"PTR 1.2.0.192.in-addr.arpa.":                  {"crawl-192-0-2-1.googlebot.com."},
		"A crawl-192-0-2-1.googlebot.com.":             {"192.0.2.1"},
		"PTR 2.2.0.192.in-addr.arpa.":                  {"crawl-192-0-2-1.googlebot.com."}, // of somebody else
		"PTR 3.2.0.192.in-addr.arpa.":                  {"host.evil.example."},
		"PTR 4.2.0.192.in-addr.arpa.":                  {"crawl.googlebot.com.evil.example."},
		"PTR 5.2.0.192.in-addr.arpa.":                  {"none.googlebot.com."},
		"PTR 7.2.0.192.in-addr.arpa.":                  {"fail."},
		"PTR 8.2.0.192.in-addr.arpa.":                  {"broken.googlebot.com."},
		"A broken.googlebot.com.":                      {"fail."},
		"PTR 9.2.0.192.in-addr.arpa.":                  {"host.evil.example.", "msnbot-192-0-2-9.search.msn.com."},
		"A msnbot-192-0-2-9.search.msn.com.":           {"192.0.2.77", "192.0.2.9"},
		"PTR 10.2.0.192.in-addr.arpa.":                 {"bytespider-192-0-2-10.crawl.bytedance.com."},
		"A bytespider-192-0-2-10.crawl.bytedance.com.": {"192.0.2.10"},
		"PTR 1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa.": {"six.googlebot.com."},
		"AAAA six.googlebot.com.": {"2001:db8::1"},
	}}
	resolver := server.resolver(t)
	tests := []struct {
		name, family, address string
		want                  Verdict
	}{
		{"proved", "Googlebot", "192.0.2.1", Proved},
		{"proved, with IPv6", "Googlebot", "2001:db8::1", Proved},
		{"the same operator's", "Googlebot-News", "192.0.2.1", Proved},
		{"one of several names", "Bingbot", "192.0.2.9", Proved},
		{"another operator's", "Bingbot", "192.0.2.1", Forged},
		{"a name that its owner gave it", "Googlebot", "192.0.2.2", Forged},
		{"another name", "Googlebot", "192.0.2.3", Forged},
		{"a name that begins so", "Googlebot", "192.0.2.4", Forged},
		{"a name that is none", "Googlebot", "192.0.2.5", Forged},
		{"no name", "Googlebot", "192.0.2.6", Forged},
		{"nobody can tell the name", "Googlebot", "192.0.2.7", Unchecked},
		{"nobody can tell the address", "Googlebot", "192.0.2.8", Unchecked},
		{"observed names", "Bytespider", "192.0.2.10", Proved},
		{"observed, another name", "Bytespider", "192.0.2.3", Unchecked},
		{"nothing to go by", "360Spider", "192.0.2.3", Unchecked},
		{"only a list, which is not read", "GPTBot", "192.0.2.3", Unchecked},
		{"a proxy's address", "Googlebot", "127.0.0.1", Unchecked},
		{"a private address", "Googlebot", "10.0.0.1", Unchecked},
	}
	p := NewProver(resolver, nil)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			addr := netip.MustParseAddr(tt.address)
			for range 2 {
				if got := p.Verdict(t.Context(), named(t, tt.family), addr); got != tt.want {
					t.Errorf("%s, want %s", got, tt.want)
				}
			}
			if got, ok := p.Known(named(t, tt.family), addr); got != tt.want || !ok {
				t.Errorf("remembered as %s, %t", got, ok)
			}
			if got := NewProver(nil, nil).Verdict(t.Context(), named(t, tt.family), addr); got != Unchecked {
				t.Errorf("without a resolver %s", got)
			}
		})
	}
	if got := p.Verdict(t.Context(), named(t, "Googlebot"), netip.Addr{}); got != Unchecked {
		t.Errorf("nobody is %s", got)
	}
	server.mu.Lock()
	defer server.mu.Unlock()
	if n := server.asked["A crawl-192-0-2-1.googlebot.com."]; n > 3 { // by each family that was asked about
		t.Errorf("asked %d times", n)
	}
}

// lost is a resolver that does not answer before it is no longer waited for.
type lost struct{ asked atomic.Int64 }

func (l *lost) LookupAddr(ctx context.Context, _ string) ([]string, error) {
	l.asked.Add(1)
	<-ctx.Done()
	return nil, ctx.Err()
}

func (l *lost) LookupNetIP(context.Context, string, string) ([]netip.Addr, error) { return nil, nil }

// A resolver that does not answer is asked some times, then not for a while; what could not
// be found out is tried again.
func TestSilentResolver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		resolver := new(lost)
		p := NewProver(resolver, nil)
		begin := time.Now()
		for i := range 200 {
			if got := p.Verdict(t.Context(), named(t, "Googlebot"), netip.AddrFrom4([4]byte{192, 0, 2, byte(i)})); got != Unchecked {
				t.Fatalf("%s", got)
			}
		}
		if took := time.Since(begin); resolver.asked.Load() != maxFailed || took != maxFailed*lookupTime {
			t.Errorf("asked %d times in %s", resolver.asked.Load(), took)
		}
		time.Sleep(undecidedLife)
		p.Verdict(t.Context(), named(t, "Googlebot"), netip.MustParseAddr("192.0.2.0"))
		if resolver.asked.Load() != maxFailed+1 {
			t.Errorf("asked %d times in the end", resolver.asked.Load())
		}
	})
}

// However many addresses come, few verdicts are remembered.
func TestManyVerdicts(t *testing.T) {
	p := NewProver((&names{}).resolver(t), nil)
	for i := range maxVerdicts {
		p.verdicts[uint64(i)] = verdictUntil{}
	}
	p.Verdict(t.Context(), named(t, "Googlebot"), netip.MustParseAddr("192.0.2.1"))
	if n := len(p.verdicts); n != 1 {
		t.Errorf("%d verdicts are remembered", n)
	}
}

// TestLists has lists published, withdrawn and forged.
func TestLists(t *testing.T) {
	const good = `{"prefixes": [{"ipv4Prefix": "192.0.2.0/27"}]}`
	type answer struct {
		body   string
		status int
	}
	var now atomic.Pointer[answer]
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(now.Load().status)
		_, _ = w.Write([]byte(now.Load().body))
	}))
	defer server.Close()
	resolver := (&names{records: map[string][]string{"PTR 99.2.0.192.in-addr.arpa.": {"crawl.googlebot.com."}, "A crawl.googlebot.com.": {"192.0.2.99"}}}).resolver(t)
	p := NewProver(resolver, map[string]string{"GPTBot": server.URL, "Googlebot": server.URL})
	verdict := func(name, address string) Verdict {
		return p.Verdict(t.Context(), named(t, name), netip.MustParseAddr(address))
	}
	if got := verdict("GPTBot", "192.0.2.1"); got != Unchecked {
		t.Errorf("before the list is read: %s", got)
	}
	for _, step := range []struct {
		name, body string
		status     int
		wantErr    string
	}{
		{"published", good, 200, ""},
		{"without ranges, as Google's former addresses", `{"prefixes": []}`, 200, "no ranges of addresses"},
		{"not there", good, 404, "404 Not Found"},
		{"everybody", `["0.0.0.0/0"]`, 200, "too broad"},
	} {
		t.Run(step.name, func(t *testing.T) {
			now.Store(&answer{step.body, step.status})
			for _, l := range p.lists {
				l.next = time.Time{}
			}
			err := p.ReadLists(t.Context(), server.Client())
			if step.wantErr == "" && err != nil || step.wantErr != "" && (err == nil || !strings.Contains(err.Error(), step.wantErr)) {
				t.Errorf("error %v, want %s", err, step.wantErr)
			}
			if again := p.ReadLists(t.Context(), server.Client()); (again == nil) != (err == nil) {
				t.Errorf("before it is due again: %v", again)
			}
			for _, tt := range []struct {
				family, address string
				want            Verdict
			}{
				{"GPTBot", "192.0.2.1", Proved},
				{"GPTBot", "192.0.2.99", Forged},
				{"ChatGPT-User", "192.0.2.1", Unchecked},
				{"Googlebot", "192.0.2.1", Proved},
				{"Googlebot-News", "192.0.2.2", Proved},
				{"Googlebot", "192.0.2.99", Proved},
				{"Googlebot", "192.0.2.98", Forged},
			} {
				if got := verdict(tt.family, tt.address); got != tt.want {
					t.Errorf("%s at %s: %s, want %s", tt.family, tt.address, got, tt.want)
				}
			}
		})
	}
}
