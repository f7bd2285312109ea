// Package browser looks at pages with a Chromium of this machine, without a window. It
// speaks the DevTools protocol (https://chromedevtools.github.io/devtools-protocol) over
// the browser's own pipe, as far as tests need it.
//
// It is a test helper: no production package may import it.
package browser

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"

	"feedstation/internal/testkit/require"
)

// patience is how long a page may take to load on a busy machine.
const patience = time.Minute

// Browser is a running one.
type Browser struct {
	t       testing.TB
	pipe    *os.File // to it
	session string   // of its page; none for the browser itself

	mu      sync.Mutex
	last    int
	answers map[int]chan message
	loaded  chan struct{}
	ended   chan struct{}
	console []string
	asked   []string
}

// message is a command, its answer or an event.
type message struct {
	ID      int             `json:"id,omitempty"`
	Session string          `json:"sessionId,omitempty"`
	Method  string          `json:"method,omitempty"`
	Params  json.RawMessage `json:"params,omitempty"`
	Result  json.RawMessage `json:"result,omitempty"`
	Error   *struct {
		Message string `json:"message"`
	} `json:"error,omitempty"`
}

// Start starts a browser with one page until the test ends. Hosts are where hosts are, as
// --host-resolver-rules has it. Without a Chromium the test is skipped, see require.Binary.
func Start(t testing.TB, hosts string, flags ...string) *Browser {
	t.Helper()
	program := require.Binary(t, "chromium", "chromium-browser", "google-chrome")
	fromTest, toBrowser, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	fromBrowser, toTest, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	profile := t.TempDir()
	command := exec.CommandContext(context.WithoutCancel(t.Context()), program, append([]string{
		"--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--hide-scrollbars", "--remote-debugging-pipe",
		"--disable-background-networking", "--user-data-dir=" + profile, "--host-resolver-rules=" + hosts,
	}, flags...)...)
	command.ExtraFiles = []*os.File{fromTest, toTest}
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := errors.Join(command.Start(), fromTest.Close(), toTest.Close()); err != nil {
		t.Fatal(err)
	}
	b := &Browser{t: t, pipe: toBrowser, answers: map[int]chan message{}, loaded: make(chan struct{}, 1), ended: make(chan struct{})}
	go b.read(fromBrowser)
	t.Cleanup(func() {
		err := syscall.Kill(-command.Process.Pid, syscall.SIGKILL) // or its children would write their caches once more
		_ = command.Wait()                                         // which tells that it was killed
		<-b.ended
		for range 100 { // the children end a moment after it
			if os.RemoveAll(profile) == nil {
				break
			}
			time.Sleep(50 * time.Millisecond)
		}
		if err := errors.Join(err, toBrowser.Close(), fromBrowser.Close()); err != nil {
			t.Error(err)
		}
	})
	var target struct {
		ID string `json:"targetId"`
	}
	b.call(&target, "Target.createTarget", "url", "about:blank")
	var attached struct {
		Session string `json:"sessionId"`
	}
	b.call(&attached, "Target.attachToTarget", "targetId", target.ID, "flatten", true)
	b.session = attached.Session
	for _, domain := range []string{"Page", "Runtime", "Log", "Network"} {
		b.call(nil, domain+".enable")
	}
	return b
}

// read takes what the browser says until it ends.
func (b *Browser) read(from *os.File) {
	defer close(b.ended)
	for r := bufio.NewReader(from); ; {
		text, err := r.ReadBytes(0)
		if err != nil {
			return
		}
		var m message
		if json.Unmarshal(text[:len(text)-1], &m) != nil {
			continue
		}
		b.mu.Lock()
		if answer := b.answers[m.ID]; answer != nil {
			delete(b.answers, m.ID)
			answer <- m
		}
		b.note(m)
		b.mu.Unlock()
	}
}

// note notes an event.
func (b *Browser) note(m message) {
	switch m.Method {
	case "Page.loadEventFired":
		select {
		case b.loaded <- struct{}{}:
		default:
		}
	case "Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded":
		b.console = append(b.console, string(m.Params))
	case "Network.requestWillBeSent":
		var p struct {
			Request struct {
				URL string `json:"url"`
			} `json:"request"`
		}
		if json.Unmarshal(m.Params, &p) == nil {
			b.asked = append(b.asked, p.Request.URL)
		}
	}
}

// call sends a command with parameters, in pairs, and decodes its result, unless that is
// nil.
func (b *Browser) call(result any, method string, params ...any) {
	b.t.Helper()
	b.callIn(b.session, result, method, params...)
}

func (b *Browser) callIn(session string, result any, method string, params ...any) {
	b.t.Helper()
	named := map[string]any{}
	for i := 0; i < len(params); i += 2 {
		named[params[i].(string)] = params[i+1]
	}
	text, err := json.Marshal(named)
	if err != nil {
		b.t.Fatal(err)
	}
	answer := make(chan message, 1)
	b.mu.Lock()
	b.last++
	m := message{ID: b.last, Session: session, Method: method, Params: text}
	b.answers[m.ID] = answer
	b.mu.Unlock()
	if text, err = json.Marshal(m); err == nil {
		_, err = b.pipe.Write(append(text, 0))
	}
	if err != nil {
		b.t.Fatalf("%s: %v", method, err)
	}
	select {
	case m = <-answer:
	case <-b.ended:
		b.t.Fatalf("%s: the browser has ended", method)
	case <-time.After(patience):
		b.t.Fatalf("%s: no answer within %s", method, patience)
	}
	if m.Error != nil {
		b.t.Fatalf("%s: %s", method, m.Error.Message)
	}
	if result == nil {
		return
	}
	if err := json.Unmarshal(m.Result, result); err != nil {
		b.t.Fatalf("%s: %v: %s", method, err, m.Result)
	}
}

// Look is how a page is looked at.
type Look struct {
	Width, Height int
	Features      map[string]string // of the media: prefers-color-scheme, forced-colors
	Media         string            // print; empty: the screen
	NoScript      bool
}

// Open loads a page, and forgets what was asked and said before.
func (b *Browser) Open(address string, look Look) {
	b.t.Helper()
	b.call(nil, "Emulation.setDeviceMetricsOverride", "width", look.Width, "height", look.Height, "deviceScaleFactor", 1, "mobile", look.Width < 600)
	features := []map[string]string{}
	for name, value := range look.Features {
		features = append(features, map[string]string{"name": name, "value": value})
	}
	b.call(nil, "Emulation.setEmulatedMedia", "media", look.Media, "features", features)
	b.call(nil, "Emulation.setScriptExecutionDisabled", "value", look.NoScript)
	b.mu.Lock()
	b.console, b.asked = nil, nil
	select {
	case <-b.loaded:
	default:
	}
	b.mu.Unlock()
	var navigated struct {
		Error string `json:"errorText"`
	}
	b.call(&navigated, "Page.navigate", "url", address)
	if navigated.Error != "" {
		b.t.Fatalf("%s: %s", address, navigated.Error)
	}
	select {
	case <-b.loaded:
	case <-b.ended:
		b.t.Fatalf("%s: the browser has ended", address)
	case <-time.After(patience):
		b.t.Fatalf("%s: not loaded within %s", address, patience)
	}
}

// Said returns what was said on the console since the page was opened, which is nothing
// where all is well.
func (b *Browser) Said() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.console)
}

// Asked returns the addresses that were asked for since the page was opened, its own
// first.
func (b *Browser) Asked() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.asked)
}

// Run runs an expression in the page, waits for it where it is a promise, and decodes what
// it returns. The page's policy does not hold for it.
func (b *Browser) Run(result any, expression string) {
	b.t.Helper()
	var answer struct {
		Result struct {
			Value json.RawMessage `json:"value"`
		} `json:"result"`
		Exception *struct {
			Text      string          `json:"text"`
			Exception json.RawMessage `json:"exception"`
		} `json:"exceptionDetails"`
	}
	b.call(&answer, "Runtime.evaluate", "expression", expression, "awaitPromise", true, "returnByValue", true, "userGesture", true)
	if e := answer.Exception; e != nil {
		b.t.Fatalf("%.200s: %s %s", expression, e.Text, e.Exception)
	}
	if result == nil {
		return
	}
	if err := json.Unmarshal(bytes.TrimSpace(answer.Result.Value), result); err != nil {
		b.t.Fatalf("%.200s: %v: %s", expression, err, answer.Result.Value)
	}
}

// Picture returns the page as a PNG, in the size in which it is looked at.
func (b *Browser) Picture() []byte {
	b.t.Helper()
	var picture struct {
		Data string `json:"data"`
	}
	b.call(&picture, "Page.captureScreenshot", "format", "png")
	data, err := base64.StdEncoding.DecodeString(picture.Data)
	if err != nil {
		b.t.Fatal(fmt.Errorf("the picture: %w", err))
	}
	return data
}

// Allow grants all pages permissions, such as clipboardReadWrite, and has them believe that
// they are in front.
func (b *Browser) Allow(permissions ...string) {
	b.t.Helper()
	b.callIn("", nil, "Browser.grantPermissions", "permissions", permissions)
	b.call(nil, "Emulation.setFocusEmulationEnabled", "enabled", true)
}
