package websub

import (
	"fmt"
	"net/http"
	"sync/atomic"
	"testing"
	"time"
)

// A request here makes one at a stranger: there are bounds.
func TestRequestLimits(t *testing.T) {
	subscribe := func(w *world, callback string) int {
		return w.post("hub.mode", "subscribe", "hub.topic", ownRSS, "hub.callback", callback).Code
	}
	t.Run("of all", func(t *testing.T) {
		in(t, func(w *world) {
			w.settings.Subscribers = 1000
			w.set()
			taken := 0
			for second := range 3 {
				for i := range 100 {
					if subscribe(w, fmt.Sprintf("https://r%d-%d.example/", second, i)) == 202 {
						taken++
					}
				}
				w.sleep(time.Second)
			}
			if taken != 60 {
				t.Errorf("%d requests of three seconds", taken)
			}
		})
	})
	t.Run("at a host", func(t *testing.T) {
		in(t, func(w *world) {
			w.settings.Subscribers = 100
			w.set()
			for i := range 5 {
				if code := subscribe(w, fmt.Sprintf("https://reader.example/%d", i)); code != 202 {
					t.Errorf("%d", code)
				}
			}
			for i := range 5 {
				w.sleep(time.Second)
				if n := len(w.asked("reader.example")); n != i+1 {
					t.Errorf("after %d s: asked %d times", 10*i, n)
				}
				w.sleep(9 * time.Second)
			}
			if w.count() != 5 {
				t.Errorf("%d subscriptions", w.count())
			}
		})
	})
	t.Run("at a host, of each process", func(t *testing.T) {
		in(t, func(w *world) {
			w.settings.Subscribers, w.settings.Shared = 100, &shared{fields: map[string]map[string]string{}}
			w.set()
			other := w.beside()
			defer func() { other.stop() }()
			for i := range 3 {
				for _, process := range []*world{w, other} {
					if code := subscribe(process, fmt.Sprintf("https://reader.example/%p/%d", process, i)); code != 202 {
						t.Errorf("%d", code)
					}
				}
			}
			for i := range 3 {
				w.sleep(time.Second)
				if n := len(w.asked("reader.example")); n != 2*(i+1) {
					t.Errorf("after %d s: asked %d times", 10*i, n)
				}
				w.sleep(9 * time.Second)
			}
		})
	})
	t.Run("the same again", func(t *testing.T) {
		in(t, func(w *world) {
			for range 10 {
				subscribe(w, "https://reader.example/cb")
			}
			w.sleep(time.Minute)
			if n := len(w.asked("reader.example")); n > 2 { // one may be on its way
				t.Errorf("asked %d times", n)
			}
		})
	})
	t.Run("that wait at a host", func(t *testing.T) {
		in(t, func(w *world) {
			taken := 0
			for i := range 200 {
				if subscribe(w, fmt.Sprintf("https://reader.example/%d", i)) == 202 {
					taken++
				}
				time.Sleep(50 * time.Millisecond)
			}
			if taken < maxPendingHost || taken > maxPendingHost+2 {
				t.Errorf("%d requests wait", taken)
			}
		})
	})
	t.Run("without an answer", func(t *testing.T) {
		in(t, func(w *world) {
			w.setConfirm("victim.example", hang)
			for i := range 10 {
				subscribe(w, fmt.Sprintf("https://victim.example/%d", i))
			}
			w.sleep(50 * time.Minute)
			if n := len(w.asked("victim.example")); n != maxUnanswered {
				t.Errorf("asked %d times", n)
			}
			if code := subscribe(w, "https://victim.example/x"); code != 429 {
				t.Errorf("%d while it is blocked", code)
			}
			if code := subscribe(w, "https://reader.example/x"); code != 202 {
				t.Errorf("%d for another host", code)
			}
			w.sleep(11 * time.Minute)
			if code := subscribe(w, "https://victim.example/x"); code != 202 {
				t.Errorf("%d after an hour", code)
			}
		})
	})
	t.Run("subscribers of a station", func(t *testing.T) {
		in(t, func(w *world) {
			w.settings.Subscribers = 2
			w.set()
			w.subscribe(ownRSS, "https://a.example/")
			for _, host := range []string{"b", "c"} { // both wait at the same time
				w.friend(host + ".example").confirm = func(w http.ResponseWriter, r *http.Request) { time.Sleep(tick); confirm(w, r) }
				if code := subscribe(w, "https://"+host+".example/"); code != 202 {
					t.Errorf("%d", code)
				}
			}
			w.sleep(time.Second)
			if w.count() != 2 {
				t.Errorf("%d subscriptions", w.count())
			}
			if code := subscribe(w, "https://d.example/"); code != 503 {
				t.Errorf("%d for one more", code)
			}
			w.sleep(verifyEvery)
			if code := subscribe(w, "https://a.example/"); code != 202 {
				t.Errorf("%d for a renewal", code)
			}
		})
	})
}

// So many are told at the same time, so many of a host; those that do not answer hold up
// nobody.
func TestDeliveryLimits(t *testing.T) {
	in(t, func(w *world) {
		w.settings.Subscribers = 1000
		w.set()
		var now, most, nowAt, mostAt atomic.Int64
		during := func(now, most *atomic.Int64, wait time.Duration) func() {
			if n := now.Add(1); n > most.Load() {
				most.Store(n)
			}
			time.Sleep(wait)
			return func() { now.Add(-1) }
		}
		dead := 0
		for i := range 60 {
			host := fmt.Sprintf("r%d.example", i)
			callback := "https://" + host + "/"
			if i < 20 {
				callback = fmt.Sprintf("https://many.example/%d", i)
			}
			s := w.friend(hostOf(callback))
			at := i < 20
			s.receive = func(http.ResponseWriter, *http.Request) {
				defer during(&now, &most, 20*time.Millisecond)()
				if at {
					during(&nowAt, &mostAt, 20*time.Millisecond)()
				}
			}
			if i >= 40 {
				dead++
				s.receive = hang
			}
			if code := w.post("hub.mode", "subscribe", "hub.topic", ownRSS, "hub.callback", callback).Code; code != 202 {
				t.Fatal(code)
			}
			w.sleep(verifyEvery)
		}
		if w.count() != 60 {
			t.Fatalf("%d subscriptions", w.count())
		}
		w.serve("2", "1")
		w.sleep(time.Minute)
		if most.Load() > maxSending || mostAt.Load() != maxSendingHost {
			t.Errorf("%d at the same time, %d at one host", most.Load(), mostAt.Load())
		}
		for i := range 40 {
			w.take(fmt.Sprintf("r%d.example", i))
		}
		w.take("many.example")
		w.sleep(10 * time.Minute) // all who are dead are tried again, and again
		before := time.Since(w.began)
		w.serve("3", "2", "1")
		w.sleep(20 * time.Second)
		for i := 20; i < 40; i++ {
			got := w.take(fmt.Sprintf("r%d.example", i))
			if len(got) != 1 || got[0].at-before > time.Second {
				t.Errorf("r%d was told %+v, want within a second of %s", i, got, before)
			}
		}
		if got := w.take("many.example"); len(got) != 20 {
			t.Errorf("%d deliveries to one host", len(got))
		}
	})
}

// When nobody answers it is an event, and when one does it is over.
func TestReachingNobody(t *testing.T) {
	in(t, func(w *world) {
		for i := range maxSilent {
			w.subscribe(ownRSS, fmt.Sprintf("https://r%d.example/cb", i))
			w.setReceive(fmt.Sprintf("r%d.example", i), hang)
		}
		w.serve("2", "1")
		w.sleep(time.Minute)
		if all := w.hub.Conditions(); len(all) != 1 || all[0].State != "reaching nobody" {
			t.Errorf("conditions %v", all)
		}
		w.setReceive("r1.example", status(500, ""))
		w.sleep(time.Hour)
		if all := w.hub.Conditions(); len(all) != 0 {
			t.Errorf("conditions %v", all)
		}
	})
}
