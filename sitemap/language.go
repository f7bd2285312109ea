package sitemap

import "strings"

// NewsLanguage returns a BCP 47 tag as Google News wants it: zh-cn or zh-tw
// for Chinese, by script, else by region, and the bare ISO 639 code for all
// other languages. It returns "" for a tag without such a code.
func NewsLanguage(tag string) string {
	tag = strings.ToLower(strings.ReplaceAll(tag, "_", "-"))
	lang, rest, _ := strings.Cut(tag, "-")
	switch {
	case lang == "zh", lang == "cmn", lang == "zho", lang == "chi":
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

// isNewsLanguage reports whether s matches the schema's pattern for
// news:language.
func isNewsLanguage(s string) bool {
	if s == "zh-cn" || s == "zh-tw" {
		return true
	}
	for i := range len(s) {
		if s[i] < 'a' || s[i] > 'z' {
			return false
		}
	}
	return len(s) == 2 || len(s) == 3
}
