package demo

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"golang.org/x/net/html"
)

// topics returns the texts of both languages, by language.
func topics() map[string][]topic {
	return map[string][]topic{"zh": mustRead("zh").topics, "en": mustRead("en").topics}
}

func TestTopicsAreTold(t *testing.T) {
	for _, v := range []*voice{newChinese(), newEnglish()} {
		told := map[string]bool{}
		for i := range v.tales {
			told[v.tales[i].topic.tag] = true
		}
		for _, of := range topics()[v.tag[:2]] {
			if !told[of.tag] {
				t.Errorf("%s: no tale of %q", v.tag, of.tag)
			}
		}
	}
}

func TestStories(t *testing.T) {
	for language, list := range topics() {
		for _, of := range list {
			for _, s := range of.stories {
				t.Run(language+"/"+s.titles[0], func(t *testing.T) { checkStory(t, language, of, s) })
			}
		}
	}
}

func checkStory(t *testing.T, language string, of topic, s story) {
	if len(s.titles) < 3 || len(s.leads) < 2 || len(s.titles) < len(s.leads) {
		t.Errorf("%d titles and %d leads", len(s.titles), len(s.leads))
	}
	if repeats(s.titles) || repeats(s.leads) || repeats(s.details) || repeats(s.captions) {
		t.Error("a text stands there twice")
	}
	if tags := append([]string{of.tag}, s.tags...); len(s.tags) < 3 || repeats(tags) {
		t.Errorf("tags %q", tags)
	}
	for lead := range s.leads {
		goes := func(text string) bool { return goesWith(text, lead) }
		if n := count(s.details, goes); n < 3 {
			t.Errorf("lead %d: %d details, want at least 3", lead, n)
		}
		if count(s.captions, goes) < 1 {
			t.Errorf("lead %d: no caption", lead)
		}
	}
	plain := slices.Concat(s.titles, s.leads, s.captions)
	markup := slices.Concat(s.details, s.quotes, s.headings, s.list, s.closings)
	for _, row := range s.table {
		markup = append(markup, strings.Split(unmarked(row), "|")...)
		if strings.Count(row, "|") != strings.Count(s.table[0], "|") {
			t.Errorf("the row %q has not as many cells as the head", row)
		}
	}
	for _, text := range slices.Concat(plain, markup) {
		checkLine(t, language, text)
	}
	for _, text := range slices.Concat(s.titles, s.leads) {
		if m := mark(text); m != "" {
			t.Errorf("a mark that has no effect: %s", text)
		}
	}
	for _, text := range slices.Concat(s.details, s.quotes, s.headings, s.closings, s.captions, s.list, s.table[:min(1, len(s.table))]) {
		if m := mark(text); strings.Trim(m, "012345"[:len(s.leads)]) != "" || len(s.leads) == len(m) {
			t.Errorf("the mark %q, with %d leads: %s", m, len(s.leads), text)
		}
	}
	for _, text := range plain {
		if strings.ContainsAny(text, "<>") || strings.Contains(text, "&amp;") {
			t.Errorf("markup in plain text: %s", text)
		}
	}
	for _, text := range markup {
		if _, err := parseBody(unmarked(text)); err != nil {
			t.Errorf("%v: %s", err, text)
		}
	}
}

func count(texts []string, has func(string) bool) int {
	n := 0
	for _, text := range texts {
		if has(text) {
			n++
		}
	}
	return n
}

var (
	slots = regexp.MustCompile(`\{[^}]*\}`)
	tags  = regexp.MustCompile(`<[^>]*>`)
	// Numbers, clock times and 3D are written with ASCII in Chinese as well.
	numbers = regexp.MustCompile(`[0-9]+([.:][0-9]+)*`)
)

func checkLine(t *testing.T, language, text string) {
	t.Helper()
	bare := numbers.ReplaceAllString(tags.ReplaceAllString(slots.ReplaceAllString(unmarked(text), "0"), ""), "0")
	bare = html.UnescapeString(bare)
	wrong := `'"`
	if language == "zh" {
		wrong = `'",.;:!?()`
	}
	if i := strings.IndexAny(bare, wrong); i >= 0 {
		t.Errorf("%q does not belong into %s", bare[i], text)
	}
	han := strings.ContainsFunc(bare, func(r rune) bool {
		return unicode.Is(unicode.Han, r) || strings.ContainsRune("，。；：！？（）", r)
	})
	if language == "en" && han {
		t.Errorf("Chinese in %s", text)
	}
	if strings.Contains(bare, "  ") || strings.TrimSpace(bare) != bare || bare == "" {
		t.Errorf("stray space in %q", text)
	}
	if depth(bare) != 0 {
		t.Errorf("unbalanced quotation marks or brackets in %s", text)
	}
	for _, double := range []string{"，，", "。。", "，。", "、、", "。，", ",,", " ,", " .", ",."} {
		if strings.Contains(bare, double) {
			t.Errorf("%q in %s", double, text)
		}
	}
}

// depth returns how many quotation marks and brackets are open at the end, or
// -1 when one closes what is not open.
func depth(text string) int {
	var open []rune
	pairs := map[rune]rune{'”': '“', '》': '《', '）': '（'}
	for _, r := range text {
		switch r {
		case '“', '《', '（':
			open = append(open, r)
		case '”', '》', '）':
			if len(open) == 0 || open[len(open)-1] != pairs[r] {
				return -1
			}
			open = open[:len(open)-1]
		}
	}
	return len(open)
}

func TestParagraphsEnd(t *testing.T) {
	for language, list := range topics() {
		for _, of := range list {
			for _, s := range of.stories {
				for _, text := range slices.Concat(s.leads, s.details, s.quotes, s.closings) {
					end := []rune(tags.ReplaceAllString(text, ""))
					last := string(end[len(end)-1])
					if r := end[len(end)-1]; unicode.Is(unicode.So, r) || r > 0xFFFF || r == '\uFE0F' {
						continue // an emoji
					}
					if !strings.Contains(map[string]string{"zh": "。？！”", "en": ".?!”"}[language], last) {
						t.Errorf("%s: ends in %q: %s", language, last, text)
					}
				}
				for _, title := range s.titles {
					if strings.HasSuffix(title, "。") || strings.HasSuffix(title, ".") {
						t.Errorf("the title %q ends in a full stop", title)
					}
				}
			}
		}
	}
}

func TestBanks(t *testing.T) {
	for language, banks := range map[string][]bank{"zh": mustRead("zh").banks, "en": mustRead("en").banks} {
		seen := map[string]bool{}
		for _, b := range banks {
			if seen[b.slot] {
				t.Errorf("%s: the bank %q is there twice", language, b.slot)
			}
			seen[b.slot] = true
			// A story may want two or three different names.
			if len(b.names) < 4 || repeats(b.names) {
				t.Errorf("%s: the bank %q has %d names, some twice: %t", language, b.slot, len(b.names), repeats(b.names))
			}
		}
	}
}

func TestCities(t *testing.T) {
	tests := []struct{ name, zh, en string }{
		{"湘潭站", "湘潭", "Xiangtan"},
		{"湘江新闻网", "湘江", "our city"},
		{"新闻网", "本地", "our city"},
		{"Xiangtan Station", "本地", "Xiangtan"},
		{"", "本地", "our city"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if zh, en := cities(tt.name); zh != tt.zh || en != tt.en {
				t.Errorf("cities(%q) = %q, %q, want %q, %q", tt.name, zh, en, tt.zh, tt.en)
			}
		})
	}
}

func TestEveryChannelHasTales(t *testing.T) {
	r := newNewsroom(large(t))
	for id, b := range r.beats {
		for month := time.January; month <= time.December; month++ {
			if len(b.zh[month]) < 3 || len(b.en[month]) < 1 {
				t.Errorf("channel %q, %s: %d Chinese and %d English tales", id, month, len(b.zh[month]), len(b.en[month]))
			}
		}
	}
	weather := r.beat("weather")
	for _, tale := range weather.zh[time.July] {
		if tale.topic.tag != "天气" {
			t.Errorf("weather tells of %q", tale.topic.tag)
		}
		if !tale.months.has(time.July) {
			t.Errorf("July tells of months %b", tale.months)
		}
	}
	if general := r.beat("rumour"); len(general.zh[time.July]) < 40 {
		t.Errorf("a channel that no topic names has only %d tales", len(general.zh[time.July]))
	}
}
