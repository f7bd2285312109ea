// Package enginetest has search engines for tests, which behave as the real ones do.
package enginetest

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// Answer answers a request in place of what an engine usually does. The body has been
// read.
type Answer func(w http.ResponseWriter, r *http.Request)

// Says is an answer of a status and a body. Fields are names and values of its header.
func Says(status int, body string, fields ...string) Answer {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i < len(fields); i += 2 {
			w.Header().Set(fields[i], fields[i+1])
		}
		w.WriteHeader(status)
		fmt.Fprint(w, body)
	}
}

// Hangs never answers.
func Hangs(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }

// BreaksOff closes the connection without an answer.
func BreaksOff(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }

// HangsLater answers with a status, and hangs in the body.
func HangsLater(status int) Answer {
	return func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(status)
		fmt.Fprint(w, "{")
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	}
}

// Submission is what IndexNow is told in a request.
type Submission struct {
	Host        string   `json:"host"`
	Key         string   `json:"key"`
	KeyLocation string   `json:"keyLocation"`
	URLList     []string `json:"urlList"`

	At     time.Time   `json:"-"`
	Header http.Header `json:"-"`
}

// IndexNow is an engine that takes IndexNow.
type IndexNow struct {
	Endpoint string

	server  *httptest.Server
	mu      sync.Mutex
	answers []Answer
	got     []Submission
}

// NewIndexNow starts an engine.
func NewIndexNow(t testing.TB) *IndexNow {
	e := &IndexNow{}
	e.server = serve(t, e.answer)
	e.Endpoint = e.server.URL + "/indexnow"
	return e
}

// serve serves until the test ends.
func serve(t testing.TB, handler http.HandlerFunc) *httptest.Server {
	s := httptest.NewServer(handler)
	t.Cleanup(func() {
		s.CloseClientConnections() // some hang
		s.Close()
	})
	return s
}

// Next has the next requests be answered so, each by one.
func (e *IndexNow) Next(answers ...Answer) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.answers = append(e.answers, answers...)
}

// Got returns what the engine was told, whatever it answered.
func (e *IndexNow) Got() []Submission {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Clone(e.got)
}

func (e *IndexNow) answer(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	s := Submission{At: time.Now(), Header: r.Header}
	malformed := json.Unmarshal(body, &s) != nil
	e.mu.Lock()
	e.got = append(e.got, s)
	var scripted Answer
	if len(e.answers) > 0 {
		scripted, e.answers = e.answers[0], e.answers[1:]
	}
	e.mu.Unlock()
	switch {
	case scripted != nil:
		scripted(w, r)
	case r.Method != http.MethodPost || r.URL.Path != "/indexnow":
		w.WriteHeader(http.StatusMethodNotAllowed)
	case malformed || r.Header.Get("Content-Type") != "application/json; charset=utf-8" || len(s.URLList) == 0 || len(s.URLList) > 10_000:
		refuse(w, http.StatusBadRequest, "InvalidRequestParameters")
	case !regexp.MustCompile(`^[a-zA-Z0-9-]{8,128}$`).MatchString(s.Key) || !s.covers():
		refuse(w, http.StatusUnprocessableEntity, "InvalidRequestParameters")
	case !s.verified(r.Context()):
		refuse(w, http.StatusForbidden, "KeyNotFound")
	}
}

// covers reports whether all addresses are of the host, and in the folder of the key.
func (s *Submission) covers() bool {
	at, err := url.Parse(s.KeyLocation)
	if err != nil || at.Host != s.Host {
		return false
	}
	folder := strings.TrimSuffix(path.Dir(at.Path), "/") + "/"
	return !slices.ContainsFunc(s.URLList, func(page string) bool {
		u, err := url.Parse(page)
		return err != nil || u.Host != s.Host || !strings.HasPrefix(u.Path, folder)
	})
}

// verified reports whether the file of the key is where it is said to be.
func (s *Submission) verified(ctx context.Context) bool {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.KeyLocation, nil)
	if err != nil {
		return false
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return false
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	return err == nil && response.StatusCode == http.StatusOK && string(text) == s.Key
}

func refuse(w http.ResponseWriter, status int, code string) {
	Says(status, fmt.Sprintf(`{"errorCode":%q,"message":"refused","details":null}`, code), "Content-Type", "application/json")(w, nil)
}
