package server_test

import (
	"net/http/httptest"
	"testing"

	"feedstation/internal/edition"
	"feedstation/internal/server"
)

func TestAdmin(t *testing.T) {
	n, editions := portal(t)
	drain := new(server.Drain)
	admin := server.NewAdmin(n, editions, drain)
	steps := []struct {
		name   string
		before func()
		ready  int
		body   string
	}{
		{"starting", func() { clear(editions) }, 503, "no edition yet: xt, yy, zz\n"},
		{"two stations are missing", func() { editions["xt"] = edition.New("xt", 1, noon, "4711", nil) }, 503, "no edition yet: yy, zz\n"},
		{"ready", func() { editions["yy"], editions["zz"] = editions["xt"], editions["xt"] }, 200, "ready\n"},
		{"draining", drain.Start, 503, "shutting down\n"},
		{"draining, whatever there is", func() { clear(editions) }, 503, "shutting down\n"},
	}
	for _, step := range steps {
		t.Run(step.name, func(t *testing.T) {
			step.before()
			for _, want := range []struct {
				method, path string
				status       int
				body         string
			}{
				{"GET", "/livez", 200, "alive\n"},
				{"GET", "/readyz", step.ready, step.body},
				{"HEAD", "/readyz", step.ready, ""},
				{"POST", "/readyz", 405, "Method Not Allowed\n"},
				{"GET", "/", 404, "404 page not found\n"},
				{"GET", "/rss.xml", 404, "404 page not found\n"},
			} {
				w := httptest.NewRecorder()
				admin.ServeHTTP(w, httptest.NewRequest(want.method, want.path, nil))
				if want.method == "HEAD" {
					w.Body.Reset() // net/http leaves it out
				}
				if w.Code != want.status || w.Body.String() != want.body {
					t.Errorf("%s %s: status %d, body %q; want %d, %q", want.method, want.path, w.Code, w.Body, want.status, want.body)
				}
				if cache := w.Header().Get("Cache-Control"); want.body == step.body && cache != "no-store" {
					t.Errorf("%s %s: Cache-Control %q", want.method, want.path, cache)
				}
			}
		})
	}
}
