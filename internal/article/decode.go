package article

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"time"
	"unicode/utf8"
)

// line is the import format: one JSON object a line.
type line struct {
	ID          string      `json:"id"`
	Station     string      `json:"station"`
	Channels    []string    `json:"channels"`
	URL         string      `json:"url"`
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
// the contract. An unknown field is an error, since a misspelt "expires" would
// show what must not be shown. Every fault of a well-formed line is in the
// error, a line of text each.
func Decode(data []byte) (Article, error) {
	if !utf8.Valid(data) {
		return Article{}, errors.New("not UTF-8")
	}
	if start := bytes.TrimLeft(data, " \t\r\n"); len(start) > 0 && start[0] != '{' {
		return Article{}, errors.New("want a JSON object")
	}
	var in line
	var s strict
	d := json.NewDecoder(bytes.NewReader(data))
	if err := s.object(d, "", reflect.ValueOf(&in).Elem()); err != nil {
		return Article{}, broken(data, err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return Article{}, errors.New("more than one JSON value on the line")
	}
	a := in.article(&s.faults)
	a.validate(&s.faults)
	if err := s.err(); err != nil {
		return Article{}, err
	}
	return a, nil
}

func (in *line) article(found *faults) Article {
	a := Article{
		ID: in.ID, Station: in.Station, Channels: in.Channels, URL: in.URL,
		Title: in.Title, Summary: in.Summary, Body: in.Body,
		Authors: in.Authors, Editor: in.Editor, Source: in.Source,
		Images: in.Images, Enclosures: in.Enclosures, Tags: in.Tags,
		Language: in.Language, Rights: in.Rights, OriginalURL: in.OriginalURL, NextURL: in.NextURL,
		Status: cmp.Or(Status(in.Status), Published), NoIndex: in.NoIndex, Alternates: in.Alternates,
		Published: instant("published", in.Published, found),
		Updated:   instant("updated", in.Updated, found),
		Expires:   instant("expires", in.Expires, found),
	}
	if a.Updated.Before(a.Published) {
		a.Updated = a.Published
	}
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
		return errors.New("broken JSON: the line ends in the middle of a value")
	}
	return err
}
