package sitemap

import (
	"errors"
	"fmt"
	"time"
)

var (
	errShort        = fmt.Errorf("shorter than %d bytes", minLoc)
	errYear         = errors.New("year outside 1000 to 9999")
	errNewsName     = errors.New("no publication name")
	errNewsLanguage = errors.New("language is neither zh-cn, zh-tw nor an ISO 639 code")
	errNewsDate     = errors.New("no publication date")
	errNewsTitle    = errors.New("no title")
)

// appendEntry appends loc and lastmod, which a urlset and an index share.
func (l *locator) appendEntry(b []byte, loc string, mod time.Time) ([]byte, error) {
	b = append(b, "<loc>"...)
	b, n, err := l.appendLoc(b, loc)
	switch {
	case err != nil:
		return nil, err
	case n < minLoc:
		return nil, errShort
	}
	b = append(b, "</loc>"...)
	if mod.IsZero() {
		return b, nil
	}
	b = append(b, "<lastmod>"...)
	if b, err = appendTime(b, mod); err != nil {
		return nil, fmt.Errorf("lastmod: %w", err)
	}
	return append(b, "</lastmod>"...), nil
}

// appendImages appends an image element for each address.
func (l *locator) appendImages(b []byte, images []string) ([]byte, error) {
	for _, loc := range images {
		b = append(b, "<image:image><image:loc>"...)
		var err error
		if b, _, err = l.appendLoc(b, loc); err != nil {
			return nil, fmt.Errorf("image %.200q: %w", loc, err)
		}
		b = append(b, "</image:loc></image:image>"...)
	}
	return b, nil
}

// appendNews appends the news element.
func appendNews(b []byte, n *News) ([]byte, error) {
	b = append(b, "<news:news><news:publication><news:name>"...)
	b, ok := appendText(b, n.Name)
	if !ok {
		return nil, errNewsName
	}
	if !isNewsLanguage(n.Language) {
		return nil, errNewsLanguage
	}
	b = append(b, "</news:name><news:language>"...)
	b = append(b, n.Language...)
	b = append(b, "</news:language></news:publication><news:publication_date>"...)
	if n.Published.IsZero() {
		return nil, errNewsDate
	}
	b, err := appendTime(b, n.Published)
	if err != nil {
		return nil, fmt.Errorf("publication date: %w", err)
	}
	b = append(b, "</news:publication_date><news:title>"...)
	if b, ok = appendText(b, n.Title); !ok {
		return nil, errNewsTitle
	}
	return append(b, "</news:title></news:news>"...), nil
}

// appendTime appends t to the second with its offset, Z for none: the common
// part of RFC 3339, the W3C's date and time formats and XML Schema's dateTime.
func appendTime(b []byte, t time.Time) ([]byte, error) {
	// Offsets are whole minutes up to 14:00 there. Local mean time, as in zone
	// data before 1900, has seconds.
	const maxOffset = 14 * 60 * 60
	if _, off := t.Zone(); off%60 != 0 || off > maxOffset || off < -maxOffset {
		t = t.UTC()
	}
	// Dates before, the zero time of another zone among them, say "unknown".
	if y := t.Year(); y < 1000 || y > 9999 {
		return nil, errYear
	}
	return t.AppendFormat(b, time.RFC3339), nil
}
