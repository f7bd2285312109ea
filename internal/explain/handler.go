package explain

import (
	"encoding/json"
	"errors"
	"net/http"
)

// atOnce is how many articles are explained at the same time: a content store has other
// customers.
const atOnce = 2

// Handler returns the handler of GET /explain?id=5207683, or with url, the article's
// address, in place of the id, and station. It answers in JSON.
func (a *Asker) Handler() http.Handler {
	turns := make(chan struct{}, atOnce)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		select {
		case turns <- struct{}{}:
			defer func() { <-turns }()
		case <-r.Context().Done():
			return
		}
		q := r.URL.Query()
		e, err := a.Explain(r.Context(), Query{ID: q.Get("id"), URL: q.Get("url"), Station: q.Get("station")})
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		if wrong, ok := errors.AsType[*QueryError](err); ok {
			http.Error(w, wrong.Reason, http.StatusBadRequest)
			return
		}
		body, err := e.JSON()
		if err != nil {
			http.Error(w, "no explanation", http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		_, _ = w.Write(body) // the client may have gone
	})
}

// JSON returns the explanation as it is served.
func (e *Explanation) JSON() ([]byte, error) {
	body, err := json.MarshalIndent(e, "", "  ")
	return append(body, '\n'), err
}
