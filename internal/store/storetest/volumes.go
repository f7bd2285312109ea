package storetest

import (
	"fmt"
	"testing"
	"time"

	"feedstation/internal/edition"
	"feedstation/internal/store"
)

// testVolumes has an edition change the archives of one feed and not those of another one,
// then both go: what stays is neither lost nor read again, and an earlier edition has its own.
func testVolumes(t *testing.T, s *subject) {
	headers := edition.Headers{MaxAge: time.Hour, StaleIfError: time.Minute, Link: "<https://xt.news.example/rss.xml>; rel=\"current\"\t\\"}
	print := func(number int, text string) *edition.Edition {
		documents := map[string]*edition.Document{"/rss.xml": edition.NewDocument("text/plain", fmt.Append(nil, number), Noon)}
		contents := map[string]*edition.Document{}
		if text != "" {
			documents[another] = edition.NewDocument("text/plain", []byte("stays"), Noon).WithHeaders(headers).Carrying(7)
			documents[archive] = edition.NewDocument("text/plain", []byte(text), Noon)
			contents[archive] = edition.NewDocument("text/plain", []byte("of "+text), Noon).MadeFrom(text)
		}
		return edition.New("xt", Noon.Add(time.Duration(number)*time.Minute), "build", documents).WithContents(contents)
	}
	var last *edition.Edition
	for number, text := range []string{"one", "one", "two", "", "two"} {
		want := Publish(t, s, print(number, text))
		s.collect(t)
		for _, known := range []*edition.Edition{nil, last} {
			got, err := s.Fetch(t.Context(), "xt", known)
			if err != nil || !got.Equal(want) || got.Digest() != want.Digest() {
				t.Fatalf("edition %d is fetched as %v, %v", number, got, err)
			}
			last = got
		}
		if kept, err := s.FetchKept(t.Context(), "xt", Noon, nil); err != nil || !kept.Equal(print(0, "one")) {
			t.Fatalf("with edition %d, the first is %v, %v", number, kept, err)
		}
	}
	pin := store.Pin{Watermark: Noon, At: Noon.Add(time.Hour)}
	if err := s.Pin(t.Context(), "xt", pin, print(0, "one")); err != nil {
		t.Fatal(err)
	}
	s.collect(t)
	s.wantPinned(t, "xt", pin, print(0, "one"))
}
