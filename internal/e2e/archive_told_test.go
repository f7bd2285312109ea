//go:build archive && linux

package e2e

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/google/go-cmp/cmp"
)

// archivePush has a program and an engine be told of what changes. The engine is told
// nothing before it can see the files of the stations' keys, which it can't: it has waiting
// what it is to be told.
const archivePush = "push: {webhooks: [{id: search, url: %[1]q, secret: %[2]s}], indexnow: {seed: %[2]s, endpoints: [%[1]q]}}\n"

// mustHaveTold waits until others were told that these articles were published, and holds
// that they were told once, and of nothing else: not of what the first edition has.
func (a *archive) mustHaveTold(ids ...string) {
	a.t.Helper()
	want := map[string]int{}
	for _, id := range ids {
		want["published "+id] = 1
	}
	var told map[string]int
	var waiting map[string]int
	for began := time.Now(); time.Since(began) < patience; time.Sleep(100 * time.Millisecond) {
		told, waiting = a.others.counts(), a.waiting()
		if maps.Equal(told, want) && waiting["webhook"] == 0 && waiting["indexnow"] == len(ids) {
			return
		}
	}
	a.t.Errorf("waiting: %v, want %d for indexnow; told (-want +got):\n%s", waiting, len(ids), cmp.Diff(want, told))
}

// waiting returns of how much each kind of destination has yet to be told.
func (a *archive) waiting() map[string]int {
	a.t.Helper()
	text, _ := a.command("push", "status", "--json").Output() // which fails where one is paused
	var all []struct {
		Destination string
		Pending     int
	}
	if err := json.Unmarshal(text, &all); err != nil {
		a.t.Fatalf("%v in %q", err, text)
	}
	waiting := map[string]int{}
	for _, s := range all {
		kind, _, _ := strings.Cut(s.Destination, " ")
		waiting[kind] += s.Pending
	}
	if kinds := slices.Sorted(maps.Keys(waiting)); !slices.Equal(kinds, []string{"indexnow", "webhook"}) {
		a.t.Fatalf("told are %q", kinds)
	}
	return waiting
}
