package e2e

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"feedstation/internal/testkit/require"
)

// canary is in every password below, and must be in nothing that is told.
const canary = "CANARY"

// passwords are such as are not escaped where they should be.
var passwords = []string{
	"CANARY", "p@ss-CANARY", "CANARY@word", "p:CANARY", "12/CANARY", "12?CANARY", "12#CANARY", "p%CANARY", "p%zzCANARY", "p CANARY",
	"p'CANARY", `p"CANARY`, `p\CANARY`, "p&CANARY=x", "p,CANARY", "p=CANARY", "p;CANARY", "@tcp(CANARY", "[CANARY", "$CANARY", "{CANARY}", "密CANARY",
}

// addresses are of databases that nobody listens at, with %s for the password. The
// user is a host of this machine: a parser may take it for one.
var addresses = []struct{ driver, dsn string }{
	{"postgres", "postgres://localhost:%s@127.0.0.1:1/news"},
	{"postgres", "postgres://127.0.0.1:1/news?user=localhost&password=%s&sslmode=disable"},
	{"postgres", "host=127.0.0.1 port=1 user=localhost password=%s dbname=news"},
	{"postgres", "password='%s' host=127.0.0.1 port=1"},
	{"postgres", "localhost:%s@tcp(127.0.0.1:1)/news"}, // of the other kind
	{"mysql", "localhost:%s@tcp(127.0.0.1:1)/news?timeout=1s"},
	{"mysql", "localhost:%s@/news"},
	{"mysql", "mysql://localhost:%s@127.0.0.1:1/news"},
	{"mysql", "tcp(127.0.0.1:1)/news?user=localhost&password=%s"},
	{"sqlite", "postgres://localhost:%s@127.0.0.1:1/news"}, // whose driver was forgotten
	{"oracle", "oracle://localhost:%s@127.0.0.1:1/news"},
}

// told is what a process tells: on its outputs, and at /status.
func (p *process) told(t *testing.T, args ...string) string {
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	c := p.command(args...)
	out := &heard{}
	c.Stdout, c.Stderr = out, out
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		_ = c.Wait() // most of them fail
		close(ended)
	}()
	if args[0] == "serve" {
		p.watchStatus(ctx, ended, out)
		_ = c.Process.Signal(os.Interrupt) // it may have ended
	}
	select {
	case <-ended:
	case <-ctx.Done():
		_ = c.Process.Kill()
		<-ended
		t.Errorf("feedstation %q has not ended", args)
	}
	return out.text.String()
}

// heard is what has been told by several at the same time.
type heard struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (h *heard) Write(b []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.text.Write(b)
}

// watchStatus writes what /status has once it has a reason why nothing is built, or
// the process has ended.
func (p *process) watchStatus(ctx context.Context, ended <-chan struct{}, out io.Writer) {
	for {
		select {
		case <-ended:
			return
		case <-ctx.Done():
			return
		case <-time.After(20 * time.Millisecond):
		}
		response, err := p.client.Get("http://127.0.0.1:" + p.admin + "/status")
		if err != nil {
			continue
		}
		body, _ := io.ReadAll(response.Body) // what there is of it
		response.Body.Close()
		_, _ = out.Write(body) // there is no error
		if statusError.Match(body) {
			return
		}
	}
}

// statusError is a reason at /status why nothing is built.
var statusError = regexp.MustCompile(`"error": *"[^"]`)

// TestSecret holds that no part of a password is told, however malformed what it
// stands in: by the configuration's faults, by check, build and serve.
func TestSecret(t *testing.T) {
	t.Parallel()
	require.Time(t)
	for i, address := range addresses {
		for n, password := range passwords {
			verbs := []string{"check"}
			switch (n + i) % len(addresses) { // each password and each form, in its turn
			case 0:
				verbs = append(verbs, "serve")
			case 1, 2:
				verbs = append(verbs, "build")
			}
			t.Run(fmt.Sprintf("%s %s", address.driver, fmt.Sprintf(address.dsn, password)), func(t *testing.T) {
				t.Parallel()
				dsn := fmt.Sprintf(address.dsn, password)
				file := filepath.Join(t.TempDir(), "dsn")
				if err := os.WriteFile(file, []byte(dsn+"\n"), 0o600); err != nil {
					t.Fatal(err)
				}
				from := []string{"FEEDSTATION_CONTENT_DSN=" + dsn, "FEEDSTATION_CONTENT_DSN_FILE=" + file}[n%2]
				p := newProcess(t, "xt.news.example", "FEEDSTATION_CONTENT_DRIVER="+address.driver, from)
				for _, verb := range verbs {
					p.mustKeep(t, verb)
				}
			})
		}
	}
}

// mustKeep runs a verb, which has to say something, but not the password.
func (p *process) mustKeep(t *testing.T, verb string) {
	t.Helper()
	told := p.told(t, verb)
	if strings.Contains(strings.ToUpper(told), canary) || strings.TrimSpace(told) == "" {
		t.Errorf("feedstation %s tells:\n%s", verb, told)
	}
}

// TestSecretConfig writes passwords where a configuration has none, or can't be
// read, and where Redis has them.
func TestSecretConfig(t *testing.T) {
	t.Parallel()
	require.Time(t)
	redis := "\ncache: {redis: {addrs: [%q], %s: %q}}\n"
	for name, lines := range map[string]string{
		"in a list":                   "content: {driver: postgres, dsn: [\"postgres://reader:p@ss-CANARY@127.0.0.1:1/news\"]}",
		"in an object":                "content: {driver: postgres, dsn: {password: p@ss-CANARY}}",
		"unquoted, with a colon":      "content:\n  driver: postgres\n  dsn: host=127.0.0.1 password=p: CANARY",
		"not closed":                  "content:\n  driver: postgres\n  dsn: \"postgres://reader:p@ss-CANARY@127.0.0.1:1/news",
		"an unknown escape":           "content:\n  driver: postgres\n  dsn: \"postgres://reader:p\\zCANARY@127.0.0.1:1/news\"",
		"an alias":                    "content:\n  driver: postgres\n  dsn: *CANARY",
		"a tag":                       "content:\n  driver: postgres\n  dsn: !CANARY x",
		"twice":                       "content: {driver: postgres, dsn: \"host=127.0.0.1 port=1 password=CANARY\", dsn: \"host=127.0.0.1 password=CANARY\"}",
		"a key that is unknown":       "content: {driver: postgres, password: p@ss-CANARY}",
		"a key with a typo":           "content: {driver: postgres, dns: \"postgres://reader:p@ss-CANARY@127.0.0.1:1/news\"}",
		"as the driver":               "content: {driver: \"postgres://reader:p@ss-CANARY@127.0.0.1:1/news\"}",
		"Redis's":                     fmt.Sprintf(redis, "127.0.0.1:1", "password", "p@ss-CANARY"),
		"Redis's, in its address":     fmt.Sprintf(redis, "redis://:p@ss-CANARY@127.0.0.1:1/0", "username", "x"),
		"Redis's, before its address": fmt.Sprintf(redis, "reader:p@ss-CANARY@127.0.0.1:1", "username", "x"),
		"Redis's, a list":             "cache: {redis: {addrs: [127.0.0.1:1], password: [p@ss-CANARY]}}",
		"Redis's, a number's form":    "cache: {redis: {addrs: [127.0.0.1:1], password: 0x1CANARY: 2}}",
		"the admin's token":           "server: {admin_token: [CANARY-0123456789-0123456789]}",
		"the admin's, in a list":      "server: {admin_tokens: CANARY-0123456789-0123456789}",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newProcess(t, "xt.news.example")
			text, err := os.ReadFile(filepath.Join(p.dir, "config.yaml"))
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(p.dir, "config.yaml"), append(text, lines+"\n"...), 0o600); err != nil {
				t.Fatal(err)
			}
			for _, verb := range []string{"check", "build"} {
				p.mustKeep(t, verb)
			}
		})
	}
}
