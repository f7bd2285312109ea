//go:build archive && linux

package e2e

import (
	"fmt"
	"os"
	"sync"
	"syscall"
	"time"
)

// event has one thing happen, and waits until all have caught up, and a while.
func (s *soak) event() {
	s.Helper()
	events := []struct {
		name   string
		happen func()
	}{
		{"restart", func() { s.restart(func(p *process) { s.mustEnd(p) }) }},
		{"kill -9", func() { s.restart((*process).kill) }},
		{"freeze", s.freeze},
		{"failover", s.failover},
		{"redis stalls", func() { master := s.redis.Master(); master.Stop(); pause(500 * time.Millisecond); master.Cont() }},
		{"redis emptied", s.redis.Flush},
		{"busy machine", s.busy},
		{"retract", s.retract},
		{"lift", s.lift},
	}
	e := events[s.random.IntN(len(events))]
	step(e.name)
	e.happen()
	s.events[e.name]++
	s.catchUp()
	pause(s.gap)
}

func (s *soak) mustEnd(p *process) {
	if _, err := p.end(syscall.SIGTERM); err != nil {
		s.Errorf("feedstation serve: %v", err)
	}
}

func (s *soak) restart(end func(*process)) {
	p := s.restarted[s.random.IntN(len(s.restarted))]
	end(p)
	pause(time.Duration(s.random.IntN(5)) * time.Second)
	p.log.Reset()
	p.start()
}

// freeze stops a process for longer, now and then, than its leases last.
func (s *soak) freeze() {
	all := s.processes()
	p := all[s.random.IntN(len(all))]
	p.freeze()
	pause(time.Duration(1+s.random.IntN(40)) * time.Second)
	p.thaw()
}

// busy has all processes run a quarter of the time until they have caught up, as on a
// machine with much else to do: what they wait for, such as the disk, is late then.
func (s *soak) busy() {
	s.Helper()
	const turn = 100 * time.Millisecond
	done := make(chan struct{})
	var holding sync.WaitGroup
	defer holding.Wait()
	defer close(done)
	holding.Go(func() {
		for {
			s.send(syscall.SIGSTOP)
			pause(turn * 3 / 4)
			s.send(syscall.SIGCONT)
			select {
			case <-done:
				return
			case <-time.After(turn / 4):
			}
		}
	})
	pause(5 * time.Second)
	s.catchUp()
}

// send sends a signal to all processes, of which one may have been ended.
func (s *soak) send(signal os.Signal) {
	for _, p := range s.processes() {
		_ = p.serve.Process.Signal(signal)
	}
}

// failover kills the master, which loses what its replica has not got yet.
func (s *soak) failover() {
	master := s.redis.Master()
	master.Kill()
	s.redis.AwaitFailover(master)
	pause(time.Duration(s.random.IntN(5)) * time.Second)
	master.Restart()
	s.redis.Await()
}

func (s *soak) retract() {
	if id := s.desk.pick(func(a *soakArticle) bool { return a.visible() }); id != "" {
		s.takeDown(id, `{"id": %q}`)
		s.desk.retract(id, true)
	}
}

func (s *soak) lift() {
	if id := s.desk.pick(func(a *soakArticle) bool { return a.retracted }); id != "" {
		s.takeDown(id, `{"id": %q, "lift": true}`)
		s.desk.retract(id, false)
	}
}

// takeDown asks any process.
func (s *soak) takeDown(id, wish string) {
	s.Helper()
	all := s.processes()
	all[s.random.IntN(len(all))].ask("/-/retract", fmt.Sprintf(wish, id))
}
