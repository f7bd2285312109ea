//go:build archive && linux

package views_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"feedstation/internal/edition"
	"feedstation/internal/network"
	"feedstation/internal/press"
	"feedstation/internal/views"
	"feedstation/jobs"
)

// most is what an edit and a new post may take of the database's processor, with what
// it takes to write it, and posts is how many there are.
const (
	most  = 300 * time.Millisecond
	posts = 200_000
)

// cost is a system with posts, and changes of them.
type cost struct {
	system, tables, fill string
	fresh, old           string // edits
	new                  string
	key                  string // of a channel, by its number; empty: its id
}

// TestCost measures what the database's processor has to do for a change of one post:
// until it is written, and in the refreshes that follow.
func TestCost(t *testing.T) {
	wordpress := cost{
		"wordpress", "wordpress.sql", `INSERT INTO wp_users VALUES (1, 'zhang', 'zhang', '张三'), (2, 'li', 'li', '李四');
INSERT INTO wp_options (option_name, option_value) VALUES ('home', 'https://www.news.example'), ('gmt_offset', '8');
INSERT INTO wp_terms SELECT seq, concat('c', seq), concat('c', seq) FROM seq_1_to_40;
INSERT INTO wp_term_taxonomy SELECT seq, seq, if(seq <= 10, 'category', 'post_tag') FROM seq_1_to_40;
INSERT INTO wp_posts (ID, post_author, post_date, post_date_gmt, post_content, post_title, post_excerpt, post_status, post_modified, post_modified_gmt, post_type)
SELECT seq, 1 + seq %% 2, UTC_TIMESTAMP() - INTERVAL (%[1]d - seq) * 1500 SECOND, UTC_TIMESTAMP() - INTERVAL (%[1]d - seq) * 1500 SECOND, repeat('湖边的读书节。', 60), concat('第', seq, '条'), '',
'publish', UTC_TIMESTAMP() - INTERVAL (%[1]d - seq) * 1500 SECOND, UTC_TIMESTAMP() - INTERVAL (%[1]d - seq) * 1500 SECOND, 'post' FROM seq_1_to_%[1]d;
INSERT INTO wp_term_relationships SELECT seq, 1 + seq %% 9 FROM seq_1_to_%[1]d;
INSERT INTO wp_term_relationships SELECT seq, 11 + seq %% 30 FROM seq_1_to_%[1]d;
INSERT INTO wp_term_relationships SELECT seq, 10 FROM seq_1_to_20;
INSERT INTO wp_posts (ID, post_content, post_title, post_excerpt, post_status, post_type, guid) SELECT 1000000 + seq, '', '', '', 'inherit', 'attachment', concat('https://www.news.example/files/', seq, '.jpg') FROM seq_1_to_1000;
INSERT INTO wp_postmeta (post_id, meta_key, meta_value) SELECT seq, '_thumbnail_id', 1000001 + seq %% 1000 FROM seq_1_to_%[1]d;`,
		"UPDATE wp_posts SET post_title = concat(post_title, 'x'), post_modified_gmt = UTC_TIMESTAMP() WHERE ID = 199990",
		"UPDATE wp_posts SET post_title = concat(post_title, 'x'), post_modified_gmt = UTC_TIMESTAMP() WHERE ID = 150",
		`INSERT INTO wp_posts (ID, post_author, post_date, post_date_gmt, post_content, post_title, post_excerpt, post_status, post_modified, post_modified_gmt, post_type) VALUES (2000000, 1, UTC_TIMESTAMP(), UTC_TIMESTAMP(), 'x', '新', '', 'publish', UTC_TIMESTAMP(), UTC_TIMESTAMP(), 'post');
INSERT INTO wp_term_relationships VALUES (2000000, 2);`, "",
	}
	network := wordpress
	network.system = "wordpress-multisite"
	tests := []cost{
		wordpress, network,
		{
			"directus", "directus.sql", `INSERT INTO directus_users VALUES ('11111111-1111-4111-8111-111111111111', '三', '张');
INSERT INTO articles (status, user_created, date_created, title, slug, body, category)
SELECT 'published', '11111111-1111-4111-8111-111111111111', now() - (%[1]d - seq) * interval '1500 seconds', '第' || seq || '条', 's' || seq, repeat('湖边的读书节。', 60), 'c' || CASE WHEN seq <= 20 THEN 10 ELSE 1 + seq %% 9 END
FROM generate_series(1, %[1]d) AS s (seq)`,
			"UPDATE articles SET title = title || 'x', date_updated = now() WHERE id = 199990",
			"UPDATE articles SET title = title || 'x', date_updated = now() WHERE id = 150",
			"INSERT INTO articles (status, date_created, title, slug, body, category) VALUES ('published', now(), '新', 'new', 'x', 'c2')", "",
		},
		ghostCost, drupalCost, joomlaCost, strapiCost, wagtailCost,
	}
	for _, tt := range tests {
		t.Run(tt.system, func(t *testing.T) {
			text, err := os.ReadFile(filepath.Join("testdata", tt.tables))
			if err != nil {
				t.Fatal(err)
			}
			script, _, _ := strings.Cut(string(text), "INSERT INTO")
			n := openScript(t, views.Options{System: tt.system}, script, fmt.Sprintf(tt.fill, posts))
			c := n.conductor(tt.key)
			if err := c.Build(t.Context(), nil, func(jobs.Report) {}); err != nil {
				t.Fatal(err)
			}
			refresh := func() {
				t.Helper()
				if err := c.Refresh(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			refresh()
			refresh()
			for _, change := range []struct{ name, do string }{{"nothing", ""}, {"an edit of a new post", tt.fresh}, {"an edit of an old post", tt.old}, {"a new post", tt.new}} {
				before := n.processor()
				if change.do != "" {
					n.run(change.do)
				}
				refresh()
				refresh() // what follows a change within seconds is looked for once more
				took := n.processor() - before
				t.Logf("%s: %v", change.name, took)
				if took > most {
					t.Errorf("%s: %v of the database's processor, want at most %v", change.name, took, most)
				}
			}
		})
	}
}

// conductor returns one of a station with ten channels, of which the last has twenty old
// articles.
func (n *newsroom) conductor(key string) *jobs.Conductor {
	n.t.Helper()
	station := &network.Station{ID: "www", Name: "www", URL: "https://www.news.example", Language: "zh-CN", Zone: time.UTC}
	for i := range 10 {
		station.Channels = append(station.Channels, network.Channel{ID: fmt.Sprint("c", i+1), Name: "c"})
		if key != "" {
			station.Channels[i].Key = fmt.Sprintf(key, i+1)
		}
	}
	net, err := network.New("n", []*network.Station{station}, nil)
	if err != nil {
		n.t.Fatal(err)
	}
	options := jobs.Options{
		Options: press.Options{
			Feed: network.Feed{Items: 50, MaxItems: 500, Window: 24 * time.Hour, FullText: true}, NewsName: "n", Version: "cost",
			Sitemaps: press.Limits{URLs: 50_000, Bytes: 10 << 20},
		},
		Overlap: 2 * time.Minute, MaxAge: time.Hour,
	}
	snapshot := func(ctx context.Context) (jobs.Snapshot, error) { return n.store.Snapshot(ctx) }
	return jobs.NewConductor(slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn})), net, snapshot, &shelf{}, options)
}

// shelf has the edition of one station.
type shelf struct{ current *edition.Edition }

func (s *shelf) Current(string) (*edition.Edition, bool)             { return s.current, s.current != nil }
func (s *shelf) Publish(_ context.Context, e *edition.Edition) error { s.current = e; return nil }
func (s *shelf) Retractions() edition.Retractions                    { return edition.Retractions{} }

func (s *shelf) Retract(context.Context, ...edition.Retraction) error {
	return nil
}
func (s *shelf) Leads(string) bool { return true }

// processor returns the processor time that the database has taken: MariaDB's process,
// or PostgreSQL's with those that it has started.
func (n *newsroom) processor() time.Duration {
	n.t.Helper()
	query := "SELECT @@pid_file"
	if n.postgres {
		query = "SELECT current_setting('data_directory') || '/postmaster.pid'"
	}
	var file string
	if err := n.db.QueryRow(query).Scan(&file); err != nil {
		n.t.Fatal(err)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		n.t.Fatal(err)
	}
	pid := strings.Fields(string(text))[0]
	total := ticksOf(n.t, pid, 4)
	all, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		n.t.Fatal(err)
	}
	for _, path := range all {
		text, err := os.ReadFile(path)
		if err != nil {
			continue // it has ended
		}
		_, after, _ := strings.Cut(string(text), ") ")
		if strings.Fields(after)[1] == pid {
			total += ticksOf(n.t, filepath.Base(filepath.Dir(path)), 4)
		}
	}
	return total
}

// ticksOf returns utime, stime, cutime and cstime of a process (proc_pid_stat(5)), which
// are in hundredths of a second.
func ticksOf(t testing.TB, pid string, fields int) (total time.Duration) {
	t.Helper()
	text, err := os.ReadFile("/proc/" + pid + "/stat")
	if err != nil {
		return 0
	}
	_, after, _ := strings.Cut(string(text), ") ")
	for _, field := range strings.Fields(after)[11 : 11+fields] {
		n, err := strconv.Atoi(field)
		if err != nil {
			t.Fatal(err)
		}
		total += time.Duration(n) * 10 * time.Millisecond
	}
	return total
}
