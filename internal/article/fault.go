package article

import (
	"errors"
	"fmt"
	"strings"
)

// Fault is a value that can't be one of its field.
type Fault struct {
	Place string // such as images[0].width; empty: Err tells it
	Err   error
}

// Error implements error.
func (f Fault) Error() string {
	if f.Place == "" {
		return f.Err.Error()
	}
	return f.Place + ": " + f.Err.Error()
}

// Unwrap returns what is wrong with the value.
func (f Fault) Unwrap() error { return f.Err }

// faults are what is wrong with an article, in the order of being found.
type faults struct {
	found   []error
	odd     []Fault         // of what an article can do without
	at      map[string]bool // places, such as images[0].width
	lenient bool            // all is odd
}

// Optional reports whether an article can do without a field: an odd value of it
// costs that value. Without status and expires, an article would show that must not.
func Optional(field string) bool {
	switch field {
	case "guid", "channels", "summary", "body", "authors", "editor", "source", "updated", "images", "enclosures", "tags", "language",
		"rights", "original_url", "next_url", "alternates", "noindex", "news":
		return true
	}
	return false
}

// add notes a fault, unless one is known of the same place or of what holds
// it: a title of the wrong type is not missing as well.
func (f *faults) add(place, format string, args ...any) {
	root := len(place)
	for i, c := range place + "." {
		if c != '.' && c != '[' {
			continue
		}
		root = min(root, i)
		if f.at[place[:i]] {
			return
		}
	}
	if f.at == nil {
		f.at = map[string]bool{}
	}
	f.at[place] = true
	f.note(Optional(place[:root]), Fault{place, fmt.Errorf(format, args...)})
}

// addField notes a fault of a field's name.
func (f *faults) addField(format, place string) {
	f.note(strings.ContainsAny(place, ".["), Fault{Err: fmt.Errorf(format, place)})
}

func (f *faults) note(odd bool, fault Fault) {
	if odd || f.lenient {
		f.odd = append(f.odd, fault)
	} else {
		f.found = append(f.found, fault)
	}
}

func (f *faults) err() error { return errors.Join(f.found...) }
