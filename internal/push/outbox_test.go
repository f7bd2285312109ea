package push

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"feedstation/internal/condition"
)

// wantTold fails unless exactly that was told since the last time, whatever the order.
func wantTold(t *testing.T, f *fake, want ...string) {
	t.Helper()
	got := f.take()
	slices.Sort(got)
	slices.Sort(want)
	if diff := cmp.Diff(want, got); diff != "" && len(want)+len(got) > 0 {
		t.Errorf("%s was told (-want +got):\n%s", f.name, diff)
	}
}

// TestTold holds what is told of what editions change, and when.
func TestTold(t *testing.T) {
	tests := []struct {
		name string
		do   func(t *testing.T, p *process, n *paper, f *fake)
	}{
		{"after the delay, once", func(t *testing.T, p *process, n *paper, f *fake) {
			p.publish(n.put("1", 0).print())
			after(2900 * time.Millisecond)
			wantTold(t, f)
			after(1200 * time.Millisecond)
			wantTold(t, f, "1")
			after(time.Hour)
			wantTold(t, f)
			p.publish(n.put("2", 0).put("1", 0).print())
			after(5 * time.Second)
			wantTold(t, f, "1", "2")
		}},
		{"a first edition is a baseline", func(t *testing.T, p *process, n *paper, f *fake) {
			p.current = nil
			for i := range 1000 {
				n.put(fmt.Sprint(i), 0)
			}
			p.publish(n.print())
			after(time.Minute)
			wantTold(t, f)
		}},
		{"another version of the program is one", func(t *testing.T, p *process, n *paper, f *fake) {
			n.build = "4712"
			p.publish(n.put("1", 0).print())
			after(time.Minute)
			wantTold(t, f)
		}},
		{"another version of the program is none for who is always told", func(t *testing.T, p *process, n *paper, f *fake) {
			f.policy.Always = true
			n.build = "4712"
			p.publish(n.put("1", 0).print())
			after(time.Minute)
			wantTold(t, f, "1")
		}},
		{"another address is one", func(t *testing.T, p *process, n *paper, f *fake) {
			p.publish(n.put("1", 0).print().At("https://www.news.example"))
			after(time.Minute)
			wantTold(t, f)
		}},
		{"five edits are one", func(t *testing.T, p *process, n *paper, f *fake) {
			for range 5 {
				p.publish(n.put("1", 0).print())
				after(500 * time.Millisecond)
			}
			after(10 * time.Second)
			wantTold(t, f, "1")
		}},
		{"came and went", func(t *testing.T, p *process, n *paper, f *fake) {
			p.publish(n.put("1", 0).print())
			after(time.Second)
			delete(n.articles, "1")
			p.publish(n.print())
			after(time.Minute)
			wantTold(t, f)
		}},
		{"withdrawn after it was told", func(t *testing.T, p *process, n *paper, f *fake) {
			p.publish(n.put("1", 0).print())
			after(time.Minute)
			wantTold(t, f, "1")
			delete(n.articles, "1")
			p.publish(n.print())
			after(time.Minute)
			wantTold(t, f, "-1")
		}},
		{"withdrawn within the window, never told", func(t *testing.T, p *process, n *paper, f *fake) {
			// It is of the first edition, of which nobody was told: engines have found it.
			delete(n.articles, "first")
			p.publish(n.print())
			after(time.Minute)
			wantTold(t, f, "-first")
		}},
		{"an import of old articles", func(t *testing.T, p *process, n *paper, f *fake) {
			for i := range 500 {
				n.put(fmt.Sprint("old", i), 49*time.Hour+time.Duration(i)*time.Minute)
			}
			p.publish(n.put("new", 47*time.Hour).print())
			after(time.Minute)
			wantTold(t, f, "new")
			delete(n.articles, "old7")
			p.publish(n.print())
			after(time.Minute)
			wantTold(t, f)
		}},
		{"a burst is cut, the newest are told, the newest first", func(t *testing.T, p *process, n *paper, f *fake) {
			p.Burst = 10
			f.policy.Batch = 3
			for i := range 50 {
				n.put(fmt.Sprintf("%02d", i), time.Duration(i)*time.Minute)
			}
			p.publish(n.print())
			after(time.Minute)
			if diff := cmp.Diff([]string{"00", "01", "02", "03", "04", "05", "06", "07", "08", "09"}, f.take()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		}},
		{"not before it is served", func(t *testing.T, p *process, n *paper, f *fake) {
			next := n.put("1", 0).print()
			p.note(next)
			after(time.Hour)
			wantTold(t, f) // it was refused
			p.publish(n.put("2", 0).print())
			after(time.Minute)
			wantTold(t, f, "1", "2")
		}},
		{"an edition that another process was quicker than", func(t *testing.T, p *process, n *paper, f *fake) {
			first := n.put("1", 0).print()
			p.publish(first)
			late := n.put("1", -time.Second).put("2", 0).print()
			p.note(late)
			p.noteFrom(late, first) // which stays the current one
			after(time.Minute)
			wantTold(t, f, "1")
			p.publish(n.print())
			after(time.Minute)
			wantTold(t, f, "1", "2")
		}},
		{"a refused edition that is never published", func(t *testing.T, p *process, n *paper, f *fake) {
			p.note(n.put("1", 0).print())
			delete(n.articles, "1")
			p.publish(n.print())
			after(time.Minute)
			wantTold(t, f)
		}},
		{"pinned back", func(t *testing.T, p *process, n *paper, f *fake) {
			pinned := p.current
			p.switchTo(pinned)
			p.publish(n.put("1", 0).print())
			after(time.Hour)
			wantTold(t, f)
			p.switchTo(nil)
			after(2 * time.Second)
			wantTold(t, f)
			after(2 * time.Second)
			wantTold(t, f, "1")
		}},
		{"an address at most each ten minutes", func(t *testing.T, p *process, n *paper, f *fake) {
			f.policy.Every = 10 * time.Minute
			p.workers["fake"].policy.Every = 10 * time.Minute
			p.publish(n.put("1", 0).print())
			after(10 * time.Second)
			wantTold(t, f, "1")
			p.publish(n.put("1", 0).put("2", 0).print())
			after(9 * time.Minute)
			wantTold(t, f, "2")
			after(time.Minute)
			wantTold(t, f, "1")
		}},
		{"asked for", func(t *testing.T, p *process, n *paper, f *fake) {
			p.publish(n.put("1", 0).print())
			after(time.Minute)
			wantTold(t, f, "1")
			if told, err := p.Now(t.Context(), p.current, address("1")); err != nil || told != 1 {
				t.Errorf("%d, %v", told, err)
			}
			after(1100 * time.Millisecond)
			wantTold(t, f, "1")
			if _, err := p.Now(t.Context(), p.current, address("9")); err == nil {
				t.Error("an unknown address: no error")
			}
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := &fake{name: "fake", policy: Policy{Batch: 100}}
				p := start(t, options(t, t.TempDir(), f))
				n := p.baseline()
				tt.do(t, p, n, f)
				p.end()
			})
		})
	}
}

// TestFailing holds how what fails is told again.
func TestFailing(t *testing.T) {
	tests := []struct {
		name   string
		answer func(send int, notices []Notice) Answer
		after  time.Duration // it is told before that, and not before half of it; 0: never
		state  string        // after a second failure, or 4 s
		policy Policy
		states map[string]int64
	}{
		{"503 twice", func(send int, notices []Notice) Answer {
			if send <= 2 {
				return fail(notices)
			}
			return Answer{}
		}, 21 * time.Second, "paused", Policy{}, map[string]int64{"retry": 2, "told": 1}},
		{"a pause has a limit", func(send int, notices []Notice) Answer {
			if send <= 10 {
				return fail(notices)
			}
			return Answer{}
		}, 90 * time.Second, "paused", Policy{Pause: 5 * time.Second}, map[string]int64{"retry": 10, "told": 1}},
		{"Retry-After", func(send int, notices []Notice) Answer {
			if send == 1 {
				return Answer{Outcomes: []Outcome{Retry}, Err: fmt.Errorf("429"), Pause: time.Now().Add(time.Hour)}
			}
			return Answer{}
		}, time.Hour + time.Minute, "paused", Policy{}, map[string]int64{"retry": 1, "told": 1}},
		{"broken", func(_ int, notices []Notice) Answer {
			a := fail(notices)
			a.Broken = true
			return a
		}, 0, "broken", Policy{}, nil},
		{"ours is wrong", func(int, []Notice) Answer {
			return Answer{Outcomes: []Outcome{Dropped}, Err: fmt.Errorf("422")}
		}, 0, "", Policy{}, map[string]int64{"dropped": 1}},
		{"dead", func(_ int, notices []Notice) Answer { return fail(notices) }, 0, "paused", Policy{Life: 2 * time.Hour}, nil},
		{"no outcome", func(send int, _ []Notice) Answer {
			if send == 1 {
				panic("index out of range")
			}
			return Answer{}
		}, 15 * time.Second, "paused", Policy{}, map[string]int64{"retry": 1, "told": 1}},
		{"no outcome of one that is told once", func(send int, _ []Notice) Answer {
			if send == 1 {
				panic("index out of range")
			}
			return Answer{}
		}, 0, "", Policy{Once: true}, map[string]int64{"dropped": 1}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := &fake{name: "fake", policy: tt.policy, answer: tt.answer}
				other := &fake{name: "other"}
				p := start(t, options(t, t.TempDir(), f, other))
				n := p.baseline()
				p.publish(n.put("1", 0).print())
				after(5 * time.Second)
				wantTold(t, other, "1") // which it does not hold up
				states := []string{}
				for _, c := range p.Conditions() {
					states = append(states, c.State)
				}
				if strings.Join(states, " ") != tt.state {
					t.Errorf("conditions %q, want %q", states, tt.state)
				}
				if tt.after > 0 {
					after(tt.after/2 - 5*time.Second)
					wantTold(t, f)
					after(tt.after)
					wantTold(t, f, "1")
					if all := p.Conditions(); len(all) > 0 {
						t.Errorf("conditions afterwards: %v", all)
					}
				} else {
					after(150 * time.Minute)
					wantTold(t, f)
				}
				for outcome, want := range tt.states {
					if got := p.Attempts()["fake"][outcome]; got != want {
						t.Errorf("%d %s, want %d", got, outcome, want)
					}
				}
				p.end()
			})
		})
	}
}

// One that fails again and again is one condition, which lasts until it is told
// or has nothing to be told.
func TestFailingIsLoggedOnce(t *testing.T) {
	for _, tt := range []struct {
		name   string
		policy Policy
		fails  int
		answer Answer // besides a failure
		again  int    // lines that say that it is told again
	}{
		{"told in the end", Policy{}, 6, Answer{}, 1},
		{"which says when to come back", Policy{}, 6, Answer{Pause: time.Unix(1, 0)}, 1},
		{"a station alone", Policy{}, 6, Answer{Station: true}, 1},
		{"dead", Policy{Life: time.Hour}, 1000, Answer{}, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := &fake{name: "fake", policy: tt.policy, answer: func(send int, notices []Notice) Answer {
					if send > tt.fails {
						return Answer{}
					}
					answer := tt.answer
					answer.Outcomes, answer.Err = fail(notices).Outcomes, errors.New("503")
					if !answer.Pause.IsZero() {
						answer.Pause = time.Now().Add(time.Minute)
					}
					return answer
				}}
				var log bytes.Buffer
				p := &process{Outbox: New(slog.New(slog.NewTextHandler(&log, nil)), options(t, t.TempDir(), f)), t: t, leads: true}
				p.run()
				n := p.baseline()
				p.publish(n.put("1", 0).print())
				after(30 * time.Second)
				if all := p.Conditions(); len(all) != 1 || time.Since(all[0].Since) < 20*time.Second {
					t.Errorf("conditions: %v", all)
				}
				after(90 * time.Minute)
				p.end()
				if all := p.Conditions(); slices.ContainsFunc(all, func(c condition.Condition) bool { return c.State != "dead" }) {
					t.Errorf("conditions afterwards: %v", all)
				}
				if text := log.String(); strings.Count(text, "pushing paused") != 1 || strings.Count(text, "pushing again") != tt.again {
					t.Errorf("%s", text)
				}
			})
		})
	}
}

// What could not be told in time is given up, what came later is told.
func TestDead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fake{name: "fake", policy: Policy{Batch: 10, Life: 2 * time.Hour}, answer: func(_ int, notices []Notice) Answer { return fail(notices) }}
		p := start(t, options(t, t.TempDir(), f))
		n := p.baseline()
		p.publish(n.put("1", 0).print())
		after(100 * time.Minute)
		p.publish(n.put("2", 0).print())
		after(25 * time.Minute)
		if got := p.Standings("xt")[0].Pending; got != 1 {
			t.Errorf("%d pending, want 1", got)
		}
		if all := p.Conditions(); !slices.ContainsFunc(all, func(c condition.Condition) bool { return c.State == "dead" }) {
			t.Errorf("conditions: %v", all)
		}
		f.mu.Lock()
		f.answer = nil
		f.mu.Unlock()
		after(90 * time.Minute)
		wantTold(t, f, "2")
		if all := p.Conditions(); len(all) > 0 {
			t.Errorf("conditions: %v", all)
		}
		p.end()
	})
}

// Its configuration that has changed, or an operator, has a broken destination told again;
// that of another one does not.
func TestReopened(t *testing.T) {
	for _, how := range []string{"configuration", "operator", "another's configuration"} {
		t.Run(how, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := &fake{name: "fake", answer: func(send int, notices []Notice) Answer {
					if send > 1 {
						return Answer{}
					}
					a := fail(notices)
					a.Broken = true
					return a
				}}
				o := options(t, t.TempDir(), f)
				p := start(t, o)
				n := p.baseline()
				p.publish(n.put("1", 0).print())
				after(time.Hour)
				wantTold(t, f)
				current := p.current
				if changed := map[string]string{"configuration": "fake", "another's configuration": "other"}[how]; changed == "" {
					if _, err := p.Now(t.Context(), current, address("1")); err != nil {
						t.Fatal(err)
					}
				} else {
					p.end()
					o.Config = func(destination string) string { return map[string]string{changed: "b"}[destination] + "a" }
					p = start(t, o)
					p.publish(current)
				}
				after(10 * time.Second)
				if how == "another's configuration" {
					wantTold(t, f)
				} else {
					wantTold(t, f, "1")
				}
				p.end()
			})
		})
	}
}

// A slow destination holds up no other, and what it is being told when the process ends is
// not told twice.
func TestSlow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := &fake{name: "slow", answer: func(int, []Notice) Answer { time.Sleep(4 * time.Second); return Answer{} }}
		quick := &fake{name: "quick"}
		o := options(t, t.TempDir(), slow, quick)
		p := start(t, o)
		n := p.baseline()
		p.publish(n.put("1", 0).put("2", 0).print())
		after(4 * time.Second)
		wantTold(t, quick, "1", "2")
		wantTold(t, slow)
		current := p.current
		p.end() // while the first is under way
		wantTold(t, slow, "1")
		p = start(t, o)
		p.publish(current)
		after(time.Minute)
		wantTold(t, slow, "2")
		wantTold(t, quick)
		p.end()
	})
}

// Those who share a rate are sent no more in any minute than it says, of all processes
// together.
func TestRate(t *testing.T) {
	for _, shared := range []bool{false, true} {
		t.Run(fmt.Sprint("shared ", shared), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				policy := Policy{Rate: 30, Rated: "both"}
				f, other := &fake{name: "fake", policy: policy}, &fake{name: "other", policy: policy}
				o := options(t, t.TempDir(), f, other)
				if shared {
					o.Shared = newMemory()
				}
				p := start(t, o)
				n := p.baseline()
				for i := range 100 {
					n.put(fmt.Sprint(i), 0)
				}
				p.publish(n.print())
				total := 0
				var sent []int // by second
				for range 8 * 60 {
					after(time.Second)
					told := len(f.take()) + len(other.take())
					sent = append(sent, told)
					total += told
					last := 0
					for _, n := range sent[max(0, len(sent)-60):] {
						last += n
					}
					if last > 30 {
						t.Fatalf("%d in the minute up to %ds", last, len(sent))
					}
				}
				if total != 200 {
					t.Errorf("%d were told", total)
				}
				p.end()
			})
		})
	}
}

// Steps go on where another process left them, and after a pause that is none of them.
func TestSteps(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		steps := []time.Duration{5 * time.Minute, 10 * time.Minute, 20 * time.Minute}
		want := []time.Duration{5 * time.Minute, 10 * time.Minute, 2 * time.Minute, 20 * time.Minute, 20 * time.Minute}
		var sends []time.Time
		f := &fake{name: "fake", answer: func(_ int, notices []Notice) Answer {
			a := fail(notices)
			switch sends = append(sends, time.Now()); len(sends) {
			case 3:
				a.Pause = time.Now().Add(2 * time.Minute)
			case len(want) + 1:
				return Answer{}
			default:
				a.Steps = steps
			}
			a.Station = true
			return a
		}}
		o := options(t, t.TempDir(), f)
		p := start(t, o)
		n := p.baseline()
		p.publish(n.put("1", 0).print())
		for _, wait := range want {
			after(wait - time.Minute)
			p.end()
			next := start(t, o)
			next.take(p)
			p = next
			after(time.Minute)
		}
		after(time.Minute)
		wantTold(t, f, "1")
		p.publish(n.put("2", 0).print()) // told, so that it begins anew
		after(5*time.Minute + 10*time.Second)
		want = append(want, 0, 5*time.Minute)
		var waits []time.Duration
		for i := range sends[1:] {
			waits = append(waits, sends[i+1].Sub(sends[i]).Round(time.Minute))
		}
		waits[len(waits)-2] = 0 // until "2" was published
		if !slices.Equal(waits, want) {
			t.Errorf("sent after %v, want %v", waits, want)
		}
		p.end()
	})
}
