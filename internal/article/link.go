package article

import (
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"feedstation/internal/address"
)

// Link is an address that an article names, in a form that is the same however the
// address is spelled: as address.Normal has it, absolute or relative to the article,
// of http or https. Empty: it is none.
func Link(base, ref string) string {
	page, err := address.Normal(resolve(base, ref))
	if err != nil {
		return ""
	}
	_, key, _ := strings.Cut(page, "://")
	return strings.TrimSuffix(key, "?")
}

// Spellings are the addresses that a content store may have of the article that
// an address names: also with letters outside ASCII, or with all characters, in place of
// their escapes.
func Spellings(base, ref string) []string {
	key := Link(base, ref)
	if key == "" {
		return nil
	}
	keys := []string{key}
	if strings.Contains(key, "%") {
		keys = append(keys, address.Readable(key))
		if bare, err := url.PathUnescape(key); err == nil && utf8.ValidString(bare) {
			keys = append(keys, bare)
		}
	}
	spellings := []string{ref}
	for _, key := range keys {
		for _, scheme := range []string{"https://", "http://"} {
			if s := scheme + key; !slices.Contains(spellings, s) {
				spellings = append(spellings, s)
			}
		}
	}
	return spellings
}

// resolve returns an address that may be relative to another one; of what is none, the
// result is none.
func resolve(base, ref string) string {
	if ref == "" || CheckLength(ref) != nil {
		return ""
	}
	u, err := url.Parse(address.EscapePercent(ref))
	if err != nil || u.IsAbs() {
		return ref
	}
	// A path with characters that it can't have would be escaped anew, and lose what was
	// escaped before.
	page, err := address.Normal(base)
	if err != nil {
		return ""
	}
	b, err := url.Parse(page)
	if err != nil {
		return ""
	}
	ref, _, _ = strings.Cut(ref, "#")
	if u, err = b.Parse(address.Escape(ref)); err != nil {
		return ""
	}
	return u.String()
}
