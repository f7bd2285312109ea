package server_test

import (
	"encoding/base64"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"feedstation/internal/server"
)

// gated returns an admin handler with pages that say which path was asked for.
func gated(t *testing.T, token string) http.Handler {
	t.Helper()
	n, editions := portal(t)
	return (&server.Admin{
		Log: slog.New(slog.DiscardHandler), Network: n, Editions: editions, Drain: new(server.Drain), Jobs: &fakeJobs{}, TakeDown: new(takenDown), Token: token,
		Pages: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = w.Write([]byte("page " + r.URL.Path)) }),
	}).Handler()
}

// adminAnswer sends a request to a handler; header fields are written "Name: value".
func adminAnswer(h http.Handler, method, path, body string, fields ...string) *http.Response {
	r := httptest.NewRequest(method, adminURL+path, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for _, field := range fields {
		name, value, _ := strings.Cut(field, ": ")
		r.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result()
}

// logIn returns the cookie of a session, as it is sent back.
func logIn(t *testing.T, h http.Handler, token string) string {
	t.Helper()
	response := adminAnswer(h, "POST", "/login", url.Values{"token": {token}}.Encode())
	cookies := response.Cookies()
	if response.StatusCode != http.StatusSeeOther || len(cookies) != 1 {
		t.Fatalf("log-in: status %d, cookies %v", response.StatusCode, cookies)
	}
	return cookies[0].Name + "=" + cookies[0].Value
}

// TestAdminToken holds what a token opens, and what is open without it.
func TestAdminToken(t *testing.T) {
	h := gated(t, adminToken)
	bearer, session, browser := "Authorization: Bearer "+adminToken, "Cookie: "+logIn(t, h, adminToken), "Accept: text/html,*/*;q=0.8"
	for _, tt := range []struct {
		name, method, path string
		fields             []string
		status             int
	}{
		{"health", "GET", "/livez", nil, 200},
		{"readiness", "GET", "/readyz", nil, 200},
		{"readiness, as a balancer asks", "OPTIONS", "/readyz", nil, 200},
		{"the form", "GET", "/login", []string{browser}, 200},
		{"its styles", "GET", "/assets/operator.css", nil, 200},
		{"status", "GET", "/status", nil, 401},
		{"a page", "GET", "/stations/xt", nil, 401},
		{"a page in a browser", "GET", "/stations/xt", []string{browser}, 303},
		{"nothing", "GET", "/none", nil, 401},
		{"a path that leads to health", "GET", "/livez/../status", nil, 401},
		{"work", "POST", "/-/refresh", nil, 401},
		{"a webhook, which has a signature", "POST", "/-/hooks/ghost", nil, 403},
		{"status with the token", "GET", "/status", []string{bearer}, 200},
		{"a page with the token", "GET", "/stations/xt", []string{bearer}, 200},
		{"status with another token", "GET", "/status", []string{bearer + "0", browser}, 401},
		{"status with another token and a session", "GET", "/status", []string{bearer + "0", session}, 200},
		{"status in a session", "GET", "/status", []string{session}, 200},
		{"a page in a session", "HEAD", "/", []string{session}, 200},
		{"a page in a session among cookies", "GET", "/", []string{session + "; other=1"}, 200},
		{"work in a session", "POST", "/-/refresh", []string{session}, 401},
		{"a take-down in a session", "POST", "/-/retract", []string{session}, 401},
		{"another method in a session", "POST", "/status", []string{session}, 401},
		{"the end of a session", "POST", "/logout", []string{session}, 303},
		{"the end of a session, from another site", "POST", "/logout", []string{session, "Origin: https://evil.example"}, 403},
		{"a log-in from another site", "POST", "/login", []string{"Sec-Fetch-Site: cross-site"}, 403},
		{"the end of no session", "POST", "/logout", nil, 401},
	} {
		t.Run(tt.name, func(t *testing.T) {
			response := adminAnswer(h, tt.method, tt.path, "", tt.fields...)
			if response.StatusCode != tt.status {
				t.Errorf("status %d, want %d", response.StatusCode, tt.status)
			}
			if tt.status == 303 && !strings.HasPrefix(response.Header.Get("Location"), "/login") {
				t.Errorf("leads to %q", response.Header.Get("Location"))
			}
		})
	}
	open := gated(t, "")
	for path, want := range map[string]int{"/status": 200, "/": 200, "/login": 200, "/none": 200} { // the page says that there is none
		if got := adminAnswer(open, "GET", path, "").StatusCode; got != want {
			t.Errorf("%s without a token: status %d, want %d", path, got, want)
		}
	}
	if got := adminAnswer(open, "POST", "/-/refresh", "", "Authorization: Bearer ").StatusCode; got != 403 {
		t.Errorf("work without a token: status %d", got)
	}
}

// TestAdminSession holds that a session can't be forged or prolonged, ends by itself, and
// with the token.
func TestAdminSession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := gated(t, adminToken)
		good := logIn(t, h, adminToken)
		name, value, _ := strings.Cut(good, "=")
		raw, err := base64.RawURLEncoding.DecodeString(value)
		if err != nil {
			t.Fatal(err)
		}
		changed := func(i int) string {
			other := append([]byte{}, raw...)
			other[i]++
			return name + "=" + base64.RawURLEncoding.EncodeToString(other)
		}
		other := gated(t, adminToken+"2")
		otherName, _, _ := strings.Cut(logIn(t, other, adminToken+"2"), "=")
		for _, tt := range []struct {
			name   string
			h      http.Handler
			cookie string
			status int
		}{
			{"good", h, good, 200},
			{"good, after another one", h, changed(9) + "; " + good, 200},
			{"a later end", h, changed(7), 401},
			{"another hash", h, changed(len(raw) - 1), 401},
			{"cut", h, good[:len(good)-2], 401},
			{"longer", h, good + "AA", 401},
			{"none", h, name + "=", 401},
			{"no base64", h, name + "=?", 401},
			{"an end that nobody has signed", h, name + "=" + base64.RawURLEncoding.EncodeToString(make([]byte, len(raw))), 401},
			{"the token itself", h, name + "=" + adminToken, 401},
			{"of another name", h, "session=" + value, 401},
			{"of another token", other, good, 401},
			{"of another token, by its name", other, otherName + "=" + value, 401},
		} {
			if got := adminAnswer(tt.h, "GET", "/status", "", "Cookie: "+tt.cookie).StatusCode; got != tt.status {
				t.Errorf("%s: status %d, want %d", tt.name, got, tt.status)
			}
		}
		time.Sleep(12*time.Hour - time.Second)
		if got := adminAnswer(h, "GET", "/status", "", "Cookie: "+good).StatusCode; got != 200 {
			t.Errorf("just before its end: status %d", got)
		}
		time.Sleep(time.Second)
		if got := adminAnswer(h, "GET", "/status", "", "Cookie: "+good).StatusCode; got != 401 {
			t.Errorf("after its end: status %d", got)
		}
	})
}

// TestAdminLogin holds what the cookie is like, and where a log-in leads.
func TestAdminLogin(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := gated(t, adminToken)
		for next, want := range map[string]string{
			"": "/", "/": "/", "/stations/xt?q=a%26b": "/stations/xt?q=a%26b", "https://evil.example/": "/", "//evil.example/": "/", `/\evil.example`: "/", `\\evil.example`: "/",
			"javascript:alert(1)": "/", "stations": "/", "/a\nb": "/", "/%zz": "/",
		} {
			response := adminAnswer(h, "POST", "/login", url.Values{"token": {" " + adminToken + "\n"}, "next": {next}}.Encode(), "Origin: http://127.0.0.1:8081")
			if got := response.Header.Get("Location"); got != want || len(response.Cookies()) != 1 {
				t.Errorf("next %q leads to %q, cookies %v; want %q", next, got, response.Cookies(), want)
			}
		}
		for origin, secure := range map[string]bool{"http://127.0.0.1:8081": false, "https://127.0.0.1:8081": true, "": false} {
			c := adminAnswer(h, "POST", "/login", "token="+adminToken, "Origin: "+origin).Cookies()[0]
			if c.Secure != secure || !c.HttpOnly || c.SameSite != http.SameSiteStrictMode || c.Path != "/" || c.MaxAge != 12*60*60 || c.Domain != "" {
				t.Errorf("origin %q: %+v", origin, c)
			}
		}
		if c := adminAnswer(h, "POST", "/logout", "", "Cookie: "+logIn(t, h, adminToken)).Cookies(); len(c) != 1 || c[0].MaxAge != -1 || c[0].Value != "" {
			t.Errorf("after the log-out: %v", c)
		}
		began := time.Now()
		for n := range 12 {
			response := adminAnswer(h, "POST", "/login", url.Values{"token": {adminToken[:n]}, "next": {"/runs"}}.Encode())
			if got := response.Header.Get("Location"); got != "/login?next=%2Fruns&wrong=1" || len(response.Cookies()) != 0 {
				t.Errorf("a wrong token: %q, %v", got, response.Cookies())
			}
		}
		if took := time.Since(began); took < time.Second {
			t.Errorf("12 guesses took %s", took)
		}
		if got := adminAnswer(h, "POST", "/login", "token="+strings.Repeat("x", 1<<20)).StatusCode; got != http.StatusSeeOther {
			t.Errorf("a large body: status %d", got)
		}
		time.Sleep(2 * time.Minute) // the report of wrong tokens
	})
}
