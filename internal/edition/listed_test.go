package edition_test

import (
	"errors"
	"maps"
	"testing"
	"time"

	"feedstation/internal/article"
	"feedstation/internal/edition"
	"feedstation/internal/network"
)

func TestListed(t *testing.T) {
	may := time.Date(2026, 5, 20, 12, 0, 0, 0, time.UTC)
	june := may.AddDate(0, 1, 0)
	month := func(at time.Time) article.Month { return article.MonthOf(at, time.UTC) }
	document := func(articles ...edition.Article) *edition.Document {
		var text []byte
		for _, a := range articles {
			a.Address = "https://xt.news.example/" + a.ID
			text = a.AppendTo(text)
		}
		return edition.Revision{AsOf: june}.ReviseContent(edition.NewContents(text), nil)
	}
	e := edition.New("xt", june, "4711", nil).WithContents(map[string]*edition.Document{
		network.ShardPath(month(may), 1):                  document(edition.Article{ID: "named", Published: may}, edition.Article{ID: "noindex", Published: may, Unlisted: true}),
		network.ShardPath(month(may), 2):                  document(edition.Article{ID: "second", Published: may}, edition.Article{ID: "later", Published: may, Unlisted: true, Later: true}),
		network.ShardPath(month(june), 1):                 document(edition.Article{ID: "half built", Published: june}),
		network.FeedPath("", network.RSS):                 document(edition.Article{ID: "in feeds", Published: may}),
		network.ShardPath(month(may.AddDate(1, 0, 0)), 1): document(edition.Article{ID: "elsewhere", Published: may}),
	}).WithPending([]article.Month{month(june)})
	want := map[string]bool{"named": true, "noindex": false, "second": true, "later": true, "in feeds": false, "elsewhere": false, "nobody": false}
	articles := []edition.Article{{ID: "half built", Published: june}, {ID: "new", Published: june}}
	for id := range want {
		articles = append(articles, edition.Article{ID: id, Published: may})
	}
	got, err := e.Listed(articles)
	if err != nil || !maps.Equal(got, want) {
		t.Errorf("listed %v, %v; want %v", got, err, want)
	}
	// At the turn of a month an article may be in either.
	turn := time.Date(2026, 6, 1, 2, 0, 0, 0, time.UTC)
	if got, err := e.Listed([]edition.Article{{ID: "named", Published: turn}}); err != nil || !got["named"] {
		t.Errorf("at the turn of the month: %v, %v", got, err)
	}
	if got, err := e.Listed([]edition.Article{{ID: "unknown", Published: turn}}); err != nil || len(got) != 0 {
		t.Errorf("at the turn to a month that is pending: %v, %v", got, err)
	}

	broken := edition.Revision{AsOf: june}.ReviseContent(edition.NewContents([]byte("named\t1\n")), nil)
	damaged := e.WithContents(map[string]*edition.Document{network.ShardPath(month(may), 1): broken})
	if _, err := damaged.Listed([]edition.Article{{ID: "named", Published: may}}); !errors.Is(err, edition.ErrDamaged) {
		t.Errorf("damaged: %v", err)
	}
}
