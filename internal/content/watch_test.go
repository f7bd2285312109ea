package content_test

import (
	"fmt"
	"path/filepath"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"feedstation/internal/content"
)

// TestWritten holds that somebody is woken soon after another process has written, once
// for all that it writes without a pause, and not for what was seen meanwhile.
func TestWritten(t *testing.T) {
	file := filepath.Join(t.TempDir(), "content.db")
	synctest.Test(t, func(t *testing.T) {
		ours, err := content.Open(t.Context(), file)
		if err != nil {
			t.Fatal(err)
		}
		defer ours.Close()
		theirs, err := content.Open(t.Context(), file)
		if err != nil {
			t.Fatal(err)
		}
		defer theirs.Close()
		a := &asker{t, ours, time.Now().UTC()}
		a.ask()
		var woken atomic.Int64
		go ours.Written(t.Context(), func() { woken.Add(1) })
		expect := func(what string, want int64) {
			t.Helper()
			synctest.Wait()
			if got := woken.Load(); got != want {
				t.Errorf("%s: woken %d times, want %d", what, got, want)
			}
		}
		time.Sleep(time.Minute)
		expect("nothing was written", 0)
		put(t, theirs, story("1", time.Now()))
		time.Sleep(2500 * time.Millisecond)
		expect("one article", 1)
		for i := range 20 {
			put(t, theirs, story(fmt.Sprint("more", i), time.Now()))
			time.Sleep(500 * time.Millisecond)
		}
		expect("one after the other", 1)
		time.Sleep(3 * time.Second)
		expect("these are all", 2)
		time.Sleep(time.Minute)
		expect("nothing since", 2)
		put(t, theirs, story("seen", time.Now()))
		a.ask()
		time.Sleep(time.Minute)
		expect("seen before", 2)
	})
}
