package article

import (
	"bytes"
	"encoding/json"
	"math"
	"reflect"
	"regexp"
	"strconv"
	"strings"
)

// Other systems have a text where the format has a list, a number in quotes, a name for
// an object that has one. What can only mean one thing is read as that.

// text decodes the text of a column: JSON, or what a JSON text of it would be.
func (s *strict) text(text, place string, into reflect.Value) error {
	text = strings.TrimSpace(text)
	if text == "" {
		return nil
	}
	if text[0] == '[' || text[0] == '{' || isJSON(text) {
		var raw json.RawMessage
		if err := json.Unmarshal([]byte(text), &raw); err != nil {
			return err
		}
		return s.value(raw, place, into)
	}
	raw, err := json.Marshal(text)
	if err != nil {
		return err
	}
	return s.value(raw, place, into)
}

// isJSON reports whether a text is a JSON value that no name and no address is.
func isJSON(text string) bool {
	return (text == "null" || text != "" && strings.ContainsRune(`[{"`, rune(text[0]))) && json.Valid([]byte(text))
}

// other decodes a JSON value, not null, where another kind is wanted.
func (s *strict) other(raw json.RawMessage, place string, into reflect.Value) error {
	var text string
	isText := raw[0] == '"'
	if isText {
		if err := json.Unmarshal(raw, &text); err != nil {
			return err
		}
		// A value that was written as JSON twice.
		if inner := strings.TrimSpace(text); into.Kind() != reflect.String && isJSON(inner) {
			return s.value(json.RawMessage(inner), place, into)
		}
	}
	ok, plain := false, text
	if !isText {
		plain = string(raw)
	}
	switch into.Kind() {
	case reflect.String:
		if text, ok = textOf(raw, text, place); ok {
			into.SetString(text)
		}
	case reflect.Bool:
		if ok = strings.TrimSpace(plain) == ""; ok {
			break // as if it were absent
		}
		var flag bool
		flag, ok = Flag(plain)
		into.SetBool(flag)
	case reflect.Int, reflect.Int64:
		var n int64
		n, ok = numberOf(plain)
		ok = ok && !into.OverflowInt(n)
		if ok {
			into.SetInt(n)
		}
	case reflect.Struct:
		switch {
		case raw[0] == '[': // of one, as a relation of one is in some systems
			return s.first(raw, place, into)
		case isText:
			return s.named(text, place, into)
		}
	case reflect.Slice:
		return s.listOf(raw, text, place, into)
	}
	if !ok {
		got := map[byte]string{'"': "string", '{': "object", '[': "array", 't': "bool", 'f': "bool"}[raw[0]]
		if got == "" {
			if got = "number"; into.Kind() == reflect.Int || into.Kind() == reflect.Int64 {
				got += " " + string(raw)
			}
		}
		s.add(place, "want %s, got %s", describe(into.Kind()), got)
	}
	return nil
}

// textOf returns the text of a value that is none: a number's digits, the word of a
// status, the name of an object that has one in a list of names.
func textOf(raw json.RawMessage, text, place string) (string, bool) {
	switch {
	case raw[0] == '"':
		return text, true
	case raw[0] == '-' || raw[0] >= '0' && raw[0] <= '9':
		isKey := place == "id" || place == "station" || place == "guid"
		return string(raw), !isKey || !bytes.ContainsAny(raw, ".eE")
	case raw[0] == 't' || raw[0] == 'f':
		return string(raw), place == "status"
	case raw[0] == '{' && strings.Contains(place, "["):
		return nameOf(raw)
	}
	return "", false
}

// nameOf returns the name that an object has.
func nameOf(raw json.RawMessage) (string, bool) {
	var object map[string]json.RawMessage
	if json.Unmarshal(raw, &object) != nil {
		return "", false
	}
	for _, key := range []string{"name", "display_name", "full_name", "title", "label", "value", "slug"} {
		var name string
		if json.Unmarshal(object[key], &name) == nil && strings.TrimSpace(name) != "" {
			return name, true
		}
	}
	return "", false
}

// Flag reads a truth as systems write it: a word, or a number. Nothing is false.
func Flag(text string) (flag, ok bool) {
	switch w := word(text); w {
	case "", "0", "false", "f", "no", "n", "off", "否":
		return false, true
	case "true", "t", "yes", "y", "on", "是":
		return true, true
	default:
		n, err := strconv.ParseFloat(w, 64)
		return n != 0, err == nil
	}
}

// clockTime is a duration as players show it.
var clockTime = regexp.MustCompile(`^(?:(\d{1,3}):)?(\d{1,2}):(\d{2})(?:\.\d+)?$`)

// numberOf reads a number in whatever form: with a fraction, of which the nearest whole
// number remains, in pixels, or as hours, minutes and seconds. Nothing is 0.
func numberOf(text string) (int64, bool) {
	text = strings.TrimSuffix(strings.TrimSpace(text), "px")
	if text == "" {
		return 0, true
	}
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return n, true
	}
	if parts := clockTime.FindStringSubmatch(text); parts != nil {
		seconds := int64(0)
		for _, part := range parts[1:] {
			n, _ := strconv.ParseInt("0"+part, 10, 64) // digits
			seconds = 60*seconds + n
		}
		return seconds, true
	}
	n, err := strconv.ParseFloat(text, 64)
	if err != nil || math.Abs(n) > 1<<53 || n != n {
		return 0, false
	}
	return int64(math.Round(n)), true
}
