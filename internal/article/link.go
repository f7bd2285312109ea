package article

import (
	"net/url"
	"strings"
)

// Link is an address that an article names, in a form that is the same however the
// address is spelled: absolute or relative to the article, of http or https, with
// or without a fragment, a default port or capitals in its host. Empty: it is none.
func Link(base, address string) string {
	u := resolved(base, address)
	if u == nil {
		return ""
	}
	host := strings.TrimSuffix(strings.TrimSuffix(strings.ToLower(u.Host), ":80"), ":443")
	key := host + "/" + strings.TrimPrefix(u.EscapedPath(), "/")
	if u.RawQuery != "" {
		key += "?" + u.RawQuery
	}
	return key
}

// Spellings are the addresses that a content store may have of the article that
// an address names.
func Spellings(base, address string) []string {
	u := resolved(base, address)
	if u == nil {
		return nil
	}
	u.Fragment, u.RawFragment, u.Host = "", "", strings.ToLower(u.Host)
	spellings := []string{address}
	for _, u.Scheme = range []string{"https", "http"} {
		if s := u.String(); s != address {
			spellings = append(spellings, s)
		}
	}
	return spellings
}

func resolved(base, address string) *url.URL {
	if address == "" || CheckLength(address) != nil {
		return nil
	}
	u, err := url.Parse(address)
	if err == nil && !u.IsAbs() {
		var b *url.URL
		if b, err = url.Parse(base); err == nil {
			u = b.ResolveReference(u)
		}
	}
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil
	}
	return u
}
