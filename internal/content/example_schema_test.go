package content_test

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"feedstation/internal/article"
	"feedstation/internal/content"
	"feedstation/internal/testkit/sqltest"
)

// load runs the statements of files as they would be piped into a client.
func load(t *testing.T, e *engine, files ...string) {
	t.Helper()
	for _, file := range files {
		text, err := os.ReadFile(filepath.Join("testdata", file))
		if err != nil {
			t.Fatal(err)
		}
		if e.name == content.Postgres {
			e.exec(t, string(text))
			continue
		}
		for statement := range strings.SplitSeq(string(text), ";\n") {
			if strings.TrimSpace(statement) != "" {
				e.exec(t, statement)
			}
		}
	}
}

// shows holds what both examples show of their articles.
func shows(t *testing.T, s *content.Store, want []article.Article, www string) {
	t.Helper()
	if found, err := s.Inspect(t.Context()); err != nil || found != nil {
		t.Errorf("Inspect = %v, %v, want nothing", found, err)
	}
	if diff := cmp.Diff(want, latest(t, s, []string{"xt"}, "", 9)); diff != "" {
		t.Errorf("Latest (-want +got):\n%s", diff)
	}
	for _, tt := range []struct {
		stations []string
		channel  string
		want     []string
	}{
		{[]string{"xt"}, "moment", []string{want[1].ID}},
		{[]string{"xt"}, "culture", []string{want[0].ID, want[1].ID}},
		{[]string{"xt", "www"}, "", []string{www, want[0].ID, want[1].ID}},
		{[]string{"xt", "www"}, "headlines", []string{www}},
		{[]string{"www"}, "moment", nil},
	} {
		if got := ids(latest(t, s, tt.stations, tt.channel, 9)); !slices.Equal(got, tt.want) {
			t.Errorf("Latest of %v, %s: %q, want %q", tt.stations, tt.channel, got, tt.want)
		}
	}
	present := snapshot(t, s)
	defer present.Close()
	shanghai := time.FixedZone("", 8*60*60)
	months, err := present.Months(t.Context(), "xt", shanghai)
	if got := fmt.Sprint(months); got != "[2019-04 2019-03]" || err != nil {
		t.Errorf("Months = %s, %v", got, err)
	}
	from, to := article.Month{Year: 2019, Month: time.March}.Bounds(shanghai)
	listed := want[1]
	listed.Summary, listed.Body, listed.Authors, listed.Editor, listed.Source, listed.Tags, listed.Channels = "", "", nil, "", article.Source{}, nil, nil
	listed.Images = addressesOnly(listed.Images)
	if diff := cmp.Diff([]article.Article{listed}, listing(t, present, "xt", from, to)); diff != "" {
		t.Errorf("Listing (-want +got):\n%s", diff)
	}
	totals, err := present.TotalsByMonth(t.Context(), "xt", months, shanghai)
	if err != nil || totals[0].Count < 2 || totals[1].Count != 1 || totals[1].Newest.IsZero() {
		t.Errorf("TotalsByMonth = %+v, %v", totals, err)
	}
	if got := inventory(t, present); len(got) < 4 {
		t.Errorf("Inventory: %q", ids(got))
	}
	if faults := faultsOf(present); faults != nil {
		t.Errorf("faults: %q", faults)
	}
}

// onlyReads holds that a user can do nothing but read the two views.
func onlyReads(t *testing.T, e *engine, dsn string, statements ...string) {
	t.Helper()
	db, err := sql.Open(e.server.Driver(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.PingContext(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, statement := range statements {
		if _, err := db.ExecContext(context.WithoutCancel(t.Context()), statement); err == nil || !denied(err) {
			t.Errorf("%s: %v, want it denied", statement, err)
		}
	}
}

func denied(err error) bool {
	return strings.Contains(err.Error(), "permission denied") || strings.Contains(err.Error(), "SQLSTATE 55000") || // a view of a join
		strings.Contains(err.Error(), "denied to user")
}

// TestNewsroomSchema runs the example of a plain newsroom in docs/databases.md.
func TestNewsroomSchema(t *testing.T) {
	server := sqltest.Postgres(t)
	e := bareEngine(t, content.Postgres, server)
	load(t, e, "newsroom.sql", "newsroom-articles.sql", "newsroom-grants.sql")
	t.Cleanup(func() {
		for _, statement := range []string{"DROP OWNED BY feedstation", "DROP USER feedstation"} {
			if _, err := e.db.Exec(statement); err != nil {
				t.Error(err)
			}
		}
	})
	database := ""
	if err := e.db.QueryRowContext(t.Context(), "SELECT current_database()").Scan(&database); err != nil {
		t.Fatal(err)
	}
	dsn := server.DSN("feedstation", "change-me", database)
	s := e.store(t, func(o *content.Options) {
		o.DSN, o.Articles, o.ArticleChannels = dsn, "feeds.articles", "feeds.article_channels"
	})
	at := time.Date(2019, 3, 11, 10, 38, 14, 0, time.UTC)
	later := time.Date(2019, 4, 1, 0, 0, 0, 0, time.UTC)
	shows(t, s, []article.Article{
		{
			ID: "102", Station: "xt", Channels: []string{"culture"}, URL: "https://xt.news.example/content/102.html", Title: "读书节",
			Body: "<p>书</p>", Published: later, Updated: later, Status: article.Published,
		},
		{
			ID: "101", Station: "xt", Channels: []string{"culture", "moment"}, URL: "https://xt.news.example/content/101.html", Title: "湘江之春开幕",
			Summary: "一句话", Body: "<p>正文</p>", Authors: []string{"张三", `Li "Si"`}, Editor: "王五",
			Source:    article.Source{Name: "湘潭日报", URL: "https://paper.news.example/"},
			Published: at, Updated: at, NoIndex: true, Status: article.Published,
			Images: []article.Image{{URL: "1.jpg", Caption: "开幕现场", Width: 800, Height: 600}, {URL: "2.jpg"}},
		},
	}, "106")

	before := snapshot(t, s)
	since := before.Time()
	before.Close()
	short := e.store(t, func(o *content.Options) {
		o.DSN, o.Articles, o.ArticleChannels, o.Overlap = dsn, "feeds.articles", "feeds.article_channels", time.Nanosecond
	})
	e.exec(t, "UPDATE body SET html = '<p>新</p>' WHERE article_id = 102")
	if got := changes(t, short, since); len(got) != 1 || got[0].ID != "102" || got[0].Station != "xt" {
		t.Errorf("changes %v, want that of 102", got)
	}
	onlyReads(
		t, e, dsn, "UPDATE feeds.articles SET title = ''", "DELETE FROM feeds.article_channels", "SELECT * FROM article",
		"INSERT INTO site VALUES (9, 'x', 'x')", "CREATE TABLE feeds.mine (x int)",
	)
}
