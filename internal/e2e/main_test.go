package e2e

import (
	"database/sql"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"feedstation/internal/cli"
	"feedstation/internal/testkit/sqltest"
	"feedstation/internal/testkit/testserver"
)

func TestMain(m *testing.M) {
	testscript.Main(withServers{m}, map[string]func(){"feedstation": main})
}

// main is that of the program.
func main() {
	os.Exit(cli.Run(os.Args[1:], cli.Terminal{
		Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Environ: os.Environ(),
	}))
}

// unraced is the program without the race detector, for scripts and for commands that end:
// with it half of their time is their start, and what they do in parallel the tests of its
// own package look at.
var unraced = "feedstation"

// buildProgram builds feedstation as it is shipped: where its memory or its time counts,
// it may not be the test's.
func buildProgram(t *testing.T, flags ...string) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "feedstation")
	if err := goBuild(program, []string{"CGO_ENABLED=0"}, append(flags, "-trimpath")...); err != nil {
		t.Fatal(err)
	}
	return program
}

func goBuild(program string, environ []string, flags ...string) error {
	command := exec.Command("go", slices.Concat([]string{"build", "-o", program}, flags, []string{"../.."})...)
	command.Env = append(os.Environ(), environ...)
	if out, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("%w\n%s", err, out)
	}
	return nil
}

// withServers are the tests, some of which start database servers.
type withServers struct{ m *testing.M }

// Run implements testscript.TestingM.
func (w withServers) Run() int {
	if raced {
		dir, err := os.MkdirTemp("", "feedstation")
		if err != nil {
			panic(err)
		}
		defer os.RemoveAll(dir)
		unraced = filepath.Join(dir, "feedstation")
		if err := goBuild(unraced, nil); err != nil { // as make check has already compiled it
			panic(err)
		}
	}
	// They wait for programs rather than for the processor.
	if err := flag.Set("test.parallel", "6"); err != nil {
		panic(err)
	}
	return sqltest.Main(w.m)
}

// TestScript runs the real program as a stranger would: a script for each verb
// and for each kind of bad input.
func TestScript(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		Setup: func(env *testscript.Env) error {
			root, err := filepath.Abs("../..")
			if err != nil {
				return err
			}
			env.Setenv("ROOT", root)
			if raced {
				env.Setenv("PATH", filepath.Dir(unraced)+string(filepath.ListSeparator)+env.Getenv("PATH"))
			}
			env.Setenv("PORT", strconv.Itoa(testserver.Port(t)))
			env.Setenv("FEEDSTATION_SERVER_LISTEN", "127.0.0.1:"+env.Getenv("PORT"))
			env.Setenv("ADMIN", strconv.Itoa(testserver.Port(t)))
			env.Setenv("FEEDSTATION_SERVER_ADMIN", "127.0.0.1:"+env.Getenv("ADMIN"))
			env.Setenv("FEEDSTATION_SERVER_DRAIN", "100ms")
			env.Setenv("NOW", time.Now().Format(time.RFC3339))
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"await": await, "get": get, "visit": visit, "post": post, "capture": capture, "spoil": spoil,
			"recipient": recipient, "fill": fill,
		},
	})
}

// patience is how long a test waits for a process to get somewhere: on a busy
// machine, many times what it takes.
const patience = time.Minute

// prompt is how long what does not wait may take there: less than what it does
// not wait for.
const prompt = patience / 3

// await waits until a URL's answer is 200 and has a text: await URL [TEXT]
// [HOST]. With ! it waits until the answer is there without the text.
func await(ts *testscript.TestScript, neg bool, args []string) {
	text := ""
	if len(args) > 1 {
		text = args[1]
	}
	host := ""
	if len(args) > 2 {
		host = args[2]
	}
	var last string
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		status, body, err := fetch(args[0], host)
		if err == nil && status == http.StatusOK && strings.Contains(body, text) != neg {
			return
		}
		last = fmt.Sprintf("%d %v\n%s", status, err, body)
	}
	ts.Fatalf("await %q: not within %s; the last answer: %s", args, patience, last)
}

// capture puts what the last output has of a pattern's group into the environment:
// capture NAME PATTERN.
func capture(ts *testscript.TestScript, neg bool, args []string) {
	match := regexp.MustCompile("(?m)" + args[1]).FindStringSubmatch(ts.ReadFile("stdout"))
	if match == nil || neg {
		ts.Fatalf("capture %q: not there", args)
	}
	ts.Setenv(args[0], match[1])
}

// spoil changes an embedded store as another program may: spoil FILE STATEMENT.
func spoil(ts *testscript.TestScript, neg bool, args []string) {
	db, err := sql.Open("sqlite", ts.MkAbs(args[0]))
	ts.Check(err)
	defer db.Close()
	if _, err := db.Exec(args[1]); err != nil || neg {
		ts.Fatalf("spoil %q: %v", args, err)
	}
}

// get prints a URL's answer: get URL [HOST]. With ! the status must not be 200.
func get(ts *testscript.TestScript, neg bool, args []string) {
	host := ""
	if len(args) > 1 {
		host = args[1]
	}
	status, body, err := fetch(args[0], host)
	ts.Check(err)
	if (status != http.StatusOK) != neg {
		ts.Fatalf("get %s: status %d\n%s", args[0], status, body)
	}
	fmt.Fprintf(ts.Stdout(), "%d\n%s", status, body)
}

// visit gets a URL as an agent does, through a proxy that says for whom it asks: visit AGENT
// ADDRESS URL [HOST].
func visit(ts *testscript.TestScript, _ bool, args []string) {
	request, err := http.NewRequest(http.MethodGet, args[2], nil)
	ts.Check(err)
	request.Header.Set("User-Agent", args[0])
	request.Header.Set("X-Forwarded-For", args[1])
	request.Host = strings.Join(args[3:], "")
	status, body, err := send(request)
	ts.Check(err)
	if status != http.StatusOK {
		ts.Fatalf("visit %s: status %d\n%s", args[2], status, body)
	}
}

// post sends JSON and prints the answer: post URL TOKEN [BODY]. With ! the
// status must not be one of success.
func post(ts *testscript.TestScript, neg bool, args []string) {
	request, err := http.NewRequest(http.MethodPost, args[0], strings.NewReader(strings.Join(args[2:], "")))
	ts.Check(err)
	request.Header.Set("Authorization", "Bearer "+args[1])
	status, body, err := send(request)
	ts.Check(err)
	if (status >= 300) != neg {
		ts.Fatalf("post %s: status %d\n%s", args[0], status, body)
	}
	fmt.Fprintf(ts.Stdout(), "%d\n%s", status, body)
}

// fetch asks for a URL, with the token that the admin listener may want.
func fetch(url, host string) (status int, body string, err error) {
	request, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		return 0, "", err
	}
	request.Host = host
	request.Header.Set("Authorization", "Bearer "+token)
	return send(request)
}

func send(request *http.Request) (status int, body string, err error) {
	client := &http.Client{Timeout: patience, Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Do(request)
	if err != nil {
		return 0, "", err
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	return response.StatusCode, string(data), err
}
