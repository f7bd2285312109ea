package websub

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"feedstation/internal/network"
)

// request is one to subscribe or to unsubscribe, until it is verified.
type request struct {
	station   string
	subscribe bool
	topic     topic
	Lease
	lease time.Duration
	token string // verify_token of PubSubHubbub 0.3; empty: none
	given string // version of the feed that was served when it was asked for
	busy  bool   // it is being verified
}

// refusal is why a request is not taken.
type refusal struct {
	status int
	text   string
	after  time.Duration // when to ask again; 0: never
}

// Handler answers requests to the hubs of a network's stations; all else is for next.
// Answered is told of each, and may be nil.
func (h *Hub) Handler(n *network.Network, next http.Handler, answered func(r *http.Request, target network.Target, status int)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasSuffix(r.URL.Path, network.HubPath) {
			next.ServeHTTP(w, r)
			return
		}
		target, err := n.Resolve(r.Host, r.URL.EscapedPath())
		if err != nil || target.Path != network.HubPath || !target.Station.Publishes() {
			next.ServeHTTP(w, r)
			return
		}
		status := h.answer(w, r, target.Station)
		if answered != nil {
			answered(r, target, status)
		}
	})
}

func (h *Hub) answer(w http.ResponseWriter, r *http.Request, station *network.Station) (status int) {
	header := w.Header()
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Cache-Control", "no-store")
	header.Set("Content-Type", "text/plain; charset=utf-8")
	no := h.take(w, r, station)
	if no == nil {
		w.WriteHeader(http.StatusAccepted)
		return http.StatusAccepted
	}
	if no.status == http.StatusMethodNotAllowed {
		header.Set("Allow", http.MethodPost)
	}
	if no.after > 0 {
		header.Set("Retry-After", strconv.Itoa(int(no.after/time.Second)))
	}
	w.WriteHeader(no.status)
	_, _ = io.WriteString(w, no.text) // a client that has gone is no fault of ours
	return no.status
}

// take takes a request, to be verified later.
func (h *Hub) take(w http.ResponseWriter, r *http.Request, station *network.Station) *refusal {
	if r.Method != http.MethodPost {
		return &refusal{status: http.StatusMethodNotAllowed, text: "This is a WebSub hub: it takes POST.\n"}
	}
	if mediaType, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || mediaType != "application/x-www-form-urlencoded" {
		return &refusal{status: http.StatusUnsupportedMediaType, text: "Want application/x-www-form-urlencoded.\n"}
	}
	if !h.requests.AllowN(time.Now(), 1) {
		return &refusal{status: http.StatusServiceUnavailable, text: "Too many requests at the moment.\n", after: time.Second}
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxRequest))
	if err != nil {
		return &refusal{status: http.StatusRequestEntityTooLarge, text: "The request is too large, or incomplete.\n"}
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return bad("Not a form.")
	}
	s := h.settings.Load()
	if s == nil || !s.Own {
		return &refusal{status: http.StatusServiceUnavailable, text: "The hub is not ready.\n", after: time.Minute}
	}
	asked, no := s.parse(form, station)
	if no != nil {
		return no
	}
	return h.enqueue(s, asked)
}

func bad(text string) *refusal { return &refusal{status: http.StatusBadRequest, text: text + "\n"} }

// parse reads a request (W3C WebSub §5.1; hub.verify_token is of PubSubHubbub 0.3).
// What it does not know it leaves alone.
func (s *Settings) parse(form url.Values, station *network.Station) (*request, *refusal) {
	mode := form.Get("hub.mode")
	switch mode {
	case "subscribe", "unsubscribe":
	case "publish":
		return nil, bad("This hub knows when its feeds change: nobody else publishes here.")
	default:
		return nil, bad("hub.mode: want subscribe or unsubscribe.")
	}
	topics := topicsOf(station)
	asked := &request{
		station: station.ID, subscribe: mode == "subscribe", lease: s.Lease, token: form.Get("hub.verify_token"),
		Lease: Lease{Topic: form.Get("hub.topic"), Callback: form.Get("hub.callback"), Secret: form.Get("hub.secret"), Fetches: form.Has("hub.verify_token")},
	}
	var known bool
	if asked.topic, known = topics[asked.Topic]; !known {
		// Readers take the address out of this text: what stands before it, and the space
		// behind it, are what they look for.
		return nil, bad("hub.topic: not a feed of this site. You may only subscribe to " + nearest(station, topics, asked.Topic) + " ")
	}
	switch why := s.checkCallback(asked.Callback); {
	case why != "":
		return nil, bad("hub.callback: " + why)
	case len(asked.Secret) > maxSecret:
		return nil, bad("hub.secret: want less than 200 bytes.")
	case len(asked.token) > maxToken || len(asked.Topic) > maxCallback:
		return nil, bad("hub.topic or hub.verify_token: too long.")
	}
	if seconds, err := strconv.ParseInt(form.Get("hub.lease_seconds"), 10, 32); err == nil && seconds > 0 {
		asked.lease = min(max(time.Duration(seconds)*time.Second, minLease), maxLease)
	}
	if e, ok := s.Editions.Served(station.ID); ok {
		asked.given, _ = versionOf(e, asked.topic.contents)
	}
	return asked, nil
}

// checkCallback returns why an address can't be a callback; empty: it can. Where a name
// leads is looked at when it is connected to.
func (s *Settings) checkCallback(callback string) string {
	u, err := url.Parse(callback)
	switch {
	case callback == "":
		return "missing."
	case len(callback) > maxCallback:
		return "want at most 2000 bytes."
	case err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.Opaque != "":
		return "not an absolute http(s) URL."
	case u.User != nil || strings.Contains(callback, "#"):
		return "want no user and no fragment."
	case u.Port() == "0":
		return "no such port."
	}
	if _, err := s.Network.Resolve(u.Host, "/"); !errors.Is(err, network.ErrUnknownHost) {
		return "that is this site itself."
	}
	return ""
}

// enqueue has a request wait to be verified, in the place of one of the same subscription.
func (h *Hub) enqueue(s *Settings, asked *request) *refusal {
	now := time.Now()
	name := hostOf(asked.Callback)
	h.mu.Lock()
	defer h.mu.Unlock()
	d := h.desks[asked.station]
	if d == nil {
		return &refusal{status: http.StatusServiceUnavailable, text: "The hub is not ready.\n", after: time.Minute}
	}
	key := keyOf(asked.Topic, asked.Callback)
	if _, renewal := d.all[key]; asked.subscribe && !renewal && d.count(now) >= s.Subscribers {
		return &refusal{status: http.StatusServiceUnavailable, text: "This hub has as many subscribers as it takes.\n", after: time.Hour}
	}
	at := h.hosts[name]
	if at != nil && now.Before(at.blocked) {
		return &refusal{status: http.StatusTooManyRequests, text: "The callback's host has not answered.\n", after: at.blocked.Sub(now).Round(time.Second)}
	}
	same := func(p *request) bool {
		return !p.busy && p.station == asked.station && p.Topic == asked.Topic && p.Callback == asked.Callback
	}
	if i := slices.IndexFunc(h.pending, same); i >= 0 {
		h.pending[i] = asked
		return nil
	}
	if len(h.pending) >= maxPending || at != nil && at.waiting >= maxPendingHost {
		return &refusal{status: http.StatusServiceUnavailable, text: "Too many requests wait to be verified.\n", after: time.Minute}
	}
	if at == nil {
		at = new(host)
		h.hosts[name] = at
	}
	at.waiting++
	h.pending = append(h.pending, asked)
	h.kick()
	return nil
}

// nearest returns the address of the topic that an unknown one comes closest to: that of
// its path, else the station's own feed in its format.
func nearest(s *network.Station, topics map[string]topic, unknown string) string {
	format := network.RSS
	if u, err := url.Parse(unknown); err == nil {
		within := s.Present(strings.TrimPrefix(u.EscapedPath(), folderOf(s)))
		if address := s.Address(within); topics[address].path != "" {
			return address
		}
		if f := network.Format(path.Base(within)); slices.Contains(network.Formats(), f) {
			format = f
		}
	}
	return s.Address(network.FeedPath("", format))
}

// folderOf returns the folder of a station's address; empty: it has a host of its own.
func folderOf(s *network.Station) string {
	u, err := url.Parse(s.URL)
	if err != nil {
		return ""
	}
	return u.EscapedPath()
}
