package text

import (
	"mime"
	"net/mail"
	"path"
	"strings"
	"unicode"
)

// Trim is [Clean] without the white space around it.
func Trim(s string) string {
	return strings.TrimSpace(Clean(s))
}

// Email returns s when it is one bare ASCII address, else "".
func Email(s string) string {
	s = Trim(s)
	a, err := mail.ParseAddress(s)
	if err != nil || a.Address != s || strings.ContainsFunc(s, func(r rune) bool { return r > unicode.MaxASCII }) {
		return ""
	}
	return s
}

// Language returns s as a BCP 47 tag (zh_CN becomes zh-CN), or "" when it does
// not have the form of one.
func Language(s string) string {
	s = strings.ReplaceAll(Trim(s), "_", "-")
	n := 0
	for sub := range strings.SplitSeq(s, "-") {
		if len(sub) < 1 || len(sub) > 8 || n == 0 && (len(sub) < 2 || strings.ContainsAny(sub, "0123456789")) {
			return ""
		}
		for i := range len(sub) {
			if c := sub[i]; c|0x20 < 'a' || c|0x20 > 'z' {
				if c < '0' || c > '9' {
					return ""
				}
			}
		}
		n++
	}
	return s
}

// MediaType returns the declared media type if it is one, else what the
// extension of uri tells. The table is our own: that of package mime depends
// on the machine.
func MediaType(declared, uri string) string {
	declared = Trim(declared)
	if t, _, err := mime.ParseMediaType(declared); err == nil && strings.Contains(t, "/") {
		return declared
	}
	return mediaTypes[Extension(uri)]
}

// AnyFile is the media type of a file of which nothing is known (RFC 2046
// §4.5.1).
const AnyFile = "application/octet-stream"

// mediaTypes are those of files that news carry.
var mediaTypes = map[string]string{
	".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".jfif": "image/jpeg", ".png": "image/png", ".gif": "image/gif", ".webp": "image/webp",
	".avif": "image/avif", ".svg": "image/svg+xml", ".bmp": "image/bmp", ".tif": "image/tiff", ".tiff": "image/tiff", ".heic": "image/heic",
	".heif": "image/heif", ".ico": "image/vnd.microsoft.icon", ".jxl": "image/jxl",

	".mp3": "audio/mpeg", ".m4a": "audio/mp4", ".m4b": "audio/mp4", ".aac": "audio/aac", ".ogg": "audio/ogg", ".oga": "audio/ogg", ".opus": "audio/ogg",
	".wav": "audio/wav", ".flac": "audio/flac", ".weba": "audio/webm", ".mid": "audio/midi", ".midi": "audio/midi", ".aif": "audio/aiff",
	".aiff": "audio/aiff", ".amr": "audio/amr", ".wma": "audio/x-ms-wma",

	".mp4": "video/mp4", ".m4v": "video/mp4", ".webm": "video/webm", ".ogv": "video/ogg", ".mov": "video/quicktime", ".qt": "video/quicktime",
	".avi": "video/x-msvideo", ".mkv": "video/matroska", ".mpg": "video/mpeg", ".mpeg": "video/mpeg", ".ts": "video/mp2t", ".3gp": "video/3gpp",
	".3g2": "video/3gpp2", ".flv": "video/x-flv", ".wmv": "video/x-ms-wmv", ".m3u8": "application/vnd.apple.mpegurl", ".mpd": "application/dash+xml",

	".pdf": "application/pdf", ".epub": "application/epub+zip", ".rtf": "application/rtf",
	".doc": "application/msword", ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
	".xls": "application/vnd.ms-excel", ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
	".ppt": "application/vnd.ms-powerpoint", ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
	".odt": "application/vnd.oasis.opendocument.text", ".ods": "application/vnd.oasis.opendocument.spreadsheet",
	".odp": "application/vnd.oasis.opendocument.presentation", ".wps": "application/vnd.ms-works",
	".zip": "application/zip", ".7z": "application/x-7z-compressed", ".rar": "application/vnd.rar", ".gz": "application/gzip", ".tar": "application/x-tar",
	".txt": "text/plain", ".csv": "text/csv", ".html": "text/html", ".htm": "text/html", ".vtt": "text/vtt", ".srt": "application/x-subrip",
	".ics": "text/calendar", ".xml": "application/xml", ".json": "application/json", ".geojson": "application/geo+json",
	".kml": "application/vnd.google-earth.kml+xml", ".apk": "application/vnd.android.package-archive", ".torrent": "application/x-bittorrent",
}

// Extension returns the file extension of a URI's path, in lower case.
func Extension(uri string) string {
	_, end := authority(uri)
	p := uri[end:]
	if i := strings.IndexAny(p, "?#"); i >= 0 {
		p = p[:i]
	}
	return strings.ToLower(path.Ext(p))
}
