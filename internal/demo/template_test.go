package demo

import (
	"strings"
	"testing"
	"time"
)

func TestTemplates(t *testing.T) {
	tests := []struct {
		name string
		text string
		want string
	}{
		{name: "plain", text: "湘江", want: "湘江"},
		{name: "place and station", text: "{station}：{city}", want: "A&B站：长&宽"},
		{name: "in HTML", text: "<b>{city}</b>", want: "<b>长&amp;宽</b>"},
		{name: "dates", text: "{day} {yesterday} {saturday} {weekday}", want: "2月28日 2月27日 3月7日 周六"},
		{name: "one name", text: "{team}{team}", want: "甲甲"},
		{name: "a number that stays", text: "{n:3-3}{n:3-3}", want: "33"},
		{name: "a step", text: "{4-7/4}", want: "4"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			v := newChinese()
			c := &compiler{voice: v, banks: map[string]*slotBank{"team": {names: []string{"甲"}}}, numbers: map[string]int{}}
			compiled := c.template(tt.text)
			v.drawn = make([]drawn, len(v.slots))
			f := filler{
				dice: &dice{}, article: 1, voice: v, place: "长&宽", station: "A&B站",
				date: time.Date(2026, 2, 28, 23, 0, 0, 0, china), // a Saturday
			}
			if got := string(f.append(nil, compiled, tt.name == "in HTML")); got != tt.want {
				t.Errorf("%q gives %q, want %q", tt.text, got, tt.want)
			}
		})
	}
}

func TestNamesOfOneBankDiffer(t *testing.T) {
	v := newChinese()
	c := &compiler{voice: v, banks: map[string]*slotBank{"team": {names: []string{"甲", "乙", "丙"}}}, numbers: map[string]int{}}
	compiled := c.template("{team}{team2}{team3}")
	v.drawn = make([]drawn, len(v.slots))
	f := filler{dice: &dice{}, voice: v}
	for article := range uint64(100) {
		f.dice.reseed(1, article)
		f.article++
		got := string(f.append(nil, compiled, false))
		if !strings.Contains(got, "甲") || !strings.Contains(got, "乙") || !strings.Contains(got, "丙") {
			t.Fatalf("article %d has the teams %s", article, got)
		}
	}
}

func TestMoreSlotsThanNames(t *testing.T) {
	c := &compiler{voice: &voice{}, banks: map[string]*slotBank{"team": {names: []string{"甲", "乙"}}}, numbers: map[string]int{}}
	c.template("{team}{team2}{team}")
	defer func() {
		if recover() == nil {
			t.Error("three slots are filled with two names")
		}
	}()
	c.template("{team3}")
}

func TestBrokenTemplates(t *testing.T) {
	for _, text := range []string{"{", "{street", "{nowhere}", "{}", "{4}", "{7-3}", "{1-9/0}", "{n:}", "{n:x-y}"} {
		t.Run(text, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Errorf("%q is taken for a template", text)
				}
			}()
			c := &compiler{voice: &voice{}, banks: map[string]*slotBank{}, numbers: map[string]int{}}
			c.template(text)
		})
	}
}

func TestFirstSentence(t *testing.T) {
	long := strings.Repeat("很", 20)
	tests := []struct{ name, text, stop, want string }{
		{"first", long + "。再来。", "。", long + "。"},
		{"too short to say anything", "短。" + long + "。第三。", "。", "短。" + long + "。"},
		{"not within a quotation", "“" + long + "。”他说。后来。", "。", "“" + long + "。”他说。"},
		{"only one", long + "。", "。", long + "。"},
		{"no stop", long, "。", long},
		{"english", strings.Repeat("word ", 12) + "end. Next.", ". ", strings.Repeat("word ", 12) + "end."},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := firstSentence(tt.text, tt.stop); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}
