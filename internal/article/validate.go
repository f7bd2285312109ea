package article

import (
	"strings"
	"time"

	"feedstation/internal/address"
)

// Validate reports everything that keeps the article from being stored as it is.
func (a *Article) Validate() error {
	var found faults
	same := *a
	same.validate(&found)
	same.tidy(&found)
	for _, fault := range found.odd {
		found.found = append(found.found, fault)
	}
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
	switch a.Status {
	case Published:
	case Draft, Withdrawn:
		a.hide()
		return
	default:
		found.add("status", "want published, draft or withdrawn, got %q", string(a.Status))
	}
	if strings.TrimSpace(a.Title) == "" {
		found.add("title", "missing")
	}
	if a.URL == "" {
		found.add("url", "missing")
	} else {
		a.URL = found.page("url", a.URL)
	}
	if a.Published.IsZero() {
		found.add("published", "missing")
	}
	found.year("published", a.Published)
	found.year("expires", a.Expires)
}

// hide leaves out what is wrong with an article that nobody sees: a draft may have no
// address and no date yet.
func (a *Article) hide() {
	var none faults
	if a.URL != "" {
		a.URL = none.page("url", a.URL)
	}
	a.Published, a.Expires = none.year("published", a.Published), none.year("expires", a.Expires)
}

// year returns a time. It notes one that can't be meant, and returns the zero time.
func (f *faults) year(place string, at time.Time) time.Time {
	if year := at.UTC().Year(); !at.IsZero() && (year < 1900 || year > 9999) {
		f.add(place, "the year %d is not plausible", year)
		return time.Time{}
	}
	return at
}

// page returns the address of a page in its one spelling. It notes one that is too
// long, or is none, and returns nothing.
func (f *faults) page(place, page string) string {
	err := CheckLength(page)
	if err == nil {
		page, err = address.Normal(page)
	}
	if err != nil {
		f.add(place, "%v", err)
		return ""
	}
	return page
}
