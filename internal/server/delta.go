package server

import (
	"bytes"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"weak"

	"feedstation/feed"
	"feedstation/internal/edition"
	"feedstation/internal/network"
)

// WithDeltas returns the handler as one that answers whoever asks with A-IM: feed, and
// has a recent version of a feed, with what has changed since (RFC 3229). The edition
// tells which versions these are: none from before a withdrawal.
//
// A cache that knows nothing of it asks with a validator of its own for a client that
// sends A-IM and may have nothing. So no request gets a delta that shows that it has been
// forwarded; no cache keeps one.
func (h *Handler) WithDeltas() *Handler {
	with := *h
	with.deltas = &deltas{budget: deltaBudget, made: map[deltaKey]heldDelta{}}
	return &with
}

// deltas are those that have been made last of documents that are served.
type deltas struct {
	budget int64      // see deltaBudget
	mu     sync.Mutex // held while one is made
	made   map[deltaKey]heldDelta
	size   int64
}

// heldDelta is a delta, nil where there is none, and about what it takes in memory.
type heldDelta struct {
	delta   *edition.Document
	cost    int64
	of      weak.Pointer[edition.Document]
	cleanup runtime.Cleanup // forgets it with its document
}

// deltaKey tells which items of a document a delta has.
type deltaKey struct {
	document, contents edition.Hash
	age                int // of the version that it begins with
}

// deltaBudget is about how many bytes they take at most. What is more begins anew.
const deltaBudget = 16 << 20

var (
	isDelta    = []string{"feed"}
	noStoreIM  = []string{"no-store, im"} // RFC 3229 §10.8.1
	forwarders = [...]string{"Via", "Forwarded", "X-Forwarded-For", "X-Real-Ip", "X-Varnish", "Cdn-Loop"}
)

// of returns what of the document at a path of an edition is new to the one who asks, or
// nil where it is to be answered as ever.
func (c *deltas) of(r *http.Request, e *edition.Edition, path string, d *edition.Document) *edition.Document {
	asked := r.Header["A-Im"]
	if asked == nil || e == nil || !wantsFeed(asked) || !mayHaveDelta(r) {
		return nil
	}
	folder, ok := strings.CutSuffix(path, string(network.Atom))
	if !ok {
		folder, ok = strings.CutSuffix(path, string(network.RSS))
	}
	tags := r.Header["If-None-Match"]
	if !ok || anyMatch(tags, d.Tag()) {
		return nil
	}
	contents, ok := e.Contents(folder + string(network.RSS))
	if !ok {
		return nil
	}
	known := knownTags(tags)
	if len(known) > 1 { // it would have to be told which of them is the base (RFC 3229 §10.5.1)
		return nil
	}
	versions := edition.VersionsOf(contents)
	age, ok := versions.Age(d, known)
	if !ok {
		return nil
	}
	return c.get(deltaKey{d.Hash(), contents.Hash(), age}, d, versions)
}

// wantsFeed reports whether a list of instance manipulations has that of feeds (RFC 3229
// §10.5.3), with a quality above zero. No other is known here.
func wantsFeed(fields []string) bool {
	wants := false
	for _, field := range fields {
		for part := range strings.SplitSeq(field, ",") {
			name, parameters, _ := strings.Cut(part, ";")
			if strings.EqualFold(strings.TrimSpace(name), "feed") {
				wants = weight(parameters) > 0
			}
		}
	}
	return wants
}

// mayHaveDelta reports whether a request is of a kind that is answered with a delta.
func mayHaveDelta(r *http.Request) bool {
	if r.Method != http.MethodGet || !r.ProtoAtLeast(1, 1) || r.Header["Range"] != nil {
		return false
	}
	for _, name := range forwarders {
		if r.Header[name] != nil {
			return false
		}
	}
	return true
}

// knownTags returns what documents a client says it has.
func knownTags(lists []string) map[edition.Tag]bool {
	known := map[edition.Tag]bool{}
	for _, list := range lists {
		for candidate := range strings.SplitSeq(list, ",") {
			if tag, ok := edition.TagOf(strings.TrimSpace(candidate)); ok {
				known[tag] = true
			}
		}
	}
	return known
}

// get returns a delta of a document, made if it is not yet; nil: it has nothing, or is
// not less than half of the document.
func (c *deltas) get(key deltaKey, d *edition.Document, versions *edition.Versions) *edition.Document {
	c.mu.Lock()
	defer c.mu.Unlock()
	if known, ok := c.made[key]; ok {
		return known.delta
	}
	body, err := d.Body()
	if err != nil {
		return nil // as the whole document is going to say
	}
	var delta *edition.Document
	cost := int64(1 << 10)
	if text := changedSince(d.MediaType(), body, versions, key.age); text != nil {
		delta = edition.NewDocument(d.MediaType(), text, d.Modified())
		cost += 3 * delta.Compressed() // once more in Brotli and in zstd
	}
	if c.size += cost; c.size > c.budget {
		for _, held := range c.made {
			if of := held.of.Value(); of != nil {
				held.cleanup.Stop()
				runtime.KeepAlive(of) // as in package edition, where a body leaves the ring
			}
		}
		clear(c.made)
		c.size = cost
	}
	c.made[key] = heldDelta{delta, cost, weak.Make(d), runtime.AddCleanup(d, c.forget, key)}
	return delta
}

// forget drops a delta of a document that no edition has any more.
func (c *deltas) forget(key deltaKey) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.size -= c.made[key].cost
	delete(c.made, key)
}

// changedSince returns a document of those items alone that came or changed since a version
// of an age; nil: there are none, or it is not less than half.
func changedSince(mediaType string, body []byte, versions *edition.Versions, age int) []byte {
	head, items, tail, err := feed.Split(mediaType, body)
	if err != nil || len(items) != versions.Items() {
		return nil
	}
	text, changed := bytes.Clone(head), 0
	for i, item := range items {
		if versions.Changed(i, age) {
			text = append(text, item...)
			changed++
		}
	}
	if text = append(text, tail...); changed == 0 || 2*len(text) >= len(body) {
		return nil
	}
	return text
}

// serveDelta answers with a delta of a document, whose validators are those of the whole
// document: it is what the client has then.
func serveDelta(w http.ResponseWriter, r *http.Request, d, delta *edition.Document) Sent {
	accepted := r.Header["Accept-Encoding"]
	encoding, acceptable := negotiate(accepted, delta, preference[:])
	header := w.Header()
	if !acceptable {
		header["Vary"] = varyEncoding
		return refuse(w, http.StatusNotAcceptable)
	}
	variant, encoding, err := variantOf(accepted, delta, encoding)
	if err != nil {
		return unavailable(w, unreadable)
	}
	describe(header, d, encoding)
	header["Cache-Control"] = noStoreIM
	header["IM"] = isDelta
	return send(w, r, http.StatusIMUsed, delta, variant, encoding)
}
