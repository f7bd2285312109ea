package article

import (
	"fmt"
	"mime"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/language"

	"feedstation/internal/address"
)

// Tidy leaves out what is odd of the fields that an article can do without, and
// returns that.
func (a *Article) Tidy() []Fault {
	var found faults
	a.tidy(&found)
	return found.odd
}

func (a *Article) tidy(found *faults) {
	a.GUID = found.guid(a.GUID)
	if a.Updated = found.year("updated", a.Updated); a.Updated.Before(a.Published) {
		a.Updated = a.Published
	}
	a.Language = found.language(a.Language)
	a.Images = filter(a.Images, "images", func(place string, m *Image) bool {
		return found.file(place, &m.URL, &m.Type) &&
			size(found, place+".width", &m.Width) && size(found, place+".height", &m.Height) && size(found, place+".bytes", &m.Bytes)
	})
	a.Enclosures = filter(a.Enclosures, "enclosures", func(place string, e *Enclosure) bool {
		return found.file(place, &e.URL, &e.Type) && size(found, place+".bytes", &e.Bytes) && size(found, place+".seconds", &e.Seconds)
	})
	a.Alternates = filter(a.Alternates, "alternates", func(place string, alternate *Alternate) bool {
		known := isTag(alternate.Lang)
		if !known {
			found.add(place+".lang", "want a language (BCP 47) such as zh-CN, or x-default, got %q", alternate.Lang)
		}
		alternate.URL = found.page(place+".url", alternate.URL)
		return known && alternate.URL != ""
	})
	for _, list := range []*[]string{&a.Channels, &a.Authors, &a.Tags} { // of what had another type
		*list = filter(*list, "", func(string, *string) bool { return true })
	}
	a.Source.URL = found.link("source.url", withScheme(strings.TrimSpace(a.Source.URL)))
	a.OriginalURL = found.link("original_url", withScheme(strings.TrimSpace(a.OriginalURL)))
	a.NextURL = found.link("next_url", a.absolute(strings.TrimSpace(a.NextURL)))
}

// filter returns the elements of a list that are kept, each as keep has left it;
// empty ones are not. A list that stays as it is is returned itself.
func filter[T comparable](list []T, field string, keep func(place string, element *T) bool) []T {
	var kept []T
	var nothing T
	changed := false
	for i, element := range list {
		place := ""
		if field != "" {
			place = fmt.Sprintf("%s[%d]", field, i)
		}
		if element != nothing && keep(place, &element) {
			kept = append(kept, element)
			changed = changed || element != list[i]
		}
	}
	if !changed && len(kept) == len(list) {
		return list
	}
	return slices.Clip(kept)
}

// guid returns an identifier without the white space around it.
func (f *faults) guid(guid string) string {
	guid = strings.TrimSpace(guid)
	switch {
	case len(guid) > MaxGUIDBytes:
		f.add("guid", "%d bytes, at most %d are allowed", len(guid), MaxGUIDBytes)
	case !utf8.ValidString(guid):
		f.add("guid", "not UTF-8")
	case strings.ContainsFunc(guid, notInGUID):
		f.add("guid", "control characters: %q", guid)
	default:
		return guid
	}
	return ""
}

// notInGUID reports whether a document can't have a character, or can't tell it from
// others: documents leave out some, and readers trim.
func notInGUID(r rune) bool {
	return unicode.In(r, unicode.Cc, unicode.Zl, unicode.Zp) || r == utf8.RuneError || r&0xFFFE == 0xFFFE || 0xFDD0 <= r && r <= 0xFDEF
}

// language returns a language with hyphens between its parts, as BCP 47 has them.
func (f *faults) language(lang string) string {
	tag := strings.ReplaceAll(strings.TrimSpace(lang), "_", "-")
	if tag == "" || isTag(tag) && tag != xDefault {
		return tag
	}
	f.add("language", "want a language (BCP 47) such as zh-CN, got %q", lang)
	return ""
}

// file tidies the address and the type of a picture or another file. It reports
// whether there is an address.
func (f *faults) file(place string, ref, mediaType *string) bool {
	if *ref = strings.TrimSpace(*ref); !f.address(place+".url", *ref, usable, "an") {
		return false
	}
	if *mediaType = strings.TrimSpace(*mediaType); *mediaType != "" {
		if t, _, err := mime.ParseMediaType(*mediaType); err != nil || !strings.Contains(t, "/") {
			f.add(place+".type", "not a media type such as image/jpeg: %q", *mediaType)
			*mediaType = ""
		}
	}
	return true
}

// size leaves out a negative number. It returns true: the rest stays.
func size[T int | int64](f *faults, place string, n *T) bool {
	if *n < 0 {
		f.add(place, "less than nothing: %d", *n)
		*n = 0
	}
	return true
}

// link returns an absolute address that may be absent.
func (f *faults) link(place, ref string) string {
	if ref = strings.TrimSpace(ref); ref != "" && !f.address(place, ref, repairable, "an absolute") {
		return ""
	}
	return ref
}

// bareHost is an address of another site without its scheme.
var bareHost = regexp.MustCompile(`^(?i)[\pL\d][\pL\d-]*(\.[\pL\d-]+)*\.[\pL]{2,}(:\d+)?(/|\?|$)`)

// withScheme adds the scheme that an address of another site lacks.
func withScheme(ref string) string {
	switch {
	case strings.HasPrefix(ref, "//"):
		return "https:" + ref
	case bareHost.MatchString(ref):
		return "https://" + ref
	}
	return ref
}

// absolute resolves an address of the article's own site against its own.
func (a *Article) absolute(ref string) string {
	if !strings.HasPrefix(ref, "/") {
		return ref
	}
	base, err := url.Parse(a.URL)
	u, wrong := url.Parse(address.EscapePercent(ref))
	if err != nil || wrong != nil || base.Host == "" {
		return ref
	}
	return base.ResolveReference(u).String()
}

// address notes an address that is too long, or is not of the form that is
// wanted, and reports whether it is neither.
func (f *faults) address(place, ref string, good func(string) bool, form string) bool {
	err := CheckLength(ref)
	switch {
	case err != nil:
		f.add(place, "%v", err)
	case !good(ref):
		f.add(place, "not %s http(s) URL: %q", form, ref)
	default:
		return true
	}
	return false
}

// maxTag is the longest language that is read: the library takes time by the
// square of the length. Registered subtags make no tag of more than 35 bytes (RFC
// 5646 §4.4.1).
const maxTag = 100

// xDefault stands for the readers whom no other alternate suits.
const xDefault = "x-default"

// isTag reports whether an alternate's language is x-default or a language of
// BCP 47 whose subtags are registered ones.
func isTag(lang string) bool {
	if lang == xDefault {
		return true
	}
	if len(lang) > maxTag {
		return false
	}
	tag, err := language.Raw.Parse(lang)
	// The library also takes zh_CN, as POSIX writes it. Tags for private use
	// alone say nothing to engines.
	return err == nil && !strings.Contains(lang, "_") && !strings.HasPrefix(tag.String(), "x-")
}

// usable reports whether ref is an absolute http(s) URL or relative to the
// article's own.
func usable(ref string) bool {
	if address.IsNormal(ref) {
		return true
	}
	u, err := url.Parse(address.EscapePercent(ref))
	return ref != "" && err == nil && (!u.IsAbs() || repairable(ref))
}

// repairable is absolute for an address that feeds repair.
func repairable(ref string) bool {
	if address.IsNormal(ref) {
		return true
	}
	u, err := url.Parse(address.EscapePercent(ref))
	return err == nil && !strings.Contains(u.Host, "%") && absolute(u.String())
}

func absolute(ref string) bool {
	u, err := url.Parse(ref)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != ""
}
