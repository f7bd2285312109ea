package article

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Reader reads the values of articles as other systems write them: lines of the import
// format and columns of databases. The zero Reader takes times without a zone for UTC
// and knows the usual words of status.
type Reader struct {
	Zone   *time.Location // of times that name none; nil: UTC
	Status Words          // besides the usual words, or instead of them
}

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
	News        bool        `json:"news"` // where it is absent: true
}

// Decode is Decode of the zero [Reader].
func Decode(data []byte) (a Article, odd []Fault, err error) { return Reader{}.Decode(data) }

// Decode reads one line of the import format: a JSON object with the fields of the
// contract. What another system writes in their place, as a text of names for a list or
// Unix seconds for a time, is read as what it means. What is wrong with a field that an
// article can do without is in odd: that value alone is left out, or of a list the
// element that it is in. Every other fault of a well-formed line is in the error, a line
// of text each: of the fields that an article needs, and of status and expires, as
// without them an article would show that must not; so is an unknown field, since a
// misspelt "expires" is one. What is not published needs no more than id and station.
func (r Reader) Decode(data []byte) (a Article, odd []Fault, err error) {
	if !utf8.Valid(data) {
		return Article{}, nil, errors.New("not UTF-8")
	}
	if start := bytes.TrimLeft(data, " \t\r\n"); len(start) > 0 && start[0] != '{' {
		return Article{}, nil, errors.New("want a JSON object")
	}
	in := line{News: true}
	var s strict
	if p := (plain{data: data}); !p.line(&in) {
		in = line{News: true}
		if err := s.line(data, &in); err != nil {
			return Article{}, nil, err
		}
	}
	a = r.article(&in, &s.faults)
	a.validate(&s.faults)
	a.tidy(&s.faults)
	if a.Status == Draft || a.Status == Withdrawn {
		s.found = slices.DeleteFunc(s.found, ofShown)
	}
	if err := s.err(); err != nil {
		return Article{}, s.odd, err
	}
	return a, s.odd, nil
}

// ofShown reports whether a fault is of a field that only what is shown needs.
func ofShown(err error) bool {
	fault, ok := errors.AsType[Fault](err)
	return ok && slices.Contains([]string{"title", "url", "published", "expires"}, fault.Place)
}

// DecodeValue reads a list or an object of a column as far as it can be read: JSON, or
// a text as other systems have it. What can't be read is left out and in odd.
func DecodeValue[T any](column, text string) (value T, odd []Fault) {
	s := strict{faults{lenient: true}}
	if err := s.text(text, column, reflect.ValueOf(&value).Elem()); err != nil {
		var none T
		if err = broken([]byte(text), err); errors.Is(err, errBrokenLine) {
			err = errors.New("broken JSON: it ends in the middle of a value")
		}
		return none, []Fault{{column, err}}
	}
	return value, s.odd
}

func (r Reader) article(in *line, found *faults) Article {
	a := Article{
		ID: in.ID, Station: in.Station, Channels: in.Channels, URL: strings.TrimSpace(in.URL), GUID: in.GUID,
		Title: in.Title, Summary: in.Summary, Body: in.Body,
		Authors: in.Authors, Editor: in.Editor, Source: in.Source,
		Images: in.Images, Enclosures: in.Enclosures, Tags: in.Tags,
		Language: in.Language, Rights: in.Rights, OriginalURL: in.OriginalURL, NextURL: in.NextURL,
		NoIndex: in.NoIndex, NotNews: !in.News, Alternates: in.Alternates,
		Published: r.instant("published", in.Published, found),
		Updated:   r.instant("updated", in.Updated, found),
		Expires:   r.instant("expires", in.Expires, found),
	}
	var err error
	if a.Status, err = r.ParseStatus(in.Status); err != nil {
		found.add("status", "%w", err)
	}
	if IsBlank(a.Title) {
		a.Title = cmp.Or(Beginning(a.Summary, a.Body), a.Title)
	}
	// What can't be read was meant to keep the article out of something.
	a.NoIndex = a.NoIndex || found.at["noindex"]
	a.NotNews = a.NotNews || found.at["news"]
	return a
}

// instant reads a time; an absent one is zero.
func (r Reader) instant(place, value string, found *faults) time.Time {
	t, err := r.Time(value)
	if err != nil {
		found.add(place, "%w", err)
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
