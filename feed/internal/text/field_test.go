package text_test

import (
	"testing"

	"feedstation/feed/internal/text"
)

func TestFields(t *testing.T) {
	mediaType := func(s string) string { return text.MediaType(s, "https://a.example/b/c.JPG?x=.png") }
	tests := []struct {
		name     string
		get      func(string) string
		in, want string
	}{
		{"e-mail", text.Email, " a@news.example ", "a@news.example"},
		{"e-mail with a name", text.Email, "A <a@news.example>", ""},
		{"e-mail in Chinese", text.Email, "编辑@news.example", ""},
		{"no e-mail", text.Email, "a", ""},
		{"language", text.Language, "zh-Hans-CN", "zh-Hans-CN"},
		{"language with an underscore", text.Language, "zh_CN", "zh-CN"},
		{"language in words", text.Language, "中文", ""},
		{"language of one letter", text.Language, "z", ""},
		{"language with a digit", text.Language, "z1-CN", ""},
		{"language that is too long", text.Language, "zh-abcdefghi", ""},
		{"language with an empty part", text.Language, "zh--CN", ""},
		{"region in digits", text.Language, "es-419", "es-419"},
		{"media type", mediaType, "image/png", "image/png"},
		{"media type with a parameter", mediaType, "text/html; charset=utf-8", "text/html; charset=utf-8"},
		{"media type from the address", mediaType, "", "image/jpeg"},
		{"no media type", mediaType, "JPEG", "image/jpeg"},
		{"extension", text.Extension, "https://a.example/b.d/c", ""},
		{"extension of the host", text.Extension, "https://a.png", ""},
		{"white space", text.Trim, "\u3000 a\x00 \n", "a"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := test.get(test.in); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestMediaType(t *testing.T) {
	for uri, want := range map[string]string{
		"a.ogg": "audio/ogg", "a.opus": "audio/ogg", "a.WAV": "audio/wav", "a.flac": "audio/flac", "a.mp3?x=1": "audio/mpeg",
		"a.mov": "video/quicktime", "a.ogv": "video/ogg", "a.m3u8": "application/vnd.apple.mpegurl",
		"c.docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "c.zip": "application/zip", "c.epub": "application/epub+zip",
		"c": "", "c.nosuch": "", "c.": "",
	} {
		if got := text.MediaType("", "https://a.example/"+uri); got != want {
			t.Errorf("%s: got %q, want %q", uri, got, want)
		}
	}
}
