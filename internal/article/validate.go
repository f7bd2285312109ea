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
	switch {
	case a.URL == "":
		found.add("url", "missing")
	case !absolute(a.URL):
		found.add("url", "not an absolute http(s) URL: %q", a.URL)
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
		if !usable(image.URL) {
			found.add(fmt.Sprintf("images[%d].url", i), "not an http(s) URL: %q", image.URL)
		}
	}
	for i, enclosure := range a.Enclosures {
		if !usable(enclosure.URL) {
			found.add(fmt.Sprintf("enclosures[%d].url", i), "not an http(s) URL: %q", enclosure.URL)
		}
	}
	for i, alternate := range a.Alternates {
		if !isTag(alternate.Lang) {
			found.add(fmt.Sprintf("alternates[%d].lang", i), "want a language (BCP 47) such as zh-CN, or x-default, got %q", alternate.Lang)
		}
		if !absolute(alternate.URL) {
			found.add(fmt.Sprintf("alternates[%d].url", i), "not an absolute http(s) URL: %q", alternate.URL)
		}
	}
	for _, field := range []struct{ place, address string }{
		{"source.url", a.Source.URL}, {"original_url", a.OriginalURL}, {"next_url", a.NextURL},
	} {
		if field.address != "" && !absolute(field.address) {
			found.add(field.place, "not an absolute http(s) URL: %q", field.address)
		}
	}
}

// isTag reports whether an alternate's language is x-default or a language of
// BCP 47 whose subtags are registered ones.
func isTag(lang string) bool {
	if lang == "x-default" {
		return true
	}
	tag, err := language.Raw.Parse(lang)
	// The library also takes zh_CN, as POSIX writes it. Tags for private use
	// alone say nothing to engines.
	return err == nil && !strings.Contains(lang, "_") && !strings.HasPrefix(tag.String(), "x-")
}

// usable reports whether ref is an absolute http(s) URL or relative to the
// article's own.
func usable(ref string) bool {
	u, err := url.Parse(ref)
	return ref != "" && err == nil && (!u.IsAbs() || absolute(ref))
}

func absolute(address string) bool {
	u, err := url.Parse(address)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != ""
}
