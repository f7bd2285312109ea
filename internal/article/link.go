package article

import (
	"net/url"
	"strings"

	"feedstation/internal/address"
)

// Link is an address that an article names, in a form that is the same however the
// address is spelled: as address.Normal has it, absolute or relative to the article,
// of http or https. Empty: it is none.
func Link(base, ref string) string {
	u := resolved(base, ref)
	if u == nil {
		return ""
	}
	page, err := address.Normal(u.String())
	if err != nil {
		return ""
	}
	_, key, _ := strings.Cut(page, "://")
	return strings.TrimSuffix(key, "?")
}

// Spellings are the addresses that a content store may have of the article that
// an address names.
func Spellings(base, ref string) []string {
	key := Link(base, ref)
	if key == "" {
		return nil
	}
	spellings := []string{ref}
	for _, scheme := range []string{"https://", "http://"} {
		if s := scheme + key; s != ref {
			spellings = append(spellings, s)
		}
	}
	return spellings
}

func resolved(base, ref string) *url.URL {
	if ref == "" || CheckLength(ref) != nil {
		return nil
	}
	u, err := url.Parse(ref)
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
