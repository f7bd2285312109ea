package feed

import "strings"

// list is how a language joins names: all but the last two, and those.
type list struct{ between, last string }

const comma = ", "

// lists are the joints of languages by their primary subtag, as CLDR has them
// (main/*/listPatterns, type standard), without a comma before the last name, as
// newspapers have it. A byline in Chinese or Japanese has the enumeration comma
// throughout. It does not change.
var lists = map[string]list{
	"zh": {"、", "、"}, "yue": {"、", "、"}, "ja": {"、", "、"},
	"ko": {comma, " 및 "}, "vi": {comma, " và "}, "id": {comma, " dan "}, "ms": {comma, " dan "}, "th": {" ", " และ"},
	"en": {comma, " and "}, "de": {comma, " und "}, "nl": {comma, " en "}, "af": {comma, " en "},
	"sv": {comma, " och "}, "da": {comma, " og "}, "nb": {comma, " og "}, "nn": {comma, " og "}, "no": {comma, " og "}, "is": {comma, " og "},
	"fr": {comma, " et "}, "es": {comma, " y "}, "pt": {comma, " e "}, "it": {comma, " e "}, "gl": {comma, " e "}, "ca": {comma, " i "}, "ro": {comma, " și "},
	"ru": {comma, " и "}, "bg": {comma, " и "}, "sr": {comma, " и "}, "mk": {comma, " и "}, "uk": {comma, " і "}, "be": {comma, " і "},
	"pl": {comma, " i "}, "hr": {comma, " i "}, "bs": {comma, " i "}, "sl": {comma, " in "}, "cs": {comma, " a "}, "sk": {comma, " a "},
	"fi": {comma, " ja "}, "et": {comma, " ja "}, "lv": {comma, " un "}, "lt": {comma, " ir "}, "hu": {comma, " és "}, "el": {comma, " και "}, "tr": {comma, " ve "},
	"ar": {" و", " و"}, "fa": {"، ", " و "}, "ur": {"، ", " اور "}, "he": {comma, " ו"}, "hi": {comma, " और "}, "bn": {comma, " এবং "},
}

// maxJoint is at least as long as what joins two names, in bytes as XML has it.
const maxJoint = 16

// joinNames returns names as a language (BCP 47) lists them; by commas in one that
// is unknown.
func joinNames(names []string, language string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	subtag, _, _ := strings.Cut(strings.ToLower(language), "-")
	by, ok := lists[subtag]
	if !ok {
		by = list{comma, comma}
	}
	last := names[len(names)-1]
	if subtag == "es" && soundsAsI(last) {
		by.last = " e "
	}
	return strings.Join(names[:len(names)-1], by.between) + by.last + last
}

// soundsAsI reports whether a Spanish name begins with the sound before which y
// becomes e: Inés, Hilario, but not Hierro.
func soundsAsI(name string) bool {
	name = strings.ToLower(name)
	for _, diphthong := range []string{"hia", "hie", "hio", "io", "ia", "ie"} {
		if strings.HasPrefix(name, diphthong) {
			return false
		}
	}
	return strings.HasPrefix(name, "i") || strings.HasPrefix(name, "í") || strings.HasPrefix(name, "hi") || strings.HasPrefix(name, "hí")
}
