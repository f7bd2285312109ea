package sitemap

import (
	"errors"
	"fmt"
	"time"
)

var (
	errNewsOption   = errors.New("news in a sitemap without Options.News")
	errNewsName     = errors.New("no publication name")
	errNewsLanguage = errors.New("language is neither zh-cn, zh-tw nor the ISO 639 code of another")
	errNewsDate     = errors.New("no publication date")
	errNewsTitle    = errors.New("no title")
)

// News describes a news article of the last two days to Google News. All
// fields are required.
//
// Name and Title are plain text. White space in them is collapsed; bytes that
// are not UTF-8 and characters that XML cannot carry are dropped.
type News struct {
	Name      string    // of the publication, exactly as on news.google.com
	Language  string    // of the publication, as [NewsLanguage] gives it
	Title     string    // of the article
	Published time.Time // when the article was first published, under the rules of [URL.LastMod]
}

// appendNews appends the news element, its children in the schema's order.
func (e *encoder) appendNews(b []byte, n *News) ([]byte, error) {
	b = append(b, "<news:news><news:publication><news:name>"...)
	b, ok := e.appendText(b, n.Name, unlimited)
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
	b, err := e.appendTime(b, n.Published)
	if err != nil {
		return nil, fmt.Errorf("publication date: %w", err)
	}
	b = append(b, "</news:publication_date><news:title>"...)
	if b, ok = e.appendText(b, n.Title, unlimited); !ok {
		return nil, errNewsTitle
	}
	return append(b, "</news:title></news:news>"...), nil
}
