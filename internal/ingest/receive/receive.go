// Package receive takes articles over HTTP into the embedded store: what a newsroom's
// system writes is served a moment later.
package receive

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"sync"
	"time"

	"feedstation/internal/article"
	"feedstation/internal/content"
	"feedstation/internal/ingest"
	"feedstation/internal/network"
)

// Store is the embedded store.
type Store interface {
	ingest.Store
	Delete(ctx context.Context, ids iter.Seq2[string, error], each func(id, station string)) error
	Answered(ctx context.Context, key string) (content.Answer, bool, error)
	Remember(ctx context.Context, key string, a content.Answer) error
}

// Jobs is what builds editions of the store.
type Jobs interface {
	// Store returns the store; nil: it is not open.
	Store() Store
	// Stored has a refresh run at once.
	Stored()
	// Served returns when the last look at the store began after which the edition of
	// a station was up to date, with a monotonic reading.
	Served(station string) time.Time
	// Why returns what keeps a station from being built; empty: nothing.
	Why(station string) string
}

// Bounds of requests.
const (
	maxBody = 256 << 20 // bytes, also of what is compressed
	maxKey  = 200       // bytes of an Idempotency-Key
	// maxWait is how long wait=served waits.
	maxWait  = 30 * time.Second
	waitPoll = 5 * time.Millisecond
)

// handler is that of [New].
type handler struct {
	network *network.Network
	own     *network.Network // of the store
	reader  article.Reader
	jobs    Jobs

	mu   sync.Mutex
	busy map[string]bool // keys whose request is being answered
}

// New returns the handler of
//
//	POST   /-/articles       store the articles of the body, JSON Lines
//	DELETE /-/articles/{id}  remove an article
//
// each with ?wait=served, which answers when readers are served what has changed.
// Answers are JSON.
//
// Own is the network as the store knows it.
func New(n, own *network.Network, reader article.Reader, jobs Jobs) http.Handler {
	h := &handler{network: n, own: own, reader: reader, jobs: jobs, busy: map[string]bool{}}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /-/articles", h.post)
	mux.HandleFunc("DELETE /-/articles/{id}", h.remove)
	return mux
}

// Refuse answers every request with why this process can't take articles.
func Refuse(why string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fail(w, http.StatusConflict, why) })
}

// begin returns the store and whether the answer waits; nil: the request is answered.
func (h *handler) begin(w http.ResponseWriter, r *http.Request) (store Store, wait bool) {
	switch wish := r.URL.Query().Get("wait"); wish {
	case "", "served":
		wait = wish != ""
	default:
		fail(w, http.StatusBadRequest, fmt.Sprintf("wait: want served, got %.40q", wish))
		return nil, false
	}
	if store = h.jobs.Store(); store == nil {
		retry(w, "the content store is not open yet")
	}
	return store, wait
}

func (h *handler) post(w http.ResponseWriter, r *http.Request) {
	store, wait := h.begin(w, r)
	if store == nil {
		return
	}
	key := r.Header.Get("Idempotency-Key")
	if len(key) > maxKey {
		fail(w, http.StatusBadRequest, fmt.Sprintf("Idempotency-Key: longer than %d bytes", maxKey))
		return
	}
	body, status, err := open(w, r)
	if err != nil {
		fail(w, status, err.Error())
		return
	}
	if key == "" {
		h.put(w, r, store, body, wait, func(int, *receipt) error { return nil })
		return
	}
	if !h.claim(key) {
		fail(w, http.StatusConflict, "a request with this Idempotency-Key is being answered")
		return
	}
	defer h.release(key)
	digest := sha256.New()
	body = io.TeeReader(body, digest)
	before, known, err := store.Answered(r.Context(), key)
	switch {
	case err != nil:
		retry(w, err.Error())
	case known:
		h.again(w, before, body, func() string { return hex.EncodeToString(digest.Sum(nil)) })
	default:
		h.put(w, r, store, body, wait, func(status int, text *receipt) error {
			a := content.Answer{Digest: hex.EncodeToString(digest.Sum(nil)), Status: status, Body: text.String()}
			return store.Remember(context.WithoutCancel(r.Context()), key, a)
		})
	}
}

// again answers as before, if the body is as before.
func (h *handler) again(w http.ResponseWriter, before content.Answer, body io.Reader, digest func() string) {
	if _, err := io.Copy(io.Discard, body); err != nil {
		fail(w, statusOf(err), err.Error())
		return
	}
	if digest() != before.Digest {
		fail(w, http.StatusUnprocessableEntity, "this Idempotency-Key was of another body")
		return
	}
	w.Header().Set("Idempotency-Replayed", "true")
	write(w, before.Status, before.Body)
}

// put stores what the body has and answers. Remember keeps an answer, if the same
// request is to have the same.
func (h *handler) put(w http.ResponseWriter, r *http.Request, store Store, body io.Reader, wait bool, remember func(int, *receipt) error) {
	receipt := new(receipt)
	into := &noting{Store: store, stations: map[string]bool{}}
	intake := &ingest.Intake{Network: h.own, Reader: h.reader, Refused: receipt.refuse, LeftOut: receipt.leaveOut}
	err := intake.Put(r.Context(), into, ingest.Lines("body", body))
	stored := time.Now()
	receipt.count(&intake.Count, into)
	if receipt.Stored > 0 {
		h.jobs.Stored()
	}
	status := http.StatusOK
	switch {
	case err != nil && into.failed:
		w.Header().Set("Retry-After", "5")
		receipt.fail(w, http.StatusServiceUnavailable, err)
		return
	case err != nil:
		receipt.fail(w, statusOf(err), err)
		return
	case receipt.Stored+receipt.Refused == 0:
		receipt.fail(w, http.StatusBadRequest, errors.New("the body has no article"))
		return
	case receipt.Stored == 0:
		status = http.StatusBadRequest
	}
	if err := remember(status, receipt); err != nil {
		w.Header().Set("Retry-After", "5")
		receipt.fail(w, http.StatusServiceUnavailable, err)
		return
	}
	if wait && receipt.Stored > 0 {
		status = h.await(r.Context(), receipt, into.stations, stored)
		_ = remember(status, receipt) // without it the same request again is told what was stored
	}
	write(w, status, receipt.String())
}

func (h *handler) remove(w http.ResponseWriter, r *http.Request) {
	store, wait := h.begin(w, r)
	if store == nil {
		return
	}
	receipt, stations := new(receipt), map[string]bool{}
	err := store.Delete(r.Context(), func(yield func(string, error) bool) { yield(r.PathValue("id"), nil) }, func(id, station string) {
		if station != "" {
			receipt.Removed, stations[station] = 1, true
		}
	})
	removed := time.Now()
	if err != nil {
		retry(w, err.Error())
		return
	}
	if receipt.Removed == 0 {
		fail(w, http.StatusNotFound, "there is no such article")
		return
	}
	h.jobs.Stored()
	status := http.StatusOK
	if wait {
		status = h.await(r.Context(), receipt, stations, removed)
	}
	write(w, status, receipt.String())
}

// await waits until editions of the stations, and of those that have the articles of
// all, are of that moment or later. The status is 202 if that takes too long.
func (h *handler) await(ctx context.Context, receipt *receipt, stations map[string]bool, moment time.Time) (status int) {
	ctx, cancel := context.WithTimeout(ctx, maxWait)
	defer cancel()
	tick := time.NewTicker(waitPoll)
	defer tick.Stop()
	for {
		missing := h.missing(stations, moment)
		served := len(missing) == 0
		receipt.Served = &served
		if served {
			return http.StatusOK
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			receipt.Waiting = map[string]string{}
			for _, station := range missing {
				receipt.Waiting[station] = h.jobs.Why(station)
			}
			return http.StatusAccepted
		}
	}
}

// missing returns the stations that do not serve what was stored at a moment.
func (h *handler) missing(stations map[string]bool, moment time.Time) (missing []string) {
	for _, s := range h.network.Stations {
		if s.Publishes() && (s.All || stations[s.ID]) && h.jobs.Served(s.ID).Before(moment) {
			missing = append(missing, s.ID)
		}
	}
	return missing
}

// claim reports whether no other request has the key.
func (h *handler) claim(key string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.busy[key] {
		return false
	}
	h.busy[key] = true
	return true
}

func (h *handler) release(key string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.busy, key)
}

// noting is a store that notes what it has stored.
type noting struct {
	Store
	ids      []string // at most maxListed
	stations map[string]bool
	failed   bool // it could not store
}

func (n *noting) PutOthers(ctx context.Context, articles iter.Seq2[article.Article, error], odd func(article.Fault)) (int, error) {
	var ids []string
	var stations []string
	count, err := n.Store.PutOthers(ctx, func(yield func(article.Article, error) bool) {
		for a, err := range articles {
			ids, stations = append(ids, a.ID), append(stations, a.Station)
			if !yield(a, err) {
				return
			}
		}
	}, odd)
	if n.failed = err != nil; n.failed {
		return count, err
	}
	n.ids = append(n.ids, ids[:min(len(ids), maxListed-len(n.ids))]...)
	for _, s := range stations {
		n.stations[s] = true
	}
	return count, nil
}
