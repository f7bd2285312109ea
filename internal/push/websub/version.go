package websub

import (
	"hash/maphash"
	"slices"
	"time"

	"feedstation/internal/edition"
)

// maxVersions is how many versions of a feed are known, the served one among them. Who
// was given an older one is given the whole feed.
const maxVersions = 16

// feedState is what is known of a feed, in all its formats.
type feedState struct {
	versions []version         // the served one is the last
	articles []edition.Article // of that, with notices
}

// version is what a feed had at a time.
type version struct {
	hash  string
	since time.Time
	lines []uint64 // of its contents, hashed, in order
	left  []left   // what had been withdrawn since the version before
}

// left is an article that has left a feed and all others.
type left struct {
	guid string
	when time.Time
}

func (f *feedState) served() version {
	if f == nil || len(f.versions) == 0 {
		return version{}
	}
	return f.versions[len(f.versions)-1]
}

// add adds a version that is served from a moment on.
func (f *feedState) add(seed maphash.Seed, read seen, now time.Time) {
	v := version{hash: read.hash, since: now, left: read.left}
	for _, a := range read.articles {
		v.lines = append(v.lines, maphash.Comparable(seed, a))
	}
	slices.Sort(v.lines)
	if f.versions = append(f.versions, v); len(f.versions) > maxVersions {
		f.versions = slices.Delete(f.versions, 0, 1)
	}
	f.articles = read.articles
}

// since returns the articles of the served version that an earlier one did not have, or
// had otherwise, and what was withdrawn since; not ok: that version is not known.
func (f *feedState) since(seed maphash.Seed, from string) (changed []edition.Article, gone []left, ok bool) {
	at := -1
	for i, v := range f.versions {
		if v.hash == from {
			at = i
		}
	}
	if at < 0 {
		return nil, nil, false
	}
	for _, a := range f.articles {
		if _, there := slices.BinarySearch(f.versions[at].lines, maphash.Comparable(seed, a)); !there {
			changed = append(changed, a)
		}
	}
	for _, v := range f.versions[at+1:] {
		for _, l := range v.left {
			same := func(other left) bool { return other.guid == l.guid }
			if i := slices.IndexFunc(gone, same); i >= 0 {
				gone[i] = l // it was back meanwhile
			} else {
				gone = append(gone, l)
			}
		}
	}
	return changed, slices.DeleteFunc(gone, func(l left) bool {
		return slices.ContainsFunc(f.articles, func(a edition.Article) bool { return a.KnownBy() == l.guid })
	}), true
}
