package feed_test

import (
	"net/url"
	"testing"
)

// parse is url.Parse that fails the test.
func parse(tb testing.TB, s string) *url.URL {
	tb.Helper()
	u, err := url.Parse(s)
	if err != nil {
		tb.Fatal(err)
	}
	return u
}
