package config

import "feedstation/internal/article"

// Reader returns what reads the values of articles. The configuration is valid.
func (c Content) Reader() article.Reader {
	words, err := c.Status.words()
	if err != nil {
		panic(err) // validate has refused it
	}
	return article.Reader{Zone: c.Zone, Status: words}
}

// words returns the words; an error is of one that stands for two states.
func (w StatusWords) words() (article.Words, error) {
	texts := func(words []storeKey) []string {
		list := make([]string, len(words))
		for i, w := range words {
			list[i] = string(w)
		}
		return list
	}
	return article.NewWords(texts(w.Published), texts(w.Withdrawn), texts(w.Draft))
}
