package edition

import "time"

// Epoch is when documents last changed whose content tells of no change: the
// feed of a channel that never had an article, for example.
var Epoch = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// Revision is what becomes of a document when its content is rendered again.
type Revision struct {
	MediaType string // of what Render returns
	// Newest is the newest change that the content itself tells of; zero: none,
	// which stands for Epoch.
	Newest time.Time
	// AsOf is the content store's time of the snapshot.
	AsOf time.Time
	// Since is that of the edition before: content that changed with nothing newer
	// in it, as when an article left or came from elsewhere, changed at AsOf. Zero:
	// not known.
	Since time.Time
	// Items is how many articles the content carries.
	Items int
	// Headers are the document's; other ones alone are no change.
	Headers Headers
	// Changed says that the content is known to differ from that of the document
	// before, so that it need not be rendered to be compared.
	Changed bool
	// Render returns the body. It is given the moment of the last change, which
	// some formats print, and must depend on nothing else that changes.
	Render func(modified time.Time) ([]byte, error)
}

// Revise returns the document that follows previous, which is nil for the
// first: previous itself when no byte has changed, and otherwise a document
// whose time of modification is later. That time comes from the content where
// the content tells it (so that two processes agree), and is the time of the
// snapshot where it does not: when an article has gone, nothing that is left
// says when.
func (r Revision) Revise(previous *Document) (*Document, error) {
	if previous != nil && !r.Changed {
		body, err := r.Render(previous.Modified())
		if err != nil {
			return nil, err
		}
		if int64(len(body)) == previous.body.size && hashOf(r.MediaType, body) == previous.body.hash {
			previous.body.restore(func() []byte { return compressGzip(body) })
			return r.complete(previous), nil
		}
	}
	modified := r.modified(previous)
	body, err := r.Render(modified)
	if err != nil {
		return nil, err
	}
	return r.complete(NewContent(r.MediaType, body).document(modified)), nil
}

// ReviseContent does the same for content that is there already and does not print
// its time. Content that has only been compressed in another way, by another
// version of the program, is no change.
func (r Revision) ReviseContent(content *Content, previous *Document) *Document {
	if previous != nil && content.sameAs(previous) {
		previous.body.restore(func() []byte { return content.gzip })
		return r.complete(previous)
	}
	return r.complete(content.document(r.modified(previous)))
}

// complete adds what is no part of the content.
func (r Revision) complete(d *Document) *Document { return d.Carrying(r.Items).WithHeaders(r.Headers) }

// modified returns when content changed that differs from that of previous.
func (r Revision) modified(previous *Document) time.Time {
	modified := Later(r.Newest, Epoch)
	if modified.After(r.AsOf) || previous != nil && !modified.After(r.Since) {
		modified = r.AsOf // a clock in the newsroom is ahead
	}
	modified = modified.UTC().Truncate(time.Second)
	if previous != nil && !modified.After(previous.Modified()) {
		modified = Later(r.AsOf, previous.Modified().Add(time.Second)).UTC().Truncate(time.Second)
	}
	return modified
}
