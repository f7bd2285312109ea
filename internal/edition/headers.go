package edition

import (
	"cmp"
	"fmt"
	"time"
)

// Headers are what the header fields of a document say that does not follow from its
// content. They are no part of its hash.
type Headers struct {
	// MaxAge is how long a client or a proxy may keep the document without
	// asking again, in whole seconds.
	MaxAge time.Duration
	// StaleWhileRevalidate bounds how long after that a proxy may still serve it
	// while it asks again (RFC 5861 §3), which is MaxAge once more; 0: no bound,
	// negative: not sent.
	StaleWhileRevalidate time.Duration
	// StaleIfError is how long after that a proxy may still serve it while
	// this server can't be reached (RFC 5861 §4); 0: not sent.
	StaleIfError time.Duration
	// Link is the value of the Link header field (RFC 8288); empty: none.
	Link string
}

// DefaultHeaders are those of documents of which nothing else is known.
var DefaultHeaders = Headers{MaxAge: time.Minute}

// WithHeaders returns the document with those headers: itself if it has them already.
func (d *Document) WithHeaders(headers Headers) *Document {
	if d.headers == headers {
		return d
	}
	other := *d
	other.setHeaders(headers)
	return &other
}

func (d *Document) setHeaders(headers Headers) {
	d.headers = headers
	seconds := int(headers.MaxAge / time.Second)
	control := fmt.Sprintf("public, max-age=%d", seconds)
	if bound := int(headers.StaleWhileRevalidate / time.Second); bound >= 0 {
		control += fmt.Sprintf(", stale-while-revalidate=%d", min(seconds, cmp.Or(bound, seconds)))
	}
	if headers.StaleIfError > 0 {
		control += fmt.Sprintf(", stale-if-error=%d", int(headers.StaleIfError/time.Second))
	}
	d.cacheControl, d.link = []string{control}, nil
	if headers.Link != "" {
		d.link = []string{headers.Link}
	}
}

// Headers returns the document's headers.
func (d *Document) Headers() Headers { return d.headers }

// CacheControl returns the field Cache-Control in the form of http.Header. It must not be
// written to.
func (d *Document) CacheControl() []string { return d.cacheControl }

// Link returns the field Link in the form of http.Header, nil for none. It must not
// be written to.
func (d *Document) Link() []string { return d.link }
