package server_test

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"feedstation/internal/server"
)

// TestExplain holds that an explanation is asked for by GET alone, and not in a loop: it
// costs the content store something.
func TestExplain(t *testing.T) {
	asked := 0
	explain := http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked++ })
	n, editions := portal(t)
	for _, tt := range []struct {
		explain      http.Handler
		method, host string
		want         int
	}{
		{nil, "GET", "localhost", 404},
		{explain, "POST", "localhost", 405},
		{explain, "GET", "pages.example", 421},
		{explain, "GET", "localhost", 200},
	} {
		h := (&server.Admin{Log: slog.New(slog.DiscardHandler), Network: n, Editions: editions, Drain: new(server.Drain), Explain: tt.explain}).Handler()
		ask := func() *http.Response {
			w := httptest.NewRecorder()
			h.ServeHTTP(w, httptest.NewRequest(tt.method, "http://"+tt.host+"/explain?id=1", nil))
			return w.Result()
		}
		if r := ask(); r.StatusCode != tt.want {
			text, err := io.ReadAll(r.Body)
			t.Errorf("%s of %s: %d %s %v; want %d", tt.method, tt.host, r.StatusCode, text, err, tt.want)
		}
		if tt.want != 200 {
			continue
		}
		for range 30 {
			ask()
		}
		if r := ask(); r.StatusCode != 429 || r.Header.Get("Retry-After") != "1" || asked > 25 {
			t.Errorf("asked %d times, then %d", asked, r.StatusCode)
		}
	}
}
