package server_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"feedstation/internal/server"
)

const hookSecret = "a secret of hooks"

// sign returns the signature of a text.
func sign(secret, text string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(text))
	return hex.EncodeToString(mac.Sum(nil))
}

// ghost signs a body as Ghost does, wordpress as the plugin.
func ghost(secret, body string, at time.Time) http.Header {
	t := fmt.Sprint(at.UnixMilli())
	return http.Header{"X-Ghost-Signature": {"sha256=" + sign(secret, body+t) + ", t=" + t}}
}

func wordpress(secret, body string, at time.Time) http.Header {
	t := fmt.Sprint(at.Unix())
	return http.Header{"X-Feedstation-Signature": {"t=" + t + ",sha256=" + sign(secret, t+"."+body)}}
}

func bearer(token string) http.Header { return http.Header{"Authorization": {"Bearer " + token}} }

func TestHooks(t *testing.T) {
	now := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC) // when bubbles begin
	const edited = `{"post":{"current":{"id":"6682b8a8","title":"t"},"previous":{"title":"s"}}}`
	withoutTime := http.Header{"X-Ghost-Signature": {"sha256=" + sign(hookSecret, edited)}}
	otherTime := ghost(hookSecret, edited, now)
	otherTime.Set("X-Ghost-Signature", strings.Replace(otherTime.Get("X-Ghost-Signature"), "t=9", "t=8", 1))
	unset := func(a *server.Admin) { a.Hooks = map[string]string{} }
	for _, tt := range []struct {
		name, system, body string
		header             http.Header
		change             func(*server.Admin)
		status             int
		want               string
		ids                []string
	}{
		{name: "an edited post", system: "ghost", body: edited, header: ghost(hookSecret, edited, now), status: 202, ids: []string{"6682b8a8"}},
		{
			name: "a deleted post", system: "ghost", body: `{"post":{"current":{},"previous":{"id":"7"}}}`,
			header: ghost(hookSecret, `{"post":{"current":{},"previous":{"id":"7"}}}`, now), status: 202, ids: []string{"7"},
		},
		{name: "a tag", system: "ghost", body: `{"tag":{"current":{"id":"7"}}}`, header: ghost(hookSecret, `{"tag":{"current":{"id":"7"}}}`, now), status: 202},
		{name: "no body", system: "ghost", header: ghost(hookSecret, "", now), status: 202},
		{name: "another secret", system: "ghost", body: edited, header: ghost("another", edited, now), status: 401, want: "not that of this body"},
		{name: "another body", system: "ghost", body: edited + " ", header: ghost(hookSecret, edited, now), status: 401, want: "not that of this body"},
		{name: "another time", system: "ghost", body: edited, header: otherTime, status: 401, want: "not that of this body"},
		{name: "no time, as in old versions", system: "ghost", body: edited, header: withoutTime, status: 401, want: "none, or to come"},
		{name: "no signature", system: "ghost", body: edited, status: 401, want: "not that of this body"},
		{name: "4 minutes ago", system: "ghost", body: edited, header: ghost(hookSecret, edited, now.Add(-4*time.Minute)), status: 202, ids: []string{"6682b8a8"}},
		{name: "6 minutes ago", system: "ghost", body: edited, header: ghost(hookSecret, edited, now.Add(-6*time.Minute)), status: 401, want: "too old"},
		{name: "in 6 minutes", system: "ghost", body: edited, header: ghost(hookSecret, edited, now.Add(6*time.Minute)), status: 401, want: "to come"},
		{name: "in 1970", system: "ghost", body: edited, header: ghost(hookSecret, edited, time.UnixMilli(0)), status: 401, want: "too old"},
		{name: "far away", system: "ghost", body: edited, header: ghost(hookSecret, edited, time.UnixMilli(1<<62)), status: 401, want: "to come"},
		{name: "before 1970", system: "ghost", body: edited, header: ghost(hookSecret, edited, time.UnixMilli(-1)), status: 401, want: "to come"},

		{name: "the plugin", system: "wordpress", body: `{"ids":[7,"8"]}`, header: wordpress(hookSecret, `{"ids":[7,"8"]}`, now), status: 202, ids: []string{"7", "8"}},
		{name: "of everything", system: "wordpress", body: `{"ids":[]}`, header: wordpress(hookSecret, `{"ids":[]}`, now), status: 202},
		{name: "the plugin's another secret", system: "wordpress", body: `{}`, header: wordpress("another", `{}`, now), status: 401, want: "not that of this body"},
		{name: "the plugin 6 minutes ago", system: "wordpress", body: `{}`, header: wordpress(hookSecret, `{}`, now.Add(-6*time.Minute)), status: 401, want: "too old"},
		{name: "the wrong system", system: "wordpress", body: edited, header: ghost(hookSecret, edited, now), status: 401, want: "not that of this body"},

		{name: "an entry", system: "strapi", body: `{"event":"entry.publish","entry":{"id":7,"documentId":"a1"}}`, header: bearer(hookSecret), status: 202, ids: []string{"a1"}},
		{name: "an entry of Strapi 4", system: "strapi", body: `{"event":"entry.publish","entry":{"id":7}}`, header: bearer(hookSecret), status: 202, ids: []string{"7"}},
		{name: "a file", system: "strapi", body: `{"event":"media.create","media":{"id":7}}`, header: bearer(hookSecret), status: 202},
		{name: "another token", system: "strapi", body: `{}`, header: bearer("another"), status: 401, want: "bearer token"},
		{name: "no token", system: "strapi", body: `{}`, status: 401, want: "bearer token"},

		{name: "no such system", system: "drupal", status: 404, want: "not found"},
		{name: "no secret", system: "strapi", header: bearer(""), change: unset, status: 403, want: "server.hooks.strapi is not set"},
		{name: "no secret, signed with nothing", system: "ghost", header: ghost("", "", now), change: unset, status: 403, want: "server.hooks.ghost is not set"},
		{name: "no jobs", system: "strapi", header: bearer(hookSecret), change: func(a *server.Admin) { a.Jobs = nil }, status: 409, want: "builds nothing"},
		{name: "a large body", system: "strapi", body: strings.Repeat("x", 4<<20+1), header: bearer(hookSecret), status: 413, want: "too large"},
		{name: "many ids", system: "wordpress", body: many(1001), header: wordpress(hookSecret, many(1001), now), status: 202},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				jobs := &fakeJobs{}
				admin := &server.Admin{
					Log: slog.New(slog.DiscardHandler), Drain: new(server.Drain), Jobs: jobs,
					Hooks: map[string]string{"ghost": hookSecret, "wordpress": hookSecret, "strapi": hookSecret},
				}
				if tt.change != nil {
					tt.change(admin)
				}
				r := httptest.NewRequest("POST", adminURL+"/-/hooks/"+tt.system, strings.NewReader(tt.body))
				maps.Copy(r.Header, tt.header)
				w := httptest.NewRecorder()
				admin.Handler().ServeHTTP(w, r)
				if w.Code != tt.status || !strings.Contains(w.Body.String(), tt.want) {
					t.Errorf("%d %s; want %d %s", w.Code, w.Body, tt.status, tt.want)
				}
				var want []server.Hint
				if tt.status == 202 {
					want = []server.Hint{{Stations: []string{tt.system}, Articles: tt.ids}}
				}
				if diff := cmp.Diff(want, jobs.hints); diff != "" {
					t.Errorf("hints (-want +got):\n%s", diff)
				}
				time.Sleep(time.Hour) // what counts wrong tokens ends
			})
		})
	}
}

func many(n int) string {
	ids := make([]string, n)
	for i := range ids {
		ids[i] = fmt.Sprint(i + 1)
	}
	return `{"ids":[` + strings.Join(ids, ",") + `]}`
}
