package demo

import (
	"testing"
	"testing/fstest"
)

func TestFaultyTexts(t *testing.T) {
	const good = "tag weather\nchannels weather\n\nstory rain\ntitles\n  Rain\n"
	tests := []struct{ name, file, text, want string }{
		{"unknown keyword", "1.txt", good + "titel\n  Rain\n", `texts/zh/1.txt:7: unknown keyword "titel"`},
		{"text without a keyword", "1.txt", "\n  Rain\n" + good, `texts/zh/1.txt:1: unknown keyword ""`},
		{"text beside the keyword", "1.txt", good + "leads Rain\n", "texts/zh/1.txt:7: leads: want once in a story, with indented texts below"},
		{"no text", "1.txt", good + "leads\ndetails\n  Rain.\n", "texts/zh/1.txt:7: leads: want once in a story, with indented texts below"},
		{"twice", "1.txt", good + "# again\ntitles\n  Snow\n", "texts/zh/1.txt:8: titles: want once in a story, with indented texts below"},
		{"before a story", "1.txt", "tag weather\ntitles\n  Rain\n", "texts/zh/1.txt:2: titles: want once in a story, with indented texts below"},
		{"a month too many", "1.txt", good + "months 1 13\n", `texts/zh/1.txt:7: months: want numbers from 1 to 12, got "13"`},
		{"no month", "1.txt", good + "months June\n", `texts/zh/1.txt:7: months: want numbers from 1 to 12, got "June"`},
		{"no tag", "1.txt", "channels weather\nstory rain\n", "texts/zh/1.txt:1: want a tag, channels and a story"},
		{"empty", "1.txt", "", "texts/zh/1.txt:1: want a tag, channels and a story"},
		{"unknown keyword among names", "names.txt", "first\n  A\nstreets\n  Lane\n", `texts/zh/names.txt:3: unknown keyword "streets"`},
		{"outlet without an address", "names.txt", "outlets\n  The Courier\n", "texts/zh/names.txt:1: outlets: want a name, | and an address a line"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := readTexts(fstest.MapFS{"texts/zh/" + tt.file: {Data: []byte(tt.text)}}, "zh")
			if err == nil || err.Error() != tt.want {
				t.Errorf("got %v, want %s", err, tt.want)
			}
		})
	}
}
