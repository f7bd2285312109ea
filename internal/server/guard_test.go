package server_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"feedstation/internal/edition"
	"feedstation/internal/server"
)

const adminToken = "0123456789abcdef"

// guarded returns an admin handler with one name of its own, and its log.
func guarded(t *testing.T) (http.Handler, *lines) {
	t.Helper()
	n, editions := portal(t)
	editions["xt"] = edition.New("xt", noon, "4711", nil)
	log := new(lines)
	untimed := &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}}
	return (&server.Admin{
		Log: slog.New(slog.NewTextHandler(log, untimed)), Network: n, Editions: editions, Drain: new(server.Drain),
		Jobs: &fakeJobs{}, TakeDown: new(takenDown), Token: adminToken, Hosts: []string{"", "Feedstation.internal"},
	}).Handler(), log
}

// TestAdminHost holds that a page of another site can't read the admin listener
// by pointing its own name at it.
func TestAdminHost(t *testing.T) {
	admin, _ := guarded(t)
	for _, tt := range []struct {
		host string
		ok   bool
	}{
		{"127.0.0.1:8081", true},
		{"127.0.0.1", true},
		{"[::1]:8081", true},
		{"10.1.2.3:9090", true},
		{"localhost:8081", true},
		{"LOCALHOST.", true},
		{"xt.localhost:8081", true},
		{"feedstation.internal:8081", true},
		{"FEEDSTATION.internal", true},
		{"", true},
		{"evil.example", false},
		{"evil.example:8081", false},
		{"localhost.evil.example", false},
		{"127.0.0.1.evil.example", false},
		{"notlocalhost", false},
		{"xt.news.example", false},
		{"feedstation.internal.evil.example", false},
		{"0x7f.1", false},
		{"evil.example\x00localhost", false},
		{strings.Repeat("长", 5000), false},
		{"localhost:port", false},
		{"127.0.0.1@evil.example", false},
	} {
		for _, path := range []string{"/livez", "/readyz", "/status", "/-/refresh", "/none"} {
			r := httptest.NewRequest("GET", path, nil)
			r.Host = tt.host
			r.Header.Set("X-Forwarded-Host", "localhost") // anybody may send it
			w := httptest.NewRecorder()
			admin.ServeHTTP(w, r)
			if refused := w.Code == http.StatusMisdirectedRequest; refused == tt.ok {
				t.Errorf("Host %.40q, %s: status %d", tt.host, path, w.Code)
			}
			if !tt.ok && strings.Contains(w.Body.String(), "xt") {
				t.Errorf("Host %.40q, %s: %s", tt.host, path, w.Body)
			}
		}
	}
}

// TestAdminOrigin holds that a page of another site can't have work asked for,
// even with the token.
func TestAdminOrigin(t *testing.T) {
	admin, _ := guarded(t)
	for _, tt := range []struct {
		name, field, value string
		status             int
	}{
		{"no browser", "", "", 202},
		{"its own page", "Origin", "http://127.0.0.1:8081", 202},
		{"its own page, as told", "Sec-Fetch-Site", "same-origin", 202},
		{"another site's page", "Origin", "https://evil.example", 403},
		{"another port's page", "Origin", "http://127.0.0.1:3000", 403},
		{"a page without an origin", "Origin", "null", 403},
		{"another site's page, as told", "Sec-Fetch-Site", "cross-site", 403},
		{"another host's page, as told", "Sec-Fetch-Site", "same-site", 403},
	} {
		r := httptest.NewRequest("POST", adminURL+"/-/refresh", nil)
		r.Header.Set("Authorization", "Bearer "+adminToken)
		if tt.field != "" {
			r.Header.Set(tt.field, tt.value)
		}
		w := httptest.NewRecorder()
		admin.ServeHTTP(w, r)
		if w.Code != tt.status {
			t.Errorf("%s: status %d, want %d", tt.name, w.Code, tt.status)
		}
	}
}

// TestAdminWrongTokens tries tokens: all but the first ten wait, the log has a
// line a minute, and the right token waits for nobody.
func TestAdminWrongTokens(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		admin, log := guarded(t)
		try := func(token string) (int, time.Duration) {
			r := httptest.NewRequest("POST", adminURL+"/-/retract", strings.NewReader(`{"station": "xt", "id": "1"}`))
			r.Header.Set("Authorization", "Bearer "+token)
			w := httptest.NewRecorder()
			began := time.Now()
			admin.ServeHTTP(w, r)
			return w.Code, time.Since(began)
		}
		line := func(count string) string {
			return `level=WARN msg="admin requests with a wrong token" count=` + count + " last_from=192.0.2.1:1234\n"
		}
		for range 10 {
			if status, took := try("wrong"); status != 401 || took != 0 {
				t.Errorf("one of the first: status %d after %v", status, took)
			}
		}
		if got := log.String(); got != line("1") {
			t.Errorf("at first the log has\n%s", got)
		}
		for range 20 {
			if status, took := try("wrong"); status != 401 || took > time.Second {
				t.Errorf("status %d after %v", status, took)
			}
		}
		if time.Since(time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)) < 9*time.Second {
			t.Error("20 more were answered in less than 9 s")
		}
		if status, took := try(adminToken); status != 200 || took != 0 {
			t.Errorf("the right token: status %d after %v", status, took)
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		if got := log.String(); got != line("1")+line("29") {
			t.Errorf("after a minute the log has\n%s", got)
		}
		time.Sleep(time.Hour)
		synctest.Wait()
		if got := log.String(); got != line("1")+line("29") {
			t.Errorf("after an hour the log has\n%s", got)
		}
		try("wrong")
		if got := log.String(); got != line("1")+line("29")+line("1") {
			t.Errorf("at the next one the log has\n%s", got)
		}
		time.Sleep(2 * time.Minute)

		// Who hangs up does not wait.
		for range 30 {
			gone, cancel := context.WithCancel(t.Context())
			cancel()
			r := httptest.NewRequest("POST", adminURL+"/-/retract", io.NopCloser(strings.NewReader(""))).WithContext(gone)
			began := time.Now()
			admin.ServeHTTP(httptest.NewRecorder(), r)
			if time.Since(began) > 0 {
				t.Error("an asker that is gone was waited for")
			}
		}
		time.Sleep(2 * time.Minute)
	})
}
