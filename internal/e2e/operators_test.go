package e2e

import (
	"cmp"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"feedstation/internal/testkit/browser"
	"feedstation/internal/testkit/redistest"
)

const operatorsConfig = `
network: {name: 湘江新闻网, timezone: Asia/Shanghai}
stations:
  - {id: xt, name: 湘潭站, url: "https://xt.news.example", channels: [{id: moment, name: 时刻新闻}]}
  - {id: yy, name: 岳阳站, url: "https://yy.news.example"}
content: {dsn: content.db}
server: {admin_token: %s, admin_hosts: [operators.news.example]}
`

// operators is the admin listener by a name: browsers say less of where a request comes
// from than they do by an address of this machine.
const operators = "http://operators.news.example"

// TestOperators logs in with a browser, and looks at the pages for operators, light and
// dark, on a phone and on a desk, in forced colours and without script.
func TestOperators(t *testing.T) {
	p := newProcess(t, "xt.news.example")
	if err := os.WriteFile(filepath.Join(p.dir, "config.yaml"), fmt.Appendf(nil, operatorsConfig, token), 0o600); err != nil {
		t.Fatal(err)
	}
	p.run("demo", "--articles", "100")
	p.run("build")
	p.start()
	p.until("ready", func() bool {
		status, _, err := fetch("http://127.0.0.1:"+p.admin+"/readyz", "")
		return err == nil && status == http.StatusOK
	})
	b := browser.Start(t, "MAP operators.news.example 127.0.0.1:"+p.admin)
	desk := browser.Look{Width: 1440, Height: 900}
	await := func(what, is string) {
		t.Helper()
		var got bool
		for deadline := time.Now().Add(patience); !got; time.Sleep(20 * time.Millisecond) {
			if b.Run(&got, is); time.Now().After(deadline) {
				t.Fatalf("%s: not within %s", what, patience)
			}
		}
	}
	logIn := func(token string) {
		b.Run(nil, fmt.Sprintf(`{ document.querySelector("#token").value = %q; document.querySelector("form").requestSubmit(); }`, token))
	}

	b.Open(operators+"/runs", desk)
	await("the form", `location.pathname === "/login" && !!document.querySelector("#token")`)
	mustBeQuiet(t, b, operators)
	keepPicture(t, b, "operators-login")
	t.Run("login/axe", func(t *testing.T) { mustBeAccessible(t, b, axeCore(t)) })
	logIn("fedcba9876543210")
	await("a wrong token", `!!document.querySelector("#wrong")`)
	logIn(token)
	await("the page that was asked for", `location.pathname === "/runs" && document.readyState === "complete"`)

	for name, page := range map[string]string{
		"stations": "/", "station": "/stations/xt", "runs": "/runs", "crawlers": "/crawlers", "explain": "/explain", "explained": "/explain?article=none", "filtered": "/?q=yy",
	} {
		for size, look := range map[string]browser.Look{"phone": {Width: 390, Height: 844}, "desktop": desk} {
			for _, features := range []map[string]string{{"prefers-color-scheme": "light"}, {"prefers-color-scheme": "dark"}, {"forced-colors": "active"}} {
				look.Features = features
				scheme := cmp.Or(features["prefers-color-scheme"], "forced")
				t.Run(name+"/"+size+"/"+scheme, func(t *testing.T) {
					b.Open(operators+page, look)
					mustBeQuiet(t, b, operators)
					keepPicture(t, b, "operators-"+name+"-"+size+"-"+scheme)
					t.Run("axe", func(t *testing.T) { mustBeAccessible(t, b, axeCore(t)) })
				})
			}
		}
	}

	rows := func() (n int) {
		b.Run(&n, `document.querySelectorAll("tbody tr").length`)
		return n
	}
	noScript := desk
	noScript.NoScript = true
	b.Open(operators+"/?q=yy", noScript)
	if n := rows(); n != 1 {
		t.Errorf("without a script, filtered: %d stations", n)
	}
	b.Open(operators+"/", desk)
	if n := rows(); n != 2 {
		t.Errorf("%d stations", n)
	}
	b.Run(nil, `{ const q = document.querySelector("#q"); q.value = "岳阳"; q.dispatchEvent(new Event("input")); }`)
	await("the filter", `document.querySelectorAll("tbody tr").length === 1`)
	b.Run(nil, `{ const q = document.querySelector("#q"); q.value = ""; q.dispatchEvent(new Event("input")); }`)
	await("no filter", `document.querySelectorAll("tbody tr").length === 2`)

	if _, err := p.end(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	await("that nobody answers", `document.querySelector("#lost").checkVisibility()`)
	keepPicture(t, b, "operators-lost")
}

// TestOperatorsHang asks for the pages while Redis and the database hang.
func TestOperatorsHang(t *testing.T) {
	d := postgresRoom.open(t)
	redis := redistest.Start(t)
	p := d.near(d.server.Addr(), hasty, single(redis))
	d.write(1, "早间新闻")
	p.start()
	p.await("早间新闻")
	d.server.Stop(t)
	redis.Stop()
	defer d.server.Cont(t)
	defer redis.Cont()
	p.awaitTrouble()
	for _, path := range []string{"/", "/?part=live", "/stations/xt", "/runs", "/crawlers", "/status", "/metrics"} {
		began := time.Now()
		status, _, err := fetch("http://127.0.0.1:"+p.admin+path, "")
		if took := time.Since(began); err != nil || status != http.StatusOK || took > prompt {
			t.Errorf("%s: status %d after %s, %v", path, status, took, err)
		}
	}
	p.until("the verdict", func() bool {
		out, err := p.command("status").CombinedOutput()
		return err != nil && strings.HasPrefix(string(out), "✗ 0 of 1 stations fresh: 1 failing\n")
	})
}
