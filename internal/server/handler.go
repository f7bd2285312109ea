// Package server serves editions over net/http. A request is a look-up of host
// and path in the current edition of a station: it never builds, and never
// waits for Redis or the content store. It may wait for the local copy, a moment.
package server

import (
	"cmp"
	"errors"
	"net/http"
	"strconv"
	"time"

	"feedstation/internal/edition"
	"feedstation/internal/network"
	"feedstation/internal/pages"
)

// Editions is where what is served comes from.
type Editions interface {
	// Served returns the edition of a station that clients are served.
	Served(station string) (*edition.Edition, bool)
	// Current returns the newest one, which is another where one is pinned.
	Current(station string) (*edition.Edition, bool)
}

// New returns the public handler: every document of every station, at the
// station's own address and, on the shared hosts, under /{station}. Standing has, by
// station and path, the documents that depend on the configuration alone: they are there
// before a station has an edition, and whatever its edition has in their place. Only the
// method, the host, the path and three header fields of a request choose the
// answer: If-None-Match, If-Modified-Since and Accept-Encoding. OPTIONS is answered
// as browsers ask before a script may send other fields. Observe may be nil.
func New(n *network.Network, editions Editions, standing map[string]map[string]*edition.Document, observe Observer) *Handler {
	return &Handler{n, editions, standing, directory(n), termsOf(n), time.Now(), observe, nil}
}

// Handler answers what is asked in public, see [New].
type Handler struct {
	network   *network.Network
	editions  Editions
	standing  map[string]map[string]*edition.Document
	directory map[string]*edition.Document // see directory
	terms     map[string]*terms            // by station
	since     time.Time                    // when what is standing came into effect
	observe   Observer                     // nil: nobody does
	deltas    *deltas                      // nil: see WithDeltas
}

// Values of header fields, shared by all responses.
var (
	cacheMinute  = []string{"public, max-age=60"}
	noSniff      = []string{"nosniff"}
	anyOrigin    = []string{"*"} // what is public is so for scripts too
	exposed      = []string{"ETag, Link, Last-Modified"}
	methods      = []string{"GET, HEAD, OPTIONS"}
	varyEncoding = []string{"Accept-Encoding"}
	noIndex      = []string{"noindex"}
	noReferrer   = []string{"no-referrer"}
	codings      = [...][]string{edition.Gzip: {"gzip"}, edition.Brotli: {"br"}, edition.Zstd: {"zstd"}}
)

func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	target, sent := h.answer(w, r)
	if h.observe == nil {
		return
	}
	if r.Method == http.MethodHead {
		sent.Bytes = 0
	}
	h.observe(r, target, sent)
}

// answer answers a request and returns what of the network it was for, as far as it was
// looked for.
func (h *Handler) answer(w http.ResponseWriter, r *http.Request) (target network.Target, sent Sent) {
	w.Header()["Access-Control-Allow-Origin"] = anyOrigin
	w.Header()["X-Content-Type-Options"] = noSniff
	body := r.ContentLength != 0
	if body { // which is never read
		w.Header().Set("Connection", "close")
	}
	switch r.Method {
	case http.MethodGet, http.MethodHead:
		w.Header()["Access-Control-Expose-Headers"] = exposed
	case http.MethodOptions:
		return target, preflight(w)
	default:
		w.Header()["Allow"] = methods
		return target, refuse(w, http.StatusMethodNotAllowed)
	}
	if body {
		return target, refuse(w, http.StatusBadRequest)
	}
	path := r.URL.EscapedPath()
	target, err := h.network.Resolve(r.Host, path)
	switch {
	case errors.Is(err, network.ErrAllStations) && h.directory[target.Path] != nil:
		return target, serve(w, r, h.directory[target.Path])
	case errors.Is(err, network.ErrUnknownHost):
		return target, refuse(w, http.StatusMisdirectedRequest)
	case err != nil:
		return target, refuse(w, http.StatusNotFound)
	}
	return target, h.answerOf(w, r, target, path)
}

// answerOf answers a request for a path of a station, which was asked for as that.
func (h *Handler) answerOf(w http.ResponseWriter, r *http.Request, target network.Target, asked string) Sent {
	station, path := target.Station, target.Path
	now := station.Present(path)
	switch closed, movedTo := station.FormerPath(now); {
	case closed:
		return refuse(w, http.StatusGone)
	case movedTo != "":
		return redirect(w, movedTo)
	}
	if canonical := target.Base + now; canonical != asked {
		return redirect(w, canonical)
	}
	served, ok := h.editions.Served(station.ID)
	document := h.standing[station.ID][path]
	switch {
	case document != nil:
		document = h.instead(document, served, path)
	case target.Shared && (path == "" || path == "/"):
		document = h.directory[station.ID]
	case !ok:
		return unavailable(w, noEdition)
	default:
		if document, ok = documentAt(served, station, path); !ok {
			switch served.Absent(path) {
			case edition.Over:
				return refuseWith(w, http.StatusGone, overText)
			case edition.Pending:
				return unavailable(w, pendingText)
			}
			return missing(w, target)
		}
	}
	if network.IsList(path) {
		w.Header()["X-Robots-Tag"] = noIndex
	}
	h.terms[station.ID].set(w.Header())
	if h.deltas != nil {
		if delta := h.deltas.of(r, served, path, document); delta != nil {
			return serveDelta(w, r, document, delta)
		}
	}
	setCacheKeys(w.Header(), station, path, document)
	return serve(w, r, document)
}

// setCacheKeys names a document to caches in front, where they ask for it.
func setCacheKeys(header http.Header, station *network.Station, path string, document *edition.Document) {
	if station.CacheKeys == (network.CacheKeys{}) {
		return
	}
	surrogateKey, cacheTag := document.CacheKeys(station, path)
	if station.CacheKeys.SurrogateKey {
		header["Surrogate-Key"] = surrogateKey
	}
	if station.CacheKeys.CacheTag {
		header["Cache-Tag"] = cacheTag
	}
}

// instead returns a standing document as it is served instead of what an edition, which
// may be nil, has at its path: the same one, but where the configuration has changed and
// the station could not be built since.
func (h *Handler) instead(standing *edition.Document, served *edition.Edition, path string) *edition.Document {
	if served == nil {
		return standing
	}
	was, ok := served.Document(path)
	if !ok {
		return standing
	}
	return standing.Instead(was, h.since)
}

// documentAt returns an edition's document at a path. An edition of before a channel's id
// has changed has it at another one.
func documentAt(e *edition.Edition, station *network.Station, path string) (*edition.Document, bool) {
	document, ok := e.Document(path)
	if ok {
		return document, true
	}
	for _, before := range station.Before(path) {
		if document, ok = e.Document(before); ok {
			return document, true
		}
	}
	return nil, false
}

func redirect(w http.ResponseWriter, location string) Sent {
	w.Header().Set("Location", location)
	return refuse(w, http.StatusPermanentRedirect)
}

// missing answers a request for a path of a station that has no document.
func missing(w http.ResponseWriter, target network.Target) Sent {
	location := target.Station.Redirect(target.Base, target.Path)
	if location == "" {
		return refuse(w, http.StatusNotFound)
	}
	w.Header().Set("Location", location)
	return refuse(w, cmp.Or(target.Station.Aliases.Status, http.StatusPermanentRedirect))
}

// preflight answers OPTIONS, of whatever host and path: a script that asks for what
// is not there has to see that answer (Fetch Standard §4.8: only after a preflight
// with a status of success). Which fields a request has changes nothing here; the
// star stands for all but Authorization, and older browsers do not know it.
func preflight(w http.ResponseWriter) Sent {
	header := w.Header()
	header["Allow"] = methods
	header["Access-Control-Allow-Methods"] = methods
	header.Set("Access-Control-Allow-Headers", "*, Authorization, Cache-Control, If-Modified-Since, If-None-Match, Pragma, X-Requested-With")
	header.Set("Access-Control-Max-Age", "86400")
	w.WriteHeader(http.StatusNoContent)
	return Sent{Status: http.StatusNoContent}
}

func serve(w http.ResponseWriter, r *http.Request, d *edition.Document) Sent {
	accepted := r.Header["Accept-Encoding"]
	encoding, acceptable := negotiate(accepted, d, preference[:])
	header := w.Header()
	if !acceptable {
		header["Vary"] = varyEncoding
		return refuse(w, http.StatusNotAcceptable)
	}
	if notModified(r, d, encoding) {
		describe(header, d, encoding)
		w.WriteHeader(http.StatusNotModified)
		return Sent{Status: http.StatusNotModified, Encoding: encoding}
	}
	variant, encoding, err := variantOf(accepted, d, encoding)
	if err != nil { // before any byte of the document has been sent
		return unavailable(w, unreadable)
	}
	describe(header, d, encoding)
	return send(w, r, http.StatusOK, d, variant, encoding)
}

// variantOf returns a document in an encoding, or in one that need not be made first where
// others are being made.
func variantOf(accepted []string, d *edition.Document, encoding edition.Encoding) (edition.Variant, edition.Encoding, error) {
	variant, err := d.Variant(encoding)
	if errors.Is(err, edition.ErrBusy) {
		var acceptable bool
		if encoding, acceptable = negotiate(accepted, d, made); acceptable {
			variant, err = d.Variant(encoding)
		}
	}
	return variant, encoding, err
}

// send sends what has been described.
func send(w http.ResponseWriter, r *http.Request, status int, d *edition.Document, variant edition.Variant, encoding edition.Encoding) Sent {
	header := w.Header()
	header["Content-Type"] = d.ContentType()
	header["Content-Length"] = variant.ContentLength
	if encoding != edition.Identity {
		header["Content-Encoding"] = codings[encoding]
	}
	w.WriteHeader(status)
	if r.Method == http.MethodHead {
		return Sent{Status: status, Encoding: encoding}
	}
	size := int64(len(variant.Body))
	if variant.Body == nil {
		size = d.Size()
	}
	allow(w, size)
	n, _ := variant.WriteTo(w) // a client that has gone is no fault of ours
	return Sent{status, encoding, n}
}

// policy is what pages may do: load our style and our script, and no more.
var policy = []string{"default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"}

// describe sets what is said of a document whether or not it is sent.
func describe(header http.Header, d *edition.Document, encoding edition.Encoding) {
	header["Cache-Control"] = d.CacheControl()
	header["Vary"] = varyEncoding
	header["Etag"] = d.ETag(encoding)
	header["Last-Modified"] = lastModified(d, time.Now())
	if link := d.Link(); link != nil {
		header["Link"] = append(link[:1:1], header["Link"]...) // which may have a licence
	}
	if d.MediaType() == pages.Type {
		header["Content-Security-Policy"] = policy
		header["Referrer-Policy"] = noReferrer
	}
}

// refusals are the small constant answers. Their texts are for people.
var refusals = map[int]string{
	http.StatusBadRequest:         "A request for a feed or a sitemap has no body.\n",
	http.StatusNotFound:           "There is no such feed or sitemap.\n",
	http.StatusMethodNotAllowed:   "Only GET and HEAD are answered.\n",
	http.StatusNotAcceptable:      "None of the accepted encodings is available; identity, gzip, br and zstd are.\n",
	http.StatusGone:               "This feed has been closed for good.\n",
	http.StatusMovedPermanently:   "This feed has moved.\n",
	http.StatusPermanentRedirect:  "This feed has moved.\n",
	http.StatusMisdirectedRequest: "No station has this host.\n",
}

// What can't be served at the moment.
const (
	noEdition   = "This station has no edition yet. Try again in a moment.\n"
	pendingText = "This archive is being made. Try again in a moment.\n"
	unreadable  = "This feed or sitemap can't be read at the moment. Try again in a moment.\n"
)

// overText is for archives that are older than those that are kept.
const overText = "This archive is older than those that are kept.\n"

func unavailable(w http.ResponseWriter, text string) Sent {
	w.Header().Set("Retry-After", "30")
	return refuseWith(w, http.StatusServiceUnavailable, text)
}

// refuse answers with a constant text. What is not here may be here in a
// minute, and what went wrong is nobody's to keep.
func refuse(w http.ResponseWriter, status int) Sent {
	return refuseWith(w, status, refusals[status])
}

func refuseWith(w http.ResponseWriter, status int, text string) Sent {
	header := w.Header()
	header.Set("Content-Type", "text/plain; charset=utf-8")
	header.Set("Content-Length", strconv.Itoa(len(text)))
	switch status {
	case http.StatusNotFound, http.StatusGone, http.StatusMovedPermanently, http.StatusPermanentRedirect:
		header["Cache-Control"] = cacheMinute
	default:
		header.Set("Cache-Control", "no-store")
	}
	w.WriteHeader(status)
	n, _ := w.Write([]byte(text)) // net/http leaves the body out of an answer to HEAD
	return Sent{Status: status, Bytes: int64(n)}
}
