package content_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"feedstation/internal/article"
	"feedstation/internal/content"
	"feedstation/internal/testkit/sqltest"
)

// find returns what a snapshot of the present finds, by id.
func find(t *testing.T, s *content.Store, ids ...string) []article.State {
	t.Helper()
	present := snapshot(t, s)
	defer present.Close()
	found, err := present.Find(t.Context(), ids)
	if err != nil {
		t.Errorf("Find(%q): %v", ids, err)
	}
	slices.SortFunc(found, func(a, b article.State) int { return strings.Compare(a.ID, b.ID) })
	return found
}

func TestEngineFind(t *testing.T) {
	engines(t, func(t *testing.T, e *engine) {
		at := now()
		hour := func(n int) time.Time { return at.Add(time.Duration(n) * time.Hour) }
		e.write(
			t, e.db, hour(-2),
			story("1 shown", hour(-3)), story("2 expires", hour(-3), expires(hour(1))), story("3 expired", hour(-3), expires(hour(-1))),
			story("4 embargoed", hour(1)), story("5 draft", hour(-3), status(article.Draft)), story("6 withdrawn", hour(-3), status(article.Withdrawn), in("cs")),
			story(`7 it's "quoted" \`, hour(-3)), story("8 湘江 🌸", hour(-3)), story("9 broken", hour(-3)), story("A case", hour(-3)), story("B not asked for", hour(-3)),
		)
		e.exec(t, "UPDATE articles SET url = NULL WHERE id = '9 broken' AND 1 = "+map[bool]string{true: "0", false: "1"}[e.name == content.SQLite])
		s := e.store(t)
		state := func(id string, published time.Time, visible bool) article.State {
			return article.State{ID: id, Station: "xt", URL: "https://xt.news.example/" + id + ".html", Published: published, At: hour(-2), Visible: visible}
		}
		want := []article.State{
			state("1 shown", hour(-3), true), state("2 expires", hour(-3), true), state("3 expired", hour(-3), false),
			state("4 embargoed", hour(1), false), state("5 draft", hour(-3), false), state("6 withdrawn", hour(-3), false),
			state(`7 it's "quoted" \`, hour(-3), true), state("8 湘江 🌸", hour(-3), true), state("9 broken", hour(-3), false),
		}
		want[5].Station, want[5].Withdrawn = "cs", true
		if e.name == content.SQLite {
			want[8].Visible = true // its columns are not NULL
		} else {
			want[8].URL, want[8].Broken = "", true
		}
		ids := []string{
			"none", "a case", "A case ", "A cas", "", "\x00", "1 shown\x00", "\xff", `' OR '1' = '1`, "1 shown", "%", strings.Repeat("长", 3000),
		}
		for _, w := range want {
			ids = append(ids, w.ID)
		}
		if diff := cmp.Diff(want, find(t, s, ids...)); diff != "" {
			t.Errorf("Find (-want +got):\n%s", diff)
		}
		for _, ids := range [][]string{nil, {}, {"none"}, {"\xff", "\x00"}} {
			if got := find(t, s, ids...); got != nil {
				t.Errorf("Find(%q) = %v, want nothing", ids, got)
			}
		}
		many := []string{"1 shown"}
		for i := range content.MaxFind - 1 {
			many = append(many, fmt.Sprint("none ", i))
		}
		if got := find(t, s, many...); len(got) != 1 {
			t.Errorf("among %d ids: %v", len(many), got)
		}
		present := snapshot(t, s)
		defer present.Close()
		if _, err := present.Find(t.Context(), append(many, "one more")); err == nil || err.Error() != "content: find 1001 articles: at most 1000 at a time" {
			t.Errorf("too many: %v", err)
		}
		ctx := cancelled(t)
		if _, err := present.Find(ctx, ids); !errors.Is(err, ctx.Err()) || !strings.HasPrefix(err.Error(), "content: find: ") {
			t.Errorf("given up: %v", err)
		}
	})
}

// TestFindBroken holds that a row without what places it in a document is as
// good as none, and one that expires at no time is not visible.
func TestFindBroken(t *testing.T) {
	servers(t, func(t *testing.T, e *engine) {
		if e.name == content.MySQL {
			e.db.SetMaxOpenConns(1)
			e.exec(t, "SET sql_mode = ''")
		}
		s := e.store(t)
		at := now().Add(-time.Hour)
		for _, tt := range []struct {
			name, set, only string
			found           bool
		}{
			{"no station", "station = NULL", "", false},
			{"an empty station", "station = ''", "", false},
			{"not published", "published = NULL", "", false},
			{"a time of another age", "published = '1500-01-01'", "", false},
			{"a zero date", "published = '0000-00-00'", content.MySQL, false},
			{"endlessly long ago", "modified_at = '-infinity'", content.Postgres, false},
			{"an expiry endlessly long ago", "expires = '-infinity'", content.Postgres, true},
			{"a status of its own", "status = 'approved'", "", true},
			{"a relative address", "url = '/2.html'", "", true},
			{"a large url", "url = repeat('x', 600000)", "", true},
		} {
			if tt.only != "" && tt.only != e.name {
				continue
			}
			e.write(t, e.db, at, story("1", at), story("2", at))
			e.exec(t, "UPDATE articles SET "+tt.set+" WHERE id = '2'")
			got := find(t, s, "1", "2")
			if len(got) == 0 || got[0].ID != "1" || !got[0].Visible || len(got) != 1+map[bool]int{true: 1}[tt.found] || tt.found && got[1].Visible {
				t.Errorf("%s: %+v", tt.name, got)
			}
		}
		for _, column := range []string{"expires", "status"} {
			e.exec(t, "ALTER TABLE articles DROP COLUMN "+column)
			present := snapshot(t, s)
			if _, err := present.Find(t.Context(), []string{"1"}); err == nil || !strings.Contains(err.Error(), "a table or a view was changed") {
				t.Errorf("without %s: %v", column, err)
			}
			present.Close()
			if got := find(t, s, "1"); len(got) != 1 || !got[0].Visible {
				t.Errorf("without %s: %+v", column, got)
			}
		}
	})
}

// TestFindKeys holds that an id that a column's type can't have is an id that
// no article has, and does not spoil the others.
func TestFindKeys(t *testing.T) {
	const one, two = "11111111-1111-4111-8111-111111111111", "aaaaaaaa-2222-4222-8222-222222222222"
	absent := []string{
		"abc", "5abc", "5e0", " 5", "5 ", "+5", "05", "5.0", "5.00", "0x5", "-5", "0", "-0", "", "NULL", "99999999999", "99999999999999999999", "9223372036854775808",
		"123456789012345678901234567890", strings.Repeat("9", 200), "1.2.3", "'5'", "5) OR (1=1", "infinity", "NaN", "\x00", "\xff",
		"11111111111141118111111111111111", "{" + one + "}", strings.ToUpper(two), one + "0", "zzzzzzzz-1111-4111-8111-111111111111",
	}
	tests := []struct {
		name, kind string
		ids        []string
	}{
		{content.Postgres, "integer", []string{"5", "-7", "2147483647"}},
		{content.Postgres, "smallint", []string{"5"}},
		{content.Postgres, "bigint", []string{"5", "9223372036854775807"}},
		{content.Postgres, "numeric", []string{"5", "20190311000000000000000001", "1.5"}},
		{content.Postgres, "numeric(12,3)", []string{"5.000"}},
		{content.Postgres, "uuid", []string{one, two}},
		{content.Postgres, "character(8)", []string{"5", "ab"}},
		{content.Postgres, "varchar(3)", []string{"5", "ab"}},
		{content.Postgres, "positive", []string{"5"}},
		{content.Postgres, "slug", []string{"5", "ab"}},
		{content.MySQL, "int", []string{"5", "-7"}},
		{content.MySQL, "int(6) zerofill", []string{"000005"}},
		{content.MySQL, "tinyint unsigned", []string{"5"}},
		{content.MySQL, "bigint unsigned", []string{"5", "18446744073709551615"}},
		{content.MySQL, "decimal(30,0)", []string{"5", "20190311000000000000000001"}},
		{content.MySQL, "decimal(12,3)", []string{"5.000"}},
		{content.MySQL, "uuid", []string{one, two}},
		{content.MySQL, "char(8)", []string{"5", "ab"}},
		{content.MySQL, "varchar(64) CHARACTER SET latin1", []string{"5", "ab"}},
		{content.MySQL, "varbinary(64)", []string{"5", "ab"}},
	}
	servers := map[string]func(testing.TB) *sqltest.Server{content.Postgres: sqltest.Postgres, content.MySQL: sqltest.MariaDB}
	for _, tt := range tests {
		t.Run(tt.name+" "+tt.kind, func(t *testing.T) {
			e := bareEngine(t, tt.name, servers[tt.name](t))
			if tt.name == content.Postgres {
				e.exec(t, "CREATE DOMAIN positive AS integer CHECK (VALUE > 0)")
				e.exec(t, "CREATE DOMAIN slug AS text CHECK (VALUE ~ '^[a-z0-9]+$')")
			}
			e.exec(t, "CREATE TABLE articles (id "+tt.kind+" PRIMARY KEY, station text, url text, title text, published timestamp, modified_at timestamp)")
			if tt.name == content.Postgres {
				e.exec(t, "ALTER TABLE articles ALTER published TYPE timestamptz, ALTER modified_at TYPE timestamptz")
			}
			e.exec(t, "CREATE TABLE article_channels (article_id "+tt.kind+", channel text)")
			for _, id := range tt.ids {
				e.exec(t, "INSERT INTO articles VALUES ('"+id+"', 'xt', 'https://xt.news.example/', 'x', '2019-03-11', '2019-03-11')")
			}
			var got []string
			for _, state := range find(t, e.store(t), append(slices.Clone(absent), tt.ids...)...) {
				got = append(got, state.ID)
			}
			want := slices.Sorted(slices.Values(tt.ids))
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("ids (-want +got):\n%s", diff)
			}
		})
	}
}
