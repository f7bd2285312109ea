package article

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"
)

// Status says whether readers may see an article.
type Status string

// The states of an article. Only published ones are ever shown. Of a withdrawn one,
// feeds may say that it was withdrawn; a draft is only not there.
const (
	Published Status = "published"
	Draft     Status = "draft"
	Withdrawn Status = "withdrawn"
)

// Words are what a newsroom's system has as status, in any case.
type Words map[string]Status

// builtIn are the words of well-known systems. A word is published only where it can't
// mean anything else; what is scheduled, private or archived is a draft, since its
// system shows it to nobody, and what was taken away is withdrawn.
var builtIn = Words{
	"": Published, "published": Published, "publish": Published, "public": Published, "live": Published,
	"active": Published, "online": Published, "visible": Published, "1": Published, "true": Published,
	"t": Published, "yes": Published, "y": Published, "on": Published,
	"已发布": Published, "发布": Published, "已上线": Published,

	"draft": Draft, "drafts": Draft, "auto-draft": Draft, "auto_draft": Draft, "pending": Draft, "pending_review": Draft,
	"review": Draft, "in_review": Draft, "in review": Draft, "submitted": Draft, "new": Draft, "rejected": Draft,
	"private": Draft, "protected": Draft, "hidden": Draft, "internal": Draft, "sent": Draft,
	"future": Draft, "scheduled": Draft, "inherit": Draft, "archived": Draft, "archive": Draft, "expired": Draft,
	"inactive": Draft, "disabled": Draft, "offline": Draft,
	"0": Draft, "false": Draft, "f": Draft, "no": Draft, "n": Draft, "off": Draft,
	"草稿": Draft, "待审": Draft, "待审核": Draft, "审核中": Draft, "待发布": Draft, "未发布": Draft, "定时发布": Draft, "已归档": Draft,

	"withdrawn": Withdrawn, "unpublished": Withdrawn, "retracted": Withdrawn, "revoked": Withdrawn, "removed": Withdrawn,
	"deleted": Withdrawn, "trash": Withdrawn, "trashed": Withdrawn, "bin": Withdrawn, "-2": Withdrawn,
	"撤稿": Withdrawn, "已撤稿": Withdrawn, "撤回": Withdrawn, "已撤回": Withdrawn, "已下线": Withdrawn, "已删除": Withdrawn, "回收站": Withdrawn,
}

// word is the form in which words are compared: 1.0 is 1.
func word(text string) string {
	w := strings.ToLower(strings.TrimSpace(text))
	if whole, fraction, ok := strings.Cut(w, "."); ok && strings.Trim(fraction, "0") == "" && strings.Trim(whole, "-0123456789") == "" {
		return whole
	}
	return w
}

// ParseStatus returns the status that a content store has as text. Nothing, as NULL or
// as an empty text, is published. An unknown word is an error: who wrote it may have
// meant to hide the article.
func (r Reader) ParseStatus(text string) (Status, error) {
	w := word(text)
	if s, ok := r.Status[w]; ok {
		return s, nil
	}
	if s, ok := builtIn[w]; ok {
		return s, nil
	}
	return "", fmt.Errorf("want published, draft or withdrawn, or a word of content.status, got %q", text)
}

// Words returns the words that stand for a status, in lower case and sorted.
func (r Reader) Words(of Status) []string {
	all := maps.Clone(builtIn)
	maps.Copy(all, r.Status)
	maps.DeleteFunc(all, func(_ string, s Status) bool { return s != of })
	return slices.Sorted(maps.Keys(all))
}

// maxWord is the longest word of a status, in bytes.
const maxWord = 100

// NewWords returns words for each status, the form in which [Reader] compares them. A
// word that stands for two is an error, and so is one with quotes, backslashes or
// control characters: queries have the words.
func NewWords(published, withdrawn, draft []string) (Words, error) {
	words := Words{}
	for _, part := range []struct {
		status Status
		words  []string
	}{{Published, published}, {Withdrawn, withdrawn}, {Draft, draft}} {
		for _, text := range part.words {
			w := word(text)
			if strings.ContainsFunc(w, func(r rune) bool { return strings.ContainsRune(`'"\`, r) || unicode.IsControl(r) }) || len(w) > maxWord {
				return nil, fmt.Errorf("not a word: %q", text)
			}
			if other, ok := words[w]; ok && other != part.status {
				return nil, fmt.Errorf("%q is both %s and %s", text, other, part.status)
			}
			words[w] = part.status
		}
	}
	return words, nil
}
