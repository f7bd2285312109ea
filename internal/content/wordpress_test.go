package content_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"feedstation/internal/content"
)

// TestWordPressText holds that bodies of WordPress are shown in every database, with what
// they have of other posts of their own site.
func TestWordPressText(t *testing.T) {
	const body = "Hello\n\n[gallery ids=\"7\" link=\"none\"]\n\n[gallery link=\"none\"]\n\n[promo]"
	engines(t, func(t *testing.T, e *engine) {
		with := func(parts string) func(*content.Options) {
			return func(o *content.Options) {
				o.WordPress = &content.WordPress{Shortcodes: []string{"promo"}, Parts: parts}
			}
		}
		at := any("2019-04-01 00:00:00")
		if e.server == nil {
			at = 1554076800000
		}
		place := "?, ?, ?, ?, ?, ?, ?, ?"
		if e.name == content.Postgres {
			place = "$1, $2, $3, $4, $5, $6, $7, $8"
		}
		for _, row := range [][2]string{{"2-12", body}, {"2-13", `<!-- wp:block {"ref":9} /-->`}} {
			e.exec(t, "INSERT INTO articles (id, station, url, title, published, updated, modified_at, body) VALUES ("+place+")",
				row[0], "xt", "https://xt.news.example/archives/"+row[0], "x", at, at, at, row[1])
		}
		read := func(parts string) (bodies []string, faults int) {
			s := snapshot(t, e.store(t, with(parts)))
			defer s.Close()
			articles, err := s.Latest(t.Context(), []string{"xt"}, "", 9)
			if err != nil {
				t.Fatal(err)
			}
			for _, a := range articles {
				bodies = append(bodies, a.Body)
			}
			return bodies, len(s.Faults())
		}
		bodies, faults := read("")
		if diff := cmp.Diff([]string{"", "<p>Hello</p>\n"}, bodies); diff != "" || faults != 2 {
			t.Errorf("without parts (-want +got):\n%s%d faults", diff, faults)
		}
		if e.server == nil {
			return
		}
		e.exec(t, `CREATE TABLE parts (station varchar(20), id bigint, parent bigint, position int, type varchar(100), title text, caption text, body text, url text, alt text)`)
		e.exec(t, `INSERT INTO parts VALUES
			('xt', 7, 0, 0, 'image/jpeg', '', 'Seven', '', 'https://xt.news.example/7.jpg', ''),
			('www', 7, 0, 0, 'image/jpeg', '', 'Not this', '', 'https://www.news.example/7.jpg', ''),
			('xt', 8, 12, 2, 'image/jpeg', '', '', '', 'https://xt.news.example/8.jpg', ''),
			('xt', 6, 12, 1, 'image/jpeg', '', '', '', 'https://xt.news.example/6.jpg', ''),
			('xt', 9, 0, 0, '', '', '', '<p>Shared</p><!-- wp:block {"ref":10} /-->', '', ''),
			('xt', 10, 0, 0, '', '', '', '<p>Deep</p>', '', '')`)
		bodies, faults = read("parts")
		if diff := cmp.Diff([]string{"<p>Shared</p><p>Deep</p>", "<p>Hello</p>\n" +
			`<figure><img src="https://xt.news.example/7.jpg" alt=""><figcaption>Seven</figcaption></figure>` +
			`<figure><img src="https://xt.news.example/6.jpg" alt=""></figure><figure><img src="https://xt.news.example/8.jpg" alt=""></figure>`}, bodies); diff != "" || faults != 0 {
			t.Errorf("with parts (-want +got):\n%s%d faults", diff, faults)
		}
		if found, err := e.store(t, with("nowhere")).Inspect(t.Context()); err != nil || len(found) == 0 || !found[0].Fatal {
			t.Errorf("Inspect without the relation of parts: %v, %v", found, err)
		}
	})
}
