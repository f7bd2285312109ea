package push

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// anEntry draws entries of one key that are near each other.
func anEntry(t *rapid.T, name string) entry {
	small := rapid.Int64Range(0, 2)
	e := entry{
		Address: "https://xt.news.example/1.html", Version: rapid.SampledFrom([]string{"1", "2"}).Draw(t, name+" version"), Gone: rapid.Bool().Draw(t, name+" gone"),
		ID: "1", Pin: small.Draw(t, name+" pin"), Seen: small.Draw(t, name+" seen"), Base: small.Draw(t, name+" base"), Asked: small.Draw(t, name+" asked"),
		Stage: rapid.SampledFrom([]stage{stageNew, stageClaimed, stageRetry, stageTold, stageDropped, stageDead}).Draw(t, name+" stage"),
		Noted: small.Draw(t, name+" noted"), Tries: rapid.IntRange(0, 2).Draw(t, name+" tries"), Token: rapid.SampledFrom([]string{"", "a", "b"}).Draw(t, name+" token"),
		Until: small.Draw(t, name+" until"), Due: small.Draw(t, name+" due"), Maybe: rapid.Bool().Draw(t, name+" maybe"), New: rapid.Bool().Draw(t, name+" new"),
	}
	if rapid.Bool().Draw(t, name+" was told") {
		e.Told = told{At: small.Draw(t, name+" told at"), Seen: small.Draw(t, name+" told seen"), Version: rapid.SampledFrom([]string{"1", "2"}).Draw(t, name+" told version"), Gone: rapid.Bool().Draw(t, name+" told gone")}
	}
	return e
}

// Copies come to the same, in whatever order and however often they are merged.
func TestMerge(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := anEntry(t, "a"), anEntry(t, "b"), anEntry(t, "c")
		if merge(a, a) != a {
			t.Fatalf("merged with itself:\n%s", cmp.Diff(a, merge(a, a)))
		}
		if merge(a, b) != merge(b, a) {
			t.Fatalf("not commutative:\n%s", cmp.Diff(merge(a, b), merge(b, a)))
		}
		if merge(merge(a, b), c) != merge(a, merge(b, c)) {
			t.Fatalf("not associative:\n%s", cmp.Diff(merge(merge(a, b), c), merge(a, merge(b, c))))
		}
		later := a
		later.Pin, later.Seen = max(a.Pin, b.Pin), max(a.Seen, b.Seen)+1
		if got := merge(b, later); got.Seen != later.Seen || got.Stage != later.Stage {
			t.Fatalf("the later edition does not win: %+v", got)
		}
		further := a
		if further.Stage.pending() {
			further = further.over(stageTold)
			if got := merge(a, further); got.Stage != stageTold {
				t.Fatalf("the further stage does not win: %+v", got)
			}
		}
	})
}

// What is stored is read back.
func TestEntryText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := anEntry(t, "a")
		if got := parseEntry(e.text()); got != e {
			t.Fatal(cmp.Diff(e, got))
		}
	})
	for _, text := range []string{"", "{", `{"state":"elsewhere"}`, "null", "[]"} {
		if got := parseEntry(text); got != (entry{}) {
			t.Errorf("%q: %+v", text, got)
		}
	}
}

// TestNoted holds what becomes of what is noted, by what is there.
func TestNoted(t *testing.T) {
	page := func(version string, seen int64, gone bool) entry {
		return entry{Address: "a", ID: "1", Version: version, Gone: gone, Seen: seen, Base: seen - 1, Stage: stageNew, Noted: seen}
	}
	document := func(version string, seen int64) entry {
		e := page(version, seen, false)
		e.ID, e.Path = "", "/rss.xml"
		return e
	}
	toldOf := func(e entry, at int64) entry {
		return e.claimed("t", at).settled(e.claimed("t", at), Told, Policy{}, at)
	}
	type row struct {
		name      string
		old, next entry
		stage     stage
		version   string
		noted     int64
	}
	tests := []row{
		{"the first", entry{}, page("1", 10, false), stageNew, "1", 10},
		{"by another process, too", page("1", 10, false), page("1", 11, false), stageNew, "1", 10},
		{"while it is being told", page("1", 10, false).claimed("t", 10), page("1", 11, false), stageClaimed, "1", 10},
		{"five edits are one", page("1", 10, false), page("2", 11, false), stageNew, "2", 10},
		{"came and went", page("1", 10, false), page("1", 11, true), stageTold, "1", 0},
		{"came and went, by another process, too", page("1", 10, false).noted(page("1", 11, true)), page("1", 11, true), stageTold, "1", 0},
		{"came, went and came", page("1", 10, false).noted(page("1", 11, true)), page("1", 12, false), stageNew, "1", 12},
		{"of the first edition", entry{}, page("1", 11, true), stageNew, "1", 11},
		{"went while it was being told", page("1", 10, false).claimed("t", 10), page("1", 11, true), stageNew, "1", 10},
		{"went after it was told", toldOf(page("1", 10, false), 20), page("1", 30, true), stageNew, "1", 30},
		{"came back", toldOf(page("1", 30, true), 40), page("1", 50, false), stageNew, "1", 50},
		{"told already", toldOf(page("1", 10, false), 20), page("1", 30, false), stageTold, "1", 10},
		{"back to what was told", page("2", 30, false).withTold(told{At: 20, Seen: 10, Version: "1"}), page("1", 40, false), stageTold, "1", 30},
		{"back after another was perhaps told", page("2", 30, false).claimed("t", 30).withTold(told{At: 20, Seen: 10, Version: "1"}), page("1", 40, false), stageNew, "1", 30},
		{"a document as it was", toldOf(document("1", 10), 20), document("1", 40), stageNew, "1", 40},
		{"a document of the same edition", toldOf(document("1", 10), 20), func() entry { e := document("1", 11); e.Base = 9; return e }(), stageTold, "1", 10},
		{"given up before", page("1", 10, false).over(stageDead), page("2", 30, false), stageNew, "2", 30},
		{"asked for, though told", toldOf(page("1", 10, false), 20), func() entry { e := page("1", 30, false); e.Asked = 30; return e }(), stageNew, "1", 30},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := tt.old.noted(tt.next)
			if got.Stage != tt.stage || got.Version != tt.version || got.Noted != tt.noted && tt.stage != stageTold {
				t.Errorf("%+v, want %s %s since %d", got, tt.stage, tt.version, tt.noted)
			}
		})
	}
}

// What two processes note of the same change waits for the earlier of their editions only: the
// other may never be served.
func TestNotedTwice(t *testing.T) {
	late := entry{Address: "a", ID: "1", Version: "1", Seen: 30, Base: 10, Stage: stageNew, Noted: 30}
	served := late
	served.Seen = 20
	for _, first := range []entry{late, served} {
		if got := first.noted(served).noted(late); got.Seen != served.Seen {
			t.Errorf("after one of %d: waits for %d, want %d", first.Seen, got.Seen, served.Seen)
		}
	}
}

// An article that changes before anybody is told of it is new still.
func TestStaysNew(t *testing.T) {
	came := entry{Address: "a", ID: "1", Version: "1", New: true, Seen: 10, Stage: stageNew}
	changed := entry{Address: "a", ID: "1", Version: "2", Seen: 20, Stage: stageNew}
	if got := came.noted(changed); !got.New || !got.notice().New {
		t.Errorf("%+v", got)
	}
	claimed := came.claimed("t", 15)
	if got := claimed.settled(claimed, Told, Policy{}, 16).noted(changed); got.New {
		t.Errorf("told as new: %+v", got)
	}
}

func (e entry) withTold(t told) entry { e.Told = t; return e }

// TestSettled holds what becomes of what was claimed, and what of what took its place.
func TestSettled(t *testing.T) {
	first := entry{Address: "a", ID: "1", Version: "1", Seen: 10, Stage: stageNew, Noted: 10}
	claimed := first.claimed("t", 20)
	second := claimed.noted(entry{Address: "a", ID: "1", Version: "2", Seen: 30, Stage: stageNew, Noted: 30})
	tests := []struct {
		name    string
		now     entry
		outcome Outcome
		stage   stage
		told    string
	}{
		{"told", claimed, Told, stageTold, "1"},
		{"again", claimed, Retry, stageRetry, ""},
		{"dropped", claimed, Dropped, stageDropped, ""},
		{"told, another one waits", second, Told, stageNew, "1"},
		{"not told, another one waits", second, Retry, stageNew, ""},
		{"told too late, another has claimed it", first.claimed("other", 90_000), Told, stageTold, "1"},
		{"dropped too late", first.claimed("other", 90_000), Dropped, stageClaimed, ""},
		{"told, and withdrawn meanwhile", claimed.noted(entry{Address: "a", ID: "1", Version: "1", Gone: true, Seen: 30, Stage: stageNew, Noted: 30}), Told, stageNew, "1"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := tt.now.settled(claimed, tt.outcome, Policy{}, 100_000)
			if got.Stage != tt.stage || got.Told.Version != tt.told {
				t.Errorf("%+v, want %s, told %q", got, tt.stage, tt.told)
			}
		})
	}
}

func TestBackoff(t *testing.T) {
	for tries, want := range map[int]time.Duration{0: 5 * time.Second, 1: 5 * time.Second, 2: 10 * time.Second, 5: 80 * time.Second, 12: 5 * 2048 * time.Second, 13: 5 * time.Hour, 100: 5 * time.Hour} {
		if got := backoff(tries); got != want {
			t.Errorf("after %d: %s, want %s", tries, got, want)
		}
	}
	for range 100 {
		if d := jittered(10 * time.Second); d < 8*time.Second || d > 12*time.Second {
			t.Errorf("%s", d)
		}
	}
}
