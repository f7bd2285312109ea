package edition

import (
	"cmp"
	"encoding/hex"
	"fmt"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"
	"unique"
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
	k := d.kind.Value()
	if k.headers == headers {
		return d
	}
	k.headers = headers
	return d.as(unique.Make(k), d.modified, d.Items())
}

// Headers returns the document's headers.
func (d *Document) Headers() Headers { return d.kind.Value().headers }

// control returns the value of the Cache-Control header field.
func (h Headers) control() string {
	seconds := int(h.MaxAge / time.Second)
	control := fmt.Sprintf("public, max-age=%d", seconds)
	if bound := int(h.StaleWhileRevalidate / time.Second); bound >= 0 {
		control += fmt.Sprintf(", stale-while-revalidate=%d", min(seconds, cmp.Or(bound, seconds)))
	}
	if h.StaleIfError > 0 {
		control += fmt.Sprintf(", stale-if-error=%d", int(h.StaleIfError/time.Second))
	}
	return control
}

// fields are the values of a document's header fields, made when it is first asked
// for. As slices they are what http.Header has.
type fields struct {
	contentType, cacheControl, link, lastModified [1]string
	etags                                         [encodings][1]string
	lengths                                       [Brotli][1]string // of what is there without being made
	cacheKeys                                     atomic.Pointer[cacheKeys]
}

// twinSuffix tells the ETag of a twin from that of the document in gzip.
const twinSuffix = "-gz"

func (d *Document) header() *fields {
	if f := d.fields.Load(); f != nil {
		return f
	}
	k := d.kind.Value()
	f := &fields{
		contentType: [1]string{k.mediaType}, cacheControl: [1]string{k.headers.control()}, link: [1]string{k.headers.Link},
		lastModified: [1]string{d.Modified().Format(http.TimeFormat)},
	}
	tag := hex.EncodeToString(d.body.hash[:16])
	if d.twin {
		tag += twinSuffix
	}
	for encoding := range encodings {
		if !d.has(encoding) {
			continue
		}
		suffix := ""
		if encoding != Identity {
			suffix = "-" + encoding.String()
		}
		f.etags[encoding][0] = `"` + tag + suffix + `"`
	}
	f.lengths[Identity][0] = strconv.FormatInt(d.Size(), 10)
	f.lengths[Gzip][0] = strconv.FormatInt(d.body.length, 10)
	d.fields.Store(f)
	return f
}

// The values of header fields are in the form of http.Header, made once. They must
// not be written to.

// ContentType returns the media type.
func (d *Document) ContentType() []string { return d.header().contentType[:] }

// LastModified returns the time of modification as an HTTP date.
func (d *Document) LastModified() []string { return d.header().lastModified[:] }

// CacheControl returns the field Cache-Control.
func (d *Document) CacheControl() []string { return d.header().cacheControl[:] }

// Link returns the field Link, nil for none.
func (d *Document) Link() []string {
	if link := d.header().link[:]; link[0] != "" {
		return link
	}
	return nil
}

// ETag returns the strong validator of an encoding (RFC 9110 §8.8.3).
func (d *Document) ETag(encoding Encoding) []string { return d.header().etags[encoding][:] }

// Tag returns what the ETags of all encodings begin with, without quotes.
func (d *Document) Tag() string {
	etag := d.header().etags[Identity][0]
	return etag[1 : len(etag)-1]
}
