package demo

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"

	"feedstation/internal/article"
)

// files are the texts by language; texts/README.md describes them.
//
//go:embed texts/*/*.txt
var files embed.FS

// texts is all that a language has to say.
type texts struct {
	topics  []topic
	banks   []bank
	outlets []article.Source
}

// block is a keyword, the words that follow it and the indented lines below.
type block struct {
	line    int // from 1
	keyword string
	words   string
	texts   []string
}

// mustRead reads the embedded texts of a language. The tests read them all, so
// that a fault in them is a fault of the program.
func mustRead(language string) texts {
	t, err := readTexts(files, language)
	if err != nil {
		panic("demo: " + err.Error())
	}
	return t
}

// readTexts reads the texts of a language. A fault is reported with file and
// line.
func readTexts(files fs.FS, language string) (texts, error) {
	names, err := fs.Glob(files, "texts/"+language+"/*.txt") // in order
	if err != nil {
		return texts{}, err
	}
	var all texts
	for _, name := range names {
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return texts{}, err
		}
		read := all.topic
		if path.Base(name) == "names.txt" {
			read = all.names
		}
		if line, err := read(blocks(string(text))); err != nil {
			return texts{}, fmt.Errorf("%s:%d: %w", name, line, err)
		}
	}
	return all, nil
}

// blocks splits a file. Indented lines before the first keyword belong to an
// empty one.
func blocks(text string) []block {
	list := []block{{line: 1}}
	number := 0
	for line := range strings.Lines(text) {
		number++
		line = strings.TrimRight(line, "\r\n")
		switch content := strings.TrimLeft(line, " \t"); {
		case content == "" || strings.HasPrefix(line, "#"):
		case content != line:
			last := &list[len(list)-1]
			last.texts = append(last.texts, content)
		default:
			keyword, words, _ := strings.Cut(line, " ")
			list = append(list, block{line: number, keyword: keyword, words: words})
		}
	}
	if len(list[0].texts) == 0 {
		return list[1:]
	}
	return list
}

// topic adds the topic that a file describes. An error comes with its line.
func (t *texts) topic(list []block) (line int, err error) {
	var of topic
	s := &story{} // takes the faulty lines before the first story
	for _, b := range list {
		switch b.keyword {
		case "tag":
			of.tag = b.words
		case "channels":
			of.channels = strings.Fields(b.words)
		case "story":
			of.stories = append(of.stories, story{})
			s = &of.stories[len(of.stories)-1]
		case "months":
			if s.months, err = parseMonths(b.words); err != nil {
				return b.line, err
			}
		default:
			field := s.field(b.keyword)
			if field == nil {
				return b.line, fmt.Errorf("unknown keyword %q", b.keyword)
			}
			if len(of.stories) == 0 || b.words != "" || len(b.texts) == 0 || *field != nil {
				return b.line, fmt.Errorf("%s: want once in a story, with indented texts below", b.keyword)
			}
			*field = b.texts
		}
	}
	if of.tag == "" || len(of.channels) == 0 || len(of.stories) == 0 {
		return 1, fmt.Errorf("want a tag, channels and a story")
	}
	t.topics = append(t.topics, of)
	return 0, nil
}

// field returns the texts of a story that go by that keyword, or nil.
func (s *story) field(keyword string) *[]string {
	return map[string]*[]string{
		"titles": &s.titles, "leads": &s.leads, "details": &s.details, "quotes": &s.quotes, "headings": &s.headings,
		"list": &s.list, "table": &s.table, "closings": &s.closings, "captions": &s.captions, "tags": &s.tags,
	}[keyword]
}

func parseMonths(words string) (months, error) {
	var m months
	for word := range strings.FieldsSeq(words) {
		n, err := strconv.Atoi(word)
		if err != nil || n < 1 || n > 12 {
			return 0, fmt.Errorf("months: want numbers from 1 to 12, got %q", word)
		}
		m |= 1 << n
	}
	return m, nil
}

// names adds the banks and outlets of a file. An error comes with its line.
func (t *texts) names(list []block) (line int, err error) {
	var first, last []string
	for _, b := range list {
		var names []string
		for _, text := range b.texts {
			names = append(names, strings.Split(text, " | ")...)
		}
		switch b.keyword {
		case "first":
			first = names
		case "last":
			last = names
		case "bank":
			t.banks = append(t.banks, bank{b.words, names})
		case "outlets":
			if len(names) != 2*len(b.texts) {
				return b.line, fmt.Errorf("outlets: want a name, | and an address a line")
			}
			for pair := range slices.Chunk(names, 2) {
				t.outlets = append(t.outlets, article.Source{Name: pair[0], URL: pair[1]})
			}
		default:
			return b.line, fmt.Errorf("unknown keyword %q", b.keyword)
		}
	}
	t.banks = append(t.banks, bank{"person", people(first, last)})
	return 0, nil
}

// people joins every first with every last part to a name, with a space where
// the first is written in Latin letters.
func people(first, last []string) []string {
	names := make([]string, 0, len(first)*len(last))
	for _, a := range first {
		if ascii(a) {
			a += " "
		}
		for _, b := range last {
			names = append(names, a+b)
		}
	}
	return names
}
