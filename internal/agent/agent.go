// Package agent says who asks: what a User-Agent names, how many people stand behind a
// reader, which robots a robots.txt keeps out, and by what a crawler is proved. It is
// pure: it asks nobody.
package agent

import "strings"

// Kind is what sort of client an agent is.
type Kind uint8

// The kinds of agents.
const (
	Unknown Kind = iota
	Reader       // a feed reader of one person, asking by itself
	Hosted       // a service that asks for many, and says for how many
	Relay        // asks for a service that passes the articles on; nobody knows to how many
	Crawler      // of a search engine, a model or an archive
	Browser
	Library // a program that names only what it is written with

	Kinds = int(Library) + 1 // how many kinds there are
)

// String returns the kind in a word.
func (k Kind) String() string {
	return [Kinds]string{"unknown", "reader", "hosted", "relay", "crawler", "browser", "library"}[k]
}

// Agent is who asks. Family is never nil.
type Agent struct {
	*Family
	// Subscribers is for how many a hosted reader asks, at most MaxSubscribers; 0: it does
	// not say.
	Subscribers int
	// FeedID is what a hosted reader calls the feed: it counts each of them by itself.
	FeedID string
}

// MaxSubscribers is what larger numbers of subscribers count as. No service has so many
// for one feed: it is one that boasts.
const MaxSubscribers = 1_000_000

const (
	maxLength = 512 // of what is read of a User-Agent, in bytes
	maxFeedID = 64
)

// Parse reads a User-Agent. The time that it takes is bounded, whatever is sent.
func Parse(userAgent string) Agent {
	if len(userAgent) > maxLength {
		userAgent = userAgent[:maxLength]
	}
	text := strings.ToLower(userAgent)
	f := find(text)
	if f == nil {
		return Agent{Family: guess(text)}
	}
	a := Agent{Family: f}
	if f.Kind == Hosted {
		a.Subscribers, a.FeedID = subscribers(text), feedID(text)
	}
	return a
}

// others are the families of agents that are in no table.
var others = []Family{{Name: "other", Kind: Unknown}, {Name: "other crawler", Kind: Crawler}, {Name: "browser", Kind: Browser}}

// guess returns what an agent that is in no table may be.
func guess(text string) *Family {
	contains := func(words ...string) bool {
		for _, word := range words {
			if strings.Contains(text, word) {
				return true
			}
		}
		return false
	}
	switch {
	case contains("bot", "spider", "crawl", "slurp", "fetcher"):
		return &others[1]
	case strings.HasPrefix(text, "mozilla/") && contains("chrome/", "firefox/", "safari/", "gecko/", "trident/") && !contains("compatible;", "+http"):
		return &others[2]
	}
	return &others[0]
}

// find returns the first of the families that a text in lower case has a word of, which is
// not within a longer one; nil: there is none.
func find(text string) *Family {
	first := len(families)
	for at := 0; at+beginning <= len(text); at++ {
		if at > 0 && isWord(text[at-1]) {
			continue
		}
		for _, w := range words[text[at:at+beginning]] {
			end := at + len(w.text)
			if w.family < first && strings.HasPrefix(text[at:], w.text) && (end == len(text) || !isWord(text[end])) {
				first = w.family
			}
		}
	}
	if first == len(families) {
		return nil
	}
	return &families[first]
}

// word names a family.
type word struct {
	text   string
	family int // its place
}

// beginning is how many bytes of a word it is looked up by.
const beginning = 3

// words are those that name families, by their beginnings.
var words = func() map[string][]word {
	all := map[string][]word{}
	for i, f := range families {
		for _, text := range f.words {
			all[text[:beginning]] = append(all[text[:beginning]], word{text, i})
		}
	}
	return all
}()

func isWord(c byte) bool { return 'a' <= c && c <= 'z' || '0' <= c && c <= '9' || c == '_' }

// subscribers returns the first number before a word for those who read; 0: there is none.
func subscribers(text string) int {
	for _, word := range []string{"subscriber", "reader"} {
		for from := 0; ; {
			at := strings.Index(text[from:], word)
			if at < 0 {
				break
			}
			at += from
			if n, ok := numberBefore(text[:at]); ok {
				return n
			}
			from = at + 1
		}
	}
	return 0
}

// numberBefore returns the number that a text ends with, before spaces. Thousands may be
// separated by commas.
func numberBefore(text string) (n int, ok bool) {
	trimmed := strings.TrimRight(text, " ")
	begin := len(trimmed)
	for begin > 0 && ('0' <= trimmed[begin-1] && trimmed[begin-1] <= '9' || trimmed[begin-1] == ',') {
		begin--
	}
	for _, digit := range []byte(trimmed[begin:]) {
		if digit == ',' {
			continue
		}
		ok = true
		n = min(n*10+int(digit-'0'), MaxSubscribers)
	}
	return n, ok && len(trimmed) < len(text)
}

// feedID returns what stands behind feed-id, feedid or feed_id; "": nothing.
func feedID(text string) string {
	for _, word := range []string{"feed-id", "feedid", "feed_id"} {
		_, rest, found := strings.Cut(text, word)
		if !found {
			continue
		}
		rest = strings.TrimLeft(rest, " ")
		if rest == "" || rest[0] != ':' && rest[0] != '=' {
			continue
		}
		rest = strings.TrimLeft(rest[1:], " ")
		end := 0
		for end < len(rest) && end < maxFeedID && (isWord(rest[end]) || rest[end] == '-') {
			end++
		}
		return rest[:end]
	}
	return ""
}
