package press

import (
	"time"

	"feedstation/internal/edition"
)

// loss is what the documents at a path lose.
type loss struct {
	path      string
	unknown   bool      // the document is lost: it can't be said what it has
	linked    time.Time // when the last article that they link to was withdrawn; zero: to none
	articles  map[string]edition.Article
	at        map[int]bool      // which of the document's entries go, in its order
	addresses map[string]bool   // the same of a feed
	notices   []edition.Article // that take the places of some
	ended     map[string]bool   // the addresses of notices that go
	entries   int               // that the document has
	left      []byte            // lines
	lines     int               // that are left
}

// lossOf returns what contents lose, and in feeds the notices that retractions want
// in its place, or do not want any more.
func lossOf(path string, contents *edition.Document, ids map[string]bool, retractions edition.Retractions) (*loss, error) {
	l := &loss{path: path, articles: map[string]edition.Article{}, at: map[int]bool{}, addresses: map[string]bool{}, ended: map[string]bool{}}
	text, err := contents.Body()
	if err != nil {
		return nil, err
	}
	for a, err := range edition.Lines(contents) {
		switch {
		case err != nil:
			return nil, err
		case ids[a.ID] && !(a.Notice && retractions[a.ID].Notice):
			l.articles[a.ID], l.addresses[a.Address], l.at[l.entries] = a, true, !a.Unlisted
			if a.Notice {
				l.ended[a.Address] = true
			} else if r := retractions[a.ID]; r.Notice && isFeedPath(path) {
				notice := noticeAt(a, r.NoticeSince())
				l.notices, l.left, l.lines = append(l.notices, notice), notice.AppendTo(l.left), l.lines+1
			}
		default:
			l.left, l.lines = a.AppendTo(l.left), l.lines+1
		}
		if !a.Unlisted {
			l.entries++
		}
	}
	if IsShard(path) {
		l.leave(text, retractions)
	}
	return l, nil
}

// leave ends the lines of a month that are left with those of the articles that have
// left it, before and now.
func (l *loss) leave(text []byte, retractions edition.Retractions) {
	w := chunkWriter{known: map[string]edition.Known{}}
	for id, known := range edition.KnownBy(text, nil) {
		if _, gone := l.articles[id]; gone || known.Former {
			if gone {
				known.Withdrawn = retractions[id].Row
			}
			w.known[id] = known
		}
	}
	w.leave()
	l.left = append(l.left, w.lines...)
}
