package content_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"feedstation/internal/content"
	"feedstation/internal/testkit/sqltest"
)

func findings(t *testing.T, s *content.Store) (texts []string) {
	t.Helper()
	found, err := s.Inspect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range found {
		word := "note: "
		if f.Fatal {
			word = "fatal: "
		}
		texts = append(texts, word+f.Text+" | "+f.Statement)
	}
	return texts
}

func TestInspect(t *testing.T) {
	engines(t, func(t *testing.T, e *engine) {
		if got := findings(t, e.store(t)); got != nil {
			t.Errorf("of what is right: %q", got)
		}
	})
}

func TestInspectFaults(t *testing.T) {
	instant := map[string]string{content.Postgres: "timestamp with time zone, timestamp, a Unix time or a text such as 2026-11-20T08:00:00Z", content.MySQL: "datetime, timestamp, a Unix time or a text such as 2026-11-20T08:00:00Z"}
	servers(t, func(t *testing.T, e *engine) {
		e = bareEngine(t, e.name, e.server)
		moment := map[string]string{content.Postgres: "timestamptz", content.MySQL: "datetime"}[e.name]
		whole := map[string]string{content.Postgres: "integer", content.MySQL: "int"}[e.name]
		none := func(relation string) string {
			return strings.ReplaceAll("fatal: NAME: no such table or view (content.NAME names another), or no right to SELECT from it: GRANT SELECT ON NAME | ", "NAME", relation)
		}
		steps := []struct {
			name string
			do   string
			want []string
		}{
			{"nothing", "SELECT 1", []string{none("articles"), none("article_channels")}},
			{"an empty table", "CREATE TABLE articles (id int)", []string{
				"fatal: articles.station: the column is missing; if it has another name: content.map: {station: …} | ",
				"fatal: articles.url: the column is missing; if it has another name: content.map: {url: …} | ",
				"fatal: articles.title: the column is missing; if it has another name: content.map: {title: …} | ",
				"fatal: articles.published: the column is missing; if it has another name: content.map: {published: …} | ",
				"fatal: articles.modified_at: the column is missing; if it has another name: content.map: {modified_at: …} | ",
				none("article_channels"),
			}},
			{"the other", "CREATE TABLE article_channels (article_id varchar(20), channel date)", []string{
				"fatal: articles.station: the column is missing; if it has another name: content.map: {station: …} | ",
				"fatal: articles.url: the column is missing; if it has another name: content.map: {url: …} | ",
				"fatal: articles.title: the column is missing; if it has another name: content.map: {title: …} | ",
				"fatal: articles.published: the column is missing; if it has another name: content.map: {published: …} | ",
				"fatal: articles.modified_at: the column is missing; if it has another name: content.map: {modified_at: …} | ",
				"fatal: article_channels.channel: is date, want text or a number or uuid | ",
			}},
			{"types", "DROP TABLE articles; CREATE TABLE articles (id int, station varchar(9), url text, title text, published time, modified_at uuid, noindex " + moment + ")", []string{
				"fatal: articles.published: is CLOCK, want " + instant[e.name] + " | ",
				"fatal: articles.modified_at: is uuid, want " + instant[e.name] + " | ",
				"fatal: articles.noindex: is TIME, want boolean or a number or text | ",
				"fatal: article_channels.channel: is date, want text or a number or uuid | ",
			}},
			{"keys of two types", "DROP TABLE articles; DROP TABLE article_channels; CREATE TABLE articles (id int, station varchar(9), url text, title text, published " + moment + ", modified_at " + moment +
				"); CREATE TABLE article_channels (article_id varchar(20), channel varchar(20))", []string{
				"fatal: article_channels.article_id: is VARCHAR, want " + whole + " as articles.id is | ",
			}},
		}
		for _, step := range steps {
			for statement := range strings.SplitSeq(step.do, "; ") {
				e.exec(t, statement)
			}
			long := map[string]string{content.Postgres: "timestamp with time zone", content.MySQL: "datetime"}[e.name]
			varchar := map[string]string{content.Postgres: "character varying(20)", content.MySQL: "varchar"}[e.name]
			for i := range step.want {
				step.want[i] = strings.NewReplacer("TIME", long, "CLOCK", map[string]string{content.Postgres: "time without time zone", content.MySQL: "time"}[e.name], "VARCHAR", varchar).Replace(step.want[i])
			}
			s := e.store(t)
			if diff := cmp.Diff(step.want, findings(t, s)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", step.name, diff)
			}
			if _, err := s.Snapshot(t.Context()); err == nil {
				t.Errorf("%s: a snapshot", step.name)
			}
		}
	})
}

// TestInspectIndexes holds that the statements of the findings make them go,
// and that integers are as good as keys.
func TestInspectIndexes(t *testing.T) {
	servers(t, func(t *testing.T, e *engine) {
		e = bareEngine(t, e.name, e.server)
		moment := map[string]string{content.Postgres: "timestamptz", content.MySQL: "datetime(3)"}[e.name]
		e.exec(t, "CREATE TABLE articles (id bigint PRIMARY KEY, station varchar(30), url varchar(200), title text, published "+moment+", expires "+moment+", modified_at "+moment+")")
		e.exec(t, "CREATE TABLE article_channels (article_id bigint, channel varchar(30))")
		s := e.store(t)
		found, err := s.Inspect(t.Context())
		if err != nil || len(found) != 6 {
			t.Fatalf("Inspect = %v, %v, want six indexes", found, err)
		}
		at := now().Add(-time.Hour)
		for i, id := range []string{"9", "10", "11"} {
			e.exec(t, "INSERT INTO articles (id, station, url, title, published, modified_at) VALUES ("+id+", 'xt', 'https://xt.news.example/"+id+".html', '第"+id+"条', "+e.marks(2)+")", at, at)
			e.exec(t, "INSERT INTO article_channels VALUES ("+id+", 'moment')")
			_ = i
		}
		e.exec(t, "UPDATE articles SET url = '' WHERE id = 11")
		for range 2 {
			if got := ids(latest(t, s, []string{"xt"}, "moment", 1)); len(got) != 1 || got[0] != "10" {
				t.Errorf("Latest: %q, want 10", got)
			}
			for i, f := range found {
				if f.Fatal || f.Statement == "" {
					t.Fatalf("finding %+v", f)
				}
				e.exec(t, f.Statement)
				if left, err := s.Inspect(t.Context()); err != nil || len(left) != len(found)-i-1 {
					t.Errorf("after %s: %v, %v", f.Statement, left, err)
				}
			}
			found = nil
		}
	})
}

// TestInspectRights holds that a user needs no right but to SELECT.
func TestInspectRights(t *testing.T) {
	servers(t, func(t *testing.T, e *engine) {
		database := ""
		if err := e.db.QueryRowContext(t.Context(), map[string]string{content.Postgres: "SELECT current_database()", content.MySQL: "SELECT DATABASE()"}[e.name]).Scan(&database); err != nil {
			t.Fatal(err)
		}
		e.write(t, e.db, now(), story("1", now().Add(-time.Hour), in("xt", "moment")))
		s := e.store(t, func(o *content.Options) { o.DSN = e.server.DSN("reader", sqltest.Password, database) })
		if found, err := s.Inspect(t.Context()); err == nil && (len(found) == 0 || !found[0].Fatal) {
			t.Errorf("without a right: %v", found)
		}
		for _, relation := range []string{"articles", "article_channels"} {
			e.exec(t, "GRANT SELECT ON "+relation+" TO reader")
		}
		if got := findings(t, s); got != nil {
			t.Errorf("with the right: %q", got)
		}
		if got := latest(t, s, []string{"xt"}, "moment", 9); len(got) != 1 {
			t.Errorf("Latest: %q", ids(got))
		}
		present := snapshot(t, s)
		defer present.Close()
		if origin, err := present.Origin(t.Context()); err != nil || e.name == content.Postgres && (origin.Position == nil || origin.Reached == nil) {
			t.Errorf("Origin = %+v, %v", origin, err)
		}
	})
}
