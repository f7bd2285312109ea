package article

import (
	"fmt"
	"net/url"
	"strings"
	"time"

	"golang.org/x/text/language"
)

// Validate reports everything that keeps the article from being stored.
func (a *Article) Validate() error {
	var found faults
	a.validate(&found)
	return found.err()
}

func (a *Article) validate(found *faults) {
	switch {
	case a.ID == "":
		found.add("id", "missing")
	case len(a.ID) > MaxIDBytes:
		found.add("id", "%d bytes, at most %d are allowed", len(a.ID), MaxIDBytes)
	}
	if a.Station == "" {
		found.add("station", "missing")
	}
	if strings.TrimSpace(a.Title) == "" {
		found.add("title", "missing")
	}
	if a.URL == "" {
		found.add("url", "missing")
	} else {
		found.address("url", a.URL, absolute, "an absolute")
	}
	a.validateTimes(found)
	if a.Status != Published && a.Status != Draft && a.Status != Withdrawn {
		found.add("status", "want published, draft or withdrawn, got %q", string(a.Status))
	}
	a.validateAddresses(found)
}

func (a *Article) validateTimes(found *faults) {
	if a.Published.IsZero() {
		found.add("published", "missing")
	}
	for _, field := range []struct {
		place string
		at    time.Time
	}{{"published", a.Published}, {"updated", a.Updated}, {"expires", a.Expires}} {
		if year := field.at.UTC().Year(); !field.at.IsZero() && (year < 1900 || year > 9999) {
			found.add(field.place, "the year %d is not plausible", year)
		}
	}
}

func (a *Article) validateAddresses(found *faults) {
	for i, image := range a.Images {
		found.address(fmt.Sprintf("images[%d].url", i), image.URL, usable, "an")
	}
	for i, enclosure := range a.Enclosures {
		found.address(fmt.Sprintf("enclosures[%d].url", i), enclosure.URL, usable, "an")
	}
	for i, alternate := range a.Alternates {
		if !isTag(alternate.Lang) {
			found.add(fmt.Sprintf("alternates[%d].lang", i), "want a language (BCP 47) such as zh-CN, or x-default, got %q", alternate.Lang)
		}
		found.address(fmt.Sprintf("alternates[%d].url", i), alternate.URL, absolute, "an absolute")
	}
	for _, field := range []struct{ place, address string }{
		{"source.url", a.Source.URL}, {"original_url", a.OriginalURL}, {"next_url", a.NextURL},
	} {
		if field.address != "" {
			found.address(field.place, field.address, repairable, "an absolute")
		}
	}
}

// address notes an address that is too long, or is not of the form that is
// wanted.
func (f *faults) address(place, address string, good func(string) bool, form string) {
	if err := CheckLength(address); err != nil {
		f.add(place, "%v", err)
	} else if !good(address) {
		f.add(place, "not %s http(s) URL: %q", form, address)
	}
}

// maxTag is the longest language that is read: the library takes time by the
// square of the length. Registered subtags make no tag of more than 35 bytes (RFC
// 5646 §4.4.1).
const maxTag = 100

// isTag reports whether an alternate's language is x-default or a language of
// BCP 47 whose subtags are registered ones.
func isTag(lang string) bool {
	if lang == "x-default" {
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
	u, err := url.Parse(escapePercent(ref))
	return ref != "" && err == nil && (!u.IsAbs() || repairable(ref))
}

// repairable is absolute for an address that feeds repair.
func repairable(address string) bool {
	u, err := url.Parse(escapePercent(address))
	return err == nil && !strings.Contains(u.Host, "%") && absolute(u.String())
}

// escapePercent escapes the percent signs that begin no escape, as in the name
// 满100%减50.jpg: one of them is no reason to refuse an article.
func escapePercent(s string) string {
	if strings.IndexByte(s, '%') < 0 {
		return s
	}
	var b strings.Builder
	for i := range len(s) {
		b.WriteByte(s[i])
		if s[i] == '%' && (len(s) < i+3 || !isHex(s[i+1]) || !isHex(s[i+2])) {
			b.WriteString("25")
		}
	}
	return b.String()
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}

func absolute(address string) bool {
	u, err := url.Parse(address)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != ""
}
