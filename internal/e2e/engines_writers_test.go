package e2e

import (
	"database/sql"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"feedstation/internal/article"
)

// writers are programs that write, of which none sees what another has not
// committed, nor writes to its articles.
type writers struct {
	t         *testing.T
	engine    modelledEngine
	db        *sql.DB
	random    *rand.Rand
	start     time.Time
	soon      time.Time                  // when the last of the embargoes and expiries of the next moments has ended
	made      int                        // articles ever
	hinted    bool                       // they do only what the rows that are left tell
	committed map[string]article.Article // what the oracle knows
	open      []*transaction
	log       []string
}

// transaction is what one of them is about to commit.
type transaction struct {
	*sql.Tx
	articles map[string]article.Article
	deleted  map[string]bool
}

// anchors are articles of each station that nobody touches: a station does not
// lose most of what it has at once.
const anchors = 12

func newWriters(t *testing.T, e modelledEngine, db *sql.DB, random *rand.Rand) *writers {
	t.Helper()
	w := &writers{t: t, engine: e, db: db, random: random, committed: map[string]article.Article{}}
	w.start = w.now()
	tx := w.transaction()
	for range anchors {
		for _, station := range stationIDs() {
			a := w.article(station)
			a.ID = "anchor-" + a.ID
			w.insert(tx, a)
		}
	}
	w.commit(tx)
	return w
}

func stationIDs() []string { return []string{"www", "xt", "yy"} }

func (w *writers) note(format string, args ...any) {
	w.log = append(w.log, w.now().Sub(w.start).String()+" "+fmt.Sprintf(format, args...))
}

// now returns the time by the database's clock.
func (w *writers) now() time.Time {
	w.t.Helper()
	var milliseconds int64
	if err := w.db.QueryRowContext(w.t.Context(), "SELECT "+w.engine.clock).Scan(&milliseconds); err != nil {
		w.t.Fatal(err)
	}
	return time.UnixMilli(milliseconds).UTC()
}

// await asks the database for the time until it is a moment.
func (w *writers) await(moment time.Time) {
	w.t.Helper()
	for !w.now().After(moment) {
	}
}

func (w *writers) transaction() *transaction {
	w.t.Helper()
	// MariaDB's default would lock what lies between articles.
	options := &sql.TxOptions{Isolation: sql.LevelReadCommitted}
	if w.engine.start == nil {
		options = nil
	}
	tx, err := w.db.BeginTx(w.t.Context(), options)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { tx.Rollback() }) // of one that a failed test has left
	return &transaction{Tx: tx, articles: map[string]article.Article{}, deleted: map[string]bool{}}
}

func (w *writers) commit(tx *transaction) {
	w.t.Helper()
	if err := tx.Commit(); err != nil {
		w.t.Fatal(err)
	}
	maps.Copy(w.committed, tx.articles)
	maps.DeleteFunc(w.committed, func(id string, _ article.Article) bool { return tx.deleted[id] })
}

// begin begins a transaction that stays open.
func (w *writers) begin() {
	if len(w.open) < w.engine.writers {
		w.note("begin")
		w.open = append(w.open, w.transaction())
	}
}

// end commits one of the open transactions, or rolls it back.
func (w *writers) end() {
	w.t.Helper()
	if len(w.open) == 0 {
		return
	}
	i := w.random.IntN(len(w.open))
	tx := w.open[i]
	w.open = slices.Delete(w.open, i, i+1)
	if w.random.IntN(6) == 0 {
		w.note("rollback of %q, without %q", slices.Sorted(maps.Keys(tx.articles)), slices.Sorted(maps.Keys(tx.deleted)))
		if err := tx.Rollback(); err != nil {
			w.t.Fatal(err)
		}
		return
	}
	w.note("commit of %q, without %q", slices.Sorted(maps.Keys(tx.articles)), slices.Sorted(maps.Keys(tx.deleted)))
	w.commit(tx)
}

// write writes an article in an open transaction, or in one of its own.
func (w *writers) write() {
	w.t.Helper()
	if w.hinted {
		// Of two changes of an article within one tick of the store's clock, the
		// second may pass for the first.
		w.await(w.now())
	}
	if n := len(w.open); n > 0 && (n == w.engine.writers || w.random.IntN(3) > 0) {
		w.writeIn(w.open[w.random.IntN(n)])
		return
	}
	tx := w.transaction()
	w.writeIn(tx)
	w.commit(tx)
}

func (w *writers) writeIn(tx *transaction) {
	w.t.Helper()
	id := w.pick(tx)
	if id == "" {
		a := w.article(w.station())
		w.note("insert %s of %s, %v %s", a.ID, a.Station, a.Published.Sub(w.start), a.Status)
		w.insert(tx, a)
		return
	}
	a, ok := tx.articles[id]
	if !ok {
		a = w.committed[id]
	}
	if w.random.IntN(8) == 0 && !w.traceless() {
		w.note("delete %s", id)
		w.exec(tx, "DELETE FROM article_channels WHERE article_id = ?", id)
		w.exec(tx, "DELETE FROM articles WHERE id = ?", id)
		delete(tx.articles, id)
		tx.deleted[id] = true
		return
	}
	w.change(&a)
	w.note("update %s of %s, %v %s", a.ID, a.Station, a.Published.Sub(w.start), a.Status)
	w.exec(tx, "UPDATE articles SET station = ?, url = ?, title = ?, published = ?, updated = ?, expires = ?, status = ?, noindex = ?, modified_at = "+w.stamp()+" WHERE id = ?",
		append(w.values(a), a.ID)...)
	w.exec(tx, "DELETE FROM article_channels WHERE article_id = ?", id)
	w.writeChannels(tx, a)
}

// pick returns an article that a transaction can write to; empty: a new one.
func (w *writers) pick(tx *transaction) string {
	held := map[string]bool{}
	for _, other := range w.open {
		if other != tx {
			for id := range other.articles {
				held[id] = true
			}
			maps.Copy(held, other.deleted)
		}
	}
	var free []string
	for id := range w.committed {
		if !held[id] && !tx.deleted[id] && id[0] != 'a' {
			free = append(free, id)
		}
	}
	for id := range tx.articles {
		if _, ok := w.committed[id]; !ok {
			free = append(free, id)
		}
	}
	if len(free) == 0 || w.random.IntN(60) > 2*len(free) {
		return ""
	}
	slices.Sort(free)
	return free[w.random.IntN(len(free))]
}

func (w *writers) insert(tx *transaction, a article.Article) {
	w.t.Helper()
	w.exec(tx, "INSERT INTO articles (station, url, title, published, updated, expires, status, noindex, modified_at, id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, "+w.stamp()+", ?)",
		append(w.values(a), a.ID)...)
	w.writeChannels(tx, a)
}

func (w *writers) writeChannels(tx *transaction, a article.Article) {
	w.t.Helper()
	for _, channel := range a.Channels {
		w.exec(tx, "INSERT INTO article_channels (article_id, channel) VALUES (?, ?)", a.ID, channel)
	}
	tx.articles[a.ID] = a
}

func (w *writers) values(a article.Article) []any {
	noindex := 0
	if a.NoIndex {
		noindex = 1
	}
	return []any{a.Station, a.URL, a.Title, w.moment(a.Published), w.moment(a.Updated), w.moment(a.Expires), string(a.Status), noindex}
}

func (w *writers) moment(at time.Time) any {
	switch {
	case at.IsZero():
		return nil
	case w.engine.start == nil:
		return at.UnixMilli()
	}
	return at
}

func (w *writers) stamp() string { return w.engine.stamps[w.random.IntN(len(w.engine.stamps))] }

func (w *writers) exec(tx *transaction, statement string, args ...any) {
	w.t.Helper()
	if w.engine.numbers {
		var numbered []byte
		n := 0
		for i := range len(statement) {
			if statement[i] != '?' {
				numbered = append(numbered, statement[i])
				continue
			}
			n++
			numbered = fmt.Appendf(numbered, "$%d", n)
		}
		statement = string(numbered)
	}
	if _, err := tx.ExecContext(w.t.Context(), statement, args...); err != nil {
		w.t.Fatalf("%s: %v", statement, err)
	}
}
