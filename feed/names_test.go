package feed_test

import (
	"strings"
	"testing"

	"feedstation/feed"
)

func TestCreator(t *testing.T) {
	ana := []string{"Ana", "Luis", "Eva"}
	tests := []struct {
		name           string
		language, feed string // the article's, the feed's
		authors        []string
		want           string
	}{
		{"none", "", "zh-CN", nil, "湘潭站"},
		{"none, in another language than the feed", "en", "zh-CN", nil, "湘潭站"},
		{"one", "", "zh-CN", []string{"张三"}, "张三"},
		{"two", "", "zh-CN", []string{"张三", "李四"}, "张三、李四"},
		{"three", "zh", "", []string{"张三", "李四", "王五"}, "张三、李四、王五"},
		{"traditional", "zh-Hant-HK", "", []string{"張三", "李四"}, "張三、李四"},
		{"Cantonese", "yue", "", []string{"張三", "李四"}, "張三、李四"},
		{"Latin names in Chinese", "zh-CN", "en", []string{"Ana", "Luis"}, "Ana、Luis"},
		{"Japanese", "ja-JP", "", []string{"山田", "鈴木", "佐藤"}, "山田、鈴木、佐藤"},
		{"Korean", "ko", "", []string{"김", "이", "박"}, "김, 이 및 박"},
		{"the article's before the feed's", "en", "zh-CN", []string{"Ana", "Luis"}, "Ana and Luis"},
		{"English", "en-GB", "", ana, "Ana, Luis and Eva"},
		{"in capitals", "EN", "", ana, "Ana, Luis and Eva"},
		{"German", "de", "", ana, "Ana, Luis und Eva"},
		{"French", "fr-CA", "", ana, "Ana, Luis et Eva"},
		{"Spanish", "es-MX", "", ana, "Ana, Luis y Eva"},
		{"Spanish before i", "es", "", []string{"Ana", "Inés"}, "Ana e Inés"},
		{"Spanish before hi", "es", "", []string{"Ana", "Hilario"}, "Ana e Hilario"},
		{"Spanish before a diphthong", "es", "", []string{"Ana", "Hierro"}, "Ana y Hierro"},
		{"Portuguese", "pt-BR", "", ana, "Ana, Luis e Eva"},
		{"Russian", "ru", "", []string{"Анна", "Иван"}, "Анна и Иван"},
		{"Arabic", "ar", "", []string{"أحمد", "ليلى", "منى"}, "أحمد وليلى ومنى"},
		{"Urdu", "ur", "", []string{"احمد", "علی", "منی"}, "احمد، علی اور منی"},
		{"one without a rule", "tlh", "", ana, "Ana, Luis, Eva"},
		{"none known", "", "", ana, "Ana, Luis, Eva"},
		{"no language", "not a language", "", ana, "Ana, Luis, Eva"},
		{"an author twice", "en", "", []string{"Ana", "<b>Ana</b>", " "}, "Ana"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c := bareChannel()
			c.Author, c.Email, c.Language = "湘潭站", "editor@xt.news.example", test.feed
			c.Items[0].Authors, c.Items[0].Language = test.authors, test.language
			got := readRSS(t, c).Channel.Items[0].Creators
			if len(got) != 1 || got[0] != test.want {
				t.Errorf("dc:creator %q, want %q", got, test.want)
			}
		})
	}
}

// TestAuthorsApart holds that Atom and JSON Feed have each author on its own, and
// that an item does not name the author of its JSON feed again.
func TestAuthorsApart(t *testing.T) {
	for _, test := range []struct {
		name       string
		authors    []string
		atom, json int
	}{
		{"none", nil, 0, 0},
		{"two", []string{"张三", "李四"}, 2, 2},
		{"the feed's", []string{"湘潭站"}, 1, 0},
		{"the feed's and another", []string{"湘潭站", "张三"}, 2, 2},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := bareChannel()
			c.Author, c.Items[0].Authors = "湘潭站", test.authors
			if got := len(readAtom(t, c).Entries[0].Authors); got != test.atom {
				t.Errorf("Atom: %d authors, want %d", got, test.atom)
			}
			d := readJSON(t, c)
			got, _ := d["items"].([]any)[0].(map[string]any)["authors"].([]any)
			if len(got) != test.json {
				t.Errorf("JSON: %v", got)
			}
			if d["authors"].([]any)[0].(map[string]any)["name"] != "湘潭站" {
				t.Errorf("the feed's: %v", d["authors"])
			}
		})
	}
}

// TestPublisher holds that an item without an author is its publisher's in all
// formats, also in the feed of another one.
func TestPublisher(t *testing.T) {
	for _, test := range []struct {
		name, publisher string
		authors         []string
		rss, atom, json string
	}{
		{"none", "", nil, "湘潭站", "", ""},
		{"the feed's", "湘潭站", nil, "湘潭站", "", ""},
		{"another", "<b>长沙站</b> ", nil, "长沙站", "长沙站", "长沙站"},
		{"with an author", "长沙站", []string{"张三"}, "张三", "张三", "张三"},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := bareChannel()
			c.Author, c.Email, c.Items[0].Authors, c.Items[0].Publisher = "湘潭站", "desk@xt.news.example", test.authors, test.publisher
			got := map[string]string{"RSS": strings.Join(readRSS(t, c).Channel.Items[0].Creators, "")}
			for _, a := range readAtom(t, c).Entries[0].Authors {
				got["Atom"] += a.Name
			}
			list, _ := readJSON(t, c)["items"].([]any)[0].(map[string]any)["authors"].([]any)
			for _, a := range list {
				got["JSON"] += a.(map[string]any)["name"].(string)
			}
			for format, want := range map[string]string{"RSS": test.rss, "Atom": test.atom, "JSON": test.json} {
				if got[format] != want {
					t.Errorf("%s: %q, want %q", format, got[format], want)
				}
			}
		})
	}
}

// The same article may be in feeds of different publishers and languages.
func TestCreatorOfSharedItem(t *testing.T) {
	p, err := feed.Prepare(feed.Item{URL: "https://xt.news.example/1", Authors: []string{"张三", "李四"}, Published: shanghaiEpoch()})
	if err != nil {
		t.Fatal(err)
	}
	for language, want := range map[string]string{"zh-CN": "张三、李四", "en": "张三 and 李四", "": "张三, 李四"} {
		doc, err := (&feed.Feed{Title: "a", HomeURL: "https://xt.news.example/", Language: language, Items: []*feed.Prepared{p}}).RSS()
		if err != nil {
			t.Fatal(err)
		}
		root, err := parseXML(string(doc))
		if err != nil {
			t.Fatal(err)
		}
		if got := root.all("dc:creator"); len(got) != 1 || got[0].text != want {
			t.Errorf("%s: %v, want %s", language, got, want)
		}
	}
}
