package jobs_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"feedstation/internal/article"
	"feedstation/internal/content"
	"feedstation/internal/testkit/require"
	"feedstation/jobs"
)

// row is an article as the store of a [restorer] has it.
type row struct {
	shown    bool
	modified time.Time
}

// dump is a store as it was at a moment.
type dump struct {
	file string
	rows map[int]row
}

// restorer is a newsroom that restores dumps, with what its readers should see.
type restorer struct {
	*world
	random    *rand.Rand
	rows      map[int]row
	withdrawn map[int]time.Time // by article: the row that was seen withdrawn was of then
	dumps     []dump
	options   jobs.Options
	next      int // id
	files     int
}

// TestDumpsAtRandom goes through random histories in which dumps are restored, whole or in
// parts, rows are withdrawn and deleted after they were made, and ids given a second time:
// what was withdrawn stays withdrawn until its row is changed, in every document, and
// everything else is as the store has it.
func TestDumpsAtRandom(t *testing.T) {
	require.Time(t)
	histories(t, []uint64{0, 1, 2, 3, 4, 5}, func(t *testing.T, seed uint64) {
		in(t, func(w *world) {
			r := &restorer{world: w, random: rand.New(rand.NewPCG(seed, 15)), options: options, rows: map[int]row{}, withdrawn: map[int]time.Time{}}
			r.options.Feed.Items, r.options.Feed.MaxItems = 200, 200 // all
			r.restart(r.options)
			for range 12 {
				r.write(r.new(), true)
			}
			r.goOn("at first")
			r.dump()
			steps := []func() string{r.change, r.change, r.withdraw, r.withdraw, r.delete, r.dump, r.anew, r.restore, r.restore, r.restoreInParts, r.startAgain}
			for step := range 40 {
				time.Sleep(time.Minute)
				r.goOn(fmt.Sprint("step ", step, ": ", steps[r.random.IntN(len(steps))]()))
				if t.Failed() {
					return
				}
			}
			time.Sleep(options.MaxAge)
			r.goOn("at last", "www")
		})
	})
}

func (r *restorer) new() int { r.next++; return r.next }

// one returns one of the articles in the store.
func (r *restorer) one() int {
	ids := slices.Sorted(maps.Keys(r.rows))
	return ids[r.random.IntN(len(ids))]
}

func (r *restorer) write(id int, shown bool, change ...func(*article.Article)) {
	r.t.Helper()
	a := newArticle("xt", id, 0)
	a.Published = time.Date(2026, 3, 1, 0, id%500, 0, 0, shanghai)
	if !shown {
		a.Status = []article.Status{article.Withdrawn, article.Draft}[r.random.IntN(2)]
	}
	for _, c := range change {
		c(&a)
	}
	r.rows[id] = row{shown, time.Now()}
	r.put(a)
}

func (r *restorer) change() string {
	id := r.one()
	r.write(id, true)
	return fmt.Sprint("changed ", id)
}

func (r *restorer) withdraw() string {
	id := r.one()
	r.write(id, false)
	return fmt.Sprint("withdrawn ", id)
}

func (r *restorer) delete() string {
	id := r.one()
	delete(r.rows, id)
	r.exec(fmt.Sprintf("DELETE FROM articles WHERE id = '%d'", id))
	return fmt.Sprint("deleted ", id)
}

// anew writes another article under an id that the store has lost.
func (r *restorer) anew() string {
	id := 1 + r.random.IntN(r.next)
	if _, there := r.rows[id]; there {
		return r.change()
	}
	r.write(id, true, func(a *article.Article) { a.URL += fmt.Sprint("?", r.next) })
	return fmt.Sprint("given anew ", id)
}

func (r *restorer) startAgain() string {
	r.restart(r.options)
	if err := r.conductor.Build(r.t.Context(), nil, func(jobs.Report) {}); err != nil {
		r.t.Error(err)
	}
	return "another process"
}

func (r *restorer) dump() string {
	r.dumps = append(r.dumps, dump{r.path(), maps.Clone(r.rows)})
	r.exec(fmt.Sprintf("VACUUM INTO '%s'", r.dumps[len(r.dumps)-1].file))
	return "dumped"
}

func (r *restorer) path() string {
	r.files++
	return filepath.Join(filepath.Dir(r.file), fmt.Sprint("dump", r.files, ".db"))
}

// load has a dump be the store.
func (r *restorer) load(d dump) {
	r.t.Helper()
	text, err := os.ReadFile(d.file)
	if err != nil {
		r.t.Fatal(err)
	}
	r.file, r.rows = r.path(), maps.Clone(d.rows)
	if err := os.WriteFile(r.file, text, 0o600); err != nil {
		r.t.Fatal(err)
	}
	if r.store, err = content.Open(r.t.Context(), r.file); err != nil {
		r.t.Fatal(err)
	}
	store := r.store
	r.t.Cleanup(func() { store.Close() })
}

func (r *restorer) restore() string {
	n := r.random.IntN(len(r.dumps))
	r.load(r.dumps[n])
	if r.random.IntN(2) == 0 {
		r.look(fmt.Sprint("restored ", n))
	}
	return fmt.Sprint("restored ", n)
}

// restoreInParts has readers come while a part of a dump is there.
func (r *restorer) restoreInParts() string {
	n := r.random.IntN(len(r.dumps))
	r.load(r.dumps[n])
	r.exec("DELETE FROM articles WHERE id % 2 = " + fmt.Sprint(r.random.IntN(2)))
	if r.random.IntN(2) == 0 {
		r.put(newArticle("xt", r.new(), 0)) // which is lost when the dump is loaded as a whole
	}
	r.look(fmt.Sprint("a part of ", n))
	time.Sleep(time.Minute)
	r.load(r.dumps[n])
	return fmt.Sprint("restored in parts ", n)
}

// look refreshes and audits a store that may be behind, or lack much: what was withdrawn
// is not shown.
func (r *restorer) look(when string) {
	r.t.Helper()
	time.Sleep(time.Minute)
	_ = r.conductor.Refresh(r.t.Context())
	_ = r.conductor.Audit(r.t.Context())
	for id, of := range r.withdrawn {
		if have, there := r.rows[id]; !there || !have.modified.After(of) {
			r.shows(when, id, false, "xt", "www")
		}
	}
}

// goOn has the newsroom write a new article, and compares what readers see. What is back
// without a change feeds of all stations have after MaxAge: they are asked for then.
func (r *restorer) goOn(when string, all ...string) {
	r.t.Helper()
	r.write(r.new(), true)
	r.refresh()
	r.audit()
	for id, have := range r.rows {
		if !have.shown && have.modified.After(r.withdrawn[id]) {
			r.withdrawn[id] = have.modified
		}
	}
	for id := 1; id <= r.next; id++ {
		have, there := r.rows[id]
		shown := there && have.shown && have.modified.After(r.withdrawn[id])
		if shown {
			delete(r.withdrawn, id)
		}
		if shown {
			r.shows(when, id, true, append(all, "xt")...)
		} else {
			r.shows(when, id, false, "xt", "www")
		}
	}
}

func (r *restorer) shows(when string, id int, want bool, stations ...string) {
	r.t.Helper()
	for _, station := range stations {
		if paths := naming(r.t, r.edition(station), id); len(paths) > 0 != want {
			r.t.Errorf("%s: %d is in %q of %s, row %v, withdrawn %s", when, id, paths, station, r.rows[id], r.withdrawn[id])
		}
	}
}
