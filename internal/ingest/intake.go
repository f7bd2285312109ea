// Package ingest fills the embedded content store: from lines of the import
// format, wherever they come from, and from other systems over HTTP. Those are
// sources: each is of a kind, which is little more than the addresses of its lists
// and the paths of fields in their items; how a source is asked, how far it has
// been followed and what is gone there is the same for all kinds.
package ingest

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"
	"unicode/utf8"

	"feedstation/feed"
	"feedstation/internal/article"
	"feedstation/internal/network"
)

// Store is where articles are stored.
type Store interface {
	// PutOthers stores articles in one transaction and returns how many they were.
	// A value that it can't have is left out and passed to odd; it is of the article
	// that the sequence has yielded last. An error, of the sequence or of the store,
	// ends it, and nothing is stored.
	PutOthers(ctx context.Context, articles iter.Seq2[article.Article, error], odd func(article.Fault)) (int, error)
}

// Place is where an article comes from.
type Place struct {
	Name string // of a file, or the address of a page
	Line int    // from 1; 0: it has no lines
}

// String implements fmt.Stringer.
func (p Place) String() string {
	if p.Line == 0 {
		return p.Name
	}
	return fmt.Sprintf("%s:%d", p.Name, p.Line)
}

// Record is an article as it comes in.
type Record struct {
	Place
	Text []byte // in the import format, valid until the next record; empty: there is none
	Err  error  // why there is no text
}

// Intake reads records and stores the articles. Its fields are not changed while it
// stores.
type Intake struct {
	Network *network.Network
	// Reader reads the articles.
	Reader article.Reader
	// Whole has everything stored in one transaction, or nothing if a record is refused.
	Whole bool
	// Strict refuses odd values. With those that only the store finds, all is refused if
	// the intake is whole, as it should be.
	Strict bool
	// Station is the one that all articles are of, by its present id; empty: any.
	Station string
	// Refused is told why a record is refused: an error that joins its faults.
	Refused func(at Place, err error)
	// LeftOut is told of odd values without which an article is stored.
	LeftOut func(at Place, odd []article.Fault)

	// What has become of the records so far.
	Count Count
}

// Count is what became of records.
type Count struct {
	Stored, Refused int            // articles
	LeftOut         int            // odd values
	UnknownChannels map[string]int // by station/channel
}

// ErrRefused is the outcome of whole intakes that refuse a record: nothing is stored.
var ErrRefused = errors.New("nothing is stored, as a record is refused")

// item is an article and where it comes from.
type item struct {
	article.Article
	place Place
}

// Put stores the articles of records, a batch in a transaction, or of a whole intake
// all of them in one. The error is the sequence's, the store's or [ErrRefused]; what
// came before that error of the sequence is stored, unless the intake is whole.
func (i *Intake) Put(ctx context.Context, store Store, records iter.Seq2[Record, error]) error {
	if i.Whole {
		return i.putAll(ctx, store, i.items(ctx, records))
	}
	return i.putBatches(ctx, store, records)
}

// putAll stores everything in one transaction, or nothing.
func (i *Intake) putAll(ctx context.Context, store Store, items iter.Seq2[item, error]) error {
	return i.store(ctx, store, func(yield func(item, error) bool) {
		for it, err := range items {
			if !yield(it, err) {
				return
			}
		}
		if i.Count.Refused > 0 {
			yield(item{}, ErrRefused)
		}
	})
}

// store stores items in one transaction.
func (i *Intake) store(ctx context.Context, store Store, items iter.Seq2[item, error]) error {
	var at Place // of the article that is being stored
	n, err := store.PutOthers(ctx, func(yield func(article.Article, error) bool) {
		for it, err := range items {
			at = it.place
			if !yield(it.Article, err) {
				return
			}
		}
	}, func(f article.Fault) {
		if i.Strict {
			i.refuse(at, f)
		} else {
			i.leaveOut(at, []article.Fault{f})
		}
	})
	i.Count.Stored += n
	return err
}

// items yields the sound articles and refuses the other records.
func (i *Intake) items(ctx context.Context, records iter.Seq2[Record, error]) iter.Seq2[item, error] {
	return func(yield func(item, error) bool) {
		for r, err := range records {
			if err == nil {
				err = ctx.Err()
			}
			if err != nil {
				yield(item{}, err)
				return
			}
			if d := i.read(r); i.sound(&d) && !yield(d.item, nil) {
				return
			}
		}
	}
}

// sound reports whether a record has an article to be stored. It refuses a record that
// has something else.
func (i *Intake) sound(d *decoded) bool {
	if d.err == nil && !d.none {
		d.err = i.file(d)
	}
	switch {
	case d.err != nil:
		i.refuse(d.place, d.err)
	case len(d.odd) > 0:
		i.leaveOut(d.place, d.odd)
	}
	return d.err == nil && !d.none
}

func (i *Intake) refuse(at Place, err error) {
	i.Count.Refused++
	i.Refused(at, err)
}

func (i *Intake) leaveOut(at Place, odd []article.Fault) {
	i.Count.LeftOut += len(odd)
	i.LeftOut(at, odd)
}

// decode returns the article of a record, and what is odd and left out of it.
func (i *Intake) decode(r Record) (a article.Article, odd []article.Fault, err error) {
	d := i.read(r)
	if d.err == nil {
		d.err = i.file(&d)
	}
	if d.err != nil {
		return a, nil, d.err
	}
	return d.Article, d.odd, nil
}

// file finds the place of an article in the network, or says why it has none.
func (i *Intake) file(d *decoded) error {
	a := &d.Article
	if i.Strict && len(d.odd) > 0 {
		return Joined(d.odd)
	}
	station, ok := i.Network.Renamed(a.Station)
	switch {
	case !ok:
		return article.Fault{Place: "station", Err: fmt.Errorf("%q is not in the configuration", a.Station)}
	case !i.Network.Holds(station):
		return article.Fault{Place: "station", Err: fmt.Errorf("the articles of %s are in another content store", a.Station)}
	case i.Station != "" && station.ID != i.Station:
		return article.Fault{Place: "station", Err: fmt.Errorf("want %s, got %q", i.Station, a.Station)}
	}
	a.Station = station.ID
	i.channels(station, a)
	return nil
}

// FindLead looks for the picture in a text that stands for an article without pictures of
// its own. The embedded store reads the texts of articles of which nobody has asked.
func FindLead(a *article.Article) {
	switch {
	case len(a.Images) > 0:
	case strings.Contains(a.Body, "<"):
		a.Lead = cmp.Or(feed.LeadImage(a.Body, a.URL), article.NoLead)
	default:
		a.Lead = article.NoLead
	}
}

// channels gives an article the present ids of its channels, and counts those that its
// station does not have.
func (i *Intake) channels(station *network.Station, a *article.Article) {
	for n, channel := range a.Channels {
		now, ok := station.RenamedChannel(channel)
		if ok {
			a.Channels[n] = now
			continue
		}
		if i.Count.UnknownChannels == nil {
			i.Count.UnknownChannels = map[string]int{}
		}
		i.Count.UnknownChannels[a.Station+"/"+channel]++
	}
}

// ID returns the id that a record names: as it is, as a JSON text, or as an object with
// it, such as an article.
func ID(r Record) (id string, err error) {
	if r.Err != nil {
		return "", r.Err
	}
	id = string(r.Text)
	switch id[0] {
	case '{':
		var object struct{ ID json.RawMessage }
		if err := json.Unmarshal(r.Text, &object); err != nil {
			return "", fmt.Errorf("broken JSON: %w", err)
		}
		id = string(object.ID)
		if id == "" || id == "null" {
			return "", article.Fault{Place: "id", Err: errors.New("missing")}
		}
		if !strings.ContainsRune(`"-0123456789`, rune(id[0])) {
			return "", article.Fault{Place: "id", Err: errors.New("want a string")}
		}
	case '[':
		return "", errors.New("want an id, or a JSON object with one")
	}
	if id[0] == '"' {
		if err := json.Unmarshal([]byte(id), &id); err != nil {
			return "", fmt.Errorf("broken JSON: %w", err)
		}
	}
	if !utf8.ValidString(id) || id == "" || len(id) > article.MaxIDBytes {
		return "", article.Fault{Place: "id", Err: fmt.Errorf("want 1 to %d bytes of UTF-8", article.MaxIDBytes)}
	}
	return id, nil
}

// Joined returns faults as one error.
func Joined(odd []article.Fault) error {
	errs := make([]error, len(odd))
	for n, fault := range odd {
		errs[n] = fault
	}
	return errors.Join(errs...)
}

// Lines yields the lines of r, which name names. An error of r ends them.
func Lines(name string, r io.Reader) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		for l, err := range lines(r) {
			if err != nil {
				yield(Record{}, fmt.Errorf("%s: %w", name, err))
				return
			}
			record := Record{Place: Place{name, l.number}, Text: l.text}
			if l.tooLong {
				record.Err = fmt.Errorf("longer than %d MiB", maxLine>>20)
			}
			if !yield(record, nil) {
				return
			}
		}
	}
}
