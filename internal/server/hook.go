package server

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/time/rate"
)

// maxHook bounds the body of a webhook, in bytes: systems send the whole article,
// some of them twice.
const maxHook = 4 << 20

// hookWindow is how old the signature of a webhook may be, and how far ahead the
// clock of its sender: who has recorded one can't have a refresh with it for longer.
const hookWindow = 5 * time.Minute

// hook is how the webhooks of a system are known.
type hook struct {
	verify func(secret string, header http.Header, body []byte, now time.Time) error
	ids    func(body []byte) []string // of articles that a webhook is about, as views have them
}

// hooks are the systems whose webhooks are understood.
func hooks() map[string]hook {
	return map[string]hook{
		"ghost": {
			// Ghost 5.88 and later. Before that the time was not signed.
			verify: func(secret string, header http.Header, body []byte, now time.Time) error {
				signature := pairs(header.Get("X-Ghost-Signature"))
				return signed(secret, signature["sha256"], signature["t"], time.Millisecond, now, body, []byte(signature["t"]))
			},
			ids: func(body []byte) []string {
				type versions struct {
					Current, Previous struct{ ID any }
				}
				var event struct{ Post, Page versions }
				_ = json.Unmarshal(body, &event) // an event of another kind names no article
				return texts(event.Post.Current.ID, event.Post.Previous.ID, event.Page.Current.ID, event.Page.Previous.ID)
			},
		},
		// What deploy/wordpress/feedstation.php sends.
		"wordpress": {
			verify: func(secret string, header http.Header, body []byte, now time.Time) error {
				signature := pairs(header.Get("X-Feedstation-Signature"))
				return signed(secret, signature["sha256"], signature["t"], time.Second, now, []byte(signature["t"]+"."), body)
			},
			ids: func(body []byte) []string {
				var event struct{ IDs []any }
				_ = json.Unmarshal(body, &event) // without ids, all that has changed is looked for
				return texts(event.IDs...)
			},
		},
		// Strapi signs nothing: its headers are the operator's.
		"strapi": {
			verify: func(secret string, header http.Header, _ []byte, _ time.Time) error {
				scheme, token, _ := strings.Cut(header.Get("Authorization"), " ")
				got, want := sha256.Sum256([]byte(token)), sha256.Sum256([]byte(secret))
				if !strings.EqualFold(scheme, "Bearer") || subtle.ConstantTimeCompare(got[:], want[:]) != 1 {
					return errors.New("want the secret as a bearer token in the header Authorization")
				}
				return nil
			},
			ids: func(body []byte) []string {
				var event struct {
					Entry struct {
						DocumentID any `json:"documentId"` // since Strapi 5
						ID         any
					}
				}
				_ = json.Unmarshal(body, &event) // an event of a file names no article
				if ids := texts(event.Entry.DocumentID); ids != nil {
					return ids
				}
				return texts(event.Entry.ID)
			},
		},
	}
}

// pairs returns what a header such as "sha256=5f3a, t=1719842984367" says.
func pairs(header string) map[string]string {
	said := map[string]string{}
	for part := range strings.SplitSeq(header, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		said[name] = value
	}
	return said
}

// signed reports whether a signature is the one of the parts and not too old; at is
// when it was made, in units.
func signed(secret, signature, at string, unit time.Duration, now time.Time, parts ...[]byte) error {
	mac := hmac.New(sha256.New, []byte(secret))
	for _, part := range parts {
		mac.Write(part)
	}
	got, err := hex.DecodeString(signature)
	if err != nil || !hmac.Equal(got, mac.Sum(nil)) {
		return errors.New("the signature is not that of this body and this secret")
	}
	n, err := strconv.ParseInt(at, 10, 64)
	if err != nil || n < 0 || n > now.Add(hookWindow).UnixNano()/int64(unit) {
		return errors.New("the time of the signature is none, or to come: are the clocks right?")
	}
	if now.Sub(time.Unix(0, 0))-time.Duration(n)*unit > hookWindow {
		return errors.New("the signature is too old: are the clocks right?")
	}
	return nil
}

// texts returns ids as texts, each once.
func texts(values ...any) (ids []string) {
	for _, value := range values {
		var id string
		switch v := value.(type) {
		case string:
			id = v
		case float64:
			id = strconv.FormatFloat(v, 'f', -1, 64)
		}
		if id != "" && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids
}

// maxHooked is how many articles one webhook may name; of more, all that has changed is
// looked for.
const maxHooked = 1000

// hook answers the webhooks of the systems whose secrets are known.
func (a *Admin) hook(limit *rate.Limiter, wrong *wrongTokens) http.HandlerFunc {
	known := hooks()
	return func(w http.ResponseWriter, r *http.Request) {
		system := r.PathValue("system")
		of, ok := known[system]
		if !ok {
			http.NotFound(w, r)
			return
		}
		secret := a.Hooks[system]
		if secret == "" {
			answer(w, http.StatusForbidden, "server.hooks."+system+" is not set: nobody may ask for this\n")
			return
		}
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxHook))
		if _, large := errors.AsType[*http.MaxBytesError](err); large {
			answer(w, http.StatusRequestEntityTooLarge, "the body is too large\n")
			return
		}
		if err != nil {
			answer(w, http.StatusBadRequest, err.Error()+"\n")
			return
		}
		if err := of.verify(secret, r.Header, body, time.Now()); err != nil {
			wrong.note(r.Context(), r.RemoteAddr)
			w.Header().Set("WWW-Authenticate", "Bearer")
			answer(w, http.StatusUnauthorized, err.Error()+"\n")
			return
		}
		switch ids := of.ids(body); {
		case !limit.Allow():
			w.Header().Set("Retry-After", "1")
			answer(w, http.StatusTooManyRequests, "too often: wait a second\n")
		case a.Jobs == nil:
			answer(w, http.StatusConflict, "this process builds nothing (jobs.enabled is false)\n")
		case len(ids) > maxHooked:
			a.Jobs.Hooked(system, nil)
			answer(w, http.StatusAccepted, "refreshing\n")
		default:
			a.Jobs.Hooked(system, ids)
			answer(w, http.StatusAccepted, "refreshing\n")
		}
	}
}
