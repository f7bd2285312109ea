package content_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"feedstation/internal/article"
	"feedstation/internal/content"
)

// answers is what a store says to all questions.
type answers struct {
	Latest, OfChannel, Rare, Listing, Inventory, Whole []article.Article
	Changes                                            []article.Change
	Found, Visible                                     []string
	Months                                             string
	Next                                               time.Time
	Faults                                             []string
}

// ask asks a store all questions about a station and one of its channels.
func ask(t *testing.T, s *content.Store, since time.Time, ids ...string) (all answers) {
	t.Helper()
	present := snapshot(t, s)
	defer present.Close()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	var err error
	all.Latest, err = present.Latest(t.Context(), []string{"xt"}, "", 9)
	must(err)
	all.OfChannel, err = present.Latest(t.Context(), []string{"xt"}, "moment", 1)
	must(err)
	all.Rare, err = present.Latest(t.Context(), []string{"xt"}, "culture", 9)
	must(err)
	all.Listing = listing(t, present, "xt", time.Time{}, since.AddDate(9000, 0, 0))
	all.Inventory = inventory(t, present)
	heads, err := present.Newest(t.Context(), []string{"xt"}, "", since.AddDate(0, -1, 0), 9, 9)
	must(err)
	all.Whole, err = present.Whole(t.Context(), heads)
	must(err)
	slices.SortFunc(all.Whole, func(a, b article.Article) int { return strings.Compare(a.ID, b.ID) })
	all.Changes, err = gather(present.Changes(t.Context(), since))
	must(err)
	slices.SortFunc(all.Changes, func(a, b article.Change) int {
		return strings.Compare(fmt.Sprint(a.ID, a.Kind), fmt.Sprint(b.ID, b.Kind))
	})
	states, err := present.Find(t.Context(), append(ids, "none", "7777"))
	must(err)
	for _, state := range states {
		all.Found = append(all.Found, state.ID)
		if state.Visible {
			all.Visible = append(all.Visible, state.ID)
		}
	}
	slices.Sort(all.Found)
	slices.Sort(all.Visible)
	months, err := present.Months(t.Context(), "xt", time.UTC)
	must(err)
	all.Months = fmt.Sprint(months)
	if _, err := present.TotalsByMonth(t.Context(), "xt", months, time.UTC); err != nil {
		t.Fatal(err)
	}
	all.Next, err = present.Next(t.Context())
	must(err)
	all.Faults = faultsOf(present)
	return all
}

// inColumns are expressions, by column, that make of a column of the usual type one of
// another.
type inColumns map[string]string

// TestServerColumns holds that a table whose columns have other types, or other names,
// answers as one that has the usual ones.
func TestServerColumns(t *testing.T) {
	each := func(format string, columns ...string) inColumns {
		made := inColumns{}
		for _, c := range columns {
			made[c] = fmt.Sprintf(format, c)
		}
		return made
	}
	times := []string{"published", "updated", "expires", "modified_at"}
	shanghai, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	const uuid = "0190c5a2-7b1e-7c3d-8e4f-0000000000%02d"
	tests := []struct {
		name            string
		id              string
		postgres, mysql inColumns
		zone            *time.Location
	}{
		{name: "seconds", postgres: each("extract(epoch FROM %s)::int", times...), mysql: each("CAST(UNIX_TIMESTAMP(%s) AS SIGNED)", times...)},
		{name: "milliseconds", postgres: each("(extract(epoch FROM %s) * 1000)::bigint", times...), mysql: each("CAST(UNIX_TIMESTAMP(%s) * 1000 AS SIGNED)", times...)},
		{name: "microseconds", postgres: each("(extract(epoch FROM %s) * 1000000)::bigint", times...), mysql: each("CAST(UNIX_TIMESTAMP(%s) * 1000000 AS UNSIGNED)", times...)},
		{name: "seconds with a fraction", postgres: each("extract(epoch FROM %s)::numeric(20,6)", times...), mysql: each("CAST(UNIX_TIMESTAMP(%s) AS DECIMAL(20,6))", times...)},
		{name: "floating seconds", postgres: each("extract(epoch FROM %s)::double precision", times...), mysql: each("CAST(UNIX_TIMESTAMP(%s) AS DOUBLE)", times...)},
		{name: "seconds, but for the change of the row", postgres: each("extract(epoch FROM %s)::bigint", times[:3]...), mysql: each("CAST(UNIX_TIMESTAMP(%s) AS SIGNED)", times[:3]...)},
		{name: "seconds of expiry", postgres: each("extract(epoch FROM %s)::bigint", "expires"), mysql: each("CAST(UNIX_TIMESTAMP(%s) AS SIGNED)", "expires")},
		{name: "0 where there is no expiry", postgres: each("coalesce(extract(epoch FROM %s), 0)::bigint", times...), mysql: each("COALESCE(CAST(UNIX_TIMESTAMP(%s) AS SIGNED), 0)", times...)},
		{name: "without a zone", postgres: each("%s::timestamp", times...), mysql: each("CAST(%s AS DATETIME(3))", times...)},
		{name: "local time", zone: shanghai, postgres: each("%s AT TIME ZONE 'Asia/Shanghai'", times...), mysql: each("%s + INTERVAL 8 HOUR", times...)},
		{name: "local time, but for the change of the row", zone: shanghai, postgres: each("%s AT TIME ZONE 'Asia/Shanghai'", times[:3]...), mysql: inColumns{
			"published": "published + INTERVAL 8 HOUR", "updated": "updated + INTERVAL 8 HOUR", "expires": "expires + INTERVAL 8 HOUR", "modified_at": "timestamp:modified_at",
		}},
		{
			name:     "texts as RFC 3339 has them",
			postgres: each(`to_char(%s AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')::varchar(40)`, times...), mysql: each("DATE_FORMAT(%s, '%%Y-%%m-%%dT%%H:%%i:%%s.000Z')", times...),
		},
		{
			name:     "texts with an offset",
			postgres: each(`to_char(%s AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI:SS"+08:00"')`, times...), mysql: each("DATE_FORMAT(%s + INTERVAL 8 HOUR, '%%Y-%%m-%%d %%H:%%i:%%s+08:00')", times...),
		},
		{
			name: "texts of local time", zone: shanghai,
			postgres: each(`to_char(%s AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI:SS')`, times...), mysql: each("DATE_FORMAT(%s + INTERVAL 8 HOUR, '%%Y-%%m-%%d %%H:%%i:%%s')", times...),
		},
		{name: "Unix seconds as texts", postgres: each("extract(epoch FROM %s)::bigint::text", times...), mysql: each("CAST(CAST(UNIX_TIMESTAMP(%s) AS SIGNED) AS CHAR(20))", times...)},
		{name: "nothing as texts", postgres: each("coalesce(to_char(%s, 'YYYY-MM-DD HH24:MI:SS'), '0000-00-00 00:00:00')", times...), mysql: each("COALESCE(DATE_FORMAT(%s, '%%Y-%%m-%%d %%H:%%i:%%s'), '')", times...)},
		{name: "texts, but for the change of the row", postgres: each("to_char(%s, 'YYYY-MM-DD HH24:MI:SS')", times[:3]...), mysql: each("DATE_FORMAT(%s, '%%Y-%%m-%%d %%H:%%i:%%s')", times[:3]...)},
		{
			name:     "texts with an offset, but for the change of the row",
			postgres: each(`to_char(%s AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI:SS"+0800"')`, times[:3]...), mysql: each("DATE_FORMAT(%s + INTERVAL 8 HOUR, '%%Y-%%m-%%d %%H:%%i:%%s+0800')", times[:3]...),
		},
		{name: "texts of expiry", postgres: each("to_char(%s, 'YYYY-MM-DD HH24:MI:SS')", "expires"), mysql: each("DATE_FORMAT(%s, '%%Y-%%m-%%d %%H:%%i:%%s')", "expires")},
		{name: "texts of the change of the row", postgres: each("to_char(%s, 'YYYY-MM-DD HH24:MI:SS')", "modified_at"), mysql: each("DATE_FORMAT(%s, '%%Y-%%m-%%d %%H:%%i:%%s')", "modified_at")},
		{name: "status as a number", postgres: inColumns{"status": "CASE status WHEN 'published' THEN 1 ELSE 0 END"}, mysql: inColumns{"status": "CASE status WHEN 'published' THEN 1 ELSE 0 END"}},
		{name: "status as a truth", postgres: inColumns{"status": "status = 'published'", "noindex": "CASE WHEN noindex THEN 'yes' ELSE 'no' END"}, mysql: inColumns{"status": "CAST(status = 'published' AS DECIMAL(3,1))", "noindex": "IF(noindex, 'yes', NULL)"}},
		{name: "status as bits", postgres: inColumns{"status": "CASE status WHEN 'published' THEN b'1' ELSE b'0' END", "noindex": "noindex::int"}, mysql: inColumns{"status": "bit:status = 'published'", "noindex": "bit:noindex"}},
		{name: "ids as numbers", id: "1%02d", postgres: inColumns{"id": "id::bigint", "article_id": "article_id::bigint"}, mysql: inColumns{"id": "CAST(id AS UNSIGNED)", "article_id": "CAST(article_id AS UNSIGNED)"}},
		{name: "ids as decimals", id: "1%02d", postgres: inColumns{"id": "id::numeric", "article_id": "article_id::numeric"}, mysql: inColumns{"id": "CAST(id AS DECIMAL(20))", "article_id": "CAST(article_id AS DECIMAL(20))"}},
		{name: "ids as bytes", id: uuid, postgres: inColumns{"id": "id::uuid", "article_id": "article_id::uuid"}, mysql: inColumns{"id": "binary:UNHEX(REPLACE(id, '-', ''))", "article_id": "binary:UNHEX(REPLACE(article_id, '-', ''))"}},
		{name: "ids as digits", id: "0190c5a27b1e7c3d8e4f0000000000%02d", postgres: inColumns{"id": "decode(id, 'hex')", "article_id": "decode(article_id, 'hex')"}, mysql: inColumns{"id": "CAST(id AS CHAR(32))", "article_id": "CAST(article_id AS CHAR(32))"}},
		{name: "lists as arrays", postgres: inColumns{
			"authors": "ARRAY(SELECT json_array_elements_text(authors::json))", "tags": "ARRAY(SELECT json_array_elements_text(tags::json))",
			"images": "ARRAY(SELECT json_array_elements(images::json)::jsonb)", "source": "source::jsonb",
		}, mysql: inColumns{"authors": "json:authors", "tags": "json:tags", "images": "json:images", "source": "json:source"}},
		{name: "keys of kinds", postgres: inColumns{"station": "station::kind", "channel": "channel::kind"}, mysql: inColumns{"station": "enum:station", "channel": "enum:channel"}},
		{name: "columns that can't be read", postgres: inColumns{"rights": "now()", "editor": "'{}'::json"}, mysql: inColumns{"rights": "NOW()", "editor": "CURRENT_TIME"}},
	}
	servers(t, func(t *testing.T, e *engine) {
		if e.name == content.Postgres {
			e.exec(t, "CREATE TYPE kind AS ENUM ('cs', 'xt', 'moment', 'culture')")
		}
		for _, tt := range tests {
			t.Run(tt.name, func(t *testing.T) {
				if tt.id == "" {
					tt.id = "a%02d"
				}
				since := now().Truncate(time.Second)
				ids := e.fill(t, tt.id, since)
				made := tt.postgres
				if e.name == content.MySQL {
					made = tt.mysql
				}
				odd := e.reshape(t, made)
				want := ask(t, e.store(t), since.Add(-time.Minute), ids...)
				got := ask(t, odd(func(o *content.Options) { o.Reader.Zone = tt.zone }), since.Add(-time.Minute), ids...)
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("(-usual +odd):\n%s", diff)
				}
				if len(got.Latest) != 3 || len(got.Changes) == 0 || got.Faults != nil {
					t.Errorf("%d articles, %d changes, faults %q", len(got.Latest), len(got.Changes), got.Faults)
				}
			})
		}
	})
}

// fill writes articles of all kinds and returns their ids.
func (e *engine) fill(t *testing.T, format string, at time.Time) (ids []string) {
	t.Helper()
	hour := func(n int) time.Time { return at.Add(time.Duration(n) * time.Hour) }
	for i := range 9 {
		ids = append(ids, fmt.Sprintf(format, i))
	}
	rich := func(a *article.Article) {
		a.Authors, a.Tags, a.Source = []string{"张三", "Li Si"}, []string{"读书", "湘江"}, article.Source{Name: "湘潭日报"}
		a.Images = []article.Image{{URL: "https://xt.news.example/1.jpg", Width: 800}}
	}
	e.exec(t, "DELETE FROM articles")
	e.exec(t, "DELETE FROM article_channels")
	e.write(
		t, e.db, at,
		story(ids[0], hour(-50), in("xt", "moment", "culture"), rich), story(ids[1], hour(-1), in("xt", "moment"), expires(hour(3))),
		story(ids[2], hour(-3), func(a *article.Article) { a.NoIndex, a.Updated = true, hour(-2) }),
		story(ids[3], hour(-4), in("xt", "moment"), expires(hour(-1))), story(ids[4], hour(2), in("xt", "culture")),
		story(ids[5], hour(-5), status(article.Draft)), story(ids[6], hour(-6), in("cs", "moment")),
	)
	e.write(t, e.db, at.Add(-40*time.Hour), story(ids[7], hour(-900), in("cs")), story(ids[8], at, in("cs"))) // which has just appeared
	return ids
}

// reshape makes copies of the relations whose columns have other types, and returns what
// opens a store on them.
func (e *engine) reshape(t *testing.T, made inColumns) func(...func(*content.Options)) *content.Store {
	t.Helper()
	for relation, columns := range map[string][]string{
		"articles": append([]string{"id", "station", "noindex"}, append(timeColumns(), textColumns()...)...), "article_channels": {"article_id", "channel"},
	} {
		var list, types []string
		for _, column := range columns {
			expression, ok := made[column]
			if !ok {
				expression = column
			}
			if native, rest, ok := strings.Cut(expression, ":"); ok && slices.Contains([]string{"bit", "binary", "json", "enum", "timestamp"}, native) {
				full := map[string]string{
					"bit": "bit(1)", "binary": "binary(16)", "json": "json", "timestamp": "timestamp(6) NULL", "enum": "enum('cs','xt','moment','culture')",
				}[native]
				expression, types = rest, append(types, "MODIFY "+column+" "+full)
			}
			list = append(list, expression+" AS "+column)
		}
		e.exec(t, "DROP TABLE IF EXISTS odd_"+relation)
		e.exec(t, "CREATE TABLE odd_"+relation+" AS SELECT "+strings.Join(list, ", ")+" FROM "+relation)
		if len(types) > 0 {
			e.exec(t, "ALTER TABLE odd_"+relation+" "+strings.Join(types, ", "))
		}
	}
	return func(change ...func(*content.Options)) *content.Store {
		return e.store(t, append(change, func(o *content.Options) { o.Articles, o.ArticleChannels = "odd_articles", "odd_article_channels" })...)
	}
}

// TestServerTextTimes holds that a text that is no time costs itself, or its row where
// that needs one, and never the question that meets it.
func TestServerTextTimes(t *testing.T) {
	servers(t, func(t *testing.T, e *engine) {
		at := now().Truncate(time.Second)
		ids := e.fill(t, "a%02d", at)
		format := "to_char(%s, 'YYYY-MM-DD HH24:MI:SS')"
		if e.name == content.MySQL {
			format = "DATE_FORMAT(%s, '%%Y-%%m-%%d %%H:%%i:%%s')"
		}
		made := inColumns{}
		for _, c := range []string{"published", "updated", "expires"} {
			made[c] = fmt.Sprintf(format, c)
		}
		odd := e.reshape(t, made)
		for _, tt := range []struct {
			set, fault string
			want       []string // of station xt, the newest first
		}{
			{"updated = 'soon'", "updated", []string{ids[1], ids[2], ids[0]}},
			{"updated = '2099-02-31 25:61:61'", "updated", []string{ids[1], ids[2], ids[0]}},
			{"updated = '', expires = '0000-00-00 00:00:00'", "", []string{ids[1], ids[2], ids[0]}},
			{"expires = ''", "", []string{ids[1], ids[2], ids[0]}},
			{"published = '2026-02-31 25:61:61'", "published", []string{ids[1], ids[0]}},
		} {
			e.exec(t, "UPDATE odd_articles SET "+tt.set+" WHERE id = '"+ids[2]+"'")
			s := odd()
			present := snapshot(t, s)
			var got []string
			latest, err := present.Latest(t.Context(), []string{"xt"}, "", 9)
			for _, a := range latest {
				got = append(got, a.ID)
			}
			if err != nil || !slices.Equal(got, tt.want) {
				t.Errorf("%s: %q, %v, want %q", tt.set, got, err, tt.want)
			}
			if faults := faultsOf(present); (len(faults) > 0) != (tt.fault != "") || tt.fault != "" && !strings.Contains(faults[0], tt.fault) {
				t.Errorf("%s: faults %q", tt.set, faults)
			}
			if _, err := gather(present.Changes(t.Context(), at.Add(-time.Hour))); err != nil {
				t.Errorf("%s: %v", tt.set, err)
			}
			if _, err := present.TotalsByMonth(t.Context(), "xt", []article.Month{article.MonthOf(at, time.UTC)}, time.UTC); err != nil {
				t.Errorf("%s: %v", tt.set, err)
			}
			present.Close()
		}
	})
}
