package article

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"time"
	"unicode/utf8"
)

// line is the import format: one JSON object a line.
type line struct {
	ID          string      `json:"id"`
	Station     string      `json:"station"`
	Channels    []string    `json:"channels"`
	URL         string      `json:"url"`
	GUID        string      `json:"guid"`
	Title       string      `json:"title"`
	Summary     string      `json:"summary"`
	Body        string      `json:"body"`
	Authors     []string    `json:"authors"`
	Editor      string      `json:"editor"`
	Source      Source      `json:"source"`
	Published   string      `json:"published"`
	Updated     string      `json:"updated"`
	Expires     string      `json:"expires"`
	Images      []Image     `json:"images"`
	Enclosures  []Enclosure `json:"enclosures"`
	Tags        []string    `json:"tags"`
	Language    string      `json:"language"`
	Rights      string      `json:"rights"`
	OriginalURL string      `json:"original_url"`
	NextURL     string      `json:"next_url"`
	Alternates  []Alternate `json:"alternates"`
	Status      string      `json:"status"`
	NoIndex     bool        `json:"noindex"`
}

// Decode reads one line of the import format: a JSON object with the fields of
// the contract. What is wrong with a field that an article can do without is in
// odd: that value alone is left out, or of a list the element that
// it is in. Every other fault of a well-formed line is in the error, a line of text
// each: of the fields that an article needs, and of status and expires, as without
// them an article would show that must not; so is an unknown field, since a
// misspelt "expires" is one.
func Decode(data []byte) (a Article, odd []Fault, err error) {
	if !utf8.Valid(data) {
		return Article{}, nil, errors.New("not UTF-8")
	}
	if start := bytes.TrimLeft(data, " \t\r\n"); len(start) > 0 && start[0] != '{' {
		return Article{}, nil, errors.New("want a JSON object")
	}
	var in line
	var s strict
	d := json.NewDecoder(bytes.NewReader(data))
	if err := s.object(d, "", reflect.ValueOf(&in).Elem()); err != nil {
		return Article{}, nil, broken(data, err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return Article{}, nil, errors.New("more than one JSON value on the line")
	}
	a = in.article(&s.faults)
	a.validate(&s.faults)
	a.tidy(&s.faults)
	if err := s.err(); err != nil {
		return Article{}, s.odd, err
	}
	return a, s.odd, nil
}

// DecodeValue reads a list or an object of a column as far as it can be read. What
// can't is left out and in odd.
func DecodeValue[T any](column, text string) (value T, odd []Fault) {
	s := strict{faults{lenient: true}}
	d := json.NewDecoder(strings.NewReader(text))
	if err := s.value(d, column, reflect.ValueOf(&value).Elem()); err != nil {
		var none T
		if err = broken([]byte(text), err); errors.Is(err, errBrokenLine) {
			err = errors.New("broken JSON: it ends in the middle of a value")
		}
		return none, []Fault{{column, err}}
	}
	return value, s.odd
}

func (in *line) article(found *faults) Article {
	a := Article{
		ID: in.ID, Station: in.Station, Channels: in.Channels, URL: in.URL, GUID: in.GUID,
		Title: in.Title, Summary: in.Summary, Body: in.Body,
		Authors: in.Authors, Editor: in.Editor, Source: in.Source,
		Images: in.Images, Enclosures: in.Enclosures, Tags: in.Tags,
		Language: in.Language, Rights: in.Rights, OriginalURL: in.OriginalURL, NextURL: in.NextURL,
		Status: cmp.Or(Status(in.Status), Published), NoIndex: in.NoIndex, Alternates: in.Alternates,
		Published: instant("published", in.Published, found),
		Updated:   instant("updated", in.Updated, found),
		Expires:   instant("expires", in.Expires, found),
	}
	// What can't be read was meant to keep the article out of something.
	a.NoIndex = a.NoIndex || found.at["noindex"]
	return a
}

// instant reads a time; an absent one is zero.
func instant(place, value string, found *faults) time.Time {
	if value == "" {
		return time.Time{}
	}
	t, err := time.Parse(time.RFC3339, value)
	if err != nil {
		found.add(place, "not an RFC 3339 time such as 2019-03-11T18:38:14+08:00: %q", value)
	}
	return t
}

var errBrokenLine = errors.New("broken JSON: the line ends in the middle of a value")

// broken says in the format's own words where the JSON breaks. It reads the
// line again as one value, which unlike its parts tells the place in the line.
func broken(data []byte, err error) error {
	if whole := json.NewDecoder(bytes.NewReader(data)).Decode(new(json.RawMessage)); whole != nil {
		err = whole
	}
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		return fmt.Errorf("broken JSON at byte %d: %w", syntax.Offset, err)
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errBrokenLine
	}
	return err
}
