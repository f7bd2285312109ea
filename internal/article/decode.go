package article

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
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
	Source      *Source     `json:"source"`
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
	Status      string      `json:"status"`
	NoIndex     bool        `json:"noindex"`
}

// Decode reads one line of the import format: a JSON object with the fields of
// the contract. An unknown field is an error, since a misspelt "expires" would
// show what must not be shown. Every fault of the line is in the error.
func Decode(data []byte) (Article, error) {
	var in line
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&in); err != nil {
		return Article{}, plain(err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return Article{}, errors.New("more than one JSON value on the line")
	}
	return in.article()
}

func (in *line) article() (Article, error) {
	a := Article{
		ID: in.ID, Station: in.Station, Channels: in.Channels, URL: in.URL,
		Title: in.Title, Summary: in.Summary, Body: in.Body,
		Authors: in.Authors, Editor: in.Editor,
		Images: in.Images, Enclosures: in.Enclosures, Tags: in.Tags,
		Language: in.Language, Rights: in.Rights, OriginalURL: in.OriginalURL, NextURL: in.NextURL,
		Status: Status(in.Status), NoIndex: in.NoIndex,
	}
	if in.Source != nil {
		a.Source = *in.Source
	}
	if a.Status == "" {
		a.Status = Published
	}
	var faults []error
	for _, field := range []struct {
		name, value string
		into        *time.Time
	}{{"published", in.Published, &a.Published}, {"updated", in.Updated, &a.Updated}, {"expires", in.Expires, &a.Expires}} {
		if field.value == "" {
			continue
		}
		t, err := time.Parse(time.RFC3339, field.value)
		if err != nil {
			faults = append(faults, fmt.Errorf("%s: not an RFC 3339 time such as 2019-03-11T18:38:14+08:00: %q", field.name, field.value))
			t = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC) // so that Validate does not call it missing as well
		}
		*field.into = t
	}
	if a.Updated.Before(a.Published) {
		a.Updated = a.Published
	}
	if err := errors.Join(append(faults, a.Validate())...); err != nil {
		return Article{}, err
	}
	return a, nil
}

// plain says in the format's own words what encoding/json found.
func plain(err error) error {
	var wrongType *json.UnmarshalTypeError
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &wrongType) && wrongType.Field == "":
		return fmt.Errorf("want a JSON object, got %s", wrongType.Value)
	case errors.As(err, &wrongType):
		return fmt.Errorf("%s: want %s, got %s", wrongType.Field, kind(wrongType.Type.Kind().String()), wrongType.Value)
	case errors.As(err, &syntax):
		return fmt.Errorf("broken JSON at byte %d: %w", syntax.Offset, err)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("broken JSON: the line ends in the middle of a value")
	}
	if name, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		return fmt.Errorf("unknown field %s", name)
	}
	return err
}

func kind(goKind string) string {
	switch goKind {
	case "slice":
		return "a list"
	case "struct", "ptr":
		return "an object"
	case "bool":
		return "true or false"
	case "int", "int64":
		return "a whole number"
	default:
		return "a " + goKind
	}
}
