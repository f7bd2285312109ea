package edition_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"feedstation/internal/edition"
	"feedstation/internal/testkit/doctest"
)

// printed is a document that prints when it changed, as feeds do.
func printed(text string, newest, asOf time.Time) edition.Revision {
	return edition.Revision{
		MediaType: textType, Newest: newest, AsOf: asOf, Headers: edition.DefaultHeaders,
		Render: func(modified time.Time) ([]byte, error) {
			return []byte(text + " " + modified.UTC().Format(time.RFC3339Nano)), nil
		},
	}
}

func TestRevise(t *testing.T) {
	const content = "one article"
	previous := edition.NewDocument(textType, []byte(content+" "+noon.Format(time.RFC3339Nano)), noon)
	asOf := noon.Add(time.Hour)
	tests := []struct {
		name     string
		previous *edition.Document
		text     string
		newest   time.Time
		asOf     time.Time
		want     time.Time // zero: the previous document itself
	}{
		{name: "first", text: content, newest: noon, asOf: asOf, want: noon},
		{name: "first, in parts of a second", text: content, newest: noon.Add(999 * time.Millisecond), asOf: asOf, want: noon},
		{name: "first, in another zone", text: content, newest: noon.In(time.FixedZone("CST", 8*60*60)), asOf: asOf, want: noon},
		{name: "first, without articles", text: "none", asOf: asOf, want: edition.Epoch},
		{name: "first, with what is older than all feeds", text: content, newest: edition.Epoch.AddDate(-10, 0, 0), asOf: asOf, want: edition.Epoch},
		{name: "first, the newsroom's clock is ahead", text: content, newest: asOf.Add(time.Minute), asOf: asOf, want: asOf},

		{name: "unchanged", previous: previous, text: content, newest: noon, asOf: asOf},
		{name: "unchanged though something newer is told", previous: previous, text: content, newest: noon.Add(time.Minute), asOf: asOf},
		{name: "unchanged, the snapshot is older", previous: previous, text: content, newest: noon, asOf: noon.Add(-time.Hour)},

		{name: "a new article", previous: previous, text: "two articles", newest: noon.Add(time.Minute), asOf: asOf, want: noon.Add(time.Minute)},
		{name: "a new article from a clock ahead", previous: previous, text: "two articles", newest: asOf.Add(time.Minute), asOf: asOf.Add(700 * time.Millisecond), want: asOf},
		{name: "an article of old", previous: previous, text: "two articles", newest: noon, asOf: asOf, want: asOf},
		{name: "withdrawn, older ones are left", previous: previous, text: "no article", newest: noon.Add(-time.Hour), asOf: asOf, want: asOf},
		{name: "withdrawn, nothing is left", previous: previous, text: "no article", asOf: asOf.Add(999 * time.Millisecond), want: asOf},
		{name: "changed again in the same second", previous: previous, text: "two articles", newest: noon.Add(900 * time.Millisecond), asOf: noon.Add(950 * time.Millisecond), want: noon.Add(time.Second)},
		{name: "withdrawn in the same second", previous: previous, text: "no article", asOf: noon.Add(500 * time.Millisecond), want: noon.Add(time.Second)},
		{name: "the store's clock went back", previous: previous, text: "two articles", newest: noon.Add(-time.Minute), asOf: noon.Add(-time.Hour), want: noon.Add(time.Second)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := printed(tt.text, tt.newest, tt.asOf).Revise(tt.previous)
			if err != nil {
				t.Fatal(err)
			}
			if tt.want.IsZero() {
				if got != tt.previous {
					t.Errorf("another document, of %v", got.Modified())
				}
				return
			}
			if !got.Modified().Equal(tt.want) {
				t.Errorf("modified %v, want %v", got.Modified(), tt.want)
			}
			if want := tt.text + " " + tt.want.UTC().Format(time.RFC3339Nano); string(doctest.Body(t, got)) != want {
				t.Errorf("body %q, want %q", doctest.Body(t, got), want)
			}
			if tt.previous != nil && !got.Modified().After(tt.previous.Modified()) {
				t.Errorf("modified %v, not after %v", got.Modified(), tt.previous.Modified())
			}
			if got.Modified().After(tt.asOf) && (tt.previous == nil || got.Modified().Sub(tt.previous.Modified()) > time.Second) {
				t.Errorf("modified %v, after the snapshot of %v", got.Modified(), tt.asOf)
			}
			again, err := printed(tt.text, tt.newest, tt.asOf.Add(time.Hour)).Revise(got)
			if err != nil || again != got {
				t.Errorf("revised again without a change: %v, %v", again, err)
			}
		})
	}
}

// TestReviseChain holds that changes of one second each get a time of their own.
func TestReviseChain(t *testing.T) {
	var d *edition.Document
	for i := range 5 {
		next, err := printed(fmt.Sprint(i), noon, noon.Add(time.Duration(i)*time.Millisecond)).Revise(d)
		if err != nil {
			t.Fatal(err)
		}
		if want := noon.Add(time.Duration(i) * time.Second); !next.Modified().Equal(want) {
			t.Errorf("change %d: modified %v, want %v", i, next.Modified(), want)
		}
		d = next
	}
}

func TestReviseAnotherType(t *testing.T) {
	r := edition.Revision{MediaType: textType, AsOf: noon, Render: func(time.Time) ([]byte, error) { return []byte("a"), nil }}
	d, err := r.Revise(nil)
	if err != nil {
		t.Fatal(err)
	}
	r.MediaType = xmlType
	next, err := r.Revise(d)
	if err != nil || next.MediaType() != xmlType || !next.Modified().Equal(noon) {
		t.Errorf("the same body as %s, modified %v: %v", next.MediaType(), next.Modified(), err)
	}
}

// TestReviseHeaders holds that other headers change the header, and neither the
// content nor its time.
func TestReviseHeaders(t *testing.T) {
	r := printed("a", noon, noon.Add(time.Hour))
	d, err := r.Revise(nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Headers = edition.Headers{MaxAge: 90 * time.Second, StaleIfError: time.Hour, Link: `<https://xt.news.example/rss.xml>; rel="self"`}
	next, err := r.Revise(d)
	if err != nil {
		t.Fatal(err)
	}
	if next.Hash() != d.Hash() || !next.Modified().Equal(d.Modified()) || next.Headers() != r.Headers {
		t.Errorf("hash %s, modified %v, headers %+v", next.Hash(), next.Modified(), next.Headers())
	}
	if got, want := next.CacheControl()[0], "public, max-age=90, stale-while-revalidate=90, stale-if-error=3600"; got != want {
		t.Errorf("Cache-Control %q, want %q", got, want)
	}
	if got := d.CacheControl()[0]; got != "public, max-age=60, stale-while-revalidate=60" || d.Link() != nil {
		t.Errorf("the headers of the document before are now %q, %q", got, d.Link())
	}
	if again, err := r.Revise(next); err != nil || again != next {
		t.Errorf("the same again: another document, %v", err)
	}
	// Stored and fetched, it is as it was.
	e := edition.New("xt", noon, "", map[string]*edition.Document{"/rss.xml": next})
	m := e.Manifest()
	fetched, err := m.Edition(nil, func(entry edition.Entry) (*edition.Document, error) {
		return edition.Unpack(entry, doctest.Pack(t, next))
	})
	if err != nil || !fetched.Equal(e) {
		t.Errorf("fetched: %v, equal %t", err, err == nil && fetched.Equal(e))
	}
	if e.Equal(edition.New("xt", noon, "", map[string]*edition.Document{"/rss.xml": d})) {
		t.Error("an edition with other headers is equal")
	}
}

func TestReviseFault(t *testing.T) {
	fault := errors.New("poisonous")
	r := edition.Revision{MediaType: textType, AsOf: noon, Render: func(time.Time) ([]byte, error) { return nil, fault }}
	for _, previous := range []*edition.Document{nil, edition.NewDocument(textType, []byte("a"), noon)} {
		if d, err := r.Revise(previous); d != nil || !errors.Is(err, fault) {
			t.Errorf("Revise = %v, %v, want the fault of Render", d, err)
		}
	}
}

func ExampleRevision_Revise() {
	published := time.Date(2019, 3, 11, 10, 38, 14, 0, time.UTC)
	revise := func(previous *edition.Document, text string, newest time.Time) *edition.Document {
		r := edition.Revision{
			MediaType: "text/plain; charset=utf-8", Newest: newest, AsOf: published.Add(time.Hour),
			Render: func(time.Time) ([]byte, error) { return []byte(text), nil },
		}
		d, err := r.Revise(previous)
		if err != nil {
			panic(err)
		}
		return d
	}
	first := revise(nil, "湘江之春", published)
	fmt.Println(first.Modified(), revise(first, "湘江之春", published) == first)
	fmt.Println(revise(first, "", time.Time{}).Modified()) // withdrawn
	// Output:
	// 2019-03-11 10:38:14 +0000 UTC true
	// 2019-03-11 11:38:14 +0000 UTC
}

// What is known to differ is rendered once.
func TestReviseChanged(t *testing.T) {
	rendered := 0
	r := edition.Revision{
		MediaType: textType, Newest: noon.Add(time.Minute), AsOf: noon.Add(time.Hour), Items: 3,
		Render: func(modified time.Time) ([]byte, error) {
			rendered++
			return []byte(modified.String()), nil
		},
	}
	first, err := r.Revise(nil)
	if err != nil || rendered != 1 || first.Items() != 3 {
		t.Fatalf("%d renderings, %d items, %v", rendered, first.Items(), err)
	}
	if same, err := r.Revise(first); err != nil || same != first || rendered != 2 {
		t.Errorf("unchanged: another document, or %d renderings; %v", rendered, err)
	}
	r.Changed, rendered = true, 0
	next, err := r.Revise(first)
	if err != nil || rendered != 1 || !next.Modified().After(first.Modified()) {
		t.Errorf("%d renderings, modified %v, %v", rendered, next.Modified(), err)
	}
}
