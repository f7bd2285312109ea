package cache

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// network is a simulated one, in a bubble of synctest, between processes and a real
// Redis, which answers within no time: what it takes is that of the simulation. A Redis
// works off one command after the other, and all of its bytes pass through one link.
type network struct {
	testing.TB
	addr    string        // of the real Redis
	delay   time.Duration // one way
	command time.Duration // what Redis takes for one
	link    float64       // bytes a second

	mu    sync.Mutex
	busy  time.Time // until when Redis and its link are
	down  bool
	conns map[net.Conn]bool
	used  traffic
}

// traffic is what passed through a network.
type traffic struct {
	commands, trips, in, out int64
	busy                     time.Duration
}

func newNetwork(t testing.TB, addr string) *network {
	return &network{
		TB: t, addr: addr, conns: map[net.Conn]bool{},
		delay: 250 * time.Microsecond, command: 2 * time.Microsecond, link: 1e9 / 8,
	}
}

// since returns what has passed since, and what is counted by now.
func (n *network) since(before traffic) (passed, now traffic) {
	n.mu.Lock()
	defer n.mu.Unlock()
	now = n.used
	return traffic{
		now.commands - before.commands, now.trips - before.trips, now.in - before.in, now.out - before.out, now.busy - before.busy,
	}, now
}

// fail breaks all connections, and none is made until mend.
func (n *network) fail() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.down = true
	for conn := range n.conns {
		conn.Close()
	}
	clear(n.conns)
}

func (n *network) mend() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.down = false
}

// dial implements redis.Options.Dial.
func (n *network) dial(context.Context, string, string) (net.Conn, error) {
	time.Sleep(2 * n.delay)
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.down {
		return nil, syscall.ECONNREFUSED
	}
	near, far := net.Pipe()
	n.conns[far] = true
	go n.pass(far)
	return near, nil
}

// pass passes on what a client sends, until it hangs up.
func (n *network) pass(client net.Conn) {
	defer func() {
		client.Close()
		n.mu.Lock()
		delete(n.conns, client)
		n.mu.Unlock()
	}()
	server, err := net.Dial("tcp", n.addr)
	if err != nil {
		n.Error(err)
		return
	}
	defer server.Close()
	chunks, answers, done := make(chan []byte), bufio.NewReader(server), make(chan struct{})
	defer close(done)
	go func() {
		defer close(chunks)
		for {
			chunk := make([]byte, 64<<10)
			size, err := client.Read(chunk)
			if err != nil {
				return
			}
			select {
			case chunks <- chunk[:size]:
			case <-done:
				return
			}
		}
	}()
	var sent []byte
	for chunk := range chunks {
		sent = append(sent, chunk...)
		arrived := time.After(n.delay)
		for waiting := true; waiting; { // a pipeline is sent in pieces, at once
			select {
			case more, open := <-chunks:
				if sent, waiting = append(sent, more...), open; !open {
					return
				}
			case <-arrived:
				waiting = false
			}
		}
		commands, size := complete(sent)
		if commands == 0 {
			continue
		}
		answer, err := exchange(server, answers, sent[:size], commands)
		if err != nil {
			n.Error(err)
			return
		}
		sent = bytes.Clone(sent[size:])
		time.Sleep(n.take(commands, size, len(answer)) + n.delay)
		if _, err := client.Write(answer); err != nil {
			return
		}
	}
}

// take has Redis work off commands, and returns how long that takes from now on.
func (n *network) take(commands, in, out int) time.Duration {
	n.mu.Lock()
	defer n.mu.Unlock()
	took := time.Duration(commands)*n.command + time.Duration(float64(in+out)/n.link*float64(time.Second))
	n.used.commands += int64(commands)
	n.used.trips++
	n.used.in += int64(in)
	n.used.out += int64(out)
	n.used.busy += took
	now := time.Now()
	if n.busy.Before(now) {
		n.busy = now
	}
	n.busy = n.busy.Add(took)
	return n.busy.Sub(now)
}

// exchange sends commands to the real Redis and reads their answers.
func exchange(server net.Conn, answers *bufio.Reader, commands []byte, count int) ([]byte, error) {
	sent := make(chan error, 1)
	go func() {
		_, err := server.Write(commands)
		sent <- err
	}()
	var answer bytes.Buffer
	for range count {
		if err := copyReply(&answer, answers); err != nil {
			return nil, errors.Join(err, server.Close(), <-sent)
		}
	}
	return answer.Bytes(), <-sent
}

// complete returns how many whole commands there are, and their bytes.
func complete(sent []byte) (commands, size int) {
	in := bytes.NewReader(sent)
	buffered := bufio.NewReader(in)
	for copyReply(io.Discard, buffered) == nil {
		commands++
		size = len(sent) - in.Len() - buffered.Buffered()
	}
	return commands, size
}

// copyReply copies one value of RESP2 or RESP3.
func copyReply(to io.Writer, from *bufio.Reader) error {
	line, err := from.ReadSlice('\n')
	if err != nil {
		return err
	}
	if _, err := to.Write(line); err != nil {
		return err
	}
	kind, text := line[0], strings.TrimSpace(string(line[1:]))
	if !strings.ContainsRune("$*%~>=", rune(kind)) {
		return nil
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		return fmt.Errorf("%q: %w", line, err)
	}
	switch kind {
	case '$', '=':
		if n >= 0 {
			_, err = io.CopyN(to, from, int64(n)+2)
		}
		return err
	case '%':
		n *= 2
	}
	for range n {
		if err := copyReply(to, from); err != nil {
			return err
		}
	}
	return nil
}
