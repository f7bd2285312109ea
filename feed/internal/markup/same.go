package markup

import (
	"regexp"
	"strings"
)

// sizeSuffix is what systems put behind the name of a picture that they have
// made smaller, as in 1-300x200.jpg, 1_thumb.jpg, 1@2x.jpg and 1.jpg!w600.
var sizeSuffix = regexp.MustCompile(`(?i)(?:[-_](?:[0-9]{1,5}x[0-9]{1,5}|thumb(?:nail)?|small|medium|large|scaled|[0-9]{2,4}w|w[0-9]{2,4})|@[0-9]x)$`)

// sizeFolder is where an address has the size that a picture is wanted in between its
// folders, as in /max/60/, /freeze/max/60/, /fit/c/300/200/, /resize:fit:60/format:webp/,
// /fit-in/300x200/, /w_300,c_fill/ and /width=300,quality=75/.
var sizeFolder = regexp.MustCompile(`/(?:(?:freeze/)?max/[0-9]{1,5}|fit/[a-z]/[0-9]{1,5}/[0-9]{1,5}|(?:[a-z]+:[a-z0-9:.]+/)*(?:resize|rs|width|w|size|s):[a-z0-9:.]+(?:/[a-z]+:[a-z0-9:.]+)*|` +
	`(?:fit-in/)?[0-9]{1,5}x[0-9]{1,5}|(?:[a-z]{1,3}_[^/,]+,)*[wh]_[0-9]+(?:,[a-z]{1,3}_[^/,]+)*|(?:[a-z]+=[^/,]+,)*(?:w|h|width|height)=[0-9]+(?:,[a-z]+=[^/,]+)*)/`)

// Key returns what two addresses of one picture have in common whatever its
// size: no scheme, no query, no size among the folders or behind the name, and no
// extension.
func Key(address string) string {
	key, _, _ := strings.Cut(address, "?")
	key, _, _ = strings.Cut(key, "#")
	if _, rest, ok := strings.Cut(key, "://"); ok {
		key = rest
	}
	dir, name := "", key
	if i := strings.LastIndexByte(key, '/'); i >= 0 {
		dir, name = key[:i+1], key[i+1:]
	}
	ext := extensionIn(strings.ToLower(name))
	if !isPictureType(ext) {
		return address // what tells one picture from another may be in the query
	}
	name = name[:strings.LastIndex(strings.ToLower(name), "."+ext)]
	return sizeFolder.ReplaceAllString(dir, "/") + sizeSuffix.ReplaceAllString(name, "")
}

// isSame reports whether two addresses are of one picture in two sizes.
func isSame(a, b string) bool {
	return a != "" && !isInline(a) && Key(a) == Key(b)
}

// smallSize is sizeSuffix for a picture that is blurred where it fills a page.
var smallSize = regexp.MustCompile(`(?i)[-_](?:[0-9]{1,2}x[0-9]{1,4}|[12][0-9]{2}x[0-9]{1,4}|3[01][0-9]x[0-9]{1,4}|320x[0-9]{1,4}|thumb(?:nail)?|small)\.[a-z]{3,5}$`)

// isSmall reports whether an address asks for a picture of up to minWidth.
func isSmall(address string) bool {
	path, _, _ := strings.Cut(address, "?")
	return smallSize.MatchString(path)
}

// isReduced reports whether an address asks for a size that the picture does
// not have by itself.
func isReduced(address string) bool {
	path, _, query := strings.Cut(address, "?")
	name := path[strings.LastIndexByte(path, '/')+1:]
	if i := strings.IndexByte(name, '.'); i >= 0 {
		if sizeSuffix.MatchString(name[:i]) || strings.ContainsAny(name[i:], "!@") {
			return true
		}
	}
	return query
}
