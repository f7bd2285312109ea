package e2e

import (
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"sync/atomic"

	"github.com/rogpeppe/go-internal/testscript"
)

// recipient starts a server that answers with some statuses in turn, then with the last, and
// puts its address into the environment: recipient NAME STATUS…
func recipient(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: recipient NAME STATUS…")
	}
	var statuses []int
	for _, text := range args[1:] {
		status, err := strconv.Atoi(text)
		ts.Check(err)
		statuses = append(statuses, status)
	}
	var asked atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(statuses[min(int(asked.Add(1)), len(statuses))-1])
	}))
	ts.Defer(server.Close)
	ts.Setenv(args[0], server.Listener.Addr().String())
}

// fill puts what the environment has into files in place of $NAME: fill FILE…
func fill(ts *testscript.TestScript, neg bool, args []string) {
	for _, name := range args {
		ts.Check(os.WriteFile(ts.MkAbs(name), []byte(os.Expand(ts.ReadFile(name), ts.Getenv)), 0o600))
	}
	if neg || len(args) == 0 {
		ts.Fatalf("usage: fill FILE…")
	}
}
