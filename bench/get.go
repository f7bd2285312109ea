package main

import (
	"context"
	"io"
	"net/http"
	"strings"
	"time"
)

// answer is what a client sees of a document.
type answer struct {
	status int
	header http.Header
	body   string // decoded
}

// get asks once, on a connection of its own.
func get(ctx context.Context, t target) (answer, error) {
	ctx, cancel := context.WithTimeout(ctx, slowest)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+t.addr+t.path, http.NoBody)
	if err != nil {
		return answer{}, err
	}
	request.Host = t.host
	for _, field := range t.headers {
		name, value, _ := strings.Cut(field, ": ")
		request.Header.Set(name, value)
	}
	response, err := client.Do(request)
	if err != nil {
		return answer{}, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	return answer{response.StatusCode, response.Header, string(body)}, err
}

// client follows no redirect: hosts are reserved names.
var client = &http.Client{
	Transport:     &http.Transport{DisableKeepAlives: true},
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

// await asks until an answer is as wanted, and returns how long that took.
func await(ctx context.Context, t target, patience time.Duration, want func(answer) bool) (took time.Duration, ok bool) {
	began := time.Now()
	for {
		a, err := get(ctx, t)
		took = time.Since(began)
		if err == nil && want(a) {
			return took, true
		}
		if took > patience || ctx.Err() != nil {
			return took, false
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// has reports whether a feed is served that has a text.
func has(text string) func(answer) bool {
	return func(a answer) bool { return a.status == http.StatusOK && strings.Contains(a.body, text) }
}
