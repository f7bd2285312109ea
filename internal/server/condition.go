package server

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"feedstation/internal/edition"
)

// notModified evaluates a request's conditions (RFC 9110 §13.2.2):
// If-None-Match, and If-Modified-Since only without it. Encoding is that of the answer,
// whose ETag most clients have.
func notModified(r *http.Request, d *edition.Document, encoding edition.Encoding) bool {
	if tags, ok := r.Header["If-None-Match"]; ok {
		return slices.Equal(tags, d.ETag(encoding)) || anyMatch(tags, d.Tag())
	}
	since := r.Header["If-Modified-Since"]
	if len(since) != 1 { // one of several means nothing (§13.1.3)
		return false
	}
	t, err := http.ParseTime(since[0])
	return err == nil && !d.Modified().After(t)
}

// lastModified returns when the content last changed, but not a time that has
// yet to come (RFC 9110 §8.8.2.1): the content store's clock may be ahead. Who
// asks with what stands in for it gets the document, until that time has come.
func lastModified(d *edition.Document, now time.Time) []string {
	if d.Modified().After(now) {
		return []string{now.UTC().Format(http.TimeFormat)}
	}
	return d.LastModified()
}

func anyMatch(lists []string, tag string) bool {
	for _, list := range lists {
		for candidate := range strings.SplitSeq(list, ",") {
			candidate = strings.TrimSpace(candidate)
			if candidate == "*" || sameContent(candidate, tag) {
				return true
			}
		}
	}
	return false
}

// suffixes are what the ETags of our encodings end in, and what proxies that
// compress or decompress put behind them in their turn.
var suffixes = [...]string{"-gzip", "--gzip", ";gzip", "-br", "-zstd", "-df"}

// sameContent compares weakly (RFC 9110 §8.8.3.2), and whatever the encoding:
// the tag tells the content, and a client that has it in one encoding has no
// use for another.
func sameContent(candidate, tag string) bool {
	rest, quoted := strings.CutPrefix(strings.TrimPrefix(candidate, "W/"), `"`)
	rest, ours := strings.CutPrefix(rest, tag)
	if !quoted || !ours {
		return false
	}
	for rest != `"` {
		before := len(rest)
		for _, suffix := range suffixes {
			rest = strings.TrimPrefix(rest, suffix)
		}
		if len(rest) == before {
			return false
		}
	}
	return true
}
