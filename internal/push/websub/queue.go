package websub

import "slices"

// job is a subscriber who is to be told.
type job struct {
	station   string
	desk      *desk
	key, host string
	failing   bool // it could not be told last time
	deny      bool // that its topic is none any more
}

// queue is the jobs that wait, a line a host. Hosts take turns; those that failed last
// time wait for those that did not, and never take all places.
type queue struct {
	lanes            [2]lane
	sending, failing int
	hosts            map[string]int // jobs that are being done
}

// lane is the lines of some hosts.
type lane struct {
	turn []string // hosts with a line
	jobs map[string][]job
}

func newQueue() queue {
	return queue{lanes: [2]lane{{jobs: map[string][]job{}}, {jobs: map[string][]job{}}}, hosts: map[string]int{}}
}

func (q *queue) add(j job) {
	l := &q.lanes[0]
	if j.failing {
		l = &q.lanes[1]
	}
	if len(l.jobs[j.host]) == 0 {
		l.turn = append(l.turn, j.host)
	}
	l.jobs[j.host] = append(l.jobs[j.host], j)
}

// take returns the next job that may be done now.
func (q *queue) take() (j job, ok bool) {
	for i := range q.lanes {
		if q.sending >= maxSending || i == 1 && q.failing >= maxFailing {
			return j, false
		}
		if j, ok = q.lanes[i].take(q.hosts); ok {
			q.sending++
			q.hosts[j.host]++
			if j.failing {
				q.failing++
			}
			return j, true
		}
	}
	return j, false
}

func (l *lane) take(busy map[string]int) (j job, ok bool) {
	for i, host := range l.turn {
		if busy[host] >= maxSendingHost {
			continue
		}
		j = l.jobs[host][0]
		l.turn = slices.Delete(l.turn, i, i+1)
		if l.jobs[host] = l.jobs[host][1:]; len(l.jobs[host]) > 0 {
			l.turn = append(l.turn, host)
		} else {
			delete(l.jobs, host)
		}
		return j, true
	}
	return j, false
}

// done notes that a job that was taken has ended.
func (q *queue) done(j job) {
	q.sending--
	if j.failing {
		q.failing--
	}
	if q.hosts[j.host]--; q.hosts[j.host] == 0 {
		delete(q.hosts, j.host)
	}
}
