package edition

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"slices"
	"strings"
)

// MaxVersions is how many versions of a feed are remembered, with the current one.
const MaxVersions = 64

// Versions are the versions of a feed that a reader may have, of which the current one
// has all that they have and is still of this feed: nothing was withdrawn from it since.
// They stand at the end of its contents, in one line: two tabs, the tags of the RSS and
// of the Atom of each version, a tab, what tells the items and how old they are, both in
// base64. Nil is none.
type Versions struct {
	tags  []tags // the newest first
	items []itemVersion
}

// Tag is the beginning of a document's ETags, which is that of its hash.
type Tag [8]byte

// TagOf returns that of an entity tag, which may be weak. It is not ok where it can't be
// one of a document.
func TagOf(etag string) (tag Tag, ok bool) {
	text, quoted := strings.CutPrefix(strings.TrimPrefix(etag, "W/"), `"`)
	if len(text) < hex.EncodedLen(len(tag)) {
		return tag, false
	}
	_, err := hex.Decode(tag[:], []byte(text[:hex.EncodedLen(len(tag))]))
	return tag, quoted && err == nil
}

func (d *Document) tag() Tag { return Tag(d.body.hash[:]) }

// tags are those of a version's RSS and Atom.
type tags [2]Tag

// ItemSum tells the bytes of an item in a document from others.
type ItemSum [8]byte

// SumOf returns the sum of an item.
func SumOf(item []byte) ItemSum {
	sum := sha256.Sum256(item)
	return ItemSum(sum[:8])
}

// itemVersion is an item of the current version, in the order of the document.
type itemVersion struct {
	sum ItemSum // of that in both formats
	age byte    // how many versions ago it came or changed: at most MaxVersions
}

func tagsOf(rss, atom *Document) tags {
	return tags{rss.tag(), atom.tag()}
}

// NextVersions returns the versions of a feed of which these documents are the current
// one, with the sums of their items, which are as many in both. Former are those of the
// edition before, whose documents were other ones if they were of this feed at all: they
// are forgotten where that has lost an article.
func NextVersions(former *Versions, rss, atom *Document, items [2][]ItemSum, lost bool) *Versions {
	next := &Versions{tags: []tags{tagsOf(rss, atom)}}
	ages := map[ItemSum]byte{}
	if former != nil && !lost {
		next.tags = append(next.tags, former.tags[:min(len(former.tags), MaxVersions-1)]...)
		for _, item := range former.items {
			ages[item.sum] = min(item.age+1, MaxVersions)
		}
	}
	for i := range items[0] {
		sum := SumOf(append(items[0][i][:], items[1][i][:]...))
		next.items = append(next.items, itemVersion{sum, ages[sum]}) // 0: it is new
	}
	return next
}

// Are reports whether the current version is that of these documents.
func (v *Versions) Are(rss, atom *Document) bool {
	return v != nil && v.tags[0] == tagsOf(rss, atom)
}

// AppendTo appends the line.
func (v *Versions) AppendTo(text []byte) []byte {
	if v == nil {
		return text
	}
	var versions, items []byte
	for _, t := range v.tags {
		versions = append(append(versions, t[0][:]...), t[1][:]...)
	}
	for _, item := range v.items {
		items = append(append(items, item.sum[:]...), item.age)
	}
	text = base64.RawStdEncoding.AppendEncode(append(text, formerMark, formerMark), versions)
	return append(base64.RawStdEncoding.AppendEncode(append(text, formerMark), items), '\n')
}

// VersionsOf returns the versions of the feed of contents; nil: they do not tell, or
// can't be read.
func VersionsOf(contents *Document) *Versions {
	text, err := contents.Body()
	if err != nil {
		return nil
	}
	at := bytes.LastIndexByte(bytes.TrimSuffix(text, []byte("\n")), '\n')
	line, ok := bytes.CutPrefix(bytes.TrimSuffix(text[at+1:], []byte("\n")), []byte{formerMark, formerMark})
	first, second, _ := bytes.Cut(line, []byte{formerMark})
	versions, err := base64.RawStdEncoding.AppendDecode(nil, first)
	items, err2 := base64.RawStdEncoding.AppendDecode(nil, second)
	if !ok || err != nil || err2 != nil || len(versions) == 0 || len(versions)%16 != 0 || len(items)%9 != 0 {
		return nil
	}
	v := new(Versions)
	for ; len(versions) > 0; versions = versions[16:] {
		v.tags = append(v.tags, tags{Tag(versions), Tag(versions[8:])})
	}
	for ; len(items) > 0; items = items[9:] {
		v.items = append(v.items, itemVersion{ItemSum(items), items[8]})
	}
	return v
}

// Age returns how many versions ago the newest one was current of whose documents, of the
// format of d, known has the tag. It is not ok where there is none, and where d is not of
// the current version.
func (v *Versions) Age(d *Document, known map[Tag]bool) (age int, ok bool) {
	if v == nil {
		return 0, false
	}
	format := slices.Index(v.tags[0][:], d.tag())
	if format < 0 {
		return 0, false
	}
	age = 1 + slices.IndexFunc(v.tags[1:], func(t tags) bool { return known[t[format]] })
	return age, age > 0
}

// Changed reports whether the item at a place of the current documents came or changed
// since the version of an age was current.
func (v *Versions) Changed(place, age int) bool { return int(v.items[place].age) < age }

// Items returns how many items the current documents have.
func (v *Versions) Items() int { return len(v.items) }
