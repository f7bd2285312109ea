package ingest

import (
	"bytes"
	"compress/gzip"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/html/charset"

	"feedstation/internal/address"
	"feedstation/internal/article"
)

// maxListed is how many addresses of a sitemap are read: as many as one may have.
const maxListed = 50_000

// listing is a page as a sitemap lists it.
type listing struct {
	address string
	key     string    // of its item: [addressKey]
	lastmod time.Time // zero: the sitemap names none
	// What the extensions for news and images say.
	title, published string
	images           []string
}

// sitemapFile is what one file of a sitemap lists.
type sitemapFile struct {
	pages []listing
	files []string // further sitemaps, the last changed first
	fault string   // why that is not all; empty: it is
}

// readSitemap reads a sitemap or an index of sitemaps: XML, a text of addresses, or
// either in gzip.
func readSitemap(r article.Reader, a *answer, maxBytes int) (*sitemapFile, error) {
	body, err := unzipped(a.body, maxBytes)
	if err != nil {
		return nil, err
	}
	body = bytes.TrimLeft(body, "\ufeff \t\r\n")
	switch {
	case len(body) == 0:
		return nil, &contentError{"an empty answer instead of a sitemap"}
	case body[0] != '<':
		return textSitemap(a.url, string(body))
	}
	return xmlSitemap(r, a.url, body)
}

func unzipped(body []byte, maxBytes int) ([]byte, error) {
	if !bytes.HasPrefix(body, []byte{0x1f, 0x8b}) {
		return body, nil
	}
	z, err := gzip.NewReader(bytes.NewReader(body))
	if err == nil {
		body, err = io.ReadAll(io.LimitReader(z, int64(maxBytes)+1))
	}
	switch {
	case err != nil:
		return nil, &contentError{"broken gzip: " + err.Error()}
	case len(body) > maxBytes:
		return nil, &contentError{fmt.Sprintf("the sitemap has more than %d bytes: raise max_bytes", maxBytes)}
	}
	return body, nil
}

func textSitemap(base *url.URL, text string) (*sitemapFile, error) {
	f := &sitemapFile{}
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); strings.HasPrefix(line, "http://") || strings.HasPrefix(line, "https://") {
			f.list(base, listing{address: line})
		} else if line != "" {
			return nil, &contentError{"not a sitemap: want an address a line, or XML"}
		}
	}
	return f, nil
}

// located is an element of a sitemap, or of an index of sitemaps.
type located struct {
	Loc       string   `xml:"loc"`
	LastMod   string   `xml:"lastmod"`
	Title     string   `xml:"news>title"`
	Published string   `xml:"news>publication_date"`
	Images    []string `xml:"image>loc"`
}

// xmlSitemap reads XML up to where it is broken: what comes before is as good as ever.
func xmlSitemap(r article.Reader, base *url.URL, body []byte) (*sitemapFile, error) {
	d := xml.NewDecoder(bytes.NewReader(body))
	d.Strict, d.CharsetReader = false, charset.NewReaderLabel // an & may stand for itself
	f, root := &sitemapFile{}, ""
	indexed := map[string]time.Time{}
	for f.fault == "" {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		element, isElement := token.(xml.StartElement)
		switch {
		case err != nil && root == "":
			return nil, &contentError{"not a sitemap: " + err.Error()}
		case err != nil:
			f.fault = "the sitemap is broken: " + err.Error()
		case !isElement:
		case root == "":
			root = element.Name.Local
		case element.Name.Local != "url" && element.Name.Local != "sitemap":
			err = d.Skip()
		default:
			var l located
			if err = d.DecodeElement(&l, &element); err == nil {
				at, _ := r.Time(l.LastMod) // without one that can be read it is as if it had none
				if element.Name.Local == "sitemap" {
					f.index(base, l.Loc, at, indexed)
				} else {
					f.list(base, listing{address: l.Loc, lastmod: at, title: l.Title, published: l.Published, images: l.Images})
				}
			}
		}
		if err != nil {
			f.fault = "the sitemap is broken: " + err.Error()
		}
	}
	switch {
	case root == "urlset" || root == "sitemapindex":
	case strings.EqualFold(root, "html"):
		return nil, &contentError{"a page of HTML instead of a sitemap"}
	default:
		return nil, &contentError{fmt.Sprintf("not a sitemap, but XML of another kind: %q", root)}
	}
	slices.SortStableFunc(f.files, func(a, b string) int { return indexed[b].Compare(indexed[a]) })
	return f, nil
}

// list adds a page. Addresses are absolute, or should be.
func (f *sitemapFile) list(base *url.URL, l listing) {
	u, err := base.Parse(strings.TrimSpace(l.address))
	if err != nil || l.address == "" {
		return
	}
	if len(f.pages) == maxListed {
		f.fault = fmt.Sprintf("more than %d addresses in a sitemap", maxListed)
		return
	}
	l.address = u.String()
	if l.key = addressKey(l.address); l.key != "" {
		f.pages = append(f.pages, l)
	}
}

// index adds a further sitemap.
func (f *sitemapFile) index(base *url.URL, loc string, at time.Time, indexed map[string]time.Time) {
	u, err := base.Parse(strings.TrimSpace(loc))
	if err != nil || loc == "" || u.Scheme != "http" && u.Scheme != "https" || u.String() == base.String() {
		return
	}
	if _, twice := indexed[u.String()]; !twice {
		f.files = append(f.files, u.String())
	}
	indexed[u.String()] = at
}

// addressKey returns the key of the item that a page is, by its address in the one
// spelling that it has everywhere, without what counts those who follow a link; empty:
// it is no address.
func addressKey(page string) string {
	normal, err := address.Normal(page)
	if err != nil || len(normal) > article.MaxAddressBytes {
		return ""
	}
	path, query, _ := strings.Cut(normal, "?")
	if !strings.Contains(query, "utm_") {
		return normal
	}
	kept := slices.DeleteFunc(strings.Split(query, "&"), func(parameter string) bool { return strings.HasPrefix(parameter, "utm_") })
	if len(kept) == 0 {
		return path
	}
	return path + "?" + strings.Join(kept, "&")
}
