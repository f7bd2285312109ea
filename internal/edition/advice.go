package edition

import (
	"cmp"
	"fmt"
	"time"
)

// Advice is what clients are told about a document beside its content. It is no
// part of the document's hash.
type Advice struct {
	// MaxAge is how long a client or a proxy may keep the document without
	// asking again, in whole seconds.
	MaxAge time.Duration
	// StaleWhileRevalidate bounds how long after that a proxy may still serve it
	// while it asks again (RFC 5861 §3), which is MaxAge once more; 0: no bound,
	// negative: not told.
	StaleWhileRevalidate time.Duration
	// StaleIfError is how long after that a proxy may still serve it while
	// this server can't be reached (RFC 5861 §4); 0: not told.
	StaleIfError time.Duration
	// Link is the value of the Link header field (RFC 8288); empty: none.
	Link string
}

// DefaultAdvice is that of documents of which nothing else is known.
var DefaultAdvice = Advice{MaxAge: time.Minute}

// Advised returns the document with that advice: itself if it has it already.
func (d *Document) Advised(advice Advice) *Document {
	if d.advice == advice {
		return d
	}
	advised := *d
	advised.advise(advice)
	return &advised
}

func (d *Document) advise(advice Advice) {
	d.advice = advice
	seconds := int(advice.MaxAge / time.Second)
	control := fmt.Sprintf("public, max-age=%d", seconds)
	if bound := int(advice.StaleWhileRevalidate / time.Second); bound >= 0 {
		control += fmt.Sprintf(", stale-while-revalidate=%d", min(seconds, cmp.Or(bound, seconds)))
	}
	if advice.StaleIfError > 0 {
		control += fmt.Sprintf(", stale-if-error=%d", int(advice.StaleIfError/time.Second))
	}
	d.cacheControl, d.link = []string{control}, nil
	if advice.Link != "" {
		d.link = []string{advice.Link}
	}
}

// Advice returns what clients are told.
func (d *Document) Advice() Advice { return d.advice }

// CacheControl returns the advice in the form of http.Header. It must not be
// written to.
func (d *Document) CacheControl() []string { return d.cacheControl }

// Link returns the links in the form of http.Header, nil for none. It must not
// be written to.
func (d *Document) Link() []string { return d.link }
