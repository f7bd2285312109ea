package press

import (
	"iter"

	"feedstation/internal/edition"
	"feedstation/internal/network"
)

// addContents adds the contents at a path, of so many lines.
func (b *draft) addContents(path string, content *edition.Content, lines int) {
	revision := edition.Revision{AsOf: b.asOf, Items: lines, Headers: edition.DefaultHeaders}
	b.contents[path] = revision.ReviseContent(content, b.previousContents(path))
}

// previousContents returns the contents of the current edition at a path; nil: it
// has none.
func (b *draft) previousContents(path string) *edition.Document {
	if b.current == nil {
		return nil
	}
	d, _ := b.current.Contents(path)
	return d
}

// addFeedContents adds the contents of a feed that has been rendered.
func (b *builder) addFeedContents(f *channelFeed) {
	var text []byte
	for _, a := range f.shown {
		text = a.AppendTo(text)
	}
	b.addContents(f.path(), edition.NewContents(f.versions.AppendTo(text)), len(f.shown))
}

// articlesOf returns the articles of contents.
func articlesOf(contents *edition.Document) ([]edition.Article, error) {
	return collect(edition.Articles(contents))
}

func collect(all iter.Seq2[edition.Article, error]) (articles []edition.Article, err error) {
	for a, err := range all {
		if err != nil {
			return nil, err
		}
		articles = append(articles, a)
	}
	return articles, nil
}

// keep keeps the document of the current edition at a path, and its contents.
func (b *draft) keep(path string) {
	if document := b.previous(path); document != nil {
		b.documents[path] = document
	}
	if contents, ok := b.current.Contents(path); ok {
		b.contents[path] = contents
	}
}

// IsShard reports whether a path is that of a month's sitemap.
func IsShard(path string) bool {
	_, _, ok := network.ParseShardPath(path)
	return ok
}
