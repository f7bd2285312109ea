package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// clients is how many connections ask at the same time, each one request after
// the other.
const clients = 8

// target is what is asked for, at an address of the loopback.
type target struct {
	addr, host, path string
	headers          []string // lines without their end
}

func (t target) with(headers ...string) target {
	t.headers = slices.Concat(t.headers, headers)
	return t
}

func (t target) request() []byte {
	lines := append([]string{"GET " + t.path + " HTTP/1.1", "Host: " + t.host, "User-Agent: feedstation-compare"}, t.headers...)
	return []byte(strings.Join(lines, "\r\n") + "\r\n\r\n")
}

// load is what came of asking for a while.
type load struct {
	perSecond float64
	p99       time.Duration
	requests  int
}

// ask asks for a while, over connections that are kept. Each answer has to have
// that status.
func ask(ctx context.Context, t target, status int, d time.Duration) (load, error) {
	var all sync.WaitGroup
	took, faults := make([][]time.Duration, clients), make([]error, clients)
	began := time.Now()
	for i := range clients {
		all.Go(func() { took[i], faults[i] = askOne(ctx, t, status, began.Add(d)) })
	}
	all.Wait()
	elapsed := time.Since(began)
	if err := errors.Join(faults...); err != nil {
		return load{}, fmt.Errorf("load on %s%s: %w", t.addr, t.path, err)
	}
	every := slices.Sorted(slices.Values(slices.Concat(took...)))
	return load{float64(len(every)) / elapsed.Seconds(), every[len(every)*99/100], len(every)}, nil
}

// slowest bounds one answer.
const slowest = time.Minute

func askOne(ctx context.Context, t target, status int, until time.Time) (took []time.Duration, err error) {
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", t.addr)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	if err := conn.SetDeadline(until.Add(slowest)); err != nil {
		return nil, err
	}
	request, answers := t.request(), bufio.NewReaderSize(conn, 64<<10)
	for began := time.Now(); began.Before(until) && ctx.Err() == nil || took == nil; {
		if _, err := conn.Write(request); err != nil {
			return nil, err
		}
		got, err := readAnswer(answers)
		if err != nil {
			return nil, err
		}
		if got != status {
			return nil, fmt.Errorf("status %d, want %d", got, status)
		}
		now := time.Now()
		took = append(took, now.Sub(began))
		began = now
	}
	return took, nil
}

// readAnswer reads an answer to GET and returns its status. It knows as much of
// HTTP as costs next to nothing: what the client takes is taken from the server.
func readAnswer(r *bufio.Reader) (status int, err error) {
	first, err := r.ReadSlice('\n')
	if err != nil {
		return 0, err
	}
	if len(first) < len("HTTP/1.1 200") {
		return 0, fmt.Errorf("no answer of HTTP: %q", first)
	}
	if status, err = strconv.Atoi(string(first[9:12])); err != nil {
		return 0, err
	}
	length, chunked := 0, false
	for {
		field, err := r.ReadSlice('\n')
		if err != nil {
			return 0, err
		}
		if field = bytes.TrimSpace(field); len(field) == 0 {
			break
		}
		name, value, _ := bytes.Cut(field, []byte(":"))
		switch {
		case bytes.EqualFold(name, []byte("Content-Length")):
			if length, err = strconv.Atoi(string(bytes.TrimSpace(value))); err != nil {
				return 0, err
			}
		case bytes.EqualFold(name, []byte("Transfer-Encoding")):
			chunked = true
		}
	}
	if status == 304 {
		return status, nil
	}
	if chunked {
		return status, discardChunks(r)
	}
	_, err = r.Discard(length)
	return status, err
}

// discardChunks reads a body in chunks (RFC 9112 §7.1) without trailers.
func discardChunks(r *bufio.Reader) error {
	for {
		size, err := r.ReadSlice('\n')
		if err != nil {
			return err
		}
		n, err := strconv.ParseInt(string(bytes.TrimSpace(size)), 16, 32)
		if err != nil {
			return err
		}
		if _, err := r.Discard(int(n) + len("\r\n")); err != nil {
			return errors.Join(err, io.ErrUnexpectedEOF)
		}
		if n == 0 {
			return nil
		}
	}
}
