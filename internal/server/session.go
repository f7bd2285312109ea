package server

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// The paths of the log-in, which answer without the token.
const (
	loginPath  = "/login"
	logoutPath = "/logout"
	// assetsPath is where the styles and the script of the pages are.
	assetsPath = "/assets/"
)

// sessionTime is how long a log-in lasts.
const sessionTime = 12 * time.Hour

// tokens knows the token of the admin listener, and the sessions of browsers that have
// shown it. A session is a cookie with its end and an HMAC of that, so that nothing is
// stored: another token ends all of them. It opens what may be read, nothing else: what
// changes something needs the token itself, since browsers send a cookie to every port
// of a host.
type tokens struct {
	hash   [sha256.Size]byte
	none   bool   // no token is set
	key    []byte // of sessions
	cookie string // its name, another one for each token: two processes on one host have two
}

func newTokens(token string) *tokens {
	t := &tokens{hash: sha256.Sum256([]byte(token)), none: token == ""}
	var err error
	if t.key, err = hkdf.Key(sha256.New, []byte(token), nil, "feedstation admin session", sha256.Size); err != nil {
		panic(err) // a key of that length can always be derived
	}
	name := t.sum([]byte("name"))
	t.cookie = "feedstation-" + hex.EncodeToString(name[:4])
	return t
}

// is reports whether a text is the token. Tokens are compared by their hashes, which
// takes the same time for all.
func (t *tokens) is(text string) bool {
	got := sha256.Sum256([]byte(text))
	return subtle.ConstantTimeCompare(got[:], t.hash[:]) == 1 && !t.none
}

// bearer reports whether a request has the token, or with wrong another one (RFC 9110
// §11.1).
func (t *tokens) bearer(r *http.Request) (ok, wrong bool) {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	ok = strings.EqualFold(scheme, "Bearer") && t.is(token)
	return ok, !ok && r.Header.Get("Authorization") != ""
}

func (t *tokens) sum(text []byte) []byte {
	mac := hmac.New(sha256.New, t.key)
	mac.Write(text)
	return mac.Sum(nil)
}

// session returns the value of a cookie that is good until then.
func (t *tokens) session(end time.Time) string {
	text := binary.BigEndian.AppendUint64(nil, uint64(end.Unix()))
	return base64.RawURLEncoding.EncodeToString(append(text, t.sum(text)...))
}

// loggedIn reports whether a request has a session that has not ended.
func (t *tokens) loggedIn(r *http.Request, now time.Time) bool {
	for _, cookie := range r.CookiesNamed(t.cookie) {
		value, err := base64.RawURLEncoding.Strict().DecodeString(cookie.Value)
		if err != nil || len(value) != 8+sha256.Size || !hmac.Equal(value[8:], t.sum(value[:8])) {
			continue
		}
		if end := time.Unix(int64(binary.BigEndian.Uint64(value)), 0); now.Before(end) {
			return true
		}
	}
	return false
}

// gate passes on the requests that have the token or a session, where a token is set.
// What /-/ has is guarded by itself: webhooks have signatures. Without either, health and
// the log-in answer.
func (a *Admin) gate(t *tokens, wrong *wrongTokens, next http.Handler) http.Handler {
	if t.none {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		path := r.URL.Path
		reads := r.Method == http.MethodGet || r.Method == http.MethodHead
		ok, bad := t.bearer(r)
		switch {
		case ok, path == livePath, path == readyPath, path == loginPath, strings.HasPrefix(path, assetsPath), strings.HasPrefix(path, "/-/"):
			next.ServeHTTP(w, r)
		case (reads || path == logoutPath) && t.loggedIn(r, time.Now()):
			next.ServeHTTP(w, r)
		case reads && !bad && a.Pages != nil && wantsPage(r):
			w.Header().Set("Cache-Control", "no-store")
			http.Redirect(w, r, loginPath+"?"+url.Values{"next": {r.URL.RequestURI()}}.Encode(), http.StatusSeeOther)
		default:
			if bad {
				wrong.note(r.Context(), r.RemoteAddr)
			}
			unauthorized(w)
		}
	})
}

// wantsPage reports whether a person asks, with a browser.
func wantsPage(r *http.Request) bool { return strings.Contains(r.Header.Get("Accept"), "text/html") }

func unauthorized(w http.ResponseWriter) {
	w.Header().Set("WWW-Authenticate", "Bearer")
	answer(w, http.StatusUnauthorized, "this needs server.admin_token as a bearer token\n")
}

// login begins a session for whoever has the token, and leads to the page that was asked
// for.
func (t *tokens) login(wrong *wrongTokens) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, maxWish)
		next := ownPath(r.PostFormValue("next"))
		w.Header().Set("Cache-Control", "no-store")
		if !t.none && !t.is(strings.TrimSpace(r.PostFormValue("token"))) {
			wrong.note(r.Context(), r.RemoteAddr)
			http.Redirect(w, r, loginPath+"?"+url.Values{"next": {next}, "wrong": {"1"}}.Encode(), http.StatusSeeOther)
			return
		}
		t.set(w, r, t.session(time.Now().Add(sessionTime)), int(sessionTime/time.Second))
		http.Redirect(w, r, next, http.StatusSeeOther)
	}
}

// logout has the browser forget its session.
func (t *tokens) logout(w http.ResponseWriter, r *http.Request) {
	t.set(w, r, "", -1)
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, loginPath, http.StatusSeeOther)
}

// set sets the cookie. The browser says in Origin whether it came over https: this
// listener speaks no TLS, a proxy in front of it may.
func (t *tokens) set(w http.ResponseWriter, r *http.Request, value string, age int) {
	http.SetCookie(w, &http.Cookie{
		Name: t.cookie, Value: value, Path: "/", MaxAge: age, HttpOnly: true, SameSite: http.SameSiteStrictMode,
		Secure: r.TLS != nil || strings.HasPrefix(r.Header.Get("Origin"), "https://"),
	})
}

// ownPath returns a path of this listener; of any other address it is that of the first
// page. Browsers take a backslash for a slash, and what begins with two for a host.
func ownPath(text string) string {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "" || u.Host != "" || !strings.HasPrefix(text, "/") || strings.HasPrefix(text, "//") || strings.Contains(text, `\`) {
		return "/"
	}
	return text
}
