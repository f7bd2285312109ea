package ingest

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"feedstation/internal/article"
)

// Kind is a kind of source: how its lists are asked for and how its items are read.
// Everything else is the same for all kinds.
//
// In addresses, {since}, {since_unix}, {since_ms} and {since_sql} stand for a moment,
// in RFC 3339, as a number of seconds or milliseconds and as 2006-01-02 15:04:05 in
// UTC; {page} counts from 1, {page0} from 0, {offset} items; {size} is how many items
// are asked for; {cursor} is what Next found in the page before; {ids} are ids with
// commas between, {id} is a single one, {token} the source's token.
type Kind struct {
	// Changes is the address of what has changed since a moment, whole. Without
	// {since} it has everything, the newest first, and is read up to the first page
	// without anything new.
	Changes string
	// Ascending says that Changes are in the order of their last change, so that each
	// page can ask for what is later than the page before.
	Ascending bool
	// List is the address of all items, the newest first, of which nothing is needed
	// but id, published and what Stamp says; empty: Changes has all, whole.
	List string
	// Sitemap is the address of a sitemap, or of an index of them, that lists the pages of
	// all items, also of those that Changes has no more; empty: there is none.
	Sitemap string
	// Item is the address of items by their ids; empty: there is none. IDs is what each
	// of {ids} is, and where that begins with & they follow each other.
	Item string
	IDs  string

	// Ranked is the address of one item of all those of List, in the order of their ids,
	// by {page} or {offset}; empty: there is none.
	Ranked string

	Items string // the path of the list in an answer; empty: the answer itself
	Pages string // the header or the path that has the number of pages; empty: none
	Next  string // the path of the next page's address, or of {cursor}
	Size  int    // how many items of a page are asked for
	// Stamp is the path of what differs in lists when an item has changed.
	Stamp  string
	Header map[string]string
	// Fields are the paths of the fields of the import format; and of modified and
	// terms.
	Fields map[string]string
	// Again says that published is when an item was last published: the first such time
	// that is known stays.
	Again bool
	// Made is the path of when an item was made, which published is where nothing better
	// is there; empty: there is none. An item that is first shown after the first pass is
	// as old as its last change then, and stays so: it may have been a draft for long.
	Made string
	// Complete says that a list without a next page has everything there is; if not,
	// what is older than its last item may be there all the same.
	Complete bool
	// Convert returns an answer as JSON that the paths are of; nil: it is.
	Convert func(base *url.URL, r article.Reader, a *answer) ([]byte, error)
	// Mend mends a record that the paths have filled; nil: nothing is to be mended.
	Mend func(item gjson.Result, r values)
}

// page is one answer of a list.
type page struct {
	items       []gjson.Result
	next        string // an address, or a cursor; empty: the list ends here, or counts its pages
	last        bool   // there is no next page
	counted     bool   // the list does not say how many pages it has
	complete    bool   // and so everything has been seen
	validators  validators
	notModified bool
	partial     bool // what is missing may be there
}

// spot is where in a list a page is.
type spot struct {
	Since  time.Time `json:"since,omitzero"`
	Page   int       `json:"page,omitempty"`   // from 0
	Offset int       `json:"offset,omitempty"` // items of the pages before
	Cursor string    `json:"cursor,omitempty"`
	Next   string    `json:"next,omitempty"` // an address that an answer has named
}

var placeholder = regexp.MustCompile(`\{(since(?:_unix|_ms|_sql)?|page0?|offset|size|cursor|ids?)\}`)

// address fills in an address.
func (k *Kind) address(template string, at spot, ids []string) string {
	if at.Next != "" {
		return at.Next
	}
	known := map[string]string{
		"since": at.Since.UTC().Format("2006-01-02T15:04:05Z"), "since_unix": strconv.FormatInt(at.Since.Unix(), 10),
		"since_ms": strconv.FormatInt(at.Since.UnixMilli(), 10), "since_sql": at.Since.UTC().Format(time.DateTime),
		"page": strconv.Itoa(at.Page + 1), "page0": strconv.Itoa(at.Page), "offset": strconv.Itoa(at.Offset),
		"size": strconv.Itoa(k.Size), "cursor": at.Cursor, "id": strings.Join(ids, ","), "ids": k.joined(ids),
	}
	return placeholder.ReplaceAllStringFunc(template, func(name string) string {
		text := known[strings.Trim(name, "{}")]
		if name == "{ids}" && k.parameters() {
			return text
		}
		if before, _, _ := strings.Cut(template, name); strings.Contains(before, "?") {
			return url.QueryEscape(text)
		}
		return url.PathEscape(text)
	})
}

func (k *Kind) joined(ids []string) string {
	if k.IDs == "" {
		return strings.Join(ids, ",")
	}
	wrapped, between := make([]string, len(ids)), ","
	for i, id := range ids {
		if k.parameters() {
			id, between = url.QueryEscape(id), ""
		}
		wrapped[i] = strings.ReplaceAll(k.IDs, "{id}", id)
	}
	return strings.Join(wrapped, between)
}

// parameters reports whether each id is a parameter of its own.
func (k *Kind) parameters() bool { return strings.HasPrefix(k.IDs, "&") }

// after returns where the next page of a list is.
func (at spot) after(p *page, template string) spot {
	next := spot{Since: at.Since, Page: at.Page + 1, Offset: at.Offset + len(p.items)}
	switch {
	case p.next == "":
	case strings.Contains(template, "{cursor}"):
		next.Cursor = p.next
	default:
		next.Next = p.next
	}
	return next
}

// read reads the page of a list.
func (k *Kind) read(base *url.URL, r article.Reader, template string, at spot, a *answer) (*page, error) {
	if a.notModified {
		return &page{notModified: true, last: true, validators: a.validators}, nil
	}
	body, link := a.body, ""
	if k.Convert != nil {
		var err error
		if body, err = k.Convert(base, r, a); err != nil {
			return nil, err
		}
	}
	if !gjson.ValidBytes(body) {
		return nil, notJSON(a)
	}
	whole := gjson.ParseBytes(body)
	list := whole
	if k.Items != "" {
		list = whole.Get(k.Items)
	}
	if !list.Exists() && strings.Contains(template, "{id}") {
		list = whole
	}
	null := k.Items != "" && list.Exists() && list.Type == gjson.Null // an empty list, as some systems write it
	if !list.IsArray() && !null && !(list.IsObject() && strings.Contains(template, "{id}")) {
		return nil, &contentError{k.noList()}
	}
	p := &page{partial: a.partial, items: list.Array(), validators: a.validators, complete: k.Complete || whole.Get("_complete").Bool()}
	counts := strings.Contains(template, "{page") || strings.Contains(template, "{offset}")
	switch {
	case k.Next != "":
		link = whole.Get(k.Next).String()
	case !counts:
		link = nextLink(a.header)
	}
	switch pages, err := strconv.Atoi(cmp.Or(a.header.Get(k.Pages), whole.Get(k.Pages).String())); {
	case link != "" && strings.Contains(template, "{cursor}"):
		p.next, p.last = link, len(p.items) == 0 || link == at.Cursor
	case link != "":
		p.next, err = linked(a.url, link)
		return p, err
	case k.Pages != "" && err == nil:
		p.last = at.Page+1 >= pages
	default:
		p.last, p.counted = !counts || len(p.items) == 0, counts
	}
	return p, nil
}

// linked returns the address of a next page. Systems behind a proxy name http where the
// reader came with https.
func linked(base *url.URL, link string) (string, error) {
	u, err := base.Parse(link)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" {
		return "", &contentError{"no address of a next page: " + shown(link)}
	}
	if base.Scheme == "https" {
		u.Scheme = "https"
	}
	return u.String(), nil
}

var linkNext = regexp.MustCompile(`<([^>]*)>[^,]*;\s*rel="?next"?`)

// nextLink returns the next page of a list that Link names (RFC 8288).
func nextLink(header http.Header) string {
	if match := linkNext.FindStringSubmatch(strings.Join(header.Values("Link"), ", ")); match != nil {
		return match[1]
	}
	return ""
}

// notJSON says what came instead of JSON.
func (k *Kind) noList() string {
	if k.Items == "" {
		return "the answer is no list: is url the address of the system?"
	}
	return fmt.Sprintf("no list at %q in the answer: is url the address of the system, and items the path of the list?", k.Items)
}

func notJSON(a *answer) error {
	switch {
	case isMarkup(a.body):
		return &contentError{"a page of HTML instead of JSON: is the address that of the API, and is it open to this client?"}
	case len(a.body) == 0:
		return &contentError{"an empty answer instead of JSON"}
	}
	return &contentError{fmt.Sprintf("broken JSON (%d bytes)", len(a.body))}
}

// field returns a text of a body of JSON; empty: there is none.
func field(body []byte, path string) string {
	if !gjson.ValidBytes(body) {
		return ""
	}
	return gjson.GetBytes(body, path).String()
}
