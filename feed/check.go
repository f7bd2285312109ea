package feed

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"unicode/utf8"
)

// checkXML returns why a parser can't read an element. Like [checkJSON] it finds
// nothing but a fault of this package, which cleans and escapes all texts: it is a
// last look at each item, once for all feeds that carry it.
func checkXML(element []byte) error {
	d := xml.NewDecoder(bytes.NewReader(element))
	for {
		_, err := d.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// checkJSON returns why a parser can't read an object.
func checkJSON(object []byte) error {
	if !json.Valid(object) || !utf8.Valid(object) {
		return errors.New("not JSON")
	}
	return nil
}
