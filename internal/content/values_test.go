package content_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"feedstation/internal/article"
)

// TestEngineValues holds that a value means the same in a column of every database as on
// a line that is imported: the article is the same, and so is what is left out of it.
func TestEngineValues(t *testing.T) {
	tests := []struct{ column, value string }{
		{"authors", `"张三,Li Si and 王五"`},
		{"authors", `"张三、李四；王五"`},
		{"authors", `"A & B\nC"`},
		{"authors", `["张三","李四"]`},
		{"authors", `"[\"张三\",\"李四\"]"`},
		{"authors", `[{"name":"张三"},{"display_name":"李四","id":7}]`},
		{"authors", `{"name":"张三"}`},
		{"authors", `["张三",null,"",7]`},
		{"authors", `[["张三"]]`},
		{"authors", `""`},
		{"authors", `null`},
		{"tags", `"读书, 湘江"`},
		{"tags", `"#读书;#湘江"`},
		{"tags", `["a",true]`},
		{"tags", `{}`},
		{"source", `"湘潭日报"`},
		{"source", `"https://paper.news.example/"`},
		{"source", `{"name":"湘潭日报","url":"paper.news.example/1"}`},
		{"source", `{"title":"湘潭日报","link":"//paper.news.example"}`},
		{"source", `{"name":"湘潭日报","url":"ftp://paper.news.example"}`},
		{"source", `[{"name":"湘潭日报"}]`},
		{"source", `{"name":7}`},
		{"images", `"1.jpg"`},
		{"images", `["1.jpg","https://img.news.example/2.jpg"]`},
		{"images", `{"url":"1.jpg"}`},
		{"images", `[{"src":"1.jpg","alt":"开幕","width":"800","height":600.4,"filesize":"12"}]`},
		{"images", `[7,{"url":"1.jpg"},{"caption":"x"}]`},
		{"images", `[{"url":"1.jpg","width":-1}]`},
		{"images", `[{"url":"1.jpg","type":"jpeg"}]`},
		{"images", `"https://img.news.example/1.jpg https://img.news.example/2.jpg"`},
		{"images", `"7"`},
		{"enclosures", `[{"url":"1.mp3","duration":"1:02:03","length":"12","mime_type":"audio/mpeg"}]`},
		{"enclosures", `"https://xt.news.example/1.mp4"`},
		{"alternates", `{"en":"https://en.news.example/1.html"}`},
		{"alternates", `[{"hreflang":"en","href":"https://en.news.example/1.html"},{"lang":"nonsense!","url":"https://a.example/"}]`},
		{"alternates", `[{"lang":"en","url":"/en/1.html"}]`},
		{"language", `"zh_CN"`},
		{"language", `"chinese"`},
		{"original_url", `"other.news.example/1.html"`},
		{"original_url", `"none"`},
		{"next_url", `"/2.html"`},
		{"next_url", `" https://xt.news.example/2.html "`},
		{"url", `" HTTPS://XT.News.example:443/./1.html "`},
		{"title", `""`},
		{"summary", `null`},
		{"guid", `" tag:1 "`},
		{"rights", `"© 2026"`},
		{"editor", `"王五"`},
	}
	engines(t, func(t *testing.T, e *engine) {
		if e.server == nil {
			loosen(t, e.db)
		}
		s := e.store(t)
		at := now().Add(-time.Hour).Truncate(time.Second)
		for _, tt := range tests {
			name := tt.column + " " + tt.value
			fields := map[string]json.RawMessage{
				"id": json.RawMessage(`"1"`), "station": json.RawMessage(`"xt"`), "title": json.RawMessage(`"题"`), "url": json.RawMessage(`"https://xt.news.example/1.html"`),
				"published": json.RawMessage(fmt.Sprintf(`"%s"`, at.Format(time.RFC3339))), "body": json.RawMessage(`"<p>正文。</p>"`),
				tt.column: json.RawMessage(tt.value),
			}
			line, err := json.Marshal(fields)
			if err != nil {
				t.Fatal(err)
			}
			want, odd, err := article.Decode(line)
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			e.write(t, e.db, at, story("1", at, func(a *article.Article) { a.Title, a.Body = "题", "<p>正文。</p>" }))
			e.exec(t, "UPDATE articles SET "+tt.column+" = "+e.marks(1), inColumn(t, tt.value))
			present := snapshot(t, s)
			got, err := present.Latest(t.Context(), []string{"xt"}, "", 9)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]article.Article{want}, got); diff != "" {
				t.Errorf("%s (-import +database):\n%s", name, diff)
			}
			if imported, read := placesOf(odd), faultsOf(present); len(imported) != len(read) {
				t.Errorf("%s: import leaves out %q, the database %q", name, imported, read)
			}
			present.Close()
		}
	})
}

// inColumn is a JSON value as a column of text has it.
func inColumn(t *testing.T, value string) any {
	t.Helper()
	if value == "null" {
		return nil
	}
	if !strings.HasPrefix(value, `"`) {
		return value
	}
	var text string
	if err := json.Unmarshal([]byte(value), &text); err != nil {
		t.Fatal(err)
	}
	return text
}

func placesOf(faults []article.Fault) (places []string) {
	for _, fault := range faults {
		places = append(places, fault.Error())
	}
	return places
}
