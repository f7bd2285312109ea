package sitemap

import "strings"

// NewsLanguage returns a BCP 47 tag as Google News wants it: zh-cn or zh-tw
// for Chinese, by script, else by region, and the bare ISO 639 code for all
// other languages. It returns "" for a tag without such a code.
func NewsLanguage(tag string) string {
	tag = strings.ToLower(strings.ReplaceAll(tag, "_", "-"))
	lang, rest, _ := strings.Cut(tag, "-")
	switch {
	case isChinese(lang):
		return newsChinese(rest)
	case !isNewsLanguage(lang):
		return ""
	}
	return lang
}

// newsChinese decides by the subtags that follow the language.
func newsChinese(subtags string) string {
	lang := "zh-cn"
	for sub := range strings.SplitSeq(subtags, "-") {
		switch sub {
		case "hans":
			return "zh-cn"
		case "hant":
			return "zh-tw"
		case "tw", "hk", "mo":
			lang = "zh-tw"
		}
		if len(sub) == 1 { // an extension or private use, RFC 5646 §2.2.6
			break
		}
	}
	return lang
}

// isChinese reports whether s is an ISO 639 code of Chinese, without its script.
func isChinese(s string) bool {
	return s == "zh" || s == "cmn" || s == "zho" || s == "chi"
}

// isNewsLanguage reports whether s matches the schema's pattern for
// news:language and, as Google wants it, says which Chinese it is.
func isNewsLanguage(s string) bool {
	switch {
	case s == "zh-cn", s == "zh-tw":
		return true
	case isChinese(s):
		return false
	}
	for i := range len(s) {
		if s[i] < 'a' || s[i] > 'z' {
			return false
		}
	}
	return len(s) == 2 || len(s) == 3
}

// isLanguageTag reports whether s is a langtag of RFC 5646 §2.1: a language,
// and then, each where it likes, extended languages, a script, a region,
// variants, extensions and a part for private use.
func isLanguageTag(s string) bool {
	const (
		language = iota
		extended // the first to the third
		_
		_
		script
		region
		variant
		extension
		private
	)
	next := language // the first part that may still come
	empty := false   // an extension or private use has begun and has nothing in it
	for sub := range strings.SplitSeq(s, "-") {
		n := len(sub)
		if n == 0 || n > 8 || !isAlphanumericASCII(sub) {
			return false
		}
		switch {
		case next == language:
			if n == 1 || !isAlpha(sub) {
				return false
			}
			next = script
			if n <= 3 {
				next = extended
			}
		case next == private, next == extension && n > 1:
			empty = false
		case n == 1:
			if empty {
				return false
			}
			empty = true
			next = extension
			if sub == "x" || sub == "X" {
				next = private
			}
		case next < script && n == 3 && isAlpha(sub):
			next++
		case next <= script && n == 4 && isAlpha(sub):
			next = region
		case next <= region && (n == 2 && isAlpha(sub) || n == 3 && isDigits(sub)):
			next = variant
		case next <= variant && (n >= 5 || n == 4 && isDigits(sub[:1])):
			next = variant
		default:
			return false
		}
	}
	return !empty
}

func isAlphanumericASCII(s string) bool {
	for i := range len(s) {
		if !isAlphanumeric(s[i]) {
			return false
		}
	}
	return true
}

// isAlpha reports whether an alphanumeric s has letters only.
func isAlpha(s string) bool {
	for i := range len(s) {
		if s[i] <= '9' {
			return false
		}
	}
	return true
}

// isDigits reports whether an alphanumeric s has digits only.
func isDigits(s string) bool {
	for i := range len(s) {
		if s[i] > '9' {
			return false
		}
	}
	return true
}
