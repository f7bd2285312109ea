package server

import (
	"net/http"
	"strings"

	"feedstation/internal/network"
)

// Redirect returns what answers requests that came without TLS: GET and HEAD of a host
// that is here are led to the same path over TLS. Port is that of the listener with TLS,
// for hosts whose stations do not say it; empty: the usual one.
func Redirect(n *network.Network, port string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header["Access-Control-Allow-Origin"] = anyOrigin
		header["X-Content-Type-Options"] = noSniff
		header.Set("Connection", "close") // the rest is asked elsewhere
		origin, known := n.Secure(r.Host, port)
		target := r.URL.RequestURI()
		switch {
		case r.Method == http.MethodOptions:
			preflight(w)
		case r.Method != http.MethodGet && r.Method != http.MethodHead:
			header["Allow"] = methods
			refuse(w, http.StatusMethodNotAllowed)
		case !known:
			refuse(w, http.StatusMisdirectedRequest)
		case !strings.HasPrefix(target, "/"):
			refuse(w, http.StatusNotFound)
		default:
			header.Set("Location", origin+target)
			refuseWith(w, http.StatusPermanentRedirect, "This is answered over https.\n")
		}
	})
}
