package main

import (
	"errors"
	"io"
	"maps"
	"net/http"
	"os"

	"feedstation/internal/testkit/testserver"
)

// bare is the name of the yardstick.
const bare = "bare net/http handler"

// startYardstick starts a handler of a few lines that answers as a feed was
// answered, with the same header fields and bytes, in a process of its own: what
// Go's server can do at the most.
func (s *stage) startYardstick(like *site) *site {
	self, err := os.Executable()
	if err != nil {
		s.Fatal(err)
	}
	addr := s.address()
	p := s.start(addr, testserver.Command{Program: self, Args: []string{"yardstick", addr, like.feed.addr, like.feed.host, like.feed.path}})
	feed := like.feed
	feed.addr = addr
	return &site{name: bare, feed: feed, programs: []*program{p}}
}

// serveYardstick is that process.
func serveYardstick(addr, from, host, path string) error {
	request, err := http.NewRequest(http.MethodGet, "http://"+from+path, http.NoBody) //nolint:noctx // the process has nothing else to do
	if err != nil {
		return err
	}
	request.Host = host
	request.Header.Set("Accept-Encoding", "gzip")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK || response.Header.Get("Content-Encoding") != "gzip" {
		return errors.New("yardstick: no feed in gzip: " + response.Status)
	}
	full := response.Header
	full.Del("Date")
	short := full.Clone()
	for _, name := range []string{"Content-Type", "Content-Length", "Content-Encoding"} {
		short.Del(name)
	}
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fields, status := full, http.StatusOK
		if r.Header.Get("If-None-Match") != "" {
			fields, status = short, http.StatusNotModified
		}
		header := w.Header()
		maps.Copy(header, fields)
		w.WriteHeader(status)
		if status == http.StatusOK {
			w.Write(body)
		}
	})
	return (&http.Server{Addr: addr, Handler: handler}).ListenAndServe() //nolint:gosec // for this machine's own load
}
