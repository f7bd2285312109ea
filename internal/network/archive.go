package network

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"
	"time"
)

// archiveFolder is that of the archive documents of a feed (RFC 5005 §4).
const archiveFolder = "archive"

// Cut is where an archive of a feed ends: it has the articles up to there, from behind the
// cut of the archive before it on. Articles are ordered by the second of their first
// publication, and those of one second by a hash of their ids.
type Cut struct {
	At   int64  // Unix seconds
	Hash uint32 // the first bytes of the SHA-256 of an id
}

// CutOf returns the cut of which an article is the last one.
func CutOf(published time.Time, id string) Cut {
	sum := sha256.Sum256([]byte(id))
	return Cut{published.Unix(), binary.BigEndian.Uint32(sum[:])}
}

// Compare orders cuts by time.
func (c Cut) Compare(other Cut) int {
	return cmp.Or(cmp.Compare(c.At, other.At), cmp.Compare(c.Hash, other.Hash))
}

// Time returns the second of the cut, in UTC.
func (c Cut) Time() time.Time { return time.Unix(c.At, 0).UTC() }

const cutLayout = "20060102T150405Z"

// String returns the cut's name: its time and its hash.
func (c Cut) String() string {
	text := c.Time().AppendFormat(make([]byte, 0, len(cutLayout)+9), cutLayout)
	return string(hex.AppendEncode(append(text, '-'), binary.BigEndian.AppendUint32(nil, c.Hash)))
}

// parseCut is the inverse of String, of which it takes no other spelling: paths are parsed
// by the hundred in each build.
func parseCut(name string) (Cut, bool) {
	at, hash, _ := strings.Cut(name, "-")
	if len(at) != len(cutLayout) || len(hash) != 8 || strings.ToLower(hash) != hash {
		return Cut{}, false
	}
	when, err := time.Parse(cutLayout, at)
	n, err2 := strconv.ParseUint(hash, 16, 32)
	return Cut{when.Unix(), uint32(n)}, err == nil && err2 == nil
}

// ArchivePath returns the path of an archive of a channel's feed, or of the station's own
// when channel is empty.
func ArchivePath(channel string, cut Cut, format Format) string {
	path := "/" + archiveFolder + "/" + cut.String() + "/" + string(format)
	if channel != "" {
		path = "/" + channel + path
	}
	return path
}

// ParseArchivePath is the inverse of ArchivePath.
func ParseArchivePath(path string) (channel string, cut Cut, format Format, ok bool) {
	rest, name, found := cutLast(path)
	rest, at, _ := cutLast(rest)
	if !found || !strings.HasSuffix(rest, "/"+archiveFolder) {
		return "", Cut{}, "", false
	}
	if rest = strings.TrimSuffix(rest, "/"+archiveFolder); rest != "" {
		if channel, found = strings.CutPrefix(rest, "/"); !found || CheckID(channel) != nil {
			return "", Cut{}, "", false
		}
	}
	if cut, ok = parseCut(at); !ok || !slices.Contains(Formats(), Format(name)) {
		return "", Cut{}, "", false
	}
	return channel, cut, Format(name), true
}

func cutLast(path string) (before, last string, found bool) {
	i := strings.LastIndexByte(path, '/')
	if i < 0 {
		return path, "", false
	}
	return path[:i], path[i+1:], true
}

// IsArchive reports whether a path is that of an archive of a feed.
func IsArchive(path string) bool {
	if !strings.Contains(path, "/"+archiveFolder+"/") { // as nearly all
		return false
	}
	_, _, _, ok := ParseArchivePath(path)
	return ok
}
