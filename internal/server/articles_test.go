package server_test

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"feedstation/internal/server"
)

// TestArticlesToken holds that /-/articles is open to nobody without the token.
func TestArticlesToken(t *testing.T) {
	articles := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, r.Method, " ", r.URL.Path) })
	admin := (&server.Admin{Log: slog.New(slog.DiscardHandler), Drain: new(server.Drain), Articles: articles, Token: "0123456789abcdef"}).Handler()
	for _, path := range []string{"/-/articles", "/-/articles/1", "/-/articles/a%2Fb"} {
		for token, status := range map[string]int{"": 401, "0123456789abcdeF": 401, "0123456789abcdef": 200} {
			r := httptest.NewRequest("POST", adminURL+path, nil)
			r.Header.Set("Authorization", "Bearer "+token)
			w := httptest.NewRecorder()
			admin.ServeHTTP(w, r)
			if w.Code != status {
				t.Errorf("%s with %q: %d; want %d", path, token, w.Code, status)
			}
		}
	}
}
