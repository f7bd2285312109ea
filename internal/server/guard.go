package server

import (
	"context"
	"log/slog"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"feedstation/internal/network"
)

// guard lets only those requests to the admin listener that name it by an
// address or by one of its names, and none that another site's page has a
// browser send. A page whose own name has been pointed at this machine (DNS
// rebinding) would read /status.
func guard(hosts []string, next http.Handler) http.Handler {
	origins := http.NewCrossOriginProtection()
	origins.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		answer(w, http.StatusForbidden, "not for pages of other sites\n")
	}))
	next = origins.Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !isOwnName(r.Host, hosts) {
			answer(w, http.StatusMisdirectedRequest, "not a name of this listener: ask for its address, or add the name to server.admin_hosts\n")
			return
		}
		next.ServeHTTP(w, r)
	})
}

// maxHost bounds a host that is looked at: the longest name and a port.
const maxHost = 253 + len(":65535")

// isOwnName reports whether a request may have that Host: an IP address, which
// no DNS answer is behind, a name for this machine alone (RFC 6761 §6.3), one of
// hosts, or none, as HTTP/1.0 allows and no browser does.
func isOwnName(host string, hosts []string) bool {
	if host == "" {
		return true
	}
	if len(host) > maxHost {
		return false
	}
	name, ok := network.NormalizeHost(host)
	if _, err := netip.ParseAddr(strings.Trim(name, "[]")); ok && err == nil {
		return true
	}
	return ok && (name == "localhost" || strings.HasSuffix(name, ".localhost") || slices.ContainsFunc(hosts, func(own string) bool {
		own, ok := network.NormalizeHost(own)
		return ok && own == name
	}))
}

// What wrong tokens cost: so many at once are answered as they come, each
// further one waits, so that a connection tries one a second.
const (
	wrongRate  = 1 // a second
	wrongBurst = 10
	wrongDelay = time.Second
	// wrongEvery is how often they are logged.
	wrongEvery = time.Minute
)

// wrongTokens slows down who tries tokens, and logs it: the first at once, then
// how many there were, once a minute for as long as there are any. Those with
// the right token wait for nobody.
type wrongTokens struct {
	log   *slog.Logger
	limit *rate.Limiter

	mu      sync.Mutex
	count   int
	from    string // where the last one came from
	pending bool   // report is to be called
}

func newWrongTokens(log *slog.Logger) *wrongTokens {
	return &wrongTokens{log: log, limit: rate.NewLimiter(wrongRate, wrongBurst)}
}

// note counts a request with a wrong token, and returns when it may be answered.
func (w *wrongTokens) note(ctx context.Context, from string) {
	w.mu.Lock()
	w.count++
	w.from = from
	first := !w.pending
	w.mu.Unlock()
	if first {
		w.report()
	}
	if w.limit.Allow() {
		return
	}
	select {
	case <-time.After(wrongDelay):
	case <-ctx.Done():
	}
}

func (w *wrongTokens) report() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.pending = w.count > 0; !w.pending {
		return
	}
	w.log.Warn("admin requests with a wrong token", "count", w.count, "last_from", w.from)
	w.count = 0
	time.AfterFunc(wrongEvery, w.report)
}
