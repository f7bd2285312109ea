package edition

import (
	"fmt"
	"testing"
	"time"

	"feedstation/internal/network"
)

// An edition says what has become of archives, and whether some are yet to be made.
func TestAbsent(t *testing.T) {
	at := time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)
	path := func(channel string, day int) string {
		return network.ArchivePath(channel, network.CutOf(at.AddDate(0, 0, day), "1"), network.RSS)
	}
	made := NewContents(nil).document(at).MadeFrom("this")
	for _, tt := range []struct {
		name       string
		contents   map[string]*Document
		path       string
		want       Absence
		unfinished bool
	}{
		{"no archives", nil, path("", 1), Never, false},
		{"no archive's path", map[string]*Document{path("", 1): made}, "/rss.xml", Never, false},
		{"an older one", map[string]*Document{path("", 5): made, path("", 1): made}, path("", 0), Over, false},
		{"where the oldest begins", map[string]*Document{path("", 5): made, path("", 1): made.MadeFrom(Beyond)}, path("", 1), Over, false},
		{"one to come", map[string]*Document{path("", 5): made, path("", 1): made.MadeFrom("")}, path("", 1), Pending, true},
		{"an older one than that", map[string]*Document{path("", 5): made, path("", 1): made.MadeFrom("")}, path("", 0), Over, true},
		{"a newer one", map[string]*Document{path("", 5): made}, path("", 6), Never, false},
		{"another channel's", map[string]*Document{path("", 5): made}, path("moment", 1), Never, false},
	} {
		e := New("xt", at, "", nil).WithContents(tt.contents)
		if got := e.Absent(tt.path); got != tt.want || e.Unfinished() != tt.unfinished {
			t.Errorf("%s: %d, unfinished %t; want %d, %t", tt.name, got, e.Unfinished(), tt.want, tt.unfinished)
		}
	}
	if e := New("xt", at, "", nil).WithContents(map[string]*Document{path("", 5): made.MadeFrom("")}).WithContents(nil); e.Unfinished() {
		t.Error("other contents are not looked at")
	}
}

// MayHave says what HasAny says.
func TestMayHave(t *testing.T) {
	var text []byte
	for _, id := range []string{"1", "with\ttab", "zwölf"} {
		text = Article{ID: id, Published: Epoch, Updated: Epoch, Address: "https://xt.news.example/" + fmt.Sprint(len(id))}.AppendTo(text)
	}
	contents := NewContents(text).document(Epoch)
	for range 2 { // read, and remembered
		for id, want := range map[string]bool{"1": true, "with\ttab": true, "zwölf": true, "2": false, "": false} {
			if got := MayHave(contents, map[string]bool{id: true}); got != want || HasAny(contents, map[string]bool{id: true}) != want {
				t.Errorf("%q: %t, want %t", id, got, want)
			}
		}
	}
	if MayHave(NewContents(nil).document(Epoch), map[string]bool{"1": true}) {
		t.Error("empty contents have an article")
	}
	if !MayHave(NewDocument(contentsType, []byte("x"), Epoch).damaged(), map[string]bool{"1": true}) {
		t.Error("what can't be read has none")
	}
}

// damaged returns the document with a body that can't be read.
func (d *Document) damaged() *Document {
	d.body.held.Store(&encoded{gzip: []byte("damaged")})
	return d
}
