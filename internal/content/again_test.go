package content_test

import (
	"testing"

	"feedstation/internal/content"
	"feedstation/internal/sqltest"
)

// TestChangesOfOneSecond holds that a change of a store that counts in seconds
// is told as one that another may follow with the same time, until that second
// is over.
func TestChangesOfOneSecond(t *testing.T) {
	server := sqltest.MariaDB(t)
	name := server.Database(t)
	db := server.Open(t, name)
	exec := func(statement string) {
		t.Helper()
		if _, err := db.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	exec("CREATE TABLE articles (id varchar(190) PRIMARY KEY, station varchar(64), url text, title text, published datetime, modified_at datetime)")
	exec("CREATE TABLE article_channels (article_id varchar(190), channel varchar(64))")
	exec("INSERT INTO articles VALUES ('new', 'xt', 'https://xt.news.example/1.html', '1', '2019-03-11', UTC_TIMESTAMP()), " +
		"('old', 'xt', 'https://xt.news.example/2.html', '2', '2019-03-11', UTC_TIMESTAMP() - INTERVAL 1 MINUTE)")
	s, err := content.OpenWith(t.Context(), content.Options{Driver: content.MySQL, DSN: server.RootDSN(name)})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	present := snapshot(t, s)
	defer present.Close()
	got, err := present.Changes(t.Context(), present.Time())
	if err != nil || len(got) != 2 {
		t.Fatalf("changes %v, %v", got, err)
	}
	for _, c := range got {
		if c.Again != (c.ID == "new") {
			t.Errorf("%s: again %t", c.ID, c.Again)
		}
	}
}
