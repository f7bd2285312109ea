package article

import (
	"errors"
	"fmt"
)

// faults are what is wrong with an article, in the order of being found.
type faults struct {
	found []error
	at    map[string]bool // places, such as images[0].width
}

// add notes a fault, unless one is known of the same place or of what holds
// it: a title of the wrong type is not missing as well.
func (f *faults) add(place, format string, args ...any) {
	for i, c := range place + "." {
		if c == '.' && f.at[place[:i]] {
			return
		}
	}
	if f.at == nil {
		f.at = map[string]bool{}
	}
	f.at[place] = true
	f.found = append(f.found, fmt.Errorf("%s: %s", place, fmt.Sprintf(format, args...)))
}

// addField notes a fault of a field's name.
func (f *faults) addField(format, place string) {
	f.found = append(f.found, fmt.Errorf(format, place))
}

func (f *faults) err() error { return errors.Join(f.found...) }
