package server

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// telling is who is told; it implements Push.
type telling struct{ asked string }

func (*telling) Standings(station string) []PushStatus {
	return []PushStatus{{Destination: "indexnow", State: "ok", Pending: 3}}
}

func (*telling) Attempts() map[string]map[string]int64 {
	return map[string]map[string]int64{"indexnow": {"told": 1}}
}

func (p *telling) Now(_ context.Context, station, address string) (int, error) {
	if station != "xt" {
		return 0, errors.New("no such station")
	}
	p.asked += address
	return strings.Count(address, "1"), nil
}

// TestPush holds what is answered to who has others told of an address.
func TestPush(t *testing.T) {
	p := new(telling)
	tests := []struct {
		name, body string
		push       Push
		code       int
		answer     string
	}{
		{"told", `{"station": "xt", "url": "https://xt.news.example/1.html"}`, p, http.StatusAccepted, "telling\n"},
		{"of no interest", `{"station": "xt", "url": "https://xt.news.example/2.html"}`, p, http.StatusOK, "nobody is told of such an address\n"},
		{"unknown", `{"station": "yy", "url": "https://xt.news.example/1.html"}`, p, http.StatusBadRequest, "no such station\n"},
		{"nothing", ``, p, http.StatusBadRequest, "want {\"station\": \"xt\", \"url\": \"https://xt.news.example/…\"}\n"},
		{"another field", `{"station": "xt", "urls": []}`, p, http.StatusBadRequest, "want {\"station\": \"xt\", \"url\": \"https://xt.news.example/…\"}: json: unknown field \"urls\"\n"},
		{"not configured", `{"station": "xt", "url": "https://xt.news.example/1.html"}`, nil, http.StatusConflict, "nobody is told of changes (push is not configured)\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := &Admin{Push: tt.push}
			w := httptest.NewRecorder()
			a.push(w, httptest.NewRequest(http.MethodPost, PushPath, strings.NewReader(tt.body)))
			if w.Code != tt.code || w.Body.String() != tt.answer {
				t.Errorf("%d %q, want %d %q", w.Code, w.Body, tt.code, tt.answer)
			}
		})
	}
	s := Status{Stations: []StationStatus{{ID: "xt"}}}
	(&Admin{Push: p}).addPush(&s)
	if s.Attempts["indexnow"]["told"] != 1 || s.Stations[0].Push[0].Pending != 3 {
		t.Errorf("%+v", s)
	}
}
