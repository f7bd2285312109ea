package client_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"feedstation/internal/push/client"
)

// A request goes to the one that is named and to nobody else, under the host that is named,
// and of an answer no more is read than is looked at.
func TestDo(t *testing.T) {
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("a redirect was followed, or a proxy asked") }))
	t.Cleanup(other.Close)
	t.Setenv("HTTP_PROXY", other.URL)
	t.Setenv("NO_PROXY", "")
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Location", other.URL)
		w.WriteHeader(http.StatusFound)
		fmt.Fprint(w, r.Method, " ", r.Host, " ", r.UserAgent(), " ", r.Header.Get("X-Key"), strings.Repeat(".", 1<<20))
	}))
	t.Cleanup(server.Close)
	c := client.New("feedstation/test", time.Minute)
	defer c.Close()
	answer, err := c.Do(t.Context(), client.Request{Method: "BAN", URL: server.URL, Header: http.Header{"Host": {"xt.news.example"}, "x-key": {"fs.xt"}}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Do(t.Context(), client.Request{Method: "BAN", URL: "http://cache.invalid/"}); err == nil { // the environment has no proxy for loopback
		t.Error("an unknown host answers")
	}
	if want := "BAN xt.news.example feedstation/test fs.xt."; answer.Status != http.StatusFound || answer.OK() || answer.Later() || !strings.HasPrefix(string(answer.Body), want) || len(answer.Body) != 1<<20 {
		t.Errorf("%d, %d bytes: %.60s", answer.Status, len(answer.Body), answer.Body)
	}
}

// What breaks off once its status has come is an answer, of which no more is read than the
// request wants.
func TestCut(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "9")
		fmt.Fprint(w, "taken")
	}))
	t.Cleanup(server.Close)
	c := client.New("feedstation/test", time.Minute)
	for limit, want := range map[int64]string{0: "taken", 6: "taken", 3: "tak"} {
		answer, err := c.Do(t.Context(), client.Request{Method: http.MethodPost, URL: server.URL + "/hunter2", Limit: limit})
		if err != nil || !answer.OK() || string(answer.Body) != want || (answer.Cut != nil) != (limit != 3) || strings.Contains(fmt.Sprint(answer.Cut), "hunter2") {
			t.Errorf("limit %d: %+v (%v)", limit, answer, err)
		}
	}
}

// No error has an address, or a secret.
func TestErrors(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }))
	t.Cleanup(server.Close)
	c := client.New("feedstation/test", time.Minute, "hunter2")
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	for name, tt := range map[string]struct {
		ctx context.Context
		url string
	}{
		"cut off":    {t.Context(), server.URL + "/hunter2?token=hunter2"},
		"cancelled":  {gone, server.URL + "/hunter2"},
		"no address": {t.Context(), "http://a b/hunter2"},
		"refused":    {t.Context(), "http://127.0.0.1:1/hunter2"},
		"no scheme":  {t.Context(), "hunter2://127.0.0.1:1/hunter2"},
	} {
		_, err := c.Do(tt.ctx, client.Request{Method: http.MethodPost, URL: tt.url})
		if err == nil || strings.Contains(err.Error(), "hunter2") || strings.Contains(err.Error(), "token") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// What nobody was asked may be asked again.
func TestIsUnsent(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }))
	t.Cleanup(server.Close)
	c := client.New("feedstation/test", time.Minute)
	for address, want := range map[string]bool{
		server.URL: false, "http://127.0.0.1:1/": true, "http://nowhere.invalid/": true, "http://%zz/": true, "https" + strings.TrimPrefix(server.URL, "http"): true,
	} {
		if _, err := c.Do(t.Context(), client.Request{Method: http.MethodPost, URL: address}); err == nil || client.IsUnsent(err) != want {
			t.Errorf("%s: unsent %t: %v", address, client.IsUnsent(err), err)
		}
	}
}

// Whoever is led elsewhere is told where to, without a secret.
func TestRefusedElsewhere(t *testing.T) {
	c := client.New("feedstation/test", time.Minute, "hunter2hunter2")
	got := c.Refused(client.Answer{Status: http.StatusFound, Header: http.Header{"Location": {"https://elsewhere.example/?token=hunter2hunter2"}}, Body: []byte("<html>")})
	if want := "302 Found: to https://elsewhere.example/?token=[secret]"; got.Error() != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestRetryAfter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		now := time.Now()
		for text, want := range map[string]time.Duration{
			"": 0, "0": 0, "-1": 0, "soon": 0, "1.5": 0, "120": 2 * time.Minute, "86401": 24 * time.Hour, "99999999999999999999": 0, "4294967295": 24 * time.Hour,
			now.Add(time.Hour).UTC().Format(http.TimeFormat): time.Hour, now.Add(-time.Hour).UTC().Format(http.TimeFormat): 0,
		} {
			at := client.Answer{Header: http.Header{"Retry-After": {text}}}.RetryAfter(now)
			if got := at.Sub(now); at.IsZero() != (want == 0) && text != "0" || want > 0 && got != want {
				t.Errorf("%q: %s, want %s", text, got, want)
			}
		}
	})
}
